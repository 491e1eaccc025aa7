from __future__ import annotations

import pytest

from django_bookrel.sources.reading.lists import is_list, split_texts


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
