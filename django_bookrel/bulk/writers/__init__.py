"""The SQL of bulk imports, one module for each database, and what Django does on any."""

from __future__ import annotations

from importlib import import_module

from django.db import connections

from . import orm
from .base import SQLWriter
from .interface import Writer
from .tables import TableWarning

__all__ = ("SQLWriter", "TableWarning", "Writer", "get_writer")


def get_writer(using: str) -> Writer:
    """Return the writer for the database ``using``; an ``SQLWriter`` if there is one for it."""
    connection = connections[using]
    try:
        module = import_module(f"{__name__}.{connection.vendor}")
    except ModuleNotFoundError:
        return orm.Writer(connection)
    writer: Writer = module.Writer(connection)
    return writer
