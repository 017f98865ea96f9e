"""Where a report stands: the nodes of a scope and its grids as the trees were on a day, whatever was reorganised since.

What plans changed after that day is taken back in memory; whoever may not see the plans sees the tree of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gridworker.models.roles import AreaTree
from gridworker.models.tree_plan import AREA, ORG, Edit, Move, decode_changes
from gridworker.store.connection import Connection
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.statements import run

GRID, MICRO = "grid", "micro_grid"


@dataclass(frozen=True)
class Node:
    """An area node as it was on the day; `first` and `last` are the days on which it began and ended."""

    id: bytes
    parent_id: bytes | None
    kind: str
    name: str
    order: tuple[int, str]
    first: str
    last: str
    deleted: bool

    def stood(self, first: str, last: str) -> bool:
        """Whether it was there at some time from the day `first` to the day `last`."""
        return not self.deleted and self.first <= last and self.last >= first


@dataclass(frozen=True)
class Line:
    """One line of the table by grid: the nodes whose records it counts. `shown` False: only where it has any."""

    node_id: bytes
    name: str
    nodes: frozenset[bytes]
    shown: bool = True


@dataclass(frozen=True)
class Ground:
    """A scope on the day `on`: all its area `nodes`, the micro-grids among them, and the lines by grid in their order.
    `linked_to` and `units` narrow it to households: those linked with a member, those of one building."""

    on: str
    name: str
    nodes: frozenset[bytes]
    micros: frozenset[bytes]
    lines: tuple[Line, ...]
    known: Mapping[bytes, Node]
    root: bytes | None
    linked_to: bytes | None = None
    units: frozenset[bytes] | None = None

    @property
    def whole(self) -> bool:
        """False where only some households of the nodes are meant."""
        return self.linked_to is None and self.units is None

    @property
    def is_community(self) -> bool:
        return self.whole and self.root in self.nodes

    @cached_property
    def at_nodes(self) -> str:
        """SQL for what a record must lie at, to stand behind a column's name."""
        return "IN (SELECT id FROM area_unit)" if len(self.nodes) == len(self.known) else _one_of(self.nodes)

    @cached_property
    def at_micros(self) -> str:
        """The same for the micro-grids."""
        return _one_of(self.micros)


def _one_of(ids: Iterable[bytes]) -> str:
    listed = ", ".join(f"x'{one.hex()}'" for one in sorted(ids))
    return f"IN ({listed})"


def ground_of(connection: Connection, scope: Scope, first: str, on: str) -> Ground:
    """`scope` as the trees were at the end of the day `on`, for a period that begins on `first`."""
    undone = _taken_back(connection, on)
    known = _nodes(connection, undone)
    tree = AreaTree({node.id: node.parent_id for node in known.values()})
    nodes = _inside(connection, scope, tree, known, on, undone)
    micros = frozenset(node for node in nodes if known[node].kind == MICRO)
    building = scope.tree is TreeKind.AREA and scope.node_id not in known and scope.linked_to is None
    here = known.get(scope.node_id)
    return Ground(
        on=on,
        name=here.name if here else scope.name,
        nodes=nodes,
        micros=micros,
        lines=_lines(scope, tree, known, nodes, micros, first, on),
        known=known,
        root=tree.root,
        linked_to=scope.linked_to,
        units=scope.unit_ids if building else None,
    )


_Undone = Mapping[tuple[str, bytes], Mapping[str, object]]


def _taken_back(connection: Connection, on: str) -> _Undone:
    """(entity, node) → fields as they were on the day `on`, for what plans changed later."""
    rows = run(
        connection,
        "SELECT changes FROM tree_plan WHERE deleted = 0 AND applied_on > ? ORDER BY applied_on DESC, rid DESC",
        (on,),
    )
    found: dict[tuple[str, bytes], dict[str, object]] = {}
    for (text,) in rows:
        for change in reversed(decode_changes(str(text))):
            if isinstance(change, Move):
                found.setdefault((change.tree, change.node), {})["parent_id"] = change.was
            elif isinstance(change, Edit):
                found.setdefault((change.tree, change.node), {}).update(change.was)
    return found


def _nodes(connection: Connection, undone: _Undone) -> dict[bytes, Node]:
    known: dict[bytes, Node] = {}
    names = ("parent_id", "kind", "name", "sort_no", "code", "valid_from", "valid_to", "deleted")
    for node, *now in run(connection, f"SELECT id, {', '.join(names)} FROM area_unit ORDER BY rid"):
        was = undone.get((AREA, node))
        if was:
            now = [was.get(name, value) for name, value in zip(names, now, strict=True)]
        parent, kind, name, sort_no, code, first, last, deleted = now
        order = (sort_no or 0, str(code))
        known[node] = Node(node, parent, kind, str(name), order, first, last or "9999-12-31", bool(deleted))
    return known


def _inside(
    connection: Connection,
    scope: Scope,
    tree: AreaTree,
    known: Mapping[bytes, Node],
    on: str,
    undone: _Undone,
) -> frozenset[bytes]:
    if scope.linked_to is not None:  # its visits may have been made in any micro-grid
        return frozenset(node for node in known if known[node].kind == MICRO)
    if scope.tree is TreeKind.ORG:
        found = set(_covered(connection, scope.node_id, tree, on, undone))
    elif scope.node_id in known:
        found = set(tree.below(scope.node_id))
    else:
        return scope.micro_grid_ids & frozenset(known)
    micros = {node for node in found if known[node].kind == MICRO}
    below: dict[bytes, list[bytes]] = {}
    for micro in (node for node, of in known.items() if of.kind == MICRO and of.stood(on, on)):
        for node in tree.lineage(micro):
            below.setdefault(node, []).append(micro)
    return frozenset(found | {node for node, inside in below.items() if micros.issuperset(inside)})


def _covered(
    connection: Connection, org: bytes, areas: AreaTree, on: str, undone: _Undone
) -> Iterable[bytes]:
    """What an organisation node and those below it covered on the day, with all that lay below."""
    parents: dict[bytes, bytes | None] = {}
    for node, parent in run(connection, "SELECT id, parent_id FROM org_unit"):
        was = undone.get((ORG, node), {}).get("parent_id", parent)
        parents[node] = was if isinstance(was, bytes) else None
    covers = run(
        connection,
        "SELECT org_unit_id, area_unit_id FROM org_cover WHERE deleted = 0 AND valid_from <= ?1 "
        "AND (valid_to IS NULL OR valid_to >= ?1)",
        (on,),
    ).fetchall()
    units = AreaTree(parents).below(org)
    return frozenset().union(*(areas.below(area) for unit, area in covers if unit in units))


def _lines(
    scope: Scope,
    tree: AreaTree,
    known: Mapping[bytes, Node],
    nodes: frozenset[bytes],
    micros: frozenset[bytes],
    first: str,
    on: str,
) -> tuple[Line, ...]:
    """Grids with what lies below them, in grid order; micro-grids where there is one grid only. Last, what lies at the
    node itself."""
    of_grid: dict[bytes, set[bytes]] = {}
    for micro in micros:
        grid = next((node for node in tree.lineage(micro) if known[node].kind == GRID), micro)
        of_grid.setdefault(grid, set()).add(micro)
    if scope.linked_to is not None or len(of_grid) == 1:
        of_grid = {micro: {micro} for micro in micros}
    else:
        for grid in of_grid:
            of_grid[grid] |= tree.below(grid) & nodes
    rest = nodes - frozenset().union(*of_grid.values()) if of_grid else nodes
    if scope.node_id in of_grid:
        of_grid[scope.node_id] |= rest
        rest = frozenset()
    order = {node: tuple(known[one].order for one in reversed(tree.lineage(node))) for node in of_grid}
    lines = [
        Line(
            node,
            known[node].name,
            frozenset(of_grid[node]),
            scope.linked_to is None and known[node].stood(first, on),
        )
        for node in sorted(of_grid, key=lambda node: order[node])
    ]
    if rest and scope.linked_to is None:
        here = known.get(scope.node_id)
        lines.append(Line(scope.node_id, here.name if here else scope.name, rest, False))
    return tuple(lines)
