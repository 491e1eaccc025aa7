"""How the pages write titles, years, lives, languages and ISBNs."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from django_bookrel.abstract import AbstractAuthor, AbstractBook, Credit
from django_bookrel.isbn import format_isbn
from django_bookrel.roles import ROLES

register = template.Library()

register.filter("isbn", format_isbn)


@register.filter
def cite(book: AbstractBook) -> SafeString:
    """Write a title, marked with the language that it is in, for screen readers and hyphens."""
    if not book.language:
        return format_html("<cite>{}</cite>", book.title)
    return format_html('<cite lang="{}" dir="auto">{}</cite>', book.language, book.title)


@register.filter
def cloth(book: AbstractBook) -> str:
    """Choose the style of a cover, always the same for one title."""
    return f"cloth-{crc32(book.title.encode()) % 6}"


@register.filter
def year(value: int | None) -> str:
    """Write a year: 1869, 30 BCE; nothing for None."""
    if value is None:
        return ""
    return f"{-value} BCE" if value < 0 else str(value)


@register.filter
def life(author: AbstractAuthor) -> str:
    """Write the years of a life: 1828–1910, 43 BCE – 17 CE, born 1947; nothing if unknown."""
    born, died = author.born, author.died
    if born is None or died is None:
        known = [("born", born), ("died", died)]
        return "".join(f"{word} {year(value)}" for word, value in known if value is not None)
    if died < 0:
        return f"{-born}–{-died} BCE"
    return f"{born}–{died}" if born >= 0 else f"{-born} BCE – {died} CE"


@register.filter
def language(code: str) -> str:
    """Name the language of a code, as far as Django knows it; else give the code."""
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


@register.filter
def parts(roles: Iterable[str]) -> str:
    """Name the roles that a person had in a book, but not if the person was just its author."""
    labels = ["Author" if role == "author" else ROLES[role].label for role in roles]
    return "" if labels == ["Author"] else ", ".join(labels)


@register.filter
def without(shares: Iterable[Credit], author: AbstractAuthor) -> list[Credit]:
    """Return the credits of the others."""
    return [credit for credit in shares if credit.author != author]
