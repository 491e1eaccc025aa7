"""The columns of records that are there: compared with what rows say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..fields import AnyField
from ..values import default_of, differs
from .batch import UNSET
from .children import Treatment
from .layout import Layout
from .writers import Writer

__all__ = ("EMPTY", "ColumnChange", "ColumnComparison", "Gone")

EMPTY = (None, "", b"")

Values = tuple[Any, ...]


class ColumnChange(NamedTuple):
    """The values of a layout's fields that a record has, and those that it will have."""

    pk: Any
    before: Values
    after: Values


class Gone(Exception):
    """Raised when records that were found are not there any more; the argument is their keys."""


class ColumnComparison:
    """Compares rows with the records of one layout's model."""

    def __init__(self, layout: Layout, writer: Writer) -> None:
        self.layout, self.writer = layout, writer
        self.fields = layout.fields
        self.differ = differs(self.fields)
        self.pk_column = next((i for i, f in enumerate(self.fields) if f.primary_key), None)

    def read(self, how: Treatment) -> dict[Any, Values]:
        """
        Return primary key -> values of the layout's fields, of the records of some rows.

        :raises Gone: there are no such records.

        Queries: one.
        """
        return self._held(how.pks, self.fields) if how.rows else {}

    def changes(
        self, columns: list[list[Any]], how: Treatment, held: dict[Any, Values], *, lock: bool
    ) -> dict[int, ColumnChange]:
        """
        Return row -> change, of the rows whose record differs.

        :param columns: what rows say, with what refers to records in the place of names.
        :param held: what :meth:`read` has returned.
        :param lock: keep others from changing the records that change.
        :raises Gone: there are no such records.

        Queries: one where records change and are locked.
        """
        if not how.rows:
            return {}
        merge = self._merge(how)
        said = [[column[row] for row in how.rows] for column in columns]
        if self.pk_column is not None:
            said[self.pk_column] = list(how.pks)
        came = dict(zip(how.pks, zip(*said, strict=True), strict=True)) if said else {}
        rows = dict(zip(how.pks, how.rows, strict=True))
        changed = self._differing(held, came, merge)
        if changed and lock:
            # What was read without a lock may have changed since; what is written may not.
            held = self._held(sorted(changed), self.fields, lock=True)
            changed = self._differing(held, came, merge)
        return {rows[change.pk]: change for change in changed.values()}

    def check(self, pks: Sequence[Any]) -> None:
        """
        See to it that records are there.

        :raises Gone: they are not.
        """
        self._held(pks, ())

    def _held(
        self, pks: Sequence[Any], fields: Sequence[AnyField], *, lock: bool = False
    ) -> dict[Any, Values]:
        pk = self.layout.model._meta.pk
        found = self.writer.finder.match([pk], [(key,) for key in pks], [pk, *fields], lock=lock)
        held = {row[1]: row[2:] for row in found}
        if len(held) < len(pks) and (gone := [key for key in pks if key not in held]):
            raise Gone(gone)
        return held

    def _differing(
        self,
        held: dict[Any, Values],
        came: dict[Any, Values],
        merge: Callable[[Values, Values], Values],
    ) -> dict[Any, ColumnChange]:
        differ = self.differ
        return {
            pk: ColumnChange(pk, was, values)
            for pk, was in held.items()
            if pk in came and differ(came[pk], was) and differ(values := merge(was, came[pk]), was)
        }

    def _merge(self, how: Treatment) -> Callable[[Values, Values], Values]:
        kept = [name in how.keep for name in self.layout.names]
        if how.whole:
            return self._whole

        def merge(was: Values, came: Values) -> Values:
            return tuple(
                old
                if new is UNSET or keep or (how.fill and old not in EMPTY) or _is_empty(old, new)
                else new
                for old, new, keep in zip(was, came, kept, strict=True)
            )

        return merge

    def _whole(self, was: Values, came: Values) -> Values:
        """Return what a new record would have."""
        return tuple(
            (old if _has_database_default(field) else default_of(field))
            if new is UNSET
            else old
            if _is_empty(old, new)
            else new
            for field, old, new in zip(self.fields, was, came, strict=True)
        )


def _has_database_default(field: AnyField) -> bool:
    return field.has_db_default() and not field.has_default()


def _is_empty(old: Any, new: Any) -> bool:
    # An empty cell says no more than that.
    return new is None and old in EMPTY
