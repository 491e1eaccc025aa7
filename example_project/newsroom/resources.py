"""What an import of reporters and articles reads, and which rows it takes for the same."""

from __future__ import annotations

from django_bookrel.resources import ForeignKeyField, ManyToManyField, RelationalResource

from .models import Article, Reporter, Topic


class ReporterResource(RelationalResource):
    class Meta:
        model = Reporter
        fields = ("first_name", "last_name", "email")
        import_id_fields = ("email",)


class ArticleResource(RelationalResource):
    reporter = ForeignKeyField(Reporter, by="email", create=True)
    topics = ManyToManyField(Topic, by="name", separator="|", create=True)

    class Meta:
        model = Article
        fields = ("headline", "pub_date", "reporter", "topics")
        import_id_fields = ("headline", "pub_date")
