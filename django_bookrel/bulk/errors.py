"""
Whose an error of the database is.

Exception classes do not tell: mysqlclient raises OperationalError for a value that a column cannot
take as for a server that is gone. So codes decide: SQLSTATEs (PostgreSQL's manual, appendix A),
the numbers of MySQL and MariaDB (their references of server errors), the result codes of SQLite
(sqlite.org/rescode.html). Seen on PostgreSQL 18, MariaDB 10.11, MySQL 9.7 and SQLite 3.40.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum
from typing import Any, NamedTuple

from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

__all__ = ("About", "Blame", "TableError", "about", "blame_for", "causes", "diagnosed", "lacked")


class Blame(Enum):
    """What an error tells an import to do."""

    ROW = "row"
    """Reject the row; others may go in."""
    TABLE = "table"
    """Stop: no row goes into the table until somebody has seen to it."""
    CONNECTION = "connection"
    """Stop, and say how far it came: the server, or the way to it, has failed."""
    AGAIN = "again"
    """Try the transaction again."""


class TableError(ProgrammingError):
    """Raised when a table cannot take what an import writes; the text says why."""


class About(NamedTuple):
    """What a statement was about; a writer puts it as ``about`` on the error."""

    table: str
    columns: Collection[str]
    """Those of which the model knows, in small letters."""
    verb: str
    """``read`` or ``written``."""


POSTGRESQL = {
    # Two letters stand for a class: data, constraints, checks of views; limits, as of an index's
    # row; RAISE in PL/pgSQL; what else goes wrong inside triggers.
    **dict.fromkeys(("22", "23", "44", "54", "P0"), Blame.ROW),
    **dict.fromkeys(("09", "20", "21", "27", "2F", "38", "39"), Blame.ROW),
    # Not supported, no number left, read-only, triggers of a wrong kind, no schema, syntax and
    # privileges, not in a state to be written.
    **dict.fromkeys(("0A", "2200H", "25006", "39P01", "3F", "42", "55"), Blame.TABLE),
    # Serialization and deadlock, lock not available, snapshot too old.
    **dict.fromkeys(("40", "55P03", "72"), Blame.AGAIN),
}
MYSQL = {
    **dict.fromkeys((1048, 1062, 1216, 1217, 1451, 1452, 1586, 1761, 1762), Blame.ROW),  # keys
    **dict.fromkeys((1369, 1526, 3819, 4025), Blame.ROW),  # checks, partitions
    **dict.fromkeys((1264, 1265, 1292, 1365, 1366, 1406, 1411, 1441, 1690), Blame.ROW),  # values
    **dict.fromkeys((1153, 1300, 1301, 1416, 3037, 3854, 3988), Blame.ROW),  # texts
    **dict.fromkeys((3140, 3141, 4038), Blame.ROW),  # JSON
    **dict.fromkeys((1172, 1242, 1644), Blame.ROW),  # inside triggers, SIGNAL
    **dict.fromkeys((1054, 1136, 1146, 1364, 1932), Blame.TABLE),  # columns and tables
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370), Blame.TABLE),  # privileges
    **dict.fromkeys((1036, 1290, 1792, 1836, 1874), Blame.TABLE),  # read-only
    **dict.fromkeys((1288, 1348, 1356, 1393, 1394, 1395, 1423, 1471), Blame.TABLE),  # views
    **dict.fromkeys((1064, 1176, 1253, 1267, 1270, 1906, 3105), Blame.TABLE),  # statements
    **dict.fromkeys((167, 1194, 1195, 1305, 1442, 1449, 1467), Blame.TABLE),  # keys, triggers
    **dict.fromkeys((1099, 1100), Blame.TABLE),  # LOCK TABLES
    # Changed since it was read, locked too long, deadlock, a changed definition, cluster, NOWAIT.
    **dict.fromkeys((1020, 1205, 1213, 1412, 1615, 1637, 3101, 3572), Blame.AGAIN),
}
MADE_UP = 20_000
"""Numbers from here on are none of a server's, but of a trigger's SIGNAL."""
SQLITE = {
    **dict.fromkeys((5, 6), Blame.AGAIN),  # BUSY, LOCKED
    **dict.fromkeys((18, 19, 20), Blame.ROW),  # TOOBIG, CONSTRAINT (RAISE() too), MISMATCH
    **dict.fromkeys((1, 8, 23), Blame.TABLE),  # ERROR, READONLY, AUTH
}
NOT_NULL = re.compile(r"NOT NULL constraint failed: (?P<table>.+)\.(?P<column>.+)")


def blame_for(error: BaseException, vendor: str) -> Blame:
    """
    Return whose an error of the database is.

    Of unknown codes an IntegrityError or DataError is the row's, any other the connection's. What
    no driver has raised, but Django or the host's code, is the row's too, unless its class says
    that the connection failed.
    """
    if isinstance(error, TableError) or lacked(error):
        return Blame.TABLE
    by_code = {"postgresql": _postgresql, "mysql": _mysql, "sqlite": _sqlite}.get(vendor)
    found = next(filter(None, map(by_code, causes(error))), None) if by_code else None
    return found or _by_class(error)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what an error comes from, the driver's own exception first, then the error."""
    if error.__cause__ is not None:
        yield from causes(error.__cause__)
    yield error


def about(error: BaseException) -> About | None:
    """Return what the statement was about that failed."""
    return getattr(error, "about", None)


def diagnosed(error: BaseException, name: str) -> str:
    """Return what PostgreSQL says of an error beside its text, by psycopg's name for it."""
    found = (getattr(getattr(one, "diag", None), name, None) for one in causes(error))
    return next(filter(None, found), "")


def lacked(error: BaseException) -> str:
    """Return the column that must have a value and of which the model knows nothing."""
    subject = about(error)
    if subject is None:
        return ""
    table, column = "", ""
    if diagnosed(error, "sqlstate") == "23502":
        table, column = diagnosed(error, "table_name"), diagnosed(error, "column_name")
    elif found := NOT_NULL.search(str(error)):
        table, column = found["table"], found["column"]
    is_ours = bool(table) and subject.table.lower().endswith(table.lower())
    return column if is_ours and column.lower() not in subject.columns else ""


def _by_class(error: BaseException) -> Blame:
    at_large = isinstance(error, OperationalError | InterfaceError) or error.__cause__ is not None
    is_row = isinstance(error, IntegrityError | DataError) or not at_large
    return Blame.ROW if is_row else Blame.CONNECTION


def _postgresql(error: BaseException) -> Blame | None:
    code = diagnosed(error, "sqlstate")
    # A policy of row-level security has the code of a missing privilege, RAISE any that it likes.
    by = diagnosed(error, "source_function")
    is_row = by == "ExecWithCheckOptions" or (by == "exec_stmt_raise" and code[:2] != "40")
    if is_row:
        return Blame.ROW
    return POSTGRESQL.get(code) or POSTGRESQL.get(code[:2])


def _mysql(error: BaseException) -> Blame | None:
    number: Any = error.args[0] if error.args else None
    if isinstance(number, int) and number >= MADE_UP:
        return Blame.ROW
    return MYSQL.get(number)


def _sqlite(error: BaseException) -> Blame | None:
    return SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
