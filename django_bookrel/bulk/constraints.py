"""What the database would reject of a dry run's rows, as far as it can be asked without writing."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import FieldError
from django.db import DatabaseError, IntegrityError, connections, models, transaction
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

from ..fields import AnyField
from .batch import UNSET, Rejection
from .layout import Layout
from .plan import Plan
from .resolve import Pending
from .writers import Writer

__all__ = ("Constraints",)

logger = logging.getLogger("django_bookrel.import")

REMEMBERED = 2**18
"""Values of the rows before that are held against those of later batches."""
PLACE = models.IntegerField()
CHECKS = 200
"""Values that a statement asks about."""

Values = tuple[Any, ...]


class Constraints:
    """
    The unique and check constraints of one layout's table.

    Foreign keys need no question: references are looked up. Constraints with expressions or
    conditions, triggers, and columns that no file says are left to the database.

    Queries for a batch: one for each unique constraint, and for each check constraint as many as
    the batch has hundreds of different values.
    """

    def __init__(self, layout: Layout, writer: Writer) -> None:
        self.layout, self.writer = layout, writer
        self.unique = {tuple(fields): set[Hashable]() for fields in self._unique_fields()}
        """Fields -> the values of rows before."""
        self.checks = list(self._checks())

    def _unique_fields(self) -> Iterator[list[AnyField]]:
        """Yield the fields of unique constraints, but for those by which records are found."""
        opts = self.layout.model._meta
        named = {field.name: field for field in self.layout.fields}
        every = [[f.name] for f in opts.concrete_fields if f.unique]
        every += map(list, opts.unique_together)
        every += [list(one.fields) for one in opts.total_unique_constraints]
        found_by = [{c.name for c in identity.columns} for identity in self.layout.identities]
        for names in every:
            if set(names) <= named.keys() and set(names) not in found_by:
                yield [named[name] for name in names]

    def _checks(self) -> Iterator[tuple[models.CheckConstraint, list[AnyField]]]:
        named = {field.name: field for field in self.layout.fields}
        for constraint in self.layout.model._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                condition: Any = constraint.condition
                names: set[str] = getattr(condition, "referenced_base_fields", set())
                if names and names <= named.keys():
                    yield constraint, [named[name] for name in sorted(names)]

    def broken(self, plan: Plan) -> list[Rejection]:
        """Return the rejections of rows that the database would not take."""
        found: dict[int, str] = {}
        for fields, before in self.unique.items():
            found |= self._taken(plan, fields, before, found)
        for constraint, checked in self.checks:
            found |= self._failing(plan, constraint, checked, found)
        return [
            plan.batch.rejection(row, reason, error=IntegrityError(reason))
            for row, reason in sorted(found.items())
        ]

    def _said(
        self, plan: Plan, fields: Sequence[AnyField], out: dict[int, str]
    ) -> Iterator[tuple[int, Values]]:
        """Yield the rows that write some fields, with all their values."""
        places = [self.layout.fields.index(field) for field in fields]
        for row in plan.new:
            values = tuple([plan.columns[place][row] for place in places])
            if row not in out and UNSET not in values:
                yield row, values
        for row, change in plan.changed.items():
            before = [change.before[place] for place in places]
            values = tuple([change.after[place] for place in places])
            if row not in out and UNSET not in values and list(values) != before:
                yield row, values

    def _taken(
        self,
        plan: Plan,
        fields: Sequence[AnyField],
        before: set[Hashable],
        out: dict[int, str],
    ) -> dict[int, str]:
        """Return why rows are rejected of which another record has the values, or will have."""
        said = [(row, v) for row, v in self._said(plan, fields, out) if None not in v]
        names = " and ".join(field.name for field in fields)
        found: dict[int, str] = {}
        folds = [self.writer.catalogue.fold(field) for field in fields]
        for row, values in said:
            alike = tuple(
                fold(v) if fold is not None and isinstance(v, str) else _hashable(v)
                for v, fold in zip(values, folds, strict=True)
            )
            if alike in before:
                found[row] = f"Another row of the file has this {names}."
            elif len(before) < REMEMBERED:
                before.add(alike)
        known = [(row, v) for row, v in said if not any(type(one) is Pending for one in v)]
        pk = self.layout.model._meta.pk
        hits = self.writer.finder.match(fields, [values for _row, values in known], [pk])
        leaving = {change.pk for row, change in plan.changed.items()}
        for index, holder in hits:
            row = known[index][0]
            # A record that changes, too, may make room.
            if holder != plan.known.get(row) and holder not in leaving:
                what = self.layout.model._meta.verbose_name
                found.setdefault(row, f"Another {what} has this {names}.")
        return found

    def _failing(
        self,
        plan: Plan,
        constraint: models.CheckConstraint,
        fields: Sequence[AnyField],
        out: dict[int, str],
    ) -> dict[int, str]:
        """Return why rows are rejected that a check constraint does not allow."""
        rows: dict[Hashable, tuple[Values, list[int]]] = {}
        for row, values in self._said(plan, fields, out):
            if not any(type(value) is Pending for value in values):
                rows.setdefault(tuple(map(_hashable, values)), (values, []))[1].append(row)
        reason = f"The constraint “{constraint.name}” does not allow this."
        failing: dict[int, str] = {}
        every = list(rows.values())
        for start in range(0, len(every), CHECKS):
            some = every[start : start + CHECKS]
            good = self._passing(constraint, fields, [values for values, _rows in some])
            lost = [same for place, (_values, same) in enumerate(some) if place not in good]
            failing |= {row: reason for same in lost for row in same}
        return failing

    def _passing(
        self,
        constraint: models.CheckConstraint,
        fields: Sequence[AnyField],
        some: Sequence[Values],
    ) -> set[int]:
        """Return the places of values that pass, asked as Django's ``Q.check()`` asks about one."""
        connection = connections[self.writer.connection.alias]
        kinds = [*(getattr(field, "target_field", field) for field in fields), PLACE]
        names = [*(field.name for field in fields), "_place"]
        questions: dict[tuple[bool, ...], tuple[str, Sequence[Any]]] = {}
        parts: list[str] = []
        params: list[Any] = []
        try:
            for place, values in enumerate(some):
                said = [Value(v, kind) for v, kind in zip((*values, place), kinds, strict=True)]
                nulls = tuple([value is None for value in values])
                if nulls not in questions:
                    slots = [_Slot(value, index) for index, value in enumerate(said)]
                    named = dict(zip(names, slots, strict=True))
                    questions[nulls] = _question(constraint, named, connection)
                sql, wanted = questions[nulls]
                compiler = Query(None).get_compiler(connection=connection)
                given = [value.as_sql(compiler, connection)[1] for value in said]
                parts.append(sql)
                params += [given[p.value][p.part] if type(p) is _Param else p for p in wanted]
            with transaction.atomic(connection.alias), connection.cursor() as cursor:
                cursor.execute(" UNION ALL ".join(parts), params)
                return {int(place) for (place,) in cursor.fetchall()}
        except (FieldError, DatabaseError) as error:
            logger.warning("The constraint %s cannot be asked about: %s", constraint.name, error)
            return set(range(len(some)))


class _Param(NamedTuple):
    """Stands for a parameter of one of the values that are asked about."""

    value: int
    part: int


class _Slot(Value):
    """A value whose parameters are filled in later, so that the question is compiled once."""

    def __init__(self, value: Value, index: int) -> None:
        super().__init__(value.value, value.output_field)
        self.index = index

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the usual SQL, with a mark for each parameter."""
        sql, params = super().as_sql(compiler, connection)
        return sql, [_Param(self.index, part) for part in range(len(params))]


def _question(
    constraint: models.CheckConstraint, values: Mapping[str, _Slot], connection: Any
) -> tuple[str, Sequence[Any]]:
    """Return the query that gives ``_place`` if values pass, and its parameters."""
    condition: Any = constraint.condition
    if connection.features.supports_comparing_boolean_expr:
        # What is unknown does not fail.
        passes = Coalesce(condition, Value(value=True), output_field=models.BooleanField())
        condition = models.Q(passes)
    query: Any = Query(None)
    for name, value in values.items():
        query.add_annotation(value, name, select=name == "_place")
    query.add_q(condition)
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql, params


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
