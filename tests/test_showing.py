"""Foreign text as it is shown: it does nothing but what it looks like."""

from __future__ import annotations

import json
import sys
import tomllib

from django_bookrel.exceptions import SourceError
from django_bookrel.showing import listed, short, shown

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_what_is_escaped():
    escaped = {chr(n) for n in range(sys.maxunicode + 1) if shown(chr(n)) != chr(n)}
    controls = {*map(chr, range(32)), *map(chr, range(127, 160))}
    surrogates = set(map(chr, range(0xD800, 0xE000)))
    assert escaped == controls | {"\u2028", "\u2029", *BIDI_CONTROLS} | surrogates


def test_how_it_is_escaped():
    assert shown("a\tb\r\n\x1b[1m\x9b\u202e\udcff") == r"a\tb\r\n\u001b[1m\u009b\u202e\udcff"
    assert shown(r"C:\new “Žofie” 漢字 نص \n") == r"C:\new “Žofie” 漢字 نص \n"
    assert shown(ValueError("a\nb")) == r"a\nb"


def test_json_and_toml_stay_the_same():
    text = "".join(map(chr, [*range(0xD7FF), *range(0xE000, 0x11000)]))
    line = shown(json.dumps(text, ensure_ascii=False), most=None)
    assert (json.loads(line), len(line.splitlines())) == (text, 1)
    assert tomllib.loads(f"a = {line}") == {"a": text}


def test_messages_of_errors():
    assert str(SourceError("a\nb")) == r"a\nb"


def test_long_texts():
    assert short("x" * 130_992) == "x" * 80 + "… and 130,912 more characters"
    # The word is not longer than what it stands for.
    assert short("x" * 110) == "x" * 110
    assert short("x" * 111) == "x" * 80 + "… and 31 more characters"
    assert short(["x"], most=1) == "['x']"
    assert shown("\n" * 2_000) == r"\n" * 1_000 + "… and 1,000 more characters"
    assert shown("x" * 2_000, most=None) == "x" * 2_000
    assert str(SourceError("x" * 2_000)) == "x" * 1_000 + "… and 1,000 more characters"


def test_lists():
    assert listed(["a", "b"]) == "a, b"
    assert (
        listed(["a", "x" * 200, "c"], most=2)
        == f"a, {'x' * 80}… and 120 more characters and 1 more"
    )
