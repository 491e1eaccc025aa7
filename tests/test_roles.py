from __future__ import annotations

import pytest

from django_bookrel.roles import ROLES, Role, find_role


def test_roles_stand_in_the_order_of_a_title_page() -> None:
    assert list(ROLES.values()) == [
        Role("co-author", "Co-author", "aut"),
        Role("editor", "Editor", "edt"),
        Role("translator", "Translator", "trl"),
        Role("illustrator", "Illustrator", "ill"),
        Role("narrator", "Narrator", "nrt"),
        Role("introduction", "Introduction", "aui"),
        Role("photographer", "Photographer", "pht"),
        Role("contributor", "Contributor", "ctb"),
    ]
    assert list(ROLES) == [role.value for role in ROLES.values()]


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_values_labels_and_relator_codes_are_found(role: Role) -> None:
    assert [find_role(text) for text in (*role, role.label.upper())] == [role.value] * 4


@pytest.mark.parametrize(
    "text, value",
    [
        ("author", "co-author"),
        ("with", "co-author"),
        ("Coauthor", "co-author"),
        ("ed", "editor"),
        ("ed.", "editor"),
        ("Eds.", "editor"),
        ("edited by", "editor"),
        ("Hrsg.", "editor"),
        ("a cura di", "editor"),
        ("tr.", "translator"),
        ("[Trans.]", "translator"),
        ("Übersetzer", "translator"),
        ("U\u0308bersetzer", "translator"),
        ("Ubersetzer", "translator"),
        ("traducteur", "translator"),
        ("traductor", "translator"),
        ("переводчик", "translator"),
        ("ill.", "illustrator"),
        (" Illus. ", "illustrator"),
        ("reader", "narrator"),
        ("Read by", "narrator"),
        ("foreword", "introduction"),
        ("Introd.", "introduction"),
        ("Author of introduction, etc.", "introduction"),
        ("photos by", "photographer"),
        ("Penciller", "illustrator"),
        ("Colorist", "illustrator"),
        ("Series Editor", "editor"),
        ("contrib.", "contributor"),
        ("Afterword", "contributor"),
        ("Cover Artist", "contributor"),
        ("adapted by", "contributor"),
        ("Author of afterword, colophon, etc.", "contributor"),
    ],
)
def test_words_of_catalogues_are_found(text: str, value: str) -> None:
    assert find_role(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "?", "poet", "composer", "publisher", "édi", "editor translator"]
)
def test_unknown_words_have_no_role(text: str) -> None:
    assert find_role(text) is None
