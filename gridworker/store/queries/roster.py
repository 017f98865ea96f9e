"""The duty roster of a grid or the community: who is on when, who was asked to swap, what was handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.days import Week
from gridworker.models.entity import BucketClass
from gridworker.models.plan import DUTY_PARTS
from gridworker.models.roles import ROLES, SENIORITY, AreaTree, may
from gridworker.store.connection import Connection
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road, Scope
from gridworker.store.store import Store

_KINDS = ("community", "grid")


@dataclass(frozen=True)
class DutyNote:
    """What somebody on duty left for the next one."""

    id: bytes
    writer: str
    text: str


@dataclass(frozen=True)
class DutyRow:
    """One duty. `mine`: this account's member has it; `asks_me`: this account's member was asked to take it over."""

    id: bytes
    area_id: bytes
    area: str
    on: str
    part: str
    member_id: bytes
    member: str
    state: str
    swap_with: str
    mine: bool
    asks_me: bool
    notes: tuple[DutyNote, ...]
    road: Road


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be put on a roster."""

    id: bytes
    name: str
    role_code: str


@dataclass(frozen=True)
class Roster:
    """A week of one node: its duties by day and part, who may be put on, and whether this account may change it."""

    area_id: bytes
    area: str
    week: Week
    rows: tuple[DutyRow, ...]
    colleagues: tuple[Colleague, ...]
    may_change: bool


def roster_nodes(store: Store, scope: Scope) -> tuple[tuple[bytes, str], ...]:
    """The nodes with a roster that concern `scope`: its grids and the community, as (id, name) in the order of the
    tree, the smallest first."""
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, parent_id, kind, name FROM area_unit WHERE deleted = 0 ORDER BY sort_no, code"
        ).fetchall()
    tree = AreaTree({row[0]: row[1] for row in rows})
    above = {node for micro in scope.micro_grid_ids for node in tree.lineage(micro)}
    found = [row for row in rows if row[2] in _KINDS and row[0] in above]
    return tuple((row[0], row[3]) for kind in reversed(_KINDS) for row in found if row[2] == kind)


def roster(store: Store, area_id: bytes, week: Week) -> Roster:
    """The roster of one node in one week. Raises NotFound."""
    with store.read() as connection:
        areas = connection.exec_driver_sql(
            "SELECT id, parent_id, name FROM area_unit WHERE deleted = 0"
        ).fetchall()
        name = next((row[2] for row in areas if row[0] == area_id), None)
        if name is None:
            raise NotFound(what="node")
        tree = AreaTree({row[0]: row[1] for row in areas})
        rows = _duties(store, connection, (area_id,), week.first, week.last)
        colleagues = _colleagues(connection, tree, area_id, store.clock.today())
    allowed = may(store.grants(), "plan", area_id, BucketClass.COMMON, tree)
    return Roster(area_id, name, week, rows, colleagues, allowed)


def on_duty(store: Store, scope: Scope, day: str) -> tuple[DutyRow, ...]:
    """Who is on duty on `day` at the nodes that concern `scope`."""
    nodes = [node for node, _ in roster_nodes(store, scope)]
    with store.read() as connection:
        return _duties(store, connection, nodes, day, day)


def swaps_for_me(store: Store) -> tuple[DutyRow, ...]:
    """The duties this account's member was asked to take over, from today on."""
    today = store.clock.today()
    with store.read() as connection:
        nodes = connection.exec_driver_sql(
            "SELECT DISTINCT area_unit_id FROM duty WHERE swap_with_id = ? AND state = 'asked' AND duty_on >= ? "
            "AND deleted = 0",
            (store.known.member_id, today),
        ).fetchall()
        found = _duties(store, connection, [row[0] for row in nodes], today, "9999-12-31")
    return tuple(row for row in found if row.asks_me)


def _duties(
    store: Store, connection: Connection, nodes: Sequence[bytes], first: str, last: str
) -> tuple[DutyRow, ...]:
    if not nodes:
        return ()
    rows = connection.exec_driver_sql(
        "SELECT d.id, d.area_unit_id, a.name, d.duty_on, d.part, d.member_id, coalesce(m.name, ''), d.state, "
        "d.swap_with_id, coalesce(w.name, '') FROM duty d JOIN area_unit a ON a.id = d.area_unit_id "
        "LEFT JOIN member m ON m.id = d.member_id LEFT JOIN member w ON w.id = d.swap_with_id "
        "WHERE d.deleted = 0 AND d.duty_on BETWEEN ? AND ? "
        f"AND d.area_unit_id IN ({', '.join('?' * len(nodes))}) ORDER BY d.duty_on, d.rid",
        (first, last, *nodes),
    ).fetchall()
    notes = _notes(connection, [row[0] for row in rows])
    road = roads(connection, store.known.authority == "self", [row[0] for row in rows])
    me = store.known.member_id
    found = [
        DutyRow(
            duty, area_id, area, on, part, member_id, member, state, swap_with,
            me is not None and member_id == me, me is not None and asked == me and state == "asked",
            notes[duty], road[duty],
        )
        for duty, area_id, area, on, part, member_id, member, state, asked, swap_with in rows
    ]  # fmt: skip
    places = {node: place for place, node in enumerate(nodes)}
    return tuple(sorted(found, key=lambda row: (row.on, DUTY_PARTS.index(row.part), places[row.area_id])))


def _notes(connection: Connection, duties: Sequence[bytes]) -> dict[bytes, tuple[DutyNote, ...]]:
    found: dict[bytes, list[DutyNote]] = defaultdict(list)
    rows = connection.exec_driver_sql(
        "SELECT n.duty_id, n.id, coalesce(m.name, ''), n.text "
        "FROM duty_note n LEFT JOIN member m ON m.id = n.member_id "
        f"WHERE n.deleted = 0 AND n.duty_id IN ({', '.join('?' * len(duties))}) ORDER BY n.id",
        tuple(duties),
    )
    for duty, note, writer, text in rows:
        found[duty].append(DutyNote(note, writer, text))
    return {duty: tuple(found[duty]) for duty in duties}


def _colleagues(connection: Connection, tree: AreaTree, area_id: bytes, today: str) -> tuple[Colleague, ...]:
    """Members with a post from which they may plan at the node; each once, by what they answer for."""
    above = tree.lineage(area_id)
    rows = connection.exec_driver_sql(
        "SELECT m.id, m.name, a.role_code, a.area_unit_id FROM appointment a JOIN member m ON m.id = a.member_id "
        "WHERE a.deleted = 0 AND m.deleted = 0 AND a.valid_from <= ?1 AND (a.valid_to IS NULL OR a.valid_to >= ?1)",
        (today,),
    )
    found = [
        Colleague(row[0], row[1], row[2])
        for row in rows
        if row[3] in above and row[2] in ROLES and "plan" in ROLES[row[2]].may
    ]
    # Nearest first: the grid's own people before the committee.
    found.sort(key=lambda who: (-SENIORITY.get(who.role_code, 0), who.name))
    each: dict[bytes, Colleague] = {}
    for who in found:
        each.setdefault(who.id, who)
    return tuple(each.values())
