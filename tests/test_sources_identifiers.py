from __future__ import annotations

import pytest

from django_bookrel.sources.reading.identifiers import clean_identifiers, clean_number


@pytest.mark.parametrize(
    "scheme, value, clean",
    [
        ("oclc", "ocm00012345 ", "ocm00012345 "),
        ("oclc", "ocm00012345", "12345"),
        ("oclc", "(OCoLC)ocn123456789", "123456789"),
        ("oclc", "on1234567890", "1234567890"),
        ("oclc", "22812747.0", "22812747"),
        ("oclc", "12-34", "12-34"),
        ("lccn", "   78-890351 ", "78890351"),
        ("lccn", "78-890351 /AC/r932", "78890351"),
        ("lccn", "n78-89035", "n78089035"),
        ("lccn", "a  53009656 /L", "a53009656"),
        ("lccn", "2001-1114", "2001001114"),
        ("lccn", "78-890351-12", "78-890351-12"),
        ("bl", "000012", "000012"),
    ],
)
def test_clean_number(scheme: str, value: str, clean: str):
    assert clean_number(scheme, value) == clean


def test_clean_identifiers():
    values = {"identifiers": [("oclc", "ocm77; 88"), ("bl", "0001 ; 0002"), ("oclc", "77")]}
    clean_identifiers(values)
    assert values["identifiers"] == [
        ("oclc", "77"),
        ("oclc", "88"),
        ("bl", "0001"),
        ("bl", "0002"),
    ]


def test_a_record_without_identifiers_stays_so():
    values = {"title": "Emma"}
    clean_identifiers(values)
    assert values == {"title": "Emma"}
