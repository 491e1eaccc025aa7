"""
Admin pages for the models of a catalogue, the package's own and a host's subclasses.

``class NovelAdmin(BookAdminMixin, ModelAdmin)`` works over any ModelAdmin; ``BookAdmin`` is the
mixin over Django's.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ..abstract import (
    AbstractAuthor,
    AbstractBook,
    AbstractContribution,
    AbstractIdentifier,
    AbstractPublisher,
    AbstractSeriesEntry,
    AbstractSubject,
    Named,
)
from ..isbn import format_isbn
from .base import CatalogueAdminMixin, SearchMixin
from .generic import ModelAdmin

__all__ = (
    "AuthorAdmin",
    "AuthorAdminMixin",
    "BookAdmin",
    "BookAdminMixin",
    "ContributionAdmin",
    "ContributionAdminMixin",
    "IdentifierAdmin",
    "IdentifierAdminMixin",
    "PublisherAdmin",
    "PublisherAdminMixin",
    "SeriesAdmin",
    "SeriesAdminMixin",
    "SeriesEntryAdmin",
    "SeriesEntryAdminMixin",
    "SubjectAdmin",
    "SubjectAdminMixin",
)

# The text of a link between two records only repeats what stands in its fields.
_LINK = {"show_change_link": False, "classes": ("bookrel-link",)}


class AuthorAdminMixin(SearchMixin, CatalogueAdminMixin):
    """Authors with their books and contributions."""

    list_display = ("listed_name", "born", "died")
    list_filter = ("updated_at",)
    # A book is deleted on its own page, where Django lists what goes with it.
    related_rows: ClassVar = {
        AbstractBook: {"can_delete": False, "classes": ("bookrel-row",)},
        AbstractContribution: {**_LINK, "exclude": ("position",), "ordering": ("book", "pk")},
    }

    @admin.display(description=_("name"), ordering="sort_name")
    def listed_name(self, obj: AbstractAuthor) -> str:
        return obj.name


class BookAdminMixin(SearchMixin, CatalogueAdminMixin):
    """Books with everything that points at them; found by ISBN in any form too."""

    list_display = ("listed_title", "listed_author", "year", "listed_isbn")
    list_filter = (
        ("author", admin.EmptyFieldListFilter),
        ("isbn", admin.EmptyFieldListFilter),
        "updated_at",
    )
    list_select_related = ("author",)
    searched_fields = search_fields = ("title",)
    search_help_text = _("Search by title, credited person or ISBN.")
    related_rows: ClassVar = {
        AbstractContribution: _LINK,
        AbstractPublisher: _LINK,
        AbstractSeriesEntry: _LINK,
        AbstractSubject: _LINK,
        AbstractIdentifier: _LINK,
    }

    @admin.display(description=_("title"), ordering="sort_title")
    def listed_title(self, obj: AbstractBook) -> str:
        return Truncator(obj.title).chars(120)

    @admin.display(description=_("author"), ordering="author__sort_name")
    def listed_author(self, obj: AbstractBook) -> Any:
        return obj.author

    @admin.display(description=_("ISBN"), ordering="isbn")
    def listed_isbn(self, obj: AbstractBook) -> str | None:
        return obj.isbn and format_isbn(obj.isbn)


class KeyedAdminMixin(SearchMixin, CatalogueAdminMixin):
    """Records that are known by their names and sorted by the keys of them."""

    list_display = ("listed_name",)

    @admin.display(description=_("name"), ordering="key")
    def listed_name(self, obj: Named) -> str:
        return obj.name


class PublisherAdminMixin(KeyedAdminMixin):
    """Publishers with their books."""

    list_filter = ("updated_at",)
    related_rows: ClassVar = {AbstractBook: _LINK}


class SeriesAdminMixin(KeyedAdminMixin):
    """Series with their entries."""

    list_filter = ("updated_at",)
    related_rows: ClassVar = {AbstractSeriesEntry: _LINK}


class SubjectAdminMixin(KeyedAdminMixin):
    """Subjects with their books."""

    related_rows: ClassVar = {AbstractBook: _LINK}


class LinkAdminMixin(SearchMixin, CatalogueAdminMixin):
    """Rows between two records, found by what finds either."""

    searched_fields = search_fields = ("book__title",)
    searched_relations: ClassVar[tuple[str, ...]] = ("book",)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        found = Q()
        for name in self.searched_relations:
            model: Any = self.opts.get_field(name).related_model
            found |= Q(**{f"{name}__in": model._default_manager.search(text)})
        return queryset.filter(found)


class ContributionAdminMixin(LinkAdminMixin):
    """Contributions, found by person or book."""

    list_display = ("listed_author", "role", "book")
    list_filter = ("role",)
    list_select_related = ("author", "book")
    searched_relations = ("author", "book")

    @admin.display(description=_("person"), ordering="author__sort_name")
    def listed_author(self, obj: AbstractContribution) -> Any:
        return obj.author


class SeriesEntryAdminMixin(LinkAdminMixin):
    """Entries of series, found by series or book."""

    list_display = ("series", "number", "book")
    list_select_related = ("series", "book")
    searched_relations = ("series", "book")


class IdentifierAdminMixin(LinkAdminMixin):
    """Identifiers, found by value or book."""

    list_display = ("value", "scheme", "book")
    list_select_related = ("book",)
    search_fields = ("=value",)


class AuthorAdmin(AuthorAdminMixin, ModelAdmin):
    pass


class BookAdmin(BookAdminMixin, ModelAdmin):
    pass


class PublisherAdmin(PublisherAdminMixin, ModelAdmin):
    pass


class SeriesAdmin(SeriesAdminMixin, ModelAdmin):
    pass


class SubjectAdmin(SubjectAdminMixin, ModelAdmin):
    pass


class ContributionAdmin(ContributionAdminMixin, ModelAdmin):
    pass


class SeriesEntryAdmin(SeriesEntryAdminMixin, ModelAdmin):
    pass


class IdentifierAdmin(IdentifierAdminMixin, ModelAdmin):
    pass
