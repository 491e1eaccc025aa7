"""The resource of books, for our models and for a host's own subclasses of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from functools import cache
from hashlib import blake2b
from typing import Any

from django.db import models

from ..abstract import AbstractBook
from ..bulk import UNSET, Batch, Candidate, ForNew, Identity, Layout
from ..fields import AnyField, DerivedField
from ..names import parse_person, person_key, sort_title, text_key
from ..sources import BOOK_FIELDS
from ..sources.reading import notation
from .fields import ForeignKeyField, ManyToManyField, RelatedRowsField
from .relational import RelationalResource

__all__ = ("BaseBookResource", "bookresource_factory")

FINGERPRINT = "fingerprint"
"""Scheme of the identifier of books that have no ISBN and no other identifier."""


def _contributors(cell: Any) -> list[tuple[Any, ...]]:
    pairs: Any = notation.parse_cell("contributors", cell) if isinstance(cell, str) else cell
    return [(name, role, place) for place, (name, role) in enumerate(pairs, 1)]


def _say_contributors(entries: Iterable[tuple[Any, ...]]) -> str:
    ordered = sorted(entries, key=lambda entry: entry[2])
    return notation.join_list(
        notation.format_contributor(name, role) for name, role, _place in ordered
    )


def _series(cell: Any) -> Any:
    return notation.parse_cell("series", cell) if isinstance(cell, str) else cell


def _say_series(entries: Iterable[tuple[Any, ...]]) -> str:
    return notation.join_list(notation.format_series(name, number) for name, number in entries)


def _identifiers(cell: Any) -> list[tuple[Any, ...]]:
    pairs: Any = notation.parse_cell("identifiers", cell) if isinstance(cell, str) else cell
    return [(scheme.strip(), value.strip()) for scheme, value in pairs]


def _say_identifiers(entries: Iterable[tuple[Any, ...]]) -> str:
    return notation.join_list(notation.format_identifier(*entry) for entry in sorted(entries))


class BaseBookResource(RelationalResource):
    """
    Books with all their relations; ``bookresource_factory()`` fits it to a model.

    A row is found by its identifiers and its ISBN, which must not mean different books; a row that
    has neither by a fingerprint of title, author and year, which is kept as an identifier.
    """

    author = ForeignKeyField(by="name", create=True)
    contributors = RelatedRowsField(
        attribute="contributions",
        columns=("author", "role", "position"),
        key=("author", "role"),
        create=True,
        parse=_contributors,
        render=_say_contributors,
        kind="role",
        beside="author",
    )
    publishers = ManyToManyField(by="name", create=True)
    series = RelatedRowsField(
        attribute="series_entries",
        columns=("series", "number"),
        key=("series",),
        create=True,
        parse=_series,
        render=_say_series,
    )
    subjects = ManyToManyField(by="name", create=True)
    identifiers = RelatedRowsField(
        columns=("scheme", "value"),
        key=("scheme", "value"),
        m2m_add=True,
        parse=_identifiers,
        render=_say_identifiers,
    )

    def plain_columns(self) -> set[str]:
        # A host may have something else in the place of a part that its books lack.
        columns, ours = self.columns(), BaseBookResource.fields
        return {
            name
            for name in super().plain_columns() & ours.keys()
            if not isinstance(columns[name], type(ours[name]))
        }

    def identities(self, provided: Collection[str]) -> Iterator[Identity]:
        model = self._meta.model
        field = model._meta.get_field
        part = model.catalogue().identifiers
        if part is not None:
            opts = part.model._meta
            columns = (opts.get_field("scheme"), opts.get_field("value"))
            yield Identity(part.model, columns, parent=opts.get_field("book"))
        further = None if part is None else ("isbn",)
        yield Identity(model, (field("isbn"),), further=further)
        names = ("sort_title", "title", "author", "year", "isbn")
        # Who has the same title, author and year has the same fingerprint.
        yield Identity(model, tuple(field(name) for name in names), joins=part is None)

    def layout(self, provided: Collection[str]) -> Layout:
        # The fingerprint is an identifier, also of files that have no such column.
        has_part = self._meta.model.catalogue().identifiers is not None
        return super().layout({*provided, "identifiers"} if has_part else provided)

    def identify(self, layout: Layout, batch: Batch) -> None:
        names = [child.name for child in layout.children]
        place = names.index("identifiers") if "identifiers" in names else None
        said = dict(zip(layout.names, batch.columns, strict=True))
        nothing = [UNSET] * len(batch)
        isbns = said.get("isbn", nothing)
        identifiers = nothing if place is None else batch.children[place]
        of_isbn = 0 if place is None else 1
        candidates: list[list[Candidate]] = []
        anonymous = []
        for row, (isbn, entries) in enumerate(zip(isbns, identifiers, strict=True)):
            found: list[Candidate] = []
            if entries is not UNSET:
                found += [(0, entry) for entry in entries]
            if isbn is not UNSET and isbn is not None:
                found.append((of_isbn, (isbn,)))
            if not found:
                anonymous.append(row)
            candidates.append(found)
        batch.candidates = candidates
        if anonymous:
            if "author" in said:
                author = self._meta.model._meta.get_field("author")
                said["author"] = layout.identified(batch, author)
            columns = [said.get(name, nothing) for name in ("title", "author", "year")]
            for row in anonymous:
                self._fingerprint(batch, row, [column[row] for column in columns], place)

    def _fingerprint(self, batch: Batch, row: int, said: Sequence[Any], place: int | None) -> None:
        """Let a row without numbers be found by its title, author and year."""
        title, author, year = (None if value is UNSET else value for value in said)
        if not title:
            return
        if place is not None:
            entry = (FINGERPRINT, fingerprint(title, author[0] if author else "", year))
            batch.children[place][row] = ForNew([entry])
            batch.candidates[row].append((0, entry))
        max_length = self._meta.model._meta.get_field("sort_title").max_length
        key = (sort_title(title, max_length), title, author, year, None)
        batch.candidates[row].append((1 if place is None else 2, key))

    def before_export_page(self, page: dict[str, list[Any]]) -> None:
        # The fingerprint that an import would make anyway is not worth a cell; one that is older
        # than a correction of the title is.
        if not page.keys() >= {"identifiers", "title", "author", "year"}:
            return
        for row, entries in enumerate(page["identifiers"]):
            if len(entries) == 1 and entries[0][0] == FINGERPRINT:
                names = page["author"][row]
                author = person_key(parse_person(names[0]).name) if names else ""
                made = fingerprint(page["title"][row], author, page["year"][row])
                if entries[0][1] == made:
                    page["identifiers"][row] = ()


def fingerprint(title: str, author_key: str, year: int | None) -> str:
    """Return what tells a book without numbers from others: 32 hexadecimal digits."""
    text = "\n".join((text_key(title, 4000), author_key, "" if year is None else str(year)))
    return blake2b(text.encode(), digest_size=16).hexdigest()


@cache
def bookresource_factory(
    model: type[AbstractBook], resource_class: type[BaseBookResource] = BaseBookResource
) -> type[BaseBookResource]:
    """
    Return the resource of a model of books: our fields as far as it has them, then its own.

    :param resource_class: a subclass of ``BaseBookResource`` with what the host adds or changes.
    """
    catalogue = model.catalogue()
    parts = {
        "contributors": catalogue.contributions,
        "publishers": catalogue.publishers,
        "series": catalogue.series_entries,
        "subjects": catalogue.subjects,
        "identifiers": catalogue.identifiers,
    }
    attributes: dict[str, Any] = {}
    for name, part in parts.items():
        if part is not None:
            attributes[name] = copy(resource_class.fields[name])
            attributes[name].attribute = part.accessor
    native = [name for name in BOOK_FIELDS if name not in parts or parts[name] is not None]
    own = [field.name for field in _host_fields(model) if field.name not in native]
    declared = [name for name in resource_class.fields if name not in BOOK_FIELDS]
    names = tuple(dict.fromkeys([*native, *own, *declared]))
    meta = {
        "model": model,
        "fields": names,
        "import_order": names,
        "export_order": names,
        "label_field": "title",
    }
    attributes["Meta"] = type("Meta", (getattr(resource_class, "Meta", object),), meta)
    metaclass: Any = type(resource_class)
    made: type[BaseBookResource]
    made = metaclass(f"{model.__name__}Resource", (resource_class,), attributes)
    return made


def _host_fields(model: type[models.Model]) -> Iterator[AnyField]:
    """Yield the fields that a file may say; the others fill themselves."""
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        numbered = field.primary_key and (field.has_default() or hasattr(field, "db_returning"))
        automatic = isinstance(field, models.AutoField) or numbered
        if field.editable and not automatic and not isinstance(field, DerivedField):
            yield field
