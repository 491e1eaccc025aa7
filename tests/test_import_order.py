"""A file in any order comes in the same, and costs about the same: work is counted, not timed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk.own import OwnReferences
from django_bookrel.bulk.planning import Planner
from django_bookrel.bulk.waiting import Census, Waiting
from django_bookrel.resources.cleaning import RowCleaner
from tests.batches import Row, counts, parts, run
from tests.hosts.newsdesk.models import Article
from tests.hosts.newsdesk.resources import StrictSequelResource
from tests.importing import code_of_the_host

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "follows")
ROWS, BATCH = 2_000, 200

Shape = Callable[[int, int], int | None]
"""Number of a row, and how many rows there are -> number of the row that it follows."""

SHAPES: dict[str, Shape] = {
    "chain": lambda n, size: n - 1 if n else None,
    "tree": lambda n, size: (n - 1) // 2 if n else None,
    "star": lambda n, size: 0 if n else None,
    "circle": lambda n, size: (n - 1) % size,
    "small circles": lambda n, size: n - 2 if n % 3 == 2 else min(n + 1, size - 1),
    "chain into a circle": lambda n, size: n - 1 if n else size // 2,
}
ORDERS: dict[str, Callable[[list[Row]], list[Row]]] = {
    "newest first": lambda rows: rows[::-1],
    "random": lambda rows: random.Random(7).sample(rows, len(rows)),
    "from both ends": lambda rows: [
        rows[n // 2] if n % 2 else rows[-1 - n // 2] for n in range(len(rows))
    ],
}


def rows_of(shape: Shape, size: int) -> list[Row]:
    """Make rows, of which each follows another as the shape says, oldest first."""
    found = []
    for n in range(size):
        other = shape(n, size)
        follows = "" if other is None else f"a{other}"
        found.append({"slug": f"a{n}", "headline": f"No. {n}", "follows": follows})
    return found


def imported(rows: list[Row], batch_size: int = BATCH, **options: Any) -> dict[str, int]:
    return counts(run(parts(StrictSequelResource, NAMES, **options), rows, batch_size=batch_size))


def stored() -> list[tuple[str, str, str]]:
    found = Article.objects.values_list("pk", "slug", "headline", "follows")
    slugs = {pk: slug for pk, slug, *_rest in found} | {None: ""}
    return sorted((slug, headline, slugs[other]) for _pk, slug, headline, other in found)


def said(rows: list[Row]) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in rows)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the rows that each step of an import handles."""
    found: Counter[str] = Counter()

    def count(kind: Any, name: str, rows: Callable[..., int]) -> None:
        usual = getattr(kind, name)

        def counting(self: Any, *args: Any, **options: Any) -> Any:
            found[f"{kind.__name__}.{name}"] += rows(*args)
            return usual(self, *args, **options)

        monkeypatch.setattr(kind, name, counting)

    count(RowCleaner, "clean", len)
    count(Planner, "plan", lambda batch, *args: len(batch))
    count(OwnReferences, "unmet", lambda batch, makers, unknown, file: len(unknown))
    count(Waiting, "add", lambda batch, needs: len(batch))
    count(Census, "has", lambda candidate: 1)
    return found


def cost(rows: list[Row], work: Counter[str]) -> Counter[str]:
    """Import rows into an empty table; return the statements and what ``work`` has counted."""
    Article.objects.all().delete()
    work.clear()
    with CaptureQueriesContext(connection) as context:
        assert imported(rows) == {"rows": len(rows), "new": len(rows)}
    return work + Counter(statements=len(context))


def excess(work: Counter[str], usual: Counter[str]) -> dict[str, tuple[int, int]]:
    """Give what is more than three times the usual, in a step three times the rows at least."""
    least = Counter({name: ROWS for name in work if name != "statements"}) | usual
    return {
        name: (number, usual[name]) for name, number in work.items() if number > 3 * least[name]
    }


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_order_costs_three_times_as_much_as_oldest_first(shape: Shape, work: Counter[str]):
    rows = rows_of(shape, ROWS)
    usual = cost(rows, work)
    assert stored() == said(rows)
    for order in ORDERS.values():
        ordered = cost(order(rows), work)
        assert excess(ordered, usual) == {}
        assert ordered["RowCleaner.clean"] == ROWS
        assert stored() == said(rows)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_rows_that_are_lost_with_another_cost_no_more(order: Any, work: Counter[str]):
    """A row that follows nothing takes along all that follow it."""
    rows = rows_of(SHAPES["chain"], ROWS)
    rows[0] = {**rows[0], "follows": "nothing"}
    found = []
    for ordered in (rows, order(rows)):
        work.clear()
        with CaptureQueriesContext(connection) as context:
            assert imported(ordered) == {"rows": ROWS, "rejected": ROWS}
        found.append(work + Counter(statements=len(context)))
    usual, other = found
    assert excess(other, usual) == {}
    assert stored() == []


SOME = 60


@pytest.mark.parametrize("order", [lambda rows: rows, *ORDERS.values()], ids=["usual", *ORDERS])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_any_size_of_batches_gives_the_same(shape: Shape, order: Any):
    rows = rows_of(shape, SOME)
    for batch_size in (7, 25, SOME):
        assert imported(order(rows), batch_size, dry_run=True) == {"rows": SOME, "new": SOME}
        assert stored() == []
        assert imported(order(rows), batch_size) == {"rows": SOME, "new": SOME}
        assert stored() == said(rows)
        assert imported(order(rows), batch_size) == {"rows": SOME, "unchanged": SOME}
        Article.objects.all().delete()


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_row_by_row_gives_the_same(shape: Shape, order: Any):
    rows = rows_of(shape, SOME)
    with code_of_the_host(Article):
        path = parts(StrictSequelResource, NAMES)
    assert path.transactions.is_bulk is False
    assert counts(run(path, order(rows), batch_size=25)) == {"rows": SOME, "new": SOME}
    assert stored() == said(rows)
