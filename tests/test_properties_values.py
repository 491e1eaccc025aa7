"""What a database has in a column comes back from the cell that an export makes of it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.resources import RelationalResource
from django_bookrel.resources.rendering import cell_makers
from django_bookrel.values import differs
from tests.hosts.cabinet.models import Numbers, Structures, Texts, Times
from tests.importing import rolled_back

pytestmark = pytest.mark.django_db

IS_SQLITE = connection.vendor == "sqlite"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXT, parts, max_size=4),
    max_leaves=10,
)
ZONES = st.timezones() if settings.USE_TZ else st.none()
FIRST, LAST = datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31)  # noqa: DTZ001
MOST = Decimal(10) ** (5 if IS_SQLITE else 20) - 1
VALUES: list[tuple[type[models.Model], str, st.SearchStrategy[Any]]] = [
    (Texts, "text", TEXT.filter(bool)),
    # MariaDB takes no others of some that nobody makes.
    (Texts, "number", st.uuids(version=4)),
    (Texts, "address", st.ip_addresses().map(str)),
    (Numbers, "big", st.integers(-(2**63), 2**63 - 1)),
    (Numbers, "ratio", st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)),
    (Numbers, "exact", st.decimals(-MOST, MOST, places=10)),
    (Numbers, "is_true", st.booleans()),
    (Times, "day", st.dates()),
    (Times, "hour", st.times()),
    (Times, "moment", st.datetimes(FIRST, LAST, timezones=ZONES, allow_imaginary=False)),
    (Times, "lasts", st.timedeltas(*(datetime.timedelta(days) for days in (-(10**8), 10**8)))),
    (Structures, "data", st.binary(min_size=1, max_size=50)),
    (Structures, "extra", JSON.filter(lambda value: value is not None)),
]
if connection.vendor == "postgresql":
    from tests.hosts.vitrine.models import Arrays, Maps, Ranges

    def ranges(name: str, ends: st.SearchStrategy[Any]) -> tuple[Any, str, Any]:
        kind = Ranges._meta.get_field(name).range_type
        pairs = st.tuples(ends, ends).map(lambda pair: sorted(pair))
        bounds = st.sampled_from(["[]", "[)", "(]", "()"])
        full = st.builds(lambda pair, b: kind(*pair, b), pairs, bounds)
        half = st.builds(lambda end, b: kind(end, None, b), ends, bounds)
        return Ranges, name, full | half | st.just(kind(empty=True))

    VALUES += [
        (Arrays, "words", st.lists(st.none() | TEXT, max_size=4)),
        (Arrays, "numbers", st.lists(st.none() | st.integers(-(2**31), 2**31 - 1), max_size=4)),
        (Arrays, "extras", st.lists(JSON, max_size=3)),
        (Maps, "labels", st.dictionaries(TEXT, st.none() | TEXT, max_size=4)),
        ranges("whole", st.integers(-(2**31), 2**31 - 2)),
        ranges("price", st.decimals(-MOST, MOST, places=2)),
        ranges("days", st.dates(max_value=datetime.date(9999, 12, 30))),
        ranges("moments", st.datetimes(FIRST, LAST, timezones=ZONES, allow_imaginary=False)),
    ]


@pytest.mark.parametrize(
    "kind, name, values", VALUES, ids=[name for _kind, name, _values in VALUES]
)
def test_what_goes_out_comes_in(kind: type[models.Model], name: str, values: Any):
    class KindResource(RelationalResource):
        class Meta:
            model = kind
            fields = (name,)

    resource = KindResource()
    layout = resource.layout([name])
    [column] = layout.columns
    say = cell_makers(resource, layout)[name]

    @given(value=values)
    def comes_in(value: Any) -> None:
        with rolled_back():
            saved = kind.objects.create(code="a", **{name: value})
            stored = kind.objects.values_list(name, flat=True).get(pk=saved.pk)
            cells = say([stored])
            found, reasons = column.clean(cells)
            assert reasons == {}
            assert found == [stored]
            assert not differs([column.field])(found, [stored])
            # What was cleaned is what comes back.
            kind.objects.filter(pk=saved.pk).update(**{name: found[0]})
            assert kind.objects.values_list(name, flat=True).get(pk=saved.pk) == stored

    comes_in()
