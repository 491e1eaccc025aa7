"""The app with its book models, and the same app without them."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.apps.registry import Apps
from django.core import checks
from django.utils.translation import gettext_lazy as _

from .checks import check_models, check_resources, check_settings
from .conf import conf

__all__ = ("BookrelConfig", "ToolkitConfig")


class BookrelConfig(AppConfig):
    """The catalogue: models, admin, tags, commands."""

    name = "django_bookrel"
    verbose_name = _("Books")
    default = True
    default_auto_field = "django.db.models.BigAutoField"
    apps: Apps  # The registry has set it before it calls anything here.

    def ready(self) -> None:
        checks.register(check_models, checks.Tags.models)
        checks.register(check_resources, "resources")
        checks.register(check_settings)
        has_admin = self.apps.is_installed("django.contrib.admin")
        if has_admin and conf.register_admin and self.models:
            # Not before the models are loaded, and not where nobody wants an admin.
            import_module("django_bookrel.admin").register_defaults()


class ToolkitConfig(BookrelConfig):
    """
    Tags, resource, commands and checks for a host's own models; no models of ours.

    With ``MIGRATION_MODULES = {"django_bookrel": None}`` ``migrate`` makes no table of ours.
    """

    default = False

    def import_models(self) -> None:
        self.models = self.apps.all_models[self.label]
