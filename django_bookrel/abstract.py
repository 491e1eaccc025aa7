"""
The models of a catalogue as abstract bases, importable without the app installed.

Relations name their target by a bare string: ``"Author"`` is the Author of the *subclass's* app. A
host whose class has another name overrides the one field that points at it. ``AbstractBook``
relates to the author only; everything else points at the book from its own side, so a host
subclasses what it wants and leaves out the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .fields import (
    AnyField,
    CodePointField,
    DerivedField,
    ISBNField,
    KeyField,
    NameField,
    PositionField,
    SortField,
)
from .isbn import format_isbn
from .querysets import AuthorQuerySet, BookQuerySet, BooksQuerySet, DerivedQuerySet, NamedQuerySet
from .roles import ROLES

__all__ = (
    "AbstractAuthor",
    "AbstractBook",
    "AbstractContribution",
    "AbstractIdentifier",
    "AbstractPublisher",
    "AbstractSeries",
    "AbstractSeriesEntry",
    "AbstractSubject",
    "Catalogue",
    "Credit",
    "Derived",
    "Part",
)


class Credit(NamedTuple):
    """One person's part in a book, as ``Book.credits()`` lists it."""

    author: Any
    role: str
    """ "author" for the first-named author, else the role of the contribution."""
    label: str
    """The role in words."""


class Part(NamedTuple):
    """A model that points at the book, and the book's name for its rows."""

    model: type[Any]
    accessor: str


def _part(relation: models.ForeignObjectRel) -> Part:
    # Hidden relations, the only ones without an accessor, are not among the related objects.
    return Part(relation.related_model, relation.get_accessor_name() or "")


class Catalogue(NamedTuple):
    """Which relations a book model has; what a host left out is None."""

    author: type[models.Model]
    contributions: Part | None
    publishers: Part | None
    series_entries: Part | None
    subjects: Part | None
    identifiers: Part | None


class Timestamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class Derived(models.Model):
    """
    Base of the models with ``DerivedField`` columns: keeps them true and unique in forms.

    A unique constraint over a derived column answers in forms at its source field, with a sentence
    that names the record that is there already.
    """

    objects = DerivedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            update_fields = set(update_fields)
            update_fields |= {f.name for f in self._derived() if f.source in update_fields}
        else:
            self._fill_deferred()
        super().save(*args, update_fields=update_fields, **kwargs)

    # What keeps templates from calling it; for a type checker functions have no attributes.
    save.alters_data = True  # type: ignore[attr-defined]

    def _fill_deferred(self) -> None:
        # Django leaves out of an update what only() or defer() did not load.
        for field in self._derived():
            if field.source in self.__dict__ and field.attname not in self.__dict__:
                field.pre_save(self, add=False)

    def validate_constraints(self, exclude: Iterable[str] | None = None) -> None:
        excluded = set(exclude or ())
        errors: dict[str, list[ValidationError]] = {}
        answered = set()
        for _model, constraints in self.get_constraints():
            for constraint in constraints:
                fields = self._named_fields(constraint)
                if not fields or not excluded.isdisjoint(fields.values()):
                    continue
                if other := self._twin(fields):
                    column = next(name for name in fields if name in self._keys())
                    answered.add(column)
                    error = self.unique_error(fields[column], other)
                    errors.setdefault(fields[column], []).append(error)
        try:
            super().validate_constraints(exclude=excluded | answered)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def check_free(self, name: str) -> None:
        """
        Check that no other record has what a field says, where that alone must be unique.

        :raises ValidationError: one has it; the answer of forms.
        """
        for constraint in self._meta.constraints:
            fields = self._named_fields(constraint)
            if set(fields.values()) == {name} and (other := self._twin(fields)):
                raise self.unique_error(name, other)

    def unique_error(self, field: str, other: models.Model) -> ValidationError:
        """Return the answer of forms to a value of ``field`` that ``other`` has already."""
        return ValidationError(
            _(
                "%(model)s “%(other)s” (no. %(pk)s) already has this name. Choose that record, or "
                "add a qualifier that tells the two apart: “%(value)s (physicist)”."
            ),
            code="unique",
            params={
                "model": capfirst(type(self)._meta.verbose_name),
                "other": other,
                "pk": other.pk,
                "value": getattr(self, field),
            },
        )

    def _named_fields(self, constraint: models.BaseConstraint) -> dict[str, str]:
        """Return column -> form field of a unique constraint over a key; empty for any other."""
        if not isinstance(constraint, models.UniqueConstraint) or constraint.condition:
            return {}
        keys = self._keys()
        if keys.keys().isdisjoint(constraint.fields):
            return {}
        return {name: keys.get(name, name) for name in constraint.fields}

    def _twin(self, fields: Iterable[str]) -> models.Model | None:
        lookup = {}
        for name in fields:
            field = cast("AnyField", self._meta.get_field(name))
            derived = isinstance(field, DerivedField)
            value = field.pre_save(self, add=False) if derived else getattr(self, field.attname)
            if value is None:
                return None
            lookup[field.attname] = value
        others = type(self)._base_manager.using(self._state.db).filter(**lookup)
        return others.exclude(pk=self.pk).first() if self.pk is not None else others.first()

    @classmethod
    def _keys(cls) -> dict[str, str]:
        """Return the columns that say which rows are one -> the field that a form shows for it."""
        fields = cls._meta.concrete_fields
        keys = {f.name: f.source for f in fields if isinstance(f, DerivedField)}
        return keys | {f.name: f.name for f in fields if isinstance(f, ISBNField)}

    def _get_unique_checks(
        self,
        exclude: Any = None,
        include_meta_constraints: bool = False,  # noqa: FBT001, FBT002 (Django's)
    ) -> Any:
        # Only formsets ask with constraints: they compare their rows by the fields that are on the
        # form, where a derived column never is and its source stands for it.
        keys, exclude = self._keys(), set(exclude or ())
        if include_meta_constraints:
            exclude -= {name for name, source in keys.items() if source not in exclude}
        unique, dates = super()._get_unique_checks(exclude, include_meta_constraints)
        return [(model, tuple(keys.get(n, n) for n in names)) for model, names in unique], dates

    @classmethod
    def _derived(cls) -> list[DerivedField]:
        return [f for f in cls._meta.concrete_fields if isinstance(f, DerivedField)]


class Named(Derived):
    """A record that is known by its name; the key says which names are one."""

    name: models.CharField[str, str] = NameField(_("name"), max_length=255)

    objects = NamedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


def _unique(*fields: str) -> models.UniqueConstraint:
    name = "%(app_label)s_%(class)s_" + "_".join(fields)
    return models.UniqueConstraint(fields=fields, name=name)


class AbstractAuthor(Named, Timestamped):
    """A person or body that wrote, edited, translated, illustrated ... books."""

    key: models.CharField[str, str] = KeyField(source="name", kind="person")
    sort_name: models.CharField[str, str] = SortField(source="name", kind="person")
    born = models.SmallIntegerField(
        _("born"), null=True, blank=True, help_text=_("Negative for years BCE.")
    )
    died = models.SmallIntegerField(
        _("died"), null=True, blank=True, help_text=_("Negative for years BCE.")
    )

    objects = AuthorQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ("sort_name", "pk")
        indexes = (models.Index(fields=("sort_name",)),)
        constraints = (
            _unique("key"),
            models.CheckConstraint(
                condition=Q(born=None) | Q(died=None) | Q(died__gte=F("born")),
                name="%(app_label)s_%(class)s_years",
                violation_error_message=_(
                    "The year of death must not be before the year of birth."
                ),
            ),
        )

    def credited_books(self) -> BookQuerySet[Any]:
        """
        Return the books in which this person has any part, each once, with ``roles``.

        See :meth:`BookQuerySet.credited_to`. Where several models of books have this class as their
        author, the one of its own app is meant.
        """
        model, _accessor = self.books_relation()
        books: BookQuerySet[Any] = model._default_manager.credited_to(self)
        return books

    @classmethod
    def books_relation(cls) -> Part:
        """
        Return the model of books whose ``author`` this class is, and the reverse name.

        :raises LookupError: there is none, or several of which none is in this class's app.
        """
        parts = [
            _part(relation)
            for relation in cls._meta.related_objects
            if issubclass(relation.related_model, AbstractBook) and relation.field.name == "author"
        ]
        own = [part for part in parts if part.model._meta.app_label == cls._meta.app_label]
        for found in (own, parts):
            if len(found) == 1:
                return found[0]
        listed = ", ".join(part.model._meta.label for part in parts) or "none"
        raise LookupError(
            f"{cls._meta.label} must be the author of exactly one book model; found: {listed}."
        )


class AbstractBook(Derived, Timestamped):
    """A book, one edition or work as the catalogue sees fit."""

    title = models.TextField(_("title"))
    sort_title: models.CharField[str, str] = SortField(source="title", kind="title")
    author = models.ForeignKey(
        "Author",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("author"),
        help_text=_("The first-named author. Everyone else is a contributor."),
    )
    isbn: models.CharField[str | None, str | None] = ISBNField(_("ISBN"), null=True, blank=True)
    year = models.SmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Negative for years BCE.")
    )
    language = models.CharField(_("language"), max_length=35, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)

    objects = BookQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ("sort_title", "pk")
        indexes = (models.Index(fields=("sort_title",)),)
        constraints = (_unique("isbn"),)

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str | int | None, ...]:
        if self.isbn:
            return (self.isbn,)
        return (None, self.title, self.author.name if self.author else "", self.year)

    def unique_error(self, field: str, other: models.Model) -> ValidationError:
        if field != "isbn":
            return super().unique_error(field, other)
        return ValidationError(
            _("Book “%(other)s” (no. %(pk)s) already has the ISBN %(isbn)s."),
            code="unique",
            params={"other": other, "pk": other.pk, "isbn": format_isbn(self.isbn or "")},
        )

    def credits(self) -> list[Credit]:
        """
        Return everybody who has a part in the book: the first-named author, then by position.

        Queries: none after ``BookQuerySet.with_credits()``, else at most two.
        """
        first = [Credit(self.author, "author", gettext("Author"))] if self.author else []
        part = self.catalogue().contributions
        if part is None:
            return first
        rows = getattr(self, part.accessor)
        if part.accessor not in getattr(self, "_prefetched_objects_cache", ()):
            rows = rows.select_related("author").order_by("position", "pk")
        return first + [Credit(r.author, r.role, r.get_role_display()) for r in rows.all()]

    @classmethod
    @cache
    def catalogue(cls) -> Catalogue:
        """Return which relations this model of books has, by introspection."""
        return Catalogue(
            author=cast("type[models.Model]", cls._meta.get_field("author").related_model),
            contributions=cls._part(AbstractContribution, "book"),
            publishers=cls._part(AbstractPublisher, "books"),
            series_entries=cls._part(AbstractSeriesEntry, "book"),
            subjects=cls._part(AbstractSubject, "books"),
            identifiers=cls._part(AbstractIdentifier, "book"),
        )

    @classmethod
    def _part(cls, base: type[models.Model], field: str) -> Part | None:
        for relation in cls._meta.related_objects:
            if issubclass(relation.related_model, base) and relation.field.name == field:
                return _part(relation)
        return None


class AbstractPublisher(Named, Timestamped):
    """A publisher; a book may have several."""

    key: models.CharField[str, str] = KeyField(source="name", kind="text")
    books: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Book", related_name="%(class)ss", blank=True, verbose_name=_("books")
    )

    objects = BooksQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ("key",)
        constraints = (_unique("key"),)


class AbstractContribution(models.Model):
    """One person's part in one book, beyond being its first-named author."""

    book = models.ForeignKey(
        "Book", models.CASCADE, related_name="%(class)ss", verbose_name=_("book")
    )
    author = models.ForeignKey(
        "Author", models.CASCADE, related_name="%(class)ss", verbose_name=_("person")
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        choices=[(role.value, _(role.label)) for role in ROLES.values()],
        default="contributor",
    )
    position: models.PositiveIntegerField[int | None, int] = PositionField(_("position"), of="book")

    class Meta:
        abstract = True
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("position", "pk")
        constraints = (_unique("book", "author", "role"),)

    def __str__(self) -> str:
        return f"{self.author} ({self.get_role_display()})"


class AbstractSeries(Named, Timestamped):
    """A series; its books are its entries."""

    key: models.CharField[str, str] = KeyField(source="name", kind="text")

    class Meta:
        abstract = True
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ("key",)
        constraints = (_unique("key"),)


class AbstractSeriesEntry(Derived):
    """A book's place in a series."""

    series = models.ForeignKey(
        "Series", models.CASCADE, related_name="entries", verbose_name=_("series")
    )
    book = models.ForeignKey(
        "Book", models.CASCADE, related_name="series_entries", verbose_name=_("book")
    )
    number = models.CharField(
        _("number"), max_length=40, blank=True, help_text=_("As printed: 3, 2.5, 1-4, Omnibus.")
    )
    sort_number: models.CharField[str, str] = SortField(source="number", kind="number")

    class Meta:
        abstract = True
        verbose_name = _("series entry")
        verbose_name_plural = _("series entries")
        ordering = ("sort_number", "pk")
        constraints = (_unique("series", "book"),)

    def __str__(self) -> str:
        return f"{self.series} #{self.number}" if self.number else str(self.series)


class AbstractSubject(Named):
    """What books are about."""

    key: models.CharField[str, str] = KeyField(source="name", kind="text")
    books: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Book", related_name="%(class)ss", blank=True, verbose_name=_("books")
    )

    objects = BooksQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ("key",)
        constraints = (_unique("key"),)


class AbstractIdentifier(models.Model):
    """A number or code by which some other system knows the book."""

    book = models.ForeignKey(
        "Book", models.CASCADE, related_name="%(class)ss", verbose_name=_("book")
    )
    scheme: models.CharField[str, str] = CodePointField(
        _("scheme"),
        max_length=40,
        help_text=_("The system that issued it, such as goodreads, oclc or asin."),
    )
    value: models.CharField[str, str] = CodePointField(_("value"), max_length=255)

    class Meta:
        abstract = True
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ("scheme", "value")
        constraints = (_unique("scheme", "value"),)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
