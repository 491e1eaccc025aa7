"""The first rows of an import as django-import-export's row results: kind, object and diff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import models
from django.utils.safestring import mark_safe
from import_export.resources import Diff, diff_match_patch
from import_export.results import RowResult

from ..bulk import Change, Outcome, Plan, get_writer, read_pages
from ..bulk.hostcode import is_overridden
from ..showing import MOST, short
from .declared import DeclaredResource
from .rendering import Says, cell_makers
from .results import Result
from .rowpath.detection import NOT_HOSTS

__all__ = ("KEPT_ROWS", "RowResults")

KEPT_ROWS = 1_000
"""Rows of each kind that a result holds; its totals count all of them."""
COMPARED_CHARACTERS = 500
"""Longer texts are shown as they were and are; comparing two takes a second at worst."""
READ_AT_ONCE = 500
"""Fewer keys than SQLite takes in a statement."""

NEW, UPDATE, SKIP = (
    RowResult.IMPORT_TYPE_NEW,
    RowResult.IMPORT_TYPE_UPDATE,
    RowResult.IMPORT_TYPE_SKIP,
)


class Image(NamedTuple):
    """A record as it is in the database at some moment."""

    instance: models.Model
    cells: Sequence[str]
    """A cell for each of the resource's import fields."""


class RowResults:
    """
    Takes note of the first rows of each kind, with what their records hold before and after.

    :param keeps_instances: whether row results have the instances, too.

    Queries: for a batch with such rows, twice those of a page of an export.
    """

    def __init__(
        self, resource: DeclaredResource, result: Result, *, keeps_instances: bool
    ) -> None:
        self.resource, self.result = resource, result
        self.keeps_instances = keeps_instances or resource._meta.store_instance
        self.kept: Counter[str] = Counter()
        self.using = resource.get_db_connection_name()
        self.writer = get_writer(self.using)
        known = resource.columns()
        self.fields = resource.get_import_fields()
        self.layout = resource.layout({f.column_name for f in self.fields} & known.keys())
        self.makers: dict[str, Says] = cell_makers(resource, self.layout)

    def room(self, kind: str) -> int:
        """Return how many rows of a kind can still be noted: "new", "update" or "skip"."""
        if kind == SKIP and not self.resource._meta.report_skipped:
            return 0
        return KEPT_ROWS - self.kept[kind]

    def watch(self, plan: Plan) -> Watch:
        """Look at what a plan is about to change."""
        return Watch(self, plan)

    def images(self, pks: Iterable[Any]) -> dict[Any, Image]:
        """Return primary key -> the record as it is now."""
        wanted, found = list(pks), {}
        for start in range(0, len(wanted), READ_AT_ONCE):
            some = wanted[start : start + READ_AT_ONCE]
            rows: models.QuerySet[Any] = models.QuerySet(self.layout.model, using=self.using)
            rows = rows.filter(pk__in=some)
            instances = {instance.pk: instance for instance in rows}
            for keys, page in read_pages(self.layout, self.writer, rows):
                columns = {name: self.makers[name](page[name]) for name in page}
                for place, key in enumerate(keys):
                    # Others may delete what does not change.
                    if (instance := instances.get(key)) is not None:
                        cells = {name: column[place] for name, column in columns.items()}
                        found[key] = Image(instance, self._every_cell(instance, cells))
        return found

    def _every_cell(self, instance: models.Model, cells: Mapping[str, str]) -> list[str]:
        return [
            cells[name] if (name := field.column_name) in cells else self._exported(field, instance)
            for field in self.fields
        ]

    @staticmethod
    def _exported(field: Any, instance: models.Model) -> str:
        try:
            return str(field.export(instance))
        except Exception:  # noqa: BLE001 (code of a host's, for a preview)
            return ""

    def row_result(
        self, kind: str, line: int, cells: Sequence[str], before: Image | None, after: Image
    ) -> RowResult:
        """Return what django-import-export says of a row."""
        meta, found = self.resource._meta, self.result.new_row_result(line, cells)
        found.import_type = kind
        found.add_instance_info(after.instance)
        if before is not None and not meta.skip_diff:
            found.original = before.instance
        if self.keeps_instances:
            found.instance = after.instance
        if not (meta.skip_diff or meta.skip_html_diff):
            found.diff = self._diff(kind, before, after)
        return found

    def _diff(self, kind: str, before: Image | None, after: Image) -> list[str]:
        held = after if kind == SKIP else before
        nothing = [""] * len(after.cells)
        diff: Diff = _CellDiff(held.cells if held else nothing, after.cells, new=kind == NEW)
        if is_overridden(type(self.resource), "get_diff_class", NOT_HOSTS):
            first = held.instance if held else self.layout.model()
            diff = self.resource.get_diff_class()(self.resource, first, kind == NEW)
            diff.compare_with(self.resource, after.instance)
        html: list[str] = diff.as_html()
        return html

    def note(self, changes: Iterable[Change]) -> None:
        """Take note of what a dry run has found by reading alone, without the records."""
        for change in changes:
            found = self.result.new_row_result(change.line, ())
            found.import_type = UPDATE if change.record else NEW
            found.object_repr = change.record
            cells = [change.cells.get(field.column_name, ("", "")) for field in self.fields]
            left, right = zip(*cells, strict=True)
            found.diff = _CellDiff(left, right, new=not change.record).as_html()
            self.keep([found])

    def keep(self, found: Sequence[RowResult]) -> None:
        """Put rows into the result."""
        for row in found:
            self.kept[row.import_type] += 1
            self.result.append_row_result(row)


class Watch:
    """One batch: looked at before it is written, afterwards, and kept once it is committed."""

    def __init__(self, rows: RowResults, plan: Plan) -> None:
        self.rows, self.plan = rows, plan
        self.found: list[RowResult] = []
        touched = sorted(plan.touched)[: rows.room(UPDATE)]
        self.before = rows.images(plan.known[row] for row in touched)

    def look(self, outcome: Outcome) -> None:
        """Look at the records again."""
        rows, lines = self.rows, self.plan.batch.lines
        kinds = {NEW: outcome.new, UPDATE: outcome.updated, SKIP: self._unchanged(outcome)}
        for kind, keys in kinds.items():
            some = sorted(keys.keys() - outcome.results.keys())[: rows.room(kind)]
            places = {line: place for place, line in enumerate(lines)} if some else {}
            images = rows.images(keys[line] for line in some)
            self.found += [
                rows.row_result(
                    kind,
                    line,
                    self.plan.batch.cells[places[line]],
                    self.before.get(keys[line]),
                    images[keys[line]],
                )
                for line in some
                if keys[line] in images
            ]
        by_kind: Counter[str] = Counter()
        for line, found in sorted(outcome.results.items()):
            by_kind[found.import_type] += 1
            if by_kind[found.import_type] <= rows.room(found.import_type):
                found.number = line
                self.found.append(found)

    def _unchanged(self, outcome: Outcome) -> dict[int, Any]:
        plan = self.plan
        out = {rejection.line for rejection in outcome.rejections}
        out.update(line for batch, _needs in outcome.waiting for line in batch.lines)
        lines = plan.batch.lines
        alike = plan.known.keys() - plan.touched
        return {lines[row]: plan.known[row] for row in alike if lines[row] not in out}

    def keep(self) -> None:
        """Put what was seen into the result."""
        self.rows.keep(self.found)


class _CellDiff(Diff):
    """django-import-export's, of cells that were read for all rows at once."""

    def __init__(self, left: Sequence[str], right: Sequence[str], *, new: bool) -> None:
        self.left, self.right, self.new = left, right, new

    def as_html(self) -> list[str]:
        """Return the differences as the admin shows them, of long texts without a comparison."""
        differ, data = diff_match_patch(), []
        for old, new in zip(self.left, self.right, strict=True):
            before = "" if self.new and old != new else old
            found = [(0, new)] if before == new else [(-1, before), (1, new)]
            if before != new and len(before) + len(new) < COMPARED_CHARACTERS:
                found = differ.diff_main(before, new)
                differ.diff_cleanupSemantic(found)
            parts = [(kind, short(text, MOST)) for kind, text in found if text]
            # It escapes what it is given.
            data.append(mark_safe(differ.diff_prettyHtml(parts)))  # noqa: S308
        return data
