"""Which area nodes a selected node stands for, for records that belong to a node and not to a door."""

from __future__ import annotations

from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_MICRO_GRIDS = (
    "WITH RECURSIVE below(top, id) AS ("
    "SELECT id, id FROM area_unit WHERE deleted = 0 "
    "UNION SELECT b.top, a.id FROM below b JOIN area_unit a ON a.parent_id = b.id AND a.deleted = 0) "
    "SELECT b.top, t.parent_id, a.id FROM below b JOIN area_unit t ON t.id = b.top "
    "JOIN area_unit a ON a.id = b.id AND a.kind = 'micro_grid'"
)


def area_nodes(store: Store, scope: Scope) -> tuple[bytes, ...]:
    """The area nodes whose micro-grids are all in `scope`, with the selected one; () for the whole community."""
    with store.read() as connection:
        rows = run(connection, _MICRO_GRIDS).fetchall()
    held: dict[bytes, set[bytes]] = {}
    for top, _, micro_grid in rows:
        held.setdefault(top, set()).add(micro_grid)
    inside = {top for top, all_of in held.items() if all_of <= scope.micro_grid_ids}
    if scope.linked_to is not None or any(parent is None and top in inside for top, parent, _ in rows):
        return ()
    return tuple(sorted(inside | {scope.node_id}))
