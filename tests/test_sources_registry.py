from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import django_bookrel
from django_bookrel.exceptions import UnknownSource
from django_bookrel.sources import SOURCES, Source, get_source

IMPORTED = """
import sys
import django_bookrel.sources
print([name for name in sys.modules if name.startswith("django_bookrel.sources.formats")])
print("goodreads" in django_bookrel.sources.SOURCES)
print("django_bookrel.sources.formats.goodreads" in sys.modules)
"""


def test_every_format_has_the_name_of_its_module():
    assert {"native", "generic"} <= set(SOURCES)
    for name, source in SOURCES.items():
        assert issubclass(source, Source)
        assert (source.name, source.__module__) == (name, f"django_bookrel.sources.formats.{name}")
        assert source.title


def test_formats_are_imported_when_one_is_asked_for(tmp_path: Path):
    folder = str(Path(django_bookrel.__path__[0]).parent)
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": folder},
    )
    assert (done.stdout, done.stderr) == ("[]\nTrue\nTrue\n", "")


def test_unknown_source():
    with pytest.raises(UnknownSource) as caught:
        get_source("nativ")
    listed = ", ".join(SOURCES)
    assert str(caught.value) == (
        f'There is no source "nativ" (did you mean "native"?). The sources are: {listed}.'
    )
