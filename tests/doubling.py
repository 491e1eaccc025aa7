"""What takes longer than it should for a text that is sixteen times as long."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import django_bookrel

EVERY = bool(os.environ.get("BOOKREL_EVERY_TOKEN"))
LONG = 16_384 if EVERY else 4_096
"""Characters of the longer text."""
TIMES = 16
"""How many times as long it is as the shorter one."""
ENOUGH = 0.004
"""Seconds that a long text may always take; where time grows with the square it takes more."""
MOST = 4 * TIMES
"""How many times as long the long text may take; a square would make it 256."""
LIMITED = (
    # Titles of 500 characters, and parts of that length.
    *("sources.formats.babelio._VOLUME", "sources.reading.series._SERIES"),
    "sources.reading.people._SECOND",
    # 1,000 characters; split_imprint() is tried with more.
    *("sources.reading.imprints._DATES", "sources.reading.imprints._EDITION"),
    *("sources.reading.imprints._DETAILS", "sources.reading.imprints._LAST_PAGES"),
    *("sources.reading.imprints._without_dates", "sources.reading.imprints._without_details"),
)
"""What takes quadratic time, and gets texts of limited length from those that call it."""
NO_CELLS = ("values.scalars._in_formats", "sources.reading.notation._patterns")
"""What takes texts of a programmer or a setting."""

TOKENS = (
    *(" ", "\t", "\n", "\xa0", "0", "1", "a", "A", "é", "X", ",", ";", ":", ".", "-", "–", "/"),
    *("\\", "|", "#", "&", "+", "=", "(", ")", "[", "]", "'", '"', "<", ">", "?", "_", "\0"),
    *("\u0301", "\u0301\u0316", "\u200b", "\ufeff", "\udc80", "\udce1", "ﾞ\u0301", "Ã", "漢", "、"),
    *("()", "[]", "(a)", "[a]", "(1)", "''", "{}", "[0]", "a ", "A ", "A. ", "1 ", "a, ", "A, "),
    *("1, ", "1,", "1.", "1-", "a-", "a;", "a|", " ; ", " | ", " / ", " : ", " - ", " #", "#1"),
    *("and ", " and ", " with ", " & ", " et al", " al ", "by ", " by ", "ed. ", "eds ", "Jr. "),
    *("1999", "c1999 ", "1999, ", "[1999] ", "1-2 ", "p. ", "1 p. ", "vol. ", "v. 1 ", "tome 1 "),
    *(
        "ISBN ",
        "978",
        "978-",
        "0-",
        "BCE ",
        "of ",
        "the ",
        "&amp;",
        "&#38;",
        "&#38,",
        "&a",
        "isbn:",
    ),
    *("Lee, Ann ", "Lee (Ann), ", "A a (", "(date?) ", "London, ", "new ", "1e", ", ed", "a:b,"),
)
ENDS = ("", "!", "\x01", "a", "1", ")", " x")
"""What a pattern may not want at the end, so that it tries every other way."""

QUICK_TOKENS = (
    *(" ", "1", "a", ",", "(", "[", "A. ", "1, ", "1,", "and ", " and ", "()", "\u0301\u0316"),
    *("Lee (Ann), ", " - ", "1999, "),
)
QUICK_ENDS = ("", "!")
ROW_TOKENS = (" ", "1, ", "A. ", " and ", "\u0301\u0316")


class Subject(NamedTuple):
    """What is done to a text."""

    name: str
    work: Callable[[str], object]


def texts(tokens: Iterable[str], ends: Iterable[str]) -> Iterator[Callable[[int], str]]:
    """Yield functions that make a text of so many characters."""
    for token, end in product(tokens, ends):
        yield partial(_repeated, token, end)


def _repeated(token: str, end: str, size: int) -> str:
    return (token * (size // len(token) + 1))[:size] + end


def growth(work: Callable[[Any], object], make: Callable[[int], Any]) -> float:
    """
    Measure how many times as long a text of ``LONG`` takes as one of a sixteenth.

    The processor's time of this thread counts, the least of some runs: others that run at the same
    time take none of it.

    :returns: 0 where the long one takes next to nothing.
    """
    long = _seconds(work, make(LONG))
    if long < ENOUGH:
        return 0.0
    short = min(_seconds(work, make(LONG // TIMES)) for _ in range(5))
    if long > MOST * short:
        long = min(long, _seconds(work, make(LONG)), _seconds(work, make(LONG)))
    return long / short


def _seconds(work: Callable[[Any], object], text: Any) -> float:
    for cache in CACHES:
        cache.cache_clear()
    start = time.thread_time()
    work(text)
    return time.thread_time() - start


def slow(
    subjects: Iterable[Subject],
    tokens: Sequence[str] = TOKENS,
    ends: Sequence[str] = ENDS,
) -> Iterator[str]:
    """Yield the first text, if any, for which each subject is slower than linear."""
    for name, work in subjects:
        for make in texts(tokens, ends):
            if (found := growth(work, make)) > MOST:
                yield f"{name}: {make(12)!r} x {found:.0f}"
                break


def modules(*prefixes: str) -> list[ModuleType]:
    """Import every module of the package whose name begins so, migrations apart."""
    found = pkgutil.walk_packages(django_bookrel.__path__, "django_bookrel.")
    names = [each.name for each in found if "__main__" not in each.name]
    return [
        importlib.import_module(name)
        for name in names
        if "migrations" not in name
        and (not prefixes or name.removeprefix("django_bookrel.").startswith(prefixes))
    ]


METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")


def patterns() -> Iterator[Subject]:
    """Yield every compiled pattern of the package with every method that its module calls."""
    seen = set()
    for module in modules():
        # Of an empty module inspect finds no source.
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ != module.__name__:
                continue
            for pattern in _patterns_in(value):
                for method in _methods(name, source):
                    where = f"{module.__name__.removeprefix('django_bookrel.')}.{name}"
                    if (pattern, method) in seen or not isinstance(pattern.pattern, str):
                        continue
                    seen.add((pattern, method))
                    if where not in LIMITED:
                        yield Subject(f"{where}.{method}", partial(_apply, pattern, method))


def _patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _patterns_in(one)
    elif isinstance(value, dict):
        yield from _patterns_in(list(value.values()))
    elif isinstance(value, type):
        held = [one for one in vars(value).values() if isinstance(one, re.Pattern | dict)]
        yield from _patterns_in(held)


def _methods(name: str, source: str) -> list[str]:
    used = re.findall(rf"\b{name}\.({'|'.join(METHODS)})\b", source)
    # Those of a table are called by the name of a loop; texts have a split(), too.
    others = "|".join(method for method in METHODS if method != "split")
    used = used or re.findall(rf"\b(?!re\b)[a-z_]+\.({others})\(", source)
    return list(dict.fromkeys(used))


def _apply(pattern: re.Pattern[str], method: str, text: str) -> None:
    if method == "sub":
        pattern.sub("", text)
    elif method == "finditer":
        list(pattern.finditer(text))
    else:
        getattr(pattern, method)(text)


GIVEN: dict[str, Callable[[str], list[Any]]] = {
    "str": lambda text: [text],
    "str | None": lambda text: [text],
    "Sequence[str]": lambda text: [[text], text.split()],
    "Iterable[str]": lambda text: [[text], text.split()],
    "list[str]": lambda text: [[text], text.split()],
    "Sequence[Sequence[str]]": lambda text: [[[text]], [text.split()]],
    "Commas": lambda text: list(importlib.import_module(PEOPLE).Commas),
    "re.Pattern[str]": lambda text: [re.compile(",")],
    "int": lambda text: [255],
}
"""How a parameter is given a text, by its hint; each way once."""
PEOPLE = "django_bookrel.sources.reading.people"


def functions(*prefixes: str) -> Iterator[Subject]:
    """Yield every function of the modules that takes a text."""
    for module in modules(*prefixes):
        for name, function in inspect.getmembers(module, inspect.isroutine):
            plain = inspect.unwrap(function)
            if getattr(plain, "__module__", "") != module.__name__:
                continue
            hints = [
                parameter.annotation
                for parameter in inspect.signature(plain).parameters.values()
                if parameter.default is parameter.empty
            ]
            where = f"{module.__name__.removeprefix('django_bookrel.')}.{name}"
            takes_text = "str" in " ".join(map(str, hints)) and GIVEN.keys() >= set(hints)
            if takes_text and where not in LIMITED + NO_CELLS:
                yield Subject(where, partial(_call, plain, hints))


def _call(function: Callable[..., Any], hints: list[str], text: str) -> None:
    for given in _every_way([GIVEN[hint](text) for hint in hints]):
        # What a text is rejected with does not matter here.
        with suppress(Exception):
            found = function(*given)
            if inspect.isgenerator(found):
                list(found)


def _every_way(ways: list[list[Any]]) -> Iterator[list[Any]]:
    """Yield arguments: each way of each parameter at least once."""
    for number in range(max(map(len, ways))):
        yield [way[number % len(way)] for way in ways]


CACHES = [
    value
    for module in modules()
    for value in vars(module).values()
    if hasattr(value, "cache_clear") and hasattr(value, "cache_info")
]
