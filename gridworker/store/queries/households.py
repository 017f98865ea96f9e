"""Households as tables and panels show them. Lists are arrays of row numbers; rows come a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gridworker.errors import NotFound
from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS
from gridworker.models.registry import BY_NAME
from gridworker.store import search
from gridworker.store.aliases import (
    NOT_MERGED,
    RESIDENT_NOT_MERGED,
    ROW_NOT_MERGED,
    any_merged,
    standing,
    standing_rids,
    standing_sql,
    with_losers,
)
from gridworker.store.care_rows import Merged
from gridworker.store.connection import Connection
from gridworker.store.queries.doors import door_of, rids_behind
from gridworker.store.queries.links import linked_condition
from gridworker.store.queries.plan import NOTICE_DAYS, plan_state
from gridworker.store.queries.road import home_roads
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan, ResidentRow, Road, Scope
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

_DOORS = "e.sort_no, b.sort_no, u.sort_no, h.floor, h.room, h.rid"
_ORDERS = {
    "due": "s.next_due_on IS NOT NULL, s.next_due_on, e.sort_no, b.sort_no, u.sort_no, h.floor, h.room",
    "last_met": "s.last_met_on IS NOT NULL, s.last_met_on, e.sort_no, b.sort_no, u.sort_no, h.floor, h.room",
}
_PLACE = "JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id"
_FIGURES = "JOIN household_stat s ON s.household_id = h.id"
_FROM = f"FROM household h {_FIGURES} {_PLACE}"
#: Stairwells are few: their order is read once, and the doors of each come from an index in their own order.
_STAIRS = (
    "SELECT u.id FROM unit u JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id "
    "ORDER BY e.sort_no, b.sort_no, u.sort_no, u.rid"
)
_STAIRWELL = "stairs.unit_id"
_SOON = f"s.next_due_on BETWEEN ?1 AND date(?1, '+{NOTICE_DAYS} days')"
_NOT_LATE = f"(s.next_due_on IS NULL OR {_SOON}) AND coalesce(s.promised_on = s.next_due_on, 0) = 0"
_PLANS = {
    Plan.OPTED_OUT: "(s.served = 0 AND coalesce(h.visit_opt_out, 0) = 1)",
    Plan.VACANT: "(s.served = 0 AND coalesce(h.visit_opt_out, 0) = 0 AND h.occupancy = 'vacant')",
    Plan.LATE: "(s.served = 1 AND s.next_due_on < ?1)",
    Plan.CALLBACK: f"(s.served = 1 AND {_SOON} AND s.promised_on = s.next_due_on)",
    Plan.ABSENT: f"(s.served = 1 AND s.tries_since_met > 0 AND {_NOT_LATE})",
    Plan.DUE: f"(s.served = 1 AND s.tries_since_met = 0 AND {_NOT_LATE})",
    Plan.VISITED: f"(s.served = 1 AND s.next_due_on > date(?1, '+{NOTICE_DAYS} days'))",
}
#: The states that the figures alone tell.
_SERVED = tuple(plan for plan in Plan if plan not in (Plan.OPTED_OUT, Plan.VACANT))


@dataclass(frozen=True)
class HouseholdFilter:
    """`text` is a door number (`3-2-501`), a name or the end of a phone number; `plans` empty means every state."""

    text: str = ""
    plans: frozenset[Plan] = frozenset()


NO_FILTER = HouseholdFilter()
_NUMBERS = msgspec.json.Decoder(tuple[int, ...])


def household_ids(
    store: Store, scope: Scope, chosen: HouseholdFilter = NO_FILTER, sort: str = "door"
) -> tuple[int, ...]:
    """Row numbers of the households in `scope` that pass the filter, in display order (`door`, `due`, `last_met`)."""
    if not scope.unit_ids:
        return ()
    with store.read() as connection:
        if sort != "door":
            condition, values = _condition(store, connection, scope, chosen, "h")
            rows = run(connection, f"SELECT h.rid {_FROM} WHERE {condition} ORDER BY {_ORDERS[sort]}", values)
            return tuple(row[0] for row in rows.fetchall())
        by_door = _chosen_by_door if chosen.plans else _by_door
        return _NUMBERS.decode(f"[{by_door(store, connection, scope, chosen)}]")


def _by_door(store: Store, connection: Connection, scope: Scope, chosen: HouseholdFilter) -> str:
    """The numbers of the households, parted by commas: the stairwells one after the other, and the doors of each as
    its index has them, so that nothing is sorted."""
    condition, values = _condition(store, connection, scope, chosen, _STAIRWELL)
    marks = {unit: f"(?{number})" for number, unit in enumerate(values[1:], 2)}
    stairs = [marks.pop(row[0]) for row in run(connection, _STAIRS) if row[0] in marks]
    found = scalar(
        connection,
        f"WITH stairs (unit_id) AS (VALUES {', '.join((*stairs, *marks.values()))}) "
        "SELECT group_concat(rid) FROM (SELECT h.rid FROM stairs CROSS JOIN household h "
        f"INDEXED BY ix_household_unit_id_deleted_floor_room WHERE {condition})",
        values,
    )
    return str(found or "")


def _chosen_by_door(store: Store, connection: Connection, scope: Scope, chosen: HouseholdFilter) -> str:
    """The same for states of the plan: the figures tell which, and they know no doors."""
    condition, values = _condition(store, connection, scope, chosen, "s")
    found: dict[bytes, str] = {row[0]: "" for row in run(connection, _STAIRS)}
    doors = (
        f"SELECT h.unit_id, h.rid FROM household h {_FIGURES} WHERE {condition} "
        "ORDER BY h.unit_id, h.floor, h.room, h.rid"
    )
    # The numbers of a stairwell as one text: a row for each door takes twice as long.
    sql = f"SELECT unit_id, group_concat(rid) FROM ({doors}) GROUP BY unit_id"
    found.update(run(connection, sql, values).fetchall())
    return ",".join(filter(None, found.values()))


def plan_counts(store: Store, scope: Scope, text: str = "") -> dict[Plan, int]:
    """How many households in `scope` that match `text` stand in each state."""
    if not scope.unit_ids:
        return dict.fromkeys(Plan, 0)
    with store.read() as connection:
        condition, values = _condition(store, connection, scope, HouseholdFilter(text), "s")
        if text.strip() or scope.linked_to is not None:
            found = _sums(connection, tuple(Plan), f"household h {_FIGURES}", condition, values)
        else:  # what is served is told by its figures alone; the others are few
            units = _units(scope, "s")
            found = _sums(
                connection, _SERVED, "household_stat s", f"?1 = ?1 AND {units} AND s.served = 1", values
            )
            others = tuple(plan for plan in Plan if plan not in _SERVED)
            apart = "household_stat s CROSS JOIN household h ON h.id = s.household_id"
            found |= _sums(connection, others, apart, f"{condition} AND s.served = 0", values)
    return {plan: found[plan] for plan in Plan}


def late_count(store: Store, scope: Scope) -> int:
    """How many households in `scope` are past their day."""
    if scope.linked_to is not None or not scope.unit_ids:
        return plan_counts(store, scope)[Plan.LATE]
    with store.read() as connection:
        found = scalar(
            connection,
            "SELECT count(*) FROM household_stat s WHERE s.served = 1 AND s.next_due_on < ?1 "
            f"AND {_units(scope, 's')}",
            (store.clock.today(), *sorted(scope.unit_ids)),
        )
    return int(found or 0)


def _sums(
    connection: Connection, plans: Sequence[Plan], source: str, condition: str, values: tuple[Any, ...]
) -> dict[Plan, int]:
    sums = ", ".join(f"coalesce(sum({_PLANS[plan]}), 0)" for plan in plans)
    found = run(connection, f"SELECT {sums} FROM {source} WHERE {condition}", values).fetchone()
    return dict(zip(plans, found, strict=True))


def _units(scope: Scope, at: str) -> str:
    """That the row `at` (h or s) stands in `scope`; the stairwells are the parameters from ?2 on."""
    return f"{at}.unit_id IN ({', '.join(f'?{n}' for n in range(2, len(scope.unit_ids) + 2))})"


def _condition(
    store: Store, connection: Connection, scope: Scope, chosen: HouseholdFilter, at: str
) -> tuple[str, tuple[Any, ...]]:
    """The households of `scope` that pass the filter, with its parameters; ?1 is the present day. `at`: whether the
    household `h` or its figures `s` are looked up by stairwell, or the stairwell is given already."""
    units = f"h.unit_id = {_STAIRWELL}" if at == _STAIRWELL else _units(scope, at)
    parts = [f"?1 = ?1 AND h.deleted = 0 AND {units}"]
    if any_merged(connection):  # mostly nobody was merged, and then nobody has to be looked up
        parts.append(ROW_NOT_MERGED)
    if scope.linked_to is not None:
        parts.append(linked_condition(scope.linked_to, "h.id"))
    if chosen.plans:
        parts.append("(" + " OR ".join(_PLANS[plan] for plan in sorted(chosen.plans)) + ")")
    if chosen.text.strip():
        parts.append(_text_condition(connection, chosen.text.strip()))
    return " AND ".join(parts), (store.clock.today(), *sorted(scope.unit_ids))


def _text_condition(connection: Connection, text: str) -> str:
    """Doors as they are typed, begun ones too (`3-2-5`) and by their end, everything else by the search tables and
    phone tails."""
    from gridworker.store.queries.typed import typed

    found = set(search.matching_rids(connection, BY_NAME["household"], text, 5000))
    door = typed(text).door
    if door is not None:
        found |= set(rids_behind(connection, door, 5000))
    residents = search.matching_rids(connection, BY_NAME["resident"], text, 5000)
    if text.isdigit() and len(text) >= 3:
        tail = connection.exec_driver_sql(
            "SELECT rid FROM resident WHERE deleted = 0 AND phone LIKE ? LIMIT 5000", (f"%{text}",)
        )
        residents += [row[0] for row in tail]
        rooms = connection.exec_driver_sql("SELECT rid FROM household WHERE room = ? LIMIT 5000", (text,))
        found |= {row[0] for row in rooms}
    merged = standing_rids(connection, "household")
    found |= {merged[rid] for rid in found & merged.keys()}
    numbers = ", ".join(map(str, residents))
    home = standing_sql("household_id")
    homes = f"h.id IN (SELECT {home} FROM resident WHERE rid IN ({numbers}))" if residents else "0"
    return f"(h.rid IN ({', '.join(map(str, sorted(found)))}) OR {homes})"


_COLUMNS = (
    "h.rid, h.id, e.name, b.name, u.name, h.floor, h.room, h.occupancy, h.member_count, h.preferred_time, "
    "coalesce(h.visit_opt_out, 0), s.last_met_on, s.next_due_on, s.promised_on, s.tries_since_met, "
    "coalesce(r.name, ''), coalesce(r.salutation, ''), h.code"
)
_CONTACT = "LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0"


def household_rows(store: Store, rids: Sequence[int]) -> tuple[HouseholdRow, ...]:
    """The rows with these numbers, in the order asked for; numbers that are gone are left out."""
    if not rids:
        return ()
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} {_FROM} {_CONTACT} WHERE h.rid IN ({', '.join('?' * len(rids))})", tuple(rids)
        ).fetchall()
        return _in_order(store, connection, found, rids)


def rows_of(store: Store, household_ids: Sequence[bytes]) -> tuple[HouseholdRow, ...]:
    """The rows of these households, each once; those that are gone are left out."""
    wanted = list(dict.fromkeys(household_ids))
    with store.read() as connection:
        rids = dict(
            run(
                connection,
                f"SELECT id, rid FROM household WHERE id IN ({', '.join('?' * len(wanted))})",
                tuple(wanted),
            ).fetchall()
        )
    return household_rows(store, [rids[record] for record in wanted if record in rids])


def _in_order(
    store: Store, connection: Connection, found: Sequence[Any], rids: Sequence[int]
) -> tuple[HouseholdRow, ...]:
    road = home_roads(connection, store.known.authority == "self", [row[1] for row in found])
    today = store.clock.today()
    by_rid = {row[0]: _household(row, today, road) for row in found}
    return tuple(by_rid[rid] for rid in rids if rid in by_rid)


def _household(row: Any, today: str, road: Mapping[bytes, Road]) -> HouseholdRow:
    (_, record, estate, building, unit, _floor, room, occupancy, count, preferred, opted, met, due, promised, tries,
     contact, salutation, code) = row  # fmt: skip
    plan, days = plan_state(today, str(occupancy), bool(opted), due, promised, int(tries))
    return HouseholdRow(
        id=record,
        door=door_of(str(building), str(unit), str(room)),
        estate=str(estate),
        contact=str(contact),
        salutation=str(salutation),
        occupancy=str(occupancy),
        member_count=count,
        preferred_time=preferred,
        last_met_on=met,
        next_due_on=due,
        plan=plan,
        plan_days=days,
        tries=int(tries),
        road=road[record],
        code=str(code),
    )


def building_rows(
    store: Store, connection: Connection, building_id: bytes
) -> list[tuple[bytes, int | None, str, int, HouseholdRow]]:
    """(stairwell, floor, room, row number, row) of every household of a building, in stair order, in one pass."""
    found = connection.exec_driver_sql(
        f"SELECT {_COLUMNS}, h.unit_id {_FROM} {_CONTACT} WHERE h.deleted = 0 AND {NOT_MERGED} AND h.unit_id IN "
        f"(SELECT id FROM unit WHERE building_id = ?) ORDER BY {_DOORS}",
        (building_id,),
    ).fetchall()
    road = home_roads(connection, store.known.authority == "self", [row[1] for row in found])
    today = store.clock.today()
    return [(row[-1], row[5], str(row[6]), row[0], _household(row[:-1], today, road)) for row in found]


def household_detail(store: Store, household_id: bytes) -> HouseholdDetail:
    """Everything the side panel shows of one household, or of the one it was merged into. Raises NotFound."""
    from gridworker.store.queries.care import care_of  # lists need neither
    from gridworker.store.queries.timeline import timeline

    with store.read() as connection:
        household_id = standing(connection, "household", household_id)
        found = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} {_FROM} {_CONTACT} WHERE h.id = ? AND h.deleted = 0", (household_id,)
        ).fetchall()
        if not found:
            raise NotFound(what="household")
        row = _in_order(store, connection, found, [found[0][0]])[0]
        more = connection.exec_driver_sql(
            "SELECT code, unit_id, preferred_channel, visit_interval_days, visit_opt_out_on, note, row_version "
            "FROM household WHERE id = ?",
            (household_id,),
        ).one()
        residents = _residents(connection, household_id)
        merged = with_losers(connection, "household", household_id)
        conflicts = connection.exec_driver_sql(
            "SELECT count(*) FROM conflict WHERE state = 'open' AND deleted = 0 "
            f"AND household_id IN ({', '.join('?' * len(merged))})",
            merged,
        ).scalar()
        history = timeline(store, connection, household_id)
        care = care_of(store, connection, household_id, more[1])
        lost = merged_into(connection, merged[1:])
    _, _, estate, building, unit, floor = found[0][:6]
    contact = next((r for r in residents if r.is_contact), None)
    return HouseholdDetail(
        row=row,
        code=more[0],
        unit_id=more[1],
        address=f"{estate} {building} {unit}" + (f" {floor}层" if floor else ""),
        phone=contact.phone if contact else None,
        preferred_channel=more[2],
        visit_interval_days=more[3] or DEFAULT_VISIT_INTERVAL_DAYS,
        visit_opt_out_on=more[4],
        note=more[5] or "",
        residents=residents,
        timeline=history,
        row_version=more[6],
        open_conflicts=int(conflicts or 0),
        care=care,
        merged=lost,
    )


def merged_into(connection: Connection, losers: Sequence[bytes]) -> tuple[Merged, ...]:
    """What the households that were merged into another one were, oldest merge first."""
    found = []
    for record in losers:
        rows = run(
            connection,
            f"SELECT h.id, b.name, u.name, h.room, h.code, coalesce(a.reason, '') FROM household h {_PLACE} "
            "JOIN record_alias a ON a.loser_id = h.id AND a.deleted = 0 WHERE h.id = ?",
            (record,),
        )
        found += [Merged(r[0], door_of(r[1], r[2], r[3]), r[4], r[5]) for r in rows]
    return tuple(found)


def _residents(connection: Connection, household_id: bytes) -> tuple[ResidentRow, ...]:
    homes = with_losers(connection, "household", household_id)
    rows = connection.exec_driver_sql(
        "SELECT r.id, r.name, coalesce(r.salutation, ''), r.phone, r.birth_year, r.residence, "
        "coalesce(r.is_contact, 0) AND r.household_id = ?1 AS contact, r.row_version, r.guardian_resident_id "
        f"FROM resident r WHERE r.household_id IN ({', '.join(f'?{n}' for n in range(1, len(homes) + 1))}) "
        f"AND r.deleted = 0 AND r.moved_out_on IS NULL AND {RESIDENT_NOT_MERGED} ORDER BY contact DESC, r.rid",
        homes,
    )
    return tuple(ResidentRow(r[0], r[1], r[2], r[3], r[4], r[5], bool(r[6]), r[7], r[8]) for r in rows)


def row_number_of(store: Store, household_id: bytes) -> int:
    """The row number of a household, or of the one it was merged into. Raises NotFound."""
    with store.read() as connection:
        household_id = standing(connection, "household", household_id)
        found = scalar(connection, "SELECT rid FROM household WHERE id = ? AND deleted = 0", (household_id,))
    if found is None:
        raise NotFound(what="household")
    return int(found)
