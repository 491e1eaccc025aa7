from __future__ import annotations

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ImportForm, SelectableFieldsExportForm

from django_bookrel.admin import AuthorAdminMixin, BookAdminMixin, PublisherAdminMixin
from django_bookrel.models import Author, Book, Publisher
from django_bookrel.resources import BookResource


@admin.register(Author)
class AuthorAdmin(AuthorAdminMixin, ModelAdmin):
    pass


@admin.register(Publisher)
class PublisherAdmin(PublisherAdminMixin, ModelAdmin):
    pass


@admin.register(Book)
class BookAdmin(BookAdminMixin, ModelAdmin, ImportExportModelAdmin):
    resource_classes = [BookResource]
    import_form_class = ImportForm
    export_form_class = SelectableFieldsExportForm
