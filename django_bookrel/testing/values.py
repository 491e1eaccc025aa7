"""
Made-up values for the factories of hosts' tests: each call gives another one.

They are the same in every run, and plausible, as those of ``catalogue``.
"""

from __future__ import annotations

from itertools import count

from .catalogue import isbn_of, person_of, title_of

__all__ = ("BAKER_GENERATORS", "computed", "new_isbn", "new_name", "new_title", "next_position")

_isbns, _names, _titles = count(1), count(), count()


def new_isbn() -> str:
    """Return the 13 digits of an ISBN; a thousand million come before any comes again."""
    return isbn_of(next(_isbns) * 618_033_989 % 10**9)


def new_name() -> str:
    """Return the name of a person; no two have one key."""
    return person_of(next(_names))


def new_title() -> str:
    """Return the title of a book."""
    return title_of(next(_titles), 0)


def computed() -> str:
    """Return what stands in a computed column until the record is saved."""
    return ""


def next_position() -> None:
    """Return the position that saving replaces by the next one."""


BAKER_GENERATORS = {
    "django_bookrel.fields.CodePointField": "model_bakery.random_gen.gen_string",
    "django_bookrel.fields.ISBNField": f"{__name__}.new_isbn",
    "django_bookrel.fields.KeyField": f"{__name__}.computed",
    "django_bookrel.fields.NameField": f"{__name__}.new_name",
    "django_bookrel.fields.PositionField": f"{__name__}.next_position",
    "django_bookrel.fields.SortField": f"{__name__}.computed",
}
"""model_bakery's setting ``BAKER_CUSTOM_FIELDS_GEN``: field -> what makes its values."""
