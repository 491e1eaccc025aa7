"""
Other packages of the field, each in a project of its own, as its users have it.

A folder is an app of the project: its settings, its models and its tests. `tox run -e neighbours`
installs the packages and runs them; the ordinary tests do not know them.
"""

from __future__ import annotations

NEIGHBOURS = {
    "with_auditlog": "django-auditlog",
    "with_bakery": "model_bakery",
    "with_celery": "django-import-export-celery",
    "with_drf": "djangorestframework",
    "with_extensions": "django-extensions",
    "with_factory_boy": "factory_boy",
    "with_import_export_extensions": "django-import-export-extensions",
    "with_modeltranslation": "django-modeltranslation",
    "with_oscar": "django-oscar",
    "with_pghistory": "django-pghistory",
    "with_reversion": "django-reversion",
    "with_simple_history": "django-simple-history",
    "with_taggit": "django-taggit",
    "with_unfold": "django-unfold",
    "with_wagtail": "wagtail",
}
"""Folder -> the distribution that it is about."""

POSTGRESQL_ONLY = {"with_pghistory"}
