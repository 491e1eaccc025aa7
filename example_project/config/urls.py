"""The admin, the bookshop, the newsroom."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("newsroom/", include("newsroom.urls")),
    path("", include("bookshop.urls")),
]
