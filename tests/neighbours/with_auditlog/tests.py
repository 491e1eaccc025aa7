from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditlog.context import set_actor
from auditlog.models import LogEntry

from django_bookrel.resources import (
    BaseBookResource,
    ManyToManyField,
    Result,
    bookresource_factory,
)

from .models import Book


class Topics(BaseBookResource):
    topics = ManyToManyField(by="name", create=True)


BookResource = bookresource_factory(Book, Topics)

HEADER = "isbn,title,topics,year"
EMMA = "9780141439587"


def test_log_of_new_and_of_changed_records(take: Callable[..., Result], admin_user: Any):
    with set_actor(admin_user):
        result = take([HEADER, f"{EMMA},Emma,Love,1815"], resource=BookResource)
        take([HEADER, f"{EMMA},Emma,England,1816"], resource=BookResource)
    assert [reason.partition(" (")[0] for reason in result.reasons] == [
        "Book has pre_save receivers",
        "Book has post_save receivers",
        "Book_topics has m2m_changed receivers",
    ]
    entries = LogEntry.objects.get_for_object(Book.objects.get()).order_by("pk")
    assert {entry.actor for entry in entries} == {admin_user}
    changes = [
        (entry.get_action_display(), name, change)
        for entry in entries
        for name, change in entry.changes.items()
        if name in ("year", "topics")
    ]
    assert changes == [
        ("create", "year", ["None", "1815"]),
        ("update", "topics", {"type": "m2m", "operation": "add", "objects": ["Love"]}),
        ("update", "year", ["1815", "1816"]),
        ("update", "topics", {"type": "m2m", "operation": "delete", "objects": ["Love"]}),
        ("update", "topics", {"type": "m2m", "operation": "add", "objects": ["England"]}),
    ]
