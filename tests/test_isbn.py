from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from stdnum import isbn as stdnum

from django_bookrel.exceptions import InvalidISBN
from django_bookrel.isbn import clean_isbn, find_isbn, format_isbn, isbn10, repair_isbn


@pytest.mark.parametrize(
    "text",
    [
        "9780439023481",
        "978-0-439-02348-1",
        "978 0 439 02348 1",
        "978–0–439–02348–1",
        "978‐0‑439\u221202348\u00a01",
        "\ufeff9780439023481\u200e",
        " 9780439023481\n",
        "0439023483",
        "0-439-02348-3",
        "ISBN 0439023483",
        "ISBN0439023483",
        "isbn:0439023483",
        "ISBN-10: 0-439-02348-3",
        "ISBN-13: 978-0-439-02348-1",
        "ISBN13 9780439023481",
        "ISBN 13: 9780439023481",
        "urn:isbn:9780439023481",
        "URN:ISBN:0439023483",
        "９７８０４３９０２３４８１",
    ],
)
def test_an_isbn_in_any_form_becomes_13_digits(text: str) -> None:
    assert clean_isbn(text) == "9780439023481"
    assert find_isbn(text) == "9780439023481"


@pytest.mark.parametrize("text", ["043942089X", "043942089x", "0-439-42089-x"])
def test_the_check_digit_x(text: str) -> None:
    assert clean_isbn(text) == "9780439420891"


@pytest.mark.parametrize(
    "text, message",
    [
        ("", '"" is not a valid ISBN: it is empty.'),
        ("ISBN ", '"ISBN" is not a valid ISBN: it is empty.'),
        ("Dune", '"Dune" is not a valid ISBN: "D" is not a digit.'),
        ("978B0092G4TD5", '"978B0092G4TD5" is not a valid ISBN: "B" is not a digit.'),
        ("04390X3483", '"04390X3483" is not a valid ISBN: "X" is not a digit.'),
        ("978043902348X", '"978043902348X" is not a valid ISBN: "X" is not a digit.'),
        ("٠٤٣٩٠٢٣٤٨٣", '"٠٤٣٩٠٢٣٤٨٣" is not a valid ISBN: "٠" is not a digit.'),
        ("439023483", '"439023483" is not a valid ISBN: it has 9 digits instead of 10 or 13.'),
        ("0439023484", '"0439023484" is not a valid ISBN: its check digit is 4 but should be 3.'),
        ("0439420890", '"0439420890" is not a valid ISBN: its check digit is 0 but should be X.'),
        (
            "978-0-439-02348-7",
            '"978-0-439-02348-7" is not a valid ISBN: its check digit is 7 but should be 1.',
        ),
        (
            "5901234123457",
            (
                '"5901234123457" is not a valid ISBN: it is not the number of a book, '
                "as it starts with neither 978 nor 979."
            ),
        ),
        (
            "5901234123450",
            (
                '"5901234123450" is not a valid ISBN: it is not the number of a book, '
                "as it starts with neither 978 nor 979."
            ),
        ),
        (
            "1 " * 60,
            (
                f'"{"1 " * 40}… and 39 more characters" is not a valid ISBN: it has 60 digits '
                "instead of 10 or 13."
            ),
        ),
    ],
)
def test_what_is_no_isbn_is_rejected_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidISBN) as rejection:
        clean_isbn(text)
    assert str(rejection.value) == message
    assert find_isbn(text) is None


def test_no_text_is_no_isbn() -> None:
    assert find_isbn(None) is None


@pytest.mark.parametrize(
    "text, repaired",
    [
        ("9780439023481", ("9780439023481", None)),
        ("0439023483", ("9780439023481", "isbn-10")),
        ("0-439-02348-3", ("9780439023481", "isbn-10")),
        ("[0596101996]", ("9780596101992", "isbn-10")),
        ("978-0-439-02348-1", ("9780439023481", "punctuation")),
        (" 9780439023481", ("9780439023481", "punctuation")),
        ("[9780439023481]", ("9780439023481", "punctuation")),
        ("'9780439023481", ("9780439023481", "punctuation")),
        ("９７８０４３９０２３４８１", ("9780439023481", "punctuation")),
        ("439023483", ("9780439023481", "zeros")),
        ("43942089X", ("9780439420891", "zeros")),
        ("002005220", ("9780002005227", "zeros")),
        ("439023483.0", ("9780439023481", "float")),
        ("0439023483.0", ("9780439023481", "float")),
        ("9780439023481.00", ("9780439023481", "float")),
        ("9.780439023481E+12", ("9780439023481", "float")),
        ("4.39023483e+8", ("9780439023481", "float")),
        ('="0439023483"', ("9780439023481", "excel")),
        ('="9780439023481"', ("9780439023481", "excel")),
        ('="0439023483 (pbk.)"', ("9780439023481", "excel")),
        ("0822956489 (pbk. : acid-free paper)", ("9780822956488", "qualifier")),
        ("978-0-439-02348-1 (v. 1) (cloth).", ("9780439023481", "qualifier")),
        ("ISBN 043942089X (pbk.)", ("9780439420891", "qualifier")),
    ],
)
def test_damage_that_can_be_undone_is_repaired(text: str, repaired: tuple[str, str | None]) -> None:
    assert repair_isbn(text) == repaired


@pytest.mark.parametrize("text", ["2005220", "61054887", "61054887.0", "20493630"])
def test_fewer_than_nine_digits_may_be_an_issn(text: str) -> None:
    assert repair_isbn(text, lost_zeros=True)[0] == clean_isbn(text.removesuffix(".0").zfill(10))
    with pytest.raises(InvalidISBN, match="digits instead of 10 or 13"):
        repair_isbn(text)


@pytest.mark.parametrize("text", ["00280836", "02670623", "0280836"])
def test_what_begins_with_a_zero_has_lost_none(text: str) -> None:
    with pytest.raises(InvalidISBN, match="digits instead of 10 or 13"):
        repair_isbn(text, lost_zeros=True)


@pytest.mark.parametrize(
    "text, reason",
    [
        ('=""', "it is empty"),
        ("[]", "it is empty"),
        ("43902348", "it has 8 digits instead of 10 or 13"),
        ("000000", "it has 6 digits instead of 10 or 13"),
        ("439023484", "it has 9 digits instead of 10 or 13"),
        ("0439023483.5", '"." is not a digit'),
        ("0028-0836", "it has 8 digits instead of 10 or 13"),
        ("0822956489 (pbk.), 0822940434 (cloth)", '"(" is not a digit'),
        ("9.78043902348E+12", "it was rounded as a number, so its last digits are lost"),
        ("9,78043902348e+12", "it was rounded as a number, so its last digits are lost"),
        ('="9.78E+12"', "it was rounded as a number, so its last digits are lost"),
        ("0439023484", "its check digit is 4 but should be 3"),
    ],
)
def test_nothing_is_guessed(text: str, reason: str) -> None:
    with pytest.raises(InvalidISBN) as rejection:
        repair_isbn(text)
    assert str(rejection.value) == f'"{text}" is not a valid ISBN: {reason}.'


def outcome(function: Callable[[str], str], text: str) -> str | None:
    try:
        return function(text)
    except ValueError:
        return None


def test_what_is_valid_is_what_stdnum_calls_valid() -> None:
    source = random.Random(3)
    valid = 0
    for _ in range(20_000):
        prefix = source.choice(["978", "979", "977", "", "", ""])
        core = "".join(source.choices("0123456789", k=9))
        number = prefix + core + source.choice("0123456789X")
        expected = outcome(lambda text: stdnum.validate(text, convert=True), number)
        assert outcome(clean_isbn, number) == expected, number
        assert find_isbn(number) == expected, number
        valid += expected is not None
    assert 1500 < valid < 2500


def test_forms_of_an_isbn() -> None:
    assert format_isbn("9780439023481") == "978-0-439-02348-1"
    assert format_isbn("9791032305690") == "979-10-323-0569-0"
    assert isbn10("9780439023481") == "0439023483"
    assert isbn10("9780439420891") == "043942089X"
    assert isbn10("9791032305690") is None


@pytest.mark.parametrize("text", ["", "Dune", "9780439023482", "5901234123457", "97804390234"])
def test_what_is_no_isbn_has_no_other_form(text: str) -> None:
    assert format_isbn(text) == text
    assert isbn10(text) is None


def test_an_isbn_of_an_unassigned_range_has_no_hyphens() -> None:
    assert format_isbn("9789999999991") == "9789999999991"
