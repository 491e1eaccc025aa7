"""Workbooks that no spreadsheet writes; see :mod:`tests.hostile`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Protocol

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = "<row><c t='inlineStr'><is><t>title</t></is></c><c t='str'><v>author</v></c></row>"


ENTITIES = (
    "<!DOCTYPE x [<!ENTITY a0 'a'>"
    + "".join("<!ENTITY a{} '{}'>".format(n, f"&a{n - 1};" * 10) for n in range(1, 10))
    + "]>"
)
"""A declaration of entities, of which the last would have a thousand million characters."""


class Maker(Protocol):
    """Random choices: see ``tests.hostile.Maker``."""

    def size(self, most: int) -> int: ...
    def text(self, most: int) -> str: ...
    def random(self) -> float: ...
    def randrange(self, stop: int, /) -> int: ...


def related(**targets: str) -> str:
    """Write relationships by kind, each with its kind as identifier."""
    named = "".join(
        f"<Relationship Id='{kind}' Type='{TYPE}{kind}' Target='{target}'/>"
        for kind, target in targets.items()
    )
    return f"<Relationships xmlns='{RELATIONS}'>{named}</Relationships>"


def parts(rows: str, texts: str = "", styles: str = "", main: str = MAIN) -> dict[str, str]:
    """Write the parts of a workbook, which have names that no program gives them."""
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": related(officeDocument="a/b.bin"),
        "a/b.bin": f"<workbook xmlns='{main}' xmlns:r='{TYPE[:-1]}'><workbookPr/>"
        "<sheets><sheet name='x' r:id='worksheet'/></sheets></workbook>",
        "a/_rels/b.bin.rels": related(
            worksheet="/c.bin", sharedStrings="../d.bin", styles="e/e.bin"
        ),
        "c.bin": f"<worksheet xmlns='{main}'><sheetData>{HEADER}{rows}</sheetData></worksheet>",
        "d.bin": f"<sst xmlns='{main}'>{texts}</sst>",
        "a/e/e.bin": f"<styleSheet xmlns='{main}'>{styles}</styleSheet>",
    }


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files; the same ones make the same bytes at any time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


def workbook(make: Maker) -> bytes:
    """Make a workbook of one evil or another."""
    size = make.size(3_000_000)
    text = make.text(200_000).replace("&", "").replace("<", "")
    cell = "<c t='s'><v>0</v></c>"
    files = [
        lambda: parts(f"<row>{cell}</row>", "<si/>" * size * 5),
        lambda: parts(f"<row>{cell}</row>", f"<si>{'<t/>' * size}</si>"),
        lambda: parts(f"<row>{cell * 2}</row>" * 1_000, f"<si><t>{text}</t></si>" * 20),
        lambda: parts(f"<row><c t='inlineStr'><is><t>{'x' * size * 30}</t></is></c></row>"),
        lambda: parts(f"<row><c t='inlineStr'><is>{'<r><t>x</t></r>' * size}</is></c></row>"),
        lambda: parts(f"<row><c><v>{'9' * size * 10}</v></c></row>"),
        lambda: parts(f"<row>{'<c/>' * size}</row>"),
        lambda: parts(f"<row>{'<c><v>1</v></c>' * size}</row>"),
        lambda: parts("<row/>" * size),
        lambda: parts("<row><c><v>1</v></c></row>" * (size // 5)),
        lambda: parts(f"<row r='{size * 10}'><c><v>1</v></c></row>"),
        lambda: parts("<row r='3'><c r='A-1'><v>1</v></c></row><row r='2'/>"),
        lambda: parts("".join(f"<row><c t='{k}'><v>{v}</v></c></row>" for k, v in BAD_CELLS)),
        lambda: parts("<a>" * size),
        lambda: parts("".join(f"<a{number}/>" for number in range(size // 5))),
        lambda: parts("<row " + " ".join(f"a{n}='1'" for n in range(size // 10)) + "/>"),
        lambda: parts(f"<!--{'x' * size * 10}-->"),
        lambda: parts(f"<row>{cell}</row>", "<si/>", f"<cellXfs>{'<xf/>' * size}</cellXfs>"),
        lambda: parts(f"<row>{cell}</row>", "", f"<numFmt formatCode='{'[' * size}'/>"),
        lambda: {n: ENTITIES + t for n, t in parts("<row/>").items()},
        lambda: parts(HEADER * (size // 100) + "<row><c/><c t='str'><v>title</v></c></row>"),
        lambda: parts("<row/>") | {"a/_rels/b.bin.rels": related(worksheet="../" * size)},
        lambda: parts("<row/>") | {"_rels/.rels": "<Relationship/>" * size},
        lambda: parts("<row/>") | {"a/b.bin": text},
        lambda: {name: text for name, text in parts("<row/>").items() if make.random() < 0.8},
        lambda: parts(f"<row><c t='str'><v>{text}</v></c><c t='str'><v>{text}</v></c></row>" * 3),
    ]
    made = files[make.randrange(len(files))]()
    method = zipfile.ZIP_BZIP2 if make.random() < 0.1 else zipfile.ZIP_DEFLATED
    return packed(made, method)


BAD_CELLS = [
    *(("n", text) for text in ("NaN", "1e999", "-INF", "", "1_0", "٣", "0x10", "9" * 5_000, "--1")),
    *(("s", text) for text in ("-1", "0", "999", "1e0", "x", "")),
    *(("b", "2"), ("d", "2008-13-45"), ("d", "x"), ("e", "#REF!"), ("str", "_x0000_"), ("zz", "1")),
]
