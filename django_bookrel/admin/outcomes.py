"""What django-import-export's admin pages say of an import that lost rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ..showing import listed, shown
from .generic import AnyModelAdmin

__all__ = ("ImportOutcomeMixin",)

SHOWN_ROWS = 10


class ImportOutcomeMixin(AnyModelAdmin):
    """
    For ``ImportMixin`` and ``ImportExportModelAdmin`` of django-import-export.

    Their second page says that an import is finished, also where rows were rejected since the
    preview; this one says which rows, and why. The preview names the columns that go nowhere.
    """

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the upload form, or the preview of what was uploaded."""
        response: HttpResponse = super().import_action(request, **kwargs)  # type: ignore[misc]
        result = (getattr(response, "context_data", None) or {}).get("result")
        if ignored := getattr(result, "ignored_columns", None):
            text = _("Columns not imported: {columns}").format(columns=listed(ignored))
            messages.warning(request, shown(text))
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Answer a confirmed import: with its errors, or else as django-import-export does."""
        if not (result.has_errors() or result.has_validation_errors()):
            response: HttpResponse = super().process_result(result, request)  # type: ignore[misc]
            return response
        made: Any = self
        made.generate_log_entries(result, request)
        for text in _outcome(result):
            messages.error(request, shown(text))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import"
        return HttpResponseRedirect(reverse(name, current_app=self.admin_site.name))


def _outcome(result: Any) -> list[str]:
    totals = result.totals
    written = totals["new"] + totals["update"] + totals["delete"]
    rejected = totals["error"] + totals["invalid"]
    said = [str(error.error) for error in result.base_errors]
    if written:
        first = _("Rows imported: {written} of {rows}; rejected: {rejected}.")
    else:
        first = _("Nothing was imported; rows rejected: {rejected} of {rows}.")
    texts = [first.format(written=written, rejected=rejected, rows=result.total_rows), *said]
    rows = [(number, str(errors[0].error)) for number, errors in result.row_errors()]
    rows += [(row.number, "; ".join(row.error.messages)) for row in result.invalid_rows]
    texts += [
        _("Row {number}: {reason}").format(number=number, reason=reason)
        for number, reason in sorted(rows)[:SHOWN_ROWS]
    ]
    if len(rows) > SHOWN_ROWS:
        texts.append(_("More rows rejected: {more}.").format(more=len(rows) - SHOWN_ROWS))
    return texts
