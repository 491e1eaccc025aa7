"""What programs do to texts: undone where it is certain, and nowhere else."""

from __future__ import annotations

import pytest

from django_bookrel.sources.reading.garbled import repair_entities, repair_mojibake

TEXTS = [
    *("Kühlschrank", "Günter Grass", "À la recherche", "L’été", "Čapek, Łukasz", "“A” – B…"),
    *("Ñandú", "JOSÉ", "İs", "Lhôte’s “Œuvres”", "naïve €", "Мастер и Маргарита, ч. 2"),
    *("«Οδύσσεια»", "三体 / 刘慈欣", "مرجع", "Read 📚", "Glu\u0308ck"),
]


def misread(text: str, encoding: str) -> str:
    """Give a text as it is when its bytes are taken for another encoding, as browsers do."""
    shown = (bytes([byte]) for byte in text.encode())
    return "".join(byte.decode(encoding, "ignore") or chr(byte[0]) for byte in shown)


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-1"])
@pytest.mark.parametrize("text", TEXTS)
def test_undoes_a_misreading(text: str, encoding: str):
    wrong = misread(text, encoding)
    assert wrong != text
    assert repair_mojibake(wrong) == repair_mojibake(wrong, is_known=True) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "plain", "Günter", "Kühlschrank", "Пушкин", "Ã", "SÃO PAULO", "CAFÉ’S", "MAÇÃ…"),
        *("AMANHÃ – B", "GÃ¼nter und Käthe", "GÃ¼nter Größe", "GÃ¼nter CAFÉ’S", "雪 Ã¼", "â‚"),
        *("Â£5 €", "Ã?Â?ber", "à l’É…", "“É…”", "“É…", "CAFÉ™", "«COSÌ»"),
    ],
)
def test_leaves_what_cannot_be_misread(text: str):
    assert repair_mojibake(text) == repair_mojibake(text, is_known=True) == text


@pytest.mark.parametrize(
    "text, known",
    [
        ("IRMÃ”", "IRM\xd4"),
        ("PÅ»", "PŻ"),
        ("Der KÃ?Â¼hlschrank", "Der Kühlschrank"),
    ],
)
def test_repairs_what_may_be_meant_in_formats_known_for_it(text: str, known: str):
    assert repair_mojibake(text) == text
    assert repair_mojibake(text, is_known=True) == known


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
def test_repair_entities(text: str, repaired: str):
    assert repair_entities(text) == repaired
