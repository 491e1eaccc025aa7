"""One chunk of cleaned rows: which row is which record, what changes, and the writing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from .columns import Filler
from .layout import UNSET, Children, Identity, Layout
from .resolve import Resolver, get_resolver
from .writers import Writer

__all__ = ("Chunk", "ChunkWriter", "Outcome", "Policy", "Refusal")

Key = tuple[Any, ...]
Candidate = tuple[int, Key]
"""(index of the identity in the layout, values of its columns)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not imported; ``line`` counts from 1, ``column`` is empty for the whole row."""

    line: int
    column: str
    value: str
    reason: str
    record: Any = None

    def __str__(self) -> str:
        if not self.column:
            return f"line {self.line}: {self.reason}"
        return f"line {self.line}, {self.column} {self.value!r}: {self.reason}"


@dataclass(slots=True)
class Row:
    """One cleaned row; ``values`` are those of the layout's columns, then its foreign keys."""

    line: int
    values: list[Any]
    children: list[Any]
    """For each of the layout's children a list of entries, or UNSET."""
    candidates: list[Candidate]
    """What may identify the record, the surest first."""
    record: Any = None
    for_new: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    """(index of the children, entry) that only a new record gets."""
    pk: Any = None
    final: list[Any] = field(default_factory=list)
    """The values with primary keys in the place of names."""


Chunk = list[Row]


@dataclass(frozen=True)
class Policy:
    """How rows that exist are treated."""

    existing: str = "update"
    """ "update", "fill" (write empty fields, add links) or "skip"."""
    keep: frozenset[str] = frozenset()
    """Names of columns, foreign keys and children that are never changed."""


@dataclass
class Outcome:
    """What became of a chunk."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    refused: list[Refusal] = field(default_factory=list)
    new_keys: list[Any] = field(default_factory=list)
    updated_keys: list[Any] = field(default_factory=list)


class ChunkWriter:
    """
    Writes chunks of one layout into one database; a constant number of statements for each.

    :meth:`write` is to be called in a transaction: it reads, then writes, and may fail midway.
    """

    def __init__(self, layout: Layout, writer: Writer, policy: Policy, *, dry_run: bool) -> None:
        self.layout, self.writer, self.policy, self.dry_run = layout, writer, policy, dry_run
        self.model = layout.model
        self.fields = layout.fields
        self.names = [c.name for c in layout.columns] + [k.name for k in layout.foreign_keys]
        self.kept = [name in policy.keep for name in self.names]
        self.resolvers: dict[Any, Resolver] = {}
        for reference in layout.references:
            if reference not in self.resolvers:
                made = get_resolver(reference, writer, layout.aliases)
                self.resolvers[reference] = made

    def write(self, chunk: Chunk) -> Outcome:
        """Write the rows and return what became of them; a dry run only reads."""
        outcome = Outcome()
        rows = self._without_repeats(chunk, outcome)
        self._find_references(rows)
        rows = self._find_records(rows, outcome)
        rows = self._complete(self._with_known_names(rows, outcome), outcome)
        new = [row for row in rows if row.pk is None]
        known = [row for row in rows if row.pk is not None]
        if self.policy.existing == "skip":
            outcome.unchanged += len(known)
            known = []
        self._create_references([*new, *known])
        changed = self._changed(known)
        children = [_ChildSync(self, index) for index in range(len(self.layout.children))]
        touched = {row.pk for row, _values in changed}
        for sync in children:
            touched |= sync.compare(known)
        outcome.new, outcome.updated = len(new), len(touched)
        outcome.unchanged += len(known) - len(touched)
        if self.dry_run:
            return outcome
        self._insert(new)
        self._update(changed, touched)
        for sync in children:
            sync.write(new)
        outcome.new_keys = [row.pk for row in new]
        outcome.updated_keys = list(touched)
        return outcome

    # Which row is which record

    def _without_repeats(self, chunk: Chunk, outcome: Outcome) -> Chunk:
        seen: set[Candidate] = set()
        rows = []
        for row in reversed(chunk):
            if seen.isdisjoint(row.candidates):
                rows.append(row)
            else:
                outcome.duplicates += 1
            seen.update(row.candidates)
        return rows[::-1]

    def _find_references(self, rows: Chunk) -> None:
        wanted: dict[Any, list[Any]] = {reference: [] for reference in self.resolvers}
        for reference, names in self._named(rows):
            wanted[reference].append(names)
        for reference, names in wanted.items():
            self.resolvers[reference].find(names)

    def _create_references(self, rows: Chunk) -> None:
        wanted: dict[Any, list[Any]] = {ref: [] for ref in self.resolvers if ref.create}
        for reference, names in self._named(rows):
            if reference.create:
                wanted[reference].append(names)
        for reference, names in wanted.items():
            self.resolvers[reference].create(names, dry_run=self.dry_run)
        self._replace_names(rows)

    def _named(self, rows: Chunk) -> Iterable[tuple[Any, Any]]:
        """Yield (reference, names) for every name in the rows, in the order of the file."""
        for _column, reference, names in self._named_by_column(rows):
            yield reference, names

    def _named_by_column(self, rows: Chunk) -> Iterable[tuple[str, Any, Any]]:
        start = len(self.layout.columns)
        keys = list(enumerate(self.layout.foreign_keys, start))
        children = [(i, c) for i, c in enumerate(self.layout.children) if c.reference is not None]
        for row in rows:
            for index, key in keys:
                names = row.values[index]
                if names is not None and names is not UNSET:
                    yield key.name, key.reference, names
            for index, child in children:
                if row.children[index] is not UNSET:
                    for entry in row.children[index]:
                        yield child.name, child.reference, entry[child.target]

    def _replace_names(self, rows: Chunk) -> None:
        start = len(self.layout.columns)
        keys = [
            (index, self.resolvers[key.reference].pk)
            for index, key in enumerate(self.layout.foreign_keys, start)
        ]
        for row in rows:
            row.final = list(row.values)
            for index, find in keys:
                names = row.values[index]
                if names is not None and names is not UNSET:
                    row.final[index] = find(names)

    def _with_known_names(self, rows: Chunk, outcome: Outcome) -> Chunk:
        """Refuse the rows that name a record which is neither there nor to be created."""
        if all(reference.create for reference in self.resolvers):
            return rows
        kept = []
        for row in rows:
            unknown = [
                (column, reference, names)
                for column, reference, names in self._named_by_column([row])
                if not reference.create and self.resolvers[reference].pk(names) is None
            ]
            for column, reference, names in unknown:
                reason = f"There is no {reference.model._meta.verbose_name} of this name."
                said = ", ".join(map(str, names))
                outcome.refused.append(Refusal(row.line, column, said, reason, row.record))
            if not unknown:
                kept.append(row)
        return kept

    def _find_records(self, rows: Chunk, outcome: Outcome) -> Chunk:
        found = self._matches(rows)
        taken: dict[Any, Row] = {}
        kept = []
        clashes: dict[int, list[tuple[Candidate, Any]]] = {}
        for row in reversed(rows):
            hits = [(c, found[c]) for c in row.candidates if c in found]
            if len({pk for _candidate, pk in hits}) > 1:
                clashes[id(row)] = hits
                continue
            row.pk = hits[0][1] if hits else None
            if row.pk is not None and taken.setdefault(row.pk, row) is not row:
                outcome.duplicates += 1
                continue
            kept.append(row)
        outcome.refused += self._clash_refusals(rows, clashes)
        return kept[::-1]

    def _matches(self, rows: Chunk) -> dict[Candidate, Any]:
        found: dict[Candidate, Any] = {}
        for index, identity in enumerate(self.layout.identities):
            keys = {c[1]: None for row in rows for c in row.candidates if c[0] == index}
            for key, pk in self._match(identity, list(keys)):
                found.setdefault((index, key), pk)
        return found

    def _match(self, identity: Identity, keys: list[Key]) -> Iterable[tuple[Key, Any]]:
        """Find records by keys that may hold None: one statement for each pattern of them."""
        by_pattern: dict[tuple[bool, ...], list[tuple[Key, Key]]] = {}
        for key in keys:
            resolved = self._resolved(identity, key)
            if resolved is not None:
                pattern = tuple(value is None for value in resolved)
                by_pattern.setdefault(pattern, []).append((key, resolved))
        pointer = identity.parent or identity.model._meta.pk
        for pattern, pairs in by_pattern.items():
            columns = [
                c for c, is_null in zip(identity.columns, pattern, strict=True) if not is_null
            ]
            nulls = [c for c, is_null in zip(identity.columns, pattern, strict=True) if is_null]
            wanted = [tuple(v for v in resolved if v is not None) for _key, resolved in pairs]
            for index, pk, *rest in sorted(
                self.writer.match(columns, wanted, [pointer, *nulls]), key=lambda hit: hit[:2]
            ):
                if not any(value is not None for value in rest):
                    yield pairs[index][0], pk

    def _resolved(self, identity: Identity, key: Key) -> Key | None:
        """Put primary keys in the place of names; None where a name is not known yet."""
        values = list(key)
        for place, column in enumerate(identity.columns):
            if isinstance(column, models.ForeignKey) and isinstance(values[place], tuple):
                reference = next(k.reference for k in self.layout.foreign_keys if k.field == column)
                values[place] = self.resolvers[reference].pk(values[place])
                if values[place] is None:
                    return None
        return tuple(values)

    def _clash_refusals(self, rows: Chunk, clashes: dict[int, Any]) -> list[Refusal]:
        if not clashes:
            return []
        keys = {pk for hits in clashes.values() for _candidate, pk in hits}
        objects = self.model._base_manager.using(self.writer.connection.alias).in_bulk(list(keys))
        refusals = []
        for row in rows:
            if id(row) in clashes:
                said = "; ".join(
                    f"{self._say(candidate)} is “{objects.get(pk)}” (no. {pk})"
                    for candidate, pk in clashes[id(row)]
                )
                reason = f"The row means different records: {said}."
                refusals.append(Refusal(row.line, "", "", reason, row.record))
        return refusals

    def _say(self, candidate: Candidate) -> str:
        index, key = candidate
        names = [column.name for column in self.layout.identities[index].columns]
        if names == ["scheme", "value"]:
            return ":".join(key)
        return ", ".join(f"{name} {value}" for name, value in zip(names, key, strict=True))

    def _complete(self, rows: Chunk, outcome: Outcome) -> Chunk:
        """Refuse the new rows that do not say what a new record needs."""
        required = [(i, c.name) for i, c in enumerate(self.layout.columns) if c.required]
        kept = []
        for row in rows:
            missing = [name for i, name in required if row.values[i] is UNSET]
            if row.pk is not None or not missing:
                kept.append(row)
                continue
            what = self.model._meta.verbose_name
            for name in missing:
                reason = f"is empty, and a new {what} needs it"
                outcome.refused.append(Refusal(row.line, name, "", reason, row.record))
        return kept

    # What changes

    def _changed(self, known: Chunk) -> list[tuple[Row, list[Any]]]:
        if not known or not self.fields:
            return []
        fetch = [self.model._meta.pk, *self.fields]
        pk = self.model._meta.pk
        keys = [(row.pk,) for row in known]
        current = {hit[1]: list(hit[2:]) for hit in self.writer.match([pk], keys, fetch)}
        merge = self._merge()
        changed = []
        place = self.fields.index(pk) if pk in self.fields else None
        for row in known:
            if place is not None:
                row.final[place] = row.pk
            was = current[row.pk]
            values = merge(was, row.final)
            if values != was:
                changed.append((row, values))
        return changed

    def _merge(self) -> Callable[[list[Any], list[Any]], list[Any]]:
        fill = self.policy.existing == "fill"
        kept = self.kept

        def merge(was: list[Any], came: list[Any]) -> list[Any]:
            return [
                old if new is UNSET or keep or (fill and old not in (None, "")) else new
                for old, new, keep in zip(was, came, kept, strict=True)
            ]

        if fill or any(kept):
            return merge
        return lambda was, came: (
            came if UNSET not in came else [o if n is UNSET else n for o, n in zip(was, came)]
        )

    # Writing

    def _insert(self, new: Chunk) -> None:
        pk = self.model._meta.pk
        if pk not in self.fields:
            self._insert_rows(new, range(len(self.fields)))
            return
        place = self.fields.index(pk)
        others = [index for index in range(len(self.fields)) if index != place]
        numbered = [row for row in new if row.final[place] not in (None, UNSET)]
        self._insert_rows(numbered, range(len(self.fields)))
        self._insert_rows([row for row in new if row.final[place] in (None, UNSET)], others)

    def _insert_rows(self, new: Chunk, places: Iterable[int]) -> None:
        places = list(places)
        fields = [self.fields[place] for place in places]
        fill = Filler(self.model, fields, adding=True)
        defaults = [field.get_default() for field in fields]
        rows = []
        for row in new:
            values = [row.final[place] for place in places]
            if UNSET in values:
                values = [d if v is UNSET else v for v, d in zip(values, defaults, strict=True)]
            rows.append(tuple(values))
        keys = self.writer.insert(self.model, fill.fields, fill(rows))
        for row, pk in zip(new, keys, strict=True):
            row.pk = pk

    def _update(self, changed: list[tuple[Row, list[Any]]], touched: set[Any]) -> None:
        """Write changed rows, and what ``auto_now`` sets on those of which only a link changed."""
        fill = Filler(self.model, self.fields, adding=False)
        rows = fill([tuple(values) for _row, values in changed])
        keyed = [(row.pk, *values) for (row, _values), values in zip(changed, rows, strict=True)]
        self.writer.update(self.model, fill.fields, keyed)
        stamp = Filler(self.model, [], adding=False)
        rest = touched - {row.pk for row, _values in changed}
        if stamp.fields and rest:
            self.writer.update(self.model, stamp.fields, [(pk, *stamp([()])[0]) for pk in rest])


class _ChildSync:
    """The rows of one child table: compared with what the file says, then written."""

    def __init__(self, chunk: ChunkWriter, index: int) -> None:
        self.chunk, self.index = chunk, index
        self.child: Children = chunk.layout.children[index]
        self.reference = self.child.reference
        self.gone: list[Any] = []
        self.altered: list[tuple[Any, ...]] = []
        self.added: list[tuple[Any, ...]] = []

    def compare(self, known: Chunk) -> set[Any]:
        """Work out what changes for rows that exist; return the primary keys of those rows."""
        child, policy = self.child, self.chunk.policy
        asked = [row for row in known if row.children[self.index] is not UNSET]
        if child.name in policy.keep or not asked:
            return set()
        current = self._current(asked)
        replace = not (child.add_only or policy.existing == "fill")
        touched = set()
        for row in asked:
            was, wanted = current.get(row.pk, {}), self._wanted(row)
            before = len(self.gone) + len(self.altered) + len(self.added)
            for key, entry in wanted.items():
                if key not in was:
                    self.added.append((row.pk, *entry))
                elif replace and was[key][1] != entry:
                    self.altered.append((was[key][0], *entry))
            if replace:
                self.gone += [pk for key, (pk, _entry) in was.items() if key not in wanted]
            if before != len(self.gone) + len(self.altered) + len(self.added):
                touched.add(row.pk)
        return touched

    def write(self, new: Chunk) -> None:
        """Delete, change and insert the rows of this table, those of new parents too."""
        child, writer = self.child, self.chunk.writer
        writer.delete(child.model, self.gone)
        change = Filler(child.model, child.columns, adding=False)
        altered = change([entry for _pk, *entry in self.altered])
        writer.update(
            child.model,
            change.fields,
            [(pk, *values) for (pk, *_entry), values in zip(self.altered, altered, strict=True)],
        )
        for row in new:
            if row.children[self.index] is not UNSET:
                self.added += [(row.pk, *entry) for entry in self._wanted(row).values()]
            self.added += [(row.pk, *entry) for index, entry in row.for_new if index == self.index]
        fill = Filler(child.model, (child.parent, *child.columns), adding=True)
        writer.insert(child.model, fill.fields, fill(self.added))

    def _current(self, rows: Chunk) -> dict[Any, dict[Key, tuple[Any, tuple[Any, ...]]]]:
        child = self.child
        fetch = [child.parent, child.model._meta.pk, *child.columns]
        keys = [(row.pk,) for row in rows]
        current: dict[Any, dict[Key, tuple[Any, tuple[Any, ...]]]] = {}
        for _index, parent, pk, *entry in self.chunk.writer.match([child.parent], keys, fetch):
            key = tuple(entry[place] for place in child.key)
            current.setdefault(parent, {})[key] = (pk, tuple(entry))
        return current

    def _wanted(self, row: Row) -> dict[Key, tuple[Any, ...]]:
        child = self.child
        wanted: dict[Key, tuple[Any, ...]] = {}
        for entry in row.children[self.index]:
            if self.reference is not None:
                entry = list(entry)
                entry[child.target] = self.chunk.resolvers[self.reference].pk(entry[child.target])
                entry = tuple(entry)
            wanted.setdefault(tuple(entry[place] for place in child.key), entry)
        return wanted
