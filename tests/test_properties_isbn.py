"""What is promised of ISBNs, of any number and any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_bookrel.exceptions import InvalidISBN
from django_bookrel.isbn import clean_isbn, find_isbn, format_isbn, isbn10, repair_isbn

DIGITS = "0123456789"


def is_isbn(text: str) -> bool:
    """Tell an ISBN-13 by the standard's own words."""
    weighted = zip(map(int, text), [1, 3] * 7, strict=False)
    return len(text) == 13 and sum(digit * weight for digit, weight in weighted) % 10 == 0


def is_isbn_10(text: str) -> bool:
    weighted = zip(text, range(10, 0, -1), strict=True)
    return sum((10 if d == "X" else int(d)) * weight for d, weight in weighted) % 11 == 0


@st.composite
def isbns_13(draw: st.DrawFn) -> str:
    digits = draw(st.sampled_from(["978", "979"])) + draw(st.text(DIGITS, min_size=9, max_size=9))
    return next(digits + last for last in DIGITS if is_isbn(digits + last))


@st.composite
def isbns_10(draw: st.DrawFn) -> str:
    digits = draw(st.text(DIGITS, min_size=3, max_size=9)).zfill(9)
    return next(digits + last for last in f"{DIGITS}X" if is_isbn_10(digits + last))


ISBN_13, ISBN_10 = isbns_13(), isbns_10()
ISBN = ISBN_13 | ISBN_10
PIECES = (
    *(*DIGITS, "978", "979", "977", "0306406152", "9780306406157", "X", "x", "E+"),
    *("-", " ", ".", ",", '="', '"', "(", ")", "(pbk.)", "ISBN", "isbn-13:", "urn:isbn:"),
    *("\u2010", "\u00ad", "\ufeff", "\0", "\ud800", "\n", "９", "٣", "²", "½", "۹", "Ⅹ"),
)
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
)


@st.composite
def spellings(draw: st.DrawFn, isbn: str) -> str:
    """Write an ISBN as people and programs do."""
    separator = draw(st.sampled_from(["", "-", " ", "\u2010", "\u2013", "\u00ad", "\xa0"]))
    cuts = draw(st.sets(st.integers(1, len(isbn) - 1), max_size=4)) if separator else ()
    text = "".join(separator * (place in cuts) + digit for place, digit in enumerate(isbn))
    if draw(st.booleans()):
        text = text.replace("X", "x").translate(str.maketrans(DIGITS, "０１２３４５６７８９"))
    prefix = draw(st.sampled_from(["", "ISBN ", "ISBN: ", f"ISBN-{len(isbn)}: ", "urn:isbn:"]))
    return prefix + text


@given(ISBN_10)
def test_ten_digits_become_13_and_ten_again(isbn: str) -> None:
    longer = clean_isbn(isbn)
    assert is_isbn(longer)
    assert longer.startswith("978")
    assert isbn10(longer) == isbn


@given(ISBN_13)
def test_13_digits_become_ten_and_13_again(isbn: str) -> None:
    shorter = isbn10(isbn)
    assert (shorter is None) == isbn.startswith("979")
    assert clean_isbn(isbn) == (clean_isbn(shorter) if shorter else isbn) == isbn


@given(ISBN, st.data())
def test_isbn_in_any_spelling(isbn: str, data: st.DataObject) -> None:
    text = data.draw(spellings(isbn))
    assert clean_isbn(text) == find_isbn(text) == repair_isbn(text)[0] == clean_isbn(isbn)


@given(ISBN_13)
def test_hyphens_come_off_again(isbn: str) -> None:
    hyphenated = format_isbn(isbn)
    assert hyphenated.replace("-", "") == isbn
    assert clean_isbn(hyphenated) == isbn


@given(ISBN, st.data())
def test_one_wrong_digit_is_noticed(isbn: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(isbn) - 1))
    last_of_ten = place == 9 and len(isbn) == 10
    wrong = data.draw(st.sampled_from(sorted({*DIGITS, *("X" * last_of_ten)} - {isbn[place]})))
    damaged = isbn[:place] + wrong + isbn[place + 1 :]
    for read in (clean_isbn, repair_isbn):
        with pytest.raises(InvalidISBN):
            read(damaged)
    assert find_isbn(damaged) is None


@given(ISBN_10, st.integers(0, 8))
def test_two_digits_of_ten_that_changed_places_are_noticed(isbn: str, place: int) -> None:
    damaged = isbn[:place] + isbn[place + 1] + isbn[place] + isbn[place + 2 :]
    if damaged != isbn:
        with pytest.raises(InvalidISBN):
            repair_isbn(damaged)


@given(ANY_TEXT)
@example("X" * 10)
@example("978²²²²²²²²²²")
def test_no_text_becomes_an_invalid_isbn(text: str) -> None:
    try:
        found = clean_isbn(text)
    except InvalidISBN:
        found = None
    assert found is None or is_isbn(found)
    assert find_isbn(text) == found


@given(ANY_TEXT)
def test_nothing_is_repaired_to_an_invalid_isbn(text: str) -> None:
    try:
        found, kind = repair_isbn(text)
    except InvalidISBN:
        # What needs no repair is not rejected.
        assert find_isbn(text) is None
        return
    assert is_isbn(found)
    assert kind in (None, "excel", "qualifier", "float", "zeros", "isbn-10", "punctuation")
    assert (kind is None) == (text == found)
    # No digit is made up but zeros at the start, and none is left out but the zeros of a fraction.
    if find_isbn(text) is not None:
        assert found == clean_isbn(text)


@given(ISBN_10, st.sampled_from(['="{}"', '= "{}"', "{} (pbk.)", "{} (v. 1) (hbk.) :", "[{}]"]))
def test_what_other_programs_add_comes_off(isbn: str, form: str) -> None:
    assert repair_isbn(form.format(isbn))[0] == clean_isbn(isbn)


@given(ISBN_10, st.booleans())
def test_zeros_that_were_lost_come_back(isbn: str, lost_zeros: bool) -> None:  # noqa: FBT001
    lost = isbn.lstrip("0")
    zeros = 10 - len(lost)
    if zeros > (3 if lost_zeros else 1):
        with pytest.raises(InvalidISBN):
            repair_isbn(lost, lost_zeros=lost_zeros)
    else:
        found = repair_isbn(lost, lost_zeros=lost_zeros)
        assert found == (clean_isbn(isbn), "zeros" if zeros else "isbn-10")


@given(ANY_TEXT)
def test_what_is_no_isbn_is_shown_as_it_is(text: str) -> None:
    if find_isbn(text) != text:
        assert format_isbn(text) == text
        assert isbn10(text) is None
