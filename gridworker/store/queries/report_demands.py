"""Demands of a report, read from their logs: how each stood at any moment, whatever happened to it since. A demand
belongs to the node where it lay when it was registered."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from gridworker.models.days import plus_days
from gridworker.models.demand_machine import OPEN, RUNNING
from gridworker.models.machine import TAKE_BACK
from gridworker.models.op import Value
from gridworker.store.connection import Connection
from gridworker.store.demand_changes import changed_fields
from gridworker.store.queries.report_ground import Ground
from gridworker.store.queries.report_visits import narrowed
from gridworker.store.report_rows import DemandFigures
from gridworker.store.statements import run

#: Levels at which "solved in the grid" holds; a station serves its grid.
IN_GRID = ("household", "micro_grid", "station", "grid")
_COLUMNS = (
    "d.id, d.no, d.unit_at, d.category, d.source, d.type, d.reported_at, d.public_spot_id, d.state, d.due_at"
)


@dataclass(frozen=True)
class Step:
    """One entry of a log; `at` is never before the entry that came before it."""

    at: str
    event: str
    before: str
    after: str
    due_at: str
    changed: str


@dataclass(frozen=True)
class Fact:
    """A demand with its log in the order of its turns."""

    id: bytes
    no: str
    unit_at: bytes
    category: str
    source: str
    type: str
    reported_at: str
    spot_id: bytes | None
    steps: tuple[Step, ...]
    moments: tuple[str, ...] = field(repr=False)
    #: After this moment nothing of it counts any more.
    over: str = field(repr=False)

    def told(self, until: str) -> tuple[Step, ...]:
        """What had happened before the moment or day `until`."""
        return self.steps[: bisect_left(self.moments, until)]

    def state(self, until: str) -> str:
        """Its state then; "" while it was not registered."""
        place = bisect_left(self.moments, until)
        return self.steps[place - 1].after if place else ""

    def value(self, name: str, until: str) -> Value:
        """A field of its road as it was then; None where it was empty."""
        for step in reversed(self.told(until)):
            if f'"{name}"' in step.changed:
                changed = changed_fields(step.changed)
                if name in changed:
                    return changed[name][1]
        return None


@dataclass(frozen=True)
class Window:
    """Days from `first` to `last`, and the moment `now` at which what is open is looked at: the end of the last day, or
    the present if that is earlier."""

    first: str
    last: str
    now: str
    #: The day after the last one: what is told before it counts.
    end: str

    def has(self, at: str) -> bool:
        return self.first <= at < self.end


def window(first: str, last: str, present: str) -> Window:
    """The window of these days when it is `present` (`YYYY-MM-DD HH:MM`)."""
    end = plus_days(last, 1)
    return Window(first, last, min(f"{end} 00:00", max(present, first)), end)


def demand_facts(connection: Connection, ground: Ground, since: str) -> tuple[Fact, ...]:
    """The demands of the ground that are open, or of which something is told, or whose limit ends, on the day `since`
    or later."""
    states = ", ".join(f"'{state}'" for state in OPEN)
    chosen = (
        f"d.deleted = 0 AND (d.state IN ({states}) OR d.id IN (SELECT demand_id FROM demand_event WHERE at >= ?1)"
        f" OR d.reported_at >= ?1 OR d.due_at >= ?1){narrowed(ground, 'd.household_id')}"
    )
    return tuple(fact for fact in _facts(connection, chosen, (since,)) if fact.unit_at in ground.nodes)


def facts_of(connection: Connection, demands: Sequence[bytes]) -> dict[bytes, Fact]:
    """A few demands by their ids."""
    chosen = f"d.id IN ({', '.join('?' * len(demands))})"
    return {fact.id: fact for fact in _facts(connection, chosen, demands)}


def _facts(connection: Connection, chosen: str, values: Sequence[Value]) -> list[Fact]:
    logs: dict[bytes, list[tuple[str, ...]]] = {}
    rows = run(
        connection,
        "SELECT v.demand_id, v.at, v.event, coalesce(v.from_state, ''), v.to_state, coalesce(v.due_at, ''), "
        "coalesce(v.changed, '') FROM demand d JOIN demand_event v ON v.demand_id = d.id "
        f"WHERE {chosen} AND v.deleted = 0 ORDER BY v.demand_id, v.turn, v.id",
        values,
    )
    for demand, *step in rows:
        logs.setdefault(demand, []).append(tuple(step))
    found = run(
        connection, f"SELECT {_COLUMNS} FROM demand d WHERE {chosen} ORDER BY d.reported_at, d.rid", values
    )
    return [_fact(row, logs.get(row[0], [])) for row in found]


def _fact(row: tuple[Value, ...], log: Iterable[tuple[str, ...]]) -> Fact:
    identity, no, unit_at, category, source, type_, reported_at, spot, state, due_at = row
    steps: list[Step] = []
    for at, *said in log:
        steps.append(Step(max(at, steps[-1].at) if steps else str(reported_at), *said))
    if not steps:  # its log has not come yet
        steps.append(Step(str(reported_at), "register", "", str(state), str(due_at or ""), ""))
    return Fact(
        identity,  # type: ignore[arg-type]
        str(no),
        unit_at,  # type: ignore[arg-type]
        str(category),
        str(source),
        str(type_),
        str(reported_at),
        spot,  # type: ignore[arg-type]
        tuple(steps),
        tuple(step.at for step in steps),
        "~" if steps[-1].after in OPEN else max(steps[-1].at, steps[-1].due_at),
    )


# -- what counts ---------------------------------------------------------------------------------------------------

FIGURES = tuple(f.name for f in fields(DemandFigures))
_IN_HAND = ("accepted", "in_progress")
#: How it ends without having been worked out: nobody waits for its closing any more.
_LEFT = ("registered", "not_accepted", "merged", "withdrawn")
#: The steps by which a reporter hears of it, and what each says of when.
_CONTACTS = {"contacted": "contacted_at", "reply": "replied_at"}
_NOTHING: frozenset[str] = frozenset()


def counted_in(fact: Fact, window: Window) -> frozenset[str]:
    """The figures of the window (names of FIGURES) in which the demand counts."""
    first, end = window.first, window.end
    if fact.over < first or fact.moments[0] >= end:
        return _NOTHING
    state = fact.state(end)
    told = fact.told(end)
    found = {
        "carried": fact.state(first) in OPEN,
        "registered": window.has(fact.reported_at),
        "accepted": state != "registered"  # what was taken back is not accepted
        and any(_is_accepted(step) and step.at >= first for step in told),
        "open": state in OPEN,
        "overdue": state in RUNNING and "" < told[-1].due_at < window.now,
    }
    due = told[-1].due_at
    if first <= due < window.now and state not in _LEFT and any(_is_accepted(step) for step in told):
        found |= {"due": True, "due_closed": state == "closed"}
    if found["accepted"]:
        found["contacted_in_time"] = _contacted_in_time(told)
    handled = _last_to(told, "handled")
    found["same_day"] = (
        found["registered"] and handled is not None and handled.at[:10] == fact.reported_at[:10]
    )
    closed = _last_to(told, "closed") if state == "closed" else None
    if closed is not None and closed.at >= first:
        level = fact.value("solve_level", end)
        in_time = handled is not None and (not handled.due_at or handled.at <= handled.due_at)
        found |= {
            "closed": True,
            "closed_in_time": in_time,
            "closed_in_grid": level in IN_GRID,
            "closed_at_station": level == "station",
        }
    if any(step.event == "revisit" and step.at >= first for step in told):
        said = fact.value("satisfaction", end)
        found |= {"revisited": said is not None}
        found |= {rating: said == rating for rating in ("satisfied", "basic", "unsatisfied")}
    return frozenset(name for name, holds in found.items() if holds)


def _is_accepted(step: Step) -> bool:
    return step.before == "registered" and step.after in _IN_HAND


def _contacted_in_time(told: tuple[Step, ...]) -> bool:
    """Whether the reporter was first spoken to within the limit that held then; a reply is a contact too."""
    step = next((step for step in standing_steps(told) if step.event in _CONTACTS), None)
    if step is None:
        return False
    at = changed_fields(step.changed).get(_CONTACTS[step.event], (None, None))[1] or step.at
    return not step.due_at or str(at) <= step.due_at


def standing_steps(told: Iterable[Step]) -> list[Step]:
    """The steps without those that were taken back."""
    standing: list[Step] = []
    for step in told:
        if step.event == TAKE_BACK and standing:
            standing.pop()
        else:
            standing.append(step)
    return standing


def _last_to(told: tuple[Step, ...], state: str) -> Step | None:
    """The last step by which it came to `state`."""
    return next((step for step in reversed(told) if step.after == state != step.before), None)


def solved_at(fact: Fact, window: Window) -> str:
    """The level that solved a demand closed in the window; "" for others and where nobody said."""
    closed = "closed" in counted_in(fact, window)
    return str(fact.value("solve_level", window.end) or "") if closed else ""


def became(fact: Fact, window: Window, what: str) -> bool:
    """Whether it became an issue or a project in the window."""
    return any(
        step.event == f"to_{what}" and window.has(step.at) for step in fact.steps
    ) and what == fact.value("became", window.end)
