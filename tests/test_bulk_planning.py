"""What a batch will do, as a value: read from the database and decided upon, nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from django_bookrel.bulk import UNSET, Plan, Rejection
from django_bookrel.bulk.childplan import Alteration
from django_bookrel.bulk.columns import ColumnChange, Gone
from django_bookrel.bulk.plan import Joined
from django_bookrel.bulk.selecting import Records
from django_bookrel.models import Book
from django_bookrel.resources import BookResource, ForeignKeyField, RelationalResource
from django_bookrel.resources.rowpath.paths import ImportPath
from tests.batches import OtherRows, Row, batch_of, parts
from tests.hosts.newsdesk.models import Article, Photo, Reporter, Topic
from tests.hosts.newsdesk.resources import ArticleResource, StrictSequelResource
from tests.importing import capture_writes, stored

pytestmark = pytest.mark.django_db

NAMES = ("slug", "headline", "reporter", "follows", "topics", "words")
ROW = dict.fromkeys(NAMES, "") | {"headline": "A"}
SEQUEL = ("slug", "headline", "follows")
BOOK = ("title", "isbn", "identifiers")
ISBN = "9780306406157"


def article(slug: str, **cells: str) -> Row:
    return {**ROW, "slug": slug, **cells}


def articles(**options: Any) -> ImportPath:
    return parts(ArticleResource, NAMES, **options)


def plan_of(path: ImportPath, rows: list[Row], file: Any = None, **options: Any) -> Plan:
    """Plan rows as one batch; see that nothing is written."""
    batch = batch_of(path, rows)
    before = stored("newsdesk") | stored()
    with capture_writes() as written:
        plan = path.transactions.planner.plan(batch, file, **options)
    assert written == []
    assert stored("newsdesk") | stored() == before
    return plan


def kept() -> tuple[Article, Reporter, list[Topic]]:
    """Keep an article on two topics."""
    reporter = Reporter.objects.create(email="ann@example.com")
    topics = [Topic.objects.create(name=name) for name in ("Sea", "Sky")]
    found = Article.objects.create(slug="old", headline="Old", reporter=reporter, words=7)
    found.topics.set(topics)
    return found, reporter, topics


def links_of(plan: Plan) -> tuple[list[Any], list[Alteration], list[Any]]:
    """Give the rows of topics that are added, by name, altered and deleted."""
    [child] = plan.children
    names = [getattr(one, "names", one) for (one,) in child.added]
    return list(zip(child.added_rows, names, strict=True)), child.altered, child.gone


def only(counts: Any) -> dict[str, int]:
    return dict(+counts)


# New and changed records.


def test_new_rows():
    path = articles()
    plan = plan_of(path, [article("a", topics="Sea|Sky", words="3"), article("b", topics="Sea")])
    assert (plan.new, plan.known, plan.changed, plan.touched) == ([0, 1], {}, {}, set())
    assert links_of(plan) == ([(0, ("Sea",)), (0, ("Sky",)), (1, ("Sea",))], [], [])
    assert only(plan.counts()) == {"new": 2}
    assert plan.to_save() == plan.rows() == [0, 1]
    assert dict(zip(path.transactions.planner.layout.names, plan.columns, strict=True)) == {
        "slug": ["a", "b"],
        "headline": ["A", "A"],
        "words": [3, 0],
        "reporter": [None, None],
        "follows": [None, None],
    }
    assert plan.doubt == ""


def test_one_record_is_created_for_all_that_name_it():
    rows = [article("a", reporter="ann@example.com"), article("b", reporter="ann@example.com")]
    path = articles()
    plan = plan_of(path, rows)
    one, other = plan.columns[path.transactions.planner.layout.names.index("reporter")]
    assert one is other
    assert (one.names, one.value, one.line) == (("ann@example.com",), None, 0)


def test_row_that_changes_nothing():
    found, _reporter, _topics = kept()
    row = article("old", headline="Old", reporter="ann@example.com", topics="Sky|Sea", words="7")
    plan = plan_of(articles(), [row])
    assert (plan.new, plan.known, plan.changed, plan.touched) == ([], {0: found.pk}, {}, set())
    assert links_of(plan) == ([], [], [])
    assert only(plan.counts()) == {"unchanged": 1}
    assert (plan.rows(), plan.to_save(), plan.doubt) == ([0], [], "")


def test_changes_with_before_and_after():
    found, reporter, [sea, _sky] = kept()
    path = articles()
    rows = [article("new"), article("old", headline="New", topics="Sky|Sun", words="7")]
    plan = plan_of(path, rows, OtherRows())
    before = ("old", "Old", 7, reporter.pk, None)
    after = ("old", "New", 7, None, None)
    assert path.transactions.planner.layout.names == [
        "slug",
        "headline",
        "words",
        "reporter",
        "follows",
    ]
    assert (plan.new, plan.known) == ([0], {1: found.pk})
    assert plan.changed == {1: ColumnChange(found.pk, before, after)}
    gone = Article.topics.through.objects.get(topic=sea).pk
    assert links_of(plan) == ([(1, ("Sun",))], [], [(1, gone)])
    assert (plan.touched, plan.to_save()) == ({1}, [0, 1])
    assert only(plan.counts()) == {"new": 1, "updated": 1}


def test_record_of_which_only_links_change():
    _found, _reporter, [_sea, sky] = kept()
    row = article("old", headline="Old", reporter="ann@example.com", topics="Sea", words="7")
    plan = plan_of(articles(), [row], OtherRows())
    gone = Article.topics.through.objects.get(topic=sky).pk
    assert (plan.changed, plan.touched) == ({}, {0})
    assert links_of(plan) == ([], [], [(0, gone)])
    assert only(plan.counts()) == {"updated": 1}


@pytest.mark.parametrize(
    "options, columns, links",
    [
        ({"existing": "skip"}, None, []),
        ({"existing": "fill"}, None, [(0, ("Sun",))]),
        ({"keep": ["headline", "reporter"]}, ("Old", 9), [(0, ("Sun",))]),
        ({"keep": ["topics", "words", "reporter"]}, ("New", 7), []),
    ],
    ids=["skip", "fill", "keep columns", "keep links"],
)
def test_records_that_are_spared(options: dict[str, Any], columns: Any, links: list[Any]):
    found, reporter, _topics = kept()
    row = article("old", headline="New", topics="Sea|Sky|Sun", words="9")
    plan = plan_of(articles(**options), [row], OtherRows())
    changes = [change.after for change in plan.changed.values()]
    assert changes == ([("old", *columns, reporter.pk, None)] if columns else [])
    assert links_of(plan)[0] == links
    assert plan.known == {0: found.pk}


# Rows of one record.


def test_last_row_of_a_record_counts():
    plan = plan_of(articles(), [article("a"), article("b"), article("a", headline="B")])
    assert (plan.batch.lines, plan.new, plan.duplicates) == ([3, 4], [0, 1], 1)
    assert plan.columns[1] == ["A", "B"]


def test_last_row_keeps_every_identity():
    path = parts(BookResource, BOOK)
    first = {"title": "Emma", "isbn": ISBN, "identifiers": [("oclc", "1")]}
    last = {"title": "Ulysses", "isbn": "", "identifiers": [("oclc", "1")]}
    batch = batch_of(path, [first, last])
    plan = path.transactions.planner.plan(batch, None)
    assert (plan.batch.lines, plan.columns[1]) == ([3], [ISBN])
    assert plan.joined == [Joined(2, "Emma", 3, "Ulysses")]
    # The batch is as it was.
    assert batch.columns[1] == [ISBN, UNSET]


def test_record_that_the_database_alone_takes_for_one():
    found, _reporter, _topics = kept()
    rows = [article("old", headline="B"), article("new"), article("old", headline="C")]
    plan = plan_of(articles(), rows, OtherRows())
    assert (plan.batch.lines, plan.duplicates) == ([3, 4], 1)
    assert plan.known == {1: found.pk}


def test_rows_that_do_not_count_are_left_out():
    rows = [article("a"), article("b"), article("c")]
    plan = plan_of(articles(), rows, OtherRows(), out=[0, 2])
    assert (plan.batch.lines, plan.new) == ([3], [0])


def test_records_may_be_given():
    found, _reporter, _topics = kept()
    plan = plan_of(articles(), [article("a"), article("b")], OtherRows(), pks=[None, found.pk])
    assert (plan.new, plan.known) == ([0], {1: found.pk})
    assert plan.changed[1].before[0] == "old"
    assert plan.changed[1].after[0] == "b"


# What depends on the rest of the file.


def test_changes_depend_on_the_rest_of_the_file():
    kept()
    row = article("old", headline="New")
    assert plan_of(articles(), [row]).doubt == "a record changes"
    assert plan_of(articles(), [row], OtherRows()).doubt == ""


def test_rows_that_contradict_one_another():
    one, other = (Book.objects.create(title=title) for title in ("One", "Two"))
    one.identifiers.create(scheme="oclc", value="1")
    other.identifiers.create(scheme="oclc", value="2")
    path = parts(BookResource, BOOK)
    rows = [
        {"title": "A", "isbn": ISBN, "identifiers": [("oclc", "1")]},
        {"title": "B", "isbn": ISBN, "identifiers": [("oclc", "2")]},
    ]
    plan = plan_of(path, rows)
    assert (plan.doubt, plan.rejections) == ("rows contradict one another", [])


def test_row_by_which_its_record_is_not_found_again():
    book = Book.objects.create(title="One", isbn=ISBN)
    path = parts(BookResource, BOOK, existing="skip")
    row = {"title": "One", "isbn": ISBN, "identifiers": [("oclc", "1")]}
    plan = plan_of(path, [row])
    assert (plan.known, plan.doubt) == (
        {0: book.pk},
        "a record is not found by all that a row says",
    )


# Rejections.


def test_row_that_means_two_records():
    one = Book.objects.create(title="One", isbn=ISBN)
    other = Book.objects.create(title="Two")
    other.identifiers.create(scheme="oclc", value="1")
    path = parts(BookResource, BOOK)
    rows = [
        {"title": "A", "isbn": ISBN, "identifiers": [("oclc", "1")]},
        {"title": "B", "isbn": "", "identifiers": [("oclc", "2")]},
    ]
    plan = plan_of(path, rows)
    reason = (
        "The row matches more than one record: "
        f"oclc:1 is “Two” (no. {other.pk}); isbn {ISBN} is “One” (no. {one.pk})."
    )
    cells = ["A", ISBN, [("oclc", "1")]]
    assert plan.rejections == [Rejection(2, "", "", reason, cells)]
    assert (plan.batch.lines, plan.new) == ([3], [0])
    assert path.transactions.planner.preview(batch_of(path, rows)).rejections == plan.rejections


def test_names_that_are_not_there():
    path = parts(StrictSequelResource, ("slug", "headline", "reporter", "follows"))
    rows = [
        {"slug": "a", "headline": "A", "reporter": "ann@example.com", "follows": ""},
        {"slug": "b", "headline": "B", "reporter": "", "follows": ""},
    ]
    plan = plan_of(path, rows)
    reason = "No reporter has this email."
    cells = ["a", "A", "ann@example.com", ""]
    assert plan.rejections == [Rejection(2, "reporter", "ann@example.com", reason, cells)]
    assert plan.batch.lines == [3]


class BarePhotoResource(RelationalResource):
    """Does not know of the credit that every photo needs."""

    class Meta:
        model = Photo
        fields = ("code",)
        import_id_fields = ("code",)


def test_what_a_new_record_needs():
    plan = plan_of(parts(BarePhotoResource, ("code",)), [{"code": "a"}])
    reason = "A new photo requires credit, for which there is no column."
    assert plan.rejections == [Rejection(2, "", "", reason, ["a"])]
    assert plan.doubt == "a row lacks what a new record needs"


# Rows that refer to rows.


def sequels(*pairs: str) -> list[Row]:
    found = [pair.partition(" ") for pair in pairs]
    return [{"slug": slug, "headline": slug, "follows": other} for slug, _, other in found]


def slug_is(slug: str) -> tuple[int, tuple[str]]:
    return (0, (slug,))


def test_rows_that_refer_to_rows_of_the_batch():
    path = parts(StrictSequelResource, SEQUEL)
    plan = plan_of(path, sequels("a b", "b", "c a", "d d"), OtherRows())
    assert (plan.new, plan.needs) == ([0, 1, 2, 3], {0: {1}, 2: {0}})
    assert plan.needed == {0: [(slug_is("b"), True)], 2: [(slug_is("a"), True)]}
    said = [one and (one.names, one.line) for one in plan.columns[-1]]
    assert said == [(("b",), 3), None, (("a",), 2), (("d",), 5)]
    [(_reference, one)] = plan.made_by(1)
    assert one is plan.columns[-1][0]


def test_rows_that_wait_and_rows_that_wait_for_nothing():
    path = parts(StrictSequelResource, SEQUEL)
    rows = sequels("a later", "b never", "c a", "d")
    plan = plan_of(path, rows, OtherRows(made={slug_is(slug) for slug in ("a", "b", "c", "later")}))
    assert plan.batch.lines == [5]
    [(waiting, needs)] = plan.waiting
    assert waiting.lines == [2, 4]
    assert needs == [[(slug_is("later"), True)], [(slug_is("a"), True)]]
    reason = "No article has this slug."
    cells = ["b", "b", "never"]
    assert plan.rejections == [Rejection(3, "follows", "never", reason, cells)]


def test_rows_that_a_dry_run_has_planned():
    path = parts(StrictSequelResource, SEQUEL, dry_run=True)
    plan = plan_of(path, sequels("a b"), OtherRows(planned={slug_is("b")}))
    assert (plan.new, plan.waiting, plan.rejections) == ([0], [], [])


class EditedResource(RelationalResource):
    reporter = ForeignKeyField(Reporter, by="email", create=True)
    editor = ForeignKeyField(Reporter, by="email")

    class Meta:
        model = Article
        import_id_fields = ("slug",)
        fields = ("slug", "headline", "reporter", "editor")


def test_names_that_a_row_may_create():
    path = parts(EditedResource, ("slug", "headline", "editor", "reporter"))
    row = {"slug": "a", "headline": "A", "reporter": "", "editor": "ann@example.com"}
    assert plan_of(path, [row]).doubt == "a row names what another one may create"
    plan = plan_of(path, [row], OtherRows())
    assert [(batch.lines, needs) for batch, needs in plan.waiting] == [([2], [[]])]
    plan = plan_of(path, [row], OtherRows(promised={("ann@example.com",)}))
    assert (plan.new, plan.waiting, plan.rejections) == ([0], [], [])
    plan = plan_of(path, [row], OtherRows(is_over=True))
    reason = "No reporter has this email."
    cells = ["a", "A", "", "ann@example.com"]
    assert plan.rejections == [Rejection(2, "editor", "ann@example.com", reason, cells)]


# The plan of a dry run, and of records that vanish.


def told(path: ImportPath, plan: Plan) -> dict[str, Any]:
    """Give all that a plan says, with names in the place of what is to be created."""

    def named(value: Any) -> Any:
        return getattr(value, "names", value)

    [child] = plan.children
    return {
        "lines": plan.batch.lines,
        "columns": [list(map(named, column)) for column in plan.columns],
        "changed": {
            row: (change.pk, change.before, tuple(map(named, change.after)))
            for row, change in plan.changed.items()
        },
        "added": [tuple(map(named, entry)) for entry in child.added],
        "links": (child.added_rows, child.altered, child.gone),
        "waiting": [(batch.lines, needs) for batch, needs in plan.waiting],
        **{
            name: getattr(plan, name)
            for name in ("new", "known", "touched", "needs", "rejections", "duplicates", "doubt")
        },
        "counts": plan.counts(),
        "joined": [str(one) for one in plan.joined],
    }


@pytest.mark.parametrize(
    "options, updated",
    [({}, 1), ({"existing": "fill"}, 1), ({"existing": "skip"}, 0), ({"keep": ["topics"]}, 1)],
)
def test_dry_run_has_the_plan_of_the_import(options: dict[str, Any], updated: int):
    kept()
    rows = [
        article("old", headline="New", reporter="bo@example.com", topics="Sky|Sun"),
        article("a", follows="b", topics="Sea"),
        article("b", follows="c"),
        article("c", follows="z"),
        article("d", follows="nothing"),
        article("b", follows="old", reporter="bo@example.com"),
        article("old", headline="Old", topics="Sun"),
    ]
    plans = [
        told(path, plan_of(path, rows, OtherRows(made={slug_is("z")}), out=[2]))
        for path in (articles(**options), articles(dry_run=True, **options))
    ]
    assert plans[0] == plans[1]
    assert (plans[0]["lines"], plans[0]["duplicates"]) == ([3, 7, 8], 1)
    assert [rejection.line for rejection in plans[0]["rejections"]] == [6]
    assert plans[0]["waiting"] == [([5], [[(slug_is("z"), True)]])]
    assert plans[0]["counts"] == {"new": 2, "updated": updated, "unchanged": 1 - updated} | {
        "duplicates": 0
    }


def test_dry_run_has_the_plan_of_the_optimistic_pass():
    kept()
    rows = [
        {"slug": "old", "headline": "New", "topics": "Sky|Sun", "words": "1"},
        {"slug": "a", "headline": "A", "topics": "Sun", "words": "1"},
        {"slug": "a", "headline": "B", "topics": "Sun", "words": "1"},
    ]
    names = ("slug", "headline", "topics", "words")
    plans = [
        told(path, plan_of(path, rows))
        for path in (parts(ArticleResource, names), parts(ArticleResource, names, dry_run=True))
    ]
    assert plans[0] == plans[1]
    assert (plans[0]["doubt"], plans[0]["new"]) == ("a record changes", [1])


def test_records_that_vanish_are_found_again(monkeypatch: pytest.MonkeyPatch):
    """An identifier whose book is gone: what it says is not believed a second time."""
    path = parts(BookResource, BOOK)
    planner = path.transactions.planner
    batch = batch_of(path, [{"title": "A", "isbn": ISBN, "identifiers": []}])
    looked: list[Any] = []
    complete = planner.comparison.complete

    def vanishing(plan: Plan, past: Any) -> None:
        looked.append(dict(plan.known))
        if plan.known:
            raise Gone(list(plan.known.values()))
        complete(plan, past)

    monkeypatch.setattr(planner.comparison, "complete", vanishing)
    book = Book.objects.create(title="A", isbn=ISBN)
    plan = planner.plan(batch, None)
    assert looked == [{0: book.pk}, {}]
    assert (plan.new, plan.known) == ([0], {})
    monkeypatch.setattr(planner.selection, "records", lambda batch, gone: Records([book.pk]))
    with pytest.raises(Gone):
        planner.plan(batch, None)
    assert looked[2:] == [{0: book.pk}] * 3
