from __future__ import annotations

from pathlib import Path

import pytest

from django_bookrel.sources import open_source


@pytest.mark.parametrize(
    "plain, subjects, repairs",
    [
        ([], ["Cortázar"], ["decoding", "marc-8"]),
        (["subjects"], "", ["decoding-dropped"]),
    ],
)
def test_bytes_of_marc8(
    tmp_path: Path, plain: list[str], subjects: list[str] | str, repairs: list[str]
):
    path = tmp_path / "librarything.tsv"
    path.write_bytes(b"Book Id\tTitle\tPrimary Author\tSubjects\n1\tEmma\t\tCort\xe2azar\n")
    with open_source(path, plain=plain) as reading:
        [record] = reading
    assert record.values["subjects"] == subjects
    assert [repair.kind for repair in record.repairs] == repairs
