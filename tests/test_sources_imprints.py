from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources.base import Row
from django_bookrel.sources.formats.generic import GenericSource
from django_bookrel.sources.reading.imprints import Imprint, split_imprint


@pytest.mark.parametrize(
    "text, imprint",
    [
        ("", Imprint([])),
        ("Quayside Press", Imprint(["Quayside Press"])),
        ("Little, Brown", Imprint(["Little, Brown"])),
        ("Studio 2000", Imprint(["Studio 2000"])),
        ("Tor: An Imprint", Imprint(["Tor: An Imprint"])),
        ("Quayside ; Mole Press", Imprint(["Quayside", "Mole Press"])),
        ("1999", Imprint([], "1999")),
        (
            "O'Hara Media (2006), Edition: Fifth, 1032 pages",
            Imprint(["O'Hara Media"], "2006", "1032", ("Edition: Fifth",)),
        ),
        ("O'Hara Media, Inc. (2006)", Imprint(["O'Hara Media, Inc."], "2006")),
        (
            "O'Hara Media; Reprint edition (March 16, 1998)",
            Imprint(["O'Hara Media"], "1998", "", ("Reprint edition",)),
        ),
        ("Quay; 2nd edition", Imprint(["Quay"], "", "", ("2nd edition",))),
        ("Quay; 1 edition (2001)", Imprint(["Quay"], "2001", "", ("1 edition",))),
        (
            "Quay; Revised and expanded edition",
            Imprint(["Quay"], "", "", ("Revised and expanded edition",)),
        ),
        ("Quay; Mole Edition", Imprint(["Quay", "Mole Edition"])),
        ("Edition Mole; Quay", Imprint(["Edition Mole", "Quay"])),
        (
            "Paris: Quay, 1999, 203 p.; 18 cm",
            Imprint(["Quay"], "1999", "203", ("Paris", "18 cm")),
        ),
        (
            "Paris: Quay, 1999, xii, 203 p. : ill. ; 18 x 20,5 cm.",
            Imprint(["Quay"], "1999", "203", ("Paris", "ill.", "18 x 20,5 cm")),
        ),
        (
            "Quay (1999), Edition: 2, 9 pages; 18 cm",
            Imprint(["Quay"], "1999", "9", ("Edition: 2", "18 cm")),
        ),
        ("Quayside, 2010, 350 p.", Imprint(["Quayside"], "2010", "350")),
        ("Fano : Quayside, c2000.", Imprint(["Quayside"], "2000", "", ("Fano",))),
        ("Fano [u.a.] : Quayside, 2000", Imprint(["Quayside"], "2000", "", ("Fano [u.a.]",))),
        (
            "New York : Harcourt, Brace [1962]",
            Imprint(["Harcourt, Brace"], "1962", "", ("New York",)),
        ),
        (
            "New York, London, Harcourt, Brace, 1962 [c1961]",
            Imprint(["Harcourt, Brace"], "1962", "", ("New York, London",)),
        ),
        ("Harcourt, Brace [1962]", Imprint(["Harcourt, Brace"], "1962")),
        ("Boston, Mass., Little, Brown", Imprint(["Little, Brown"], "", "", ("Boston, Mass.",))),
        (
            "Fano ; Bath : Quayside : Mole, 1974.",
            Imprint(["Quayside", "Mole"], "1974", "", ("Fano", "Bath")),
        ),
        (
            "Fano : Quayside, 1960 ; Bath : Mole, 1961",
            Imprint(["Quayside", "Mole"], "1960", "", ("Fano", "Bath")),
        ),
        (
            "Quayside, inc.; London, Mole",
            Imprint(["Quayside, inc.", "Mole"], "", "", ("London",)),
        ),
        ("[S.l.] : [s.n.], 1999", Imprint([], "1999")),
        ("[Fano] : [Quayside]", Imprint(["Quayside"], "", "", ("Fano",))),
        ("Fano : Quayside, 18--", Imprint(["Quayside"], "", "", ("Fano", "18--"))),
        ("Fano : Quayside, 1990-1995", Imprint(["Quayside"], "1990", "", ("Fano",))),
        ("London", Imprint([], "", "", ("London",))),
        ("Fano : Publisher unknown, 1999", Imprint([], "1999", "", ("Fano",))),
    ],
)
def test_split_imprint(text: str, imprint: Imprint):
    assert split_imprint(text) == imprint


def test_an_edition_is_no_publisher():
    source = GenericSource(["publisher"], ["publishers"])
    cells = ["Ace; 2nd edition (June 5, 2001)", "Ace; Reprint edition", "Ace; Mole Books"]
    records = list(source.records(Row(2, [cell]) for cell in cells))
    assert [record.values["publishers"] for record in records] == [
        ["Ace"],
        ["Ace"],
        ["Ace", "Mole Books"],
    ]
    assert [repair.message for record in records for repair in record.repairs] == [
        "Dropped: 2nd edition.",
        "Dropped: Reprint edition.",
    ]


class ImprintSource(GenericSource):
    read_publishers = GenericSource.read_imprints


def test_year_and_pages_where_they_are_not_said_elsewhere(tmp_path: Path):
    source = ImprintSource(["publisher", "year", "pages"], ["publishers", "year", "pages"])
    imprint = "Fano : Quayside (2006), 99 pages"
    rows = [Row(2, [imprint, "", ""]), Row(3, [imprint, "1999", "1"]), Row(4, ["Mole", "", ""])]
    records = list(source.records(rows))
    assert [record.values for record in records] == [
        {"publishers": ["Quayside"], "year": "2006", "pages": "99"},
        {"publishers": ["Quayside"], "year": "1999", "pages": "1"},
        {"publishers": ["Mole"], "year": "", "pages": ""},
    ]
    assert [tuple(repair) for repair in records[0].repairs] == [
        ("publication", "publisher", imprint, "Dropped: Fano.", "Quayside")
    ]
    assert records[2].repairs == []


@pytest.mark.parametrize(
    "cell",
    ["Unknown", "n/a", "[s.n.]", "S. n.", "nan", "None", "NA", "Publisher not identified", "o. V."],
)
def test_nobody_is_no_publisher(cell: str):
    source = GenericSource(["publisher"], ["publishers"])
    [record] = source.records([Row(2, [f"Quay; {cell}"])])
    assert record.values == {"publishers": ["Quay"]}
    assert [tuple(repair)[:4] for repair in record.repairs] == [
        (
            "nobody-dropped",
            "publisher",
            cell,
            f'"{cell}" is not a publisher. The cell was dropped.',
        )
    ]


@pytest.mark.parametrize("name", ["Unknown Press", "NP", "SN", "Na", "No Exit"])
def test_publishers(name: str):
    source = GenericSource(["publisher"], ["publishers"])
    [record] = source.records([Row(2, [name])])
    assert (record.values, record.repairs) == ({"publishers": [name]}, [])
