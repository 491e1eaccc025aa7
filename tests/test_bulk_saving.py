"""What is wrong with a row rejects that row and no other, whichever way plans are written."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection

from django_bookrel.bulk import BulkSaver, NotYet, Plan, PlanWriter, Rejection, get_writer
from django_bookrel.bulk.errors import Blame
from django_bookrel.bulk.saving import Outcome, is_of_the_row, rejections_of
from django_bookrel.bulk.writers import Database, Writer
from tests.batches import OtherRows, Row, batch_of, parts
from tests.hosts.garden.resources import CrossResource
from tests.hosts.newsdesk.models import Article, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "reporter", "follows", "topics", "words")
BAD = "10001"
"""Words of an article that only the database rejects."""


class NotingSaver(BulkSaver):
    """Takes note of the rows that it is asked to save together, by their slugs."""

    raises: dict[str, Exception]
    """Slug -> what is raised in the place of saving it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[str] = []
        self.raises = {}

    def save(self, plan: Plan) -> Outcome:
        slugs = [plan.batch.columns[0][row] for row in plan.rows()]
        self.asked.append("".join(slugs))
        for slug in slugs:
            if slug in self.raises:
                raise self.raises[slug]
        return super().save(plan)


class Way:
    """Plans articles and writes them."""

    def __init__(self, *, is_row_by_row: bool = False, **options: Any) -> None:
        self.path = parts(ArticleResource, NAMES, **options)
        self.planner, writer = self.path.transactions.planner, get_writer("default")
        self.saver = NotingSaver(self.planner.layout, writer, self.planner.references)
        self.plans = PlanWriter(self.saver, writer, is_row_by_row=is_row_by_row)

    def plan(self, *rows: Row) -> Plan:
        blank = dict.fromkeys(NAMES, "") | {"headline": "A"}
        return self.planner.plan(batch_of(self.path, [blank | row for row in rows]), OtherRows())

    def write(self, *rows: Row) -> Outcome:
        return self.plans.write(self.plan(*rows))


def slugs() -> str:
    return "".join(Article.objects.order_by("slug").values_list("slug", flat=True))


def waiting(outcome: Outcome) -> list[tuple[list[Any], Any]]:
    return [(batch.columns[0], needs) for batch, needs in outcome.waiting]


def named(text: str, **cells: str) -> list[Row]:
    return [{"slug": slug, **cells} for slug in text]


# By halves and one by one.


def test_plan_is_written_at_once():
    way = Way()
    outcome = way.write(*named("abcd"))
    assert way.saver.asked == ["abcd"]
    keys = dict(Article.objects.values_list("slug", "pk"))
    assert list(outcome.new.values()) == [keys[slug] for slug in "abcd"]
    assert +outcome.counts == {"new": 4}


def test_row_that_the_database_rejects_is_found_by_halves():
    way = Way()
    rows = named("abcdefgh")
    rows[5] = rows[5] | {"words": BAD}
    outcome = way.write(*rows)
    assert way.saver.asked == ["abcdefgh", "abcd", "efgh", "ef", "e", "f", "gh"]
    assert slugs() == "abcdegh"
    assert +outcome.counts == {"new": 7}
    keys = dict(Article.objects.values_list("slug", "pk"))
    assert list(outcome.new.values()) == [keys[slug] for slug in "abcdegh"]
    [rejection] = outcome.rejections
    assert (rejection.line, rejection.column, rejection.value) == (7, "", "")
    assert rejection.cells == ["f", "A", "", "", "", BAD]
    assert rejection.reason.startswith("The database rejected the row: ")
    assert "newsdesk_article_words" in rejection.reason


def test_rows_are_saved_one_by_one():
    way = Way(is_row_by_row=True)
    outcome = way.write(*named("ab"), {"slug": "c", "words": BAD}, *named("d"))
    assert way.saver.asked == ["a", "b", "c", "d"]
    assert (slugs(), [rejection.line for rejection in outcome.rejections]) == ("abd", [4])


def test_all_or_nothing():
    way = Way()
    plan = way.plan(*named("a"), {"slug": "b", "words": BAD})
    with pytest.raises(IntegrityError):
        way.plans.write(plan, whole=True)
    assert way.saver.asked == ["ab"]


def test_what_a_rolled_back_half_has_created_is_created_again():
    way = Way()
    rows = named("abc", reporter="ann@example.com", topics="Sea")
    outcome = way.write(rows[0], rows[1] | {"words": BAD}, rows[2])
    assert +outcome.counts == {"new": 2}
    [reporter], [topic] = Reporter.objects.all(), Topic.objects.all()
    found = Article.objects.values_list("slug", "reporter", "topics").order_by("slug")
    assert list(found) == [("a", reporter.pk, topic.pk), ("c", reporter.pk, topic.pk)]


def test_nothing_is_created_for_a_rejected_row():
    way = Way()
    way.write({"slug": "a", "words": BAD, "reporter": "ann@example.com", "topics": "Sea"})
    assert (Reporter.objects.count(), Topic.objects.count(), Article.objects.count()) == (0, 0, 0)


def test_rows_that_change_nothing_are_counted_and_not_saved():
    known = Article.objects.create(slug="b", headline="A")
    way = Way()
    plan = way.plan(*named("ab"), {"slug": "c", "words": BAD})
    outcome = way.plans.write(plan)
    assert way.saver.asked == ["ac", "a", "c"]
    assert +outcome.counts == {"new": 1, "unchanged": 1}
    assert (plan.known, outcome.updated) == ({1: known.pk}, {})


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_failure_that_is_no_rows(is_row_by_row: bool):  # noqa: FBT001
    way = Way(is_row_by_row=is_row_by_row)
    way.saver.raises["b"] = OperationalError("the server closed the connection")
    with pytest.raises(OperationalError):
        way.write(*named("abc"))


def test_code_of_the_host_rejects_rows_one_by_one_only(caplog: pytest.LogCaptureFixture):
    way = Way()
    way.saver.raises["b"] = RuntimeError("no title service")
    with pytest.raises(RuntimeError):
        way.write(*named("abc"))
    way = Way(is_row_by_row=True)
    way.saver.raises["b"] = RuntimeError("no title service")
    way.saver.raises["c"] = ValidationError({"headline": ["is dull", "is old"]})
    with caplog.at_level(logging.ERROR, "django_bookrel.import"):
        outcome = way.write(*named("abc"))
    cells = [[slug, "A", "", "", "", ""] for slug in "bc"]
    assert outcome.rejections == [
        Rejection(3, "", "", "RuntimeError: no title service", cells[0]),
        Rejection(4, "headline", "A", "is dull is old", cells[1]),
    ]
    assert [record.getMessage() for record in caplog.records] == ["Line 3 was rejected."]


# Rows that refer to one another.


def need(slug: str) -> tuple[Any, bool]:
    return ((0, (slug,)), True)


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_rows_that_refer_to_later_ones_come_after_them(is_row_by_row: bool):  # noqa: FBT001
    way = Way(is_row_by_row=is_row_by_row)
    rows = [{"slug": "a", "follows": "c"}, {"slug": "b"}, {"slug": "c", "follows": "b"}]
    assert +way.write(*rows).counts == {"new": 3}
    assert way.saver.asked == (["b", "c", "a"] if is_row_by_row else ["abc"])
    found = Article.objects.order_by("slug").values_list("slug", "follows__slug")
    assert list(found) == [("a", "c"), ("b", None), ("c", "b")]


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_rows_that_refer_to_a_rejected_one_are_put_off(is_row_by_row: bool):  # noqa: FBT001
    way = Way(is_row_by_row=is_row_by_row)
    outcome = way.write(
        {"slug": "a", "follows": "b"},
        {"slug": "b", "words": BAD},
        {"slug": "c", "follows": "a"},
        {"slug": "d"},
    )
    assert slugs() == "d"
    assert [rejection.line for rejection in outcome.rejections] == [3]
    assert waiting(outcome) == [(["a"], [[need("b")]]), (["c"], [[need("a")]])]


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_row_that_changes_nothing_is_put_off_with_what_it_refers_to(
    is_row_by_row: bool,  # noqa: FBT001
):
    Article.objects.create(slug="b", headline="A")
    way = Way(is_row_by_row=is_row_by_row, keep=["follows"])
    outcome = way.write({"slug": "a", "words": BAD}, {"slug": "b", "follows": "a"}, {"slug": "c"})
    assert [rejection.line for rejection in outcome.rejections] == [2]
    assert waiting(outcome) == [(["b"], [[need("a")]])]
    assert +outcome.counts == {"new": 1}


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_circle_is_written_together(is_row_by_row: bool):  # noqa: FBT001
    way = Way(is_row_by_row=is_row_by_row)
    rows = [{"slug": "a", "follows": "b"}, {"slug": "b", "follows": "a"}, {"slug": "c"}]
    assert +way.write(*rows).counts == {"new": 3}
    assert way.saver.asked == (["ab", "c"] if is_row_by_row else ["abc"])
    found = Article.objects.order_by("slug").values_list("slug", "follows__slug")
    assert list(found) == [("a", "b"), ("b", "a"), ("c", None)]


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_guilty_row_of_a_circle(is_row_by_row: bool):  # noqa: FBT001
    way = Way(is_row_by_row=is_row_by_row)
    outcome = way.write(
        {"slug": "a", "follows": "b"},
        {"slug": "b", "follows": "c", "words": BAD},
        {"slug": "c", "follows": "a"},
        {"slug": "d"},
    )
    assert slugs() == "d"
    assert [rejection.line for rejection in outcome.rejections] == [3]
    assert waiting(outcome) == [(["a", "c"], [[need("b")], [need("a")]])]


@pytest.mark.parametrize("is_row_by_row", [False, True])
def test_guilty_row_of_a_circle_of_links(is_row_by_row: bool):  # noqa: FBT001
    """A row is no guiltier for linking to one that is not in."""
    path = parts(CrossResource, ("code", "father", "relatives", "year"))
    planner, writer = path.transactions.planner, get_writer("default")
    saver = BulkSaver(planner.layout, writer, planner.references)
    rows = [
        {"code": "a", "father": "b", "relatives": "", "year": "9999"},
        {"code": "b", "father": "", "relatives": "a|b", "year": ""},
    ]
    plan = planner.plan(batch_of(path, rows), OtherRows())
    outcome = PlanWriter(saver, writer, is_row_by_row=is_row_by_row).write(plan)
    assert [rejection.line for rejection in outcome.rejections] == [2]
    assert waiting(outcome) == [(["b"], [[need("a")]])]


def test_circle_of_which_no_row_is_guilty_by_itself():
    class Together(NotingSaver):
        def save(self, plan: Plan) -> Outcome:
            outcome = super().save(plan)
            if self.asked[-1] == "ab":
                raise IntegrityError("not these two")
            return outcome

    way = Way()
    way.saver = Together(way.planner.layout, get_writer("default"), way.planner.references)
    way.plans = PlanWriter(way.saver, get_writer("default"), is_row_by_row=False)
    outcome = way.write({"slug": "a", "follows": "b"}, {"slug": "b", "follows": "a"})
    assert [(one.line, one.reason) for one in outcome.rejections] == [
        (2, "The database rejected the row: not these two"),
        (3, "The database rejected the row: not these two"),
    ]
    assert (slugs(), outcome.waiting) == ("", [])


def test_row_that_the_saver_puts_off():
    way = Way(is_row_by_row=True)
    way.saver.raises["a"] = NotYet()
    outcome = way.write({"slug": "a"}, {"slug": "b", "follows": "a"}, {"slug": "c"})
    assert (slugs(), outcome.rejections) == ("c", [])
    assert waiting(outcome) == [(["a"], [[]]), (["b"], [[need("a")]])]


# Why.


@pytest.mark.parametrize(
    "error, expected",
    [
        (IntegrityError("taken"), True),
        (DataError("too long"), True),
        (ValidationError("bad"), True),
        (KeyError("x"), True),
        (OperationalError("gone"), False),
    ],
)
def test_whose_failure_it_is(error: Exception, expected: bool):  # noqa: FBT001
    assert is_of_the_row(error, get_writer("default")) is expected


def test_failure_that_goes_away_is_no_rows(monkeypatch: pytest.MonkeyPatch):
    writer: Writer = get_writer("default")
    blames = {"a deadlock": Blame.AGAIN, "no such table": Blame.TABLE, "taken": Blame.ROW}
    monkeypatch.setattr(Database, "blame", lambda self, error: blames[str(error)])
    errors = [*map(IntegrityError, blames), ValueError("a deadlock")]
    assert [is_of_the_row(error, writer) for error in errors] == [False, False, True, True]


@pytest.mark.parametrize(
    "error, expected",
    [
        (ValidationError(["is bad", "is old"]), [("", "", "is bad is old")]),
        (
            ValidationError({"words": ["is bad"], "__all__": ["is odd"], "rank": ["is low"]}),
            [("number", "7", "is bad"), ("", "", "is odd"), ("", "", "rank: is low")],
        ),
        (IntegrityError("two\n  lines"), [("", "", "The database rejected the row: two lines")]),
        (KeyError("x"), [("", "", "KeyError: 'x'")]),
    ],
)
def test_reasons(error: Exception, expected: list[tuple[str, str, str]]):
    found = rejections_of(error, get_writer("default"), 5, ["a", "b"], {"words": ("number", "7")})
    assert found == [Rejection(5, *where, ["a", "b"]) for where in expected]


def test_outcomes_add_up():
    one = Outcome(new={1: 1}, updated={2: 2}, rejections=[Rejection(2, "", "", "bad")])
    one.counts.update(new=1, rejected=0)
    other = Outcome(new={3: 3}, waiting=[])
    other.counts.update(new=2, updated=1)
    one.add(other)
    assert (one.new, one.updated, len(one.rejections)) == ({1: 1, 3: 3}, {2: 2}, 1)
    assert +one.counts == {"new": 3, "updated": 1}


def test_savepoints_are_released():
    way = Way()
    way.write(*named("ab"), {"slug": "c", "words": BAD})
    assert connection.needs_rollback is False
    assert slugs() == "ab"
