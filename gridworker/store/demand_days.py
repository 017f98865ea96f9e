"""How each demand stood, day by day, kept beside the demands and computed from their logs in the same transaction: one
row for each day on which something happened to it, in force until the next one. Reports count these rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from gridworker.models.demand_machine import OPEN, RUNNING
from gridworker.models.machine import TAKE_BACK
from gridworker.models.op import Value
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

COLUMNS = (
    "demand_id, day, until, unit_at, category, source, type, household_id, public_spot_id, reported_on, open, running, "
    "due_at, taken_in, accepted_on, contacted_in_time, closed_on, in_time, solve_level, same_day, revisited_on, "
    "satisfaction, became, became_on, concern"
)
#: What is in force has no end yet.
STILL = "~"
_INSERT = f"INSERT INTO demand_day ({COLUMNS}) VALUES ({', '.join('?' * (COLUMNS.count(',') + 1))})"
_IN_HAND = ("accepted", "in_progress")
#: How it ends without having been worked out: nobody waits for its closing any more.
_LEFT = ("registered", "not_accepted", "merged", "withdrawn")
#: The steps by which a reporter hears of it, and what each says of when.
_CONTACTS = {"contacted": "contacted_at", "reply": "replied_at"}
_URGENT = ("critical", "hard")
_NO_CONTACT = ("", "")
_CHUNK = 400
_Row = tuple[Value, ...]


def recompute(connection: Connection, demands: Iterable[bytes]) -> None:
    """Bring the days of these demands up to date; those of a demand that is gone go."""
    wanted = list(demands)
    if not wanted:
        return
    run_many(connection, "DELETE FROM demand_day WHERE demand_id = ?", [(demand,) for demand in wanted])
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        run_many(connection, _INSERT, list(_computed(connection, part)))


def rebuild(connection: Connection) -> None:
    """Compute the days of every demand from nothing."""
    run(connection, "DELETE FROM demand_day")
    run_many(connection, _INSERT, list(_computed(connection)))


def difference(connection: Connection) -> list[str]:
    """Where the kept days differ from what the logs say, as text for the doctor."""
    kept = set(run(connection, f"SELECT {COLUMNS} FROM demand_day"))
    full = set(_computed(connection))
    counted = (("missing", len(full - kept)), ("extra", len(kept - full)))
    return [f"demand_day: {count} {kind}" for kind, count in counted if count]


def _computed(connection: Connection, demands: Sequence[bytes] = ()) -> Iterator[_Row]:
    """The rows of `demands`, or of all."""
    here = f" AND d.id IN ({', '.join('?' * len(demands))})" if demands else ""
    logs: dict[bytes, list[_Row]] = {}
    for demand, *step in run(
        connection,
        "SELECT v.demand_id, v.at, v.event, coalesce(v.from_state, ''), v.to_state, coalesce(v.due_at, ''), "
        "coalesce(v.changed, '') FROM demand d CROSS JOIN demand_event v ON v.demand_id = d.id "
        f"WHERE d.deleted = 0 AND v.deleted = 0{here} ORDER BY v.demand_id, v.turn, v.id",
        demands,
    ):
        logs.setdefault(demand, []).append(tuple(step))
    for row in run(
        connection,
        "SELECT d.id, d.unit_at, d.category, d.source, d.type, d.household_id, d.public_spot_id, d.reported_at, "
        f"d.state, coalesce(d.due_at, '') FROM demand d WHERE d.deleted = 0 AND d.unit_at IS NOT NULL{here}",
        demands,
    ).fetchall():
        *lead, reported_at, state, due_at = row
        # without a log that has not come yet: as it stands now
        log = logs.get(row[0]) or [(reported_at, "register", "", state, due_at, "")]
        yield from _days(lead, str(reported_at), log)


def _days(lead: Sequence[Value], reported_at: str, log: Sequence[_Row]) -> Iterator[_Row]:
    """One row for each day of the log. No step lies before the one that it follows, the first when it was reported."""
    stood, latest = _Stood(reported_at), reported_at
    shown: list[tuple[str, _Row]] = []
    for number, step in enumerate(log):
        at = max(str(step[0]), latest) if number else reported_at
        if at[:10] != latest[:10]:
            shown.append((latest[:10], stood.shown()))
        latest = at
        stood.follow(at, *step[1:])
    shown.append((latest[:10], stood.shown()))
    demand, unit_at, *place = lead
    for (day, now), (until, _) in pairwise([*shown, (STILL, ())]):
        yield demand, day, until, unit_at, *place, reported_at[:10], *now


class _Told(msgspec.Struct):
    """What an entry of the log says of the fields that count here, each as (before, after)."""

    contacted_at: Any = None
    replied_at: Any = None
    solve_level: Any = None
    satisfaction: Any = None
    became: Any = None
    urgency: Any = None


_told = msgspec.json.Decoder(_Told)


class _Stood:
    """How one demand stands while its log is gone through."""

    def __init__(self, reported_at: str) -> None:
        self._reported = reported_at[:10]
        self._state, self._due_at = "", ""
        self._solve_level: Value = None
        self._satisfaction: Value = None
        self._became: Value = None
        self._urgency: Value = None
        self._last: dict[str, str] = {}
        self._handled = ("", "")
        self._returns = 0
        self._standing: list[tuple[str, str]] = []

    def follow(
        self, at: str, event: Value, before: Value, after: Value, due_at: Value, changed: Value
    ) -> None:
        """Take the step that was taken at `at`."""
        told = self._take(changed)
        kind, limit, state = str(event), str(due_at), str(after)
        if kind == TAKE_BACK and self._standing:
            self._standing.pop()
        elif kind in _CONTACTS:
            said = getattr(told, _CONTACTS[kind], None)
            self._standing.append((str((said and said[1]) or at), limit))
        else:
            self._standing.append(_NO_CONTACT)
        last = self._last
        last[kind] = at[:10]
        if before == "registered" and state in _IN_HAND:
            last["into hand"] = at[:10]
        if state != before:
            self._returns += state == "returned"
            if state == "closed":
                last["into closed"] = at[:10]
            elif state == "handled":
                self._handled = (at, limit)
        self._state, self._due_at = state, limit

    def _take(self, changed: Value) -> _Told | None:
        if not changed:
            return None
        told = _told.decode(str(changed))
        if told.solve_level:
            self._solve_level = told.solve_level[1]
        if told.satisfaction:
            self._satisfaction = told.satisfaction[1]
        if told.became:
            self._became = told.became[1]
        if told.urgency:
            self._urgency = told.urgency[1]
        return told

    def shown(self) -> _Row:
        """What a day that ends now shows."""
        last, state = self._last, self._state
        handled, limit = self._handled
        spoken, limit_then = next((one for one in self._standing if one is not _NO_CONTACT), _NO_CONTACT)
        became = str(self._became or "")
        closed = (state == "closed" and last.get("into closed")) or None
        return (
            int(state in OPEN),
            int(state in RUNNING),
            self._due_at,
            int(state not in _LEFT and "into hand" in last),
            last.get("into hand") if state != "registered" else None,
            int(bool(spoken) and (not limit_then or spoken <= limit_then)),
            closed,
            int(bool(closed and handled) and (not limit or handled <= limit)),
            self._solve_level if closed else None,
            int(handled[:10] == self._reported),
            last.get("revisit"),
            self._satisfaction,
            became or None,
            last.get(f"to_{became}"),
            self._concern() if state in OPEN else "",
        )

    def _concern(self) -> str:
        """Why it needs attention although its time limit may hold."""
        urgency = str(self._urgency or "")
        if urgency in _URGENT:
            return urgency
        return "returned" if self._returns > 1 else "reopened" if "reopen" in self._last else ""
