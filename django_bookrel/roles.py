"""What a person did for a book beside its first author, and how catalogues write it."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import combining

from .folding import normalized

__all__ = ("ROLES", "Role", "find_role")


class Role(NamedTuple):
    """A role as it is stored and shown, with the code that libraries use for it."""

    value: str
    label: str
    relator: str
    """MARC relator code, https://www.loc.gov/marc/relators/ ."""


ROLES: dict[str, Role] = {
    role.value: role
    for role in (
        Role("co-author", "Co-author", "aut"),
        Role("editor", "Editor", "edt"),
        Role("translator", "Translator", "trl"),
        Role("illustrator", "Illustrator", "ill"),
        Role("narrator", "Narrator", "nrt"),
        Role("introduction", "Introduction", "aui"),
        Role("photographer", "Photographer", "pht"),
        Role("contributor", "Contributor", "ctb"),
    )
}

_SYNONYMS = {
    "co-author": """
        authors, author, coauthor, joint author, with, written, by,
        Mitautor, Mitautorin, Koautor, Autor, Autorin, Verfasser, Verfasserin, auteur, co-auteur,
        coauteur,
        autora, coautor, coautora, autore, autrice, coautore, medförfattare, medforfatter
    """,
    "editor": """
        ed, eds, edited, editors, series editor, volume editor, general editor,
        Herausgeber, Herausgeberin, Hrsg, Hg, éditeur scientifique, sous la direction de, dir,
        associate editor, consulting editor, editor in chief,
        editora, curatore, curatrice, a cura di, redacteur, redaktör, redaktør, redaktor, редактор
    """,
    "translator": """
        trans, transl, tr, translated, translation, translators,
        Übersetzer, Übersetzerin, Übers, Übersetzung, traducteur, traductrice, traduction, trad,
        traduit par, traductor, traductora, traducción, traduttore, traduttrice, traduzione,
        tradutor, tradutora, vertaler, vertaald door, översättare, oversætter, oversetter,
        kääntäjä, tłumacz, переводчик
    """,
    "illustrator": """
        illus, illustr, illustrated, illustrations, illustrators, artist, art, drawings,
        drawn, pictures, colorist, colourist, clr, inker, penciller, penciler, dessins, coloriste,
        Zeichnungen,
        Illustratorin, illustrateur, illustratrice, ilustrador, ilustradora, illustratore,
        illustratör, illustratør, иллюстратор
    """,
    "narrator": """
        reader, read, narrated, narration, narrators,
        Sprecher, Sprecherin, Erzähler, narrateur, narratrice, lecteur, lectrice,
        narrador, narradora, narratore, voorlezer, inläsare, oplæser
    """,
    "introduction": """
        intro, introd, introduced, introducer, foreword, preface, pref, win, wpr, wfw,
        author of introduction, author of introduction etc, writer of introduction,
        writer of foreword, writer of preface, Vorwort, Einleitung, Einführung, Geleitwort,
        préface, préfacier, avant-propos, prólogo, prefacio, introducción, introduzione,
        prefazione, introdução, prefácio, inleiding, voorwoord, förord, forord
    """,
    "photographer": """
        photo, photos, photog, photographs, photographed, photography, photographers,
        Fotograf, Fotografin, Fotos, photographe, photographies, fotógrafo, fotógrafa, fotografo
    """,
    "contributor": """
        contrib, contributors, contributions, collaborator, clb, consultant, adapter, adaptor,
        adapted, adaptation, adp, afterword, aft, author of afterword colophon etc, annotator,
        annotated, annotations, ann, arranger, arranged, commentator, commentary, cmm, cwt,
        compiler, compiled, cover artist, cover art, cover design, cover designer, cov,
        ghostwriter, letterer, lettering, notes, reteller, retold, transcriber, transcribed, trc,
        Nachwort, Mitarbeit, unter Mitarbeit von, postface, postfacier, adaptateur, adaptatrice,
        avec la collaboration de, Beiträger, Mitwirkender, Mitwirkende,
        contributeur, contributrice, collaborateur, colaborador, colaboradora,
        collaboratore, bidragsyder
    """,
}


def _folded(text: str) -> str:
    plain = "".join(c for c in normalized("NFKD", text.casefold()) if not combining(c))
    return " ".join(re.findall(r"\w+", plain)).removesuffix(" by")


_VALUES = {
    _folded(name): role.value
    for role in ROLES.values()
    for name in (role.value, role.relator, *_SYNONYMS[role.value].split(","))
}


def find_role(text: str) -> str | None:
    """
    Find the role that a catalogue's word for it means.

    Labels, MARC relator codes and common words and abbreviations of several languages are known.
    Case, accents, punctuation and a closing "by" do not count: "[Trans. by]" is a translator.

    :returns: a key of ``ROLES``; None if the word is unknown.
    """
    return _VALUES.get(_folded(text))
