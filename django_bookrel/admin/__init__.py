"""
The admin of a catalogue: pages for its models, and inlines for related rows of any model.

``register(Person, Novel, House)`` gives a host's subclasses their pages. The package's own models
get theirs after all admin modules of the project are loaded, so a host registers a ModelAdmin of
its own for one of them as for any other model; there is nothing to unregister.
"""

from __future__ import annotations

from .base import CatalogueAdminMixin
from .catalogue import (
    AuthorAdmin,
    AuthorAdminMixin,
    BookAdmin,
    BookAdminMixin,
    ContributionAdmin,
    ContributionAdminMixin,
    IdentifierAdmin,
    IdentifierAdminMixin,
    PublisherAdmin,
    PublisherAdminMixin,
    SeriesAdmin,
    SeriesAdminMixin,
    SeriesEntryAdmin,
    SeriesEntryAdminMixin,
    SubjectAdmin,
    SubjectAdminMixin,
)
from .inlines import RelatedInline, RelatedInlineMixin
from .outcomes import ImportOutcomeMixin
from .records import AliasAdmin, ImportRecordAdmin, RejectedRowAdmin
from .registration import register, register_defaults

__all__ = (
    "AliasAdmin",
    "AuthorAdmin",
    "AuthorAdminMixin",
    "BookAdmin",
    "BookAdminMixin",
    "CatalogueAdminMixin",
    "ContributionAdmin",
    "ContributionAdminMixin",
    "IdentifierAdmin",
    "IdentifierAdminMixin",
    "ImportOutcomeMixin",
    "ImportRecordAdmin",
    "PublisherAdmin",
    "PublisherAdminMixin",
    "RejectedRowAdmin",
    "RelatedInline",
    "RelatedInlineMixin",
    "SeriesAdmin",
    "SeriesAdminMixin",
    "SeriesEntryAdmin",
    "SeriesEntryAdminMixin",
    "SubjectAdmin",
    "SubjectAdminMixin",
    "register",
    "register_defaults",
)
