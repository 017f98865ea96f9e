"""Frozen reports: which editions there are, and their figures, items and files as they were frozen. Everything that is
opened is checked against its hash first."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from gridworker.errors import FrozenDamaged, NotFound
from gridworker.models.digests import sha256
from gridworker.models.frozen import DOCUMENT
from gridworker.store.connection import Connection
from gridworker.store.frozen_rows import Contribution, Edition
from gridworker.store.statements import run
from gridworker.store.store import Store

#: No file of a report is larger: what claims to be is not unpacked.
LARGEST = 64 * 1024 * 1024
_EDITIONS = (
    "SELECT r.id, r.period, coalesce(r.edition, 0), coalesce(r.area_unit_id, r.org_unit_id), r.node_name, "
    "coalesce((SELECT o.edition FROM frozen_report o WHERE o.id = r.supplements_id), 0), r.supplements_id, "
    "r.frozen_at, r.digest, r.unsent_here, (SELECT group_concat(DISTINCT f.format) FROM frozen_file f "
    "WHERE f.report_id = r.id AND f.deleted = 0) FROM frozen_report r WHERE r.deleted = 0"
)


def editions(store: Store, node_id: bytes, period: str) -> tuple[Edition, ...]:
    """The editions of a node and period, oldest first; provisional ones last."""
    with store.read() as connection:
        rows = run(
            connection,
            f"{_EDITIONS} AND r.period = ? AND coalesce(r.area_unit_id, r.org_unit_id) = ? "
            "ORDER BY r.edition IS NULL, r.edition, r.rid",
            (period, node_id),
        ).fetchall()
    return tuple(_edition(row) for row in rows)


def edition_of(store: Store, report_id: bytes) -> Edition:
    """Raises NotFound."""
    with store.read() as connection:
        row = run(connection, f"{_EDITIONS} AND r.id = ?", (report_id,)).fetchone()
    if row is None:
        raise NotFound(what="frozen_report")
    return _edition(row)


def edition_numbered(store: Store, node_id: bytes, period: str, number: int) -> Edition:
    """Raises NotFound."""
    found = [one for one in editions(store, node_id, period) if number and one.edition == number]
    if not found:
        raise NotFound(what="frozen_report")
    return found[0]


def _edition(row: Any) -> Edition:
    kept = str(row[10] or "").split(",")
    formats = tuple(sorted(name for name in kept if name and name != DOCUMENT))
    told = [*row[:10], DOCUMENT in kept, formats]
    return Edition(*told)


def frozen_figures(store: Store, report_id: bytes) -> dict[str, Any]:
    """The canonical figures of an edition. Raises NotFound, FrozenDamaged."""
    with store.read() as connection:
        return _figures(connection, report_id)


def _figures(connection: Connection, report_id: bytes) -> dict[str, Any]:
    sql = "SELECT figures, digest FROM frozen_report WHERE id = ?"
    row = run(connection, sql, (report_id,)).fetchone()
    if row is None:
        raise NotFound(what="frozen_report")
    if sha256(row[0].encode()).hexdigest() != row[1]:
        raise FrozenDamaged(what="figures")
    found: dict[str, Any] = json.loads(row[0])
    if items_digest(_items(connection, report_id)) != found["items"]:
        raise FrozenDamaged(what="items")
    return found


def frozen_items(store: Store, report_id: bytes) -> tuple[Contribution, ...]:
    """What each record had added to the figures."""
    with store.read() as connection:
        return _items(connection, report_id)


def _items(connection: Connection, report_id: bytes) -> tuple[Contribution, ...]:
    rows = run(
        connection,
        "SELECT entity, record_id, version, contribution, quoted FROM frozen_item "
        "WHERE report_id = ? AND deleted = 0",
        (report_id,),
    ).fetchall()
    told = {text: tuple(sorted(json.loads(text).items())) for text in {row[3] for row in rows}}
    return tuple(
        Contribution(entity, record, version, told[counts], bool(quoted))
        for entity, record, version, counts, quoted in rows
    )


def damaged_reports(connection: Connection) -> list[str]:
    """Period and node of every frozen report that does not fit its hashes, with what of it does not."""
    found = []
    reports = run(connection, "SELECT id, period, node_name FROM frozen_report WHERE deleted = 0").fetchall()
    for report, period, node in reports:
        kept = "SELECT DISTINCT format, edition FROM frozen_file WHERE report_id = ? AND deleted = 0"
        try:
            _figures(connection, report)
            for file_format, edition in run(connection, kept, (report,)).fetchall():
                _file(connection, report, file_format, edition)
        except FrozenDamaged as damaged:
            found.append(f"{period} {node}: {damaged.values['what']}")
    return found


def items_digest(items: tuple[Contribution, ...]) -> str:
    """SHA-256 over all items of an edition, whatever order they come in (64 hex digits)."""
    whole = sha256()
    texts = {item.counts: counts_text(item) for item in items}
    for item in sorted(items, key=lambda one: (one.entity, one.record_id)):
        line = f"{item.entity} {item.record_id.hex()} {item.version} {texts[item.counts]}\n"
        whole.update(line.encode())
    return whole.hexdigest()


def counts_text(item: Contribution) -> str:
    """The counts of an item as canonical JSON."""
    return json.dumps(dict(item.counts), sort_keys=True, separators=(",", ":"))


def kept_file(store: Store, report_id: bytes, file_format: str, edition: int) -> bytes | None:
    """A file of a report byte for byte as it was made, None where none is kept (yet). Raises FrozenDamaged."""
    with store.read() as connection:
        return _file(connection, report_id, file_format, edition)


def _file(connection: Connection, report_id: bytes, file_format: str, edition: int) -> bytes | None:
    rows = run(
        connection,
        "SELECT part, parts, size, digest, packed FROM frozen_file WHERE report_id = ? AND format = ? "
        "AND edition = ? AND deleted = 0 ORDER BY part",
        (report_id, file_format, edition),
    ).fetchall()
    if not rows or len(rows) < rows[0][1]:
        return None
    _, parts, size, digest, _ = rows[0]
    try:
        packed = base64.b64decode("".join(row[4] for row in rows[:parts]), validate=True)
        content = zlib.decompressobj().decompress(packed, LARGEST)
    except (binascii.Error, zlib.error) as error:
        raise FrozenDamaged(what=file_format) from error
    if len(content) != size or sha256(content).hexdigest() != digest:
        raise FrozenDamaged(what=file_format)
    return content
