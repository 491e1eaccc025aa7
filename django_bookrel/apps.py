"""The app with its book models, and the same app without them."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

__all__ = ("BookrelConfig", "ToolkitConfig")


class BookrelConfig(AppConfig):
    """The catalogue: models, admin, tags, commands."""

    name = "django_bookrel"
    verbose_name = _("Books")
    default = True
    default_auto_field = "django.db.models.BigAutoField"


class ToolkitConfig(BookrelConfig):
    """
    Tags, resource, commands and checks for a host's own models; no models of ours.

    With ``MIGRATION_MODULES = {"django_bookrel": None}`` ``migrate`` makes no table of ours.
    """

    default = False

    def import_models(self) -> None:
        self.models = self.apps.all_models[self.label]
