"""What is written is read as it was, for random values of every kind of column."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db.models import Model
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.bulk import get_writer
from tests.hosts.newsdesk.models import Article, Sample
from tests.importing import moment, rolled_back
from tests.test_writers import insert, update

pytestmark = pytest.mark.django_db

Row = tuple[Any, ...]

# PostgreSQL takes no NUL; the length is counted in characters.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=100)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
# MariaDB takes those of the standard alone.
UUIDS = st.uuids(version=4)
ARTICLES = {
    "slug": st.uuids().map(str),
    "headline": TEXTS,
    "published": st.none() | st.dates(datetime.date(1000, 1, 1)),
    "embargo": st.none() | st.builds(moment, st.integers(1971, 2200), *[st.integers(1, 12)] * 5),
    "fee": st.none() | st.decimals(-999_999, 999_999, places=2),
    "is_free": st.booleans(),
    "kind": st.sampled_from(["news", "essay"]),
    "words": st.integers(0, 9_999),
    "extra": JSON.filter(lambda value: value is not None),
    "rank": st.integers(-(2**31), 2**31 - 1),
}
SAMPLES = {
    "slug": st.uuids().map(str),
    "number": st.none() | UUIDS,
    "address": st.none() | st.ip_addresses(v=4).map(str),
    "lasts": st.none()
    | st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999)),
    "starts": st.none() | st.times(),
    "weight": st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    "is_true": st.none() | st.booleans(),
    "url": TEXTS,
    "picture": TEXTS,
    "token": UUIDS,
}


def stored(model: type[Model], names: list[str]) -> dict[Any, Row]:
    return {pk: tuple(row) for pk, *row in model._base_manager.values_list("pk", *names)}


@pytest.mark.parametrize("model, kinds", [(Article, ARTICLES), (Sample, SAMPLES)])
@given(data=st.data())
def test_what_is_written_is_read(
    model: type[Model], kinds: dict[str, st.SearchStrategy[Any]], data: st.DataObject
):
    rows = st.lists(
        st.tuples(*kinds.values()), min_size=1, max_size=7, unique_by=lambda row: row[0]
    )
    first = data.draw(rows)
    with rolled_back():
        writer = get_writer("default")
        keys = insert(writer, model, " ".join(kinds), *first)
        assert stored(model, [*kinds]) == dict(zip(keys, first, strict=True))
        changed = dict(zip(data.draw(st.permutations(keys)), data.draw(rows), strict=False))
        update(writer, model, " ".join(kinds), *((key, *row) for key, row in changed.items()))
        assert stored(model, [*kinds]) == dict(zip(keys, first, strict=True)) | changed
