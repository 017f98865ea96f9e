"""Deletes the service needs that have ended, at the first request of a day and after every push, and tells every
device that holds one to let go of it."""

from __future__ import annotations

from gridworker.server.feed import MOVE_OUT
from gridworker.store.connection import Connection
from gridworker.store.ending import OVER

_SAME = "{0}.domain_id = n.domain_id AND {0}."
_OVER = OVER.replace("{same}c.", _SAME.format("c")).replace("{same}r.", _SAME.format("r"))


def end_needs(connection: Connection, domain_id: bytes, today: str, *, of_yesterday: bool = False) -> int:
    """Delete every need of the community that is over on the day `today`; `of_yesterday` also those ended by hand
    before. Returns how many."""
    over = f"(n.deleted = 1 OR {_OVER})" if of_yesterday else _OVER
    rows = connection.exec_driver_sql(
        f"SELECT n.id FROM service_need n WHERE n.domain_id = ? AND {over}", (domain_id, today)
    ).fetchall()
    if not rows:
        return 0
    head = connection.exec_driver_sql(
        "UPDATE domain_head SET head = head + ? WHERE domain_id = ? RETURNING head", (len(rows), domain_id)
    ).scalar_one()
    for place, (record,) in enumerate(rows):
        connection.exec_driver_sql(
            "DELETE FROM service_need WHERE domain_id = ? AND id = ?", (domain_id, record)
        )
        connection.exec_driver_sql(
            "UPDATE feed SET seq = ?, row_version = row_version + 1, kind = ? WHERE domain_id = ? "
            "AND entity = 'service_need' AND record_id = ? AND kind <> ?",
            (head - place, MOVE_OUT, domain_id, record, MOVE_OUT),
        )
    return len(rows)
