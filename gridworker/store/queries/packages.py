"""Joint submissions, what is in them, and what stays of demands that were routed away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.demand import DEMAND_PACKAGE
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.store import Store

_COUNTED = (
    "(SELECT count(*) FROM demand d WHERE d.package_id = p.id AND d.deleted = 0) + "
    "(SELECT count(*) FROM referral r WHERE r.package_id = p.id AND r.deleted = 0 AND NOT EXISTS "
    "(SELECT 1 FROM demand d WHERE d.id = r.demand_id AND d.package_id = p.id))"
)


@dataclass(frozen=True)
class PackageRow:
    """One joint submission of `area`, with how many demands and referrals are in it."""

    id: bytes
    no: str
    title: str
    state: str
    area: str
    count: int


@dataclass(frozen=True)
class Member:
    """One that is in a joint submission: a demand, or what was referred, in the `state` in which it stands here. `id`
    is the referral's where `referred`."""

    id: bytes
    no: str
    title: str
    state: str
    referred: bool


@dataclass(frozen=True)
class PackageDetail:
    """One joint submission with everything in it."""

    row: PackageRow
    handling: str
    feedback: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class StubRow:
    """What stays of a demand that was routed to where this account does not look; `outcome` may be ""."""

    id: bytes
    no: str
    state: str
    outcome: str
    area: str


def packages(
    store: Store, areas: Collection[bytes] | None = None, *, limit: int = 200
) -> tuple[PackageRow, ...]:
    """The joint submissions of these areas (None: all this account sees), those that wait first, then the newest."""
    condition, values = _within("p.area_unit_id", areas)
    with store.read() as connection:
        return _packages(
            connection,
            f"{condition} ORDER BY p.state = 'fed_back', p.rid DESC LIMIT ?",
            (*values, limit),
        )


def _within(column: str, areas: Collection[bytes] | None) -> tuple[str, tuple[bytes, ...]]:
    if areas is None:
        return "1", ()
    return f"{column} IN ({', '.join('?' * len(areas))})", tuple(sorted(areas))


def _packages(connection: Connection, condition: str, values: tuple[object, ...]) -> tuple[PackageRow, ...]:
    rows = run(
        connection,
        f"SELECT p.id, p.no, p.title, p.state, coalesce(a.name, ''), {_COUNTED} FROM demand_package p "
        f"LEFT JOIN area_unit a ON a.id = p.area_unit_id WHERE p.deleted = 0 AND {condition}",
        values,
    )
    return tuple(PackageRow(*row) for row in rows)


def package(store: Store, package_id: bytes) -> PackageDetail:
    """One joint submission. Raises NotFound."""
    with store.read() as connection:
        found = _packages(connection, "p.id = ?", (package_id,))
        if not found:
            raise NotFound(what=DEMAND_PACKAGE.name)
        said = run(
            connection,
            "SELECT coalesce(handling, ''), coalesce(feedback, '') FROM demand_package WHERE id = ?",
            (package_id,),
        ).fetchone()
        own = run(
            connection,
            "SELECT id, no, title, state, 0 FROM demand WHERE package_id = ? AND deleted = 0 ORDER BY rid",
            (package_id,),
        ).fetchall()
        referred = run(
            connection,
            "SELECT id, no, title, state, 1 FROM referral r WHERE package_id = ? AND deleted = 0 AND NOT EXISTS "
            "(SELECT 1 FROM demand d WHERE d.id = r.demand_id AND d.package_id = r.package_id) ORDER BY rid",
            (package_id,),
        ).fetchall()
    members = tuple(Member(row[0], row[1], row[2], row[3], bool(row[4])) for row in (*own, *referred))
    handling, feedback = said if said else ("", "")
    return PackageDetail(found[0], handling, feedback, members)


def stubs(store: Store, areas: Collection[bytes] | None = None) -> tuple[StubRow, ...]:
    """What was routed away from these areas (None: any) to where this account does not look, the newest first."""
    condition, values = _within("s.area_unit_id", areas)
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT s.id, s.no, s.state, coalesce(s.result_kind, ''), coalesce(a.name, '') FROM demand_stub s "
            "LEFT JOIN area_unit a ON a.id = s.area_unit_id WHERE s.deleted = 0 AND "
            "NOT EXISTS (SELECT 1 FROM demand d WHERE d.id = s.demand_id AND d.deleted = 0) AND "
            f"{condition} ORDER BY s.rid DESC",
            values,
        ).fetchall()
    return tuple(StubRow(*row) for row in rows)
