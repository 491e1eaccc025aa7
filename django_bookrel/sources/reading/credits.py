"""What is said of a person beside the name: roles, and that nobody is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ...roles import find_role

__all__ = (
    "Credit",
    "credited",
    "is_nobody",
    "is_role",
    "may_share_role",
    "share_roles",
    "split_credit",
    "split_roles",
)

_role = lru_cache(1024)(find_role)

_OPENING = {")": "(", "]": "["}
_LIST = re.compile(r"(?:(?<!\s)\s++)?(?:[,;/&]|\band\b|\bund\b|\bet\b)\s*")
_BY = re.compile(r"([^\W\d_][\w. ]{1,24}? (?:by|par|door)) (?=\S)", re.IGNORECASE)
_PLURALS = (
    "eds",
    "editors",
    "translators",
    "illustrators",
    "narrators",
    "photographers",
    "authors",
)
_EITHER = ("hrsg", "hg")
"""Germans write these for one person as well as for several."""
_PLURAL = re.compile(rf"\b(?:{'|'.join(_PLURALS)})\b", re.IGNORECASE)
_MAY_BE_PLURAL = re.compile(rf"\b(?:{'|'.join((*_PLURALS, *_EITHER))})\b", re.IGNORECASE)
# "Ed. Lee" is a name, but nobody is called "Eds.".
_SHORT = re.compile(r"((?:trans|transl|tr|eds?|ill|illus|hrsg|übers|trad|Eds|Hrsg|Hg)\.) (?=\S)")
_MAY_HAVE_ROLE = re.compile(r" (?:[bB]y|par|door) |\A(?:[a-zü]+|Eds|Hrsg|Hg)\. ")
_MAY_BE_SHARED = re.compile(
    rf"{_MAY_BE_PLURAL.pattern}|\b(?:by|par|door) |\b{_SHORT.pattern}", re.IGNORECASE
)
_ENDS = frozenset(")].")
_LABELS = frozenset(
    {
        *("Author", "Editor", "Translator", "Illustrator", "Narrator", "Photographer"),
        *("Contributor", "Herausgeber", "Übersetzer", "Traducteur", "Traductor"),
        *(f"{word}{stop}" for word in (*_PLURALS, *_EITHER) for stop in ("", ".")),
        *(f"{word.title()}{stop}" for word in (*_PLURALS, *_EITHER) for stop in ("", ".")),
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


class Credit(NamedTuple):
    """A name and the texts around it that say a role; ``before + name + after`` is what came."""

    before: str
    """As "edited by "."""
    name: str
    after: str
    """As " (eds.)" or ", editor"."""
    roles: list[str]
    """In the order of the text, each once."""


def is_role(text: str) -> bool:
    """Say whether a text behind a name and a comma is a role: "editor", "ill."."""
    if text in _LABELS:
        return True
    return text[:1].islower() and (len(text) > 4 or text[-1] == ".") and _role(text) is not None


def split_roles(text: str) -> tuple[str, list[str]]:
    """Take roles off a name, as :func:`split_credit` does: give the name and the roles."""
    credit = split_credit(text)
    return credit.name, credit.roles


def split_credit(text: str) -> Credit:
    """
    Split a name from its roles: "Ann Lee (ed.)", "Lee, Ann, editor", "Ann Lee [Editor/Translator]".

    Any other bracket belongs to the name.
    """
    roles: list[str] = []
    name = text
    while name.endswith((")", "]", ").", "].")) and (bracket := _last_bracket(name)):
        before, said = bracket
        found = _roles(said)
        if not found or not before:
            break
        name, roles = before.rstrip(" ,"), [*found, *roles]
    if ", " in name:
        before, _, last = name.rpartition(", ")
        if is_role(last):
            name, roles = before, [*filter(None, [_role(last)]), *roles]
    after = text[len(name) :]
    before = ""
    if (match := _BY.match(name) or _SHORT.match(name)) and (role := _role(match[1])):
        before, name, roles = match[0], name[match.end() :], [role, *roles]
    return Credit(before, name, after, list(dict.fromkeys(roles)))


def _last_bracket(text: str) -> tuple[str, str] | None:
    """Split a bracket at the end, and the full stop behind it, from the text before it."""
    body = text.removesuffix(".")
    opening = _OPENING.get(body[-1:])
    start = body.rfind(opening) if opening else -1
    said = body[start + 1 : -1]
    return (body[:start].rstrip(), said) if start >= 0 and body[-1] not in said else None


def _roles(text: str) -> list[str]:
    # "Author of introduction, etc." is one role.
    if role := _role(text):
        return [role]
    roles = [_role(part) for part in _LIST.split(text)]
    return [role for role in roles if role] if all(roles) else []


def may_share_role(text: str) -> bool:
    """Say whether a cell may have a role that several people share; quickly."""
    return _MAY_BE_SHARED.search(text) is not None


def share_roles(pieces: Sequence[Sequence[str]]) -> list[str]:
    """
    Write a role that several people share with each of them: "Ann Lee (eds.)", "Bo Ek (eds.)".

    A role before a name goes for those behind it, too, one in the plural for those before it, up
    to somebody with a role; a role in the singular only for the one with whom it stands.

    :param pieces: the people of a cell as a semicolon or its like splits them. Only a plural that
        stands with one person alone goes beyond its piece, to others of one person.
    """
    shared: list[str] = []
    beyond = ""
    for piece in reversed(pieces):
        people = _led([split_credit(text) for text in piece])
        after = beyond if len(people) == 1 else ""
        for credit in reversed(people):
            if credit.roles:
                after = credit.after if _MAY_BE_PLURAL.search(credit.after) else ""
                shared.append(credit.before + credit.name + credit.after)
            else:
                shared.append(credit.name + after)
        beyond = after if len(people) == 1 and _PLURAL.search(after) else ""
    return shared[::-1]


def _led(people: Iterable[Credit]) -> list[Credit]:
    found: list[Credit] = []
    for credit in people:
        if found and found[-1].before and not credit.roles:
            found.append(found[-1]._replace(name=credit.name, after=""))
        else:
            found.append(credit)
    return found


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
