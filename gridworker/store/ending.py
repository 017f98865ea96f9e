"""What ends by itself at the beginning of a day. Service needs: past their day, without their consent or without the
person they are deleted, not hidden, and what was sent about them is emptied; closed conflicts lose their values, and
demands that ended long ago whoever stands in them. The same on a computer and on the server, each by its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gridworker.models.op import decode_op
from gridworker.models.registry import BY_NAME
from gridworker.store import closing, forgetting, search, state, statistics
from gridworker.store.connection import Connection
from gridworker.store.outbox import DONE, OWN
from gridworker.store.state import is_alone
from gridworker.store.statements import run, run_many
from gridworker.store.statistics import Touched
from gridworker.store.workspace import Shape, Workspace

if TYPE_CHECKING:
    from gridworker.store.store import Store

_ENDED_ON = "needs_ended_on"
#: SQL that is 1 for a need `n` whose time is over on the day ?, or that stands on nothing any more. One that was ended
#: by hand stays until the next day, so that this can be taken back.
OVER = (
    "(n.valid_until < ? OR EXISTS (SELECT 1 FROM consent c WHERE {same}c.id = n.consent_id "
    "AND (c.deleted = 1 OR c.withdrawn_on IS NOT NULL)) OR EXISTS (SELECT 1 FROM resident r "
    "WHERE {same}r.id = n.resident_id AND (r.deleted = 1 OR r.moved_out_on IS NOT NULL)))"
)


def start_day(store: Store) -> int:
    """Delete the needs that have ended and empty the conflicts closed long ago, once a day; returns how many. Nothing
    is deleted by a clock that cannot be right."""
    today = store.clock.today()
    if store.state(_ENDED_ON) == today.encode() or not store.clock.plausible():
        return 0
    with store.database.write() as connection:
        ended = _end_needs(connection, today) + _empty_conflicts(
            connection, today, alone=is_alone(store.known)
        )
        ended += _forget_reporters(connection, today)
        state.put(connection, {_ENDED_ON: today.encode()})
    return ended


def _end_needs(connection: Connection, today: str) -> int:
    over = f"(n.deleted = 1 OR {OVER.format(same='')})"
    ended = [row[0] for row in run(connection, f"SELECT n.id FROM service_need n WHERE {over}", (today,))]
    run_many(connection, "DELETE FROM service_need WHERE id = ?", [(record,) for record in ended])
    for record in ended:
        _empty_ops(connection, record)
        run(connection, "DELETE FROM history WHERE record_id = ?", (record,))
    return len(ended)


def _empty_conflicts(connection: Connection, today: str, *, alone: bool) -> int:
    """Versions stay: under a server the emptied record comes from there too. Only who stands alone dates what was
    closed before days were noted."""
    if alone:
        run(connection, f"UPDATE conflict SET closed_on = ? WHERE {closing.UNDATED}", (today,))
    over = (closing.last_kept(today),)
    found = run(connection, f"SELECT id FROM conflict WHERE {closing.OVER}", over).fetchall()
    emptied = ", ".join(f"{name} = NULL" for name in closing.VALUES)
    run_many(connection, f"UPDATE conflict SET {emptied} WHERE id = ?", found)
    run_many(connection, "DELETE FROM history WHERE record_id = ?", found)
    return len(found)


def _forget_reporters(connection: Connection, today: str) -> int:
    """Versions stay, as with conflicts: under a server the record without anybody comes from there too."""
    over = f"SELECT d.id FROM demand d WHERE {forgetting.OVER.format(same='')}"
    due = [row[0] for row in run(connection, over, (forgetting.last_kept(today),))]
    workspace = Workspace(connection, Shape())
    for record in due:
        row = workspace.get("demand", record)
        assert row is not None
        home = workspace.get("household", row["household_id"]) if row["household_id"] else None
        workspace.put("demand", {**row, **forgetting.without_anybody(row, home["unit_id"] if home else None)})
    workspace.flush()
    statistics.recompute(connection, Touched(demands=set(due)))
    told = "UPDATE referral SET reporter_name = NULL, reporter_phone = NULL WHERE demand_id = ?"
    run_many(connection, told, [(record,) for record in due])
    for record in due:
        _empty_ops(connection, record, "demand")
        run(connection, "DELETE FROM history WHERE record_id = ?", (record,))
    search.index_records(connection, BY_NAME["demand"], due)
    return len(due)


def _empty_ops(connection: Connection, record: bytes, entity: str = "service_need") -> None:
    """Answered ops keep their place in this device's order, but not what they said."""
    rows = run(
        connection,
        "SELECT seq, payload FROM outbox WHERE entity = ? AND record_id = ? AND state IN (?, ?)",
        (entity, record, DONE, OWN),
    ).fetchall()
    emptied = [
        (msgspec.json.encode(msgspec.structs.replace(decode_op(payload), set={}, base={})), seq)
        for seq, payload in rows
    ]
    run_many(connection, "UPDATE outbox SET payload = ? WHERE seq = ?", emptied)
