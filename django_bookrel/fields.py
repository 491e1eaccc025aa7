"""Model fields that hold a normal form: keys, sort keys, ISBNs.

The fields fill themselves on every way a row can be written by an instance: ``save()``,
``bulk_create()``, fixtures, historical models in migrations. ``querysets.DerivedQuerySet`` does
the same for ``update()``, ``bulk_update()`` and ``get_or_create()``, and ``abstract.Derived``
for ``save(update_fields=...)`` and forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

from django import forms
from django.db import models, router
from django.db.models import Max, signals
from django.utils.translation import gettext_lazy as _

from . import names
from .isbn import clean_isbn, find_isbn
from .validators import FreeNameValidator, validate_isbn

if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]
    PositiveIntegerField = models.PositiveIntegerField[Any, Any]
else:
    from django.db.models import CharField, PositiveIntegerField

__all__ = (
    "CodePointField",
    "DerivedField",
    "ISBNField",
    "KeyField",
    "NameField",
    "PositionField",
    "SortField",
)


AnyField: TypeAlias = "models.Field[Any, Any]"
"""A field in hints, which take these arguments; fields themselves do not."""


def field_of(model: type[models.Model], name: str) -> AnyField:
    """Return the field of this name: a column or a relation of the model itself."""
    return cast("AnyField", model._meta.get_field(name))


class CodePointField(CharField):
    """
    A CharField that compares and sorts by code point on every database.

    The default collations of MariaDB and MySQL take "Søren" and "Soren" or "abc" and "ABC" for one,
    and ignore spaces at the end; so spaces at both ends are taken off before a value is written or
    looked up.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        collations = {"mysql": "utf8mb4_bin", "postgresql": "C"}
        return super().db_parameters(connection) | {"collation": collations.get(connection.vendor)}

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.strip() if isinstance(value, str) else value


class DerivedField(CodePointField):
    """
    Base of the columns that are worked out from another field of the same row.

    :param source: name of the field that the value is derived from.
    :param kind: which of the class's ``kinds`` makes the value.
    """

    kinds: ClassVar[dict[str, Callable[[str, int], str]]]

    def __init__(self, *args: Any, source: str, kind: str, **kwargs: Any) -> None:
        if kind not in self.kinds:
            raise ValueError(f"kind={kind!r} is not one of {', '.join(map(repr, self.kinds))}.")
        self.source = source
        self.kind = kind
        super().__init__(*args, **{"max_length": 255, "editable": False} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        path = f"django_bookrel.fields.{type(self).__name__}"
        return name, path, args, kwargs | {"source": self.source, "kind": self.kind}

    def contribute_to_class(
        self,
        cls: type[models.Model],
        name: str,
        private_only: bool = False,  # noqa: FBT001, FBT002 (Django's)
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            signals.pre_save.connect(self.fill_raw, sender=cls)

    def fill_raw(self, instance: models.Model, *, raw: bool = False, **kwargs: Any) -> None:
        # Fixtures are saved raw: Django then takes the attribute and does not call pre_save().
        if raw:
            self.pre_save(instance, add=False)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 (Django's)
        if not hasattr(model_instance, self.source):
            # The history of a record, which does not keep everything: it has what the record had.
            kept: str = super().pre_save(model_instance, add)
            return kept
        value = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def derive(self, value: Any) -> str:
        """
        Return what this column holds when its source holds ``value``.

        :raises TypeError: the value is an expression, which only the database could evaluate.
        """
        if hasattr(value, "resolve_expression"):
            raise TypeError(
                f"{self.model.__name__}.{self.name} cannot be computed from an expression; "
                f"set {self.source} of each object to a string and save it."
            )
        return self.kinds[self.kind]("" if value is None else str(value), self.max_length or 255)

    def derive_all(self, texts: Iterable[str | None]) -> Iterator[str]:
        """Yield what :meth:`derive` returns for each of many texts."""
        kind, max_length = self.kinds[self.kind], self.max_length or 255
        return (kind(text or "", max_length) for text in texts)


class KeyField(DerivedField):
    """
    The normal form of a name: one key, one record.

    ``kind="person"`` turns "Last, First" round, ``"text"`` (publishers, series, subjects) does not.
    Uniqueness is the model's to declare, as a ``UniqueConstraint`` over this field.
    """

    kinds: ClassVar = {"person": names.person_key, "text": names.text_key}


class SortField(DerivedField):
    """The form of a name, title or number by which rows are sorted and searched by prefix."""

    kinds: ClassVar = {
        "person": names.sort_name,
        "title": names.sort_title,
        "number": names.sort_number,
    }


class NameField(CharField):
    """
    The name that a ``KeyField`` of the same model is derived from.

    A CharField for migrations and databases. In forms its values compare by key, so that a formset
    sees that "J.K. Rowling" and "Rowling, J. K." in two of its rows are one. Serializers of Django
    REST framework reject a name that another record has, as forms do.
    """

    default_validators = [FreeNameValidator()]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        ours = {"form_class": NameFormField, "key": self._key}
        return super().formfield(**(kwargs if "form_class" in kwargs else ours | kwargs))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        super().save_form_data(instance, None if data is None else str(data))

    def _key(self, value: str) -> str:
        for field in self.model._meta.fields:
            if isinstance(field, KeyField) and field.source == self.name:
                return field.derive(value)
        return value


class NameFormField(forms.CharField):
    """The form field of ``NameField``; ``key`` returns the key of a name."""

    def __init__(self, *, key: Callable[[str], str], **kwargs: Any) -> None:
        self.key = key
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if value in self.empty_values:
            return value
        name = _Name(value)
        name.key = self.key(value)
        return name


class _Name(str):
    # Django's formsets compare the rows' values by _get_pk_val() where there is one.
    key: str

    def _get_pk_val(self) -> str:
        return self.key


class ISBNField(CodePointField):
    """
    An ISBN-13 without hyphens, or NULL; any valid form may be assigned or looked up.

    :raises InvalidISBN: on saving a text that is no ISBN. Forms answer with a sentence before that.
    """

    description = _("ISBN")
    default_validators = [validate_isbn]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 13} | kwargs)
        # An ISBN with hyphens is longer than the column; validate_isbn answers for the length.
        # CharField has added its own validator to this cache.
        self.__dict__.pop("validators", None)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django_bookrel.fields.ISBNField", args, kwargs

    def to_python(self, value: Any) -> str | None:
        value = super().to_python(value)
        if value is None or not value.strip():
            return None
        return find_isbn(value) or value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        value = super().get_db_prep_save(value, connection)
        return clean_isbn(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's)
        value = super().pre_save(model_instance, add)
        if not hasattr(value, "resolve_expression"):
            value = self.to_python(value)
            setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        # Hyphens, spaces and "ISBN" make an entry longer than the column.
        return super().formfield(**{"form_class": ISBNFormField} | kwargs | {"max_length": 40})


class ISBNFormField(forms.CharField):
    """The form field of ``ISBNField``; a valid ISBN in any form becomes 13 digits."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return find_isbn(value) or value


class PositionField(PositiveIntegerField):
    """
    The place of a row among those of its parent; when none is given, the next after the last.

    Rows of one ``bulk_create()`` that are given none get the same place: give them their places.

    :param of: name of the ForeignKey to the parent.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"blank": True} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's)
        value = super().pre_save(model_instance, add)
        if value is None:
            value = self._after_last(model_instance)
            setattr(model_instance, self.attname, value)
        return value

    def _after_last(self, instance: models.Model) -> int:
        parent = cast("models.ForeignKey[Any, Any]", instance._meta.get_field(self.of))
        hint = parent.get_cached_value(instance, default=instance)
        siblings = type(instance)._base_manager.using(
            router.db_for_write(type(instance), instance=hint)
        )
        siblings = siblings.filter(**{parent.attname: getattr(instance, parent.attname)})
        return (siblings.aggregate(last=Max(self.attname))["last"] or 0) + 1
