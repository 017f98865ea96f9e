"""Linked households: whose they are today, and what may be linked. Nothing here counts what a member did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.models.roles import ROLES
from gridworker.store.connection import Connection
from gridworker.store.queries.plan import due_condition
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

#: A link `l` in force on the day ?1.
IN_FORCE = "l.deleted = 0 AND l.valid_from <= ?1 AND (l.valid_to IS NULL OR l.valid_to >= ?1)"


def linked_condition(member_id: bytes, column: str, today: str = "?1") -> str:
    """SQL that is true where `column`, a household's id, is linked with the member on the day `today` (in SQL)."""
    return (
        f"{column} IN (SELECT l.household_id FROM household_link l "
        f"WHERE l.member_id = x'{member_id.hex()}' AND {IN_FORCE.replace('?1', today)})"
    )


def linked_only(scope: Scope, column: str, today: str = "?1") -> str:
    """SQL that limits `column` to the households of a scope of linked ones; "" for every other scope."""
    return "" if scope.linked_to is None else f"AND {linked_condition(scope.linked_to, column, today)} "


def link_rows(store: Store, links: Sequence[bytes]) -> dict[bytes, tuple[str, str | None]]:
    """First and last day of the links with these ids that exist."""
    found: dict[bytes, tuple[str, str | None]] = {}
    with store.read() as connection:
        for start in range(0, len(links), 400):
            part = tuple(links[start : start + 400])
            marks = ", ".join("?" * len(part))
            sql = f"SELECT id, valid_from, valid_to FROM household_link WHERE deleted = 0 AND id IN ({marks})"
            found.update({row[0]: (row[1], row[2]) for row in run(connection, sql, part)})
    return found


def linked_units(connection: Connection, member_id: bytes, today: str) -> dict[bytes, tuple[int, int]]:
    """Stairwells in which a member has linked households: how many wait for a visit, and are past their day."""
    due = due_condition()
    rows = run(
        connection,
        f"SELECT h.unit_id, coalesce(sum({due}), 0), coalesce(sum({due} AND s.next_due_on < ?1), 0) "
        "FROM household_link l JOIN household h ON h.id = l.household_id "
        "JOIN household_stat s ON s.household_id = h.id "
        f"WHERE l.member_id = ?2 AND {IN_FORCE} AND h.deleted = 0 GROUP BY h.unit_id",
        (today, member_id),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True)
class LinkChoice:
    """A household that may be linked: its address, its contact, whether it is linked with the member, and with whom
    else."""

    id: bytes
    address: str
    contact: str
    linked: bool
    others: tuple[str, ...]


def link_choices(store: Store, unit_ids: Sequence[bytes], member_id: bytes) -> tuple[LinkChoice, ...]:
    """The households of these stairwells and those already linked with the member, in the order of doors."""
    today = store.clock.today()
    units = list(unit_ids)
    marks = ", ".join(f"?{n}" for n in range(3, len(units) + 3)) or "NULL"
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT h.id, e.name || ' ' || b.name || ' ' || u.name || ' ' || h.room, coalesce(r.name, ''), "
            f"EXISTS (SELECT 1 FROM household_link l WHERE l.household_id = h.id AND l.member_id = ?2 AND {IN_FORCE}), "
            "(SELECT group_concat(m.name, '、') FROM household_link l JOIN member m ON m.id = l.member_id "
            f"WHERE l.household_id = h.id AND l.member_id <> ?2 AND {IN_FORCE}) "
            "FROM household h JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id "
            "JOIN estate e ON e.id = b.estate_id "
            "LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0 "
            f"WHERE h.deleted = 0 AND (h.unit_id IN ({marks}) OR h.id IN (SELECT l.household_id FROM household_link l "
            f"WHERE l.member_id = ?2 AND {IN_FORCE})) "
            "ORDER BY e.sort_no, b.sort_no, u.sort_no, h.floor, h.room, h.id",
            (today, member_id, *units),
        ).fetchall()
    return tuple(
        LinkChoice(row[0], row[1], row[2], bool(row[3]), tuple(row[4].split("、")) if row[4] else ())
        for row in rows
    )


def linked_members(store: Store, household_id: bytes) -> tuple[tuple[bytes, str], ...]:
    """Who keeps in touch with a household today: ids and names, in the order of names."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT m.id, m.name FROM household_link l JOIN member m ON m.id = l.member_id "
            f"WHERE l.household_id = ?2 AND m.deleted = 0 AND {IN_FORCE} ORDER BY m.name, m.id",
            (store.clock.today(), household_id),
        )
        return tuple((row[0], row[1]) for row in rows)


@dataclass(frozen=True)
class Linker:
    """A member who may be given households, with the codes of the posts held today."""

    id: bytes
    name: str
    role_codes: tuple[str, ...]


def linkers(store: Store) -> tuple[Linker, ...]:
    """The members with a post today whose role visits; the own member first."""
    today, own = store.clock.today(), store.known.member_id
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT m.id, m.name, group_concat(DISTINCT a.role_code) FROM member m JOIN appointment a "
            "ON a.member_id = m.id WHERE m.deleted = 0 AND a.deleted = 0 AND a.valid_from <= ?1 "
            "AND (a.valid_to IS NULL OR a.valid_to >= ?1) GROUP BY m.id ORDER BY m.name, m.id",
            (today,),
        ).fetchall()
    found = [Linker(row[0], row[1], tuple(sorted(row[2].split(",")))) for row in rows]
    serving = [
        one for one in found if any(code in ROLES and "visit" in ROLES[code].may for code in one.role_codes)
    ]
    return tuple(sorted(serving, key=lambda one: one.id != own))
