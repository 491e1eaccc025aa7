from __future__ import annotations

import pytest

from django_bookrel.sources.reading.isbd import (
    find_pages,
    join_title,
    without_responsibility,
    without_stop,
)


@pytest.mark.parametrize(
    "text, plain",
    [
        ("Emma.", "Emma"),
        ("Lee, Ann,", "Lee, Ann"),
        ("Lee, Ann, 1900-1950.", "Lee, Ann, 1900-1950"),
        ("Lee, A. B.", "Lee, A. B."),
        ("Lee, Ann, Jr.", "Lee, Ann, Jr."),
        ("Quay Press, Inc.", "Quay Press, Inc."),
        ("To be continued...", "To be continued..."),
        ("Title /", "Title"),
        ("", ""),
    ],
)
def test_without_stop(text: str, plain: str):
    assert without_stop(text) == plain


@pytest.mark.parametrize(
    "text, title",
    [
        ("Emma : a  novel.", "Emma: a novel"),
        ("Emma ; and, Ivanhoe", "Emma; and, Ivanhoe"),
        ("Emma = Emma", "Emma = Emma"),
        ("12:30 a.m.", "12:30 a.m."),
        ("Either/or", "Either/or"),
    ],
)
def test_join_title(text: str, title: str):
    assert join_title(text) == title


@pytest.mark.parametrize(
    "text, title",
    [("Emma / Jane Austen.", "Emma"), ("Either/or", "Either/or"), ("A / b / c", "A")],
)
def test_without_responsibility(text: str, title: str):
    assert without_responsibility(text) == title


@pytest.mark.parametrize(
    "extent, pages",
    [
        ("320 p.", "320"),
        ("xii, 320, [4] p. : ill. ; 22 cm", "320"),
        ("96 pages : illustrations ; 22 cm", "96"),
        ("XII, 250 S.", "250"),
        ("1 online resource (120 pages)", "120"),
        ("2 v. (100 p., 200 p.)", ""),
        ("3 volumes", ""),
        ("22 cm", ""),
        ("0 p.", ""),
        ("", ""),
    ],
)
def test_find_pages(extent: str, pages: str):
    assert find_pages(extent) == pages
