from __future__ import annotations

import random

import pytest

from django_bookrel.roles import ROLES
from django_bookrel.sources import join_list, split_list
from django_bookrel.sources.reading.notation import (
    format_contributor,
    format_identifier,
    format_series,
    guard_cell,
    parse_cell,
    unguard_cell,
)

NASTY = [*"|\\ #:()'=+-@;,\"\t\r\n aé\u3000\x1c", " #", " (", "(editor)", "\\|", "|||", "isbn:"]


def nasty_text(chance: random.Random) -> str:
    return "".join(chance.choices(NASTY, k=chance.randint(1, 7)))


@pytest.mark.parametrize(
    "text, parts",
    [
        ("", []),
        (" ", []),
        ("a", ["a"]),
        (" a b | c|", ["a b", "c"]),
        ("||", []),
        (r"a\|b|c", ["a|b", "c"]),
        (r"a\\|c", ["a\\", "c"]),
        (r"a\b|C:\c", [r"a\b", r"C:\c"]),
        (r"\ a\ | b\\ ", [" a ", "b\\"]),
        ("a\\", ["a\\"]),
    ],
)
def test_split_list(text: str, parts: list[str]):
    assert split_list(text) == parts


@pytest.mark.parametrize(
    "text, contributor",
    [
        ("Ann Goldstein (translator)", ("Ann Goldstein", "translator")),
        ("Ann Goldstein(Trans.)", ("Ann Goldstein", "translator")),
        ("John Smith (poet)", ("John Smith (poet)", "contributor")),
        ("John Smith (poet) (editor)", ("John Smith (poet)", "editor")),
        ("A (editor) (editor)", ("A (editor)", "editor")),
        ("(editor)", ("(editor)", "contributor")),
        ("A", ("A", "contributor")),
    ],
)
def test_parse_contributors(text: str, contributor: tuple[str, str]):
    assert parse_cell("contributors", text) == [contributor]


@pytest.mark.parametrize(
    "text, entry",
    [
        ("Dune #1", ("Dune", "1")),
        ("Dune", ("Dune", "")),
        ("Take #2 #3-4", ("Take #2", "3-4")),
        ("Take #2 #", ("Take #2", "")),
        ("#1", ("#1", "")),
    ],
)
def test_parse_series(text: str, entry: tuple[str, str]):
    assert parse_cell("series", text) == [entry]


def test_parse_identifiers():
    assert parse_cell("identifiers", r"oclc:1|ark:/1:2|a\:b:c") == [
        ("oclc", "1"),
        ("ark", "/1:2"),
        ("a:b", "c"),
    ]


@pytest.mark.parametrize("text", ["123", ":1", "oclc:", "a:1|b"])
def test_parse_invalid_identifiers(text: str):
    with pytest.raises(ValueError, match="is not an identifier; expected scheme:value"):
        parse_cell("identifiers", text)


@pytest.mark.parametrize(
    "text, guarded, in_any_file",
    [
        ("=1+1", "'=1+1", "=1+1"),
        ("'=1", "''=1", "''=1"),
        ("''\tx", "'''\tx", "'''\tx"),
        ("'tis", "'tis", "'tis"),
        ("''", "''", "''"),
        ("a=1", "a=1", "a=1"),
        ("-1", "'-1", "-1"),
        ("＝1", "'＝1", "＝1"),
        ("\u200b \ufeff\n@x", "'\u200b \ufeff\n@x", "\u200b \ufeff\n@x"),
        ("' ＋", "'' ＋", "'' ＋"),
        (" \rx", "' \rx", " \rx"),
        (" a=1", " a=1", " a=1"),
    ],
)
def test_guard_cell(text: str, guarded: str, in_any_file: str):
    assert guard_cell(text, spreadsheet=True) == guarded
    assert guard_cell(text, spreadsheet=False) == in_any_file
    assert unguard_cell(guarded) == unguard_cell(in_any_file) == text


def test_every_text_comes_back():
    chance = random.Random(0)
    for _ in range(20_000):
        texts = [nasty_text(chance) for _ in range(chance.randint(0, 3))]
        role = chance.choice(list(ROLES))
        spreadsheet = chance.random() < 0.5
        numbers = [chance.choice(["", nasty_text(chance)]) for _ in texts]
        schemes = [nasty_text(chance) for _ in texts]
        cells = {
            "title": (nasty_text(chance), lambda text: text),
            "subjects": (texts, join_list),
            "contributors": (
                [(text, role) for text in texts],
                lambda pairs: join_list(format_contributor(*pair) for pair in pairs),
            ),
            "series": (
                list(zip(texts, numbers, strict=True)),
                lambda pairs: join_list(format_series(*pair) for pair in pairs),
            ),
            "identifiers": (
                list(zip(schemes, texts, strict=True)),
                lambda pairs: join_list(format_identifier(*pair) for pair in pairs),
            ),
        }
        for field, (value, formatted) in cells.items():
            cell = guard_cell(formatted(value), spreadsheet=spreadsheet)
            assert parse_cell(field, cell) == value, cell


@pytest.mark.parametrize("separator", ["|", ";", ", ", " ; ", "||", "a"])
def test_every_list_comes_back_with_any_separator(separator: str):
    chance = random.Random(0)
    for _ in range(2_000):
        texts = [nasty_text(chance) for _ in range(chance.randint(0, 4))]
        assert split_list(join_list(texts, separator), separator) == texts


@pytest.mark.parametrize("spreadsheet", [False, True])
@pytest.mark.parametrize("text", ["\ufeff", "\ufeffA", "'\ufeffA", "''\ufeff=A"])
def test_byte_order_marks_at_the_start_of_a_cell_are_guarded(text: str, *, spreadsheet: bool):
    guarded = guard_cell(text, spreadsheet=spreadsheet)
    assert (guarded, unguard_cell(guarded)) == (f"'{text}", text)
