from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from django_bookrel.sources.__main__ import main
from tests.test_sources_opening import write


def test_main(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = "Name;Ed;year;x\n" + "A;Ann Lee;2008.0;1\n" * 6 + "B\n"
    path = write(tmp_path, text.encode())
    assert main([str(path), "--map", "title=Name", "--map", "contributors:editor=Ed"]) == 0
    assert (
        capsys.readouterr().out
        == f"""\
File:      {path}
Format:    generic (table of books)
Encoding:  utf-8
Delimiter: semicolon
Columns:
  Name -> title
  Ed -> contributors:editor
  year -> year
  x -> ignored: no field has this name
"""
        + "".join(
            f"Line {line}:\n  title: A\n  contributors: Ann Lee / editor\n  year: 2008\n"
            for line in range(2, 7)
        )
        + (
            "Rows:      7\n"
            "Rejected:  1\n  1 cells; the first: line 8: expected 4 cells, found 1.\n"
            "Repairs:   6\n  6 number; the first: line 2, year: “2008.0” -> “2008”\n"
        )
    )


def test_main_counts_rejections_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"title,year\nA,1\n" + b"B\n" * 9 + b",2\n")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.endswith(
        "Rows:      11\n"
        "Rejected:  10\n"
        "  9 cells; the first: line 3: expected 2 cells, found 1.\n"
        "  1 title; the first: line 12, title: is empty\n"
        "Repairs:   0\n"
    )


def test_main_shows_the_first_of_what_is_rejected_and_of_what_is_spared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write(tmp_path, b"title,author,shelf\nA\nB,C\n")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.endswith(
        "Rejected:  1\n"
        "  1 cells; the first: line 2: expected 3 cells, found 1.\n"
        "Repairs:   1\n"
        "  1 cells; the first: line 3: expected 3 cells, found 2.\n"
    )


def test_main_shows_a_file_that_lacks_a_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(write(tmp_path, b"Was,Wer\nA,B\n"))]) == 1
    out = capsys.readouterr().out
    assert "  Was -> ignored: no field has this name\n" in out
    assert "  (missing) -> title; specify it with --map title=COLUMN\n" in out


def test_main_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"title,year,x\nA,2008.0,1\nB\n")
    assert main([str(path), "--json", "--set", "subjects=a|b"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": str(path),
        "source": "generic",
        "encoding": "utf-8",
        "delimiter": ",",
        "columns": [
            {"name": "title", "field": "title", "reason": ""},
            {"name": "year", "field": "year", "reason": ""},
            {"name": "x", "field": None, "reason": "no field has this name"},
        ],
        "missing": [],
        "rows": 2,
        "rejected": 1,
        "rejections": {"cells": 1},
        "repairs": {"number": 1},
        "first_rejections": [
            {
                "line": 3,
                "kind": "cells",
                "column": "",
                "value": "B",
                "message": "expected 3 cells, found 1.",
                "result": None,
            }
        ],
        "first_repairs": [
            {
                "line": 2,
                "kind": "number",
                "column": "year",
                "value": "2008.0",
                "message": "",
                "result": "2008",
            }
        ],
        "records": [{"line": 2, "title": "A", "year": "2008", "subjects": ["a", "b"]}],
    }


@pytest.mark.parametrize("arguments", [["--map", "title"], ["--set", "=x"]], ids=str)
def test_main_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]):
    with pytest.raises(SystemExit) as caught:
        main([str(write(tmp_path, b"title\nA\n")), *arguments])
    assert caught.value.code == 2
    assert (
        f"error: {' '.join(arguments)}: expected {arguments[0]} FIELD=" in capsys.readouterr().err
    )


def test_main_fails_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"")
    assert main([str(path)]) == 1
    assert capsys.readouterr() == ("", f"{path}: the file is empty.\n")


def test_module_runs(tmp_path: Path):
    path = write(tmp_path, b"title\nA\n")
    command = [sys.executable, "-m", "django_bookrel.sources", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  title: A\n" in done.stdout


@pytest.mark.parametrize(
    "redirection, status, err",
    [
        (">/dev/full", 1, "standard output: No space left on device.\n"),
        (">&-", 1, "standard output: it is closed.\n"),
        ("| true", 141, ""),
    ],
)
def test_main_with_outputs_that_fail(tmp_path: Path, redirection: str, status: int, err: str):
    # More than a pipe holds, for a reader that is gone.
    text = "title,author\n" + "".join(f"{'x' * 70} {n},Ann Lee {n}\n" for n in range(5))
    (tmp_path / "x.csv").write_text(text)
    script = "import time; time.sleep(0.2); from django_bookrel.sources.__main__ import main; "
    line = f"{sys.executable} -c '{script}import sys; sys.exit(main(sys.argv[1:]))' x.csv"
    found = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} {redirection}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr[: len(err)]) == (status, err)
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr


def test_main_replaces_no_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, b"title\nA\n")
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    with pytest.raises(SystemExit) as raised:
        main([str(path), "--write-mapping", str(link), "--force"])
    assert (raised.value.code, path.read_bytes()) == (2, b"title\nA\n")
    said = f"--write-mapping {link}: this is the file to read; name another file.\n"
    assert capsys.readouterr().err.endswith(said)
