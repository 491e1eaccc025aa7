"""The SQL of bulk imports, one module for each database."""

from __future__ import annotations

from importlib import import_module

from django.db import connections

from .base import Writer

__all__ = ("Writer", "get_writer")


def get_writer(using: str) -> Writer:
    """
    Return the writer for the database ``using``.

    :raises NotImplementedError: there is none for this database; rows are then saved one by one.
    """
    connection = connections[using]
    try:
        module = import_module(f"{__name__}.{connection.vendor}")
    except ModuleNotFoundError as error:
        raise NotImplementedError(f"no bulk writer for {connection.display_name}") from error
    return module.Writer(connection)
