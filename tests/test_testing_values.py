"""Values for the factories of hosts' tests."""

from __future__ import annotations

from django.utils.module_loading import import_string

from django_bookrel.isbn import clean_isbn
from django_bookrel.names import person_key
from django_bookrel.testing import BAKER_GENERATORS, new_isbn, new_name, new_title


def test_every_call_gives_another_value():
    isbns, names, titles = (
        [new() for _time in range(5_000)] for new in (new_isbn, new_name, new_title)
    )
    assert [clean_isbn(isbn) for isbn in isbns] == isbns
    assert len(set(isbns)) == len(set(map(person_key, names))) == len(set(titles)) == 5_000


def test_generators_are_there():
    fields = [import_string(path).__name__ for path in BAKER_GENERATORS]
    assert fields == [path.rpartition(".")[2] for path in BAKER_GENERATORS]
    ours = [path for path in BAKER_GENERATORS.values() if path.startswith("django_bookrel.")]
    assert len(ours) == 5
    assert all(callable(import_string(path)) for path in ours)
