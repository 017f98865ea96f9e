"""Shops and public spots with the state of their service plan, and whatever is visited as the visit form sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotFound
from gridworker.models.days import plus_days
from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS
from gridworker.store.connection import Connection
from gridworker.store.queries.doors import number_of
from gridworker.store.queries.households import household_detail
from gridworker.store.queries.plan import plan_state
from gridworker.store.queries.road import roads
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan, Road, Scope, TimelineEntry
from gridworker.store.statements import run
from gridworker.store.store import Store

SHOP, SPOT = "shop", "public_spot"
_VALID = "v.now_void = 0 AND v.deleted = 0"
_PLACE = "JOIN unit u ON u.id = p.unit_id JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id"
_OWN = {
    SHOP: "p.front, p.contact_person, p.phone, p.open_hours, p.status, p.basis_kind, p.basis_on",
    SPOT: "NULL, NULL, NULL, NULL, 'open', NULL, NULL",
}


@dataclass(frozen=True)
class PlaceRow:
    """A shop or public spot. `target` is its entity, `at` the stairwell as `3-2`, `status` `open` for a spot. A place
    that is not open is not visited (plan VACANT)."""

    id: bytes
    target: str
    name: str
    code: str
    kind: str
    unit_id: bytes
    estate: str
    at: str
    front: str
    contact: str
    phone: str
    open_hours: str
    status: str
    basis_kind: str | None
    basis_on: str | None
    note: str
    interval: int
    last_met_on: str | None
    next_due_on: str | None
    plan: Plan
    plan_days: int
    tries: int
    road: Road


@dataclass(frozen=True)
class PlaceDetail:
    row: PlaceRow
    timeline: tuple[TimelineEntry, ...]


def _select(target: str) -> str:
    mine = f"v.{target}_id = x.id AND {_VALID}"
    met = f"(SELECT max(v.now_on) FROM visit v WHERE {mine} AND v.now_outcome = 'met')"
    promised = f"(SELECT v.now_next_on FROM visit v WHERE {mine} ORDER BY v.now_on DESC, v.id DESC LIMIT 1)"
    tries = f"(SELECT count(*) FROM visit v WHERE {mine} AND v.now_outcome <> 'met' AND v.now_on > coalesce({met}, ''))"
    return (
        f"SELECT x.*, {met}, {promised}, {tries} FROM (SELECT p.id, p.name, coalesce(p.code, ''), "
        "coalesce(p.kind, ''), p.unit_id, e.name AS estate, b.name AS building, u.name AS unit, "
        f"coalesce(p.note, ''), p.visit_interval_days, {_OWN[target]}, e.sort_no AS s1, b.sort_no AS s2, "
        f"u.sort_no AS s3, p.rid AS rid FROM {target} p {_PLACE} WHERE p.deleted = 0"
    )


def place_rows(store: Store, scope: Scope, target: str, text: str = "") -> tuple[PlaceRow, ...]:
    """The shops or spots of `scope` whose name, code, front or contact holds `text`, open ones first, in the order of
    the estates' plans."""
    with store.read() as connection:
        found = run(connection, f"{_select(target)}) x ORDER BY s1, s2, s3, rid", ()).fetchall()
        rows = _rows(store, connection, target, [row for row in found if row[4] in scope.unit_ids])
    wanted = text.strip().casefold()
    kept = [
        row
        for row in rows
        if not wanted
        or any(wanted in part.casefold() for part in (row.name, row.code, row.front, row.contact, row.at))
    ]
    return tuple(sorted(kept, key=lambda row: row.status != "open"))


def target_rows(store: Store, target: str, ids: Sequence[bytes]) -> tuple[PlaceRow, ...]:
    """These shops or spots, those that are gone left out."""
    if not ids:
        return ()
    marks = ", ".join("?" * len(ids))
    with store.read() as connection:
        found = run(connection, f"{_select(target)} AND p.id IN ({marks})) x", tuple(ids)).fetchall()
        return tuple(_rows(store, connection, target, found))


def place_detail(store: Store, target: str, record: bytes) -> PlaceDetail:
    """One place with its history. Raises NotFound."""
    from gridworker.store.queries.timeline import timeline

    with store.read() as connection:
        found = run(connection, f"{_select(target)} AND p.id = ?) x", (record,)).fetchall()
        if not found:
            raise NotFound(what=target)
        row = _rows(store, connection, target, found)[0]
        return PlaceDetail(row, timeline(store, connection, record, target))


def _rows(store: Store, connection: Connection, target: str, found: Sequence[Any]) -> list[PlaceRow]:
    road = roads(connection, store.known.authority == "self", [row[0] for row in found])
    today = store.clock.today()
    return [_row(target, row, today, road[row[0]]) for row in found]


def _row(target: str, row: Any, today: str, road: Road) -> PlaceRow:
    (record, name, code, kind, unit_id, estate, building, unit, note, days, front, contact, phone, hours, status, basis,
     basis_on, _, _, _, _, met, promised, tries) = row  # fmt: skip
    interval = days or DEFAULT_VISIT_INTERVAL_DAYS
    due = promised or _later(met, interval)
    occupancy = "business" if status == "open" else "vacant"
    plan, left = plan_state(
        today, occupancy, opted_out=False, next_due_on=due, promised_on=promised, tries=tries
    )
    return PlaceRow(
        record, target, name, code, kind, unit_id, estate, f"{number_of(building)}-{number_of(unit)}", front or "",
        contact or "", phone or "", hours or "", status, basis, basis_on, note, interval, met, due, plan, left, tries,
        road,
    )  # fmt: skip


def _later(day: str | None, days: int) -> str | None:
    return plus_days(day, days) if day else None


def target_of(store: Store, record: bytes) -> str:
    """What this id is: `shop`, `public_spot`, else `household`."""
    with store.read() as connection:
        for name in (SHOP, SPOT):
            if run(connection, f"SELECT 1 FROM {name} WHERE id = ? AND deleted = 0", (record,)).fetchone():
                return name
    return "household"


def visit_target(store: Store, record: bytes) -> HouseholdDetail:
    """Whatever is visited, as the visit form and its side card show it. A shop or spot has its name in place of a door
    and nobody living there. Raises NotFound."""
    target = target_of(store, record)
    if target == "household":
        return household_detail(store, record)
    detail = place_detail(store, target, record)
    row = detail.row
    return HouseholdDetail(
        row=place_as_row(row),
        code=row.code,
        unit_id=row.unit_id,
        address=" ".join(part for part in (row.estate, row.at, row.front) if part),
        phone=row.phone or None,
        preferred_channel=None,
        visit_interval_days=row.interval,
        visit_opt_out_on=None,
        note=row.note,
        residents=(),
        timeline=detail.timeline,
        row_version=0,
        open_conflicts=0,
    )


def place_as_row(row: PlaceRow) -> HouseholdRow:
    """A place as lists of what is to be visited show it."""
    return HouseholdRow(
        id=row.id,
        door=row.name,
        estate=row.estate,
        contact=row.contact,
        salutation="",
        occupancy="",
        member_count=None,
        preferred_time=None,
        last_met_on=row.last_met_on,
        next_due_on=row.next_due_on,
        plan=row.plan,
        plan_days=row.plan_days,
        tries=row.tries,
        road=row.road,
        code=row.code,
        target=row.target,
        at=row.at,
    )
