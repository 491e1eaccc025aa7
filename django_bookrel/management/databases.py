"""What commands do with a connection besides reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ("committing", "database_file")


def database_file(resource: Any) -> dict[str, str]:
    """Return the file of the resource's database that no output may replace, with its name."""
    connection = connections[resource.get_db_connection_name()]
    name = str(connection.settings_dict["NAME"])
    return {name: "the database"} if connection.vendor == "sqlite" else {}


@contextmanager
def committing(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the connection commit by itself, also where the settings leave that to the host."""
    if connection.in_atomic_block or connection.get_autocommit():
        yield
        return
    connection.set_autocommit(True)
    try:
        yield
    finally:
        with suppress(Error):
            connection.set_autocommit(False)
