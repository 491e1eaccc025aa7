"""
Made-up catalogues of any size, in the package's own CSV: the same for the same arguments, for ever.

Everything is plausible and nothing is real: people, publishers, series and subjects come from pools
that grow with the number of rows, few of them have many books and most have one or two, several
people have a part in a book, one name in eight is not ASCII. A row takes a few microseconds and no
memory, so a test can make the file that it needs, and a benchmark one of millions of rows.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import TextIO

from ..roles import ROLES

__all__ = ("FAULTS", "HEADER", "generate", "isbn_of", "person_of", "title_of", "write_csv")

HEADER = (
    "isbn",
    "title",
    "author",
    "contributors",
    "publishers",
    "year",
    "language",
    "pages",
    "series",
    "subjects",
    "identifiers",
)
"""The columns of a row, in the order of the file."""

FAULTS = (
    ("isbn", "9780000000000"),
    ("title", ""),
    ("year", "MCMXCVII"),
    ("pages", "-1"),
    ("identifiers", "an identifier without a scheme"),
)
"""What is wrong in a bad line: its column and cell are ``FAULTS[line % len(FAULTS)]``."""

_GIVEN = """
    Ada Agnes Albert Alice Amos Anna Arthur Astrid Barbara Basil Beatrice Bernard Bertha Carl Carmen
    Cecil Clara Cora Daniel David Diana Doris Edgar Edith Eleanor Elias Émile Emma Ernest Esther Eva
    Fanny Felix Flora Frank Frida George Gerda Grace Greta Gustav Hanna Harold Hazel Helen Henry
    Hilda Hugo Ida Inés Irene Isaac Ivan Ivy Jakob James Jane Joan Jonas José Joseph Judith Julia
    Karin Karl Käthe Kirsten Laura Leo Leon Lewis Lily Louis Lucy Ludwig Mabel Magda Marcel Margaret
    Maria Martha Martin Mary Maud Max May Miles Mona Nadia Nora Olga Olive Oscar Otto Pablo Paul
    Pauline Peter Philip Rafael Ralph René Rhoda Rosa Rose Rudolf Ruth Samuel Sara Selma Sigrid
    Simon Sofia Søren Stella Stephen Susan Sylvia Thea Theodor Thomas Tobias Ursula Vera Victor
    Viola Virginia Walter Wanda Wilfred William Zoë Мария Иван Ольга
""".split()
_FAMILY = """
    Abbott Adler Ahlberg Albright Alcott Álvarez Anders Archer Ashby Atwell Bachmann Baines Baker
    Barlow Barnes Beck Becker Bell Benson Berg Bianchi Birch Blackwood Blake Böhm Bolton Bonnet
    Booth Borges Bowen Bradley Brandt Braun Brenner Brontë Brooks Burton Byrne Cabrera Calder Carr
    Castillo Chandler Clarke Cole Collier Conrad Cooper Corbett Costa Crane Cross Curie Dahl Dalton
    Davies Dawson Dean Delgado Dietrich Donovan Doyle Drake Dubois Duncan Dupont Dvořák Eaton Eliot
    Ellis Engel Evans Falk Farrow Faust Ferrari Fischer Fletcher Flynn Fontaine Forster Fox Frost
    Fuchs Fuller Gale García Gardner Garnett Gibson Gilbert Girard Goddard Gould Graham Grant Graves
    Greene Griffin Grimm Haas Hall Hansen Harding Hardy Harper Hart Hayes Heine Hendricks Herbert
    Hesse Hoffmann Holm Holt Hopkins Horvath Howe Huber Hughes Hunt Ibsen Iversen Jansen Jensen
    Johansson Jung Kafka Kaiser Keller Kemp Kerr King Klein Knight Koch Kovács Kraus Krüger Lambert
    Lang Larsen Laurent Lawson Leclerc Lehmann Lindgren Lloyd Lorenz Lowell Lund Madsen Mann Marino
    Marsh Martel Mason Mayer Mercer Meyer Miller Moore Morel Moreno Morris Müller Murdoch Nash
    Nielsen Nolan Norris Novak Oakley Olsen Ortega Osborne Page Palmer Parker Pearce Perez Petit
    Porter Powell Quinn Ramsey Reed Reyes Richter Rivera Roche Rossi Rousseau Rowe Russell Sanders
    Santos Schäfer Schmidt Schneider Schultz Sharp Shaw Silva Singer Sloane Sommer Sorel Stark
    Steiner Stern Stone Strand Swift Sørensen Tanner Taylor Thorne Torres Turner Vance Varga Vidal
    Vogel Wagner Walsh Ward Watson Weber Wells Werner West Whitman Wilde Winter Wolf Wood Wright
    Yates Young Zimmer Zola Петрова Соколов
""".split()
_ADJECTIVES = """
    Ancient Bitter Blue Bright Broken Burning Common Cruel Dark Distant Divided Early Empty Endless
    Eternal Faithful False Fallen Final First Forgotten Frozen Gentle Golden Great Green Grey Hidden
    Hollow Honest Hungry Idle Invisible Iron Last Late Lesser Little Living Lonely Long Lost Modern
    Narrow New Noble Northern Old Open Patient Perfect Plain Poor Private Proud Quiet Red Restless
    Sacred Salt Second Secret Severed Silent Silver Simple Sleeping Small Southern Stolen Strange
    Sudden Sunken Sweet Tender Third Torn True Unknown Unwritten Useful Vast Wandering Western White
    Wicked Wild Wise Wooden Young
""".split()
_NOUNS = """
    Album Almanac Anchor Anthology Archive Arithmetic Art Atlas Bargain Battle Bell Biography Bird
    Border Bridge Brother Cabinet Calendar Canal Captain Castle Cathedral Century Chapel Child City
    Clock Coast Colony Companion Compass Conquest Cook Country Court Crossing Crown Dance Daughter
    Dictionary Doctor Door Dream Duchess Empire Engine Essay Exile Expedition Fable Factory Family
    Farm Fever Field Fire Flower Forest Fortress Fountain Gallery Game Garden Ghost Gift Glass
    Grammar Guest Guide Harbour Harvest Heart Heir Herbal History Home Horse Hour House Hunter
    Inheritance Island Journal Journey Judge Key King Kingdom Kitchen Lake Lamp Landscape Language
    Law Lesson Letter Library Lighthouse Machine Map Market Marriage Master Meadow Memoir Memory
    Merchant Mill Mine Mirror Money Monument Moon Morning Mother Mountain Museum Music Mystery Night
    Novel Ocean Office Opera Orchard Painter Palace Paper Parish People Philosophy Physician Pilgrim
    Poem Port Portrait Prince Prison Promise Queen Question Railway Rain Reader Rebellion Religion
    Republic River Road Room Rose Ruin Sailor School Science Sea Season Servant Shadow Ship Shore
    Sister Sky Soldier Song Spring Star Station Stone Storm Story Stranger Street Summer Sword Table
    Teacher Theatre Theory Throne Tide Town Traveller Treasure Tree Trial Valley Village Voice
    Voyage Wall War Water Weather Widow Wind Window Winter Witness Woman Wood Word Workshop World
    Year
""".split()
_PLACES = """
    Aberdeen Alsace Andalusia Antwerp Arles Athens Bath Bavaria Bergen Berlin Bologna Bombay Boston
    Bristol Brittany Bruges Cádiz Cairo Calais Canton Cork Cornwall Córdoba Crete
    Cumbria Delft Devon Dover Dresden Dublin Edinburgh Ghent Genoa Glasgow Granada Hamburg Havana
    Iceland Istanbul Kent Kyoto Lapland Leeds Leiden Leipzig Lima Lisbon London Lübeck Lyon Madrid
    Malta Manchester Marseille Mexico Milan Moscow Munich Naples Norfolk Normandy Orkney Oslo Oxford
    Padua Palermo Paris Peru Pisa Porto Prague Quebec Ravenna Riga Rome Rouen Saxony Seville Siena
    Stockholm Sussex Tangier Toledo Trieste Turin Tuscany Ulster Utrecht Valencia Venice Vienna
    Wales Warsaw York Zürich
""".split()
_IMPRINTS = (
    "Books",
    "Press",
    "Verlag",
    "House",
    "Editions",
    "& Sons",
    "Publishing",
    "University Press",
)
_MIDDLES = ("", " A.", " C.", " E.", " J.", " L.", " M.", " W.")
_TITLES = (
    "The {} {} of {}",
    "{} {} in {}",
    "Our {} {}: {} Remembered",
    "The {} {} and Other Stories from {}",
)
_LANGUAGES = ("eng", "eng", "eng", "eng", "ger", "fre", "spa", "ita", "rus", "")
_ROLES = tuple(ROLES)
_TITLE_COUNT = len(_ADJECTIVES) * len(_NOUNS) * len(_PLACES)
_PERSON_COUNT = len(_GIVEN) * len(_FAMILY) * len(_MIDDLES)
# A prime that divides no number of combinations: neighbours look unlike, and each comes once before
# any comes again.
_STRIDE = 1_000_003

_cached = lru_cache(2**14)


def generate(
    rows: int,
    *,
    seed: int = 0,
    isbn_share: float = 0.9,
    changed: float = 0.0,
    bad_lines: Collection[int] = (),
) -> Iterator[dict[str, str]]:
    """
    Yield the rows of a catalogue as cells by column, in the order of ``HEADER``.

    No two rows are one book. ISBNs are valid; half of the rows without one have an identifier, the
    others nothing but title, author and year. One row in ten has no author. The pool of authors is
    a quarter of the rows, that of publishers a fiftieth.

    :param seed: another seed, another catalogue.
    :param isbn_share: the share of rows that have an ISBN, 0 to 1.
    :param changed: the share of rows whose title is another than in the catalogue that is generated
        without it, 0 to 1: a second delivery. Rows that only the title identifies never change.
    :param bad_lines: lines of the file, the header being line 1, that no import can take; see
        ``FAULTS``. The other rows are the same as without them.
    """
    # Of all that random.Random can do, random() alone is promised to stay the same.
    random, change = Random(seed).random, Random(~seed).random
    people, publishers = max(8, rows // 4), max(8, rows // 50)
    series, subjects = max(8, rows // 40), max(8, rows // 100)
    for number in range(rows):
        code = (number * 618_033_989 + seed * 271_828_183) % 10**9
        u = random()
        has_isbn = u < isbn_share
        nameless = u > (1 + isbn_share) / 2
        row = {
            "isbn": isbn_of(code) if has_isbn else "",
            "title": title_of(number, seed),
            "author": person_of(_skewed(random(), people)) if random() < 0.9 else "",
            "contributors": _contributors(random(), random(), random(), people),
            "publishers": _publishers(random(), random(), publishers),
            "year": str(2025 - _skewed(random(), 175)) if random() < 0.97 else "",
            "language": _LANGUAGES[int(random() * len(_LANGUAGES))],
            "pages": str(32 + int(random() * 868)) if random() < 0.96 else "",
            "series": _series(random(), random(), series) if random() < 0.15 else "",
            "subjects": _subjects(random(), random(), subjects),
            "identifiers": "" if nameless else _identifiers(code, random() if has_isbn else 0),
        }
        if change() < changed and not nameless:
            row["title"] += ", Revised"
        if number + 2 in bad_lines:
            column, cell = FAULTS[(number + 2) % len(FAULTS)]
            row[column] = cell
        yield row


def write_csv(
    file: TextIO,
    rows: int,
    *,
    columns: Sequence[str] = HEADER,
    seed: int = 0,
    isbn_share: float = 0.9,
    changed: float = 0.0,
    bad_lines: Collection[int] = (),
) -> None:
    """
    Write a catalogue as a native CSV file, one line a row.

    :param file: opened with ``newline=""`` and ``encoding="utf-8"``.
    :param columns: those of ``HEADER`` that the file has, in their order. Without "identifiers" a
        row that has no ISBN is identified by title, author and year alone.

    The other parameters are those of :func:`generate`.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    made = generate(rows, seed=seed, isbn_share=isbn_share, changed=changed, bad_lines=bad_lines)
    if tuple(columns) == HEADER:
        writer.writerows(row.values() for row in made)
    else:
        writer.writerows([row[column] for column in columns] for row in made)


def _skewed(u: float, pool: int) -> int:
    return int(u * u * pool)


def isbn_of(code: int) -> str:
    """Return the ISBN of a number below 10**9."""
    digits = f"978{code:09}"
    # Character codes serve as digits: 48, the code of "0", counts 24 times and leaves 2.
    codes = digits.encode()
    return f"{digits}{(2 - sum(codes[::2]) - 3 * sum(codes[1::2])) % 10}"


def title_of(number: int, seed: int) -> str:
    """Return the title of a number; another one for each."""
    volume, place = divmod(number, _TITLE_COUNT)
    rest, place = divmod((place * _STRIDE + seed * 7_919) % _TITLE_COUNT, len(_PLACES))
    adjective, noun = divmod(rest, len(_NOUNS))
    pattern = _TITLES[(adjective + place) % len(_TITLES)]
    title = pattern.format(_ADJECTIVES[adjective], _NOUNS[noun], _PLACES[place])
    return f"{title}, Volume {volume + 1}" if volume else title


@_cached
def person_of(number: int) -> str:
    """Return the name of a number; another one, with another key, for each."""
    generation, place = divmod(number, _PERSON_COUNT)
    rest, given = divmod(place * _STRIDE % _PERSON_COUNT, len(_GIVEN))
    middle, family = divmod(rest, len(_FAMILY))
    name = f"{_GIVEN[given]}{_MIDDLES[middle]} {_FAMILY[family]}"
    return f"{name} ({generation + 1})" if generation else name


def _contributors(u: float, who: float, role: float, pool: int) -> str:
    if u < 0.6:
        return ""
    first, value = _skewed(who, pool), _ROLES[_skewed(role, len(_ROLES))]
    count = 1 if u < 0.85 else 2 if u < 0.95 else 3
    return "|".join([f"{person_of((first + 3 * i) % pool)} ({value})" for i in range(count)])


def _placed(name: str, number: int) -> str:
    if not number:
        return name
    cycle, place = divmod(number, len(_PLACES))
    return f"{name}, {_PLACES[place]} {cycle}" if cycle else f"{name}, {_PLACES[place]}"


@_cached
def _publisher(number: int) -> str:
    rest, family = divmod(number, len(_FAMILY))
    rest, imprint = divmod(rest, len(_IMPRINTS))
    return _placed(f"{_FAMILY[family]} {_IMPRINTS[imprint]}", rest)


def _publishers(u: float, who: float, pool: int) -> str:
    number = _skewed(who, pool)
    name = _publisher(number)
    return name if u < 0.8 else f"{name}|{_publisher((number + 1) % pool)}"


def _series(u: float, which: float, pool: int) -> str:
    rest, noun = divmod(_skewed(which, pool), len(_NOUNS))
    return f"{_placed(f'{_NOUNS[noun]} Series', rest)} #{int(u * 12) + 1}"


@_cached
def _subject(number: int) -> str:
    rest, noun = divmod(number, len(_NOUNS))
    return _placed(_NOUNS[noun], rest)


def _subjects(u: float, what: float, pool: int) -> str:
    first = _skewed(what, pool)
    return "|".join([_subject((first + 2 * i) % pool) for i in range(int(u * 3) + 1)])


def _identifiers(code: int, u: float) -> str:
    if u < 0.3:
        return f"goodreads:{code}"
    return f"goodreads:{code}|oclc:{code}" if u < 0.4 else ""
