"""Names of other records: found in any spelling, remembered from batch to batch, created once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_bookrel.bulk import Reference, get_writer
from django_bookrel.bulk.resolve import Pending, Resolver, settled
from django_bookrel.models import Alias
from django_bookrel.names import text_key
from tests.hosts.newsdesk.models import Reporter, Section, Topic

pytestmark = pytest.mark.django_db

SECTION = Reference(Section, ("name",), create=True)
EMAIL = Reference(Reporter, ("email",), create=True, to_field="email")


def resolver(reference: Reference = SECTION, aliases: Any = None) -> Resolver:
    return Resolver(reference, get_writer("default"), aliases)


def find(one: Resolver, *names: str) -> list[Any]:
    """Look up the names of a batch; return what refers to the records, or names to be created."""
    one.find([(name,) for name in names])
    found = [one.keys.get((name,)) for name in names]
    return [getattr(value, "names", value) for value in found]


def queries(work: Any) -> int:
    with CaptureQueriesContext(connection) as context:
        work()
    return len(context)


def asks(one: Resolver, *names: str) -> bool:
    """Return whether names are looked up in the database."""
    return queries(lambda: find(one, *names)) > 0


def test_records_in_any_spelling():
    law = Section.objects.create(name="Law & Order")
    one = resolver()
    assert find(one, "LAW AND ORDER", "Law & Order", "Sport") == [law.pk, law.pk, ("Sport",)]
    assert one.by_identity() == {("law and order",): law.pk}


def test_records_that_are_not_to_be_created():
    law = Section.objects.create(name="Law")
    assert find(resolver(Reference(Section, ("name",))), "law", "Sport") == [law.pk, None]


def test_several_records():
    pks = [Reporter.objects.create(email=f"{name}@example.com", name="A").pk for name in "ab"]
    for create in (False, True):
        one = resolver(Reference(Reporter, ("name",), create))
        assert (find(one, "A"), one.several) == ([None], {("A",): [(pk, pk) for pk in pks]})
        find(one, "B")
        assert one.several == {}


def test_fields_that_are_referred_to():
    Reporter.objects.create(email="first@example.com")
    one = resolver(EMAIL)
    names = ["ann@example.com", "first@example.com"]
    assert find(one, *names) == [(names[0],), names[1]]
    one.create([one.keys[(names[0],)]])
    assert one.keys[(names[0],)].value == names[0]


def test_new_record_is_created_once_and_as_it_was_written_first():
    one = resolver()
    find(one, "Sport", "SPORT")
    pending = one.keys[("Sport",)]
    assert one.keys[("SPORT",)] is pending
    one.create([pending])
    section = Section.objects.get()
    assert (section.name, section.key, pending.value) == ("Sport", "sport", section.pk)
    assert settled([pending, 7, None]) == [section.pk, 7, None]


def test_spelling_of_an_earlier_batch_in_which_nothing_was_created():
    one = resolver()
    find(one, "Sport")
    assert find(one, "SPORT") == [("Sport",)]


def test_names_are_remembered():
    law = Section.objects.create(name="Law")
    one = resolver()
    assert asks(one, "Law", "Sport") is True
    one.create([one.keys[("Sport",)]])
    assert asks(one, "Law", "Sport") is False
    assert find(one, "Law", "Sport") == [law.pk, Section.objects.get(name="Sport").pk]
    one.forget()
    assert asks(one, "Law", "Sport") is True


def test_no_more_names_are_remembered_than_the_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("django_bookrel.bulk.resolve.KNOWN_NAMES", 1)
    Section.objects.bulk_create(
        [Section(name=name, key=name.lower()) for name in ("Law", "Sport", "Art")]
    )
    one = resolver()
    find(one, "Law", "Sport")
    assert [asks(one, name) for name in ("Law", "Art", "Sport")] == [False, True, True]


def test_queries_do_not_depend_on_the_names():
    found = []
    for number in (2, 200):
        one, names = resolver(), [f"Section {number}-{n}" for n in range(number)]
        looked = queries(lambda one=one, names=names: find(one, *names))
        pending = [one.keys[(name,)] for name in names]
        found.append((looked, queries(lambda one=one, some=pending: one.create(some))))
    assert found[0] == found[1]
    assert Section.objects.count() == 202


def test_former_names():
    law = Section.objects.create(name="Law")
    kind, target = "newsdesk.section", str(law.pk)
    Alias.objects.create(kind=kind, name="Justice", key=text_key("Justice"), target=target)
    one = resolver(aliases=Alias)
    assert find(one, "JUSTICE", "Law", "Sport") == [law.pk, law.pk, ("Sport",)]
    # Where there are none of the model, or none at all.
    Alias.objects.update(kind="newsdesk.topic")
    assert find(resolver(aliases=Alias), "Justice") == find(resolver(), "Justice") == [("Justice",)]


def test_records_that_another_reference_has_created():
    topics = Reference(Topic, ("name",), create=True)
    one = resolver(topics)
    find(one, "Sea", "Sky")
    pending = [one.keys[("Sea",)], one.keys[("Sky",)]]
    sea = Topic.objects.create(name="Sea")
    assert one.adopt(pending) == [pending[1]]
    assert [some.value for some in pending] == [sea.pk, None]


def test_record_that_a_row_makes_is_not_remembered_by_its_first_spelling():
    one = resolver()
    find(one, "Sport")
    one.keys[("Sport",)] = Pending(("Sport",), ("sport",), line=3)
    assert find(one, "SPORT") == [("SPORT",)]
