"""
Settings of the test project; the environment variable DATABASE_URL chooses the database.

    sqlite:///:memory:                              (the default)
    postgresql://USER:PASSWORD@HOST:PORT/NAME
    mysql://USER:PASSWORD@HOST:PORT/NAME            (MariaDB too)

A query gives options, "?pool=true" for one. USE_TZ=0 is the setting of that name.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
}
SWITCHES = {"true": True, "false": False}


def database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path[1:])
    if parts.scheme == "sqlite":
        return {"ENGINE": ENGINES["sqlite"], "NAME": name}
    # Environments of tox that run at the same time share a server.
    environment = re.sub(r"\W", "_", os.environ.get("TOX_ENV_NAME", ""))
    test_name = "_".join(filter(None, ["test", name, environment]))
    options = {name: SWITCHES.get(text, text) for name, text in parse_qsl(parts.query)}
    if options.get("pool"):
        # Needed here only. Tests end sessions, and a pool hands them out if it does not look.
        from psycopg_pool import ConnectionPool

        options["pool"] = {"check": ConnectionPool.check_connection}
    is_mysql = parts.scheme == "mysql"
    return {
        "ENGINE": ENGINES[parts.scheme],
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": options,
        "TEST": {"NAME": test_name, **({"CHARSET": "utf8mb4"} if is_mysql else {})},
    }


if os.environ.get("DATABASE_URL") == "":
    # Else an environment of tox that has no server would pass on SQLite.
    raise ImproperlyConfigured("DATABASE_URL is empty: `make databases` starts servers.")
DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", "sqlite:///:memory:")),
    "other": database("sqlite:///:memory:"),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "import_export",
    "django_bookrel",
    # Hosts: projects with models of their own, one app each.
    "tests.hosts.cabinet",
    "tests.hosts.custom",
    "tests.hosts.garden",
    "tests.hosts.keeper",
    "tests.hosts.legacy",
    "tests.hosts.mirror",
    "tests.hosts.newsdesk",
    "tests.hosts.novels",
    "tests.hosts.pair",
    "tests.hosts.tenants",
    "tests.hosts.ties",
]
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS += ["django.contrib.postgres", "tests.hosts.vitrine"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "tests.urls"
SECRET_KEY = "tests"
STATIC_URL = "static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
USE_TZ = os.environ.get("USE_TZ") != "0"
