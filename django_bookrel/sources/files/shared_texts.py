"""The texts of a workbook: how they stand in its XML, and those that its cells share."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from ...exceptions import UnreadableFile
from ..limits import Limits
from .package import NAME

__all__ = ("KNOWN", "SharedTexts", "TextReader", "TextsReader")

KNOWN = {
    f"{namespace} {name}": name
    for namespace in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    for name in (
        *("c", "v", "t", "row", "rPh", "si"),
        *("sheet", "workbookPr", "numFmt", "cellXfs", "xf"),
    )
}
"""Name of an element with its namespace to its name, for those that are read."""


class SharedTexts:
    """The texts that cells share, packed, for there may be millions."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self.too_long: set[int] = set()
        """Those that have more characters than a cell may have."""

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()

    def append(self, text: str, *, is_whole: bool = True) -> None:
        """
        Add a text.

        :param is_whole: or whether it is longer than a cell may be.
        :raises UnreadableFile: there are more, or more bytes of them, than the limit.
        """
        if not is_whole:
            self.too_long.add(len(self))
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self) > self._limits.shared_texts:
            limit = self._limits.allowed("shared_texts")
            raise UnreadableFile(f"{NAME} has more shared texts than {limit}.")
        if len(self._bytes) > self._limits.shared_bytes:
            limit = self._limits.allowed("shared_bytes")
            raise UnreadableFile(f"{NAME} has shared texts of more bytes than {limit}.")


class TextReader:
    """Collects the text of elements ``t``, without how it is pronounced (``rPh``)."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.collects = False
        self.phonetic = False
        self.pieces: list[str] = []
        self.room = limits.cell
        """How many characters more are collected; negative: some were not."""

    def text(self, text: str) -> None:
        if self.collects:
            self.room -= len(text)
            if self.room >= 0:
                self.pieces.append(text)


class TextsReader(TextReader):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found = SharedTexts(limits)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = KNOWN.get(name)
        if kind == "t":
            self.collects = not self.phonetic
        elif kind == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        kind = KNOWN.get(name)
        if kind == "t":
            self.collects = False
        elif kind == "rPh":
            self.phonetic = False
        elif kind == "si":
            self.found.append("".join(self.pieces), is_whole=self.room >= 0)
            self.pieces, self.room = [], self.limits.cell
