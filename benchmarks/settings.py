"""Settings of the benchmarks; DATABASE_URL chooses the database as in tests/settings.py."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
}
FOLDER = Path(os.environ.get("BENCH_FOLDER") or tempfile.gettempdir())

_url = urlsplit(os.environ.get("DATABASE_URL") or "sqlite:///")
# What is measured works in a test database, which is made anew for every run: no data is at risk.
_name = unquote(_url.path[1:]) or "bookrel"
_test = {"NAME": f"bench_{_name}"}
if _url.scheme == "sqlite":
    _test = {"NAME": str(FOLDER / "bench.sqlite3")}
if _url.scheme == "mysql":
    _test |= {"CHARSET": "utf8mb4"}
DATABASES = {
    "default": {
        "ENGINE": ENGINES[_url.scheme],
        "NAME": _name,
        "USER": unquote(_url.username or ""),
        "PASSWORD": unquote(_url.password or ""),
        "HOST": _url.hostname or "",
        "PORT": _url.port or "",
        "TEST": _test,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["import_export", "django_bookrel", "benchmarks"]
USE_TZ = True
