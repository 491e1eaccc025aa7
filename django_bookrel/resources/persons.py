"""Persons, whose names may come with the years of a life: "Smith, John (1580-1631)"."""

from __future__ import annotations

from typing import Any

from ..names import parse_person

__all__ = ("LIFE_DATES",)


class _LifeDates:
    """The details of authors: years of birth and death, negative ones before the common era."""

    fields: tuple[str, ...] = ("born", "died")

    def parse(self, name: str) -> tuple[str, tuple[Any, ...]]:
        person = parse_person(name)
        return person.name, (person.born, person.died)

    def qualified(self, name: str, details: tuple[Any, ...]) -> str:
        born, died = map(_said, details)
        return f"{name} ({born}-{died})"

    def agree(self, known: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
        pairs = list(zip(known, said, strict=True))
        born, died = (new if old is None else old for old, new in pairs)
        in_order = born is None or died is None or born <= died
        return in_order and all(None in pair or pair[0] == pair[1] for pair in pairs)


LIFE_DATES = _LifeDates()


def _said(year: int | None) -> str:
    if year is None:
        return ""
    return str(year) if year > 0 else f"{-year} BCE"
