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
from random import Random
from typing import TextIO

from ..roles import ROLES

__all__ = ("FAULTS", "HEADER", "generate", "write_csv")

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
    Farm Fever Field Fire Flower Forest Fortress Fountain Gallery Game Garden Ghost Gift Glass Grammar
    Guest Guide Harbour Harvest Heart Heir Herbal History Home Horse Hour House Hunter Inheritance
    Island Journal Journey Judge Key King Kingdom Kitchen Lake Lamp Landscape Language Law Lesson
    Letter Library Lighthouse Machine Map Market Marriage Master Meadow Memoir Memory Merchant Mill
    Mine Mirror Money Monument Moon Morning Mother Mountain Museum Music Mystery Night Novel Ocean
    Office Opera Orchard Painter Palace Paper Parish People Philosophy Physician Pilgrim Poem Port
    Portrait Prince Prison Promise Queen Question Railway Rain Reader Rebellion Religion Republic
    River Road Room Rose Ruin Sailor School Science Sea Season Servant Shadow Ship Shore Sister Sky
    Soldier Song Spring Star Station Stone Storm Story Stranger Street Summer Sword Table Teacher
    Theatre Theory Throne Tide Town Traveller Treasure Tree Trial Valley Village Voice Voyage Wall
    War Water Weather Widow Wind Window Winter Witness Woman Wood Word Workshop World Year
""".split()
_PLACES = """
    Aberdeen Alsace Andalusia Antwerp Arles Athens Bath Bavaria Bergen Berlin Bologna Bombay Boston
    Bristol Brittany Bruges Buenos\xa0Aires Cádiz Cairo Calais Canton Cork Cornwall Córdoba Crete
    Cumbria Delft Devon Dover Dresden Dublin Edinburgh Ghent Genoa Glasgow Granada Hamburg Havana
    Iceland Istanbul Kent Kyoto Lapland Leeds Leiden Leipzig Lima Lisbon London Lübeck Lyon Madrid
    Malta Manchester Marseille Mexico Milan Moscow Munich Naples Norfolk Normandy Orkney Oslo Oxford
    Padua Palermo Paris Peru Pisa Porto Prague Quebec Ravenna Riga Rome Rouen Saxony Seville Siena
    Stockholm Sussex Tangier Toledo Trieste Turin Tuscany Ulster Utrecht Valencia Venice Vienna
    Wales Warsaw York Zürich
""".replace("\n", " ").split(" ")
_PLACES = [place.replace("\xa0", " ") for place in _PLACES if place]
