"""
Related sets of any number of objects, of any models, in one query a level.

A set is what ``author.books.all()`` gives, or its first few rows and how many there are. A batch
(:func:`prefetch_related_sets`) leaves its sets on the objects, where Django keeps what it has
prefetched: :func:`related_set` finds them there, and ``refresh_from_db()`` forgets them. Like
Django's, they are as old as the batch; what is written later does not change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from django.core.exceptions import EmptyResultSet, ObjectDoesNotExist
from django.db.models import (
    Count,
    ManyToManyField,
    ManyToManyRel,
    Model,
    Prefetch,
    QuerySet,
    Window,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.related import RelatedField
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.query import prefetch_related_objects

from .exceptions import UnknownRelation

if TYPE_CHECKING:
    from typing_extensions import TypeIs

__all__ = ("RelatedSet", "prefetch_related_sets", "related_count", "related_set", "relations")

_TOTAL = "_bookrel_total"
_numbers = count()


@dataclass(frozen=True, slots=True)
class RelatedSet(Sequence[Model]):
    """The related objects of one object: a sequence of rows, perhaps the first few only."""

    rows: tuple[Model, ...]
    total: int
    """How many related objects there are, those that a limit left out among them."""
    relation: str
    """The name by which the object knows them: ``books``."""
    model: type[Model] | None
    """The model of the rows; None for the set of no object."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    @property
    def remaining(self) -> int:
        """How many a limit left out."""
        return self.total - len(self.rows)

    @property
    def has_more(self) -> bool:
        return self.remaining > 0

    @property
    def verbose_name(self) -> str:
        return str(self.model._meta.verbose_name) if self.model else ""

    @property
    def verbose_name_plural(self) -> str:
        return str(self.model._meta.verbose_name_plural) if self.model else ""


def relations(model: type[Model]) -> dict[str, RelatedField[Any, Any] | ForeignObjectRel]:
    """
    Return the relations of a model in both directions, by the names that its objects have for them.

    Generic relations, those whose ``related_name`` ends in "+", and those of other packages that
    only look like a ManyToManyField are not among them.
    """
    return {
        _accessor(field): field
        for field in model._meta.get_fields()
        if isinstance(field, RelatedField | ForeignObjectRel)
        and field not in model._meta.private_fields
        and not (field.many_to_many and not isinstance(field, ManyToManyField | ManyToManyRel))
    }


def _accessor(field: RelatedField[Any, Any] | ForeignObjectRel) -> str:
    return (field.get_accessor_name() or "") if isinstance(field, ForeignObjectRel) else field.name


def prefetch_related_sets(
    objects: Iterable[Model | None] | Model | None,
    path: str,
    *,
    limit: int | None = None,
    order_by: str | Sequence[Any] | None = None,
    using: QuerySet[Any] | None = None,
) -> list[Model]:
    """
    Fetch the related sets of all ``objects`` at once; ``related_set`` then finds them.

    ``objects`` is a queryset (evaluated here, unless it is already), list, page, ``RelatedSet`` or
    one object; None in it, or in its place, counts for nothing. ``path`` names relations in either
    direction, joined by two underscores: "books__publishers". Without ``limit``, ``order_by`` and
    ``using`` this is Django's own prefetch: ``author.books.all()`` costs nothing afterwards.

    :param limit: rows of each set at most, on every level; at least 1.
    :param order_by: order of the first level ("-year" or "-year,title"; in Python a sequence, too);
        the others have the order of their model.
    :param using: a queryset in place of the default manager, on each level that leads to its model.
    :returns: the objects at the end of the path: to go on from there with other arguments.
    :raises UnknownRelation: a part of the path is no relation; also where there are no rows.
    :raises TypeError: the objects are of several models or databases, or ``using`` does not fit.
    :raises ValueError: the limit is no whole number from 1.

    Queries: one a level, whatever the number of objects; none for sets that are there already.
    """
    found = _distinct(objects)
    # An empty queryset has a model all the same: a wrong path is an error there, too.
    model = found[0]._meta.model if found else getattr(objects, "model", None)
    if model is None:
        return []
    for level in _levels(model, path.split(LOOKUP_SEP), limit, order_by, using):
        level.batch(found)
        found = _distinct(row for obj in found for row in level.found(obj) or ())
    return found


def related_set(
    obj: Model | None,
    relation: str,
    *,
    limit: int | None = None,
    order_by: str | Sequence[Any] | None = None,
    using: QuerySet[Any] | None = None,
) -> RelatedSet:
    """
    Return the objects that ``obj`` is related to by the relation of this name.

    A relation to one object gives a set of one or none; None, "" (a template's missing variable)
    and an object that is not saved have empty sets. The arguments are those of
    ``prefetch_related_sets``.

    :raises UnknownRelation: the model has no such relation.

    Queries: none after a batch with the same arguments, or where Django has all rows; else one.
    """
    if _is_missing(obj):
        return RelatedSet((), 0, relation, None)
    [level] = _levels(_model_of(obj), [relation], limit, order_by, using)
    found = level.found(obj)
    return level.load([obj])[0] if found is None else found


def related_count(obj: Model | None, relation: str) -> int:
    """
    Return how many objects ``obj`` is related to; 0 for None, "" and what is not saved.

    :raises UnknownRelation: the model has no such relation.

    Queries: none after a batch of the relation without ``using``, whatever its limit; else one.
    """
    if _is_missing(obj):
        return 0
    [level] = _levels(_model_of(obj), [relation])
    found = level.found(obj)
    if found is not None:
        return found.total
    batched: RelatedSet
    for wanted, batched in _prefetched(obj).items():
        if isinstance(wanted, _Wanted) and (wanted.relation, wanted.using) == (relation, None):
            return batched.total
    if level.is_single:
        return level.load([obj])[0].total
    rows: QuerySet[Any] = getattr(obj, relation).all()
    return rows.count()


class _Wanted(NamedTuple):
    # What a batch is found by.
    relation: str
    limit: int | None
    order_by: tuple[Any, ...]
    using: tuple[Any, ...] | None


@dataclass(frozen=True)
class _Level:
    field: RelatedField[Any, Any] | ForeignObjectRel
    wanted: _Wanted
    using: QuerySet[Any] | None

    @property
    def is_single(self) -> bool:
        return bool(self.field.many_to_one or self.field.one_to_one)

    @property
    def is_default(self) -> bool:
        return not self.wanted.order_by and self.wanted.using is None

    @property
    def is_plain(self) -> bool:
        return self.is_default and self.wanted.limit is None

    def found(self, obj: Model) -> RelatedSet | None:
        if obj.pk is None and not (self.is_single and self.field.concrete):
            return self._set(())
        batched: RelatedSet | None = _prefetched(obj).get(self.wanted)
        if batched is not None:
            return batched
        rows = self._django_rows(obj) if self.is_default else None
        return None if rows is None else self._set(rows)

    def load(self, objects: list[Model]) -> list[RelatedSet]:
        if self.is_plain:
            return [self._set(self._all_rows(obj)) for obj in objects]
        # A name of its own for each call: objects may be shared by threads.
        attribute = f"_bookrel_{next(_numbers)}"
        lookup = Prefetch(self.wanted.relation, self._queryset(), to_attr=attribute)
        prefetch_related_objects(objects, lookup)
        sets = []
        for obj in objects:
            sets.append(self._fetched_set(getattr(obj, attribute)))
            delattr(obj, attribute)
        return sets

    def batch(self, objects: list[Model]) -> None:
        objects = [obj for obj in objects if self.found(obj) is None]
        if self.is_plain:
            prefetch_related_objects(objects, self.wanted.relation)
        elif objects:
            for obj, found in zip(objects, self.load(objects), strict=True):
                _prefetched(obj)[self.wanted] = found

    def _set(self, rows: Sequence[Model], total: int | None = None) -> RelatedSet:
        total = len(rows) if total is None else total
        rows = tuple(rows[: self.wanted.limit])
        return RelatedSet(rows, total, self.wanted.relation, self.field.related_model)

    def _fetched_set(self, rows: list[Model] | Model | None) -> RelatedSet:
        if rows is None or isinstance(rows, Model):
            return self._set(() if rows is None else (rows,))
        return self._set(rows, getattr(rows[0], _TOTAL, None) if rows else 0)

    def _django_rows(self, obj: Model) -> Sequence[Model] | None:
        if self.is_single:
            return self._all_rows(obj) if self.field.is_cached(obj) else None
        # Django keeps reverse foreign keys by accessor, and both sides of M2M by query name.
        name = self.wanted.relation if self.field.one_to_many else self.field.name
        rows = _prefetched(obj).get(name)
        return None if rows is None else list(rows)

    def _all_rows(self, obj: Model) -> Sequence[Model]:
        if not self.is_single:
            return list(getattr(obj, self.wanted.relation).all())
        try:
            row = getattr(obj, self.wanted.relation)
        except ObjectDoesNotExist:
            row = None
        return () if row is None else (row,)

    def _queryset(self) -> QuerySet[Any]:
        model = self.field.related_model
        rows: QuerySet[Any]
        rows = model._default_manager.all() if self.using is None else self.using.all()
        if self.is_single:
            return rows
        order_by = self.wanted.order_by or rows.query.order_by or rows.model._meta.ordering or ()
        if self.wanted.limit is None:
            return rows.order_by(*order_by, "pk")
        if rows.query.distinct:
            # Windows number and count the rows before DISTINCT takes the doubles away.
            rows = rows.model._base_manager.filter(pk__in=rows.values("pk"))
        total = Window(Count("*"), partition_by=self.field.remote_field.name)
        rows = rows.order_by(*order_by, "pk").annotate(**{_TOTAL: total})
        return rows[: self.wanted.limit]


def _levels(
    model: type[Model],
    path: Sequence[str],
    limit: int | None = None,
    order_by: str | Sequence[Any] | None = None,
    using: QuerySet[Any] | None = None,
) -> list[_Level]:
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit must be a whole number of at least 1, not {limit!r}.")
    if using is not None and not isinstance(using, QuerySet):
        raise TypeError(f"using must be a queryset, not {using!r}.")
    levels = []
    for name in path:
        field = _relation(model, name, path)
        model = field.related_model
        fits = using is not None and issubclass(using.model, _concrete(model))
        levels.append(_level(name, field, limit, order_by, using if fits else None))
        order_by = None
    if using is not None and all(level.using is None for level in levels):
        raise TypeError(
            f"using is a queryset of {using.model._meta.label}, but {LOOKUP_SEP.join(path)!r} "
            f"leads to {model._meta.label}."
        )
    return levels


def _level(
    name: str,
    field: RelatedField[Any, Any] | ForeignObjectRel,
    limit: int | None,
    order_by: str | Sequence[Any] | None,
    using: QuerySet[Any] | None,
) -> _Level:
    if field.many_to_one or field.one_to_one:
        limit = order_by = None
    if isinstance(order_by, str):
        order_by = [part.strip() for part in order_by.split(",") if part.strip()]
    identity = None if using is None else _identity(using)
    return _Level(field, _Wanted(name, limit, tuple(order_by or ()), identity), using)


def _identity(queryset: QuerySet[Any]) -> tuple[Any, ...]:
    # What a template calls may be a new queryset each time: the same SQL is the same set.
    try:
        sql, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        return (queryset.model,)
    return queryset.model, sql, repr(params)


def _relation(
    model: type[Model], name: str, path: Sequence[str]
) -> RelatedField[Any, Any] | ForeignObjectRel:
    found = relations(model)
    if name not in found:
        where = f" (in {LOOKUP_SEP.join(path)!r})" if len(path) > 1 else ""
        raise UnknownRelation(
            f"{model._meta.label} has no relation {name!r}{where}; it has: "
            f"{', '.join(sorted(found)) or 'none'}."
        )
    return found[name]


def _prefetched(obj: Model) -> dict[Any, Any]:
    return getattr(obj, "_prefetched_objects_cache", {})


def _is_missing(obj: object) -> TypeIs[Literal[""] | None]:
    return obj is None or obj == ""


def _model_of(obj: Any) -> type[Model]:
    if not isinstance(obj, Model):
        raise TypeError(f"Only model instances have related sets, not {obj!r}.")
    return obj._meta.model


def _concrete(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model or model


def _distinct(objects: Iterable[Model | None] | Model | None) -> list[Model]:
    if _is_missing(objects):
        return []
    objects = [objects] if isinstance(objects, Model) else objects
    found = list({id(obj): obj for obj in objects if not _is_missing(obj)}.values())
    kinds = {(_concrete(_model_of(obj)), obj._state.db) for obj in found}
    if len(kinds) > 1:
        listed = ", ".join(sorted(f"{model._meta.label} from {db}" for model, db in kinds))
        raise TypeError(f"All objects must be of one model and from one database, not {listed}.")
    return found
