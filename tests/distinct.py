"""Rows of books of which no two share a record."""

from __future__ import annotations

from pathlib import Path

from tests.importing import write_csv

ISBN = "9780306406157"


def isbn(number: int) -> str:
    digits = f"978{number:09d}"
    weights = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weights % 10)


def distinct_rows(number: int, text: str = "") -> list[dict[str, str]]:
    """Make rows of which no two share a record."""
    return [
        {
            "isbn": isbn(n),
            "title": f"Title {n}{text}",
            "author": f"Author {n}{text} (1900-1980)",
            "contributors": f"Translator {n}{text} (translator)|Editor {n}{text} (editor)",
            "publishers": f"House {n}{text}|Press {n}{text}",
            "year": "1950",
            "language": "en",
            "pages": str(n + 1),
            "series": f"Series {n}{text} #{n}",
            "subjects": f"Subject {n}{text}",
            "identifiers": f"oclc:{n}{text}",
        }
        for n in range(number)
    ]


def write_rows(path: Path, *, good: int, bad: int) -> Path:
    rows = [{"title": f"T{n}", "year": "1" if n < good else "x"} for n in range(good + bad)]
    return write_csv(path, rows)
