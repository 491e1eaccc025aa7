"""A plan into the database, by a number of statements that does not depend on its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models

from ..fields import AnyField, field_of
from ..values import default_of, differ
from .batch import UNSET
from .childplan import ChildPlan
from .layout import Layout
from .own import settle_own
from .plan import Plan
from .references import References
from .resolve import Pending, settled
from .saving import Outcome, Said
from .writers import Writer

__all__ = ("BulkSaver",)

MOST_UPDATES = 8
"""Statements for what changes in one batch, each for records of which the same columns change."""


class BulkSaver:
    """
    Writes plans, and parts of them, by statements whose number does not depend on the rows.

    Where ``writer`` saves instances, as ``writers.orm`` does, their own code runs.
    """

    def __init__(self, layout: Layout, writer: Writer, references: References) -> None:
        self.layout, self.writer, self.references = layout, writer, references
        self.model, self.fields = layout.model, layout.fields
        self.pk_column = next((i for i, f in enumerate(self.fields) if f.primary_key), None)
        creating = [reference.model for reference in references.resolvers if reference.create]
        self.shared = {model for model in creating if creating.count(model) > 1}
        """Models of which several references create records."""
        self.created: list[Pending] = []
        """What was created since :meth:`begin`."""

    takes_all = False

    def begin(self) -> None:
        """Begin what is written or undone as a whole."""
        self.created = []

    def forget(self) -> None:
        """Take what was created since :meth:`begin` for not created: it was rolled back."""
        for one in self.created:
            one.value = None

    def save(self, plan: Plan) -> Outcome:
        """Write a plan."""
        self.begin()
        self.create(plan)
        self.complete(plan)
        # Before the record that they turn out to be takes what only one may have.
        _remove(self.writer, self.layout, [pk for pks in plan.merged.values() for pk in pks])
        pk_of = dict(zip(plan.new, self._insert(plan), strict=True))
        self.settle(plan, pk_of)
        self._update(plan)
        pk_of_row = plan.known | pk_of
        for child in plan.children:
            self.save_children(child, pk_of_row)
        lines = plan.batch.lines
        return Outcome(
            plan.counts(),
            {lines[row]: pk for row, pk in pk_of.items()},
            {lines[row]: plan.known[row] for row in plan.touched},
        )

    def said(self, plan: Plan, row: int) -> Said:
        """Return name of a field of the model -> column and cell that say it."""
        named = zip(self.fields, self.layout.names, plan.batch.columns, strict=True)
        return {field.name: (name, _text(column[row])) for field, name, column in named}

    def create(self, plan: Plan) -> bool:
        """Create what is about to be referred to, and no more; return whether there is any."""
        before = len(self.created)
        for reference, resolver in self.references.resolvers.items():
            found = plan.pending(reference, self.references.places.get(reference, ()))
            wanted = [one for one in dict.fromkeys(found) if one.value is None and not one.line]
            if not reference.create:
                continue
            self.created += wanted
            if wanted and reference.model in self.shared:
                wanted = resolver.adopt(wanted)
            if wanted:
                resolver.create(wanted)
        return len(self.created) > before

    def complete(self, plan: Plan) -> None:
        """Write what rows say of other records that are there already."""
        for reference in self.references.resolvers:
            said = {pk: values for _row, r, (pk, values) in plan.completions if r == reference}
            if said and reference.details is not None:
                fields = [field_of(reference.model, name) for name in reference.details.fields]
                columns = list(map(list, zip(*said.values(), strict=True)))
                _update_rows(self.writer, reference.model, fields, list(said), columns)

    def _insert(self, plan: Plan) -> Iterator[Any]:
        """Insert the new rows and yield their primary keys in order."""
        left_out = [
            (index, {id(None), id(UNSET)} if field.primary_key else {id(UNSET)})
            for index, field in enumerate(self.fields)
            if field.primary_key or (field.has_db_default() and not field.has_default())
        ]
        groups: dict[tuple[int, ...], list[int]] = {}
        for row in plan.new:
            out = tuple([i for i, empty in left_out if id(plan.columns[i][row]) in empty])
            groups.setdefault(out, []).append(row)
        keys: dict[int, Any] = {}
        for out, rows in groups.items():
            places = [index for index in range(len(plan.columns)) if index not in out]
            keys |= zip(rows, self._insert_rows(plan.columns, places, rows), strict=True)
        yield from (keys[row] for row in plan.new)

    def _insert_rows(
        self, columns: list[list[Any]], places: Sequence[int], rows: Sequence[int]
    ) -> list[Any]:
        fields = [self.fields[place] for place in places]
        picked = []
        for place, field in zip(places, fields, strict=True):
            column = settled([columns[place][row] for row in rows])
            if UNSET in column:
                column = [default_of(field) if value is UNSET else value for value in column]
            picked.append(column)
        inserter = self.writer.inserter
        fill = inserter.filler(self.model, fields)
        return inserter.insert(self.model, fill.fields, fill.rows(picked, len(rows)))

    def settle(self, plan: Plan, pk_of: Mapping[int, Any]) -> None:
        """Write the references of new rows to new rows, which had to be there first."""
        made = [(one, pk) for row, pk in pk_of.items() for one in plan.made_by(row)]
        if not made:
            return
        waited = {id(one) for (_reference, one), _pk in made if one.value is None}
        self.created += [one for (_reference, one), _pk in made]
        settle_own([one for one, _pk in made], [pk for _o, pk in made], self.layout, self.writer)
        for place in range(len(self.layout.columns), len(self.fields)):
            column = plan.columns[place]
            rows = [row for row in pk_of if id(column[row]) in waited]
            keys, values = [pk_of[row] for row in rows], [column[row].value for row in rows]
            _update_rows(self.writer, self.model, [self.fields[place]], keys, [values])

    def _update(self, plan: Plan) -> None:
        """Write what changes, and what ``auto_now`` sets where only a child changes."""
        by_places: dict[tuple[int, ...], list[int]] = {}
        for row in sorted(plan.touched):
            change = plan.changed.get(row)
            pairs = zip(change.before, change.after, strict=True) if change else ()
            places = tuple([i for i, (was, comes) in enumerate(pairs) if differ(was, comes)])
            by_places.setdefault(places, []).append(row)
        if len(by_places) > MOST_UPDATES:
            # Records that change are locked: what does not differ is what they have now.
            every = tuple(sorted({place for places in by_places for place in places}))
            by_places = {every: [r for r in sorted(plan.touched) if r in plan.changed]}
            by_places[()] = [row for row in sorted(plan.touched) if row not in plan.changed]
        for places, rows in by_places.items():
            fields = [self.fields[place] for place in places]
            after = [[plan.changed[row].after[place] for row in rows] for place in places]
            keys = [plan.known[row] for row in rows]
            _update_rows(self.writer, self.model, fields, keys, list(map(settled, after)))

    def save_children(self, plan: ChildPlan, pk_of: Mapping[int, Any]) -> None:
        """Delete, change and add rows; ``pk_of`` has the primary keys of their records."""
        child, inserter = plan.child, self.writer.inserter
        self.writer.changer.delete(child.model, [pk for _row, pk in plan.gone])
        if plan.altered:
            keys = [one.pk for one in plan.altered]
            for place in plan.contended():
                # Out of the way first: rows are updated one after the other.
                free = [*range(plan.free(place), plan.free(place) + len(keys))]
                _update_rows(self.writer, child.model, [child.columns[place]], keys, [free])
            after = zip(*[one.after for one in plan.altered], strict=True)
            _update_rows(self.writer, child.model, child.columns, keys, list(map(settled, after)))
        if plan.added:
            parents = [pk_of[row] for row in plan.added_rows]
            values = [parents, *map(settled, zip(*plan.added, strict=True))]
            fill = inserter.filler(child.model, (child.parent, *child.columns))
            inserter.insert(child.model, fill.fields, fill.rows(values, len(parents)), keys=False)


def _update_rows(
    writer: Writer,
    model: type[models.Model],
    fields: Sequence[AnyField],
    keys: list[Any],
    columns: list[list[Any]],
) -> None:
    fill = writer.changer.filler(model, fields)
    # Receivers want to know of changed children too.
    if keys and (fill.fields or writer.changer.runs_code):
        rows = fill.rows(columns, len(keys)) or [()] * len(keys)
        pairs = [(key, *row) for key, row in zip(keys, rows, strict=True)]
        writer.changer.update(model, fill.fields, pairs)


def _remove(writer: Writer, layout: Layout, pks: list[Any]) -> None:
    """Delete records that this import has made, and their children."""
    for child in layout.children if pks else ():
        found = writer.finder.match([child.parent], [(pk,) for pk in pks], [child.model._meta.pk])
        writer.changer.delete(child.model, [key for _index, key in found])
    writer.changer.delete(layout.model, pks)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None or value is UNSET else str(value)
