from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import django_bookrel
from django_bookrel.exceptions import UnknownSource
from django_bookrel.sources import SOURCES, Source, get_source, open_source
from django_bookrel.sources.__main__ import main
from django_bookrel.sources.formats.goodreads import GoodreadsSource
from django_bookrel.sources.registry import known_sources
from tests.hosts.novels.sources import Later, Nameless, OurILS, SameName, TakenName

HOST = "tests.hosts.novels.sources"
GOODREADS = "django_bookrel.sources.formats.goodreads.GoodreadsSource"
MEANT = '(did you mean "OurILS"?)'
LISTED = f"The formats are: our_ils_2, {', '.join(SOURCES)}."
CHARACTERS = 'up to 40 letters, digits, "_" and "-".'

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


def test_formats_of_a_host_come_first():
    known = known_sources([f"{HOST}.OurILS", Later, OurILS])
    assert list(known.items()) == [("our_ils", OurILS), ("our_ils_2", Later), *SOURCES.items()]
    assert known_sources() == dict(SOURCES)


def test_get_source():
    assert get_source("goodreads") is GoodreadsSource
    assert get_source(f"{HOST}.OurILS") is OurILS
    assert get_source(OurILS) is OurILS
    assert get_source("our_ils", known_sources([OurILS])) is OurILS
    assert get_source(OurILS, known_sources([OurILS])) is OurILS


@pytest.mark.parametrize(
    "given, message",
    [
        (
            "nativ",
            f'Unknown format "nativ" (did you mean "native"?). {LISTED}',
        ),
        (
            "./books.csv",
            'Unknown format "./books.csv": not a dotted path to a class.',
        ),
        ("nowhere.OurILS", "Unknown format \"nowhere.OurILS\": No module named 'nowhere'."),
        (
            f"{HOST}.OurIls",
            f'Unknown format "{HOST}.OurIls": the module has no OurIls {MEANT}.',
        ),
        (
            f"{HOST}.NO_CLASS",
            f"{HOST}.NO_CLASS is not a format; a format is a subclass of Source.",
        ),
        (dict, "<class 'dict'> is not a format; a format is a subclass of Source."),
        (Nameless, f"The format {HOST}.Nameless lacks name, signature, places."),
        (
            f"{HOST}.LongName",
            f'The format {HOST}.LongName is called "our.ils"; a name may have {CHARACTERS}',
        ),
        (TakenName, f'The format {HOST}.TakenName is called "goodreads", as is {GOODREADS}.'),
    ],
)
def test_unknown_source(given: str | type[Source], message: str):
    with pytest.raises(UnknownSource) as caught:
        get_source(given, known_sources([Later]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "more, message",
    [
        (["goodreads"], 'Unknown format "goodreads": not a dotted path to a class.'),
        ([TakenName], f'The format {HOST}.TakenName is called "goodreads", as is {GOODREADS}.'),
        (
            [OurILS, SameName],
            f'The format {HOST}.SameName is called "our_ils", as is {HOST}.OurILS.',
        ),
    ],
)
def test_wrong_formats_of_a_host(more: list[str | type[Source]], message: str, tmp_path: Path):
    with pytest.raises(UnknownSource) as caught:
        open_source(tmp_path / "books.csv", more_sources=more)
    assert str(caught.value) == message


def test_main_takes_a_dotted_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "list.csv"
    path.write_text("TTL;LNG\nKäse;ger\n", encoding="cp1252")
    assert main([str(path), "--source", f"{HOST}.OurILS"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"File:      {path}",
        "Format:    our_ils (list of our library system)",
        "Encoding:  cp1252",
        "Delimiter: semicolon",
        "Columns:",
        "  TTL -> title",
        "  LNG -> language",
        "Line 2:",
        "  title: Käse",
        "  language: de",
        "Rows:      1",
        "Rejected:  0",
        "Repairs:   0",
    ]
    assert main([str(path), "--source", f"{HOST}.Ours"]) == 1
    assert capsys.readouterr().err == (
        f'Unknown format "{HOST}.Ours": the module has no Ours (did you mean "OurILS"?).\n'
    )
