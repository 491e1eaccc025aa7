"""
The fields of a MARC 21 bibliographic record as the cells of a table; lists are separated by ``|``.

https://www.loc.gov/marc/bibliographic/ (seen 2026-11). Not read are 880 (the same in another
script), 700 to 711 with $t (works that the book contains or comes from), cancelled numbers ($z),
forenames written out ($q), notes, class marks, places, holdings and links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...folding import normalized
from ...roles import find_role
from ..reading.headings import NOT_OF_THE_BOOK
from ..reading.isbd import find_pages, join_title, without_stop
from ..reading.languages import find_language
from ..reading.numbers import repair_year

__all__ = ("COLUMNS", "DELETED", "NO_BOOKS", "PEOPLE", "PLACES", "SEPARATOR", "TYPE", "cells_of")

TYPE = "LDR type"
"""The column that says what a record describes where that is no book; else it is empty."""
DELETED = "deleted"
ARTICLE = "article"
_TYPES = {
    "c": "printed music",
    "d": "written music",
    "e": "map",
    "f": "drawn map",
    "g": "film",
    "j": "music recording",
    "k": "picture",
    "o": "kit",
    "r": "object",
}
"""
By leader/06. Texts, spoken word (i) and computer files (m) are books: audiobooks and e-books are
coded so.
"""
NO_BOOKS = frozenset({ARTICLE, *_TYPES.values()})

PLACES: Mapping[str, str] = {
    "020 ISBN": "isbn",
    "245 title": "title",
    "1XX author": "author",
    "7XX contributors": "contributors",
    "26X publisher": "publishers",
    "26X date": "year",
    "008 date": "year",
    "008 language": "language",
    "041 languages": "language",
    "300 pages": "pages",
    "8XX series": "series",
    "6XX subjects": "subjects",
    "010 LCCN": "identifiers:lccn",
    "035 OCLC": "identifiers:oclc",
    "0XX identifiers": "identifiers",
}
"""The columns of the table and the fields of a book to which they go."""

COLUMNS = (TYPE, *PLACES)

PEOPLE = ("1XX author", "7XX contributors")

SEPARATOR = " | "

_SUBJECTS = ("600", "610", "611", "630", "647", "648", "650", "651", "655")
_SUBDIVISIONS = "vxyz"
_NO_LANGUAGES = frozenset({"mul", "und", "zxx", "mis", "xxx"})
_VOLUME = re.compile(
    r"(?:vol(?:ume)?|v|no|nr|number|bd|band|bk|book|tome?|t)\b\.?\s*(?=\d)", re.IGNORECASE
)
_ADDITIONS = re.compile(r"(?<!\s)\s*+(?:\[from old catalog\]|\.\.\.)\s*+\Z", re.IGNORECASE)
_SYSTEM_NUMBER = re.compile(r"\(([^()]+)\)\s*(\S.*)")
_OCLC_NUMBER = re.compile(r"(?:oc[mn]|on)\d+", re.IGNORECASE)


def cells_of(record: Any) -> list[str]:
    """
    Give the cells of a record of pymarc, for ``COLUMNS`` in their order.

    What is missing or damaged in a field is an empty cell.
    """
    people = [text for field in _fields(record, "700", "710", "711") for text in _people(field)]
    main = [text for field in _fields(record, "100", "110", "111") for text in _people(field)]
    if not main:
        # A book of several authors may stand under its title.
        main = [text for text in people if text.endswith("]") and _is_author(text)][:1]
        people = [text for text in people if text not in main]
    fixed = _control(record, "008")
    numbers = list(_numbers(record))
    # A separator at the end of a list says that a comma is none.
    others = _listed(f"{s}:{v}" for s, v in numbers if s not in ("lccn", "oclc"))
    return [
        _type(record.leader),
        _listed(text for field in _fields(record, "020") for text in _texts(field, "a")),
        next((title for field in _fields(record, "245") if (title := _title(field))), ""),
        _listed(main),
        _listed(people),
        _listed(_publishers(record)),
        _date(record),
        fixed[7:11] if fixed[7:11].isdigit() else "",
        _listed(_languages([fixed[35:38]])),
        _listed(_languages(text for f in _fields(record, "041") for text in _texts(f, "a"))),
        find_pages(" ".join(t for f in _fields(record, "300") for t in _texts(f, "a"))),
        _listed(_series(record)),
        _listed(_subjects(record)),
        _listed(value for scheme, value in numbers if scheme == "lccn"),
        _listed(value for scheme, value in numbers if scheme == "oclc"),
        f"{others} |" if "," in others else others,
    ]


def _type(leader: Any) -> str:
    if leader[5] == "d":
        return DELETED
    return ARTICLE if leader[7] in ("a", "b") else _TYPES.get(leader[6], "")


def _fields(record: Any, *tags: str) -> Iterator[Any]:
    for field in record.fields:
        if field.tag in tags and not field.control_field:
            yield field


def _control(record: Any, tag: str) -> str:
    return next((field.data or "" for field in record.fields if field.tag == tag), "")


def _texts(field: Any, codes: str) -> list[str]:
    return [text for each in field.subfields if each.code in codes and (text := each.value.strip())]


def _listed(texts: Iterable[str]) -> str:
    plain = (text.replace("|", "/").replace(";", ",").strip() for text in texts)
    return SEPARATOR.join(dict.fromkeys(filter(None, plain)))


def _title(field: Any) -> str:
    title = ""
    for each in field.subfields:
        part = normalized("NFC", each.value).strip() if each.code in "abnps" else ""
        if title and part and title[-1] not in ".,:;=/?!":
            # Newer records leave the punctuation to the program that shows them.
            title += " :" if each.code == "b" else "."
        title += f" {part}" if part else ""
    return join_title(title)


def _heading(field: Any) -> str:
    if field.tag[1:] == "00":
        name = " ".join(_texts(field, "ab")).rstrip(" ,")
        parts = [name, *_texts(field, "c"), *_texts(field, "d")]
        heading = ", ".join(filter(None, (part.rstrip(" ,") for part in parts)))
    else:
        heading = " ".join(_texts(field, "abcdnq"))
    heading = without_stop(_ADDITIONS.sub("", heading))
    return heading[1:-1] if heading[:1] + heading[-1:] == "[]" else heading


def _people(field: Any) -> Iterator[str]:
    heading = _heading(field)
    if not heading or (_texts(field, "t") and field.tag[0] == "7"):
        return
    # A code may be an address that ends in it.
    said = _texts(field, "j4" if field.tag[1:] == "11" else "e4")
    said = [role.strip(" .,").rpartition("/")[2] for role in said]
    # What a code says, a term often says once more in the library's language.
    known = [role for role in map(find_role, said) if role]
    roles = list(dict.fromkeys(known or said))
    if not roles:
        yield heading
    for role in roles:
        if role.casefold() not in NOT_OF_THE_BOOK:
            is_main = field.tag[0] == "1" and role == "co-author"
            yield heading if is_main else f"{heading} [{role}]"


def _is_author(text: str) -> bool:
    return text.endswith("[co-author]")


def _publishers(record: Any) -> Iterator[str]:
    for field in _imprints(record):
        for name in _texts(field, "b"):
            yield name.rstrip(" ,:;").removeprefix("[").removesuffix("]")


def _imprints(record: Any) -> list[Any]:
    published = [field for field in _fields(record, "264") if field.indicator2 == "1"]
    return published or list(_fields(record, "260"))


def _date(record: Any) -> str:
    copyrighted = [field for field in _fields(record, "264") if field.indicator2 == "4"]
    dates = [date for f in (*_imprints(record), *copyrighted) for date in _texts(f, "c")]
    return (repair_year(dates[0]) or dates[0]) if dates else ""


def _languages(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        # Older records have several in one.
        for code in re.findall("[a-z]{3}", text.lower()):
            if code not in _NO_LANGUAGES:
                yield find_language(code) or code


def _series(record: Any) -> Iterator[str]:
    traced = list(_fields(record, "800", "810", "811", "830"))
    for field in _fields(record, "440", "490"):
        # "1": it stands in a field above once more, as the library writes it.
        if not (traced and field.tag == "490" and field.indicator1 == "1"):
            yield _numbered(" ".join(_texts(field, "anp")), field)
    for field in traced:
        yield _numbered(" ".join(_texts(field, "anp" if field.tag == "830" else "tnp")), field)


def _numbered(name: str, field: Any) -> str:
    number = next(iter(_texts(field, "v")), "").rstrip(" .,;:")
    number = number[match.end() :] if (match := _VOLUME.match(number)) else number
    name = join_title(name)
    return f"{name} #{number}" if name and number else name


def _subjects(record: Any) -> Iterator[str]:
    for field in record.fields:
        if field.tag == "653":
            yield from _texts(field, "a")
        elif field.tag in _SUBJECTS:
            person = field.tag == "600"
            name = [_heading(field), *_texts(field, "t")] if person else _texts(field, "abcdnpqt")
            main = without_stop(" ".join(filter(None, name)))
            parts = [without_stop(text) for text in _texts(field, _SUBDIVISIONS)]
            yield " -- ".join(filter(None, [main, *parts]))


def _numbers(record: Any) -> Iterator[tuple[str, str]]:
    for field in _fields(record, "010"):
        yield from (("lccn", text) for text in _texts(field, "a"))
    agency, number = _control(record, "003").strip(), _control(record, "001").strip()
    if number and (agency or _OCLC_NUMBER.fullmatch(number)):
        yield _system_number(agency or "OCoLC", number)
    for field in _fields(record, "035"):
        for text in _texts(field, "a"):
            if match := _SYSTEM_NUMBER.fullmatch(text):
                yield _system_number(match[1], match[2])
    for field in _fields(record, "015", "024"):
        for scheme in _texts(field, "2"):
            yield from ((scheme.lower(), text) for text in _texts(field, "a"))
    if record.leader[7] == "s":
        for field in _fields(record, "022"):
            yield from (("issn", text) for text in _texts(field, "a"))


def _system_number(agency: str, number: str) -> tuple[str, str]:
    scheme = {"OCoLC": "oclc", "DLC": "lccn"}.get(agency, agency.lower().replace(":", "-"))
    return scheme, number
