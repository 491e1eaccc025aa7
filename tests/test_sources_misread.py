from __future__ import annotations

import pytest

from django_bookrel.sources.misread import mend_misread


@pytest.mark.parametrize("text", ["Kühlschrank", "Lhôte’s “Œuvres”", "Пушкин", "naïve €"])
@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-1"])
def test_undoes_a_misreading(text: str, encoding: str):
    misread = text.encode().decode(encoding, "replace")
    if "\ufffd" not in misread:
        assert mend_misread(misread) == text


@pytest.mark.parametrize(
    "text, mended",
    [
        ("Der KÃ?Â¼hlschrank", "Der Kühlschrank"),
        ("GluÌ\x88ck", "Glu\u0308ck"),
        ("Ã?Â?ber", "Ã?Â?ber"),
        ("GÃ¼nter und Käthe", "GÃ¼nter und Käthe"),
        ("Kühlschrank", "Kühlschrank"),
        ("SÃO PAULO", "SÃO PAULO"),
        ("Ã", "Ã"),
        ("", ""),
    ],
)
def test_mends_only_what_is_certain(text: str, mended: str):
    assert mend_misread(text) == mended
