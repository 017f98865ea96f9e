"""The two trees with what waits below each node, and what a selected node limits every page to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from gridworker.errors import NotFound
from gridworker.models.entity import BucketClass
from gridworker.models.ids import named_id
from gridworker.models.roles import SENIORITY, AreaTree, visible_buckets
from gridworker.store.connection import Connection
from gridworker.store.queries.links import linked_units
from gridworker.store.queries.plan import UNSENT, due_condition
from gridworker.store.rows import Person, Scope, TreeKind, TreeNode
from gridworker.store.store import Store

_LINKED_NODE = bytes.fromhex("1e7b5a90c3d24f6b8a2d7c5e9d0c7b66")
_BUILDING_NODE = bytes.fromhex("8c4a3b1f1f0d5d6e9c0f5a4f9d0c7b22")


class _Counts(NamedTuple):
    due: int = 0
    late: int = 0
    unsent: int = 0

    def plus(self, other: _Counts) -> _Counts:
        return _Counts(self.due + other.due, self.late + other.late, self.unsent + other.unsent)


_ZERO = _Counts()


def _coverage(connection: Connection, today: str) -> dict[bytes, bytes]:
    """Stairwell → the micro-grid that covers it today."""
    rows = connection.exec_driver_sql(
        "SELECT unit_id, micro_grid_id FROM coverage WHERE deleted = 0 AND valid_from <= ? "
        "AND (valid_to IS NULL OR valid_to >= ?)",
        (today, today),
    )
    return {row[0]: row[1] for row in rows}


def _unit_counts(connection: Connection, today: str) -> dict[bytes, _Counts]:
    """Per stairwell: households waiting for a visit, those past their day, records not sent yet."""
    due = due_condition()
    rows = connection.exec_driver_sql(
        # One walk along the index of the plan, which lies in the order of the stairwells.
        "SELECT s.unit_id, count(*), sum(s.next_due_on < ?1) FROM household_stat s "
        f"INDEXED BY ix_household_stat_plan WHERE {due} GROUP BY s.unit_id",
        (today,),
    )
    found = {row[0]: _Counts(row[1] or 0, row[2] or 0) for row in rows}
    for unit, unsent in connection.exec_driver_sql(UNSENT):
        found[unit] = found.get(unit, _ZERO).plus(_Counts(unsent=unsent))
    return found


def _in_scope(store: Store, tree: AreaTree) -> frozenset[bytes]:
    """Area nodes whose case rows this account may see, and everything above them that is wholly inside."""
    seen = visible_buckets(store.grants(), tree)
    return frozenset(node for node, bucket_class in seen if bucket_class is BucketClass.CASE)


class _Area(NamedTuple):
    id: bytes
    parent_id: bytes | None
    kind: str
    name: str


def _areas(connection: Connection, today: str) -> list[_Area]:
    rows = connection.exec_driver_sql(
        "SELECT id, parent_id, kind, name FROM area_unit WHERE deleted = 0 AND valid_from <= ? "
        "AND (valid_to IS NULL OR valid_to >= ?) ORDER BY sort_no, code",
        (today, today),
    )
    return [_Area(*row) for row in rows]


class _Ground(NamedTuple):
    """What both trees stand on: the areas, stairwell → micro-grid, and what waits in each stairwell."""

    areas: list[_Area]
    coverage: Mapping[bytes, bytes]
    units: Mapping[bytes, _Counts]


def _ground(connection: Connection, today: str, *, counted: bool = True) -> _Ground:
    counts = _unit_counts(connection, today) if counted else {}
    return _Ground(_areas(connection, today), _coverage(connection, today), counts)


def both_trees(store: Store) -> tuple[tuple[TreeNode, ...], tuple[TreeNode, ...]]:
    """Organisation and area tree of one moment; what waits is counted once."""
    today = store.clock.today()
    with store.read() as connection:
        ground = _ground(connection, today)
        buildings, organisation = _buildings(connection), _organisation(connection, today)
    return _org_nodes(store, ground, organisation), _area_nodes(store, ground, buildings)


def area_tree(store: Store, *, counted: bool = True) -> tuple[TreeNode, ...]:
    """Community → estate → grid → micro-grid → building, parents before children, in grid order. A building shared
    by two micro-grids stands under both, marked partial. Without `counted` nothing waits anywhere."""
    with store.read() as connection:
        ground, buildings = (
            _ground(connection, store.clock.today(), counted=counted),
            _buildings(connection),
        )
    return _area_nodes(store, ground, buildings)


def _area_nodes(
    store: Store, ground: _Ground, buildings: Mapping[bytes, tuple[bytes, str]]
) -> tuple[TreeNode, ...]:
    areas, coverage, units = ground
    tree = AreaTree({area.id: area.parent_id for area in areas})
    scope = _in_scope(store, tree)
    totals = _totals(tree, coverage, units)
    nodes = [
        TreeNode(
            area.id,
            area.parent_id,
            TreeKind.AREA,
            area.kind,
            area.name,
            totals[area.id].due,
            totals[area.id].late,
            totals[area.id].unsent,
            area.id in scope or bool(tree.below(area.id) & scope),
        )
        for area in areas
    ]
    return _ordered((*nodes, *_building_nodes(coverage, units, buildings, scope)))


def _totals(
    tree: AreaTree, coverage: Mapping[bytes, bytes], units: Mapping[bytes, _Counts]
) -> dict[bytes, _Counts]:
    totals: dict[bytes, _Counts] = defaultdict(_Counts)
    for micro, counts in _by_micro(coverage, units).items():
        for node in tree.lineage(micro):
            totals[node] = totals[node].plus(counts)
    return totals


def _buildings(connection: Connection) -> dict[bytes, tuple[bytes, str]]:
    """Stairwell → (building, its name), in the order of the estate's plan."""
    rows = connection.exec_driver_sql(
        "SELECT u.id, b.id, b.name FROM unit u JOIN building b ON b.id = u.building_id "
        "WHERE u.deleted = 0 ORDER BY b.sort_no, b.code, u.sort_no"
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _building_nodes(
    coverage: Mapping[bytes, bytes],
    units: Mapping[bytes, _Counts],
    buildings: Mapping[bytes, tuple[bytes, str]],
    scope: frozenset[bytes],
) -> list[TreeNode]:
    shared: dict[bytes, set[bytes]] = defaultdict(set)
    found: dict[tuple[bytes, bytes], _Counts] = {}
    for unit, (building, _) in buildings.items():
        micro = coverage.get(unit)
        if micro is not None:
            shared[building].add(micro)
            found[micro, building] = found.get((micro, building), _ZERO).plus(units.get(unit, _ZERO))
    names = dict(buildings.values())
    return [
        TreeNode(
            building_node(micro, building),
            micro,
            TreeKind.AREA,
            "building",
            names[building],
            counts.due,
            counts.late,
            counts.unsent,
            micro in scope,
            partial=len(shared[building]) > 1,
        )
        for (micro, building), counts in found.items()
    ]


def building_node(micro_grid_id: bytes, building_id: bytes) -> bytes:
    """The id of the tree node "this building, as far as this micro-grid covers it"."""
    return named_id(_BUILDING_NODE, micro_grid_id, building_id)


def _ordered(nodes: tuple[TreeNode, ...]) -> tuple[TreeNode, ...]:
    """Depth first, children in the order given."""
    children: dict[bytes | None, list[TreeNode]] = defaultdict(list)
    known = {node.id for node in nodes}
    for node in nodes:
        children[node.parent_id if node.parent_id in known else None].append(node)
    found: list[TreeNode] = []
    waiting = list(reversed(children[None]))
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(children[node.id])
    return tuple(found)


class _Organisation(NamedTuple):
    """The rows of the organisation (id, parent, kind, name), the areas each covers, and who holds posts there."""

    rows: Sequence[tuple[bytes, bytes | None, str, str]]
    covers: Mapping[bytes, set[bytes]]
    people: Mapping[bytes, tuple[Person, ...]]


def _organisation(connection: Connection, today: str) -> _Organisation:
    rows = connection.exec_driver_sql(
        "SELECT id, parent_id, kind, name FROM org_unit WHERE deleted = 0 ORDER BY sort_no, name"
    ).fetchall()
    return _Organisation(rows, _covers(connection, today), _people(connection, today))


def org_tree(store: Store, *, counted: bool = True) -> tuple[TreeNode, ...]:
    """The organisation, three Party levels in the demo, with the people who hold posts there. Without `counted`
    nothing waits anywhere."""
    today = store.clock.today()
    with store.read() as connection:
        ground = _ground(connection, today, counted=counted)
        organisation = _organisation(connection, today)
    return _org_nodes(store, ground, organisation)


def _org_nodes(store: Store, ground: _Ground, organisation: _Organisation) -> tuple[TreeNode, ...]:
    rows, covers, people = organisation
    tree = AreaTree({area.id: area.parent_id for area in ground.areas})
    org = AreaTree({row[0]: row[1] for row in rows})
    scope, by_micro = _in_scope(store, tree), _by_micro(ground.coverage, ground.units)
    nodes = []
    for node_id, parent, kind, name in rows:
        micros = _covered(org, tree, covers, node_id)
        counts = reduce(_Counts.plus, (by_micro[micro] for micro in micros & by_micro.keys()), _ZERO)
        inside, there = bool(micros & scope), people.get(node_id, ())
        node = TreeNode(node_id, parent, TreeKind.ORG, kind, name, *counts, inside, False, there, micros)
        nodes.append(node)
    return (*_own_list(store), *_ordered(tuple(nodes)))


def linked_node(member_id: bytes) -> bytes:
    """The id of the tree node "the households linked with this member"."""
    return named_id(_LINKED_NODE, member_id)


def _own_list(store: Store) -> tuple[TreeNode, ...]:
    """联户: the own linked households as a node above the organisation, where there are any. It has no name here."""
    member = store.known.member_id
    if member is None:
        return ()
    with store.read() as connection:
        units = linked_units(connection, member, store.clock.today())
    if not units:
        return ()
    due, late = (sum(counts[place] for counts in units.values()) for place in (0, 1))
    return (TreeNode(linked_node(member), None, TreeKind.ORG, "linked", "", due, late),)


def _linked_scope(store: Store, member: bytes) -> Scope:
    today = store.clock.today()
    with store.read() as connection:
        units, coverage = linked_units(connection, member, today), _coverage(connection, today)
    if not units:
        raise NotFound(what="node")
    micros = frozenset(coverage[unit] for unit in units if unit in coverage)
    return Scope(linked_node(member), TreeKind.ORG, "", ("",), frozenset(units), micros, linked_to=member)


def _by_micro(coverage: Mapping[bytes, bytes], units: Mapping[bytes, _Counts]) -> dict[bytes, _Counts]:
    found: dict[bytes, _Counts] = {}
    for unit, counts in units.items():
        if unit in coverage:
            micro = coverage[unit]
            found[micro] = found.get(micro, _ZERO).plus(counts)
    return found


def _covers(connection: Connection, today: str) -> dict[bytes, set[bytes]]:
    rows = connection.exec_driver_sql(
        "SELECT org_unit_id, area_unit_id FROM org_cover WHERE deleted = 0 AND valid_from <= ? "
        "AND (valid_to IS NULL OR valid_to >= ?)",
        (today, today),
    )
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for org_unit, area in rows:
        found[org_unit].add(area)
    return found


def _people(connection: Connection, today: str) -> dict[bytes, tuple[Person, ...]]:
    rows = connection.exec_driver_sql(
        "SELECT m.org_unit_id, m.name, a.role_code FROM appointment a JOIN member m ON m.id = a.member_id "
        "WHERE a.deleted = 0 AND m.deleted = 0 AND a.valid_from <= ? AND (a.valid_to IS NULL OR a.valid_to >= ?) "
        "ORDER BY m.name",
        (today, today),
    )
    found: dict[bytes, list[Person]] = defaultdict(list)
    for org_unit, name, role in sorted(rows, key=lambda row: SENIORITY.get(row[2], len(SENIORITY))):
        found[org_unit].append(Person(name, role))
    return {node: tuple(dict.fromkeys(people)) for node, people in found.items()}


def _covered(
    org: AreaTree, areas: AreaTree, covers: Mapping[bytes, set[bytes]], node_id: bytes
) -> frozenset[bytes]:
    """The area nodes an organisation node stands for: its own covers, its descendants', and all below those."""
    found: set[bytes] = set()
    for unit in org.below(node_id):
        for area in covers.get(unit, set()) - found:  # what was found has all that lies below it
            found |= areas.below(area)
    return frozenset(found)


def scope_of(store: Store, tree: TreeKind, node_id: bytes) -> Scope:
    """What selecting a node limits pages to. An organisation node is the union of the areas it covers, an area node
    itself. Raises NotFound for a node that is not there any more."""
    member = store.known.member_id
    if member is not None and node_id == linked_node(member):
        return _linked_scope(store, member)
    read = org_tree if tree is TreeKind.ORG else area_tree
    return _scope(store, tree, read(store, counted=False), node_id)


def _scope(store: Store, tree: TreeKind, shown: tuple[TreeNode, ...], node_id: bytes) -> Scope:
    nodes = {node.id: node for node in shown}
    if node_id not in nodes:
        raise NotFound(what="node")
    today = store.clock.today()
    with store.read() as connection:
        areas, coverage, covers = (
            _areas(connection, today),
            _coverage(connection, today),
            _covers(connection, today),
        )
        org = AreaTree(
            {
                row[0]: row[1]
                for row in connection.exec_driver_sql("SELECT id, parent_id FROM org_unit WHERE deleted = 0")
            }
        )
        buildings = _buildings(connection)
    area_links = AreaTree({area.id: area.parent_id for area in areas})
    node = nodes[node_id]
    path = AreaTree({n.id: n.parent_id for n in nodes.values()}).lineage(node_id)
    names = tuple(nodes[step].name for step in reversed(path))
    if node.kind == "building" and node.parent_id is not None:
        micro = node.parent_id
        units = {
            unit
            for unit, (building, _) in buildings.items()
            if coverage.get(unit) == micro and building_node(micro, building) == node_id
        }
        return Scope(node_id, tree, node.name, names, frozenset(units), frozenset({micro}))
    inside = (
        area_links.below(node_id) if tree is TreeKind.AREA else _covered(org, area_links, covers, node_id)
    )
    micros = frozenset(area.id for area in areas if area.kind == "micro_grid" and area.id in inside)
    units = {unit for unit, micro in coverage.items() if micro in micros}
    return Scope(node_id, tree, node.name, names, frozenset(units), micros)


def default_scope(store: Store) -> Scope:
    """Where a page begins: the node of this account's own appointment, else the community."""
    today = store.clock.today()
    own = {grant.node_id for grant in store.grants()}
    with store.read() as connection:
        areas, coverage = _depth_first(_areas(connection, today)), _coverage(connection, today)
    chosen = next((area for area in areas if area.id in own), areas[0] if areas else None)
    if chosen is None:  # an account without a post sees nothing, not even the community's name
        return Scope(store.known.community_id, TreeKind.AREA, "", (), frozenset(), frozenset())
    links, names = AreaTree({area.id: area.parent_id for area in areas}), {a.id: a.name for a in areas}
    inside = links.below(chosen.id)
    micros = frozenset(area.id for area in areas if area.kind == "micro_grid" and area.id in inside)
    units = frozenset(unit for unit, micro in coverage.items() if micro in micros)
    path = tuple(names[step] for step in reversed(links.lineage(chosen.id)) if step in names)
    return Scope(chosen.id, TreeKind.AREA, chosen.name, path, units, micros)


def _depth_first(areas: list[_Area]) -> list[_Area]:
    """As they stand in the tree: below their parents, each group in the order given."""
    known = {area.id for area in areas}
    children: dict[bytes | None, list[_Area]] = defaultdict(list)
    for area in areas:
        children[area.parent_id if area.parent_id in known else None].append(area)
    found: list[_Area] = []
    waiting = list(reversed(children[None]))
    while waiting:
        found.append(waiting.pop())
        waiting += reversed(children[found[-1].id])
    return found
