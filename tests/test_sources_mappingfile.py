"""Mapping files: what is written is read as the same, and what makes no sense is named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from django_bookrel.exceptions import InvalidMapping, MissingColumns
from django_bookrel.sources import BOOK_FIELDS, SOURCES, Record, open_source
from django_bookrel.sources.__main__ import main
from django_bookrel.sources.mappingfile import mapping_text, read_mapping, write_mapping
from tests.shared import shared_file
from tests.test_sources_samples import FILES

ODD = (
    "Titel;Wer;Ü;Nr;Datum;Preis\n"
    "Emma;Jane Austen;Ann Lee;12;1999.0;5\n"
    "Persuasion;Jane Austen;;13;2001;7\n"
)
ODD_OPTIONS = {
    "mapping": {"author": ["Wer"], "contributors:translator": ["Ü"], "identifiers:oclc": ["Nr"]},
    "set_values": {"language": "de", "subjects": "Novels|1815"},
}


def mapped(path: Path, options: dict[str, Any]) -> tuple[str, list[Record]]:
    """Give the mapping file of a file that is read by options, and its records."""
    with open_source(path, required=(), **options) as reading:
        return mapping_text(reading, options, BOOK_FIELDS, ["title"]), list(reading)


def check_reads_the_same(path: Path, folder: Path, options: dict[str, Any]) -> str:
    """Check that a file is read by its mapping file as it was read without."""
    text, records = mapped(path, options)
    toml = folder / "mapping.toml"
    write_mapping(toml, text, force=True)
    read = read_mapping(toml, BOOK_FIELDS)
    again, same = mapped(path, read)
    assert same == records
    # Only why a column is left out is told in other words.
    assert tomllib.loads(again) == tomllib.loads(text)
    return text


def toml(folder: Path, text: str) -> Path:
    path = folder / "books.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_odd_file(tmp_path: Path):
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    text = check_reads_the_same(path, tmp_path, ODD_OPTIONS)
    assert text == (
        f'# How "{path}" is read. Edit it, then use it for similar files:\n'
        """\
#   bookrel_import FILE --mapping THIS_FILE

source = "generic"  # table of books
encoding = "utf-8"
delimiter = ";"

# Columns to ignore. A column that this file does not mention is read by its name.
ignored = [
    "Datum",  # no field has this name
    "Preis",  # no field has this name
]

[columns]
# FIELD = "COLUMN", or ["COLUMN", "COLUMN"] if a field takes several. Fields:
# isbn, title, author, contributors, publishers, year, language, pages, series, subjects,
# identifiers
# Write a role, a scheme or "number" after a colon, and then use quotes:
# "contributors:translator", "identifiers:oclc", "series:number"
title = "Titel"
author = "Wer"
"contributors:translator" = "Ü"
"identifiers:oclc" = "Nr"

[set]
# Values for every row, written as in the native CSV: language = "en"
language = "de"
subjects = "Novels|1815"
"""
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_samples_are_read_the_same(path: Path, tmp_path: Path):
    check_reads_the_same(path, tmp_path, {})


@pytest.mark.parametrize(
    "name, options",
    [
        ("goodbooks-10k.csv", {}),
        ("shakespeare-and-co-books.csv", {}),
        ("british-library-books.tsv", {}),
        ("encodings/books-ISO-8859-1.csv", {"encoding": "cp1252", "mapping": {"title": ["name"]}}),
    ],
)
def test_real_files_are_read_the_same(name: str, options: dict[str, Any], tmp_path: Path):
    check_reads_the_same(shared_file(name), tmp_path, options)


@pytest.mark.parametrize(
    "data, options",
    [
        ("isbn 13,isbn,title\n9780439023481,0306406152,A\n", {}),
        ("title,subject,genre,\nA,x,y,\n", {}),
        (
            'title,"a ""b"" \\c",x\x7f=#\nA,B,C\n',
            {"mapping": {"contributors": ['a "b" \\c', "x\x7f=#"]}},
        ),
        ("A|1999\nB|2000\n", {"header": False, "columns": ["title", "jahr"], "delimiter": "|"}),
        ('title\tx\nA\t"B"\n', {}),
        ("title,subjects\n=A,a|b\n", {"mapping": {"author": ["title"]}}),
        ("title,year\nA,1999\n", {"ignored": ["year", "nothing"]}),
        ("Café;title\nA;B\n", {"mapping": {"author": ["Café"]}, "encoding": "utf-8"}),
    ],
    ids=range(8),
)
def test_odd_headers_are_read_the_same(data: str, options: dict[str, Any], tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text(data, encoding="utf-8")
    check_reads_the_same(path, tmp_path, options)


def test_byte_order_marks_agree(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text(ODD, encoding="utf-16")
    assert 'encoding = "utf-16-le"' in check_reads_the_same(path, tmp_path, {})


def test_format_keeps_what_it_knows(tmp_path: Path):
    [path] = [path for path in FILES if path.name == "goodreads.csv"]
    text = check_reads_the_same(path, tmp_path, {"mapping": {"subjects": ["Bookshelves"]}})
    read = read_mapping(tmp_path / "mapping.toml", BOOK_FIELDS)
    assert (read["source"], read["mapping"]) == ("goodreads", {"subjects": ["Bookshelves"]})
    assert '\n# title = "Title"\n' in text
    assert '\n    # "My Rating",  # about a reader, not the book\n' in text


@pytest.mark.parametrize("column", sorted(SOURCES["goodreads"].signature))
def test_format_is_recognised_with_a_column_of_its_own_mapped(column: str):
    [path] = [path for path in FILES if path.name == "goodreads.csv"]
    with open_source(path, required=(), mapping={"contributors:translator": column}) as reading:
        assert reading.source.name == "goodreads"


def test_what_is_left_out_is_not_read(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text("title,date,genre\nA,2024,x\n", encoding="utf-8")
    mapping = toml(tmp_path, 'ignored = ["date", "genre", "gone"]\n')
    with open_source(path, **read_mapping(mapping, BOOK_FIELDS)) as reading:
        assert [(c.field, c.reason) for c in reading.columns] == [
            ("title", ""),
            ("", "ignored by the mapping"),
            ("", "ignored by the mapping"),
        ]
        assert [record.values for record in reading] == [{"title": "A"}]


def test_column_of_a_native_file_is_left_out(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text("title,year,subjects\nA,2024,x\n", encoding="utf-8")
    with open_source(path, ignored=["year"]) as reading:
        assert reading.source.name == "native"
        assert [record.values for record in reading] == [{"title": "A", "subjects": ["x"]}]


def test_missing_column_is_named(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text("Was,Wer\nA,B\n", encoding="utf-8")
    text, _records = mapped(path, {})
    assert '# title = "COLUMN"  # is missing but required' in text
    corrected = text.replace('# title = "COLUMN"', 'title = "Was"')
    corrected = corrected.replace('    "Was",', "    # Was").replace('    "Wer",', "    # Wer")
    with open_source(path, **read_mapping(toml(tmp_path, corrected), BOOK_FIELDS)) as reading:
        assert [record.values for record in reading] == [{"title": "A"}]


def test_another_file_must_have_the_columns(tmp_path: Path):
    path = tmp_path / "in.csv"
    path.write_text("Titel,Wer\nA,B\n", encoding="utf-8")
    read = read_mapping(toml(tmp_path, '[columns]\ntitle = "Title"\n'), BOOK_FIELDS)
    with pytest.raises(
        MissingColumns, match='title is mapped to the column "Title", which the file'
    ):
        open_source(path, **read)


@pytest.mark.parametrize(
    "text, message",
    [
        ("title = [", " is not valid TOML: Invalid value (at end of document)."),
        ("[columns]\ntitle = Titel\n", " is not valid TOML: Invalid value (at line 2, column 9)."),
        (
            'colums = "x"',
            (
                ': unknown key "colums" (did you mean "columns"?). '
                "The keys are: source, encoding, delimiter, header, ignored, columns, set."
            ),
        ),
        ("source = 1", ": source must be a string in quotes, not 1."),
        ("delimiter = [';']", ': delimiter must be a string in quotes, not [";"].'),
        ('header = "a,b"', ': header must be a list of column names, not "a,b".'),
        ("ignored = [1]", ": ignored must be a list of column names, not [1]."),
        ('columns = ["A"]', ': columns must be a table, [columns], not ["A"].'),
        (
            "[columns]\ntitle = 5",
            ": [columns] title must be a list of column names, not 5.",
        ),
        (
            '[columns]\nidentifiers.oclc = "A"',
            ': [columns] identifiers must be a list of column names, not {"oclc": "A"}.',
        ),
        (
            '[columns]\ntitel = "A"',
            (
                ': [columns] titel: Unknown field "titel" (did you mean "title"?). '
                f"The fields are: {', '.join(BOOK_FIELDS)}."
            ),
        ),
        (
            '[columns]\n"contributors:tailor" = "A"',
            ': [columns] "contributors:tailor": Unknown role "tailor"',
        ),
        ("[set]\nlanguage = true", ": [set] language must be a string in quotes, not true."),
        ('[set]\nshelf = "A"', ': [set] shelf: Unknown field "shelf"'),
    ],
)
def test_what_makes_no_sense(tmp_path: Path, text: str, message: str):
    path = toml(tmp_path, text)
    with pytest.raises(InvalidMapping) as caught:
        read_mapping(path, BOOK_FIELDS)
    assert str(caught.value).startswith(f"{path}{message}")


def test_files_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(InvalidMapping, match=r"Cannot read .*none\.toml: No such file"):
        read_mapping(tmp_path / "none.toml", BOOK_FIELDS)
    path = tmp_path / "latin.toml"
    path.write_bytes('source = "é"'.encode("latin-1"))
    with pytest.raises(InvalidMapping, match=r"latin\.toml is not UTF-8"):
        read_mapping(path, BOOK_FIELDS)


def test_byte_order_mark_numbers_and_synonyms(tmp_path: Path):
    path = tmp_path / "books.toml"
    text = '[columns]\n"contributors:Übersetzer" = "Ü"\n[set]\nyear = -720\n'
    path.write_text(text, encoding="utf-8-sig")
    assert read_mapping(path, BOOK_FIELDS) == {
        "mapping": {"contributors:translator": ["Ü"]},
        "set_values": {"year": "-720"},
    }


# In the command.


def test_explicit_options_win(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    mapping = tmp_path / "odd.toml"
    arguments = [str(path), "--map", "author=Wer", "--map", "contributors:trl=Ü"]
    assert main([*arguments, "--set", "language=de", "--write-mapping", str(mapping)]) == 0
    capsys.readouterr()
    arguments = [str(path), "--mapping", str(mapping)]
    overriding = ["--map", "year=Datum", "--map", "contributors:translator=Wer"]
    assert main([*arguments, *overriding, "--set", "language=en"]) == 0
    out = capsys.readouterr().out
    assert "  Datum -> year\n" in out
    assert out.count("  Datum -> ") == 1
    assert "  Wer -> author\n  Wer -> contributors:translator\n" in out
    assert "  Ü -> ignored: " in out
    assert "  language: en\n" in out
    assert main([*arguments, "--delimiter", "comma"]) == 1
    assert "is mapped to the column" in capsys.readouterr().err


def test_no_file_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, mapping = tmp_path / "in.csv", toml(tmp_path, "precious")
    path.write_text("title\nA\n", encoding="utf-8")
    arguments = [str(path), "--write-mapping", str(mapping)]
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"{mapping} already exists; use --force to overwrite it.\n"
    assert mapping.read_text(encoding="utf-8") == "precious"
    assert main([*arguments, "--force"]) == 0
    assert tomllib.loads(mapping.read_text(encoding="utf-8"))["columns"] == {"title": "title"}
    assert main([*arguments[:-1], str(tmp_path / "none" / "m.toml")]) == 1
    assert "m.toml: No such file or directory." in capsys.readouterr().err
