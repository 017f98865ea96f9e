"""What was found, as rows to show: one read for each kind, in the order asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridworker.store.aliases import standing_sql
from gridworker.store.connection import Connection
from gridworker.store.find_keys import digits_of
from gridworker.store.queries.doors import door_of, number_of
from gridworker.store.rows import Hit, HitKind, Match
from gridworker.store.statements import run

_PLACE = "JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id"
_TAIL = 4
_EXCERPT = 60


def _rows(connection: Connection, sql: str, found: Mapping[int, Match]) -> list[Any]:
    """`sql` ends where the row numbers follow; its first column is the row number."""
    if not found:
        return []
    rows = run(connection, f"{sql} IN ({', '.join('?' * len(found))})", tuple(found)).fetchall()
    places = {rid: place for place, rid in enumerate(found)}
    return sorted(rows, key=lambda row: places[row[0]])


def households(connection: Connection, found: Mapping[int, Match]) -> list[Hit]:
    """Title: the door. Facts: estate, contact, code."""
    rows = _rows(
        connection,
        "SELECT h.rid, h.id, h.unit_id, b.name, u.name, h.room, e.name, r.name, h.code, h.occupancy "
        f"FROM household h {_PLACE} LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0 "
        "WHERE h.deleted = 0 AND h.rid",
        found,
    )
    return [
        Hit(
            HitKind.HOUSEHOLD,
            record,
            door_of(building, unit, room),
            tuple(filter(None, (estate, contact, code if found[rid] is Match.CODE else ""))),
            found[rid],
            occupancy,
            record,
            unit_id,
        )
        for rid, record, unit_id, building, unit, room, estate, contact, code, occupancy in rows
    ]


def residents(connection: Connection, found: Mapping[int, Match]) -> list[Hit]:
    """Title: the name. Facts: door, estate and, where that was typed, the end of the telephone number. Who moved out
    is not shown, as on every page."""
    rows = _rows(
        connection,
        "SELECT r.rid, r.id, r.name, r.phone, h.id, h.unit_id, b.name, u.name, h.room, e.name, h.occupancy "
        f"FROM resident r JOIN household h ON h.id = {standing_sql('r.household_id')} {_PLACE} "
        "WHERE r.deleted = 0 AND r.moved_out_on IS NULL AND h.deleted = 0 AND r.rid",
        found,
    )
    return [
        Hit(
            HitKind.RESIDENT,
            record,
            name,
            (door_of(building, unit, room), estate, *_tail(phone, found[rid])),
            found[rid],
            occupancy,
            home,
            unit_id,
        )
        for rid, record, name, phone, home, unit_id, building, unit, room, estate, occupancy in rows
    ]


def _tail(phone: str | None, match: Match) -> tuple[str, ...]:
    return (f"…{digits_of(phone or '')[-_TAIL:]}",) if match is Match.PHONE else ()


def places(connection: Connection, kind: HitKind, found: Mapping[int, Match]) -> list[Hit]:
    """Shops or spots. Title: the name. Facts: estate, stairwell, front and, where that was typed, the code."""
    own = "p.front, p.status" if kind is HitKind.SHOP else "NULL, 'open'"
    rows = _rows(
        connection,
        f"SELECT p.rid, p.id, p.unit_id, p.name, p.code, b.name, u.name, e.name, {own} FROM {kind.value} p "
        f"{_PLACE.replace('h.', 'p.')} WHERE p.deleted = 0 AND p.rid",
        found,
    )
    return [
        Hit(
            kind,
            record,
            name,
            tuple(
                filter(
                    None,
                    (
                        estate,
                        f"{number_of(building)}-{number_of(unit)}",
                        front,
                        code if found[rid] is Match.CODE else "",
                    ),
                )
            ),
            found[rid],
            status,
            None,
            unit_id,
        )
        for rid, record, unit_id, name, code, building, unit, estate, front, status in rows
    ]


def visits(connection: Connection, found: Mapping[int, Match]) -> list[Hit]:
    """Title: the number. Facts: day, door, estate, what was said. The newest day first."""
    rows = _rows(
        connection,
        "SELECT v.rid, v.id, v.no, v.now_on, v.now_outcome, v.now_void, coalesce(v.said, ''), h.id, h.unit_id, "
        f"b.name, u.name, h.room, e.name FROM visit v JOIN household h ON h.id = v.household_id {_PLACE} "
        "WHERE v.deleted = 0 AND v.rid",
        found,
    )
    rows.sort(key=lambda row: (row[3] or "", row[0]), reverse=True)
    amended = _amended_words(connection, [row[1] for row in rows])
    return [
        Hit(
            HitKind.VISIT,
            record,
            no,
            tuple(
                filter(None, (on, door_of(building, unit, room), estate, _excerpt(amended.get(record, said))))
            ),
            found[rid],
            "void" if void else outcome or "",
            home,
            unit_id,
        )
        for rid, record, no, on, outcome, void, said, home, unit_id, building, unit, room, estate in rows
    ]


def demands(connection: Connection, found: Mapping[int, Match]) -> list[Hit]:
    """Title: the number. Facts: what it is about, and the day it was reported. The newest first."""
    rows = _rows(
        connection,
        "SELECT d.rid, d.id, d.no, d.title, d.state, d.reported_at, d.household_id, "
        "coalesce(h.unit_id, s.unit_id, p.unit_id, d.unit_id) FROM demand d "
        f"LEFT JOIN household h ON h.id = {standing_sql('d.household_id')} LEFT JOIN shop s ON s.id = d.shop_id "
        "LEFT JOIN public_spot p ON p.id = d.public_spot_id WHERE d.deleted = 0 AND d.rid",
        found,
    )
    rows.sort(key=lambda row: (row[5], row[0]), reverse=True)
    return [
        Hit(HitKind.DEMAND, record, no, (title, reported[:10]), found[rid], state, home, unit_id)
        for rid, record, no, title, state, reported, home, unit_id in rows
    ]


def listed(connection: Connection, found: Mapping[int, Match], kind: HitKind) -> list[Hit]:
    """A need, resource, task, project, issue, meeting, resolution or joint submission. Title: what it is called, of a
    meeting its number. Facts: its number, who provides it, until when or the day."""
    named = {
        HitKind.RESOURCE: "l.name, coalesce((SELECT name FROM org_unit o WHERE o.id = l.provider_id), '')",
        HitKind.TASK: "l.title, coalesce(l.due_on, '')",
        HitKind.MEETING: "l.no, l.held_on",
        HitKind.RESOLUTION: "l.task_text, coalesce(l.extended_to, l.due_on)",
    }
    rows = _rows(
        connection,
        f"SELECT l.rid, l.id, {named.get(kind, 'l.title, l.no')}, l.state FROM {kind.value} l "
        "WHERE l.deleted = 0 AND l.rid",
        found,
    )
    rows.sort(key=lambda row: row[0], reverse=True)
    return [
        Hit(kind, record, title, (fact,) if fact else (), found[rid], state)
        for rid, record, title, fact, state in rows
    ]


def referred(connection: Connection, found: Mapping[int, Match]) -> list[Hit]:
    """Title: the number of the demand. Facts: what it is about, to whom it was referred. Of each demand the last round
    that was found, the newest first."""
    rows = _rows(
        connection,
        "SELECT r.rid, r.id, r.no, r.title, r.state, coalesce(t.name, ''), r.demand_id, r.round FROM referral r "
        "LEFT JOIN area_unit t ON t.id = r.to_unit_id WHERE r.deleted = 0 AND r.rid",
        found,
    )
    last: dict[bytes, Any] = {}
    for row in sorted(rows, key=lambda row: (row[7], row[0])):
        last[row[6]] = row
    return [
        Hit(HitKind.REFERRAL, record, no, tuple(filter(None, (title, to_unit))), found[rid], state)
        for rid, record, no, title, state, to_unit, _, _ in sorted(last.values(), key=lambda row: -row[0])
    ]


def _amended_words(connection: Connection, visits: Sequence[bytes]) -> dict[bytes, str]:
    """What amended visits say now."""
    if not visits:
        return {}
    rows = run(
        connection,
        "SELECT visit_id, coalesce(value, '') FROM visit_amendment WHERE field = 'said' AND deleted = 0 "
        f"AND visit_id IN ({', '.join('?' * len(visits))}) ORDER BY coalesce(turn, 0), id",
        tuple(visits),
    )
    return dict(rows.fetchall())


def _excerpt(said: str) -> str:
    return " ".join(said.split())[:_EXCERPT]
