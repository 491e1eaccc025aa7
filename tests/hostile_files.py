"""
Files that somebody made to harm who reads them: nested, huge, packed, broken.

They are the same for a seed. ``python -m tests.hostile`` reads them.
"""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tests.hostile_workbooks import ENTITIES, packed, workbook
from tests.test_sources_samples import FILES

TOKENS = (
    *(" ", "\t", "9", "a", "A", "é", "-", ".", ",", ";", ":", "/", "|", "\\", "&", "#", "(", ")"),
    *("[", "]", "{", "}", "'", '"', '""', "= ", "and ", " & ", ", ", "; ", " - ", "1999 ", "[1] "),
    *("A. ", "A and ", "Lee, Ann; ", "&amp;", "&#65;", "&lt;", "Ã©", "(a", "a)", "#1 ", "vol. 1 "),
    *("p. ", "c1999", "http://a/", "978", "0-306-", "de ", "van ", "\u0301", "\u202e", "\ufeff"),
    *("\u00a0", "\u2028", "tome ", "ed. by ", "{{", "}}", "::", "==", "--", "1.", "٣", "𝔘"),
)
"""What is repeated: what patterns over names, lists, dates and numbers look for."""

LINES = (
    *(b"\n", b"\r", b"A,B\n", b",\n", b'"\n', b'"A\n', b'A,"B\n', b"A\\\n", b'""A\n', b"A\0\n"),
    *(b"A" * 1_000, b'"' * 999, b",", b"title,author\n", b"\xef\xbb\xbftitle,author\n", b"\xff\n"),
    *(b'"A""\n,', b" ", b'A,"B\r\n,', b"=A,+B\n", b"author,title\n"),
)

JOINED_BYTES = 100_000_000
"""How much is joined of what is not packed; to read gigabytes of it takes what they take."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252", "utf-7", "cp037")


class Hostile(NamedTuple):
    """A file and the name of what made it."""

    kind: str
    suffix: str
    data: bytes


class Maker(random.Random):
    """Random choices of which sizes shrink by a factor."""

    scale: float = 1.0

    def size(self, most: int) -> int:
        """Give a size up to a most, small ones as often as large ones."""
        most = max(1, int(most * self.scale))
        return most if self.random() < 0.5 else int(most ** self.random())

    def text(self, most: int) -> str:
        """Repeat one to three tokens up to a number of characters."""
        unit = "".join(self.choices(TOKENS, k=self.randint(1, 3)))
        size = self.size(most)
        return (unit * (size // len(unit) + 1))[:size]


def _sample(make: Maker, *suffixes: str) -> bytes:
    return make.choice([path for path in FILES if path.suffix in suffixes]).read_bytes()


def _table(make: Maker) -> bytes:
    """Put long cells into a file of any format."""
    header, *lines = _sample(make, ".csv", ".tsv", ".txt").splitlines()
    delimiter = max((b",", b";", b"\t"), key=header.count)
    for _ in range(make.randint(1, 8)):
        cells = make.choice(lines).split(delimiter)
        cells[make.randrange(len(cells))] = make.text(200_000).encode()
        lines.insert(make.randrange(len(lines)), delimiter.join(cells))
    return b"\n".join([header, *lines])


def _generic(make: Maker) -> bytes:
    """Put long cells into a table of common columns, quoted."""
    names = "title author contributors publishers year language pages series subjects isbn notes"
    header = make.sample(names.split(), make.randint(3, 11))
    rows = [
        ",".join('"' + make.text(30_000).replace('"', '""') + '"' for _ in header)
        for _ in range(make.size(20))
    ]
    return "\n".join([",".join({"title": ""} | dict.fromkeys(header)), *rows]).encode()


def _columns(make: Maker) -> bytes:
    count = make.size(100_000)
    name = make.choice(["c{}", "title", "", "title{}", "author {}", "contributors:{}"])
    header = make.choice(",;\t|").join(name.format(number) for number in range(count))
    return ("title," + header + "\n" + "A," * make.size(count) + "\n").encode()


def _lines(make: Maker) -> bytes:
    header = make.choice([b"title,author\n", b"title\n", b"title;year\r", b"isbn,title\r\n"])
    line = make.choice(LINES)
    return header + line * (make.size(2_000_000) // len(line) * (1 if len(line) < 100 else 20))


def _encoded(make: Maker) -> bytes:
    text = "title,author\n" + "\n".join(make.text(2_000) for _ in range(make.size(500)))
    pieces = [
        piece.encode(make.choice(ENCODINGS), "replace")
        for piece in text.split("\n", make.randint(1, 5))
    ]
    return make.choice([b"\n", b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf\n"]).join(pieces)


def _marc(make: Maker) -> bytes:
    """Damage records, or make ones of very many or very long fields."""
    record = b"\x1d".join(_sample(make, ".mrc").split(b"\x1d")[:3])
    way = make.randrange(7)
    size = make.size(1_000_000)
    if way == 0:
        fields = [b"a" + make.text(30_000).encode() for _ in range(make.size(300))]
        return _marc_record([(make.choice(["245", "100", "650", "700"]), f) for f in fields])
    if way == 1:
        return _marc_record([("245", b"aA"), *[("650", b"aB")] * (size // 20)])
    if way == 2:
        return _marc_record([("245", b"aA" + b"\x1fa" * size)])
    if way == 3:
        return record + make.choice([b"\x1d", b"\x1e", b"\x1f", b"\0", b"9", b" "]) * size
    if way == 4:
        return record.replace(b"\x1d", b"") * (size // len(record) + 1)
    place = make.randrange(len(record))
    if way == 5:
        return record[:place] + make.randbytes(make.size(200)) + record[place:]
    return record * 50 + record[:place]


def _marc_record(fields: Sequence[tuple[str, bytes]]) -> bytes:
    data = [b"  \x1f" + field + b"\x1e" for _, field in fields]
    entries, start = [], 0
    for (tag, _), field in zip(fields, data, strict=True):
        entries.append(b"%s%04d%05d" % (tag.encode(), len(field), start))
        start += len(field)
    directory = b"".join(entries) + b"\x1e"
    leader = b"%05dnam a22%05d a 4500" % (25 + len(directory) + start, 24 + len(directory))
    return b"".join([leader, directory, *data, b"\x1d"])


def _marcxml(make: Maker) -> bytes:
    size = make.size(500_000)
    name = make.choice(["a", "record", "datafield", "subfield"])
    text = make.text(300_000).replace("&", "").replace("<", "")
    bodies = {
        "deep": f"<{name}>" * size,
        "many": f"<record><leader/>{f'<{name}/>' * size}</record>",
        "names": "".join(f"<a{number}/>" for number in range(size // 5)),
        "attributes": "<record " + " ".join(f'a{n}="1"' for n in range(size // 10)) + "/>",
        "comment": f"<!--{'x' * size * 10}-->",
        "text": f"<record><leader>{text}</leader></record>",
        "title": f'<record><datafield tag="245"><subfield code="a">{text}</subfield></datafield>'
        "</record>",
        "people": f'<record><datafield tag="700"><subfield code="a">{text}</subfield></datafield>'
        "</record>" * 3,
        "open": f'<record><datafield tag="245"><subfield code="a">{text}',
        "code": f'<record><datafield tag="{"2" * size}"><subfield/></datafield></record>',
    }
    body = make.choice(list(bodies.values()))
    start = make.choice(["", "", "", "", ENTITIES])
    text = f'{start}<collection xmlns="http://www.loc.gov/MARC21/slim">{body}</collection>'
    return text.encode(make.choice(["utf-8", "utf-8", "utf-16"]))


def _json(make: Maker) -> bytes:
    """Make lines of dumps of Open Library, and JSON lines."""
    size = make.size(200_000)
    values: dict[str, str] = {
        "nested": "[" * size,
        "closed": "[" * 5_000 + "]" * 5_000,
        "objects": '{"authors":' * (size // 10) + "1" + "}" * (size // 10),
        "number": '{"title": "A", "number_of_pages": ' + "9" * size + "}",
        "text": json.dumps({"title": make.text(size), "subjects": [make.text(size)]}),
        "list": json.dumps({"title": "A", "subjects": ["x"] * size}),
        "keys": json.dumps({"title": "A", "identifiers": {f"k{n}": ["1"] for n in range(size)}}),
        "surrogate": '{"title": "\\ud800", "authors": [{"author": {"key": "\\u0000"}}]}',
        "authors": json.dumps({"title": "A", "authors": [{"key": f"/a/{n}"} for n in range(size)]}),
        "nan": '{"title": NaN, "publishers": [Infinity, -1e999]}',
    }
    value = make.choice(list(values.values()))
    kind = make.choice(["edition", "work", "author"])
    line = f"/type/{kind}\t/x/OL1M\t1\t2008-04-01T03:28:50.625462\t{value}\n"
    return (line if make.random() < 0.8 else value + "\n").encode() * make.size(10)


def _packed(make: Maker) -> bytes:
    """Make gzip and zip files of anything, damaged or far larger than they seem."""
    block = make.choice([b"\0", b"\n", b"A,B\n", b"<row/>", b"title,author\n"])
    bomb = block * make.size(40_000_000 // len(block))
    inner = make.choice([_table, _lines, _marc, _marcxml, _json])(make)
    name = make.choice(["a.csv", "../a", "a" * make.size(60_000), "\u202ea", "", "a\n\x1b[2J.csv"])
    method = make.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
    made = make.choice(
        [
            lambda: _gzip(make.choice([bomb, inner])),
            lambda: _gzip(_gzip(bomb)),
            lambda: _gzip(inner) * make.size(min(200, 1 + JOINED_BYTES // len(inner))),
            lambda: _gzip(inner) + make.randbytes(100),
            lambda: b"\x1f\x8b\x08\x08\0\0\0\0\0\0" + b"a" * make.size(2_000_000),
            lambda: packed({name: make.choice([bomb, inner])}, method),
            lambda: packed({name: packed({"b": bomb}, method)}, method),
            lambda: packed({f"{n}": b"" for n in range(make.size(60_000))}, method),
            lambda: packed({name: inner}, method) * 2,
            lambda: workbook(make),
        ]
    )()
    return _damaged(make, made) if make.random() < 0.3 else made


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _damaged(make: Maker, data: bytes) -> bytes:
    changed = bytearray(data[: make.randint(1, len(data)) if make.random() < 0.3 else None])
    for _ in range(make.randint(1, 5)):
        # Most of what can be damaged stands at the start and the end.
        place = make.choice([make.randrange(64), -make.randrange(1, 64), make.randrange(len(data))])
        if -len(changed) <= place < len(changed):
            changed[place] = make.randrange(256)
    return bytes(changed)


MAKERS: dict[str, tuple[str, Callable[[Maker], bytes]]] = {
    "table": (".csv", _table),
    "generic": (".csv", _generic),
    "columns": (".csv", _columns),
    "lines": (".csv", _lines),
    "encoded": (".csv", _encoded),
    "marc": (".mrc", _marc),
    "marcxml": (".xml", _marcxml),
    "json": (".txt", _json),
    "packed": (".gz", _packed),
    "workbook": (".xlsx", workbook),
}


def hostile_files(
    seed: int, count: int, scale: float = 1.0, *, first: int = 0
) -> Iterator[Hostile]:
    """
    Make files of each kind in turn.

    :param scale: makes the large ones smaller.
    :param first: the number of the first file.
    """
    for number in range(first, first + count):
        make = Maker(f"{seed} {number}")
        make.scale = scale
        kind = list(MAKERS)[number % len(MAKERS)]
        suffix, function = MAKERS[kind]
        yield Hostile(kind, suffix, function(make))
