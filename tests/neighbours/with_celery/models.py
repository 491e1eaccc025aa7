from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

from django_bookrel.abstract import AbstractAuthor, AbstractBook


class Author(AbstractAuthor):
    pass


class Book(AbstractBook):
    @classmethod
    def export_resource_classes(cls) -> dict[str, tuple[str, Any]]:
        resource = import_string("tests.neighbours.with_celery.resources.BookResource")
        return {"books": ("Books", resource)}
