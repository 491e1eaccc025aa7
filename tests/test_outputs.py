"""Files that commands write: in their place when they are complete, whatever is there."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any, TextIO, cast

import pytest

from django_bookrel.exceptions import InvalidOption, OutputError
from django_bookrel.outputs import Output, check_outputs, output_file


def write(path: Path | str, text: str = "new", **options: Any) -> None:
    with output_file(path, **options) as file:
        file.write(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_file_takes_its_place_at_the_end(tmp_path: Path):
    path = tmp_path / "out.csv"
    with output_file(path) as file:
        file.write("ä\r\n")
        assert not path.exists()
    assert (path.read_bytes(), names(tmp_path)) == ("ä\r\n".encode(), ["out.csv"])
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_error_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("precious")

    def interrupted() -> None:
        with output_file(path, force=True) as file:
            file.write("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (path.read_text(), names(tmp_path)) == ("precious", ["out.csv"])


def test_overwritten_file_keeps_its_permissions(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o600)
    with pytest.raises(InvalidOption, match="already exists; use --force to overwrite it"):
        write(path)
    write(path, force=True)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o600)


@pytest.mark.parametrize("target_is_there", [False, True])
def test_link_is_followed(tmp_path: Path, *, target_is_there: bool):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target.csv", tmp_path / "link.csv"
    if target_is_there:
        target.write_text("old")
    link.symlink_to(target)
    write(link, force=target_is_there)
    assert link.is_symlink()
    assert (target.read_text(), names(target.parent)) == ("new", ["target.csv"])


def test_device_is_written_to():
    before = Path("/dev/null").stat()
    write("/dev/null")
    write("/dev/null", force=True)
    assert Path("/dev/null").stat().st_rdev == before.st_rdev
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(OSError, match="No space left on device"):
        write("/dev/full")


def test_pipe_is_written_to(tmp_path: Path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(path.read_text()))
    reader.start()
    write(path)
    reader.join()
    assert found == ["new"]
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_standard_streams_by_other_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    path = tmp_path / "out.txt"
    with path.open("w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, name, stream)
        print("before", file=stream)
        write(path, "ä\n")
        write(Path(f"/dev/fd/{stream.fileno()}"), "ä\n")
        write("-", "ä\n", standard=stream)
        print("after", file=stream)
    assert path.read_text(encoding="utf-8") == "before\nä\nä\nä\nafter\n"
    assert names(tmp_path) == ["out.txt"]


def test_standard_output_that_is_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(InvalidOption, match=r"^Standard output is closed\.$"):
        write("-")


@pytest.mark.parametrize(
    "name, why",
    [
        ("", "it is a folder"),
        ("none/out.csv", "No such file or directory"),
        ("file/out.csv", "Not a directory"),
        ("x" * 300, "File name too long"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_file_that_cannot_be_written(tmp_path: Path, name: str, why: str):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InvalidOption, match=f"^Cannot write .*: {why}.$"):
        write(tmp_path / name, force=True)
    assert names(tmp_path) == ["file", "loop"]


def test_place_that_is_taken_meanwhile(tmp_path: Path):
    path = tmp_path / "out.csv"

    def taken() -> None:
        with output_file(path) as file:
            file.write("new")
            path.mkdir()

    with pytest.raises(OutputError) as raised:
        taken()
    [left] = [p for p in tmp_path.iterdir() if p != path]
    said = f"{path} could not be written: Is a directory. What was to be in it is in {left}."
    assert (str(raised.value), left.read_text()) == (said, "new")


def test_file_is_copied_where_it_cannot_be_renamed(tmp_path: Path, monkeypatch: Any):
    def mounted(self: Path, target: Path) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", mounted)
    path = tmp_path / "out.csv"
    write(path)
    assert (path.read_text(), names(tmp_path)) == ("new", ["out.csv"])


# Files that are the same.


def test_outputs_are_compared_by_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "in.csv"
    path.touch()
    (tmp_path / "link.csv").symlink_to(path)
    os.link(path, tmp_path / "hard.csv")
    for name in ("in.csv", "./in.csv", str(path), "link.csv", "hard.csv", "../x/../in.csv"):
        (tmp_path.parent / "x").mkdir(exist_ok=True)
        if name.startswith(".."):
            name = f"../{tmp_path.name}/in.csv"
        with pytest.raises(InvalidOption) as raised:
            check_outputs({"--rejects": name}, {"in.csv": "the file to import"})
        said = f"--rejects {name}: this is the file to import; name another file."
        assert str(raised.value) == said
    check_outputs({"--rejects": "out.csv", "--repairs": None}, {"in.csv": "the file to import"})


def test_outputs_are_compared_with_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.csv").symlink_to("out.csv")
    for one, other in (("out.csv", "./out.csv"), ("out.csv", "link.csv")):
        with pytest.raises(InvalidOption, match="this is the file of --rejects; name another"):
            check_outputs({"--rejects": one, "--repairs": other}, {})
    check_outputs({"--rejects": "/dev/null", "--repairs": "/dev/null"}, {"/dev/null": "input"})


# Full disks.


class Disk(io.RawIOBase):
    """A file that takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        self.bytes, self.room = bytearray(), room

    def write(self, data: Any) -> int:
        if len(self.bytes) == self.room:
            raise OSError(28, "No space left on device")
        taken = bytes(data)[: self.room - len(self.bytes)]
        self.bytes += taken
        return len(taken)

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return len(self.bytes)

    def truncate(self, size: int | None = None) -> int:
        del self.bytes[size:]
        return len(self.bytes)


def test_full_disk_has_what_was_marked():
    disk = Disk(10)
    file = io.TextIOWrapper(io.BufferedWriter(cast("Any", disk)), encoding="utf-8")
    output = Output(cast("TextIO", file), "r.csv")
    for line in (2, 5, 9):
        output.write(f"{line},")
        output.write("ä\r\n")
        output.mark(f"line {line}")
    file.close()
    assert bytes(disk.bytes) == "2,ä\r\n".encode()
    with pytest.raises(OutputError) as raised:
        output.check()
    why = "No space left on device; it lacks the rows from line 5 on"
    assert str(raised.value) == f"r.csv is incomplete: {why}."


def test_output_that_is_no_file():
    text = io.StringIO()
    output = Output(text, "-")
    output.write("a")
    assert text.getvalue() == ""
    output.mark("line 1")
    output.check()
    assert text.getvalue() == "a"
    text.close()
    output.mark("line 2")
    with pytest.raises(OutputError, match="I/O operation on closed file; it lacks the rows from"):
        output.check()
