"""Columns of every kind that only PostgreSQL has; as in ``kinds``."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import partial

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange

from tests.hosts.vitrine.models import Arrays, Folded, Maps, RangePointer, Ranges

from .kinds import NO_JSON, NO_WHOLE, NUL, SURROGATE, Kind, at

Array = partial(Kind, Arrays, finds=False)
Range = partial(Kind, Ranges, pointer=RangePointer)

NO_RANGE = "is not a range such as [1, 10)"
NO_DAY = "is not a date such as 2020-01-31"
NO_MAP = 'is not a JSON object of strings and nulls, such as {"a": "1", "b": null}'
DAY = datetime.date(2024, 1, 1)

ARRAYS = [
    Array(
        "words",
        [
            ("a,b", ["a", "b"]),
            ("one", ["one"]),
            (" a,,b ", [" a", "", "b "]),
            ('["", null, "a,b", "[1]", "|"]', ["", None, "a,b", "[1]", "|"]),
            ('[""]', [""]),
            ("[null]", [None]),
            ("[]", []),
            ("[x", ["[x"]),
            ('["[1]"]', ["[1]"]),
        ],
        [
            ("a," + "x" * 11, "has 11 characters; the maximum is 10"),
            ('["a\\u0000"]', NUL),
            ('["\\ud800"]', SURROGATE),
        ],
    ),
    Array("tags", [("a", ["a"]), ("[]", [])]),
    Array(
        "numbers",
        [("1, 2", [1, 2]), ("[3, null]", [3, None]), ("-5", [-5])],
        [
            ("1,x", NO_WHOLE),
            ("1,,2", NO_WHOLE),
            ("2147483648", "must be at most 2147483647"),
        ],
    ),
    Array("days", [("2024-01-01,2024-02-29", [DAY, datetime.date(2024, 2, 29)])], [("x", NO_DAY)]),
    Array("moments", [("2024-07-01 12:00", [at(2024, 7, 1, 10)])]),
    Array(
        "prices",
        [("1.5,2", [Decimal("1.50"), Decimal("2.00")])],
        [("1.999", "Ensure that there are no more than 2 decimal places.")],
    ),
    Array(
        "grid",
        [
            ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
            ("[]", []),
            ("[[], []]", []),
            ("[[null]]", [[None]]),
        ],
        [
            ("1,2", "is not a list in JSON"),
            ("[1]", "is not a list of lists in JSON"),
            ("[[1], [2, 3]]", "has lists of different lengths"),
        ],
    ),
    Array(
        "extras",
        [('[{"a": 1}, null, "x"]', [{"a": 1}, None, "x"]), ("[1]", [1]), ("[true]", [True])],
        [("x", "is not a list in JSON")],
    ),
    Array(
        "few",
        [("a,a", ["a", "a"])],
        [
            ("a,b", "must be one of: a"),
            ("a,a,a", "List contains 3 items, it should contain no more than 2."),
        ],
    ),
]
RANGES = [
    Range(
        "whole",
        [
            ("[1, 10)", NumericRange(1, 10)),
            ("(1,10]", NumericRange(2, 11)),
            ("[,5]", NumericRange(None, 6, "()")),
            ("[7, None)", NumericRange(7, None)),
            ("[,)", NumericRange(None, None, "()")),
            ("empty", NumericRange(empty=True)),
        ],
        [
            ("1-10", NO_RANGE),
            ("[x,2)", NO_WHOLE),
            ("[2,1)", "ends before it begins"),
            (
                "[1,2147483647]",
                "must end below 2147483647, the largest number in the database",
            ),
            ("[1,2147483648)", "must be at most 2147483647"),
        ],
    ),
    Range("big", [("[1, 9223372036854775807)", NumericRange(1, 2**63 - 1))]),
    Range(
        "price",
        [
            ("[1.50, 2]", NumericRange(Decimal("1.50"), Decimal(2), "[]")),
            ("(,0)", NumericRange(None, Decimal(0), "()")),
            ("[3,3)", NumericRange(empty=True)),
        ],
        [("[x,)", "is not a number")],
    ),
    Range(
        "days",
        [
            ("[2024-01-01, 2024-01-31]", DateRange(DAY, datetime.date(2024, 2, 1))),
            ("(2024-01-01,)", DateRange(datetime.date(2024, 1, 2), None)),
        ],
        [("[x,)", NO_DAY), ("[2024-01-01, 9999-12-31]", "date value out of range")],
    ),
    Range(
        "moments",
        [
            (
                "[2024-07-01 12:00, 2024-07-02 12:00+00:00)",
                DateTimeTZRange(at(2024, 7, 1, 10), at(2024, 7, 2, 12)),
            )
        ],
    ),
]
MAPS = [
    Kind(
        Maps,
        "labels",
        [
            ('{"a": "1", "b": null, "": "é,\\""}', {"a": "1", "b": None, "": 'é,"'}),
            ("{}", {}),
        ],
        [
            (
                "{",
                NO_JSON,
            ),
            ("[]", NO_MAP),
            ('{"a": 1}', NO_MAP),
            ('{"a\\u0000": null}', NUL),
            ('{"a": "\\ud800"}', SURROGATE),
        ],
        finds=False,
    ),
    Kind(Folded, "word", [("Straße", "Straße"), ("ABC", "ABC")], pointer=RangePointer),
]
KINDS = [*ARRAYS, *RANGES, *MAPS]
