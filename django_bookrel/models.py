"""The concrete models of the catalogue, and the records of imports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .abstract import (
    AbstractAuthor,
    AbstractBook,
    AbstractContribution,
    AbstractIdentifier,
    AbstractPublisher,
    AbstractSeries,
    AbstractSeriesEntry,
    AbstractSubject,
)
from .fields import CodePointField

__all__ = (
    "Alias",
    "Author",
    "Book",
    "Contribution",
    "Identifier",
    "ImportRecord",
    "Publisher",
    "RejectedRow",
    "Series",
    "SeriesEntry",
    "Subject",
)


class Author(AbstractAuthor):
    pass


class Book(AbstractBook):
    pass


class Publisher(AbstractPublisher):
    pass


class Contribution(AbstractContribution):
    pass


class Series(AbstractSeries):
    pass


class SeriesEntry(AbstractSeriesEntry):
    pass


class Subject(AbstractSubject):
    pass


class Identifier(AbstractIdentifier):
    pass


class Alias(models.Model):
    """
    A former or variant name of a record; an import that meets it means that record.

    ``kind`` is the lower-case label of the record's model ("django_bookrel.author") and ``target``
    its primary key as text, so that the records of a host's own models have aliases too.
    """

    kind: models.CharField[str, str] = CodePointField(_("kind"), max_length=100)
    key: models.CharField[str, str] = CodePointField(_("key"), max_length=255)
    name = models.CharField(_("name"), max_length=255)
    target: models.CharField[str, str] = CodePointField(_("record"), max_length=64)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ("kind", "key")
        constraints = (
            models.UniqueConstraint(fields=("kind", "key"), name="%(app_label)s_alias_kind_key"),
        )
        indexes = (models.Index(fields=("kind", "target")),)

    def __str__(self) -> str:
        return self.name


class ImportRecord(models.Model):
    """One import of one file: who, what, when, and what came of it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped by a limit")
        FAILED = "failed", _("failed")

    file = models.CharField(_("file"), max_length=255)
    source = models.CharField(_("format"), max_length=40)
    resource = models.CharField(_("resource"), max_length=255)
    user = models.CharField(_("user"), max_length=255, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.RUNNING
    )
    path = models.CharField(_("write path"), max_length=10, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    new = models.PositiveBigIntegerField(_("new"), default=0)
    updated = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    duplicates = models.PositiveBigIntegerField(_("duplicates"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    repairs = models.JSONField(_("repairs"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True)
    process = models.CharField(_("process"), max_length=255, blank=True, editable=False)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen at"), auto_now=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file


class RejectedRow(models.Model):
    """A row of a file that was not imported, with the reason."""

    import_record = models.ForeignKey(
        ImportRecord, models.CASCADE, related_name="rejected_rows", verbose_name=_("import")
    )
    line = models.PositiveBigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=255, blank=True)
    value = models.TextField(_("value"), blank=True)
    reason = models.TextField(_("reason"))
    cells = models.JSONField(_("cells"), default=list, blank=True)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering: ClassVar = ("import_record", "line", "pk")

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
