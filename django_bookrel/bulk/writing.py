"""One chunk into the database: resolve, find, compare, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from .children import ChildSync
from .chunk import Chunk, Outcome, Policy, Refusal
from .identify import find_records
from .layout import UNSET, Layout, Reference
from .lookahead import FileIdentities
from .persons import PersonReference, PersonResolver
from .resolve import Pending, Resolver, settled
from .values import Filler
from .writers import Writer

__all__ = ("ChunkWriter",)


class ChunkWriter:
    """
    Writes chunks of one layout into one database; a constant number of statements for each.

    :meth:`write` is to be called in a transaction: it reads, then writes, and may fail midway.
    """

    def __init__(self, layout: Layout, writer: Writer, policy: Policy, *, dry_run: bool) -> None:
        self.layout, self.writer, self.policy, self.dry_run = layout, writer, policy, dry_run
        self.model = layout.model
        self.fields = layout.fields
        self.pk_column = next((i for i, f in enumerate(self.fields) if f.primary_key), None)
        self.kept = [name in policy.keep for name in layout.names]
        self.resolvers: dict[Reference, Resolver] = {}
        for reference in layout.references:
            if reference not in self.resolvers:
                kind = PersonResolver if isinstance(reference, PersonReference) else Resolver
                self.resolvers[reference] = kind(reference, writer, layout.aliases)
        self.refers_to_itself = any(
            reference.model is self.model and not reference.create for reference in self.resolvers
        )
        """Whether a row may name a record that a later row of the file makes."""
        self.identities: FileIdentities | None = None
        """What is known of the whole file; None where the chunk is the file."""

    def write(self, chunk: Chunk) -> Outcome:
        """Write the rows and return what became of them; a dry run only reads."""
        outcome = Outcome()
        # What is set in it shall not be seen when the same rows are tried again.
        chunk = replace(chunk, columns=list(chunk.columns), children=list(chunk.children))
        chunk = self._without_repeats(chunk, outcome)
        self._find_references(chunk)
        chunk, pks = self._find_records(chunk, outcome)
        new = [row for row, pk in enumerate(pks) if pk is None]
        known = [row for row, pk in enumerate(pks) if pk is not None]
        if self.policy.existing == "skip":
            outcome.unchanged += len(known)
            known = []
        known_pks = [pks[row] for row in known]
        columns = self._with_references(chunk)
        changed = self._changed(columns, known, known_pks)
        children = self._children(chunk)
        touched = set(changed)
        for sync in children:
            touched |= sync.compare(known, known_pks, self.policy)
        outcome.new, outcome.updated = len(new), len(touched)
        outcome.unchanged += len(known) - len(touched)
        if not self.dry_run:
            self._create_references(columns, new, changed, children)
            self._complete_references(chunk, [*new, *known])
            outcome.new_keys = self._insert(columns, new)
            outcome.updated_keys = list(touched)
            self._update(changed, touched)
            pk_of = dict(zip(new, outcome.new_keys, strict=True))
            for sync in children:
                sync.write(pk_of)
        return outcome

    def preview(self, chunk: Chunk) -> Outcome:
        """Return what would become of the rows, as far as reading tells."""
        dry_run, self.dry_run = self.dry_run, True
        try:
            return self.write(chunk)
        finally:
            self.dry_run = dry_run

    def known_records(self, chunk: Chunk) -> list[Any]:
        """Return for each row the primary key of its record, or None; rows need no foreign keys."""
        pks, _refusals = find_records(chunk, self.layout, self.writer, lambda field: {})
        return pks

    # Which row is which record

    @staticmethod
    def _without_repeats(chunk: Chunk, outcome: Outcome) -> Chunk:
        """Leave out the rows that share an identity with a later one."""
        every = [candidate for candidates in chunk.candidates for candidate in candidates]
        if len(set(every)) == len(every):
            return chunk
        seen: set[Any] = set()
        kept = []
        for row in range(len(chunk) - 1, -1, -1):
            if seen.isdisjoint(chunk.candidates[row]):
                kept.append(row)
            seen.update(chunk.candidates[row])
        outcome.duplicates += len(chunk) - len(kept)
        return chunk.only(reversed(kept))

    def _find_references(self, chunk: Chunk) -> None:
        for reference, resolver in self.resolvers.items():
            names = self._names(chunk, reference, range(len(chunk)))
            resolver.find(sorted(names, key=names.__getitem__))

    def _create_references(
        self,
        columns: list[list[Any]],
        new: Sequence[int],
        changed: dict[Any, Sequence[Any]],
        children: Sequence[ChildSync],
    ) -> None:
        """Create the records that what is about to be written refers to, and no others."""
        pending: dict[Reference, list[Any]] = {reference: [] for reference in self.resolvers}
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            values = [columns[index][row] for row in new]
            values += [values[index] for values in changed.values()]
            pending[key.reference] += [v for v in values if type(v) is Pending]
        for sync in children:
            found = sync.plan(new)
            if sync.child.reference is not None:
                pending[sync.child.reference] += found
        for reference, resolver in self.resolvers.items():
            resolver.create(list(dict.fromkeys(pending[reference])))

    def _complete_references(self, chunk: Chunk, rows: Sequence[int]) -> None:
        for reference, resolver in self.resolvers.items():
            resolver.complete(self._names(chunk, reference, rows, kept=False))

    def _names(
        self, chunk: Chunk, reference: Reference, rows: Sequence[int], *, kept: bool = True
    ) -> dict[Any, int]:
        """
        Return every name by which rows refer to records, with the first row that has it.

        :param kept: in columns too that are never changed on rows that exist.
        """
        found: dict[Any, int] = {None: -1, UNSET: -1}
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.reference == reference and (kept or key.name not in self.policy.keep):
                column = chunk.columns[index]
                for row in rows:
                    found.setdefault(column[row], row)
        for child, cells in zip(self.layout.children, chunk.children, strict=True):
            if child.reference == reference and (kept or child.name not in self.policy.keep):
                place = child.target
                for row in rows:
                    for entry in cells[row] if cells[row] is not UNSET else ():
                        if found.setdefault(entry[place], row) > row:
                            found[entry[place]] = row
        del found[None], found[UNSET]
        return found

    def _find_records(self, chunk: Chunk, outcome: Outcome) -> tuple[Chunk, list[Any]]:
        """Return the rows that can be written, and their records' primary keys or None."""
        pks, refusals = find_records(chunk, self.layout, self.writer, self._keys_of)
        outcome.again = self._wait_for_later_rows(chunk)
        refusals += self._unknown_names(chunk)
        refusals += self._incomplete(chunk, pks)
        outcome.refused += refusals
        refused = {refusal.line for refusal in refusals}
        rows = [row for row, line in enumerate(chunk.lines) if line not in refused]
        kept = self._last_of_records(chunk, rows, pks)
        outcome.duplicates += len(rows) - len(kept)
        return chunk.only(kept), [pks[row] for row in kept]

    def _last_of_records(self, chunk: Chunk, rows: list[int], pks: list[Any]) -> list[int]:
        """Return those of the rows after which no other means the same record."""
        last = {pks[row]: row for row in rows if pks[row] is not None}
        rows = [row for row in rows if pks[row] is None or last[pks[row]] == row]
        if self.identities is None:
            return rows
        lines = [chunk.lines[row] for row in rows]
        return [rows[i] for i in self.identities.last_of_records(lines, [pks[r] for r in rows])]

    def _wait_for_later_rows(self, chunk: Chunk) -> set[int]:
        """Unset names of records that other rows of the file make; return those rows' lines."""
        if not self.refers_to_itself:
            return set()
        waiting: set[int] = set()
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if key.field.null:
                column = chunk.columns[index]
                later = self._later(key.reference, [[n] for n in column])
                chunk.columns[index] = [UNSET if i in later else n for i, n in enumerate(column)]
                waiting |= later
        for place, child in enumerate(self.layout.children):
            if child.reference is not None:
                cells = chunk.children[place]
                names = [() if c is UNSET else [e[child.target] for e in c] for c in cells]
                later = self._later(child.reference, names)
                chunk.children[place] = [UNSET if i in later else c for i, c in enumerate(cells)]
                waiting |= later
        return {chunk.lines[row] for row in waiting}

    def _later(self, reference: Reference, names: Iterable[Iterable[Any]]) -> set[int]:
        """Return the rows of which a name means no record yet, but another row of the file."""
        if reference.model is not self.model or self.identities is None:
            return set()
        columns = [identity.columns for identity in self.layout.identities]
        if reference.create or reference.columns not in columns:
            return set()
        index, known = columns.index(reference.columns), self.resolvers[reference].keys
        return {
            row
            for row, some in enumerate(names)
            for name in some
            if name is not None and name is not UNSET and name not in known
            if self.identities.has((index, reference.lookup(name)))
        }

    def _keys_of(self, field: Any) -> dict[Any, Any]:
        key = next(key for key in self.layout.foreign_keys if key.field == field)
        return self.resolvers[key.reference].found

    def _unknown_names(self, chunk: Chunk) -> list[Refusal]:
        """Refuse the rows that name a record which is neither there nor to be created."""
        refusals: list[Refusal] = []
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            if not key.reference.create:
                cells = [None if c is UNSET or c is None else [c] for c in chunk.columns[index]]
                refusals += self._unknown(chunk, key.name, key.reference, cells)
        for child, cells in zip(self.layout.children, chunk.children, strict=True):
            if child.reference is not None and not child.reference.create:
                named = [None if c is UNSET else [e[child.target] for e in c] for c in cells]
                refusals += self._unknown(chunk, child.name, child.reference, named)
        return refusals

    def _unknown(
        self, chunk: Chunk, column: str, reference: Reference, cells: Iterable[Any]
    ) -> list[Refusal]:
        keys = self.resolvers[reference].keys
        what = reference.model._meta.verbose_name
        return [
            Refusal(
                chunk.lines[row],
                column,
                ", ".join(map(str, names)),
                f"There is no {what} whose {', '.join(reference.by)} this is.",
                chunk.records[row],
            )
            for row, cell in enumerate(cells)
            for names in cell or ()
            if names not in keys
        ]

    def _incomplete(self, chunk: Chunk, pks: Sequence[Any]) -> list[Refusal]:
        """Refuse the new rows that do not say what a new record needs."""
        what = self.model._meta.verbose_name
        return [
            Refusal(
                chunk.lines[row],
                column.name,
                "",
                f"is empty, and a new {what} needs it",
                chunk.records[row],
            )
            for index, column in enumerate(self.layout.columns)
            if column.required and UNSET in chunk.columns[index]
            for row, pk in enumerate(pks)
            if pk is None and not chunk.says(index, row)
        ]

    # What changes

    def _with_references(self, chunk: Chunk) -> list[list[Any]]:
        """Return the columns with what refers to records in the place of names."""
        columns = list(chunk.columns)
        for index, key in enumerate(self.layout.foreign_keys, len(self.layout.columns)):
            said = {None: None, UNSET: UNSET} | self.resolvers[key.reference].keys
            columns[index] = [said[names] for names in columns[index]]
        return columns

    def _changed(
        self, columns: list[list[Any]], known: Sequence[int], pks: Sequence[Any]
    ) -> dict[Any, Sequence[Any]]:
        """Return primary key -> values of the rows that exist and differ."""
        if not known or not self.fields:
            return {}
        pk = self.model._meta.pk
        found = self.writer.match([pk], [(key,) for key in pks], [pk, *self.fields])
        current = {row[1]: row[2:] for row in found}
        merge = self._merge()
        changed = {}
        picked = [[column[row] for row in known] for column in columns]
        if self.pk_column is not None:
            picked[self.pk_column] = list(pks)
        for key, came in zip(pks, zip(*picked, strict=True), strict=True):
            was = current[key]
            if came != was and (values := merge(was, came)) != was:
                changed[key] = values
        return changed

    def _merge(self) -> Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Any, ...]]:
        fill, kept = self.policy.existing == "fill", self.kept

        def merge(was: tuple[Any, ...], came: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(
                old if new is UNSET or keep or (fill and old not in (None, "")) else new
                for old, new, keep in zip(was, came, kept, strict=True)
            )

        return merge

    def _children(self, chunk: Chunk) -> list[ChildSync]:
        syncs = []
        for index, child in enumerate(self.layout.children):
            keys = self.resolvers[child.reference].keys if child.reference else {}
            syncs.append(ChildSync(child, index, chunk, keys, self.writer))
        return syncs

    # Writing

    def _insert(self, columns: list[list[Any]], new: Sequence[int]) -> list[Any]:
        """Insert the new rows and return their primary keys in order."""
        if self.pk_column is None:
            return self._insert_rows(columns, range(len(columns)), new)
        given = columns[self.pk_column]
        others = [index for index in range(len(columns)) if index != self.pk_column]
        numbered = [row for row in new if given[row] is not None and given[row] is not UNSET]
        rest = [row for row in new if given[row] is None or given[row] is UNSET]
        keys = dict(
            zip(numbered, self._insert_rows(columns, range(len(columns)), numbered), strict=True)
        )
        keys |= zip(rest, self._insert_rows(columns, others, rest), strict=True)
        return [keys[row] for row in new]

    def _insert_rows(
        self, columns: list[list[Any]], places: Sequence[int], rows: Sequence[int]
    ) -> list[Any]:
        if not rows:
            return []
        fields = [self.fields[place] for place in places]
        picked = []
        for place, field in zip(places, fields, strict=True):
            column = settled([columns[place][row] for row in rows])
            if UNSET in column:
                column = [field.get_default() if value is UNSET else value for value in column]
            picked.append(column)
        fill = Filler(self.model, fields, self.writer.connection, adding=True)
        return self.writer.insert(self.model, fill.fields, fill.rows(picked, len(rows)))

    def _update(self, changed: dict[Any, Sequence[Any]], touched: set[Any]) -> None:
        """Write changed rows, and what ``auto_now`` sets on those of which only a child changed."""
        places = [i for i in range(len(self.fields)) if i != self.pk_column]
        fields = [self.fields[place] for place in places]
        columns = [settled([values[place] for values in changed.values()]) for place in places]
        self._update_rows(fields, list(changed), columns)
        self._update_rows([], [key for key in touched if key not in changed], [])

    def _update_rows(self, fields: Any, keys: list[Any], columns: list[list[Any]]) -> None:
        fill = Filler(self.model, fields, self.writer.connection, adding=False)
        if keys and fill.fields:
            rows = fill.rows(columns, len(keys))
            pairs = [(key, *row) for key, row in zip(keys, rows, strict=True)]
            self.writer.update(self.model, fill.fields, pairs)
