"""Which walk lists this computer handed out on paper, and their doors in the order of the sheet: whoever enters one
again finds the numbers that are printed on it. Local, never synced."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.models.days import CHINA
from gridworker.store.queries.history import written_since
from gridworker.store.statements import run
from gridworker.store.store import Store

_STATE = "walk_sheets"
#: So many sheets are remembered, each for this long: older paper has no plan of this week any more.
_MOST, _KEPT_MS = 12, 14 * 24 * 3_600_000
#: Nobody walks more doors with one sheet.
_MOST_DOORS = 1_000


@dataclass(frozen=True)
class Sheet:
    """A sheet handed out at the moment `at` (ms): for which node and period (`2026-W47`, `2026-11-20`), and what stands
    on it from number 1 on."""

    at: int
    node_id: bytes
    node: str
    period: str
    records: tuple[bytes, ...]


def keep_sheet(store: Store, node_id: bytes, node: str, period: str, records: Sequence[bytes]) -> None:
    """Remember a sheet that was printed or written; the same sheet printed once more takes its own place."""
    made = Sheet(store.clock.milliseconds(), node_id, node, period, tuple(records[:_MOST_DOORS]))
    others = (sheet for sheet in sheets(store) if (sheet.node_id, sheet.period) != (node_id, period))
    body = [
        [sheet.at, sheet.node_id.hex(), sheet.node, sheet.period, "".join(one.hex() for one in sheet.records)]
        for sheet in (made, *others)
        if sheet.records
    ]
    store.set_state({_STATE: json.dumps(body[:_MOST], ensure_ascii=False).encode()})


def sheets(store: Store) -> tuple[Sheet, ...]:
    """The sheets of the last fourteen days, newest first."""
    kept, since = store.state(_STATE), store.clock.milliseconds() - _KEPT_MS
    found = json.loads(kept) if kept else []
    return tuple(
        Sheet(int(at), bytes.fromhex(node_id), str(node), str(period), _records(str(records)))
        for at, node_id, node, period, records in found
        if int(at) >= since
    )


def entered(store: Store, sheet: Sheet) -> frozenset[bytes]:
    """What of the sheet was visited and written down since it was handed out."""
    day = dt.datetime.fromtimestamp(sheet.at / 1000, CHINA).strftime("%Y-%m-%d")
    marks = ", ".join("?" * len(sheet.records))
    with store.read() as connection:
        visits = {
            row[0]: row[1]
            for row in run(
                connection,
                "SELECT v.id, coalesce(v.household_id, v.shop_id, v.public_spot_id) AS of FROM visit v "
                f"WHERE v.now_void = 0 AND v.now_on >= ? AND (v.household_id IN ({marks}) OR v.shop_id IN ({marks}) "
                f"OR v.public_spot_id IN ({marks}))",
                (day, *sheet.records * 3),
            )
        }
    if not visits:
        return frozenset()
    return frozenset(visits[visit] for visit in written_since(store, "visit", tuple(visits), sheet.at))


def _records(text: str) -> tuple[bytes, ...]:
    raw = bytes.fromhex(text)
    return tuple(raw[at : at + 16] for at in range(0, len(raw), 16))
