from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from import_export_celery.models import ExportJob, ImportJob
from import_export_celery.tasks import run_import_job

from . import celery  # noqa: F401 (the app that runs the tasks, at once)
from .models import Book

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "isbn,title,year\n9780141439587,Emma,1815\n9780141183633,Kim,1901\n"


def submitted(text: str) -> ImportJob:
    file = ContentFile(text.encode(), "books.csv")
    job = ImportJob.objects.create(file=file, format="text/csv", model="Book")
    job.refresh_from_db()
    return job


def test_import():
    job = submitted(GOOD)
    assert (job.job_status, job.errors) == ("[Dry run] 5/5 Import job finished", "")
    assert not Book.objects.exists()
    run_import_job(job.pk, dry_run=False)
    job.refresh_from_db()
    assert (job.job_status, job.errors) == ("5/5 Import job finished", "")
    assert list(Book.objects.values_list("title", flat=True)) == ["Emma", "Kim"]


def test_summary_of_new_records():
    summary = submitted(GOOD).change_summary.read().decode()
    assert summary.count("<tr><td>new</td><td>") == 2
    assert "Emma" in summary


def test_summary_of_rejected_rows():
    job = submitted(GOOD.replace("1901", "MCMI"))
    summary = job.change_summary.read().decode()
    assert "<td>2</td><td><mark>year</mark><br>is not a whole number<br></td>" in summary


def test_export():
    book = Book.objects.create(title="Emma", isbn="9780141439587", year=1815)
    job = ExportJob.objects.create(
        app_label="with_celery",
        model="book",
        resource="books",
        format="text/csv",
        queryset=json.dumps([book.pk]),
        email_on_completion=False,
    )
    job.refresh_from_db()
    assert job.job_status == "Export complete"
    assert job.file.read().decode().splitlines() == [
        "isbn,title,author,year,language,pages",
        "9780141439587,Emma,,1815,,",
    ]
