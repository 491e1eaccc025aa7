from __future__ import annotations

import pytest

from django_bookrel.sources.reading.cells import (
    is_list,
    repair_number,
    repair_text,
    repair_year,
    split_texts,
)


@pytest.mark.parametrize(
    "text, repaired",
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&#39;x&#x27; &quot;", "'x' \""),
        ("AT&T", "AT&T"),
        ("Rock&region", "Rock&region"),
        ("&amp;lt;", "&lt;"),
        ("&nothing;", "&nothing;"),
        ("&#0;", "\ufffd"),
    ],
)
def test_repair_text(text: str, repaired: str):
    assert repair_text(text) == repaired


@pytest.mark.parametrize(
    "text, number",
    [
        ("320", "320"),
        ("320.0", "320"),
        ("320,00", "320"),
        ("320 p.", "320"),
        ("320 Seiten", "320"),
        ("1,000", None),
        ("1.000", None),
        ("xii, 320 p.", None),
        ("0", None),
        ("-3", None),
        ("-3.0", None),
        ("٣", None),
        ("many", None),
    ],
)
def test_repair_number(text: str, number: str | None):
    assert repair_number(text) == number


@pytest.mark.parametrize(
    "text, year",
    [
        ("2008", "2008"),
        ("2008.0", "2008"),
        ("-720", "-720"),
        ("-720.0", "-720"),
        ("720 BC", "-720"),
        ("c. 0720 B.C.E.", "-720"),
        ("c2000.", "2000"),
        ("©1999", "1999"),
        ("[1952]", "1952"),
        ("1865?", "1865"),
        ("1996-01-31", "1996"),
        ("1933-03", "1933"),
        ("31/01/1996", "1996"),
        ("31-01-1996", "1996"),
        ("2021-11-14T13:57:51.282365+0100", "2021"),
        ("2021-11-14 13:57:51-0500", "2021"),
        ("January 5, 1973", "1973"),
        ("1989-00-00", "1989"),
        ("\u2212720", "-720"),
        ("720 B.C.", "-720"),
        ("621? BCE", "-621"),
        ("ca. 720 v. Chr.", "-720"),
        ("720 av. J.-C.", "-720"),
        ("-0720-00-00T00:00:00Z", "-720"),
        ("+1999-01-01T00:00:00Z", "1999"),
        ("A.D. 79", "79"),
        ("79 CE", "79"),
        ("[1952?]", "1952"),
        ("(1952).", "1952"),
        ("1990-1995", "1990"),
        ("1990–95", "1990"),
        ("1999/2000", "1999"),
        ("1990-", "1990"),
        ("1752 [1852]", "1852"),
        ("1697 [i.e. 1967]", "1967"),
        ("1950 [c1949]", "1950"),
        ("1999, c1998", "1999"),
        ("1999, ©1998", "1999"),
        ("1999, © 1998", "1999"),
        ("1999, cop. 1998", "1999"),
        ("[1999], ©1998", "1999"),
        ("1999 (℗1998)", "1999"),
        ("1999, 2000, ©1998", None),
        ("©1998, ©1999", None),
        ("1999年", "1999"),
        ("1999年5月20日", "1999"),
        ("1999년 5월", "1999"),
        ("昭和62年 (1987)", "1987"),
        ("1999年-2001年", "1999"),
        ("1999年、2001年", None),
        ("１９９９年", "1999"),
        ("１９９９", "1999"),
        ("cop. 1998", "1998"),
        ("01/02/1999", "1999"),
        ("9999", None),
        ("9999-", None),
        ("9999-12-31", None),
        ("n.d.", None),
        ("c1998, c1999", None),
        ("1998 (2001)", None),
        ("1998 [2001 printing]", None),
        ("31/01/96", None),
        ("0", None),
        ("0000", None),
        ("0000-00-00", None),
        ("1996x-01-01", None),
        ("18--", None),
        ("12345", None),
        ("unknown", None),
    ],
)
def test_repair_year(text: str, year: str | None):
    assert repair_year(text) == year


@pytest.mark.parametrize(
    "text, commas, texts",
    [
        ("", True, []),
        (" a  b ", True, ["a b"]),
        ("a;b | c;;a", True, ["a", "b", "c"]),
        ("a, b,c", True, ["a", "b", "c"]),
        ("Farrar, Straus", False, ["Farrar, Straus"]),
        ("a, b; c", True, ["a, b", "c"]),
        ("a\nb c \r\n d\n", True, ["a", "b c", "d"]),
        ("a, b\nc", True, ["a, b", "c"]),
        ("a,\nb, \r\nc", True, ["a", "b", "c"]),
        ("Farrar,\nStraus", False, ["Farrar, Straus"]),
        ("科幻、文学，历史；a", False, ["科幻", "文学", "历史", "a"]),
    ],
)
def test_split_texts(text: str, commas: bool, texts: list[str]):  # noqa: FBT001
    assert split_texts(text, commas=commas) == texts


@pytest.mark.parametrize(
    "text, expected",
    [("a\nb", True), ("a；b", True), ("a|b", True), (" a, b\n", False), ("a,\nb", False)],
)
def test_is_list(text: str, expected: bool):  # noqa: FBT001
    assert is_list(text) is expected
