"""Service needs end by themselves: past their day, without their consent or without the person they are deleted, not
hidden, and what was sent about them is emptied. The same on a computer and on the server, each by its own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gridworker.models.op import decode_op
from gridworker.store import state
from gridworker.store.connection import Connection
from gridworker.store.outbox import DONE, OWN
from gridworker.store.statements import run, run_many

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
    """Delete the needs that have ended, once a day; returns how many. Nothing is deleted by a clock that cannot be
    right."""
    today = store.clock.today()
    if store.state(_ENDED_ON) == today.encode() or not store.clock.plausible():
        return 0
    with store.database.write() as connection:
        ended = _end_needs(connection, today)
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


def _empty_ops(connection: Connection, record: bytes) -> None:
    """Answered ops keep their place in this device's order, but not what they said."""
    rows = run(
        connection,
        "SELECT seq, payload FROM outbox WHERE entity = 'service_need' AND record_id = ? AND state IN (?, ?)",
        (record, DONE, OWN),
    ).fetchall()
    emptied = [
        (msgspec.json.encode(msgspec.structs.replace(decode_op(payload), set={}, base={})), seq)
        for seq, payload in rows
    ]
    run_many(connection, "UPDATE outbox SET payload = ? WHERE seq = ?", emptied)
