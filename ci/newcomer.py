"""What somebody has who meets the project for the first time: a fresh shell and a browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from packages import ProvisionError

# What a developer's shell, make or tox has set for this program.
OURS = r"(BOOKREL|MAKE|PYTHON|TOX|VIRTUAL_ENV|XDG)\w*|MFLAGS|DATABASE_URL|DJANGO_SETTINGS_MODULE"
OURS += r"|HOST|PORT|ALLOWED_HOSTS|SECRET_KEY|ARGS|ENVS|STRICT"


def environment(*folders: Path, **values: str) -> dict[str, str]:
    """
    Give the variables of a fresh shell.

    :param folders: come before the others on PATH.
    """
    others = {name: value for name, value in os.environ.items() if not re.fullmatch(OURS, name)}
    path = os.pathsep.join([*map(str, folders), others["PATH"]])
    return {**others, "PATH": path, **values}


def read_lines(page: Path, after: str) -> list[str]:
    """
    Take the lines of the first block of shell commands that follows ``after`` on a page.

    :raises ProvisionError: there is none.
    """
    _, found, rest = page.read_text(encoding="utf-8").partition(after)
    block = re.search(r"```sh\n(.*?)```", rest, re.DOTALL)
    if not (found and block):
        raise ProvisionError(f"{page.name} has no commands after {after!r}")
    return block[1].splitlines()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def fetch(url: str) -> str:
    # No proxy reaches this machine's own servers.
    with build_opener(ProxyHandler({})).open(url, timeout=60) as response:
        return response.read().decode()


@contextmanager
def serving(
    command: Sequence[str], url: str, log: Path, *, timeout_s: float = 600, **options: Any
) -> Iterator[None]:
    """
    Run a server until the block ends, then end it as Ctrl-C does.

    :param url: the server is up once this answers.
    :param log: takes what it prints.
    :param options: for ``subprocess.Popen``.
    :raises ProvisionError: it ends by itself, does not answer in time, or does not stop.
    """
    # What a shell starts in the background ignores Ctrl-C, and so would whatever that starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    try:
        wait_for(process, url, log, time.monotonic() + timeout_s)
        yield
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
    except subprocess.TimeoutExpired as error:
        raise ProvisionError(f"{' '.join(command)} does not stop") from error
    finally:
        # Whatever is left of its session, also where the block or the wait failed.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if is_answering(url):
        raise ProvisionError(f"{url} still answers after {' '.join(command)} was stopped")


def wait_for(process: subprocess.Popen[bytes], url: str, log: Path, end: float) -> None:
    while not is_answering(url):
        if process.poll() is not None or time.monotonic() > end:
            printed = log.read_text(errors="replace")[-2000:]
            raise ProvisionError(f"{url} does not answer; the server said:\n{printed}")
        time.sleep(0.2)


def is_answering(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True
