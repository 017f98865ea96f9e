"""How each demand stood, day by day, kept beside the demands and computed from their logs in the same transaction: one
row for each day on which something happened to it, in force until the next one. Reports count these rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from gridworker.models.demand_machine import OPEN, RUNNING
from gridworker.models.machine import TAKE_BACK
from gridworker.models.op import Value
from gridworker.store.connection import Connection
from gridworker.store.demand_changes import changed_fields
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
    stood = _Stood(reported_at)
    shown = [
        (day, [stood.follow(step) for step in steps][-1])
        for day, steps in groupby(_in_order(reported_at, log), key=lambda step: str(step[0])[:10])
    ]
    demand, unit_at, *place = lead
    for (day, now), (until, _) in pairwise([*shown, (STILL, ())]):
        yield demand, day, until, unit_at, *place, reported_at[:10], *now


def _in_order(reported_at: str, log: Sequence[_Row]) -> Iterator[_Row]:
    """The steps, none of them before the one that it follows, the first when it was reported."""
    latest = ""
    for at, *said in log:
        latest = max(str(at), latest) if latest else reported_at
        yield latest, *said


class _Stood:
    """How one demand stands while its log is gone through."""

    def __init__(self, reported_at: str) -> None:
        self._reported = reported_at[:10]
        self._values: dict[str, Value] = {}
        self._last: dict[str, str] = {}
        self._handled = ("", "")
        self._returns = 0
        self._standing: list[tuple[str, str]] = []

    def follow(self, step: _Row) -> _Row:
        """The step taken; what a day that ends with it shows."""
        at, event, before, after, due_at, changed = map(str, step)
        told = {name: pair[1] for name, pair in changed_fields(changed).items()} if changed else {}
        self._values |= told
        if event == TAKE_BACK and self._standing:
            self._standing.pop()
        elif event in _CONTACTS:
            self._standing.append((str(told.get(_CONTACTS[event]) or at), due_at))
        else:
            self._standing.append(_NO_CONTACT)
        last = self._last
        last[event] = at[:10]
        if before == "registered" and after in _IN_HAND:
            last["into hand"] = at[:10]
        if after != before:
            self._returns += after == "returned"
            last["into closed"] = at[:10] if after == "closed" else last.get("into closed", "")
            self._handled = (at, due_at) if after == "handled" else self._handled
        return self._shown(after, due_at)

    def _shown(self, state: str, due_at: str) -> _Row:
        last, values = self._last, self._values
        handled, limit = self._handled
        spoken, limit_then = next((one for one in self._standing if one is not _NO_CONTACT), _NO_CONTACT)
        became = str(values.get("became") or "")
        closed = (state == "closed" and last.get("into closed")) or None
        return (
            int(state in OPEN),
            int(state in RUNNING),
            due_at,
            int(state not in _LEFT and "into hand" in last),
            last.get("into hand") if state != "registered" else None,
            int(bool(spoken) and (not limit_then or spoken <= limit_then)),
            closed,
            int(bool(closed and handled) and (not limit or handled <= limit)),
            values.get("solve_level") if closed else None,
            int(handled[:10] == self._reported),
            last.get("revisit"),
            values.get("satisfaction"),
            became or None,
            last.get(f"to_{became}"),
            self._concern() if state in OPEN else "",
        )

    def _concern(self) -> str:
        """Why it needs attention although its time limit may hold."""
        urgency = str(self._values.get("urgency") or "")
        if urgency in _URGENT:
            return urgency
        return "returned" if self._returns > 1 else "reopened" if "reopen" in self._last else ""
