"""What the rows of a file call their records, and what a dry run would have made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .batch import Candidate
from .own import OwnReferences
from .plan import Plan
from .references import References
from .relations import Reference
from .resolve import Names
from .waiting import Census

__all__ = ("FileNames",)


class FileNames:
    """It is what a :class:`~.own.FileView` is for the planner."""

    def __init__(self, own: OwnReferences, references: References) -> None:
        self.own, self.references = own, references
        self.census = Census()
        self.planned: set[Candidate] = set()
        """What a dry run would have made, as far as other rows may refer to it."""
        self.promised: set[Any] = set()
        """What it would have created, as far as other references may name it."""
        self.is_over = self.is_final = False

    def note(self, candidates: Iterable[list[Candidate]]) -> None:
        """Take note of what may identify rows."""
        for some in candidates if self.own else ():
            self.census.add(self.made_by(some))

    def lose(self, line: int, candidates: Iterable[Candidate]) -> None:
        """Take note of a row that is rejected."""
        self.census.lose(line, self.made_by(candidates))

    def made_by(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """Return those of a row's candidates that are names which other rows may use."""
        named = self.own.identities.values()
        return [candidate for candidate in candidates if candidate[0] in named]

    def will_make(self, candidate: Candidate) -> bool:
        """Return whether a row that was not rejected so far makes or is this record."""
        return not self.is_final and self.census.has(candidate)

    def has_made(self, candidate: Candidate) -> bool:
        """Return whether a dry run has come by a row that makes this record."""
        return candidate in self.planned

    def has_promised(self, reference: Reference, names: Names) -> bool:
        """Return whether a dry run has come by a row that creates this record by naming it."""
        return _promised(reference, reference.lookup(names)) in self.promised

    def promise(self, plan: Plan) -> None:
        """Take note of what a dry run would have made, as far as other rows may name it."""
        if self.own:
            made = (plan.batch.candidates[row] for row in plan.rows())
            self.planned.update(candidate for some in made for candidate in self.made_by(some))
        references = self.references
        for reference in references.resolvers:
            if references.borrowing and reference.create:
                pending = plan.pending(reference, references.places.get(reference, ()))
                self.promised.update(_promised(reference, one.identity) for one in pending)


def _promised(reference: Reference, identity: Names) -> tuple[Any, ...]:
    return reference.model, reference.columns, identity[: len(reference.columns)]
