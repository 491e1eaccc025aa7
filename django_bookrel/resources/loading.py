"""Files into the database: the Python API that the command and the admin are skins of."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils.module_loading import import_string

from ..bulk import (
    all_or_nothing,
    get_writer,
    stopping,
)
from ..bulk.writers import Writer
from ..conf import conf
from ..exceptions import InvalidOption, TemporaryFileError, UnreadableFile
from ..host_formats import host_formats
from ..showing import MOST, short
from ..sources import Reading, Record, open_source
from ..sources.files.catalogue_file import STANDARD_INPUT
from .importing import ImportOptions
from .importlog import ImportLog
from .naming import own_option
from .relational import RelationalResource
from .results import Result

__all__ = ("Loading", "get_resource", "load")

OPEN_FILES = Path("/proc/self/fd")
"""Where Linux lets a file be opened that has no name any more."""


def get_resource(
    path: str | type[RelationalResource] | None,
    using: str | None = None,
    *,
    bulk: bool = False,
) -> Any:
    """
    Return an instance of the resource; None means that of our own books.

    :param using: alias of the database that the resource is about; None asks the router.
    :param bulk: write in bulk, bypassing code of the host; otherwise ``Meta.bulk`` decides.
    :raises ImproperlyConfigured: there is no such class or database, or the class is no
        RelationalResource.
    """
    if path is None:
        if apps.get_app_config("django_bookrel").models_module is None:
            raise ImproperlyConfigured(
                "Pass a resource: django_bookrel's own Book model is not installed."
            )
        path = "django_bookrel.resources.BookResource"
    try:
        resource = import_string(path) if isinstance(path, str) else path
    except ImportError as error:
        raise ImproperlyConfigured(
            f"Cannot import the resource “{short(path)}”: {short(error, MOST)}."
        ) from error
    if not (isinstance(resource, type) and issubclass(resource, RelationalResource)):
        raise ImproperlyConfigured(f"“{short(path)}” is not a RelationalResource.")
    made = resource()
    # The options are the class's; those of other imports stay as they are.
    made._meta = copy(made._meta)
    made._meta.bulk = bulk or own_option(made, "bulk")
    if using:
        if using not in connections:
            raise ImproperlyConfigured(f"The settings define no database “{short(using)}”.")
        made._meta.using_db = using
    return made


@dataclass
class Loading:
    """
    One file, opened and recognised, to be imported into one resource.

    Making it checks everything that concerns the whole file; :meth:`run` writes. A context manager
    that forgets what was kept of standard input or another pipe.
    """

    path: str | os.PathLike[str]
    resource: Any
    reading_options: Mapping[str, Any] = field(default_factory=dict)
    """What ``open_source`` takes: source, mapping, set_values, encoding, delimiter ..."""
    options: ImportOptions = field(default_factory=ImportOptions)
    atomic: bool = False
    skip: int = 0
    limit: int | None = None
    user: str = ""

    def __post_init__(self) -> None:
        self.result: Result = self.resource.new_result()
        self.name = os.fspath(self.path)
        self._reading: Reading | None = None
        self._rows_read = 0
        _check_number("skip", self.skip)
        _check_number("limit", self.limit)
        with ExitStack() as stack:
            if self.name == STANDARD_INPUT:
                self.name = "standard input"
                self.path = stack.enter_context(_spooled(getattr(sys.stdin, "buffer", None)))
            elif Path(self.path).is_fifo():
                with Path(self.path).open("rb") as pipe:
                    self.path = stack.enter_context(_spooled(pipe))
            with self.open() as reading:
                self.source, self.fields = reading.source, reading.fields
                self.header = reading.header
                self.result.source = reading.source.name
                self.result.ignored_columns = [
                    column.name for column in reading.columns if column.is_lost
                ]
            self.resource.check_import(self.options, self.fields)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def open(self) -> Reading:
        """Open the file anew."""
        return open_source(
            self.path,
            fields=list(self.resource.columns()),
            required=self.resource.required_columns(),
            plain=self.resource.plain_columns(),
            name=self.name,
            **{
                "limits": conf.limits,
                "more_sources": host_formats(),
                **self.reading_options,
            },
        )

    def records(self) -> Iterator[Record]:
        """Yield the records of the file, counting repairs on no pass."""
        with self.open() as reading:
            self._reading = reading
            stop = None if self.limit is None else self.skip + self.limit
            rows = enumerate(itertools.islice(reading, self.skip, stop), self.skip + 1)
            for self._rows_read, record in rows:
                yield record

    @property
    def expected_rows(self) -> int | None:
        """How many records there may be, by the part of the file that was read; None: no idea."""
        reading = self._reading
        if reading is None or not reading.bytes_total or not reading.bytes_read:
            return None
        rows = self._rows_read * reading.bytes_total // reading.bytes_read - self.skip
        return rows if self.limit is None else min(rows, self.limit)

    def _log(self, writer: Writer) -> ImportLog:
        return ImportLog(
            self.resource,
            writer,
            file=self.name,
            source=self.source.name,
            user=self.user,
            options=self.reading_options,
            is_dry=self.options.dry_run,
        )

    def run(self) -> Result:
        """
        Import the file.

        :raises RejectLimit: too many rows were rejected.
        :raises ImportStopped: a fault that is not one row's; ``result`` says what is in.
        """
        using = self.resource.get_db_connection_name()
        writer = get_writer(using)
        with stopping(writer, self.result.counts):
            log = self._log(writer)
        options = replace(
            self.options,
            on_rejected=log.noting(self.options.on_rejected),
            on_batch=log.seeing(self.options.on_batch),
        )
        together: AbstractContextManager[None] = nullcontext()
        if self.atomic and not self.options.dry_run:
            together = all_or_nothing(writer, self.resource._meta.model)
        try:
            with stopping(writer, self.result.counts), together:
                self.resource.import_records(
                    self.records,
                    self.fields,
                    clears=self.source.clears,
                    checked=True,
                    header=self.header,
                    options=options,
                    result=self.result,
                )
        except BaseException as error:
            if self.atomic:
                self.result.nothing_written()
            log.finish(self.result, error)
            raise
        log.finish(self.result)
        return self.result


def _check_number(name: str, number: int | None) -> None:
    if number is not None and number < 0:
        raise InvalidOption(f"{name} must be at least 0, not {number}.")


@contextmanager
def _spooled(pipe: Any) -> Iterator[str]:
    """
    Give what comes through a pipe as the path of a file, which can be read twice.

    Where the system shows open files in a folder it has no other name, so that nothing of it stays
    however the process ends.

    :raises UnreadableFile: there is nothing to read.
    :raises TemporaryFileError: the temporary folder does not take it.
    """
    if pipe is None:
        raise UnreadableFile("Standard input is closed.")
    try:
        with ExitStack() as stack:
            if OPEN_FILES.is_dir():
                file: Any = stack.enter_context(tempfile.TemporaryFile(prefix="bookrel-"))
                path = OPEN_FILES / str(file.fileno())
            else:
                folder = tempfile.TemporaryDirectory(prefix="bookrel-")
                path = Path(stack.enter_context(folder)) / "input"
                file = stack.enter_context(path.open("wb"))
            shutil.copyfileobj(pipe, file)
            file.flush()
            kept = stack.pop_all()
    except OSError as error:
        raise TemporaryFileError("what comes through the pipe", error) from error
    with kept:
        yield str(path)


def load(
    path: str | os.PathLike[str],
    *,
    resource: str | type[RelationalResource] | None = None,
    using: str | None = None,
    existing: str = "update",
    keep: Collection[str] = (),
    dry_run: bool = False,
    atomic: bool = False,
    bulk: bool = False,
    batch_size: int | None = None,
    skip: int = 0,
    limit: int | None = None,
    user: str = "",
    max_rejects: Any = None,
    on_warnings: Any = None,
    on_batch: Any = None,
    on_rejected: Any = None,
    on_repairs: Any = None,
    **reading_options: Any,
) -> Result:
    """
    Import a file.

    :param resource: the resource class or its dotted path; None means that of the bundled books.
    :param using: the database; None asks the router.
    :param atomic: import the file in a single transaction; otherwise commit each batch.
    :param bulk: write in bulk, bypassing ``save()``, signals and other code of the host.
    :param skip: number of records to skip at the start.
    :param limit: maximum number of records to read after those.
    :param user: who imports the file, for the import history.
    :param on_warnings: called before anything is written with what the tables lack, if anything.
    :param on_repairs: called after each batch with a list of its repaired and dropped cells, each a
        ``Repair``, including those of rejected rows and duplicates.
    :param reading_options: what ``sources.open_source`` takes.
    :raises SourceError: the file cannot be read as a catalogue, or an option is invalid; nothing
        was written.
    :raises RejectLimit: too many rows were rejected.
    :raises ImportStopped: the database failed, or a table cannot take any row.
    """
    given = {
        "max_rejects": max_rejects,
        "on_warnings": on_warnings,
        "on_batch": on_batch,
        "on_rejected": on_rejected,
        "on_repairs": on_repairs,
    }
    options = ImportOptions(
        existing,
        keep,
        dry_run,
        batch_size,
        **{name: value for name, value in given.items() if value is not None},
    )
    made = get_resource(resource, using, bulk=bulk)
    loading = Loading(path, made, reading_options, options, atomic, skip, limit, user)
    with loading:
        return loading.run()
