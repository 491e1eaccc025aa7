from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import open_source
from django_bookrel.sources.reading.language_names import LANGUAGES, REGIONS, SCRIPTS
from django_bookrel.sources.reading.languages import find_language, split_languages


@pytest.mark.parametrize(
    "tag, spellings",
    [
        ("en", ["en", "EN", "eng", "English", "english", "anglais", "Englisch", "inglés"]),
        ("fr", ["fre", "fra", "French", "français", "Francais", "FRANZÖSISCH", "francese"]),
        ("de", ["ger", "deu", "German", "allemand", "Deutsch", "alemán", "tedesco"]),
        ("en-US", ["en-US", "en_US", "en-us", "English (US)", "American English", "en_US.UTF-8"]),
        ("pt-BR", ["pt-br", "Portuguese (Brazil)", "Brazilian Portuguese", "português (Brasil)"]),
        ("zh-Hant", ["zh-hant", "zho_Hant", "Chinese (Traditional)", "Traditional Chinese"]),
        ("zh-Hant-TW", ["zh_Hant_TW"]),
        ("es-419", ["es-419", "Spanish (Latin America)"]),
        ("grc", ["grc", "Ancient Greek", "Greek, Ancient (to 1453)", "Greek (Ancient)"]),
        ("el", ["gre", "Greek", "Greek, Modern (1453-)", "ελληνικά"]),
        ("ja", ["jpn", "Japanese.", "日本語"]),
        ("he", ["iw", "heb", "עברית"]),
    ],
)
def test_every_spelling_of_a_language_is_one_tag(tag: str, spellings: list[str]):
    assert {text: find_language(text) for text in spellings} == dict.fromkeys(spellings, tag)


@pytest.mark.parametrize(
    "text", ["", "Dothraki", "xx", "qqq", "English (abridged)", "en-Wxyz", "English, French", "-"]
)
def test_what_is_no_known_language(text: str):
    assert find_language(text) is None


def test_a_name_means_one_language():
    for table in (LANGUAGES, REGIONS, SCRIPTS):
        names = [name.strip() for each in table.values() for name in set(each.split(","))]
        found = {name for name in names if names.count(name) > 1}
        assert found == set()
    codes = [code for line in LANGUAGES for code in line.split()]
    assert len(codes) == len(set(codes))
    for line, names in LANGUAGES.items():
        tag = line.split()[0]
        assert {find_language(name) for name in names.split(",")} == {tag}


@pytest.mark.parametrize(
    "text, languages",
    [
        ("", ()),
        ("eng", ("en",)),
        ("English ; Latin", ("en", "la")),
        ("eng;en|English", ("en",)),
        ("English, French and Latin", ("en", "fr", "la")),
        ("English / Latin", ("en", "la")),
        ("Greek, Ancient; en", ("grc", "en")),
        ("English, Dothraki", ("English, Dothraki",)),
        ("Dothraki; English", ("Dothraki", "en")),
    ],
)
def test_split_languages(text: str, languages: tuple[str, ...]):
    assert split_languages(text) == languages


def test_cells(tmp_path: Path):
    path = tmp_path / "books.csv"
    cells = ["en", "eng", "", "English; Latin", "Dothraki", "Dothraki " * 5]
    path.write_text("title,language\n" + "".join(f"A,{cell}\n" for cell in cells))
    with open_source(path) as reading:
        records = list(reading)
    assert [record.values["language"] for record in records] == [
        "en",
        "en",
        "",
        "en",
        "Dothraki",
        "",
    ]
    assert [tuple(repair) for record in records for repair in record.repairs] == [
        ("language", "language", "eng", "", "en"),
        (
            "further-languages",
            "language",
            "English; Latin",
            "A book has one language. Dropped: la.",
            "en",
        ),
        (
            "language-dropped",
            "language",
            ("Dothraki " * 5).strip(),
            "The language is unknown. The cell was dropped.",
            None,
        ),
    ]
