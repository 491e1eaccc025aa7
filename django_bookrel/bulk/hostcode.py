"""Why rows are saved row by row: code of the host, and models the bulk writer cannot handle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db import models
from django.db.models import signals
from django.db.models.signals import ModelSignal

from ..conf import conf
from ..fields import AnyField
from ..values import defined_in
from .layout import Layout
from .relations import Children

__all__ = ("host_code", "is_overridden", "limits", "may_fill_columns")

METHODS = ("save", "save_base", "full_clean", "clean")
FILLING = ("pre_init", "post_init", "pre_save")
SAVING = (*FILLING, "post_save")
DELETING = ("pre_delete", "post_delete")

NOT_HOSTS = ("django.db.", "django_bookrel.")
HARMLESS = ("django.", "django_bookrel.")
"""Receivers of Django and of ours either do what the fast path does itself or do not concern it."""


def is_overridden(kind: type, name: str, not_hosts: tuple[str, ...] = NOT_HOSTS) -> bool:
    """Return whether a class has ``name`` from a module that does not begin as ``not_hosts``."""
    return not defined_in(kind, name).startswith(not_hosts)


def host_code(layout: Layout) -> list[str]:
    """Return sentences on the code of models, and for their signals, that the fast path skips."""
    saved, deleted, linked = _saved(layout), _deleted(layout), _linked(layout)
    found = [
        f"{_name(model)}.{name}() is overridden"
        for model in saved
        for name in METHODS
        if is_overridden(model, name)
    ]
    found += [
        f"{_name(model)}.{field.name} overrides pre_save()"
        for model in saved
        for field in model._meta.concrete_fields
        if is_overridden(type(field), "pre_save")
    ]
    found += [
        f"{_name(model)}.delete() is overridden"
        for model in deleted
        if is_overridden(model, "delete")
    ]
    for names, senders in ((SAVING, saved), (DELETING, deleted), (("m2m_changed",), linked)):
        for name in names:
            found += _heard(name, senders)
    return found


def may_fill_columns(model: type[models.Model]) -> bool:
    """Return whether code of the host runs before the model is saved."""
    overridden = any(is_overridden(model, name) for name in METHODS)
    return overridden or any(_receivers(getattr(signals, name), model) for name in FILLING)


def limits(layout: Layout) -> list[str]:
    """Return sentences on what no statement of ours can write, but Django."""
    found: list[str] = []
    for model in dict.fromkeys([layout.model, *(r.model for r in layout.references)]):
        found += _limits_of_table(model)
    created = [reference.model for reference in layout.references if reference.create]
    for model in dict.fromkeys([layout.model, *created]):
        given = layout.fields if model is layout.model else []
        found += _limits_of_key(model, given)
    for child in layout.children:
        found += _limits_of_child(child)
    return list(dict.fromkeys(found))


def _saved(layout: Layout) -> list[type[models.Model]]:
    return [model for model in layout.written if not model._meta.auto_created]


def _deleted(layout: Layout) -> list[type[models.Model]]:
    children = [c for c in layout.children if not c.add_only]
    return list(dict.fromkeys(c.model for c in children if not c.model._meta.auto_created))


def _linked(layout: Layout) -> list[type[models.Model]]:
    return list(dict.fromkeys(c.model for c in layout.children if c.accessor))


def _heard(name: str, senders: Iterable[type[models.Model]]) -> Iterator[str]:
    by_receivers: dict[str, list[str]] = {}
    for model in senders:
        if found := _receivers(getattr(signals, name), model):
            by_receivers.setdefault(", ".join(found), []).append(_name(model))
    for receivers, heard in by_receivers.items():
        verb = "has" if len(heard) == 1 else "have"
        yield f"{', '.join(heard)} {verb} {name} receivers ({receivers})"


def _receivers(signal: ModelSignal, sender: type[models.Model]) -> list[str]:
    if not signal.has_listeners(sender):
        return []
    found = [_path(r) for some in signal._live_receivers(sender) for r in some]
    harmless = conf.harmless_receivers
    return [path for path in found if not path.startswith(HARMLESS) and path not in harmless]


def _path(receiver: Callable[..., Any]) -> str:
    while isinstance(receiver, partial):
        receiver = receiver.func
    named = receiver if hasattr(receiver, "__qualname__") else type(receiver)
    return f"{named.__module__}.{named.__qualname__}"


def _limits_of_table(model: type[models.Model]) -> Iterator[str]:
    opts: Any = (model._meta.concrete_model or model)._meta
    if opts.parents:
        yield f"{_name(model)} is a multi-table child"
    if isinstance(opts.pk, models.CompositePrimaryKey):
        yield f"{_name(model)} has a composite primary key"
    if opts.order_with_respect_to:
        yield f"{_name(model)} is ordered with respect to {opts.order_with_respect_to.name}"


def _limits_of_key(model: type[models.Model], given: Iterable[AnyField]) -> Iterator[str]:
    pk = model._meta.pk
    known = isinstance(pk, models.AutoField) or pk.has_default() or pk in given
    if not known and not isinstance(pk, models.CompositePrimaryKey) and not model._meta.parents:
        made = "is generated by the database" if pk.has_db_default() else "is not in the file"
        yield f"the primary key of {_name(model)} {made}"


def _limits_of_child(child: Children) -> Iterator[str]:
    name = _name(child.model)
    if child.is_indirect:
        yield f"{name}.{child.parent.name} does not point at the primary key"
    if child.accessor and getattr(child.parent.related_model, child.accessor).rel.symmetrical:
        yield f"{name} is symmetrical"
    if not child.model._meta.auto_created:
        yield from _limits_of_table(child.model)
        yield from _limits_of_key(child.model, child.columns)
        if not child.add_only and _has_dependents(child.model):
            yield f"deleting rows of {name} cascades to other models"


def _has_dependents(model: type[models.Model]) -> bool:
    fields = model._meta.get_fields(include_hidden=True)
    return any(
        (field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one))
        or hasattr(field, "bulk_related_objects")
        for field in fields
    )


def _name(model: type[models.Model]) -> str:
    return model.__name__
