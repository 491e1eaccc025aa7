"""
What hosts may listen to.

A receiver that raises does not break the import: the error goes to the logger ``django.dispatch``.
"""

from __future__ import annotations

from django.dispatch import Signal

__all__ = ("rows_written",)

rows_written = Signal()
"""
Sent when a batch of an import is committed, or, where all batches share one transaction, once for
each of them when that is committed; not on a dry run, and not for a batch that wrote no row.

:param sender: the model whose rows were written. Of the records that they refer to, and that the
    import may have created, there is no signal.
:param using: alias of the database.
:param new: list of the primary keys of new rows, in the order of the file.
:param updated: list of the primary keys of rows that changed, or of which a related row did, in no
    order.
:param deleted: list of the primary keys of rows that an earlier batch of the import had announced
    as new, and that turned out to be about the record of another row.
:param resource: the resource that imports.
"""
