from __future__ import annotations

from django_bookrel.resources import bookresource_factory

from .models import Novel

NovelResource = bookresource_factory(Novel)
