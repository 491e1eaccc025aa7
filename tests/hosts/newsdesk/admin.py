from __future__ import annotations

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin

from django_bookrel.admin import ImportOutcomeMixin

from .models import Article
from .resources import ArticleResource


@admin.register(Article)
class ArticleAdmin(ImportOutcomeMixin, ImportExportModelAdmin):
    """django-import-export's own pages over our resource."""

    resource_classes = (ArticleResource,)
