"""
``python -m tests.hostile --count 1000 --seed 1``: read hostile files and say which take too much.

Each is read in a process of its own, which is measured: it must end within seconds and a little
memory, with rows, rejected rows or one sentence.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from django_bookrel.exceptions import BookrelError
from django_bookrel.sources import open_source
from tests.hostile_files import hostile_files

SECONDS, MEGABYTES = 10, 300
"""What a file may take."""


def read(path: Path) -> str:
    """Read a file to its end; say what came of it."""
    rows = rejected = 0
    try:
        with open_source(path, required=()) as reading:
            for record in reading:
                rows += 1
                rejected += bool(record.errors)
    except BookrelError as error:
        return f"{rows:,} rows, {rejected:,} rejected; {error}"
    return f"{rows:,} rows, {rejected:,} rejected"


class Measured(NamedTuple):
    """What reading a file took."""

    seconds: float
    megabytes: float
    name: str
    said: str
    is_good: bool


def measured(path: Path, act: Callable[[Path], str] = read) -> Measured:
    """Do something with a file in a process of its own."""
    reader, writer = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        status = 1
        try:
            said, status = act(path), 0
        except BaseException as error:  # noqa: BLE001 (this is what is looked for)
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said[:4_000].encode(errors="replace"))
        os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    _, status, usage = os.wait4(child, 0)
    seconds, megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    is_good = status == 0 and seconds <= SECONDS and megabytes <= MEGABYTES
    said = said or f"status {status} after {time.monotonic() - start:.0f} s"
    return Measured(seconds, megabytes, path.name, said, is_good)


def _written(folder: Path, seed: int, count: int) -> Iterator[Path]:
    """Write the files, of which none is held: a child process would have it in its memory."""
    for number in range(count):
        [hostile] = hostile_files(seed, 1, first=number)
        path = folder / f"{number:04}-{hostile.kind}{hostile.suffix}"
        path.write_bytes(hostile.data)
        del hostile
        yield path


def main(arguments: Sequence[str] | None = None) -> int:
    """Read many files and list the worst; the status is 1 if one is over what it may take."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write files that do harm to this directory")
    given = parser.parse_args(arguments)
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in _written(Path(folder), given.seed, given.count):
            found.append(measured(path))
            if given.keep and not found[-1].is_good:
                given.keep.mkdir(exist_ok=True)
                shutil.copy(path, given.keep)
            path.unlink()
    bad = [each for each in found if not each.is_good]
    for title, some in (
        ("slowest", sorted(found, key=lambda each: -each.seconds)[:10]),
        ("largest", sorted(found, key=lambda each: -each.megabytes)[:10]),
        ("over what they may take", bad),
    ):
        print(f"{title}:")
        for each in some:
            numbers = f"{each.seconds:6.2f} s {each.megabytes:5.0f} MB"
            print(f"  {numbers}  {each.name}: {each.said[:150]}")
    print(f"{len(found):,} files, {len(bad):,} over {SECONDS} s or {MEGABYTES} MB or with an error")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
