"""Points in time and times of day as databases keep them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from ..fields import AnyField
from .meaning import own_type

__all__ = ("in_time_zone", "moment_as_stored", "time_as_stored")

Moment = Callable[[datetime.datetime], datetime.datetime]

FRACTION = re.compile(r"\((\d)\)")

OUT_OF_YEARS = "is before the year 1 or after the year 9999 in the time zone of the database"


def in_time_zone(moment: datetime.datetime) -> datetime.datetime:
    """
    Return a point in time as the database gives it: in UTC, without ``USE_TZ`` without a zone.

    A time without a zone is one of ``TIME_ZONE``; without ``USE_TZ`` a zone is taken off, and the
    value is the time in ``TIME_ZONE``, which is the one that such a host has its times in. A local
    time that a change of the clock leaves out or repeats is the one that Python takes it for.

    :raises ValueError: in the time zone it lies out of the years 1 to 9999.
    """
    try:
        if not settings.USE_TZ:
            is_aware = timezone.is_aware(moment)
            zone = timezone.get_default_timezone()
            return timezone.make_naive(moment, zone) if is_aware else moment
        if moment.tzinfo is datetime.UTC:
            return moment
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        return moment.astimezone(datetime.UTC)
    except OverflowError:
        raise ValueError(OUT_OF_YEARS) from None


def moment_as_stored(field: AnyField, connection: BaseDatabaseWrapper) -> Moment:
    """Return what makes of a point in time the one that comes back; it raises ValueError."""
    round_off = _rounding(field, connection)
    zone = connection.timezone if settings.USE_TZ else None
    keeps_zone = connection.vendor == "postgresql"
    if round_off is None and (zone is datetime.UTC or (zone is None and not keeps_zone)):
        return in_time_zone

    def stored(value: datetime.datetime) -> datetime.datetime:
        value = in_time_zone(value)
        try:
            value = round_off(value) if round_off else value
            if zone is None:
                return _as_in_zone(value) if keeps_zone else value
            local = value.astimezone(zone)
            if not keeps_zone and local.replace(fold=0).astimezone(datetime.UTC) != value:
                raise ValueError(f"is the second {local:%H:%M} of that day in {zone}")
        except OverflowError:
            raise ValueError(OUT_OF_YEARS) from None
        return value

    return stored


def time_as_stored(
    field: AnyField, connection: BaseDatabaseWrapper
) -> Callable[[datetime.time], datetime.time]:
    """Return what makes of a time of day the one that comes back; it raises ValueError."""
    round_off = _rounding(field, connection)
    day = datetime.date(2000, 1, 1)

    def stored(value: datetime.time) -> datetime.time:
        if value.tzinfo is not None:
            raise ValueError("has a time zone, which a time column cannot store")
        if round_off is None:
            return value
        moment = round_off(datetime.datetime.combine(day, value))
        if moment.date() != day:
            raise ValueError("would be rounded to midnight of the next day")
        return moment.time()

    return stored


def _as_in_zone(value: datetime.datetime) -> datetime.datetime:
    """Return a time without a zone as PostgreSQL gives it back, which keeps it in UTC."""
    zone = timezone.get_default_timezone()
    try:
        kept = value.replace(tzinfo=zone).astimezone(datetime.UTC)
    except OverflowError:
        return value
    return kept.astimezone(zone).replace(tzinfo=None, fold=0)


def _rounding(field: AnyField, connection: BaseDatabaseWrapper) -> Moment | None:
    """Return what takes off the digits of a second that a type of the host's does not keep."""
    kind = own_type(field, connection)
    match = FRACTION.search(kind)
    digits = int(match[1]) if match else 0 if connection.vendor == "mysql" and kind else 6
    if digits == 6 or connection.vendor not in ("postgresql", "mysql"):
        return None
    unit = 10 ** (6 - digits)
    # MariaDB cuts off, the others round.
    half = 0 if getattr(connection, "mysql_is_mariadb", False) else unit // 2

    def rounded(moment: datetime.datetime) -> datetime.datetime:
        moment += datetime.timedelta(microseconds=half)
        return moment.replace(microsecond=moment.microsecond // unit * unit)

    return rounded
