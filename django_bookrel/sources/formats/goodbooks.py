"""
goodbooks-10k: the ten thousand books of Goodreads with the most ratings.

https://github.com/zygmuntz/goodbooks-10k, ``books.csv`` (seen 2026-11). UTF-8, comma, LF.

- ISBNs have lost their zeros at the start, and ``isbn13`` is rounded: ``9.78043902348e+12``.
- Years are written ``2008.0``, those before the common era ``-720.0``.
- The series stands in the title: ``Title (Series, #1)``.
- Up to 47 people stand in one cell, authors and others, without roles: after the first they come
  in as contributors. Names have runs of spaces in them.
- Languages are codes of two kinds: ``eng``, ``en-US``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from ..reading.described import COMMA, DescribedSource

__all__ = ("GoodbooksSource",)

_RATINGS = "about ratings, not the book"


class GoodbooksSource(DescribedSource):
    """The table of books of goodbooks-10k."""

    name: ClassVar[str] = "goodbooks"
    title: ClassVar[str] = "goodbooks-10k"
    separators: ClassVar[Mapping[str, re.Pattern[str]]] = {"authors": COMMA}
    further_role: ClassVar[str] = "contributor"
    signature: ClassVar[frozenset[str]] = frozenset(
        {"book_id", "goodreads_book_id", "work_id", "authors", "title"}
    )
    places: ClassVar[Mapping[str, str]] = {
        "title": "title",
        "authors": "author",
        "isbn": "isbn",
        "isbn13": "isbn",
        "original_publication_year": "year",
        "language_code": "language",
        "book_id": "identifiers:goodbooks",
        "goodreads_book_id": "identifiers:goodreads",
    }
    ignored: ClassVar[Mapping[str, str]] = {
        "original_title": "books have one title",
        "best_book_id": "number of another edition, if not of this one",
        "work_id": "number of the work, which all its editions share",
        "books_count": "about other editions",
        "image_url": "books have no field for a cover",
        "small_image_url": "books have no field for a cover",
        **dict.fromkeys(
            (
                "average_rating",
                "ratings_count",
                "work_ratings_count",
                "work_text_reviews_count",
                *(f"ratings_{stars}" for stars in range(1, 6)),
            ),
            _RATINGS,
        ),
    }
