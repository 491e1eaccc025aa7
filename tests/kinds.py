"""Columns of every kind: texts of cells, the values that they are, and texts that are rejected."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models

from tests.hosts.cabinet.fields import Point
from tests.hosts.cabinet.models import Numbers, Owns, Pointer, Structures, Texts, Times

UTC = datetime.UTC
VENDOR = connection.vendor
ZONE = "Europe/Berlin"
"""The time zone of the local times."""


@dataclass
class Kind:
    """A column with texts of cells, the values that they are, and texts that it rejects."""

    model: type[models.Model]
    name: str
    texts: Sequence[tuple[str, Any]]
    bad: Sequence[tuple[str, str]] = ()
    finds: bool = True
    """Whether no two texts are one record, and records are found by it."""
    pointer: type[models.Model] = Pointer

    def __str__(self) -> str:
        return self.name

    @property
    def field(self) -> Any:
        return self.model._meta.get_field(self.name)

    @property
    def values(self) -> list[Any]:
        return [value for _text, value in self.texts]


def at(*utc: int, local: Any = None) -> datetime.datetime:
    """Give a point in time, without USE_TZ the local time that is given, else that of Berlin."""
    found = datetime.datetime(*utc, tzinfo=UTC)
    if settings.USE_TZ:
        return found
    if local is not None:
        return datetime.datetime(*local)  # noqa: DTZ001
    return found.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, fold=0)


TOO_SMALL, TOO_BIG = (
    "must be at least {:d}",
    "must be at most {:d}",
)
NO_NUMBER, NO_WHOLE = "is not a number", "is not a whole number"
NUL, SURROGATE = (
    f"contains the character U+{c}, which no database can store" for c in ("0000", "D800")
)


def bounds(low: int, high: int) -> list[tuple[str, str]]:
    return [
        (str(low - 1), TOO_SMALL.format(low)),
        (str(high + 1), TOO_BIG.format(high)),
        ("9" * 5_000, NO_WHOLE),
        ("1.5", NO_WHOLE),
        ("1e400000", NO_WHOLE),
        ("x", NO_WHOLE),
    ]


def number(name: str, low: int, high: int) -> Kind:
    texts = [(str(low), low), ("7", 7), ("8.0", 8), ("9e0", 9), (str(high), high)]
    return Kind(Numbers, name, texts, bounds(low, high))


NUMBERS = [
    number("small", -(2**15), 2**15 - 1),
    number("whole", -(2**31), 2**31 - 1),
    number("big", -(2**63), 2**63 - 1),
    number("positive_small", 0, 2**15 - 1),
    number("positive", 0, 2**31 - 1),
    number("positive_big", 0, 2**63 - 1),
    Kind(
        Numbers,
        "ratio",
        [
            ("0.1", 0.1),
            ("-1e300", -1e300),
            ("1e-300", 1e-300),
            ("3", 3.0),
            ("0.30000000000000004", 0.1 + 0.2),
        ],
        [("nan", NO_NUMBER), ("-inf", NO_NUMBER), ("1e999", NO_NUMBER), ("x", NO_NUMBER)],
    ),
    Kind(
        Numbers,
        "price",
        [
            ("1.5", Decimal("1.50")),
            ("1E+2", Decimal("100.00")),
            ("-0.01", Decimal("-0.01")),
            ("0", Decimal("0.00")),
        ],
        [
            ("1.999", "Ensure that there are no more than 2 decimal places."),
            ("1234567", "Ensure that there are no more than 6 digits before the decimal point."),
            ("1e999999", "Ensure that there are no more than 8 digits in total."),
            ("NaN", NO_NUMBER),
            ("Infinity", NO_NUMBER),
            ("1.2.3", NO_NUMBER),
        ],
    ),
    Kind(
        Numbers,
        "exact",
        [
            ("0.0000000001", Decimal("0.0000000001")),
            ("12345.0123456789", Decimal("12345.0123456789")),
        ]
        + (
            []
            if VENDOR == "sqlite"
            else [("12345678901234567890.0123456789", Decimal("12345678901234567890.0123456789"))]
        ),
        [("1234567890.0123456789", "has 20 digits; SQLite can store 15")]
        if VENDOR == "sqlite"
        else [],
    ),
    Kind(Numbers, "is_true", [("1", True), ("0", False)], [("perhaps", "must be 1 or 0")]),
]


def text(name: str, texts: list[str], bad: list[tuple[str, str]] = (), **more: Any) -> Kind:
    unwritable = [("a\0b", NUL)]
    return Kind(Texts, name, [(one, one) for one in texts], [*bad, *unwritable], **more)


IPV6 = "Enter a valid IPv4 or IPv6 address."
TEXTS = [
    text(
        "char",
        ["plain", " é ", "日本", "a|b,c", '"q"'],
        [("x" * 11, "has 11 characters; the maximum is 10")],
    ),
    text("text", ["plain", "two\nlines", "x" * 3_000]),
    text("email", ["a@example.com"], [("a@", "Enter a valid email address.")]),
    text(
        "slug",
        ["a-b_1"],
        [
            (
                "a b",
                "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
            )
        ],
    ),
    text("url", ["https://example.com/?a=1&b=2"], [("example", "Enter a valid URL.")]),
    text("kind", ["new", "used"], [("mended", "must be one of: new, used")]),
    text("path", ["/etc/hosts"], [("x" * 101, "has 101 characters; the maximum is 100")]),
    text("file", ["a/b.png"], [("x" * 101, "has 101 characters; the maximum is 100")]),
    Kind(
        Texts,
        "address",
        [("10.0.0.1", "10.0.0.1"), ("0:0::00FF", "::ff"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4")],
        [("10.0.0", IPV6), ("1::2::3", "Enter a valid IPv6 address.")],
    ),
    Kind(
        Texts,
        "address6",
        [("2001:DB8::1", "2001:db8::1")],
        [("10.0.0.1", "Enter a valid IPv6 address."), ("x", "Enter a valid IPv6 address.")],
    ),
    Kind(
        Texts,
        "number",
        [
            (
                "{12345678-1234-5678-1234-567812345678}",
                uuid.UUID("12345678-1234-5678-1234-567812345678"),
            ),
            ("00000000000000000000000000000001", uuid.UUID(int=1)),
        ],
        [("1234", "“1234” is not a valid UUID.")],
    ),
]
NO_MOMENT = "is not a date and time such as 2020-01-31 13:30:00"
OUT = "is before the year 1 or after the year 9999 in the time zone of the database"
TIMES = [
    Kind(
        Times,
        "day",
        [
            ("2024-02-29", datetime.date(2024, 2, 29)),
            ("0033-04-03", datetime.date(33, 4, 3)),
            ("12/31/1999", datetime.date(1999, 12, 31)),
        ],
        [
            ("2023-02-29", "is not a date such as 2020-01-31"),
            ("soon", "is not a date such as 2020-01-31"),
        ],
    ),
    Kind(
        Times,
        "hour",
        [("23:59:59.999999", datetime.time(23, 59, 59, 999_999)), ("00:00", datetime.time())],
        [("24:00", "is not a time such as 13:30:00"), ("x", "is not a time such as 13:30:00")],
    ),
    Kind(
        Times,
        "moment",
        [
            ("2024-07-01 12:00", at(2024, 7, 1, 10)),
            ("2024-07-01T12:00:00.123456Z", at(2024, 7, 1, 12, 0, 0, 123_456)),
            # Left out by a change of the clock, and repeated by one.
            (
                "2024-03-31 02:30",
                at(2024, 3, 31, 1, 30, local=(2024, 3, 31, 3 if VENDOR == "postgresql" else 2, 30)),
            ),
            ("2024-10-27 02:30", at(2024, 10, 27, 0, 30)),
            ("1800-01-01", at(1799, 12, 31, 23, 6, 32)),
        ],
        [("2024-02-30 00:00", NO_MOMENT), ("now", NO_MOMENT)]
        + (
            [("0001-01-01 00:00", OUT), ("9999-12-31 23:59:59-01:00", OUT)]
            if settings.USE_TZ
            else []
        ),
    ),
    Kind(
        Times,
        "lasts",
        [
            ("1 02:03:04.000005", datetime.timedelta(1, 7384, 5)),
            ("P1DT2H", datetime.timedelta(1, 7200)),
            ("-1 00:00:00", datetime.timedelta(-1)),
            ("0", datetime.timedelta()),
        ],
        [
            ("106751992 00:00:00", "must be at most 106,751,991 days"),
            ("9999999999 00:00:00", "is not a duration such as 1 02:03:04 or P1DT2H3M4S"),
            ("a day", "is not a duration such as 1 02:03:04 or P1DT2H3M4S"),
        ],
    ),
]
NO_JSON = "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
STRUCTURES = [
    Kind(
        Structures,
        "data",
        [("AP8=", b"\x00\xff"), ("YQ==", b"a")],
        [("?", "is not base64"), ("YQ", "is not base64"), ("é", "is not base64")],
        finds=False,
    ),
    Kind(
        Structures,
        "few",
        [("YWJj", b"abc")],
        [("YWJjZA==", "has 4 characters; the maximum is 3")],
        finds=False,
    ),
    Kind(
        Structures,
        "extra",
        [
            ('{"a": [1, true, null, "é"]}', {"a": [1, True, None, "é"]}),
            ("1", 1),
            ("true", True),
            ("0", 0),
            ("false", False),
            ('"text"', "text"),
            ('""', ""),
            ("[]", []),
            ("{}", {}),
            # PostgreSQL keeps no exponents.
            (
                "[1.0, 1e22, 1e-7, 1.5e300]",
                [1.0, 1e22, 1e-7, 15 * 10**299 if VENDOR == "postgresql" else 1.5e300],
            ),
            ("[9223372036854775807]", [2**63 - 1]),
            (r'"\\u0000 \u00e9"', r"\u0000 é"),
        ],
        [
            (
                "{",
                NO_JSON,
            ),
            (
                "{'a': 1}",
                NO_JSON,
            ),
            ("NaN", "is not JSON: NaN is not a JSON number"),
            ("[-Infinity]", "is not JSON: -Infinity is not a JSON number"),
            ("1e999", "has a number that is too large"),
            (r'["\u0000"]', NUL),
            (r'{"\ud800": 1}', SURROGATE),
            ("[" * 100_000, "has more than 200 levels"),
            ("[" * 300 + "]" * 300, "has more than 200 levels"),
        ],
        finds=False,
    ),
]
FRACTION = 400_000 if VENDOR == "sqlite" else 0
OWNS = [
    Kind(
        Owns,
        "phone",
        [("030 1234", "0301234"), ("+49 1", "+491")],
        [
            ("no", "is not a telephone number"),
            ("1" * 21, "has 21 characters; the maximum is 20"),
        ],
    ),
    Kind(Owns, "sorts", [("a,b", ["a", "b"]), ("c", ["c"])], finds=False),
    Kind(
        Owns,
        "short",
        [("ab ", "AB"), ("C", "C")],
        [("x" * 11, "has 11 characters; the maximum is 10")],
    ),
    Kind(
        Owns,
        "fixed",
        [("abcdefgh", "abcdefgh"), ("ijklmnop", "ijklmnop")],
    ),
    Kind(
        Owns,
        "colour",
        [("red", "red"), ("green", "green")],
        [
            ("blue", "KeyError: 'blue'"),
            ("infrared", "must be at most 2147483647"),
        ],
    ),
    Kind(
        Owns,
        "money",
        [("1.234,50 €", Decimal("1234.50")), ("2,5", Decimal("2.50"))],
        [("a lot", "“a lot” value must be a decimal number.")],
    ),
    Kind(
        Owns,
        "point",
        [("1;2", Point(1, 2))],
        [
            ("1", "not enough values to unpack (expected 2, got 1)"),
            ("1;x", "invalid literal for int() with base 10: 'x'"),
        ],
    ),
    Kind(
        Owns,
        "second",
        [
            ("2024-07-01 12:00:30.4Z", at(2024, 7, 1, 12, 0, 30, FRACTION)),
            ("2024-07-01 12:00:40Z", at(2024, 7, 1, 12, 0, 40)),
        ],
        [("soon", NO_MOMENT)],
    ),
    Kind(
        Owns,
        "workday",
        [("2024-07-01", datetime.date(2024, 7, 1))],
        [("2024-07-06", "is a day off")],
    ),
    Kind(
        Owns,
        "levels",
        [("[1, 2]", (1, 2)), ('{"a": 1}', {"a": 1})],
        [("(1)", "is not JSON: Expecting value: line 1 column 1 (char 0)")],
        finds=False,
    ),
]
KINDS = [*NUMBERS, *TEXTS, *TIMES, *STRUCTURES, *OWNS]
