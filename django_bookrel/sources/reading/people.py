"""
People in one cell of a foreign file, split where that is certain.

A comma may separate people ("J.K. Rowling, Mary GrandPré") or stand in a name ("Rowling, J. K.");
which of the two is decided for a whole column from its first records. What stays unclear is kept as
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import chain, pairwise

from .additions import is_addition
from .credits import may_share_role, share_roles, split_credit, split_roles

__all__ = ("Commas", "learn_commas", "split_people", "split_people_at")


class Commas(Enum):
    """What a comma does in the cells of a column."""

    BETWEEN_NAMES = "between names"
    WITHIN_NAMES = "within names"
    UNCLEAR = "unclear"


_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# A full-width comma may stand within a name: "ドイル，アーサー".
_STRONG = re.compile(r"[;|、；]+|\s/\s")
_COMMA = re.compile(",")
_AND = re.compile(" (?:&|and|und|et|och|og|with|w/|mit|avec) ")
_LEADING_AND = re.compile(r"\A(?:&|and|und|et|och|og|with|w/|mit|avec) ")
# The second of two in catalogues of the British Library: "BEAUMONT, Francis and FLETCHER (John)".
_SECOND = re.compile(
    r"(?P<first>.+?),? and (?:(?P<surname>[^\W\d_a-z][^()]*?),? )?"
    r"\((?P<given>[^()]*)\),? ?(?P<rest>.*)"
)
_LONGEST_TWO = 500
"""Characters; the pattern takes quadratic time."""
_ET_AL = re.compile(
    r"(?<![\s,])[\s,]*+[\[(]?(?:\.{3}|…)?\s?\b(?:et\.? al\b|and others\b|u\. ?a\.)\.?[\])]?\Z"
)
_MAY_NAME_OTHERS = re.compile(r"\bal\b|others\b|u\. ?a\.")
_ENDS_IN_INITIAL = re.compile(r"\s\w\.\Z")
_PARTICLE = re.compile(r"(?:van|von|de|du|des|del|della|di|da|le|la|ter|ten|zu)\s")
_INITIALS = re.compile(r"(?:\w{1,2}\.[\s-]?)+")
_INITIALS_ALONE = re.compile(rf"{_INITIALS.pattern}(?:\s?[(\[].*|{_AND.pattern}.*)?")
_NOBLE = re.compile(r"(?:Lord|Lady|Sir|Dame|(?:Visc|C)ount(?:ess)?|Baron(?:ess)?|Marquess) ")
_DATED = re.compile(r",[^(\[,0-9]*+[0-9]")
_MAY_SPLIT_AT_ROLE = re.compile(r"[)\]]\.?\s?,|,[^,]* (?:by|par|door) ", re.IGNORECASE)
_CORPORATE = re.compile(
    r"\b(?:of|for|the|on|in|sons|magazine|editors|staff|books|publications)\b", re.IGNORECASE
)
_BODY = re.compile(
    r"\b(?:company|corporation|press|group|society|institute|university|inc|ltd|museum|société"
    r"|académie|verein|gesellschaft|department|ministry|association|committee|club|council"
    r"|foundation|commission|agency|bureau|office|library|federation|union|organi[sz]ation"
    r"|ministère|ministerium|institut|universität|université)\b",
    re.IGNORECASE,
)
_HAS_SEPARATOR = re.compile(
    r"[;|、；,&\n\r\t]| (?: |(?:/|and|und|et|och|og|with|w/|mit|avec)\s|u\. ?a\.)"
)


def _split(separator: re.Pattern[str], text: str) -> list[str]:
    if "(" not in text and "[" not in text:
        return separator.split(text)
    # Separators within brackets are hidden: "[Author of introduction, etc.]".
    hidden = _BRACKETED.sub(lambda match: "x" * len(match[0]), text)
    parts = []
    start = 0
    for match in separator.finditer(hidden):
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def _comma_parts(text: str) -> list[str]:
    return split_people_at(text, _COMMA)


def split_people_at(text: str, separator: re.Pattern[str]) -> list[str]:
    """
    Split people at the separator that a format puts between them, and only there.

    Within brackets it does not count, and what follows a name and a comma ("Jr.") stays with it.
    """
    parts: list[list[str]] = []
    for part in map(str.strip, _split(separator, text)):
        if parts and (not part or is_addition(part)):
            parts[-1] += [part] if part else []
        else:
            parts.append([part])
    return list(map(", ".join, parts))


def _is_single_word(text: str) -> bool:
    return " " not in text or bool(_INITIALS.fullmatch(text))


def _is_inverted(first: str, second: str) -> bool:
    """Say whether two parts look like a surname and forenames: "Le Guin, Ursula K."."""
    single = _is_single_word(first) or _is_single_word(second)
    return single or bool(_ENDS_IN_INITIAL.search(second) or _PARTICLE.match(first))


def learn_commas(cells: Iterable[str]) -> Commas:
    """
    Find out what commas do in a column.

    Names stand in natural order if most cells without a comma hold two or more words; the surname
    stands first if most cells are two parts that look like surname and forenames.

    :param cells: the cells of the first records; empty ones do not count.
    """
    plain = plain_names = inverted = lists = 0
    for cell in cells:
        for piece in _pieces(cell):
            texts = filter(None, map(str.strip, _BRACKETED.sub("", piece).split(",")))
            parts = [part for index, part in enumerate(texts) if not (index and is_addition(part))]
            if len(parts) < 2:
                plain += len(parts)
                plain_names += " " in "".join(parts)
            elif len(parts) == 2 and _is_inverted(*parts):
                inverted += 1
            else:
                lists += 1
    if inverted > lists:
        return Commas.WITHIN_NAMES if inverted + lists > plain_names else Commas.UNCLEAR
    if inverted == lists > plain_names:
        return Commas.UNCLEAR
    return Commas.BETWEEN_NAMES if plain_names * 2 >= plain else Commas.UNCLEAR


def split_people(text: str, commas: Commas) -> list[str]:
    """
    Split the people of a cell.

    ``;``, ``|``, ``、`` and `` / `` always split; line ends do where each line holds whole names.
    "and", "with", ``&`` and their like in some languages split full names, but no firm or office
    ("Department of Health and Human Services"). "et al." is left out, runs of spaces become one,
    and a person who is named twice comes once. A role that several people share is written with
    each: see :func:`~.credits.share_roles`.
    """
    if not _HAS_SEPARATOR.search(text):
        return [text] if text else []
    pieces = [_names(_without_others(" ".join(piece.split())), commas) for piece in _pieces(text)]
    people = share_roles(pieces) if may_share_role(text) else list(chain.from_iterable(pieces))
    first_spellings: dict[str, str] = {}
    for name in people:
        first_spellings.setdefault(name.casefold(), name)
    return list(first_spellings.values())


def _without_others(text: str) -> str:
    if not _MAY_NAME_OTHERS.search(text):
        return text
    # "Ann Lee et al. (eds.)" keeps its role.
    credit = split_credit(text)
    return credit.before + _ET_AL.sub("", credit.name) + credit.after


def _pieces(text: str) -> list[str]:
    return [line for piece in _split(_STRONG, text) for line in _lines(piece)]


def _lines(text: str) -> list[str]:
    if "\n" not in text and "\r" not in text:
        return [text]
    lines = [line for each in re.split("[\r\n]", text) if (line := each.strip())]
    is_body = _CORPORATE.search(text) or _BODY.search(text)
    return lines if all(map(_is_whole_line, lines)) and not is_body else [text]


def _is_whole_line(line: str) -> bool:
    """Say whether a line holds whole names: "Max Müller" or "Müller, Max"; "Le Guin" may go on."""
    if line.strip(",") != line:
        return False
    parts = _comma_parts(line)
    if len(parts) == 2 and (_is_single_word(parts[0]) or _PARTICLE.match(parts[0].lower())):
        return True
    return all(map(_is_whole_in_order, parts))


def _is_whole_in_order(name: str) -> bool:
    name = _BRACKETED.sub("", name).partition(",")[0].strip()
    if _is_single_word(name) or _ENDS_IN_INITIAL.search(name) or _PARTICLE.match(name.lower()):
        return False
    # "and" at the start or the end of a line says that the name is not all of it.
    initials = name[0] + name[name.rfind(" ") + 1]
    return initials.isalpha() and not any(map(str.islower, initials))


def _names(text: str, commas: Commas) -> list[str]:
    text = text.strip(" ,")
    may_be_two = " and " in text and len(text) <= _LONGEST_TWO
    if may_be_two and (match := _SECOND.fullmatch(text)):
        # A brother or sister has only a forename: "HALE, Edward Everett and (Susan)".
        surname = match["surname"] or match["first"].partition(",")[0]
        if surname.replace("afterwards", "").isupper():
            second = ", ".join(filter(None, (surname, match["given"].strip())))
            return [match["first"], f"{second} {match['rest']}".rstrip()]
    return [name for part in _by_commas(text, commas) for name in _by_and(part, commas) if name]


def _by_commas(text: str, commas: Commas) -> list[str]:
    if "," not in text:
        return [text]
    if commas is not Commas.BETWEEN_NAMES:
        return _at_roles(text) if _MAY_SPLIT_AT_ROLE.search(text) else [text]
    parts = _comma_parts(text)
    # "King, Stephen" among names in natural order may be one person or two.
    if len(parts) == 2 and all(map(_is_single_word, parts)):
        return [text]
    if any(" " not in first and _follows_one(second) for first, second in pairwise(parts)):
        return [text]
    if any(map(_INITIALS_ALONE.fullmatch, parts)):
        parts = _with_initials(parts) or [text]
    parts = [_LEADING_AND.sub("", part, count=1) for part in parts]
    if _BODY.search(text) and not all(map(_is_whole, parts)):
        return [text]
    return parts


def _at_roles(text: str) -> list[str]:
    """Split people at commas that are certain in any column: behind "(ed.)", before "edited by"."""
    people: list[list[str]] = []
    is_ended = False
    for part in _comma_parts(text):
        credit = split_credit(part)
        if not people or credit.before or (is_ended and part[0] not in "(["):
            people.append([_LEADING_AND.sub("", part, count=1)])
        else:
            people[-1].append(part)
        is_ended = credit.after.endswith((")", "]", ").", "]."))
    return list(map(", ".join, people)) if len(people) > 1 else [text]


def _follows_one(text: str) -> bool:
    """Say whether a text may belong to the word before it: "Lord Tennyson", "Ann, 1920-1990"."""
    return bool(_NOBLE.match(text) or _DATED.search(text))


def _with_initials(parts: Sequence[str]) -> list[str]:
    """
    Join initials to their surname: "Lewis, C. S.".

    :returns: [] if another part may be half of a name, too.
    """
    initials = {place for place, part in enumerate(parts) if _INITIALS_ALONE.fullmatch(part)}
    surnames = {place - 1 for place in initials}
    others = set(range(len(parts))) - initials - surnames
    if -1 in surnames or surnames & initials or any(" " in parts[place] for place in surnames):
        return []
    if any(_is_single_word(parts[place]) or place + 1 in others for place in others):
        return []
    return [
        f"{part}, {parts[place + 1]}" if place in surnames else part
        for place, part in enumerate(parts)
        if place not in initials
    ]


def _is_whole(text: str) -> bool:
    """Say whether a text may be a name, not a fragment of an office's: "Labour and Welfare"."""
    return not any(map(_is_single_word, _split(_AND, text)))


def _by_and(text: str, commas: Commas) -> list[str]:
    parts = _split(_AND, text)
    if len(parts) == 1:
        return [text]
    # "Bo Ek (editors)" is no office.
    names = [split_roles(part)[0] for part in parts]
    if any(_CORPORATE.search(name) or _BODY.search(name) for name in names):
        return [text]
    return parts if all(_is_full_name(name, commas) for name in names) else [text]


def _is_full_name(text: str, commas: Commas) -> bool:
    if text[:1].islower():
        return False
    if "," in text and commas is not Commas.WITHIN_NAMES:
        return len(_comma_parts(text)) == 1
    return not _is_single_word(text)
