"""What a session of MariaDB or MySQL has for settings, and how large its statements are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.functional import cached_property

from ..database import Database, Row, Rows
from ..packets import packets

__all__ = ("MySQLDatabase",)

USUAL_STATEMENT = 2**24
"""Bytes; a larger one is no faster."""
ROOM = 2**12
"""Bytes for what a statement has beside its values."""


class Server(NamedTuple):
    """What a session has for settings."""

    max_allowed_packet: int
    charset: str
    step: int
    sql_mode: str


class MySQLDatabase(Database):
    """MariaDB or MySQL, which take statements up to a size."""

    connection: Any
    """MySQL's own: the general one knows nothing of MariaDB."""

    @cached_property
    def server(self) -> Server:
        """What the session has for settings; asked once."""
        names = "@@max_allowed_packet, @@character_set_connection, @@auto_increment_increment"
        return Server(*self.execute(f"SELECT {names}, @@sql_mode")[0])

    def parts(self, rows: Rows) -> Iterator[Rows]:
        """Yield rows in parts of which each fits into a statement."""
        most = self.server.max_allowed_packet - ROOM
        return packets(rows, min(most, USUAL_STATEMENT), most, self._bytes)

    def _bytes(self, row: Row) -> int:
        with self.connection.cursor() as cursor:
            return len(cursor.mogrify(", ".join(["%s"] * len(row)), row).encode())
