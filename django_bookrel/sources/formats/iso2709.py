"""
The exchange format of MARC: records and fields of any length, as parts that keep to its lengths.

ISO 2709, https://www.loc.gov/marc/specifications/specrecstruc.html (seen 2026-11): a leader of 24
bytes; a directory with tag, length (four digits) and start (five digits) of each field; the fields.

- A record may have 99,999 bytes and a field 9,999. Programs that write longer ones write lengths of
  more digits, which shift what stands behind them, or wrong ones. Fields and records end in
  characters of their own, by which they are read whatever their lengths say.
- Notes (5XX) and local fields (9XX), which no column has, are dropped if they are too long; any
  other such field rejects its record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..base import ByteReader
from ..files.lines import blocks
from ..limits import Limits

__all__ = ("END_OF_FIELD", "LEADER", "chunks", "parts")

END_OF_FIELD = b"\x1e"
_END_OF_RECORD = b"\x1d"
_DELIMITER = b"\x1f"

LEADER = re.compile(rb"\s{0,4}\d{5,8}[ -~]{5}[ 0-9]{2}\d{5}[ -~]{3}45", re.ASCII)
"""How a record begins."""

_LONG_LENGTH = re.compile(rb"\d{5}(\d{1,3})(?=[ -~]{5}[ 0-9]{2}\d{5}[ -~]{3}45)", re.ASCII)
_MOST_RECORD, _MOST_FIELD = 99_999, 9_999
_ENTRY = 12
_UNREAD = (b"5", b"9")
_DAMAGED = "it is damaged or truncated"


def chunks(file: ByteReader) -> Iterator[tuple[bytes, bool]]:
    """Yield each record, and whether it is whole; one over the limit is not."""
    rest, is_whole = b"", True
    limit = file.limits.record
    for block in blocks(file):
        *found, rest = (rest + block).split(_END_OF_RECORD)
        for chunk in found:
            yield chunk.lstrip() + _END_OF_RECORD, is_whole and len(chunk) <= limit
            is_whole = True
        if len(rest) > limit:
            rest, is_whole = rest[:_MOST_RECORD], False
    if rest.strip(b" \r\n\t\0\x1a"):
        yield rest.lstrip(), is_whole


def parts(chunk: bytes, limits: Limits) -> list[bytes]:
    """
    Divide a record into ones whose lengths are right, with the same leader and a few fields each.

    :raises ValueError: it is damaged or over a limit.
    """
    if chunk.count(END_OF_FIELD) + chunk.count(_DELIMITER) > limits.elements:
        raise ValueError(f"it has more fields and subfields than {limits.allowed('elements')}")
    if match := _LONG_LENGTH.match(chunk):
        chunk = chunk[: match.start(1)] + chunk[match.end(1) :]
    leader, (directory, _, rest) = chunk[:24], chunk[24:].partition(END_OF_FIELD)
    *fields, end = rest.split(END_OF_FIELD)
    if end != _END_OF_RECORD:
        raise ValueError(_DAMAGED)
    tagged = _tagged(directory, fields)
    if max(map(len, fields), default=0) >= _MOST_FIELD:
        tagged = [(tag, field) for tag, field in tagged if _is_kept(tag, field)]
    if len(chunk) <= _MOST_RECORD:
        return [_made(leader, tagged)]
    return [_made(leader, some) for some in _grouped(tagged)]


def _tagged(directory: bytes, fields: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    if len(directory) != _ENTRY * len(fields):
        return list(zip(_overflowed(directory, fields), fields, strict=True))
    if not directory.isdigit():
        raise ValueError(_DAMAGED)
    places = range(0, len(directory), _ENTRY)
    starts = [int(directory[place + 7 : place + _ENTRY]) for place in places]
    in_order = sorted(range(len(fields)), key=starts.__getitem__)
    held = dict(zip(in_order, fields, strict=True))
    return [(directory[place : place + 3], held[n]) for n, place in enumerate(places)]


def _overflowed(directory: bytes, fields: Sequence[bytes]) -> Iterator[bytes]:
    """Give the tags of a directory whose lengths and starts have more digits than they may."""
    place = start = 0
    for field in fields:
        length = len(field) + 1
        said = b"%04d%05d" % (length, start)
        if not directory.startswith(said, place + 3):
            raise ValueError(_DAMAGED)
        yield directory[place : place + 3]
        place, start = place + 3 + len(said), start + length
    if place != len(directory):
        raise ValueError(_DAMAGED)


def _is_kept(tag: bytes, field: bytes) -> bool:
    if len(field) < _MOST_FIELD:
        return True
    if not tag.startswith(_UNREAD):
        raise ValueError(
            f"field {tag.decode('ascii', 'replace')} has {len(field) + 1:,} bytes, "
            f"more than the {_MOST_FIELD:,} of MARC"
        )
    return False


def _grouped(tagged: Sequence[tuple[bytes, bytes]]) -> Iterator[list[tuple[bytes, bytes]]]:
    group: list[tuple[bytes, bytes]] = []
    size = 0
    for tag, field in tagged:
        added = _ENTRY + len(field) + 1
        if group and size + added > _MOST_RECORD // 2:
            yield group
            group, size = [], 0
        group.append((tag, field))
        size += added
    yield group


def _made(leader: bytes, tagged: Sequence[tuple[bytes, bytes]]) -> bytes:
    entries, start = [], 0
    for tag, field in tagged:
        entries.append(b"%s%04d%05d" % (tag, len(field) + 1, start))
        start += len(field) + 1
    base = len(leader) + _ENTRY * len(entries) + 1
    length = base + start + 1
    head = b"%05d%s%05d%s" % (length, leader[5:12], base, leader[17:])
    fields = [field + END_OF_FIELD for _, field in tagged]
    return b"".join([head, *entries, END_OF_FIELD, *fields, _END_OF_RECORD])
