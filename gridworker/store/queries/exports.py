"""What left this profile: the export log, read from the audit of this computer."""

from __future__ import annotations

import datetime as dt

import msgspec

from gridworker.models.days import CHINA
from gridworker.store.export_rows import ExportLine
from gridworker.store.statements import run
from gridworker.store.store import Store

NEWEST = 500


def export_lines(store: Store, limit: int = NEWEST) -> tuple[ExportLine, ...]:
    """The newest exports and printed papers, newest first. A line whose content was erased keeps time and person."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT a.at, coalesce(m.name, ''), a.entity, coalesce(u.name, o.name, ''), coalesce(p.payload, '{}') "
            "FROM audit a LEFT JOIN audit_payload p ON p.n = a.n LEFT JOIN member m ON m.id = a.actor "
            "LEFT JOIN area_unit u ON u.id = a.record_id LEFT JOIN org_unit o ON o.id = a.record_id "
            "WHERE a.act = 'exported' ORDER BY a.n DESC LIMIT ?",
            (limit,),
        ).fetchall()
    return tuple(
        _line(at, by, what, node, msgspec.json.decode(payload)) for at, by, what, node, payload in rows
    )


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
