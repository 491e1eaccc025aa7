"""
The image directory of the British Library: the books out of which a million pictures were taken.

https://github.com/BL-Labs/imagedirectory, ``1860_plates.tsv`` and others (seen 2026-11). UTF-8,
tab, LF, no quoting: a quote is part of the text.

- A row for each picture or, in extracts, each volume: many rows mean one book.
- People are written ``HUGO, Jean Abel Count``, with a full stop where nothing else follows; the
  second of two ``and FLETCHER (John) Dramatist``.
- Most files have 25 columns; one, ``unknown_plates.tsv``, has 13 in another order. Where files
  were put together, the rows of the one stand below the header of the others. They are known by
  the number and address of the picture at their start, and are read by their own columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from ..base import Dialect, Record, Row
from ..files.undecodable import issue
from ..reading.headings import HeadingSource

__all__ = ("BlImagesSource",)

_PICTURE = "about a picture, not the book"
_PLATES = (
    "flickr_id",
    "flickr_url",
    "book_identifier",
    "title",
    "first_author",
    "pubplace",
    "publisher",
    "date",
    "volume",
    "page",
    "image_idx",
    "ARK_id_of_book",
    "BL_DLS_ID",
)
"""The columns of the other form, in its order."""
_SIZES = [
    f"flickr_{size}_{what}"
    for size in ("small", "medium", "large", "original")
    for what in ("source", "height", "width")
]
_PICTURE_NUMBER = re.compile(r"\d{9,12}", re.ASCII)
_PICTURE_ADDRESS = re.compile(r"https?://www\.flickr\.com/photos/britishlibrary/\d+/?", re.ASCII)


class BlImagesSource(HeadingSource):
    """A file of the British Library's image directory, whole or its first columns."""

    name: ClassVar[str] = "bl_images"
    title: ClassVar[str] = "British Library image directory"
    dialects: ClassVar[Sequence[Dialect]] = (Dialect("\t", quotes=False),)
    signature: ClassVar[frozenset[str]] = frozenset({"book_identifier", "title", "first_author"})
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "first_author": "author",
        "publisher": "publishers",
        "date": "year",
        "book_identifier": "identifiers:bl",
        "ARK_id_of_book": "identifiers:ark",
        "BL_DLS_ID": "identifiers:bl-dls",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "volume": "the volumes of a work share one record",
        "pubplace": "books have no field for a place",
        **dict.fromkeys(("flickr_id", "flickr_url", "image_idx", "page", *_SIZES), _PICTURE),
    }

    def read(self, row: Row) -> Record:
        cells = row.cells
        if tuple(self.header[:2]) == _PLATES[:2] or not _is_of_plates(cells):
            return super().read(row)
        said = dict(zip(_PLATES, cells, strict=False))
        moved = [said.get(name, "") for name in self.header]
        record = super().read(row._replace(cells=moved))
        message = f"The row has the columns {', '.join(_PLATES[: len(cells)])}."
        return replace(
            record, repairs=[issue("columns", "", "\t".join(cells), message), *record.repairs]
        )


def _is_of_plates(cells: Sequence[str]) -> bool:
    return bool(
        len(cells) > 1
        and _PICTURE_ADDRESS.fullmatch(cells[1])
        and _PICTURE_NUMBER.fullmatch(cells[0])
    )
