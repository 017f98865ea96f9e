"""What stands where: what keeps a node, an estate, a building or a stairwell from ending, and where an address may
stand."""

from __future__ import annotations

from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.models.tree_plan import AREA, BUILDING, ESTATE, ORG, PARENTS, UNIT
from gridworker.store.statements import run
from gridworker.store.workspace import Row, Workspace

#: What keeps a node from ending: records that stand in it, by the field that says so.
HOLDERS = {
    AREA: (
        (AREA, "parent_id", "has_children"),
        ("coverage", "micro_grid_id", "has_units"),
        ("org_cover", "area_unit_id", "has_links"),
        ("appointment", "area_unit_id", "has_posts"),
    ),
    ORG: (
        (ORG, "parent_id", "has_children"),
        ("org_cover", "org_unit_id", "has_links"),
        ("member", "org_unit_id", "has_members"),
    ),
    ESTATE: ((BUILDING, "estate_id", "has_children"),),
    BUILDING: ((UNIT, "building_id", "has_children"),),
    UNIT: (
        ("household", "unit_id", "has_homes"),
        ("shop", "unit_id", "has_homes"),
        ("public_spot", "unit_id", "has_homes"),
        ("coverage", "unit_id", "has_coverage"),
    ),
}
_ABOVE = {BUILDING: ESTATE, UNIT: BUILDING}


class Unsound(Exception):
    """Why a plan cannot be carried out: a code (below errors.reason) and the name of what stands in the way."""

    def __init__(self, code: str, name: object = "") -> None:
        super().__init__(code)
        self.code, self.name = code, str(name or "")


def check_address(workspace: Workspace, entity: str, row: Row, parent: Value) -> None:
    """A building stands in an estate, a stairwell in a building; no two in one place have one name or code.

    Raises Unsound."""
    if entity == ESTATE:
        beside = [workspace.get(ESTATE, record) for record in versions(workspace, ESTATE)]
    else:
        above = workspace.get(_ABOVE[entity], parent)
        if above is None or above["deleted"]:
            raise Unsound("parent_gone", row["name"])
        where = (workspace.record_id(above),)
        beside = [*workspace.children(BY_NAME[entity], PARENTS[entity], where)]
    for other in beside:
        if other is None or other["deleted"] or other["id"] == row["id"]:
            continue
        if other["name"] == row["name"] or other["code"] == row["code"]:
            raise Unsound("address_taken", row["name"])


def versions(workspace: Workspace, entity: str) -> dict[bytes, int]:
    """The version of every record of `entity` that is not deleted, as this act sees them."""
    condition, lead = workspace.shape.where()
    sql = f"SELECT id, row_version FROM {entity} WHERE {condition}deleted = 0"
    found = {row[0]: row[1] for row in run(workspace.connection, sql, lead)}
    for row in workspace.changed(entity):
        found.pop(workspace.record_id(row), None)
        version = row["row_version"]
        if not row["deleted"] and isinstance(version, int):
            found[workspace.record_id(row)] = version
    return found
