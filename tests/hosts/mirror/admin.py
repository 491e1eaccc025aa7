from __future__ import annotations

from django.apps import apps

from django_bookrel.admin import register

register(*apps.get_app_config("mirror").get_models())
