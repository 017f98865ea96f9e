"""A demand that ended two years ago is kept without anybody in it: what was asked for and how it was handled stays, who
asked and behind which door goes. The same on a computer and on the server, each by its own clock."""

from __future__ import annotations

from gridworker.models.demand_machine import ENDS
from gridworker.models.op import Value
from gridworker.store.workspace import Row

KEPT_YEARS = 2
_GOES = ("reporter_resident_id", "reporter_name", "reporter_phone", "visit_id", "outside_no")
#: SQL that is true for a demand `d` that ended long ago and still leads to somebody; ? is `last_kept`, `{same}` stands
#: before the columns of other tables.
OVER = (
    f"d.deleted = 0 AND d.state IN ({', '.join(repr(state) for state in ENDS)}) "
    "AND (d.reporter <> 'anonymous' OR d.household_id IS NOT NULL OR "
    + " OR ".join(f"d.{name} IS NOT NULL" for name in _GOES)
    + ") AND NOT EXISTS (SELECT 1 FROM demand_event e WHERE {same}e.demand_id = d.id AND e.at >= ?)"
)


def last_kept(today: str) -> str:
    """Demands whose last event lies before this day are kept without anybody in them on `today`."""
    return f"{int(today[:4]) - KEPT_YEARS:04d}{today[4:]}"


def without_anybody(row: Row, unit_id: Value) -> dict[str, Value]:
    """What changes of a demand's `row`: its household gives way to the stairwell `unit_id` it lies at."""
    changed: dict[str, Value] = {"reporter": "anonymous", **dict.fromkeys(_GOES)}
    if row["household_id"] is not None and unit_id is not None:
        changed |= {"household_id": None, "unit_id": unit_id}
    return {name: value for name, value in changed.items() if row[name] != value}
