"""What the keys of names promise, of any text."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from unicodedata import combining, normalize

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from django_bookrel.names import (
    Person,
    parse_person,
    person_key,
    sort_name,
    sort_number,
    sort_title,
    text_key,
)

Fold = Callable[..., str]

KEYS = pytest.mark.parametrize("fold", [text_key, person_key])
FOLDS = pytest.mark.parametrize("fold", [text_key, person_key, sort_name, sort_title])

NASTY = (
    *" ,.()[]-–'´’\"&#/:;!?|\\1289",
    *("\0", "\t", "\n", "\x85", "\xa0", "\u3000", "\u2028"),
    *("\u0301", "\u0328", "\u05b8", "\u064e", "\u0e31", "\u094d", "\u3099", "\ufe0f"),
    *("\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad"),
    *("\ud800", "\udfff", "\uffff", "\U0010ffff"),
    *("ß", "ẞ", "İ", "ı", "ς", "ﬁ", "ŉ", "ǰ", "ᾳ", "™", "½", "ﷺ", "Ⅳ", "ʻ", "½"),
    *("John", "Smith", "van", "Jr.", "III", "Ph.D.", "The ", " and ", "poet"),
    *("Иван", "שלום", "السيرة", "राम", "李白", "김", "ハハ", "𠮷"),
    *("1900-1980", "(1900-1980)", "(-100)", "b. 1950", "621? BCE-565? BCE", "fl."),
)
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=40),
    st.lists(st.sampled_from(NASTY), max_size=9).map("".join),
)

# What follows is about names as people write them.
LATIN = "abcdefghijklmnopqrstuvwxyzáâãäåāăąćčçďđéèêëēęěğíîïīłńňñóôõöøőřśšşťúûüůűýžæœþÁÉÖÇŠŁÆ"
SCRIPTS = (
    LATIN,
    "абвгдежийклмнопрстуфхцчшщыэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחט",
    "ابتثجح",
)
SUFFIXES = ("Jr.", "Jr", "Snr.", "II", "III", "Esq.", "Ph.D.", "MD")
NO_NAMES = {"jr", "jnr", "sr", "snr", "ii", "iii", "iv", "esq", "md", "phd", "dphil", "dd"}
NO_NAMES |= {"lld", "dds", "frs", "a", "an", "the", "and"}


def without_accents(text: str) -> str:
    table = dict(zip("øłđØŁĐ", "oldOLD", strict=True)) | {
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "Æ": "AE",
    }
    text = text.translate(str.maketrans(table))
    return "".join(c for c in normalize("NFD", text) if not combining(c))


def is_word(text: str) -> bool:
    return without_accents(text.lower()) not in NO_NAMES


WORD = st.one_of(
    st.text(letters, min_size=2, max_size=8).map(str.capitalize) for letters in SCRIPTS
).filter(is_word)
WORDS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
LATIN_WORD = st.text(LATIN, min_size=2, max_size=8).filter(is_word)
PLAIN_WORD = st.text(ascii_lowercase, min_size=2, max_size=5).filter(is_word)
PLAIN_WORDS = st.lists(PLAIN_WORD, min_size=1, max_size=3).map(" ".join)


@st.composite
def lives(draw: st.DrawFn) -> tuple[int, int]:
    born = draw(st.integers(101, 1980))
    return born, born + draw(st.integers(1, 120))


def is_visible(text: str) -> bool:
    return any(c.isprintable() and not c.isspace() for c in normalize("NFKC", text).casefold())


# Any text.


@FOLDS
@given(text=ANY_TEXT, max_length=st.integers(1, 300))
def test_any_text_has_a_form_that_fits(fold: Fold, text: str, max_length: int) -> None:
    assert len(fold(text, max_length)) <= max_length
    key = fold(text)
    assert key == " ".join(key.split(" "))
    assert key == key.strip()
    assert "\0" not in key


@FOLDS
@given(text=ANY_TEXT)
def test_a_form_is_empty_only_if_nothing_can_be_seen(fold: Fold, text: str) -> None:
    assert fold(text) or not is_visible(text)


@FOLDS
@given(text=ANY_TEXT)
def test_composed_and_decomposed_text_is_one(fold: Fold, text: str) -> None:
    assert fold(normalize("NFC", text)) == fold(text) == fold(normalize("NFD", text))


@given(text=ANY_TEXT)
def test_case_does_not_count_in_any_text(text: str) -> None:
    assert text_key(text.upper()) == text_key(text) == text_key(text.lower())


@FOLDS
@given(text=ANY_TEXT, before=st.sampled_from(["", " ", "\t ", "\u3000"]))
def test_space_round_a_text_does_not_count(fold: Fold, text: str, before: str) -> None:
    assert fold(f"{before}{text} \n") == fold(text)


@KEYS
@given(start=PLAIN_WORDS, one=PLAIN_WORD, other=PLAIN_WORD, max_length=st.integers(40, 80))
def test_long_names_that_differ_have_two_keys(
    fold: Fold, start: str, one: str, other: str, max_length: int
) -> None:
    assume(one != other)
    keys = {fold(f"{start} " * 40 + end, max_length) for end in (one, other)}
    assert len(keys) == 2
    # The hash may stand behind a space.
    assert {len(key) for key in keys} <= {max_length - 1, max_length}


# Names.


@given(words=st.lists(PLAIN_WORD, min_size=1, max_size=4))
def test_key_of_plain_words_is_the_words(words: list[str]) -> None:
    # So what differs in more than spelling has another key.
    key = " ".join(words)
    assert text_key(key.title()) == person_key(key.title()) == key


@KEYS
@given(name=WORDS)
def test_key_of_a_key_is_the_key(fold: Fold, name: str) -> None:
    assert fold(fold(name)) == fold(name) != ""


@FOLDS
@given(name=WORDS)
def test_case_does_not_count(fold: Fold, name: str) -> None:
    assert fold(name.upper()) == fold(name) == fold(name.lower())


@FOLDS
@given(words=st.lists(LATIN_WORD, min_size=1, max_size=3))
def test_accents_of_latin_letters_do_not_count(fold: Fold, words: list[str]) -> None:
    name = " ".join(words)
    assert fold(without_accents(name)) == fold(name)


@FOLDS
@given(
    words=st.lists(WORD, min_size=2, max_size=4),
    separators=st.lists(
        st.sampled_from([" ", "  ", "-", "\u2010", "\t", "\xa0", " - "]), min_size=3
    ),
)
def test_what_parts_words_does_not_count(
    fold: Fold, words: list[str], separators: list[str]
) -> None:
    said = words[0] + "".join(s + w for s, w in zip(separators, words[1:], strict=False))
    words = words[: len(separators) + 1]
    assert fold(said) == fold(" ".join(words))


@KEYS
@given(initials=st.lists(st.sampled_from("ABCÉŽЖΩ"), min_size=2, max_size=3), name=WORD)
def test_initials_are_joined(fold: Fold, initials: list[str], name: str) -> None:
    spellings = [
        ". ".join(initials) + f". {name}",
        ".".join(initials) + f". {name}",
        "".join(initials) + f" {name}",
        " ".join(initials) + f" {name}",
    ]
    assert len(set(map(fold, spellings))) == 1


@given(
    given_name=WORDS,
    family=WORDS,
    suffix=st.sampled_from(["", *SUFFIXES]),
    qualifier=st.none() | PLAIN_WORD,
    life=st.none() | lives(),
)
def test_order_of_a_name_does_not_count(
    given_name: str,
    family: str,
    suffix: str,
    qualifier: str | None,
    life: tuple[int, int] | None,
) -> None:
    end = f" ({qualifier})" if qualifier else ""
    end += " ({}-{})".format(*life) if life else ""
    spellings = [
        f"{given_name} {family}" + (f" {suffix}" if suffix else ""),
        f"{given_name} {family}" + (f", {suffix}" if suffix else ""),
        f"{family}, {given_name}" + (f", {suffix}" if suffix else ""),
    ]
    keys = {person_key(spelling + end) for spelling in spellings}
    assert len(keys) == 1
    # The order of words counts where no comma says that it is turned round.
    turned = person_key(f"{family} {given_name}{end}")
    assert (turned in keys) == (f"{family} {given_name}" == f"{given_name} {family}" and not suffix)


@given(given_name=WORDS, family=WORD)
def test_both_orders_sort_by_the_family_name(given_name: str, family: str) -> None:
    sorted_as = f"{text_key(family)} {text_key(given_name)}"
    assert sort_name(f"{given_name} {family}") == sort_name(f"{family}, {given_name}") == sorted_as


@KEYS
@given(one=st.text("李白杜甫김박ハパはばراमीशשלו", min_size=1, max_size=4))
def test_other_scripts_keep_all_that_is_said(fold: Fold, one: str) -> None:
    assert normalize("NFC", fold(one)) == normalize("NFC", normalize("NFKC", one))


# Life dates.


@given(text=ANY_TEXT)
def test_any_text_is_parsed_as_a_person(text: str) -> None:
    person = parse_person(text)
    assert person.name == " ".join(person.name.split())
    assert bool(person.name) == bool(text.strip())
    if person[1:] == (None, None):
        assert person.name == " ".join(text.split())


@given(
    name=WORDS,
    life=lives(),
    form=st.sampled_from(
        ["{} ({}-{})", "{} [{}–{}]", "{}, {}-{}", "{} {}-{}", "{}, {}-{}.", "{} （{}—{}）"]
    ),
)
def test_life_dates_are_taken_off(name: str, life: tuple[int, int], form: str) -> None:
    assert parse_person(form.format(name, *life)) == Person(name, *life)


@given(name=WORDS, life=lives())
def test_life_dates_before_our_era(name: str, life: tuple[int, int]) -> None:
    died, born = life
    assert parse_person(f"{name}, {born}-{died} BCE") == Person(name, -born, -died)
    assert parse_person(f"{name} ({born}? B.C.-{died} BCE)") == Person(name, -born, -died)


@given(
    name=WORDS | ANY_TEXT,
    before=st.sampled_from([" (", " ", ", "]),
    born=st.sampled_from(["", "1820", "ca. 1820", "621? BCE", "65 B.C."]),
    died=st.sampled_from(["", "1891", "1891?", "565 BCE", "8 bc"]),
)
def test_parsed_person_can_be_written_again(name: str, before: str, born: str, died: str) -> None:
    # As the import does, for the name of the second person of one name.
    name, *years = parse_person(f"{name}{before}{born}-{died}" + ")" * ("(" in before))
    said = ["" if y is None else str(y) if y > 0 else f"{-y} BCE" for y in years]
    if any(years):
        assert parse_person("{} ({}-{})".format(name, *said)) == (name, *years)


# Titles and numbers.


@given(title=WORDS, article=st.sampled_from(["The", "the", "A", "An", "“The", "THE"]))
def test_leading_article_does_not_count(title: str, article: str) -> None:
    assert sort_title(f"{article} {title}") == sort_title(title)


@given(one=st.integers(0, 10**10 - 1), other=st.integers(0, 10**10 - 1))
def test_numbers_sort_by_their_value(one: int, other: int) -> None:
    assert (sort_number(str(one)) < sort_number(str(other))) == (one < other)


@given(text=ANY_TEXT)
def test_any_text_is_a_number_in_a_series(text: str) -> None:
    number = sort_number(text)
    assert len(number) <= 255
    assert number == number.strip()
