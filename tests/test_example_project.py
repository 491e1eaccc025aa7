"""The example project: its checks, its pages, and ``make demo``."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

import django_bookrel

pytest.importorskip("dj_database_url", reason="pip install -r example_project/requirements.txt")

EXAMPLE = Path(__file__).parent.parent / "example_project"
BOOKS = len((EXAMPLE / "data" / "catalogue.csv").read_text(encoding="utf-8").splitlines()) - 1


def environment(**values: str) -> dict[str, str]:
    others = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "HOST"}}
    return {
        **others,
        "DATABASE_URL": "sqlite://:memory:",
        "SECRET_KEY": "tests",
        # What runs here must be what the other tests import.
        "PYTHONPATH": str(Path(django_bookrel.__path__[0]).parent),
        **values,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["manage.py", "check", "--fail-level", "WARNING"],
        ["manage.py", "makemigrations", "--check"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
    ],
    ids=["check", "makemigrations", "pages"],
)
def test_example_project(arguments: list[str]):
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=EXAMPLE,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def run_demo(port: int | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "demo.py"],
        cwd=EXAMPLE,
        env=environment(PORT=str(port)),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_demo_rejects_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_demo(port)
    said = f"Cannot serve on 127.0.0.1:{port}: another program has this port. "
    said += "Try: make demo PORT=8001\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


@pytest.mark.parametrize("port", ["abc", "0", "65536"])
def test_demo_rejects_what_is_no_port(port: str):
    done = run_demo(port)
    said = f"PORT={port} is no port; give a number from 1 to 65535.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Start the demo; give the address of the admin and what was printed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "demo.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "demo.py"],
            cwd=EXAMPLE,
            env=environment(DATABASE_URL=f"sqlite:///{folder / 'demo.sqlite3'}", PORT=str(port)),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(process, port, log)
        yield f"http://127.0.0.1:{port}/", log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(300)


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 180
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as client:
            # A free port may answer itself, so what the demo says counts too.
            if "Password" in log.read_text() and client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"The demo does not answer: {log.read_text()}")


def logged_in(address: str, password: str) -> OpenerDirector:
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    read(browser, f"{address}admin/login/")
    [token] = [cookie.value for cookie in cookies]
    form = {"username": "demo", "password": password, "csrfmiddlewaretoken": token}
    read(browser, f"{address}admin/login/?next=/admin/", urlencode(form).encode())
    return browser


def password_in(printed: str) -> str:
    return re.search(r"Login +demo\n +Password +(\S+)", printed)[1]


def read(browser: OpenerDirector, address: str, form: bytes | None = None) -> str:
    with browser.open(address, form) as response:
        return response.read().decode()


def test_demo(tmp_path: Path):
    with demo(tmp_path) as (address, printed):
        assert f"{BOOKS} new" in printed
        first = password_in(printed)
        browser = logged_in(address, first)
        assert "Log out" in read(browser, f"{address}admin/")
        assert f"{BOOKS} books" in read(browser, address)
        assert "--paper" in read(browser, f"{address}static/style.css")
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as database, database:
        database.execute("UPDATE newsroom_reporter SET first_name = 'Zenobia'")
    with demo(tmp_path) as (address, printed):
        assert " new" not in printed
        second = password_in(printed)
        browser = logged_in(address, second)
        assert "Log out" in read(browser, f"{address}admin/")
        assert f"{BOOKS} books" in read(browser, address)
        assert "Zenobia" in read(browser, f"{address}newsroom/")
    assert first != second
