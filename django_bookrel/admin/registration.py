"""Which admin a model of a catalogue gets."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.db.models import Model

from ..abstract import (
    AbstractAuthor,
    AbstractBook,
    AbstractContribution,
    AbstractIdentifier,
    AbstractPublisher,
    AbstractSeries,
    AbstractSeriesEntry,
    AbstractSubject,
)
from . import catalogue, records
from .generic import ModelAdmin

__all__ = ("register", "register_defaults")

_BY_BASE: dict[type[Model], type[ModelAdmin]] = {
    AbstractAuthor: catalogue.AuthorAdmin,
    AbstractBook: catalogue.BookAdmin,
    AbstractContribution: catalogue.ContributionAdmin,
    AbstractIdentifier: catalogue.IdentifierAdmin,
    AbstractPublisher: catalogue.PublisherAdmin,
    AbstractSeries: catalogue.SeriesAdmin,
    AbstractSeriesEntry: catalogue.SeriesEntryAdmin,
    AbstractSubject: catalogue.SubjectAdmin,
}
# By label, for these models must not be imported where the app runs without models.
_BY_LABEL: dict[str, type[ModelAdmin]] = {
    "django_bookrel.Alias": records.AliasAdmin,
    "django_bookrel.ImportRecord": records.ImportRecordAdmin,
    "django_bookrel.RejectedRow": records.RejectedRowAdmin,
}


def register(*models: type[Model], site: AdminSite | None = None) -> None:
    """
    Give each model the admin of the abstract base that it subclasses.

    Models that the site has already keep what they have.

    :param site: ``admin.site`` if left out.
    :raises LookupError: a model is no subclass of an abstract base of this package.
    """
    site = admin.site if site is None else site
    for model in models:
        if not site.is_registered(model):
            site.register(model, _admin_for(model))


def _admin_for(model: type[Model]) -> type[ModelAdmin]:
    if model._meta.label in _BY_LABEL:
        return _BY_LABEL[model._meta.label]
    for base, found in _BY_BASE.items():
        if issubclass(model, base):
            return found
    raise LookupError(
        f"{model._meta.label} does not subclass a catalogue model; write a ModelAdmin for it."
    )


def register_defaults() -> None:
    """
    Register the package's models with ``admin.site`` unless a host did so before.

    All admin modules are imported first, so that the order of INSTALLED_APPS does not matter and no
    host's own registration comes too late. A project that finds its admin modules itself, by
    ``SimpleAdminConfig``, calls :func:`register` where it does so.
    """
    if isinstance(apps.get_app_config("admin"), AdminConfig):
        admin.autodiscover()
        register(*apps.get_app_config("django_bookrel").get_models())
