"""UTF-8 that was taken for ISO-8859-1 or Windows-1252, where it is certain that it was."""

from __future__ import annotations

import re

from .base import Record, Row
from .described import DescribedSource
from .readers import mended

__all__ = ("MisreadSource", "mend_misread")

# The first byte of a letter that has several, and the next one, each taken for a letter.
_MISREAD = re.compile("[\xc2-\xf4][^\0-\x7f]")
# The same twice over: Ã, the letter that 0x83 was or what is left of it, Â, and the second byte.
_TWICE = re.compile("Ã[?\x83\u0192]Â([\x80-\xbf])")


def mend_misread(text: str) -> str:
    """
    Undo it: ``KÃ¼hlschrank``, and ``KÃ?Â¼hlschrank`` where it was done twice and a byte was lost.

    :returns: the text unchanged unless all of its letters beyond ASCII are bytes of UTF-8, which
        in no language they are by chance.
    """
    if "Ã" in text:
        text = _TWICE.sub(lambda match: chr(ord(match[1]) + 0x40), text)
    if not _MISREAD.search(text):
        return text
    for encoding in ("cp1252", "iso-8859-1"):
        try:
            return text.encode(encoding).decode()
        except UnicodeError:
            continue
    return text


class MisreadSource(DescribedSource):
    """A format whose files were misread before they came to us."""

    def read(self, row: Row) -> Record:
        cells = row.cells
        if "".join(cells).isascii():
            return super().read(row)
        plain = [cell if cell.isascii() else mend_misread(cell) for cell in cells]
        if plain == cells:
            return super().read(row)
        record = super().read(row._replace(cells=plain))
        record.raw = cells
        record.repairs = [
            *(
                mended("misread", column, cells[column.position], plain[column.position])
                for column in self.columns
                if column.field and cells[column.position] != plain[column.position]
            ),
            *record.repairs,
        ]
        return record
