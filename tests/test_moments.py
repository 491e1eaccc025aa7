"""Points in time in a database that has them in a time zone of its own."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import override_settings

from django_bookrel.resources import RelationalResource, load
from django_bookrel.values import in_time_zone
from tests.hosts.cabinet.models import Owns, Times
from tests.importing import counts

UTC = datetime.UTC
NOON = datetime.datetime(2024, 7, 1, 12)  # noqa: DTZ001 (for it is given one)


class TimesResource(RelationalResource):
    class Meta:
        model = Times
        fields = ("code", "moment")
        import_id_fields = ("code",)


def forget_time_zone() -> None:
    for name in ("timezone", "timezone_name"):
        connections["default"].__dict__.pop(name, None)
    connection.ensure_timezone()


@pytest.fixture
def berlin(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the database have its times in that of Berlin."""
    settings.USE_TZ = True
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "TIME_ZONE", "Europe/Berlin")
        forget_time_zone()
        yield
    forget_time_zone()


@pytest.mark.usefixtures("berlin")
def test_times_that_a_change_of_the_clock_repeats(tmp_path: Path):
    path = tmp_path / "times.csv"
    path.write_text("code,moment\na,2024-10-27 00:30Z\nb,2024-10-27 01:30Z\nc,2024-07-01 00:00Z\n")
    first, second = (datetime.datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1))
    summer = datetime.datetime(2024, 7, 1, tzinfo=UTC)
    result = load(path, resource=TimesResource, source="native")
    rejected = [(r.line, r.column, r.reason) for r in result.rejections]
    found = [moment.astimezone(UTC) for moment in Times.objects.values_list("moment", flat=True)]
    if connection.vendor == "postgresql":
        assert (rejected, sorted(found)) == ([], [summer, first, second])
    else:
        reason = "is the second 02:30 of that day in Europe/Berlin"
        assert (rejected, sorted(found)) == ([(3, "moment", reason)], [summer, first])
    again = load(path, resource=TimesResource, source="native")
    assert counts(again)["unchanged"] == len(found)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("cell", ["9999-12-31 23:30Z", "0001-01-01 00:00+01:00"])
def test_times_out_of_the_years_of_the_database(tmp_path: Path, cell: str):
    path = tmp_path / "times.csv"
    path.write_text(f"code,moment\na,{cell}\n")
    result = load(path, resource=TimesResource, source="native")
    assert [r.reason for r in result.rejections] == [
        "is before the year 1 or after the year 9999 in the time zone of the database"
    ]


@pytest.mark.parametrize(
    "use_tz, moment, expected",
    [
        (True, NOON, datetime.datetime(2024, 7, 1, 10, tzinfo=UTC)),
        (False, NOON, NOON),
        (False, datetime.datetime(2024, 7, 1, 10, tzinfo=UTC), NOON),
    ],
)
def test_in_time_zone(use_tz: Any, moment: datetime.datetime, expected: datetime.datetime):
    with override_settings(USE_TZ=use_tz, TIME_ZONE="Europe/Berlin"):
        found = in_time_zone(moment)
    assert (found, found.tzinfo) == (expected, expected.tzinfo)


@pytest.mark.django_db
def test_seconds_that_a_column_rounds(tmp_path: Path):
    class OwnsResource(RelationalResource):
        class Meta:
            model = Owns
            fields = ("code", "second")
            import_id_fields = ("code",)

    path = tmp_path / "owns.csv"
    path.write_text("code,second\na,2024-07-01 12:00:59.6\n")
    assert load(path, resource=OwnsResource, source="native").counts.new == 1
    [moment] = Owns.objects.values_list("second", flat=True)
    cuts_off = getattr(connection, "mysql_is_mariadb", False)
    rounded = (59, 0) if cuts_off else (0, 0)
    expected = (59, 600_000) if connection.vendor == "sqlite" else rounded
    assert (moment.second, moment.microsecond) == expected
    again = load(path, resource=OwnsResource, source="native")
    assert counts(again) == {"rows": 1, "unchanged": 1}
