"""What hosts use in their own tests."""

from __future__ import annotations

from .values import BAKER_GENERATORS, new_isbn, new_name, new_title

__all__ = ("BAKER_GENERATORS", "new_isbn", "new_name", "new_title")
