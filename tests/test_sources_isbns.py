from __future__ import annotations

import pytest

from django_bookrel.sources.reading.isbns import Numbers, split_numbers


@pytest.mark.parametrize(
    "text, isbns",
    [
        ("0596101996, 9780596101992", ["9780596101992"]),
        ("0596101996 9780822956488", ["9780596101992", "9780822956488"]),
        ("0-596-10199-6 / 0-8229-5648-9", ["9780596101992", "9780822956488"]),
        ("439023483; 0596101996", ["9780439023481", "9780596101992"]),
        ("0439023484; 0439023483", ["9780439023481"]),
        (
            "['0822956489 (pbk. : acid-free paper),0822940434 (acid-free paper)']",
            ["9780822956488", "9780822940432"],
        ),
        ("['0822956489 (pbk., 2nd ed.)', '043942089x']", ["9780822956488", "9780439420891"]),
        ("ISBN 0822956489 (v. 1) ISBN 0822940434 (v. 2)", ["9780822956488", "9780822940432"]),
        ("0822956489 : $12.95", ["9780822956488"]),
        ("0822956489 pbk.", ["9780822956488"]),
    ],
)
def test_several_isbns(text: str, isbns: list[str]):
    assert split_numbers(text) == Numbers(isbns, [])


@pytest.mark.parametrize(
    "text, identifier",
    [
        ("B0092G4TD5", ("asin", "B0092G4TD5")),
        ("978B0092G4TD5", ("asin", "B0092G4TD5")),
        ("b0092g4td5", ("asin", "B0092G4TD5")),
        ("[025192024429]", ("upc", "025192024429")),
        ("5901234123457", ("ean", "5901234123457")),
        ("SIE108407_142", ("other", "SIE108407_142")),
    ],
)
def test_numbers_of_other_systems(text: str, identifier: tuple[str, str]):
    assert split_numbers(text) == Numbers([], [identifier])


@pytest.mark.parametrize(
    "text, identifiers",
    [
        ("B0092G4TD5", [("asin", "B0092G4TD5")]),
        ("7b1c-42", [("shop", "7b1c-42")]),
        ("unknown", []),
        ("0439023484", []),
        ("9780439023480", []),
    ],
)
def test_own_numbers_of_a_format(text: str, identifiers: list[tuple[str, str]]):
    assert split_numbers(text, "shop") == Numbers([], identifiers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "N/A",
        "unknown",
        "ISBN123456",
        "0439023484",
        "025192024420",
        "000000000000",
        "5901234123450",
        "9.78043902348e+12",
        "0028-0836",
        "12345",
    ],
)
def test_what_is_no_number_of_a_book(text: str):
    assert split_numbers(text) == Numbers([], [])
