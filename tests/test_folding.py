"""Texts in normal forms, in linear time."""

from __future__ import annotations

import sys
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_bookrel.folding import normalized

MARKS = [chr(n) for n in range(sys.maxunicode + 1) if combining(chr(n))]
# Marks that become several, or marks only when they are normalised, and what composes.
ODD = [*"\u0f73\u0344\u0f75\u0f81ﾞﾟ", "a", "é", "한", "ᄀ", "カ", "ﬁ"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@given(pieces=st.lists(st.sampled_from(MARKS) | st.sampled_from(ODD), min_size=101, max_size=150))
def test_as_unicodedata_does_it(form: str, pieces: list[str]):
    text = "".join(pieces)
    assert normalized(form, text) == normalize(form, text)
