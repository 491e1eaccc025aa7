"""Standard streams that are closed, full, or in another encoding."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys

import pytest

from django_bookrel.streams import Stream


def test_characters_that_the_encoding_lacks():
    buffer = io.BytesIO()
    stream = Stream(io.TextIOWrapper(buffer, encoding="ascii"), "standard output")
    stream.write("Dvořák\n")
    assert (buffer.getvalue(), stream.failure) == (b"Dvo\\u0159\\xe1k\n", None)


def test_stream_that_is_closed():
    text = io.StringIO()
    text.close()
    for stream in (Stream(None, "standard error"), Stream(text, "standard error")):
        stream.write("lost")
        assert not stream.isatty()
        with pytest.raises(OSError, match="it is closed") as raised:
            stream.check()
        assert raised.value.filename == "standard error"


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_device_that_is_full():
    stream = Stream(Full(), "standard output")
    stream.check()
    assert [stream.write("some"), stream.write("more")] == [4, 4]
    with pytest.raises(OSError, match="No space left on device: 'standard output'"):
        stream.check()


@pytest.mark.parametrize("target", ["/dev/full", "closed"])
def test_python_ends_in_peace(target: str):
    """What a stream of Python's has kept would be an error once more at the end."""
    script = (
        "import sys; from django_bookrel.streams import Stream; "
        "Stream(sys.stdout, 'x').write('lost'); sys.exit(7)"
    )
    redirection = ">&-" if target == "closed" else f">{target}"
    line = f"{shlex.quote(sys.executable)} -c {shlex.quote(script)} {redirection}"
    found = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (7, "")
