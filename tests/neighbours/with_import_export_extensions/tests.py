from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from import_export.formats.base_formats import CSV
from import_export_extensions.models import ExportJob, ImportJob

from . import celery  # noqa: F401 (the app that runs the tasks, at once)
from .models import Book
from .resources import BookResource

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "isbn,title,year\n9780141439587,Emma,1815\n9780141183633,Kim,1901\n"
Status = ImportJob.ImportStatus


def submitted(text: str, **options: Any) -> ImportJob:
    job = ImportJob.objects.create(
        resource_path=BookResource.class_path,
        data_file=ContentFile(text.encode(), "books.csv"),
        resource_kwargs={},
        **options,
    )
    job.refresh_from_db()
    return job


def test_import():
    job = submitted(GOOD)
    assert (job.import_status, job.error_message, job.traceback) == (Status.PARSED, "", "")
    assert not Book.objects.exists()
    job.confirm_import()
    job.refresh_from_db()
    assert (job.import_status, job.error_message) == (Status.IMPORTED, "")
    assert list(Book.objects.values_list("title", flat=True)) == ["Emma", "Kim"]
    assert job.result.totals["new"] == 2
    found = [(row.number, row.import_type, row.object_repr) for row in job.result.rows]
    assert found == [(1, "new", "Emma"), (2, "new", "Kim")]


def test_rejected_rows():
    job = submitted(GOOD.replace("1901", "MCMI"))
    assert job.import_status == Status.INPUT_ERROR
    assert not Book.objects.exists()
    [row] = job.result.invalid_rows
    assert (row.number, row.error_dict) == (2, {"year": ["is not a whole number"]})


def test_rejected_rows_may_be_skipped():
    job = submitted(GOOD.replace("1901", "MCMI"), force_import=True)
    assert (job.import_status, job.error_message) == (Status.PARSED, "")
    job.confirm_import()
    job.refresh_from_db()
    assert (job.import_status, job.error_message) == (Status.IMPORTED, "")
    assert list(Book.objects.values_list("title", flat=True)) == ["Emma"]
    [skipped] = job.result.skipped_rows
    assert list(skipped.field_skipped_errors) == ["year"]


def test_export():
    Book.objects.create(title="Emma", isbn="9780141439587", year=1815)
    job = ExportJob.objects.create(
        resource_path=BookResource.class_path,
        file_format_path=f"{CSV.__module__}.{CSV.__name__}",
        resource_kwargs={},
    )
    job.refresh_from_db()
    assert job.export_status == ExportJob.ExportStatus.EXPORTED
    assert job.data_file.read().decode().splitlines() == [
        "isbn,title,author,year,language,pages",
        "9780141439587,Emma,,1815,,",
    ]
