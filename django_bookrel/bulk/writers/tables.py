"""What an import asks of a table before it relies on what ``CREATE TABLE`` of Django's grants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models

__all__ = (
    "Column",
    "Index",
    "Table",
    "TableWarning",
    "best_indexes",
    "names_in",
    "shown_name",
    "warnings_of",
)

QUOTED = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`')


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    type: str
    """As the catalogue names it."""
    collation: str = ""
    is_generated: bool = False
    is_needed: bool = False
    """Whether a new row must say it: ``NOT NULL``, and nothing else gives it a value."""
    is_numbered: bool = False
    """Whether the database numbers it."""

    @property
    def charset(self) -> str:
        """The character set on MariaDB and MySQL, by whose name that of a collation begins."""
        return self.collation.partition("_")[0]


@dataclass(frozen=True)
class Index:
    """An index that finds rows by its first columns; expressions among them are empty."""

    name: str
    columns: tuple[str, ...]
    is_unique: bool = False

    def prefix(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return its first columns, as far as they are among ``names``."""
        length = next((i for i, c in enumerate(self.columns) if c not in names), None)
        return self.columns[:length]


@dataclass(frozen=True)
class Table:
    """A table, or a view, as far as its catalogue tells."""

    name: str
    """As people call it."""
    kind: str = ""
    """``table``, ``view``, ...; empty where there is none of this name."""
    columns: Mapping[str, Column] = field(default_factory=dict)
    has_triggers: bool = False
    """Whether triggers may change new rows, add others or leave some out."""

    def column(self, name: str) -> Column | None:
        """Return the column of this name, if there is one."""
        return self.columns.get(name)


class CaselessTable(Table):
    """A table whose columns are found by their names in small letters."""

    def column(self, name: str) -> Column | None:
        return self.columns.get(name.lower())


@dataclass(frozen=True)
class TableWarning:
    """What an import into a table would stumble over."""

    reason: str
    cure: str = ""
    """The SQL command that repairs it, if there is one."""

    def __str__(self) -> str:
        return f"{self.reason} Repair it with: {self.cure}" if self.cure else self.reason


def best_indexes(indexes: Sequence[Index], names: Sequence[str]) -> list[Index]:
    """
    Return the indexes by which rows are found that have values in columns, the best first.

    That is a unique one which the columns cover; else one that begins with the first of them,
    which is the most selective by convention.
    """

    def rank(index: Index) -> tuple[bool, int, int]:
        prefix = index.prefix(names)
        is_whole = index.is_unique and prefix == index.columns
        return not is_whole, names.index(prefix[0]), -len(prefix)

    return sorted((index for index in indexes if index.prefix(names)), key=rank)


def names_in(quoted: str) -> tuple[str, str]:
    """Return the schema, which may be empty, and the name of a table by its quoted name."""
    found = [a.replace('""', '"') or b.replace("``", "`") for a, b in QUOTED.findall(quoted)]
    return ("", found[0]) if len(found) == 1 else (found[-2], found[-1])


def shown_name(quoted: str) -> str:
    """Return a quoted name as people read it: ``archive.item``."""
    return ".".join(filter(None, names_in(quoted)))


def warnings_of(
    model: type[models.Model], table: Table, *, has_triggers: bool
) -> Iterator[TableWarning]:
    """
    Yield what a table lacks of its model, and the other way round.

    :param has_triggers: triggers may give a new row what the model does not.
    """
    if not table.kind:
        yield TableWarning(f"The table {table.name} does not exist.")
        return
    # A proxy has no fields of its own.
    concrete = model._meta.concrete_model or model
    fields = {f.column: f for f in concrete._meta.local_concrete_fields if f.column}
    for name, one in fields.items():
        column = table.column(name)
        if column is None:
            yield TableWarning(f"The table {table.name} has no column {name}.")
        elif column.is_generated and not one.generated:
            reason = f"The column {name} of {table.name} is generated: no row may say it."
            yield TableWarning(f"{reason} Declare a GeneratedField.")
    known = {id(table.column(name)) for name in fields}
    for name, column in table.columns.items():
        if column.is_needed and id(column) not in known and not has_triggers:
            reason = f"The table {table.name} needs a value for its column {name}, which the model"
            yield TableWarning(f"{reason} does not have.")
