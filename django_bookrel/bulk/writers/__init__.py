"""The SQL of bulk imports, one package for each database, and what Django does on any."""

from __future__ import annotations

from importlib import import_module

from django.db import connections

from . import orm
from .database import Database
from .interface import Writer
from .tables import TableWarning

__all__ = ("Database", "TableWarning", "Writer", "get_writer")


def get_writer(using: str) -> Writer:
    """Return the writer for the database ``using``; ``orm``'s if there is none of its own."""
    connection = connections[using]
    try:
        module = import_module(f"{__name__}.{connection.vendor}")
    except ModuleNotFoundError:
        return orm.Writer(orm.Instances(Database(connection)))
    writer: Writer = module.Writer(connection)
    return writer
