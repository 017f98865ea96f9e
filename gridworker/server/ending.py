"""Deletes the service needs that have ended, at the first request of a day and after every push, and tells every
device that holds one to let go of it; empties the conflicts that were closed long ago, and lets go of who stands in
demands that ended long ago."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.models.demand import REFERRAL
from gridworker.models.op import Value
from gridworker.server import sums
from gridworker.server.feed import MOVE_OUT
from gridworker.store import closing, forgetting
from gridworker.store.connection import Connection
from gridworker.store.ending import OVER
from gridworker.store.workspace import Row, Workspace, Written

_SAME = "{0}.domain_id = n.domain_id AND {0}."
_OVER = OVER.replace("{same}c.", _SAME.format("c")).replace("{same}r.", _SAME.format("r"))


def end_needs(connection: Connection, domain_id: bytes, today: str, *, of_yesterday: bool = False) -> int:
    """Delete every need of the community that is over on the day `today`; `of_yesterday` also those ended by hand
    before. Returns how many."""
    over = f"(n.deleted = 1 OR {_OVER})" if of_yesterday else _OVER
    rows = connection.exec_driver_sql(
        f"SELECT n.id, n.bucket_id, n.row_version, n.deleted FROM service_need n WHERE n.domain_id = ? AND {over}",
        (domain_id, today),
    ).fetchall()
    if not rows:
        return 0
    sums.bring_up_to_date(connection, domain_id, [_gone(*row) for row in rows])
    head = connection.exec_driver_sql(
        "UPDATE domain_head SET head = head + ? WHERE domain_id = ? RETURNING head", (len(rows), domain_id)
    ).scalar_one()
    for place, (record, *_) in enumerate(rows):
        connection.exec_driver_sql(
            "DELETE FROM service_need WHERE domain_id = ? AND id = ?", (domain_id, record)
        )
        connection.exec_driver_sql(
            "UPDATE feed SET seq = ?, row_version = row_version + 1, kind = ? WHERE domain_id = ? "
            "AND entity = 'service_need' AND record_id = ? AND kind <> ?",
            (head - place, MOVE_OUT, domain_id, record, MOVE_OUT),
        )
    return len(rows)


def _gone(record: bytes, bucket: bytes, version: int, deleted: int) -> Written:
    """A need as the sums see it go."""
    before: Row = {"row_version": version, "deleted": deleted}
    return Written("service_need", record, bucket, version, False, None, before, deleted=True)


def empty_conflicts(workspace: Workspace, today: str) -> None:
    """Let go of the values of conflicts closed more than 30 days before `today`; the records stay, and every device
    learns of it."""
    connection, domain_id = workspace.connection, workspace.shape.lead
    rows = connection.exec_driver_sql(
        f"SELECT id FROM conflict WHERE domain_id = ? AND ({closing.UNDATED} OR {closing.OVER})",
        (domain_id, closing.last_kept(today)),
    ).fetchall()
    for (record,) in rows:
        row = workspace.get("conflict", record)
        if row is not None:
            over = row["closed_on"] is not None
            now = dict.fromkeys(closing.VALUES) if over else {"closed_on": today}
            version = int(str(row["row_version"])) + 1
            workspace.put("conflict", {**row, **now, "row_version": version})


def forget_reporters(workspace: Workspace, today: str) -> int:
    """Keep the demands that ended two years before `today` without anybody in them, and what other units were told of
    them; every device learns of it. Returns how many."""
    records = due_to_forget(workspace.connection, workspace.shape.lead, today)
    for record in records:
        row = workspace.get("demand", record)
        if row is None:
            continue
        home = workspace.get("household", row["household_id"]) if row["household_id"] else None
        _put(workspace, "demand", row, forgetting.without_anybody(row, home["unit_id"] if home else None))
        for referral in workspace.children(REFERRAL, "demand_id", (record,)):
            told = {name: None for name in ("reporter_name", "reporter_phone") if referral[name] is not None}
            _put(workspace, REFERRAL.name, referral, told)
    return len(records)


def _put(workspace: Workspace, entity: str, row: Row, changed: Mapping[str, Value]) -> None:
    if changed:
        workspace.put(entity, {**row, **changed, "row_version": int(str(row["row_version"])) + 1})


def due_to_forget(connection: Connection, domain_id: object, today: str) -> list[bytes]:
    """The demands of which that is due: what a dry run tells."""
    over = forgetting.OVER.format(same="e.domain_id = d.domain_id AND ")
    return [
        row[0]
        for row in connection.exec_driver_sql(
            f"SELECT d.id FROM demand d WHERE d.domain_id = ? AND {over} ORDER BY d.id",
            (domain_id, forgetting.last_kept(today)),
        )
    ]
