"""
Serve the example project with data in it: what ``make demo`` runs.

The first start makes the tables, imports the files of ``data/`` and makes a login. A later start
leaves all data as they are and gives the login a new password. The environment variables HOST and
PORT choose the address, DATABASE_URL the database.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils.crypto import get_random_string

DATA = Path(os.path.relpath(Path(__file__).resolve().parent / "data"))
# Articles make the reporters that they need, so the file that knows their names comes first.
FILES = [
    ("newsroom.Reporter", "reporters.csv", {"resource": "newsroom.resources.ReporterResource"}),
    ("newsroom.Article", "articles.csv", {"resource": "newsroom.resources.ArticleResource"}),
    ("django_bookrel.Book", "catalogue.csv", {}),
]


def main() -> None:
    host, port = free_address()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("ALLOWED_HOSTS", host)
    django.setup()
    try:
        fill_database()
    except OperationalError as error:
        sys.exit(f"The database does not answer: {error}".rstrip())
    except CommandError as error:
        sys.exit(str(error))
    address = f"http://{'localhost' if host in {'0.0.0.0', '::'} else bracketed(host)}:{port}/"
    print(
        f"""
    Bookshop   {address}
    Newsroom   {address}newsroom/
    Admin      {address}admin/
    Login      demo
    Password   {new_password("demo")}
""",
        flush=True,
    )
    call_command("runserver", f"{bracketed(host)}:{port}", use_reloader=False)


def free_address() -> tuple[str, int]:
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT={port} is no port; give a number from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, int(port)), family=family).close()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program has this port" if taken else error.strerror
        sys.exit(f"Cannot serve on {host}:{port}: {reason}. Try: make demo PORT=8001")
    return host, int(port)


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def fill_database() -> None:
    print(f"Database: {connection.settings_dict['NAME']}", flush=True)
    call_command("migrate", verbosity=0)
    for model, file, options in FILES:
        if not apps.get_model(model).objects.exists():
            # All or nothing: a start that is interrupted here leaves an empty table to the next.
            call_command("bookrel_import", str(DATA / file), atomic=True, **options)


def new_password(username: str) -> str:
    password = get_random_string(12)
    rights = {"is_staff": True, "is_superuser": True, "is_active": True}
    user, _created = get_user_model().objects.update_or_create(username=username, defaults=rights)
    user.set_password(password)
    user.save()
    return password


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
