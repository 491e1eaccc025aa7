from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from django_bookrel.exceptions import MissingColumns, UnknownField
from django_bookrel.sources import BOOK_FIELDS, Record, open_source
from django_bookrel.sources.formats.generic import GenericSource
from tests.shared import shared_file


def write(folder: Path, text: str) -> Path:
    path = folder / "books.csv"
    path.write_bytes(text.encode())
    return path


def read(path: Path, **options: Any) -> list[Record]:
    with open_source(path, source="generic", **options) as reading:
        return list(reading)


def values(path: Path, **options: Any) -> list[dict[str, Any]]:
    return [record.values for record in read(path, **options)]


def targets(header: list[str], **options: Any) -> dict[str, str]:
    return {
        column.name: ", ".join(
            filter(None, (f"{column.field}:{column.qualifier}".rstrip(":"), column.reason))
        )
        for column in GenericSource(header, BOOK_FIELDS, **options).columns
    }


@pytest.mark.parametrize(
    "header, expected",
    [
        (
            ["ISBN13", "Title", "Author(s)", "Publisher", "Publication Year", "Number of Pages"],
            ["isbn", "title", "author", "publishers", "year", "pages"],
        ),
        (
            ["Titre", "Auteur", "Éditeur", "Année", "Langue", "Traducteur"],
            ["title", "author", "publishers", "year", "language", "contributors:translator"],
        ),
        (
            ["Titel", "Autor/in", "Verlag", "Erscheinungsjahr", "Seiten", "Reihe", "Übersetzung"],
            ["title", "author", "publishers", "year", "pages", "series", "contributors:translator"],
        ),
        (
            ["título", "autores", "Editorial", "año", "idioma", "Páginas"],
            ["title", "author", "publishers", "year", "language", "pages"],
        ),
        (
            ["original_publication_year", "series_index", "ISBN/UID", "Goodreads Book ID"],
            ["year", "series:number", "isbn", "identifiers:goodreads"],
        ),
        (
            ["release_year", "ISBNs"],
            ["year", "isbn"],
        ),
        (
            ["Series #", "Série n°", "Reihe Nr.", "Series no.", "Series №", "# in series"],
            ["series:number"] * 6,
        ),
        (
            ["ISBN #", "OCLC No.", "# of pages", "Author #2"],
            ["isbn", "identifiers:oclc", "pages", "contributors:co-author"],
        ),
        (["Title #", "Author No.", "#"], ["no field has this name"] * 3),
        (["tags", "", "id"], ["no field has this name"] * 3),
    ],
)
def test_names(header: list[str], expected: list[str]):
    found = {name: target.partition(", used where")[0] for name, target in targets(header).items()}
    assert found == dict(zip(header, expected, strict=True))


def test_the_better_name_is_read_first(tmp_path: Path):
    header = ["Date", "Year", "year published", "isbn", "ISBN13", "series no", "Book number"]
    assert targets(header) == {
        "Date": 'year, used where "Year" and "year published" are empty',
        "Year": "year",
        "year published": 'year, used where "Year" is empty',
        "isbn": 'isbn, used where "ISBN13" is empty',
        "ISBN13": "isbn",
        "series no": "series:number",
        "Book number": 'series:number, used where "series no" is empty',
    }
    text = (
        "Date,Year,language code,language,title\n"
        "1999,2001,eng,,A\n"
        "1999,,,de,B\n"
        "1999,?,fr,,C\n"
        ",,,,D\n"
    )
    records = read(write(tmp_path, text))
    assert [(record.values["year"], record.values["language"]) for record in records] == [
        ("2001", "en"),
        ("1999", "de"),
        ("1999", "fr"),
        ("", ""),
    ]
    assert [repair.kind for record in records for repair in record.repairs] == [
        "language",
        "year-dropped",
    ]


def test_subtitles(tmp_path: Path):
    text = "Subtitle,Title\nA life,Emma\n,Emma\na LIFE,Emma: A Life\nA life,Emma :\nA life,\n"
    titles = ["Emma: A life", "Emma", "Emma: A Life", "Emma: A life", ""]
    assert [record.values["title"] for record in read(write(tmp_path, text))] == titles


def test_a_subtitle_is_no_title(tmp_path: Path):
    with pytest.raises(MissingColumns, match="no column for title among: Subtitle, Author"):
        read(write(tmp_path, "Subtitle,Author\nA life,Ann Lee\n"))


def test_several_columns_of_authors_are_united(tmp_path: Path):
    text = (
        "author|authors|title\nAnn Lee|Lee, Ann; Bo Ek; Cy Dow (Editor)|A\n|Bo Ek|B\nAnn Lee||C\n"
    )
    assert [(row["author"], row["contributors"]) for row in values(write(tmp_path, text))] == [
        ("Ann Lee", [("Bo Ek", "co-author"), ("Cy Dow", "editor")]),
        ("Bo Ek", []),
        ("Ann Lee", []),
    ]


def test_host_fields_are_found_by_their_names(tmp_path: Path):
    path = write(tmp_path, "Pub Date|HEADLINE|Author\n2020-01-02| A &amp; B|Ann Lee, Bo Ek\n")
    fields = ["id", "headline", "pub_date", "author"]
    assert values(path, fields=fields, required=["headline"]) == [
        {"author": "Ann Lee, Bo Ek", "headline": "A & B", "pub_date": "2020-01-02"}
    ]


def test_mapping_competes_only_for_its_target(tmp_path: Path):
    path = write(tmp_path, "title,Name,year,Ed,Ed2,editor,x\nA,B,1999,C D,E F,G H,7\n")
    mapping = {
        "title": "Name",
        "contributors:Hrsg.": ["Ed", "Ed2"],
        "identifiers:shelf": "x",
        "subjects": ["x", "Ed"],
    }
    with open_source(path, mapping=mapping) as reading:
        assert [(column.name, column.field, column.reason) for column in reading.columns] == [
            ("title", "", "another column is mapped to title"),
            ("Name", "title", ""),
            ("year", "year", ""),
            ("Ed", "contributors", ""),
            ("Ed", "subjects", ""),
            ("Ed2", "contributors", ""),
            ("editor", "", "another column is mapped to contributors:editor"),
            ("x", "identifiers", ""),
            ("x", "subjects", ""),
        ]
        assert [record.values for record in reading] == [
            {
                "title": "B",
                "year": "1999",
                "contributors": [("C D", "editor"), ("E F", "editor")],
                "identifiers": [("shelf", "7")],
                "subjects": ["C D", "7"],
            }
        ]


@pytest.mark.parametrize(
    "mapping, error, message",
    [
        (
            {"titel": "Name"},
            UnknownField,
            'Unknown field "titel" (did you mean "title"?). The fields are: isbn, title, ',
        ),
        (
            {"title": "Nam"},
            MissingColumns,
            (
                'title is mapped to the column "Nam", which the file does not have '
                '(did you mean "Name"?). The columns are: Name, Author.'
            ),
        ),
        (
            {"contributors:editr": "Name"},
            UnknownField,
            'Unknown role "editr" (did you mean "editor"?). The roles are: co-author, ',
        ),
        ({"title:x": "Name"}, UnknownField, '"title:x": only contributors (a role), '),
    ],
)
def test_wrong_mapping(tmp_path: Path, mapping: dict, error: type[Exception], message: str):
    with pytest.raises(error) as caught:
        read(write(tmp_path, "Name,Author\nA,B\n"), mapping=mapping)
    assert message in str(caught.value)


def test_mapping_of_several_columns(tmp_path: Path):
    path = write(tmp_path, "title,S,N,M,P\nT,Reihe,,2,7\nT,Reihe,1,2,\n")
    mapping = {"pages": ["P", "M"], "series": "S", "series:number": ["N", "M"]}
    first, second = read(path, mapping=mapping)
    assert (first.values["pages"], first.values["series"]) == ("7", [("Reihe", "2")])
    assert (second.values["pages"], second.values["series"]) == ("2", [("Reihe", "1")])
    # In the order of the mapping, not of the file.
    mapping |= {"pages": ["M", "P"], "series:number": ["M", "N"]}
    first, second = read(path, mapping=mapping)
    assert (first.values["pages"], first.values["series"]) == ("2", [("Reihe", "2")])
    assert (second.values["pages"], second.values["series"]) == ("2", [("Reihe", "2")])


def test_every_kind_of_cell(tmp_path: Path):
    text = (
        "title\tauthor\tcontributors\tISBN\tISBN13\tyear\tpages\tpublisher\tseries\tseries no"
        "\tsubjects\tidentifiers\toclc\n"
        " A &amp; B \tAnn Lee, Bo  Ek (Translator), Cy Dow\tDi Fox (Editor), Ed Gee\t439023483\t"
        "9780061120084\t2008.0\t320 p.\tKnopf; Faber & Faber\tDune\t1.0\ta, b\tbl:1, x\t22812747.0"
    )
    (record,) = read(write(tmp_path, text))
    assert record.values == {
        "title": "A & B",
        "author": "Ann Lee",
        "contributors": [
            ("Bo Ek", "translator"),
            ("Cy Dow", "co-author"),
            ("Di Fox", "editor"),
            ("Ed Gee", "contributor"),
        ],
        "isbn": "9780061120084",
        "year": "2008",
        "pages": "320",
        "publishers": ["Knopf", "Faber & Faber"],
        "series": [("Dune", "1")],
        "subjects": ["a", "b"],
        "identifiers": [("isbn", "9780439023481"), ("bl", "1"), ("oclc", "22812747")],
    }
    assert [(repair.kind, repair.column, repair.value) for repair in record.repairs] == [
        ("entities", "title", " A &amp; B "),
        ("people", "author", "Ann Lee, Bo  Ek (Translator), Cy Dow"),
        ("isbn-zeros", "ISBN", "439023483"),
        ("people", "contributors", "Di Fox (Editor), Ed Gee"),
        ("number", "year", "2008.0"),
        ("number", "pages", "320 p."),
        ("identifier-dropped", "identifiers", "x"),
    ]


def test_unreadable_cells_are_left_out(tmp_path: Path):
    text = 'title,isbn,year,pages\nA,0439023484,unknown,many\nB,"=""""",,\n'
    first, second = read(write(tmp_path, text))
    assert first.values == {"title": "A", "isbn": "", "year": "", "pages": ""}
    assert first.errors == ()
    assert [(repair.kind, repair.column, repair.value) for repair in first.repairs] == [
        ("isbn-dropped", "isbn", "0439023484"),
        ("year-dropped", "year", "unknown"),
        ("number-dropped", "pages", "many"),
    ]
    assert first.repairs[1].message == '"unknown" is not a year. The cell was dropped.'
    assert (second.values["isbn"], second.repairs) == ("", [])


@pytest.mark.parametrize(
    "cell, pages",
    [
        ("xii, 320 p.", "320"),
        ("320 blz.", "320"),
        ("320 sidor", "320"),
        ("320 p. : ill. ; 22 cm", "320"),
        ("[8],320p.", "320"),
        ("1.320 S.", ""),
        ("1,320 pages", ""),
        ("5-10 p.", ""),
        ("2 v. (100 p., 200 p.)", ""),
        ("xii, 320", ""),
        ("320 min", ""),
    ],
)
def test_pages_of_an_extent(tmp_path: Path, cell: str, pages: str):
    [record] = read(write(tmp_path, f"title|pages\nA|{cell}\n"))
    assert record.values["pages"] == pages
    kind = "number" if pages else "number-dropped"
    assert [(repair.kind, repair.value) for repair in record.repairs] == [(kind, cell)]


def test_runs_of_spaces_in_a_title(tmp_path: Path):
    (record,) = read(write(tmp_path, 'title\n"Night\u00a0Tide:  a\n novel "\n'))
    assert record.values["title"] == "Night Tide: a novel"
    assert [repair.kind for repair in record.repairs] == ["spaces"]


def test_usual_forms_of_an_isbn_are_no_repair(tmp_path: Path):
    text = "title,isbn\nA,0439023483\nB,0-439-02348-3\nC,978-0-439-02348-1\n"
    assert [(record.values["isbn"], record.repairs) for record in read(write(tmp_path, text))] == [
        ("9780439023481", [])
    ] * 3


def test_the_first_column_with_an_isbn_counts(tmp_path: Path):
    text = "title,isbn,isbn13\nA,,9780439023481\nB,0439023483,9780439023481\n"
    assert values(write(tmp_path, text)) == [
        {"title": "A", "isbn": "9780439023481"},
        {"title": "B", "isbn": "9780439023481"},
    ]


def test_statements_of_publication(tmp_path: Path):
    cells = [
        "Fano : Quayside Press, c2000.",
        "Quayside Press (2006), Edition: Fifth",
        "Studio 2000",
        "London; Quayside",
        "Farrar, Straus",
    ]
    text = "title|publisher|year\n" + "".join(f"A|{cell}|\n" for cell in cells)
    records = read(write(tmp_path, text))
    assert [(row.values["publishers"], row.values["year"]) for row in records] == [
        (["Quayside Press"], "2000"),
        (["Quayside Press"], "2006"),
        (["Studio 2000"], ""),
        (["London", "Quayside"], ""),
        (["Farrar, Straus"], ""),
    ]
    assert [repair.kind for record in records for repair in record.repairs] == ["publication"] * 2


def test_isbn_that_a_spreadsheet_has_rounded(tmp_path: Path):
    text = "title,isbn,isbn13\nA,439023483,9.78043902348e+12\nB,439023483,9.78006112008e+12\n"
    records = read(write(tmp_path, text))
    assert [record.values["isbn"] for record in records] == ["9780439023481"] * 2
    assert [[repair.kind for repair in record.repairs] for record in records] == [
        ["isbn-zeros", "isbn-rounded"],
        ["isbn-zeros", "isbn-dropped"],
    ]


def test_column_of_isbns_that_a_program_has_rounded(tmp_path: Path):
    # By chance the fourth and the last but one have check digits that are right.
    rounded = [*(f"978030640{n}50.0" for n in range(10, 21)), "9780061120080.0"]
    lines = [f"A,,{number}" for number in rounded] + ["B,0061120081,9780061120080.0"]
    records = read(write(tmp_path, "\n".join(["title,isbn,isbn13", *lines])))
    assert {record.values["isbn"] for record in records[:-1]} == {""}
    assert records[-1].values["isbn"] == "9780061120084"
    assert [repair.kind for record in records for repair in record.repairs] == [
        *["isbn-dropped"] * 12,
        "isbn-rounded",
    ]
    assert records[0].repairs[0].message == (
        "All numbers of this column are rounded. The cell was dropped."
    )


@pytest.mark.parametrize(
    "other, isbn",
    [
        ("0439023483", ""),
        ("978-0-439-02348-1", ""),
        ("439023483", "9780061054884"),
        ("9780439023481.0", "9780061054884"),
        ("9.78043902348E+12", "9780061054884"),
    ],
)
def test_eight_digits_are_an_isbn_only_where_zeros_were_lost(tmp_path: Path, other: str, isbn: str):
    text = f"title,isbn\nA,61054887\nB,{other}\nC,00280836\n"
    first, _, issn = read(write(tmp_path, text))
    assert first.values["isbn"] == isbn
    assert [repair.kind for repair in first.repairs] == ["isbn-zeros" if isbn else "isbn-dropped"]
    assert issn.values["isbn"] == ""
    assert [repair.kind for repair in issn.repairs] == ["isbn-dropped"]


def test_what_an_isbn_column_holds_beside_an_isbn(tmp_path: Path):
    text = "title|isbn\nA|0596101996, 0822956489\nB|B0092G4TD5\nC|0000000000\n"
    records = read(write(tmp_path, text.replace("|", "\t")))
    assert [record.values for record in records] == [
        {"title": "A", "isbn": "9780596101992", "identifiers": [("isbn", "9780822956488")]},
        {"title": "B", "isbn": "", "identifiers": [("asin", "B0092G4TD5")]},
        {"title": "C", "isbn": ""},
    ]
    assert [tuple(repair) for record in records for repair in record.repairs] == [
        (
            "isbn-list",
            "isbn",
            "0596101996, 0822956489",
            "",
            "9780596101992, 9780822956488",
        ),
        ("isbn-other", "isbn", "B0092G4TD5", "", "asin:B0092G4TD5"),
    ]


def test_author_with_a_role_is_a_contributor(tmp_path: Path):
    text = "title,author\nA,Ann Lee (Editor); Bo Ek (Author); Cy Dow\n"
    assert values(write(tmp_path, text)) == [
        {
            "title": "A",
            "author": "Bo Ek",
            "contributors": [("Ann Lee", "editor"), ("Cy Dow", "co-author")],
        }
    ]


def test_commas_are_learned_by_column(tmp_path: Path):
    text = (
        "title|author|editor\n"
        "A|Lee, Ann|Ann Lee, Bo Ek\n"
        "B|Ek, Bo|Cy Dow\n"
        "C|Dow, Cy & Ann Lee|Di Fox\n"
    )
    assert [(row["author"], row["contributors"]) for row in values(write(tmp_path, text))] == [
        ("Lee, Ann", [("Ann Lee", "editor"), ("Bo Ek", "editor")]),
        ("Ek, Bo", [("Cy Dow", "editor")]),
        ("Dow, Cy", [("Ann Lee", "co-author"), ("Di Fox", "editor")]),
    ]


def test_commas_in_subjects_are_learned_by_column(tmp_path: Path):
    text = 'title,subjects,genre\nA,"Britain, Great; War","a, b"\nB,"Wales, Great",\n'
    assert [row["subjects"] for row in values(write(tmp_path, text))] == [
        ["Britain, Great", "War", "a", "b"],
        ["Wales, Great"],
    ]


def test_lines_are_subjects_of_their_own(tmp_path: Path):
    text = 'title,subjects,genre\nA,"Fantasy\nBritain, Great","a, b\n"\nB,"Wales, Great",c\n'
    assert [row["subjects"] for row in values(write(tmp_path, text))] == [
        ["Fantasy", "Britain, Great", "a", "b"],
        ["Wales, Great", "c"],
    ]


def test_rejected_rows_keep_their_place(tmp_path: Path):
    records = read(write(tmp_path, "title,author\nA,Ann Lee\nB\nC,Bo Ek\n"))
    assert [(record.line, record.values, len(record.errors)) for record in records] == [
        (2, {"title": "A", "author": "Ann Lee", "contributors": []}, 0),
        (3, {}, 1),
        (4, {"title": "C", "author": "Bo Ek", "contributors": []}, 0),
    ]
    assert records[1].raw == ["B"]


def test_goodbooks():
    mapping = {
        "identifiers:goodbooks": "book_id",
        "author": "authors",
        "year": "original_publication_year",
        "language": "language_code",
        "title": "title",
        "isbn": "isbn",
    }
    path = shared_file("goodbooks-10k.csv")
    with open_source(path, source="generic", mapping=mapping) as reading:
        records = list(reading)
        assert (reading.source.name, reading.encoding, reading.delimiter) == (
            "generic",
            "utf-8",
            ",",
        )
        assert reading.bytes_read == reading.bytes_total
    assert len(records) == 10_000
    assert not any(record.errors for record in records)
    found = [record.values for record in records]
    assert sum(bool(row["isbn"]) for row in found) == 9_277
    assert sum(row["year"].startswith("-") for row in found) == 31
    assert sum(not row["year"] for row in found) == 21
    assert found[1]["author"] == "J.K. Rowling"
    assert found[1]["contributors"] == [("Mary GrandPré", "co-author")]
    assert max(len(row["contributors"]) for row in found) == 46
    assert not any("  " in row["author"] for row in found)


@pytest.mark.parametrize(
    "name, source, delimiter, count, authorless",
    [
        ("shakespeare-and-co-books.csv", "generic", ",", 6_020, 733),
        ("british-library-books.tsv", "generic", "\t", 27_864, 2_353),
    ],
)
def test_real_catalogues(name: str, source: str, delimiter: str, count: int, authorless: int):
    with open_source(shared_file(name), source=source) as reading:
        records = list(reading)
    assert (reading.encoding, reading.delimiter) == ("utf-8", delimiter)
    assert len(records) == count
    assert not any(record.errors for record in records)
    assert sum(not record.values["author"] for record in records) == authorless
