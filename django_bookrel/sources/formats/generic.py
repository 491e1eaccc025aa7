"""
Any table of books, by the names of its columns or a mapping.

Names are compared without case, accents, spaces and punctuation, in several languages; ``#``, "No."
or "Nr." behind that of a series means the number in it. A mapped column takes the place of the
columns that would go to the same target; the others keep theirs. Where several columns mean one
field, the first that is not empty counts, in the order of its list below. Columns named after a
field are read as this field. Tags and shelves are a reader's own and go nowhere unless mapped.

Comma, semicolon, tab or ``|``; a text with tabs mostly has no quoting. Quotes within quotes are
doubled, or stand behind a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import ClassVar
from unicodedata import combining

from ...folding import normalized
from ..base import Dialect, Target
from ..reading.mapped import MappedSource

__all__ = ("GenericSource",)

_NAMES = {
    "isbn": "isbn 13, isbn, isbn 10, isbns, isbn/uid, isbn number, ean, ean 13",
    "title": """
        title, book title, full title, titre, titre du livre, titel, buchtitel, título,
        título del libro, título do livro, titolo, otsikko, tytuł, название
    """,
    "title:subtitle": """
        subtitle, sub title, sous-titre, untertitel, subtítulo, sottotitolo, ondertitel, undertitel,
        alaotsikko, podtytuł
    """,
    "author": """
        author, authors, book author, author name, authors name, author names, main author,
        primary author, first author, writer, writers, auteur, auteurs, autor, autoren, autorin,
        autor/in, verfasser, autores, autor(es), autore, autori, schrijver, författare, forfatter,
        kirjailija, автор
    """,
    "contributors": """
        contributors, contributor, other contributors, contributeurs, mitwirkende, contribuidores,
        colaboradores, additional authors, additional author, other authors, secondary author,
        secondary authors, weitere autoren
    """,
    "contributors:co-author": """
        co-authors, co-author, second author, author 2, author 3, author 4, coauteurs, mitautoren
    """,
    "contributors:editor": "editor, editors, edited by, herausgeber, herausgeberin, hrsg, curatore",
    "contributors:translator": """
        translator, translators, translated by, translator name, traducteur, traducteurs,
        traductrice, übersetzer, übersetzerin, übersetzung, traductor, traductores, tradutor,
        traduttore, vertaler, översättare, oversetter, oversætter, kääntäjä, tłumacz, переводчик
    """,
    "contributors:illustrator": """
        illustrator, illustrators, illustrated by, illustrateur, illustrateurs, illustratorin,
        ilustrador, illustratore, illustratör, illustratør, иллюстратор
    """,
    "contributors:narrator": "narrator, narrators, narrated by, read by, narrateur, sprecher",
    "contributors:introduction": "introduction by, foreword by, preface by, introducer",
    "contributors:photographer": "photographer, photographers, photographe, fotograf, fotógrafo",
    "publishers": """
        publisher, publishers, publisher name, publishing house, éditeur, éditeurs,
        maison d'édition, verlag, verlage, editorial, editora, editore, casa editrice, uitgever,
        uitgeverij, förlag, forlag, kustantaja, wydawnictwo, издательство
    """,
    "year": """
        year, publication year, year published, year of publication, published year,
        publishing year, pub year, release year, original publication year, année,
        année de publication,
        année d'édition, jahr, erscheinungsjahr, año, año de publicación, ano, ano de publicação,
        anno, anno di pubblicazione, jaar, år, utgivningsår, rok, год, publication date, pub date,
        date of publication, date published, published date, published, date de publication,
        date de parution, erscheinungsdatum, erschienen, fecha de publicación, date
    """,
    "language": """
        language, languages, language code, lang, langue, langues, sprache, sprachen, idioma,
        lengua, língua, lingua, taal, språk, kieli, język, язык
    """,
    "pages": """
        pages, number of pages, page count, num pages, no of pages, no pages, nb pages,
        nombre de pages, seiten, seitenzahl, seitenanzahl, páginas, número de páginas, pagine,
        numero di pagine, aantal pagina's, sidor, sider
    """,
    "series": "series, series name, series title, book series, série, reihe, serie, buchreihe",
    "series:number": """
        series number, series index, series position, number in series, no in series,
        number within series, position in series, book number, bandnummer, numéro de série
    """,
    "subjects": """
        subjects, subject, subject headings, topics, topic, genres, genre, categories, category,
        keywords, keyword, sujets, sujet, matières, schlagwörter, schlagworte, thema, themen,
        temas, tema, materias, argomenti, trefwoorden, ämnen
    """,
    "identifiers": "identifiers",
    "identifiers:goodreads": "goodreads book id, goodreads id, goodreads key",
    "identifiers:librarything": "librarything id, librarything key, librarything book id",
    "identifiers:openlibrary": "openlibrary id, openlibrary key, olid",
    "identifiers:gutenberg": "gutenberg id, gutenberg number, project gutenberg id",
    "identifiers:oclc": "oclc, oclc number",
    "identifiers:lccn": "lccn",
    "identifiers:asin": "asin",
    "identifiers:doi": "doi",
}

# Before a digit the sign says nothing: "Author #2".
_NUMBER_SIGN = re.compile(r"#(?!\s*[0-9])|n°", re.IGNORECASE)
_NUMBERED = re.compile("(.+)(?:no|nr)")
_ARE_NUMBERS = frozenset({"isbn", "pages", "identifiers"})


@lru_cache(1024)
def _folded(name: str) -> str:
    plain = normalized("NFKD", _NUMBER_SIGN.sub("no", name)).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not combining(c)))


_TARGETS = {
    _folded(name): (rank, Target(*target.split(":")))
    for target, names in _NAMES.items()
    for rank, name in enumerate(names.split(","))
}


class GenericSource(MappedSource):
    """A table that no other source knows."""

    name: ClassVar[str] = "generic"
    title: ClassVar[str] = "table of books"
    guesses: ClassVar[bool] = True
    dialects: ClassVar[Sequence[Dialect]] = (
        Dialect(","),
        Dialect(";"),
        Dialect("\t", quotes=False),
        Dialect("\t"),
        Dialect("|"),
        Dialect(",", escape="\\"),
        Dialect(";", escape="\\"),
    )

    @classmethod
    def identify(cls, header: Sequence[str], fields: Collection[str]) -> int:
        known = sum(not isinstance(_found(name, fields), str) for name in header)
        return 1 + min(known, 19)

    def find_target(self, name: str, fields: Collection[str]) -> tuple[int, Target] | str:
        return _found(name, fields)


def _found(name: str, fields: Collection[str]) -> tuple[int, Target] | str:
    folded = _folded(name)
    found = _TARGETS.get(folded) or _numbered(folded)
    if found and found[1].field in fields:
        return found
    field = next((field for field in fields if folded and _folded(field) == folded), None)
    return (0, Target(field)) if field else "no field has this name"


def _numbered(folded: str) -> tuple[int, Target] | None:
    match = _NUMBERED.fullmatch(folded)
    found = _TARGETS.get(match[1]) if match else None
    if found and found[1].field == "series":
        return found[0], Target("series", "number")
    return found if found and found[1].field in _ARE_NUMBERS else None
