"""What is said of a person beside the name: roles, and that nobody is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ..roles import find_role

__all__ = ("credited", "is_nobody", "is_role", "split_roles")

_role = lru_cache(1024)(find_role)

_BRACKET = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])\.?\Z")
_LIST = re.compile(r"\s*(?:[,;/&]|\band\b|\bund\b|\bet\b)\s*")
_BY = re.compile(r"([^\W\d_][\w. ]{1,24}? (?:by|par|door)) (?=\S)", re.IGNORECASE)
_SHORT = re.compile(r"((?:trans|transl|tr|eds?|ill|illus|hrsg|übers|trad)\.) (?=\S)")
_MAY_HAVE_ROLE = re.compile(r" (?:[bB]y|par|door) |\A[a-zü]+\. ")
_ENDS = frozenset(")].")
_LABELS = frozenset(
    {
        *("Author", "Editor", "Editors", "Translator", "Illustrator", "Narrator", "Photographer"),
        *("Contributor", "Herausgeber", "Hrsg.", "Übersetzer", "Traducteur", "Traductor"),
    }
)
_NOBODY = """
    various, various authors, various artists, various contributors, various editors,
    various writers, various illustrators, multiple authors, multiple, several authors,
    unknown, unknown author, author unknown, unknown artist, unknown editor, unknown translator,
    not known, no author, none, null, nan, n/a, n.a, et al, and others, others,
    collectif, collectifs, auteurs divers, divers, divers auteurs, inconnu, auteur inconnu,
    verschiedene, verschiedene autoren, diverse, diverse autoren, unbekannt, autor unbekannt,
    u.a, u. a, varios, varios autores, vv.aa, vv. aa, aa.vv, aa. vv, autores varios,
    desconocido, autor desconocido, autori vari, autore sconosciuto, sconosciuto,
    vários, vários autores, diversen, onbekend, -, --, ?
"""
_NOBODIES = frozenset(name.strip() for name in _NOBODY.split(","))


def is_nobody(name: str) -> bool:
    """
    Say whether a text in the place of a name says that it is not known, or that they are many.

    "Anonymous" is somebody: books are printed, and looked up, under this name.
    """
    return name == "NA" or name.strip(" .,()[]…").casefold() in _NOBODIES


def is_role(text: str) -> bool:
    """Say whether a text behind a name and a comma is a role: "editor", "ill."."""
    if text[:1].islower():
        return (len(text) > 4 or text.endswith(".")) and _role(text) is not None
    return text in _LABELS


def split_roles(text: str) -> tuple[str, list[str]]:
    """
    Take roles off a name: "Ann Lee (ed.)", "Lee, Ann, editor", "Ann Lee [Editor/Translator]".

    Any other bracket belongs to the name.

    :returns: the name, and roles in the order of the text, each once.
    """
    roles: list[str] = []
    name = text
    while name.endswith((")", "]", ").", "].")) and (match := _BRACKET.search(name)):
        found = _roles(match[1] or match[2] or "")
        if not found or not match.start():
            break
        name, roles = name[: match.start()].rstrip(" ,"), [*found, *roles]
    if ", " in name:
        before, _, last = name.rpartition(", ")
        if is_role(last):
            name, roles = before, [*filter(None, [_role(last)]), *roles]
    if (match := _BY.match(name) or _SHORT.match(name)) and (role := _role(match[1])):
        name, roles = name[match.end() :], [role, *roles]
    return name, list(dict.fromkeys(roles))


def _roles(text: str) -> list[str]:
    # "Author of introduction, etc." is one role.
    if role := _role(text):
        return [role]
    roles = [_role(part) for part in _LIST.split(text)]
    return [role for role in roles if role] if all(roles) else []


def credited(names: Iterable[str]) -> list[tuple[str, str | None]]:
    """Take the roles off names; a person comes once for each role, or with None."""
    people: list[tuple[str, str | None]] = []
    for text in names:
        if text[-1:] not in _ENDS and "," not in text and not _MAY_HAVE_ROLE.search(text):
            people.append((text, None))
            continue
        name, roles = split_roles(text)
        people += [(name, role) for role in roles] or [(name, None)]
    return people
