from __future__ import annotations

from collections.abc import Iterable

from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
)

from .models import Article, Rating, Reporter


class ReporterResource(RelationalResource):
    class Meta:
        model = Reporter
        fields = ("email", "name")
        import_id_fields = ("email",)


class ArticleResource(RelationalResource):
    reporter = ForeignKeyField(by="email", create=True)
    topics = ManyToManyField(by="name", create=True)
    follows = ForeignKeyField(by="slug")

    class Meta:
        model = Article
        fields = ("slug", "headline", "reporter", "topics", "follows")
        import_id_fields = ("slug",)


class RatingResource(RelationalResource):
    article = ForeignKeyField(by="slug")

    class Meta:
        model = Rating
        fields = ("article", "year", "stars")
        import_id_fields = ("article", "year")


class WireResource(RelationalResource):
    class Meta:
        model = Article
        fields = ("slug", "wire_id", "headline")
        candidate_keys = (("wire_id",), ("slug",))


def read_photos(cell: str) -> list[tuple[str, str]]:
    """Read "a.jpg=The harbour; b.jpg" as rows of (file, caption)."""
    pairs = (part.partition("=") for part in cell.split(";") if part.strip())
    return [(file.strip(), caption.strip()) for file, _, caption in pairs]


def write_photos(rows: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{file}={caption}" if caption else file for file, caption in rows)


class PhotoDeskResource(RelationalResource):
    photos = RelatedRowsField(
        columns=("file", "caption"), key=("file",), parse=read_photos, render=write_photos
    )

    class Meta:
        model = Article
        fields = ("slug", "photos")
        import_id_fields = ("slug",)
