"""Models that find their records by name, in any spelling."""

from __future__ import annotations

import pytest
from django.db.models import Model

from django_bookrel.models import (
    Author,
    Publisher,
    Series,
    Subject,
)
from tests.hosts.mirror import models as mirror
from tests.hosts.novels.models import House, Person

PERSON = ("Tolkien, J. R. R.", "jrr tolkien", "J.R.R. TOLKIEN")

TEXT = ("Allen & Unwin", "allen and unwin", "ALLEN AND UNWIN")

ISBN = "9780306406157"


@pytest.fixture(
    params=[Author, Person, mirror.Author, Publisher, House, Series, Subject],
    ids=lambda model: model._meta.label,
)
def named(request: pytest.FixtureRequest) -> type[Model]:
    return request.param


@pytest.fixture
def spellings(named: type[Model]) -> tuple[str, str, str]:
    """A name, its key, and another spelling."""
    return PERSON if issubclass(named, Author.__base__) else TEXT
