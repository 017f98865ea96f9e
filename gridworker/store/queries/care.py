"""Consents and service needs of a household. Needs are read only for whoever may see them, and only while they last."""

from __future__ import annotations

from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.models.roles import AreaTree, visible_buckets
from gridworker.store.aliases import standing_sql, with_losers
from gridworker.store.care_rows import Care, ConsentRow, NeedRow
from gridworker.store.connection import Connection
from gridworker.store.ending import OVER
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_LASTING = f"n.deleted = 0 AND NOT {OVER.format(same='')}"


def care_of(store: Store, connection: Connection, household_id: bytes, unit_id: bytes) -> Care:
    """What people of a household agreed to, and what they asked for if this account serves them."""
    homes = with_losers(connection, "household", household_id)
    marks = ", ".join("?" * len(homes))
    consents = run(
        connection,
        "SELECT c.id, c.resident_id, r.name, c.purposes, coalesce(c.fields, ''), c.method, c.notice_version, "
        "c.given_on, coalesce(c.separate, 0), c.withdrawn_on FROM consent c JOIN resident r ON r.id = c.resident_id "
        f"WHERE c.deleted = 0 AND r.deleted = 0 AND r.household_id IN ({marks}) "
        "ORDER BY c.withdrawn_on IS NOT NULL, c.given_on DESC, c.rid DESC",
        homes,
    )
    rows = tuple(
        ConsentRow(r[0], r[1], r[2], _codes(r[3]), _codes(r[4]), r[5], r[6], r[7], bool(r[8]), r[9])
        for r in consents
    )
    if not _serves(store, connection, unit_id):
        return Care(rows)
    needs = run(
        connection,
        "SELECT n.id, n.resident_id, r.name, n.need, n.valid_until, n.requested_by_self, coalesce(n.note, '') "
        f"FROM service_need n JOIN resident r ON r.id = n.resident_id WHERE {_LASTING} "
        f"AND r.household_id IN ({marks}) ORDER BY n.valid_until, n.rid",
        (store.clock.today(), *homes),
    )
    return Care(
        rows,
        tuple(NeedRow(r[0], r[1], r[2], r[3], r[4], bool(r[5]), r[6]) for r in needs),
        may_see_needs=True,
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _served(store: Store, tree: AreaTree) -> frozenset[bytes]:
    """The buckets whose needs this account may see."""
    seen = visible_buckets(store.grants(), tree)
    return frozenset(bucket_id(node, of) for node, of in seen if of is BucketClass.CARE)


def _serves(store: Store, connection: Connection, unit_id: bytes) -> bool:
    workspace = Workspace(connection, Shape())
    node = workspace.micro_grid_of(unit_id, store.clock.today())
    return node is not None and bucket_id(node, BucketClass.CARE) in _served(store, workspace.tree())


def households_with_needs(store: Store, scope: Scope) -> frozenset[bytes]:
    """The households of `scope` in which somebody waits for a service: for the own due list of whoever serves them."""
    with store.read() as connection:
        served = _served(store, Workspace(connection, Shape()).tree())
        rows = run(
            connection,
            f"SELECT DISTINCT n.bucket_id, h.id, h.unit_id FROM service_need n JOIN resident r ON r.id = n.resident_id "
            f"JOIN household h ON h.id = {standing_sql('r.household_id')} WHERE {_LASTING} AND h.deleted = 0",
            (store.clock.today(),),
        ).fetchall()
    return frozenset(home for bucket, home, unit in rows if bucket in served and unit in scope.unit_ids)
