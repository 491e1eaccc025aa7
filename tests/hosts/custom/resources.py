"""What imports of the models with code of their own read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_bookrel.resources import (
    ForeignKeyField,
    ManyToManyField,
    RelatedRowsField,
    RelationalResource,
)

from .models import Bulletin, Club, Correspondent, Event, Friend, Report, Seat, Special, Tag


def parse(cell: str) -> list[tuple[str]]:
    return [(name,) for name in cell.split(";")]


def render(entries: Iterable[tuple[str]]) -> str:
    return ";".join(name for (name,) in entries)


class ReportResource(RelationalResource):
    correspondent = ForeignKeyField(Correspondent, by="email", create=True)
    tags = ManyToManyField(Tag, by="name", create=True)
    follows = ForeignKeyField(Report, by="code")

    class Meta:
        model = Report
        fields = ("code", "title", "slug", "correspondent", "tags", "follows")
        import_id_fields = ("code",)


class BulkReportResource(ReportResource):
    class Meta:
        model = Report
        bulk = True


class EventResource(RelationalResource):
    class Meta:
        model = Event
        fields = ("code", "starts", "ends")
        import_id_fields = ("code",)


class BulletinResource(RelationalResource):
    tags = ManyToManyField(Tag, by="name", create=True)

    class Meta:
        model = Bulletin
        fields = ("code", "title", "tags")
        import_id_fields = ("code",)


class CleanedBulletinResource(BulletinResource):
    class Meta:
        model = Bulletin
        clean_model_instances = True


class SpecialResource(RelationalResource):
    tags = ManyToManyField(Tag, by="name", create=True)

    class Meta:
        model = Special
        fields = ("code", "title", "sponsor", "tags")
        import_id_fields = ("code",)


class LinesResource(RelationalResource):
    lines = RelatedRowsField(columns=("text",), key=("text",), parse=parse, render=render)

    class Meta:
        model = Bulletin
        fields = ("code", "title", "lines")
        import_id_fields = ("code",)


class ChaptersResource(RelationalResource):
    chapters = RelatedRowsField(columns=("name",), key=("name",), parse=parse, render=render)

    class Meta:
        model = Bulletin
        fields = ("code", "title", "chapters")
        import_id_fields = ("code",)


class SeatResource(RelationalResource):
    class Meta:
        model = Seat
        fields = ("hall", "number", "holder")
        import_id_fields = ("hall", "number")


class ClubResource(RelationalResource):
    members = ManyToManyField(Correspondent, by="email", create=True)

    class Meta:
        model = Club
        fields = ("name", "members")
        import_id_fields = ("name",)


class FriendResource(RelationalResource):
    friends = ManyToManyField(Friend, by="name")

    class Meta:
        model = Friend
        fields = ("name", "friends")
        import_id_fields = ("name",)


def hooked(*names: str, base: type[RelationalResource] = BulletinResource) -> type[Any]:
    """Return a resource that overrides hooks and notes in ``calls`` that they ran."""

    def noting(name: str) -> Any:
        def hook(self: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return getattr(base, name)(self, *args, **kwargs)

        return hook

    calls: list[str] = []
    meta = type("Meta", (), {"model": base._meta.model})
    attributes = {name: noting(name) for name in names}
    module = {"calls": calls, "Meta": meta, "__module__": __name__}
    made = type(base)("HookedResource", (base,), attributes | module)
    for name in names:
        getattr(made, name).__module__ = __name__
    return made
