from __future__ import annotations

from django_bookrel.admin import register

from .models import House, Novel, Person

register(House, Novel, Person)
