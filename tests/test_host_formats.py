"""Formats of a host: recognised, named, forced, mapped, and what is wrong with a list of them."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from django_bookrel import checks
from django_bookrel.exceptions import UnreadableFile
from django_bookrel.host_formats import host_formats
from django_bookrel.models import ImportRecord
from django_bookrel.resources import load
from django_bookrel.sources import SOURCES, open_source
from tests.hosts.novels.sources import Later, OurILS
from tests.importing import books, counts, read_csv

HOST = "tests.hosts.novels.sources"
SAME = f"{HOST}.SameName"
LIST = """BIBNO;TTL;AUT;YR;LNG;LOC;STAT
1017;Die Käserei;Berg, Jonas|Holm, Ida;1999.0;ger;2 B;
1018;Momo;;1973;ger;2 B;W
"""
BOOK = {
    "isbn": None,
    "title": "Die Käserei",
    "author": "Berg, Jonas",
    "contributors": [("Holm, Ida", "co-author")],
    "publishers": [],
    "year": 1999,
    "language": "de",
    "pages": None,
    "series": [],
    "subjects": [],
    "identifiers": [("our-ils", "1017")],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="cp1252")
    return path


def run(command: str, *args: object) -> tuple[int, str, str]:
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(command, *map(str, args), stdout=out, stderr=err)
    except CommandError as error:
        status = error.returncode
        err.write(str(error))
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def ours(settings: Any) -> None:
    settings.BOOKREL_SOURCES = [f"{HOST}.OurILS"]


@pytest.mark.django_db
@pytest.mark.usefixtures("ours")
def test_recognised(path: Path):
    result = load(path)
    assert (result.source, counts(result)) == ("our_ils", {"rows": 2, "new": 1, "rejected": 1})
    assert [str(each) for each in result.rejections] == [
        "line 3, STAT 'W': The title is withdrawn."
    ]
    assert books() == [BOOK]
    assert ImportRecord.objects.get().source == "our_ils"


@pytest.mark.django_db
def test_unknown_without_the_setting(path: Path):
    with pytest.raises(UnreadableFile, match="Choose the --encoding"):
        load(path)


@pytest.mark.django_db
@pytest.mark.parametrize("source", [f"{HOST}.OurILS", OurILS])
def test_forced(path: Path, source: str | type[OurILS]):
    assert load(path, source=source).source == "our_ils"
    assert ImportRecord.objects.get().options == {"source": f"{HOST}.OurILS"}
    assert books() == [BOOK]


@pytest.mark.django_db
def test_handed_in_with_one_import(path: Path):
    assert load(path, more_sources=[OurILS]).source == "our_ils"
    assert ImportRecord.objects.get().options == {"more_sources": [f"{HOST}.OurILS"]}


@pytest.mark.django_db
@pytest.mark.usefixtures("ours")
def test_named_and_mapped(path: Path):
    status, out, err = run(
        "bookrel_import", path, "--source", "our_ils", "--map", "publishers=LOC", "--limit", "1"
    )
    assert (status, err) == (0, "")
    assert out.startswith(f"{path} (our_ils): 1 row in ")
    assert books() == [BOOK | {"publishers": ["2 B"]}]


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["", f"--source={HOST}.OurILS"])
def test_rejected_rows_are_read_again(path: Path, source: str, settings: Any, tmp_path: Path):
    settings.BOOKREL_SOURCES = [] if source else [f"{HOST}.OurILS"]
    options = [source] if source else []
    rejects = tmp_path / "rejects.csv"
    assert run("bookrel_import", path, *options, "--rejects", rejects)[0] == 3
    [row] = read_csv(rejects)
    assert row == {
        "bookrel_line": "3",
        "bookrel_error": "STAT: The title is withdrawn.",
        **dict(zip(LIST.splitlines()[0].split(";"), LIST.splitlines()[2].split(";"), strict=True)),
    }
    rejects.write_text(rejects.read_text(encoding="utf-8").replace("W\n", "\n"), encoding="utf-8")
    status, out, err = run("bookrel_import", rejects, *options)
    assert (status, err) == (0, "")
    assert out.startswith(f"{rejects} (our_ils): 1 row in ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "formats, options, said",
    [
        ([f"{HOST}.OurILS"], [], "our_ils"),
        ([f"{HOST}.OurILS"], ["--source=our_ils"], "our_ils"),
        ([], [f"--source={HOST}.OurILS"], f"{HOST}.OurILS"),
    ],
)
def test_mapping_file_says_how_the_format_is_found(
    path: Path, tmp_path: Path, settings: Any, formats: list[str], options: list[str], said: str
):
    settings.BOOKREL_SOURCES = formats
    mapping = tmp_path / "list.toml"
    status, out, err = run("bookrel_inspect", path, *options, "--write-mapping", mapping)
    assert (status, err) == (0, "")
    assert "Format:    our_ils (list of our library system)\n" in out
    assert tomllib.loads(mapping.read_text(encoding="utf-8"))["source"] == said
    assert run("bookrel_import", path, "--mapping", mapping, "--limit", "1")[0] == 0
    assert books() == [BOOK]


def test_first_of_several_that_know_a_header(path: Path):
    for formats in ([OurILS, Later], [Later, OurILS]):
        with open_source(path, more_sources=formats) as reading:
            assert type(reading.source) is formats[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("command", ["bookrel_import", "bookrel_inspect"])
def test_unknown_name(command: str, path: Path):
    listed = ", ".join(["our_ils", *SOURCES])
    assert run(command, path, "--source", "our_isl") == (
        1,
        "",
        f'Unknown format "our_isl" (did you mean "our_ils"?). The formats are: {listed}.',
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "formats, message",
    [
        (
            f"{HOST}.OurILS",
            f"BOOKREL_SOURCES must be a list of dotted paths to classes, not “{HOST}.OurILS”.",
        ),
        (
            ["nowhere.OurILS"],
            "BOOKREL_SOURCES: Unknown format \"nowhere.OurILS\": No module named 'nowhere'.",
        ),
        (
            [f"{HOST}.NO_CLASS"],
            f"BOOKREL_SOURCES: {HOST}.NO_CLASS is not a format; a format is a subclass of Source.",
        ),
        (
            [f"{HOST}.OurILS", SAME],
            f'BOOKREL_SOURCES: The format {SAME} is called "our_ils", as is {HOST}.OurILS.',
        ),
    ],
)
def test_wrong_setting(formats: Any, message: str, path: Path, settings: Any):
    settings.BOOKREL_SOURCES = formats
    with pytest.raises(ImproperlyConfigured) as caught:
        load(path)
    assert str(caught.value) == message
    for command in ("bookrel_import", "bookrel_inspect"):
        assert run(command, path) == (1, "", message)
    hint = "List dotted paths to subclasses of Source, each with a unique name, or remove the path."
    assert checks.check_settings() == [Error(message, hint=hint, id="django_bookrel.E201")]


@pytest.mark.usefixtures("ours")
def test_good_setting():
    assert host_formats() == [OurILS]
    assert checks.check_settings() == []
