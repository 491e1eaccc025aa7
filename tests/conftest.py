from __future__ import annotations

import django
import pytest
from django.conf import settings

import django_bookrel


def pytest_report_header(config: pytest.Config) -> str:
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"django: {django.__version__} on {engine}; tested: {django_bookrel.__path__[0]}"
