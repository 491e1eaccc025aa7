from __future__ import annotations

import re

import pytest

from django_bookrel.sources.reading.described import COMMA, SINGLE
from django_bookrel.sources.reading.people import (
    Commas,
    learn_commas,
    split_people,
    split_people_at,
)

BETWEEN, WITHIN, UNCLEAR = Commas.BETWEEN_NAMES, Commas.WITHIN_NAMES, Commas.UNCLEAR


@pytest.mark.parametrize(
    "cells, commas",
    [
        (["Suzanne Collins", "J.K. Rowling, Mary GrandPré", "Homer, Robert Fagles"], BETWEEN),
        (["J.K. Rowling, Mary GrandPré"], BETWEEN),
        (["Suzanne Collins", "", "Plato"], BETWEEN),
        ([], BETWEEN),
        (["Malory, Thomas", "Homer", "British Library", "More, Thomas"], WITHIN),
        (["Wordsworth, William;Coleridge, Samuel Taylor"], WITHIN),
        (["García Márquez, Gabriel", "Sand, George (editor)"], WITHIN),
        (["King, Martin Luther, Jr."], WITHIN),
        (["Carroll, Lewis, 1832-1898", "Homer", "Milner, Alfred, Viscount, 1854-1925"], WITHIN),
        (["Sackville, Thomas, Earl of Dorset", "Bede, the Venerable, Saint"], WITHIN),
        (["Holm, Ida, editor", "Ek, Bo, ill."], WITHIN),
        (["Saint-Exupéry, Antoine de", "Goscinny, René / Uderzo, Albert"], WITHIN),
        (["Saint-Exupéry, Antoine de", "Goscinny, René, Uderzo, Albert"], UNCLEAR),
        (["Ann Lee", "Bo Ek", "Cy Dow", "Tolkien, J. R. R."], UNCLEAR),
        (["Plato", "Homer", "Ovid", "Ann Lee, Bo Ek"], UNCLEAR),
        (["Lee, Ann\nEk, Bo\nDow, Cy"], WITHIN),
        (["Ann Lee\nBo Ek"], BETWEEN),
    ],
)
def test_learn_commas(cells: list[str], commas: Commas):
    assert learn_commas(cells) is commas


@pytest.mark.parametrize(
    "text, commas, people",
    [
        ("", BETWEEN, []),
        ("Ann Lee", BETWEEN, ["Ann Lee"]),
        ("J.K. Rowling, Mary GrandPré", BETWEEN, ["J.K. Rowling", "Mary GrandPré"]),
        ("Kami Garcia, Margaret Stohl", BETWEEN, ["Kami Garcia", "Margaret Stohl"]),
        ("Ann Lee, Bo Ek, and Cy Dow", BETWEEN, ["Ann Lee", "Bo Ek", "Cy Dow"]),
        ("Ann Lee, Bo Ek & Cy Dow", BETWEEN, ["Ann Lee", "Bo Ek", "Cy Dow"]),
        ("Sophocles, J.E. Thomas", BETWEEN, ["Sophocles", "J.E. Thomas"]),
        ("King, Stephen", BETWEEN, ["King, Stephen"]),
        ("Tolkien, J. R. R.", BETWEEN, ["Tolkien, J. R. R."]),
        ("Sammy Davis, Jr., Ann Lee, Ph.D.", BETWEEN, ["Sammy Davis, Jr.", "Ann Lee, Ph.D."]),
        ("Loudon Wainwright, III", BETWEEN, ["Loudon Wainwright, III"]),
        ("Ann Lee,, Bo Ek,", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ann Lee, Bo Ek, ANN LEE", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("David   Baron", BETWEEN, ["David Baron"]),
        ("Ann\nLee", BETWEEN, ["Ann Lee"]),
        ("Ann Lee\r\nBo Ek (Editor)\n", BETWEEN, ["Ann Lee", "Bo Ek (Editor)"]),
        ("Ann Lee, Bo Ek\nCy Dow, Jr.", BETWEEN, ["Ann Lee", "Bo Ek", "Cy Dow, Jr."]),
        ("Lee, Ann\nvan Ek, Bo", WITHIN, ["Lee, Ann", "van Ek, Bo"]),
        ("Lee, Ann\nvan Ek, Bo", UNCLEAR, ["Lee, Ann", "van Ek, Bo"]),
        ("Ann Lee and\nBo Ek", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ann Lee\n& Bo Ek", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ursula K.\nLe Guin", BETWEEN, ["Ursula K. Le Guin"]),
        ("Ursula Kroeber\nLe Guin", BETWEEN, ["Ursula Kroeber Le Guin"]),
        ("Johann Wolfgang\nvon Goethe", BETWEEN, ["Johann Wolfgang von Goethe"]),
        ("García Márquez,\nGabriel José", WITHIN, ["García Márquez, Gabriel José"]),
        ("Ann Lee, Bo\nEk, Cy Dow", BETWEEN, ["Ann Lee", "Bo Ek", "Cy Dow"]),
        ("Department of Health\nOffice Press", BETWEEN, ["Department of Health Office Press"]),
        ("村上春樹、柴田元幸；李白", UNCLEAR, ["村上春樹", "柴田元幸", "李白"]),
        ("ドイル，アーサー", BETWEEN, ["ドイル，アーサー"]),
        ("Ann Lee; Bo Ek|Cy Dow", UNCLEAR, ["Ann Lee", "Bo Ek", "Cy Dow"]),
        ("Ann Lee, Bo Ek", UNCLEAR, ["Ann Lee, Bo Ek"]),
        ("Malory, Thomas", WITHIN, ["Malory, Thomas"]),
        ("Norton, T.;Sackville, T., Earl", WITHIN, ["Norton, T.", "Sackville, T., Earl"]),
        (
            "Bødker, Benni & Karen Vad Bruun",
            WITHIN,
            ["Bødker, Benni", "Karen Vad Bruun"],
        ),
        (
            "Lee, Ann (Übersetzer), Ek, Bo [ill.], Dow, Cy",
            WITHIN,
            ["Lee, Ann (Übersetzer)", "Ek, Bo [ill.]", "Dow, Cy"],
        ),
        ("Ann Lee (ed.), Bo Ek", UNCLEAR, ["Ann Lee (ed.)", "Bo Ek"]),
        (
            "Homer, translated by Lee, Ann and Ek, Bo",
            WITHIN,
            ["Homer", "translated by Lee, Ann", "translated by Ek, Bo"],
        ),
        ("Lee, Ann (ed.), 1920-1990", WITHIN, ["Lee, Ann (ed.), 1920-1990"]),
        ("Lee, Ann (ed.), [pseud.]", WITHIN, ["Lee, Ann (ed.), [pseud.]"]),
        ("Lee, Ann (ed.), and Ek, Bo", WITHIN, ["Lee, Ann (ed.)", "Ek, Bo"]),
        ("Lee, Ann (poet), Ek, Bo", WITHIN, ["Lee, Ann (poet), Ek, Bo"]),
        ("Lee, Ann Death by Water, Jr.", WITHIN, ["Lee, Ann Death by Water, Jr."]),
        ("Smith, John and Mary", WITHIN, ["Smith, John and Mary"]),
        ("Neil Gaiman and Terry Pratchett", UNCLEAR, ["Neil Gaiman", "Terry Pratchett"]),
        ("Hans Ude und Jo Bär", UNCLEAR, ["Hans Ude", "Jo Bär"]),
        ("Arkady and Boris Strugatsky", BETWEEN, ["Arkady and Boris Strugatsky"]),
        ("Smith and Sons", BETWEEN, ["Smith and Sons"]),
        ("José Ortega y Gasset", BETWEEN, ["José Ortega y Gasset"]),
        ("Lee, Ann / Ek, Bo", WITHIN, ["Lee, Ann", "Ek, Bo"]),
        ("AC/DC", UNCLEAR, ["AC/DC"]),
        ("Ann Lee with Bo Ek", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ann Lee, with Bo Ek", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ann Lee och Bo Ek", UNCLEAR, ["Ann Lee", "Bo Ek"]),
        ("Gone with the Wind", BETWEEN, ["Gone with the Wind"]),
        ("Ann Lee et al.", BETWEEN, ["Ann Lee"]),
        ("Lee, Ann; Ek, Bo [et al.]", WITHIN, ["Lee, Ann", "Ek, Bo"]),
        ("Ann Lee, Bo Ek, and others", BETWEEN, ["Ann Lee", "Bo Ek"]),
        ("Ann Lee ... et al", UNCLEAR, ["Ann Lee"]),
        ("Ann Lee, Bo Ek et al. (eds.)", BETWEEN, ["Ann Lee (eds.)", "Bo Ek (eds.)"]),
        ("Lee, Ann, et al., editor", WITHIN, ["Lee, Ann, editor"]),
        ("Ann Lee, 1920-1990, Bo Ek", BETWEEN, ["Ann Lee, 1920-1990", "Bo Ek"]),
        ("Ann Lee, b. 1920, Bo Ek", BETWEEN, ["Ann Lee, b. 1920", "Bo Ek"]),
        ("Ann Lee, Duchess of York, Bo Ek", BETWEEN, ["Ann Lee, Duchess of York", "Bo Ek"]),
        ("Ann Lee, Lady Gaga", BETWEEN, ["Ann Lee", "Lady Gaga"]),
        ("Alfred, Lord Tennyson", BETWEEN, ["Alfred, Lord Tennyson"]),
        ("Lee, Ann, 1920-1990", BETWEEN, ["Lee, Ann, 1920-1990"]),
        ("Lee, Ann Ida, b. 1920, Bo Ek", BETWEEN, ["Lee, Ann Ida, b. 1920, Bo Ek"]),
        ("Homer, Bo Ek (1920 edition)", BETWEEN, ["Homer", "Bo Ek (1920 edition)"]),
        ("Lee, A. B., Bo Ek (ill.)", BETWEEN, ["Lee, A. B.", "Bo Ek (ill.)"]),
        ("Lee, A. B. (ed.), Ek, C.", BETWEEN, ["Lee, A. B. (ed.)", "Ek, C."]),
        ("Lee Jr., Ann, Ek, B. C.", BETWEEN, ["Lee Jr., Ann, Ek, B. C."]),
        ("Van Lee, Ann Ida, Ek, B. C.", BETWEEN, ["Van Lee, Ann Ida, Ek, B. C."]),
        ("Van Lee, A. B., Bo Ek", BETWEEN, ["Van Lee, A. B., Bo Ek"]),
        ("Lee, A. B. and Bo Ek", BETWEEN, ["Lee, A. B. and Bo Ek"]),
        ("A. B., Lee, Bo Ek", BETWEEN, ["A. B., Lee, Bo Ek"]),
        ("Homer, Lee, A. B.", BETWEEN, ["Homer, Lee, A. B."]),
        ("Pliny, the Elder, Bo Ek", BETWEEN, ["Pliny, the Elder", "Bo Ek"]),
        ("Ann Lee, editor, Bo Ek", BETWEEN, ["Ann Lee, editor", "Bo Ek"]),
        ("Ann Lee, Art Dow", BETWEEN, ["Ann Lee", "Art Dow"]),
        ("Johnston, Reginald, Sir,", WITHIN, ["Johnston, Reginald, Sir"]),
        (
            "BEAUMONT, Francis and FLETCHER (John) Dramatist",
            WITHIN,
            ["BEAUMONT, Francis", "FLETCHER, John Dramatist"],
        ),
        (
            "BENSON, George Architect, and DE LA MARE (J. England)",
            WITHIN,
            ["BENSON, George Architect", "DE LA MARE, J. England"],
        ),
        ("OWEN and EK ( )", WITHIN, ["OWEN", "EK"]),
        ("HALE, Ann the Elder and (Susan)", WITHIN, ["HALE, Ann the Elder", "HALE, Susan"]),
        (
            "HILL, Ida and HILL, afterwards EK (Ann)",
            WITHIN,
            ["HILL, Ida", "HILL, afterwards EK, Ann"],
        ),
        ("PHAROAH AND CO", WITHIN, ["PHAROAH AND CO"]),
        ("Ann Lee and Hill (Bo) Ek", WITHIN, ["Ann Lee", "Hill (Bo) Ek"]),
        (
            "Ministry of Health, Labour and Welfare",
            BETWEEN,
            ["Ministry of Health, Labour and Welfare"],
        ),
        ("Ann Lee, Harbour Press", BETWEEN, ["Ann Lee", "Harbour Press"]),
        (
            "Department of Health and Human Services",
            BETWEEN,
            ["Department of Health and Human Services"],
        ),
        (
            "Bob Lorgue et historique du Limousin",
            BETWEEN,
            ["Bob Lorgue et historique du Limousin"],
        ),
        (
            "Lang, Andrew [Author of introduction, etc.]; Bo Ek (a & b; c)",
            WITHIN,
            ["Lang, Andrew [Author of introduction, etc.]", "Bo Ek (a & b; c)"],
        ),
    ],
)
def test_split_people(text: str, commas: Commas, people: list[str]):
    assert split_people(text, commas) == people


@pytest.mark.parametrize(
    "text, separator, people",
    [
        ("Rumi, Hafez", COMMA, ["Rumi", "Hafez"]),
        ("Ann Lee, Jr., Bo Ek", COMMA, ["Ann Lee, Jr.", "Bo Ek"]),
        (
            "Ann Lee (Editor, Translator), Bo & Ek",
            COMMA,
            ["Ann Lee (Editor, Translator)", "Bo & Ek"],
        ),
        ("Lee, Ann & Ek, Bo", SINGLE, ["Lee, Ann & Ek, Bo"]),
        ("Lee, Ann; Ek, Bo", re.compile(";"), ["Lee, Ann", "Ek, Bo"]),
    ],
)
def test_split_people_at(text: str, separator: re.Pattern[str], people: list[str]):
    assert split_people_at(text, separator) == people


@pytest.mark.parametrize(
    "cells",
    [
        ["Le Guin, Ursula K."],
        ["Le Guin, Ursula K.", "van der Post, Laurens Jan"],
    ],
)
def test_inverted_names_of_several_words_are_not_split(cells: list[str]) -> None:
    commas = learn_commas(cells)
    assert [split_people(cell, commas) for cell in cells] == [[cell] for cell in cells]
