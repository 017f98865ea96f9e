"""What is known before an import: stairwells, households and residents as one value to compare a file with."""

from __future__ import annotations

from gridworker.models.collector import collector_at_rest
from gridworker.models.entity import BucketClass, Entity
from gridworker.models.household import HOUSEHOLD, RESIDENT
from gridworker.models.ledger import KnownArea, KnownDemand, KnownRecord, KnownUnit, Ledger
from gridworker.models.place import PUBLIC_SPOT, SHOP
from gridworker.models.roles import AreaTree, Grant, may
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_HOUSEHOLD = tuple(f.name for f in HOUSEHOLD.fields)
_TAKES = ("import", "demand")


def ledger(store: Store) -> Ledger:
    """Every place, household, resident, shop, spot and demand this computer knows, as of today."""
    today, grants = store.clock.today(), store.grants()
    with store.read() as connection, collector_at_rest():
        return Ledger(
            units=_units(connection, grants, today),
            households=_households(connection),
            residents=known_records(connection, RESIDENT, "moved_out_on IS NULL"),
            today=today,
            practice=store.known.practice,
            shops=known_records(connection, SHOP),
            spots=known_records(connection, PUBLIC_SPOT),
            areas=_areas(connection, grants),
            demands=tuple(
                KnownDemand(*row)
                for row in run(
                    connection,
                    "SELECT no, coalesce(outside_no, ''), reported_at, title FROM demand WHERE deleted = 0",
                )
            ),
            categories={
                str(name): str(code)
                for name, code in run(connection, "SELECT name, code FROM demand_category WHERE deleted = 0")
            },
        )


def known_records(connection: Connection, entity: Entity, only: str = "1 = 1") -> tuple[KnownRecord, ...]:
    """The standing records of `entity` for which the condition `only` holds, in the order in which they came."""
    names = tuple(f.name for f in entity.fields)
    sql = f"SELECT id, {', '.join(names)} FROM {entity.name} WHERE deleted = 0 AND {only} ORDER BY rid"
    return tuple(KnownRecord(row[0], dict(zip(names, row[1:], strict=True))) for row in run(connection, sql))


def _areas(connection: Connection, grants: tuple[Grant, ...]) -> tuple[KnownArea, ...]:
    rows = run(
        connection, "SELECT id, code, name, kind FROM area_unit WHERE deleted = 0 ORDER BY rid"
    ).fetchall()
    tree = Workspace(connection, Shape()).tree()
    return tuple(
        KnownArea(
            area, code, name, kind, all(may(grants, right, area, BucketClass.CASE, tree) for right in _TAKES)
        )
        for area, code, name, kind in rows
    )


def _units(connection: Connection, grants: tuple[Grant, ...], today: str) -> tuple[KnownUnit, ...]:
    rows = run(
        connection,
        "SELECT u.id, u.code, e.name, b.name, u.name FROM unit u JOIN building b ON b.id = u.building_id "
        "JOIN estate e ON e.id = b.estate_id WHERE u.deleted = 0 AND b.deleted = 0 AND e.deleted = 0 ORDER BY u.rid",
    ).fetchall()
    workspace = Workspace(connection, Shape())
    workspace.prefetch_coverage([row[0] for row in rows])
    tree = workspace.tree()
    return tuple(
        KnownUnit(row[0], row[1], row[2], row[3], row[4], _allowed(workspace, tree, grants, row[0], today))
        for row in rows
    )


def _allowed(
    workspace: Workspace, tree: AreaTree, grants: tuple[Grant, ...], unit_id: bytes, today: str
) -> bool:
    node = workspace.micro_grid_of(unit_id, today) or tree.root
    return node is not None and all(
        may(grants, right, node, BucketClass.CASE, tree) for right in ("import", "edit")
    )


def _households(connection: Connection) -> tuple[KnownRecord, ...]:
    grounds: dict[bytes, set[str]] = {}
    for home, fields in run(
        connection, "SELECT household_id, fields FROM basis WHERE deleted = 0 AND resident_id IS NULL"
    ):
        grounds.setdefault(home, set()).update(str(fields).split(","))
    rows = run(
        connection, f"SELECT id, {', '.join(_HOUSEHOLD)} FROM household WHERE deleted = 0 ORDER BY rid"
    )
    return tuple(
        KnownRecord(row[0], dict(zip(_HOUSEHOLD, row[1:], strict=True)), frozenset(grounds.get(row[0], ())))
        for row in rows
    )
