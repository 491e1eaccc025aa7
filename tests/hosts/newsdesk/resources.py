"""What imports of the newspaper's models read."""

from __future__ import annotations

from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource

from .models import Article, Issue, Note, Photo, Reporter, Sample, Section, Topic


class ArticleResource(RelationalResource):
    reporter = ForeignKeyField(Reporter, by="email", create=True)
    editor = ForeignKeyField(Reporter, by="email", create=True)
    topics = ManyToManyField(Topic, by="name", create=True)
    section = ForeignKeyField(Section, by="name", create=True)
    follows = ForeignKeyField(Article, by="slug")

    class Meta:
        model = Article
        exclude = ("id", "changed_at")
        import_id_fields = ("slug",)


class StrictArticleResource(RelationalResource):
    """Knows only the reporters and topics that are there."""

    reporter = ForeignKeyField(Reporter, by="email")
    topics = ManyToManyField(Topic, by="name")

    class Meta:
        model = Article
        fields = ("slug", "headline", "reporter", "topics")
        import_id_fields = ("slug",)


class StrictSequelResource(RelationalResource):
    """Knows only the reporters that are there, and articles that the file makes."""

    reporter = ForeignKeyField(Reporter, by="email")
    follows = ForeignKeyField(Article, by="slug")

    class Meta:
        model = Article
        fields = ("slug", "headline", "reporter", "follows")
        import_id_fields = ("slug",)


class UndeclaredArticleResource(RelationalResource):
    """Leaves its relations to django-import-export: they are named by primary key."""

    class Meta:
        model = Article
        fields = ("slug", "headline", "reporter", "topics")
        import_id_fields = ("slug",)


class AddingArticleResource(RelationalResource):
    topics = ManyToManyField(Topic, by="name", create=True, m2m_add=True)

    class Meta:
        model = Article
        fields = ("slug", "headline", "topics")
        import_id_fields = ("slug",)


class PhotoResource(RelationalResource):
    topics = ManyToManyField(Topic, by="name", create=True)

    class Meta:
        model = Photo
        fields = ("code", "credit", "topics")
        import_id_fields = ("code",)


class IssueResource(RelationalResource):
    section = ForeignKeyField(Section, by="name", create=True)

    class Meta:
        model = Issue
        fields = ("section", "number", "title")
        import_id_fields = ("section", "number")


class SectionResource(RelationalResource):
    class Meta:
        model = Section
        fields = ("name",)
        import_id_fields = ("name",)


class NoteResource(RelationalResource):
    class Meta:
        model = Note
        fields = ("slug", "text")
        import_id_fields = ("slug",)


class SampleResource(RelationalResource):
    class Meta:
        model = Sample
        exclude = ("id",)
        import_id_fields = ("slug",)
