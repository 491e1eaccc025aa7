from __future__ import annotations

from pathlib import Path

from django_bookrel.sources import Issue, open_source


def test_repaired_reference_is_shown_as_it_came(tmp_path: Path):
    path = tmp_path / "babelio.csv"
    header = "ISBN;Titre;Auteur;Date d`entrée dans Babelio\n"
    path.write_text(f'{header};"Sel, &amp; fer";&#268,apek Jan;\n', encoding="cp1252")
    with open_source(path) as reading:
        [record] = reading
    assert record.repairs == [
        Issue("entities", "Titre", "Sel, &amp; fer", "", "Sel, & fer"),
        Issue("entities", "Auteur", "&#268,apek Jan", "", "Čapek Jan"),
    ]
