"""
Time grows with what comes in and not with its square, whatever a cell or a heading holds.

``BOOKREL_EVERY_TOKEN=1 pytest tests/test_linear.py`` tries every text, which takes a while; see
:mod:`tests.doubling`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pymarc
import pytest
from django.apps import apps
from django.db import connection

from django_bookrel.sources import BOOK_FIELDS, open_source
from django_bookrel.sources.base import Row, Source
from django_bookrel.sources.files.undecodable import visible
from django_bookrel.sources.formats import marcfields
from django_bookrel.sources.registry import SOURCES
from django_bookrel.values import cleaner
from tests.doubling import (
    ENDS,
    EVERY,
    MOST,
    QUICK_ENDS,
    QUICK_TOKENS,
    ROW_TOKENS,
    TOKENS,
    Subject,
    functions,
    growth,
    patterns,
    slow,
)

TEXTS: tuple[Sequence[str], Sequence[str]] = (QUICK_TOKENS, QUICK_ENDS)
ROW_TEXTS: tuple[Sequence[str], Sequence[str]] = (ROW_TOKENS, ("!",))
if EVERY:
    TEXTS = ROW_TEXTS = ([*TOKENS, *map("".join, permutations(QUICK_TOKENS, 2))], ENDS)


def test_patterns():
    assert list(slow(patterns(), *TEXTS)) == []


@pytest.mark.parametrize(
    "room", ["names", "isbn", "folding", "roles", "showing", "sources", "values"]
)
def test_functions(room: str):
    assert list(slow(functions(room), *TEXTS)) == []


def rows() -> Iterator[Subject]:
    """Yield what reads a row of each format, with a text in all columns and in each alone."""
    for source in SOURCES.values():
        header = header_of(source)
        for column in [None, *(header if EVERY else ())]:
            yield Subject(f"{source.name} {column or ''}", partial(read, source, header, column))


def header_of(source: type[Source]) -> list[str]:
    if source.name == "openlibrary_dump":
        return ["type", "key", "revision", "last_modified", "json"]
    places = getattr(source, "places", None) or dict.fromkeys(BOOK_FIELDS)
    return [*places, *getattr(source, "looked_at", ())]


def read(
    source: type[Source],
    header: Sequence[str],
    column: str | None,
    text: str,
    fields: Collection[str] = BOOK_FIELDS,
) -> None:
    if not source.mixed:
        text = visible(text)
    cells = [text if column in (None, name) else "A a" for name in header]
    if source.name == "openlibrary_dump":
        names = "title authors publishers publish_date pagination series subjects isbn_10 languages"
        said = json.dumps({name: [text] for name in names.split()})
        cells = ["/type/edition", "/books/OL1M", "1", "2020-01-01", said]
    list(source(header, fields).records([Row(2, cells)]))


def test_rows():
    assert list(slow(rows(), *ROW_TEXTS)) == []


def marc_record(text: str) -> None:
    record = pymarc.Record()
    record.add_field(pymarc.Field("001", data=text), pymarc.Field("008", data=text))
    for tag in ("010", "015", "020", "035", "041", "100", "245", "264", "300", "490", "600", "650"):
        codes = "abcdefjnpqtvxyz24"
        record.add_field(
            pymarc.Field(tag, ["1", "1"], [pymarc.Subfield(code, text) for code in codes])
        )
    marcfields.cells_of(record)


def test_marc_records():
    subject = Subject("marcfields.cells_of", marc_record)
    assert list(slow([subject], *ROW_TEXTS)) == []


def values() -> Iterator[Subject]:
    """Yield what cleans the cells of every kind of column that the tests have."""
    kinds: dict[Any, Callable[[list[Any]], Any]] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            kinds.setdefault((type(field), field.max_length), cleaner(field, connection))
    for (kind, length), clean in kinds.items():
        yield Subject(f"{kind.__name__} {length}", lambda text, clean=clean: clean([text]))


def test_values():
    assert list(slow(values(), *TEXTS)) == []


@pytest.mark.parametrize("name", list(SOURCES))
@pytest.mark.parametrize("make", [lambda n: f"c{n}", lambda n: f"Author {n}"], ids=["c", "Author"])
def test_headings(name: str, make: Callable[[int], str]):
    source = SOURCES[name]

    def place(width: int) -> None:
        header = [*header_of(source), *map(make, range(width))]
        fields = {*BOOK_FIELDS, *header} if name == "native" else BOOK_FIELDS
        source.identify(header, fields)
        read(source, header, None, "a", fields)

    assert growth(place, lambda size: size // 4) < MOST


def test_header_of_a_file(tmp_path: Path):
    path = tmp_path / "books.csv"

    def read_file(header: str) -> None:
        path.write_text(f"{header}\n{header}\n", encoding="utf-8")
        with open_source(path) as reading:
            list(reading)

    wide = lambda size: "title," + ",".join(f"c{n}" for n in range(size // 4))  # noqa: E731
    assert growth(read_file, wide) < MOST
