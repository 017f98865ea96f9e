"""Which kept figures rows concern that came from elsewhere or leave: those of a page of the server, and those that are
here already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from gridworker.models.entity import Entity
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.statistics import Touched

_HEAD = ("id", "row_version", "deleted")
_CHUNK = 400
_FOLLOWERS = ("visit_amendment", "visit_void")
#: Entity → what the figures of a row depend on, as it is kept here.
_STORED = {
    "visit": "household_id, now_on, unit_at",
    "visit_amendment": "visit_id",
    "visit_void": "visit_id",
    "record_alias": "loser_id, winner_id",
    "plan_item": "week, unit_at",
    "demand": "id",
    "demand_event": "demand_id",
}


def wire_columns(entity: Entity) -> tuple[str, ...]:
    """The columns of a row that comes from the server, in their order."""
    return _columns(entity.name)


@cache
def _columns(entity: str) -> tuple[str, ...]:
    return (*_HEAD, *(field.name for field in BY_NAME[entity].wire_fields))


def touch_rows(entity: Entity, rows: Sequence[tuple[Value, ...]], touched: Touched, *, bulk: bool) -> None:
    """The figures that `rows`, as the server sent them, concern. After a `bulk` of them all figures are rebuilt, but
    the present values of amended visits are not."""
    if bulk and entity.name not in _FOLLOWERS:
        return
    place = {name: number for number, name in enumerate(wire_columns(entity))}
    if entity.name in _FOLLOWERS:
        touched.visits.update(row[place["visit_id"]] for row in rows)  # type: ignore[misc]
    elif entity.name == "household":
        touched.households.update(row[0] for row in rows)  # type: ignore[misc]
    elif entity.name == "record_alias":
        for row in rows:
            touched.alias(row[place["loser_id"]], row[place["winner_id"]])
    elif entity.name == "visit":
        for row in rows:
            touched.visit(row[place["household_id"]], row[place["visited_on"]], row[place["unit_at"]])
    elif entity.name == "plan_item":
        for row in rows:
            touched.plan(row[place["week"]], row[place["unit_at"]])
    elif entity.name in ("demand", "demand_event"):
        for row in rows:
            touched.demand(row[place["id" if entity.name == "demand" else "demand_id"]])


def touch_stored(connection: Connection, entity: Entity, records: Sequence[bytes], touched: Touched) -> None:
    """The figures of where these records lie until now: the server may have put one elsewhere, or it goes."""
    if entity.name not in _STORED:
        return
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        for row in run(
            connection, f"SELECT {_STORED[entity.name]} FROM {entity.name} WHERE id IN ({marks})", part
        ):
            if entity.name in _FOLLOWERS:
                touched.visits.update(row)
            elif entity.name == "visit":
                touched.visit(*row)
            elif entity.name == "record_alias":
                touched.alias(*row)
            elif entity.name == "plan_item":
                touched.plan(*row)
            else:
                touched.demand(*row)
