"""Readers take any bytes: what cannot be read is rejected, and nothing is lost without a word."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

import django_bookrel
from django_bookrel.exceptions import SourceError
from django_bookrel.sources import LIST_FIELDS, SOURCES, Record, open_source
from django_bookrel.sources.__main__ import main
from tests.test_sources_samples import FILES, format_of

NATIVE = (
    "isbn,title,author,contributors,publishers,year,series,subjects,identifiers\n"
    '9780553383041,A Wizard,"Le Guin, Ursula",Ann (editor)|Bo,"A|B\\|C",1968,Earthsea #1,,oclc:1\n'
    ',"Two\nlines","She said ""no""",,,-1800,,Poetry|Épopée,\n'
)
GENERIC = "Titel;Autor;Jahr;ISBN\nMomo;Michael Ende;1973.0;\nKrabat;Preußler, Otfried;1971;3522\n"
SAMPLES = {
    name: [
        *(path.read_bytes() for path in FILES if format_of(path) == name),
        *{"native": [NATIVE.encode()], "generic": [GENERIC.encode()]}.get(name, ()),
    ]
    for name in SOURCES
}
"""Name of a source to files of it, of formats that are still to come too."""

READERS = pytest.mark.parametrize("name", list(SOURCES))

PIECES = st.one_of(
    st.binary(max_size=6),
    st.text(max_size=4).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            *(b"\0", b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\\", b"&", b"&#0;", b"&#55296;"),
            *(b"\r", b"\n", b"\r\n", b"\n\n", b"\x1a", b"\x0b", b"\x1c", b"\x85", b"\xe2\x80\xa8"),
            *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
            *(
                b"\x1f\x8b",
                b"PK\x03\x04",
                b"PK\x05\x06",
                b"[]",
                b"{}",
                b"\\u0000",
                b"<a>",
                b"]]>",
                b"title",
            ),
            *(b"9" * 400, b"x" * 140_000, b"a," * 400, b'"\n' * 400, b"(" * 400, b"A and " * 400),
        ]
    ),
)


@st.composite
def mutations(draw: st.DrawFn, data: bytes) -> bytes:
    """Damage a file as editors, transfers and other programs do."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 2, 10, 100, 10_000])))
        kind = draw(st.sampled_from(["replace", "replace", "replace", "repeat", "turn", "encode"]))
        if kind == "replace":
            data = data[:start] + draw(PIECES) + data[end:]
        elif kind == "repeat":
            data = data[:end] + data[start:]
        elif kind == "turn":
            data = (
                data[:start]
                + data[start:end].translate(bytes(255 - n for n in range(256)))
                + data[end:]
            )
        else:
            encoding = draw(st.sampled_from(["utf-16", "utf-16-be", "utf-32", "cp037", "utf-7"]))
            data = data[:start] + data[start:end].decode("latin-1").encode(encoding) + data[end:]
    return data


def zipped(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def parts_of_a_workbook() -> dict[str, bytes]:
    book = Workbook()
    for row in csv.reader(io.StringIO(NATIVE, newline="")):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


WORKBOOK = parts_of_a_workbook()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzing") / "books.csv"


def read(path: Path, data: bytes, **options: Any) -> list[Record] | None:
    """Read a file and check what comes of it; return None if it is rejected as a whole."""
    path.write_bytes(data)
    records = []
    try:
        with open_source(path, **options) as reading:
            for record in reading:
                check(record, reading.fields)
                records.append(record)
    except SourceError as error:
        said = [str(error)]
    else:
        return records
    assert_storable(said)
    assert len(said[0].splitlines()) == 1
    return None


def check(record: Record, fields: frozenset[str]) -> None:
    assert record.line >= 1
    assert_storable(record.raw)
    for issue in (*record.errors, *record.repairs):
        assert_storable(part for part in issue if part is not None)
        assert issue.kind
        assert issue.message or issue in record.repairs
    if record.errors:
        return
    # A subtitle without a title is read, but the file provides no title.
    assert record.values.keys() <= fields | {"title"}
    for name, value in record.values.items():
        assert isinstance(value, list if name in LIST_FIELDS else str)
        assert_storable(texts(value))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for item in value:
            yield from texts(item)


def assert_storable(found: Iterable[str]) -> None:
    # No database takes NUL; a lone surrogate is not to be encoded.
    assert b"\0" not in "".join(found).encode()


@READERS
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.lists(PIECES, max_size=20).map(b"".join))
@example(b"")
def test_random_bytes(path: Path, name: str, data: bytes) -> None:
    read(path, data, source=name)
    read(path, data, source=name, encoding="latin-1", delimiter=",", required=())


@READERS
@settings(max_examples=settings.default.max_examples // 4)
@given(data=st.data())
def test_damaged_files(path: Path, name: str, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES[name]))
    read(path, data.draw(mutations(sample)))
    read(path, data.draw(mutations(sample)), source=name)


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data())
def test_damaged_packed_files(path: Path, data: st.DataObject) -> None:
    sample = NATIVE.encode() * data.draw(st.sampled_from([1, 500]))
    file = data.draw(
        st.sampled_from(
            [gzip.compress(sample, 1, mtime=0), zipped({"a.csv": sample}), zipped(WORKBOOK)]
        )
    )
    read(path, data.draw(mutations(file)))
    read(path, file[: data.draw(st.integers(0, len(file) - 1))])


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data(), name=st.sampled_from(list(WORKBOOK)))
def test_workbook_with_a_damaged_part(path: Path, data: st.DataObject, name: str) -> None:
    read(path, zipped({**WORKBOOK, name: data.draw(mutations(WORKBOOK[name]))}))


@READERS
@settings(max_examples=settings.default.max_examples // 3)
@given(data=st.data())
def test_files_that_lack_columns(path: Path, name: str, data: st.DataObject) -> None:
    path.write_bytes(data.draw(st.sampled_from(SAMPLES[name])))
    with open_source(path, source=name) as reading:
        if reading.delimiter is None:
            # No delimited text: it has no columns.
            return
        header, delimiter = reading.header, reading.delimiter
        records = list(reading)
    left = data.draw(st.lists(st.sampled_from(range(len(header))), min_size=1, unique=True))
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow([header[place] for place in left])
    for record in records:
        if len(record.raw) == len(header):
            writer.writerow([record.raw[place] for place in left])
    read(path, file.getvalue().encode(), source=name, required=(), encoding="utf-8")


# What is not damaged comes out.

# What ends a line or quotes the end of one may join rows.
CELL = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='"\\'), min_size=1, max_size=9
)
LINE = st.lists(CELL, min_size=1, max_size=5)


@READERS
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data(), cells=LINE, delimiter=st.sampled_from(",;\t| "))
def test_damaged_line_costs_no_other(
    path: Path, name: str, data: st.DataObject, cells: list[str], delimiter: str
) -> None:
    sample = data.draw(st.sampled_from(SAMPLES[name]))
    path.write_bytes(sample)
    with open_source(path, source=name) as reading:
        options = {
            "source": name,
            "encoding": reading.encoding,
            "delimiter": reading.delimiter,
        }
        before = {record.line: record.raw for record in reading}
    if options["delimiter"] is None:
        # No delimited text: its rows are no lines.
        return
    text = sample.decode(options["encoding"], "surrogateescape")
    lines = io.StringIO(text, newline="").readlines()
    ends = [*list(before)[1:], len(lines) + 1]
    single = [line for line, end in zip(before, ends, strict=True) if end == line + 1]
    line = data.draw(st.sampled_from(single))
    # A row without a letter is an empty one.
    damage = delimiter.join(["x", *cells]).encode(options["encoding"], "replace")
    lines[line - 1] = damage.decode(options["encoding"]) + "\n"
    damaged = "".join(lines).encode(options["encoding"], "surrogateescape")
    after = {record.line: record.raw for record in read(path, damaged, **options) or ()}
    assert list(after) == list(before)
    assert {**after, line: ""} == {**before, line: ""}


@given(
    rows=st.lists(st.booleans(), min_size=2, max_size=9),
    damage=st.lists(PIECES, min_size=1, max_size=6).map(b"".join),
    end=st.sampled_from([b"\n", b"\r\n", b"\r", b""]),
    source=st.sampled_from(["native", "generic"]),
)
def test_no_row_is_lost_behind_damage(
    path: Path, rows: list[bool], damage: bytes, end: bytes, source: str
) -> None:
    table = [b"title,subjects\n"]
    for number, is_quoted in enumerate(rows):
        form = b'"row %d",(%d)\n' if is_quoted else b"row %d,(%d)\n"
        table.append(form % (number, number))
    place = len(rows) // 2
    table[place + 1] = damage + end
    records = read(path, b"".join(table), source=source, encoding="utf-8", delimiter=",")
    assert records is not None
    found = "\n".join("\n".join(record.raw) for record in records)
    assert [n for n in range(len(rows)) if n != place and f"({n})" not in found] == []
    lines = [record.line for record in records]
    assert lines == sorted(set(lines))


# The command.


def run_command(path: Path) -> tuple[int, str, str]:
    """Run it as at a terminal that takes UTF-8 only."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(path)])
    for stream in (out, err):
        stream.seek(0)
    return status, out.read(), err.read()


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data(), name=st.sampled_from(list(SOURCES)))
def test_command_takes_any_file(path: Path, data: st.DataObject, name: str) -> None:
    path.write_bytes(data.draw(mutations(data.draw(st.sampled_from(SAMPLES[name])))))
    status, out, err = run_command(path)
    # Without a title it can be read, but not imported.
    assert (status, err) == (0, "") or status == 1
    assert bool(out) != bool(err)
    assert err.count("\n") == len(err[:1])


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"PK\x03\x04", NATIVE.encode() + b'"\0\xff'])
def test_command_in_a_process_of_its_own(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "books.csv"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "django_bookrel.sources", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(django_bookrel.__path__[0]).parent,
    )
    assert (done.returncode, done.stdout, done.stderr) == run_command(path)
