from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from django_bookrel.sources.base import Dialect, Issue, Row
from django_bookrel.sources.files import delimited
from django_bookrel.sources.files.delimited import Table
from django_bookrel.sources.files.lines import Lines
from django_bookrel.sources.files.undecodable import visible
from django_bookrel.sources.limits import DEFAULT_LIMITS, Limits

COMMA = Dialect(",")
UNCLOSED = "A quote opened here is never closed."


def table(
    data: bytes,
    dialect: Dialect = COMMA,
    block_bytes: int = 1000,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    blocks = [data[start : start + block_bytes] for start in range(0, len(data), block_bytes)]
    return Table(Lines(blocks, "utf-8", limits), dialect, limits=limits)


def read(
    data: bytes, dialect: Dialect = COMMA, limits: Limits = DEFAULT_LIMITS
) -> list[tuple[int, list[str], list[str]]]:
    return [
        (line, cells, [issue.message for issue in errors])
        for line, cells, errors, *_ in table(data, dialect, limits=limits)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 1000])
def test_line_ends_and_blocks(end: str, block_bytes: int):
    text = f'\ufefftitle,year{end}Käse,1{end}{end}"two{end}lines",2{end}Ünd,3'
    found = table(text.encode(), block_bytes=block_bytes)
    assert found.header == ["title", "year"]
    assert list(found) == [
        Row(2, ["Käse", "1"]),
        Row(4, [f"two{end}lines", "2"]),
        Row(6, ["Ünd", "3"]),
    ]


def test_mixed_line_ends():
    assert [row[0] for row in read(b"a\r\nb\rc\n\rd\r\n")] == [2, 3, 5]


def test_blank_lines_and_empty_rows_are_skipped():
    assert read(b"\n\na,b\n\n  \n,\n1,2\n") == [(7, ["1", "2"], [])]


@pytest.mark.parametrize(
    "line, cells, errors",
    [
        (b"1,2,", ["1", "2"], []),
        (b"1,2,,,", ["1", "2"], []),
        (b"1,2,3", ["1", "2", "3"], ["expected 2 cells, found 3."]),
        (b"1", ["1"], ["expected 2 cells, found 1."]),
    ],
)
def test_ragged_rows(line: bytes, cells: list[str], errors: list[str]):
    assert read(b"a,b\n" + line + b"\n3,4\n") == [(2, cells, errors), (3, ["3", "4"], [])]


def test_nameless_columns_at_the_end_may_be_missing():
    found = table(b"a,b,,\n1,2\n1,2,3,4\n1\n")
    assert found.header == ["a", "b", "", ""]
    assert [(cells, len(errors)) for _, cells, errors, *_ in found] == [
        (["1", "2", "", ""], 0),
        (["1", "2", "3", "4"], 0),
        (["1"], 1),
    ]


def test_undecodable_bytes_reject_their_record_only():
    data = 'a,b\nä,1\n"x\ny'.encode() + b"\xe9" + '",2\nö,3\n'.encode()
    assert list(table(data))[1] == (
        3,
        ["x\ny\\xe9", "2"],
        (
            Issue(
                "decoding",
                "a",
                "x\ny\\xe9",
                'Line 4: the byte 0xE9 in "y\\xe9",2" cannot be decoded as UTF-8.',
                None,
            ),
        ),
        {0: "x\ny\udce9"},
        (),
    )
    assert [cells for _, cells, _ in read(data)] == [["ä", "1"], ["x\ny\\xe9", "2"], ["ö", "3"]]


@pytest.mark.parametrize("line", [b"\xe9", b"\xe9,2,3", b'"\xe9" x,2'])
def test_undecodable_bytes_are_not_all_that_is_wrong(line: bytes):
    [row] = table(b"a,b\n" + line + b"\n")
    assert row.errors
    assert row.undecoded == {}


def test_nul_is_rejected():
    assert read(b"a,b\n1,x\0y\n3,4\n") == [
        (2, ["1", "x\\x00y"], ["Line 2: it contains a NUL character."]),
        (3, ["3", "4"], []),
    ]


def test_half_a_character_is_rejected():
    found = Table(Lines([b"a,b\n1,", b"+2AA-\n"], "utf-7"), Dialect(","))
    assert list(found) == [
        (
            2,
            ["1", "\\ud800"],
            (
                Issue(
                    "decoding",
                    "b",
                    "\\ud800",
                    "Line 2: it contains half a character (a lone surrogate).",
                    None,
                ),
            ),
            {1: "\ud800"},
            (),
        )
    ]


def test_unclosed_quote_loses_no_other_line():
    lines = b"".join(b"%d,x\n" % number for number in range(3))
    assert read(b'a,b\n"oops,1\n' + lines) == [
        (2, ['"oops,1'], [UNCLOSED]),
        (3, ["0", "x"], []),
        (4, ["1", "x"], []),
        (5, ["2", "x"], []),
    ]


def test_unclosed_quote_is_bounded_by_lines(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited, "RECORD_LINES", 3)
    assert [(line, len(errors)) for line, _, errors in read(b'a,b\n"oops,1\n' + b"1,2\n" * 5)] == [
        (2, 1),
        *((line, 0) for line in range(3, 8)),
    ]


def test_unclosed_quote_is_bounded_by_characters():
    data = b'a,b\n"oops,1\n' + b"1,2\n" * 20 + b'"x\ny",2\n'
    found = read(data, limits=Limits(line=30))
    assert found[0] == (2, ['"oops,1'], [UNCLOSED])
    assert found[1:] == [
        *((line, ["1", "2"], []) for line in range(3, 23)),
        (23, ["x\ny", "2"], []),
    ]


def test_long_cell_is_rejected():
    long = b"x" * 131_073
    assert [(line, errors) for line, _, errors in read(b"a,b\n1," + long + b"\n3,4\n")] == [
        (2, ['A cell has more characters than the 131,072 that BOOKREL_LIMITS["cell"] allows.']),
        (3, []),
    ]


@pytest.fixture
def csv_limit() -> Iterator[None]:
    limit = csv.field_size_limit()
    yield
    csv.field_size_limit(limit)


@pytest.mark.parametrize("size, limit, count", [(30, 20, 1), (200_000, 300_000, 0)])
def test_limit_of_cells(csv_limit: None, size: int, limit: int, count: int):
    """Below and above what the module csv of Python allows."""
    data = b"a,b\n1," + b"x" * size + b"\n3," + b"y" * 15 + b"\n"
    found = read(data, limits=Limits(cell=limit))
    assert [(line, len(errors)) for line, _, errors in found] == [(2, count), (3, 0)]


def test_marks_at_the_starts_of_lines():
    """``cat`` leaves the byte order marks of the files that it joins."""
    data = '\ufeffa,b\n1,2\n\ufeffa,b\n\ufeff"3",\ufeff4'.encode()
    for block_bytes in (1, 2, 3, 7, 1000):
        found = [row.cells for row in table(data, block_bytes=block_bytes)]
        assert found == [["1", "2"], ["a", "b"], ["3", "\ufeff4"]]


def test_long_line_is_rejected():
    data = b"a,b\n1,2\n3," + b"x" * 100 + b"\r\n5,6\n7," + b"y" * 90
    found = [
        (row.line, len("".join(row.cells)), [issue.message for issue in row.errors])
        for row in table(data, block_bytes=7, limits=Limits(line=20))
    ]
    said = 'the line has more characters than the 20 that BOOKREL_LIMITS["line"] allows.'
    assert found == [
        (2, 2, []),
        (3, 19, [f"Line 3: {said}"]),
        (4, 2, []),
        (5, 19, [f"Line 5: {said}"]),
    ]


@pytest.mark.parametrize(
    "data, rejected",
    [
        (
            b'"a" b,1\n3,4\n',
            [(2, "Text follows a closing quote; double a quote within a quoted cell.")],
        ),
        (
            b'" a,1\n"3",4\n',
            [(2, "A quote opened here is closed by a later line and followed by text.")],
        ),
    ],
)
def test_text_behind_a_closing_quote(data: bytes, rejected: list[tuple[int, str]]):
    found = read(b"a,b\n" + data)
    assert [(line, errors[0]) for line, _, errors in found if errors] == rejected
    assert found[-1] == (3, ["3", "4"], [])


def test_dialects():
    assert read(b'a\tb\n"x\t5" y\n', Dialect("\t", quotes=False)) == [(2, ['"x', '5" y'], [])]
    assert read(b'a;b\n"\\"x\\" y";2\n', Dialect(";", escape="\\")) == [(2, ['"x" y', "2"], [])]
    assert read(b'a;b\n"""x"" y";2\n', Dialect(";", escape="\\")) == [(2, ['"x" y', "2"], [])]


def test_blanks_behind_a_delimiter():
    data = b'a,b\n" 1", "2, 3"\n'
    assert read(data, Dialect(",", blanks=True)) == [(2, [" 1", "2, 3"], [])]
    assert read(data) == [(2, [" 1", ' "2', ' 3"'], ["expected 2 cells, found 3."])]


def test_faults_do_not_pile_up():
    lines = Lines([b"a\n", b"\xff\n" * 100], "utf-8")
    assert len(list(Table(lines, Dialect(",")))) == 100
    assert lines.faults == {}


def test_visible():
    assert visible("a\0b\udce9\ud800") == "a\\x00b\\xe9\\ud800"


def test_byte_order_mark_inside_a_cell_is_part_of_it():
    data = '\ufeffa,b\n1,"x\n\ufeffy"\n\ufeff"2\n\ufeff",3\n'.encode()
    assert [row.cells for row in table(data)] == [["1", "x\n\ufeffy"], ["2\n\ufeff", "3"]]
