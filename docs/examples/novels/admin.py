from __future__ import annotations

from django.contrib import admin

from django_bookrel.admin import BookAdminMixin, register

from .models import House, Novel, Person

register(Person, House)


@admin.register(Novel)
class NovelAdmin(BookAdminMixin, admin.ModelAdmin):
    list_display = (*BookAdminMixin.list_display, "price")
