"""What was let out: for the office that of all computers, for everybody else what the audit of this one knows, and the
papers printed here for the work itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from gridworker.models.days import CHINA
from gridworker.models.entity import BucketClass
from gridworker.store.connection import Connection
from gridworker.store.export_rows import ExportLine, ExportLog
from gridworker.store.statements import run
from gridworker.store.store import Store

NEWEST = 500


def export_log(store: Store, limit: int = NEWEST) -> ExportLog:
    """The newest exports and printed papers, newest first. A line of this computer whose content was erased keeps time
    and person."""
    whole = any(BucketClass.OFFICE in grant.role.buckets for grant in store.grants())
    with store.read() as connection:
        lines = list(_noted_here(connection, limit, papers_only=whole))
        if whole:
            lines += _of_all(connection, limit)
    newest = sorted(lines, key=lambda line: line.at, reverse=True)[:limit]
    return ExportLog(tuple(newest), whole)


def _of_all(connection: Connection, limit: int) -> Iterator[ExportLine]:
    rows = run(
        connection,
        "SELECT e.exported_at, coalesce(m.name, ''), e.what, coalesce(e.node_name, ''), coalesce(e.period, ''), "
        "e.form, e.export_purpose, e.recipient, coalesce(e.unmask_reason, ''), e.locked, e.size, e.digest "
        "FROM export_log e LEFT JOIN member m ON m.id = e.by_member_id WHERE e.deleted = 0 "
        "ORDER BY e.exported_at DESC, e.rid DESC LIMIT ?",
        (limit,),
    )
    for *answers, locked, size, digest in rows:
        at, by, what, node, period, form, purpose, recipient, reason = answers
        yield ExportLine(
            at, by, what, node, period, form, purpose, recipient, reason, bool(locked), size, digest
        )


def _noted_here(connection: Connection, limit: int, *, papers_only: bool) -> Iterator[ExportLine]:
    rows = run(
        connection,
        "SELECT a.at, coalesce(m.name, ''), a.entity, coalesce(u.name, o.name, ''), coalesce(p.payload, '{}') "
        "FROM audit a LEFT JOIN audit_payload p ON p.n = a.n LEFT JOIN member m ON m.id = a.actor "
        "LEFT JOIN area_unit u ON u.id = a.record_id LEFT JOIN org_unit o ON o.id = a.record_id "
        "WHERE a.act = 'exported' ORDER BY a.n DESC LIMIT ?",
        (limit,),
    )
    for at, by, what, node, payload in rows:
        line = _line(at, by, what, node, msgspec.json.decode(payload))
        if not (papers_only and line.purpose):
            yield line


def _line(at: int, by: str, what: str, node: str, said: dict[str, object]) -> ExportLine:
    def text(name: str) -> str:
        return str(said.get(name, ""))

    return ExportLine(
        at=dt.datetime.fromtimestamp(at / 1000, CHINA).strftime("%Y-%m-%d %H:%M"),
        by=by,
        what=what,
        node=node,
        period=text("period"),
        form=text("form"),
        purpose=text("purpose"),
        recipient=text("recipient"),
        unmask_reason=text("unmask_reason"),
        locked=said.get("locked") is True,
        size=int(text("size") or 0),
        digest=text("digest"),
    )
