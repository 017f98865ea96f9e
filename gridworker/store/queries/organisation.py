"""One node of a tree with everything about it: its members, their posts with days, what it covers, and what this
account may do there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.entity import BucketClass
from gridworker.models.roles import SENIORITY, AreaTree, may
from gridworker.store.connection import Connection
from gridworker.store.queries.links import IN_FORCE
from gridworker.store.rows import TreeKind
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store


@dataclass(frozen=True)
class PostRow:
    """One appointment: a role on an area node, from day to day. `is_past`: it has ended; `is_ahead`: not begun yet."""

    id: bytes
    member_id: bytes
    role_code: str
    area_id: bytes
    area_name: str
    valid_from: str
    valid_to: str | None
    notice_phone: str
    duties: str
    public_notice_on: str | None
    is_past: bool
    is_ahead: bool


@dataclass(frozen=True)
class MemberRow:
    """Somebody who serves in a unit, with every post, the present ones first. `left_on`: serves no more. `linked`: how
    many households are linked with them (联户)."""

    id: bytes
    name: str
    org_unit_id: bytes
    org_name: str
    work_phone: str
    joined_on: str | None
    left_on: str | None
    posts: tuple[PostRow, ...]
    linked: int = 0


@dataclass(frozen=True)
class NodeLink:
    """The node at the other end of "covers": an area of an organisation, an organisation of an area."""

    id: bytes
    kind: str
    name: str


@dataclass(frozen=True)
class NodeDetail:
    """What is known about a node. `values` are its plain fields by name; `may_tree` and `may_posts` the rights of this
    account over it, `may_link` that over some households; `is_authority` False: changes are asked of the server."""

    id: bytes
    tree: TreeKind
    kind: str
    name: str
    path: tuple[str, ...]
    parent_id: bytes | None
    values: dict[str, None | int | str]
    members: tuple[MemberRow, ...]
    links: tuple[NodeLink, ...]
    households: int
    may_tree: bool
    may_posts: bool
    is_authority: bool
    today: str
    may_link: bool = False


_ORG_FIELDS = ("kind", "name", "member_count", "contact_post", "phone")
_AREA_FIELDS = (
    "kind", "name", "code", "grid_kind", "micro_kind", "resident_count_declared", "boundary_note", "valid_from",
    "valid_to",
)  # fmt: skip


def node_detail(store: Store, tree: TreeKind, node_id: bytes) -> NodeDetail:
    """Raises NotFound for a node that is not there any more."""
    table = "org_unit" if tree is TreeKind.ORG else "area_unit"
    fields = _ORG_FIELDS if tree is TreeKind.ORG else _AREA_FIELDS
    today, grants = store.clock.today(), store.grants()
    with store.read() as connection:
        row = run(
            connection,
            f"SELECT parent_id, {', '.join(fields)} FROM {table} WHERE id = ? AND deleted = 0",
            (node_id,),
        ).fetchone()
        if (
            row is None and tree is TreeKind.ORG
        ):  # the own linked households: shown is where their member belongs
            own = run(
                connection, "SELECT org_unit_id FROM member WHERE id = ? AND deleted = 0", (node_id,)
            ).fetchone()
            if own is not None:
                return node_detail(store, tree, own[0])
        if row is None:
            raise NotFound(what="node")
        values = dict(zip(fields, row[1:], strict=True))
        path, parent = _path(connection, table, node_id), row[0]
        members = (_members_of if tree is TreeKind.ORG else _members_at)(connection, node_id, today)
        links = _links(connection, tree, node_id, today)
        areas = tuple(link.id for link in links) if tree is TreeKind.ORG else (node_id,)
        parents = dict(run(connection, "SELECT id, parent_id FROM area_unit WHERE deleted = 0").fetchall())
        area_tree = AreaTree(parents)
        households = _households(connection, area_tree, areas, today)
    root = area_tree.root or b""
    return NodeDetail(
        node_id, tree, str(values["kind"]), str(values["name"]), path, parent, values, members, links, households,
        may_tree=may(grants, "tree", root, BucketClass.COMMON, area_tree),
        may_posts=may(grants, "posts", root, BucketClass.COMMON, area_tree),
        is_authority=store.known.authority == "self",
        may_link=any("edit" in grant.role.may for grant in grants),
        today=today,
    )  # fmt: skip


def _path(connection: Connection, table: str, node_id: bytes) -> tuple[str, ...]:
    names: list[str] = []
    seen: set[bytes] = set()
    current: bytes | None = node_id
    while current is not None and current not in seen:
        seen.add(current)
        row = run(connection, f"SELECT name, parent_id FROM {table} WHERE id = ?", (current,)).fetchone()
        if row is None:
            break
        names.append(row[0])
        current = row[1]
    return tuple(reversed(names))


_MEMBER = (
    "SELECT m.id, m.name, m.org_unit_id, coalesce(o.name, ''), coalesce(m.work_phone, ''), m.joined_on, m.left_on "
    "FROM member m LEFT JOIN org_unit o ON o.id = m.org_unit_id WHERE m.deleted = 0 AND "
)


def _members_of(connection: Connection, org_unit_id: bytes, today: str) -> tuple[MemberRow, ...]:
    rows = run(connection, f"{_MEMBER} m.org_unit_id = ? ORDER BY m.name, m.id", (org_unit_id,)).fetchall()
    return _with_posts(connection, rows, today)


def _members_at(connection: Connection, area_id: bytes, today: str) -> tuple[MemberRow, ...]:
    """The people who hold or held a post on this very node."""
    condition = "m.id IN (SELECT member_id FROM appointment WHERE area_unit_id = ? AND deleted = 0)"
    rows = run(connection, f"{_MEMBER} {condition} ORDER BY m.name, m.id", (area_id,)).fetchall()
    return _with_posts(connection, rows, today)


def _with_posts(connection: Connection, rows: Sequence[tuple], today: str) -> tuple[MemberRow, ...]:  # type: ignore[type-arg]
    posts = _posts(connection, [row[0] for row in rows], today)
    links = dict(
        run(
            connection,
            f"SELECT l.member_id, count(*) FROM household_link l WHERE {IN_FORCE} GROUP BY l.member_id",
            (today,),
        ).fetchall()
    )
    members = [
        MemberRow(
            id=row[0],
            name=row[1],
            org_unit_id=row[2],
            org_name=row[3],
            work_phone=row[4],
            joined_on=row[5],
            left_on=row[6],
            posts=tuple(posts.get(row[0], ())),
            linked=links.get(row[0], 0),
        )
        for row in rows
    ]
    return tuple(sorted(members, key=_place_in_list))


def _place_in_list(member: MemberRow) -> tuple[bool, int, str]:
    """Who serves now first, by what they answer for; it ranks nobody's work."""
    held = [
        SENIORITY.get(p.role_code, len(SENIORITY)) for p in member.posts if not p.is_past and not p.is_ahead
    ]
    return bool(member.left_on), min(held, default=len(SENIORITY) + 1), member.name


def _posts(connection: Connection, members: Sequence[bytes], today: str) -> dict[bytes, list[PostRow]]:
    found: dict[bytes, list[PostRow]] = defaultdict(list)
    for start in range(0, len(members), 400):
        part = members[start : start + 400]
        rows = run(
            connection,
            "SELECT a.id, a.member_id, a.role_code, a.area_unit_id, coalesce(n.name, ''), a.valid_from, a.valid_to, "
            "coalesce(a.notice_phone, ''), coalesce(a.duties_text, ''), a.public_notice_on FROM appointment a "
            "LEFT JOIN area_unit n ON n.id = a.area_unit_id WHERE a.deleted = 0 AND a.member_id IN "
            f"({', '.join('?' * len(part))}) ORDER BY a.valid_from DESC, a.id",
            tuple(part),
        )
        for row in rows:
            is_past = row[6] is not None and row[6] < today
            found[row[1]].append(PostRow(*(*row, is_past, row[5] > today)))
    for posts in found.values():
        posts.sort(key=lambda post: (post.is_past, SENIORITY.get(post.role_code, len(SENIORITY))))
    return found


def _links(connection: Connection, tree: TreeKind, node_id: bytes, today: str) -> tuple[NodeLink, ...]:
    """What an organisation answers for, itself and through the units below it; who answers for an area."""
    dated = "c.deleted = 0 AND c.valid_from <= ? AND (c.valid_to IS NULL OR c.valid_to >= ?)"
    if tree is TreeKind.AREA:
        rows = run(
            connection,
            "SELECT DISTINCT n.id, n.kind, n.name, n.sort_no FROM org_cover c JOIN org_unit n ON n.id = c.org_unit_id "
            f"WHERE c.area_unit_id = ? AND n.deleted = 0 AND {dated} ORDER BY n.sort_no, n.name",
            (node_id, today, today),
        )
        return tuple(NodeLink(*row[:3]) for row in rows)
    parents = dict(run(connection, "SELECT id, parent_id FROM org_unit WHERE deleted = 0").fetchall())
    inside = tuple(AreaTree(parents).below(node_id))
    found: dict[bytes, tuple[int, NodeLink]] = {}
    for start in range(0, len(inside), 400):
        part = inside[start : start + 400]
        rows = run(
            connection,
            "SELECT n.id, n.kind, n.name, coalesce(n.sort_no, 0) FROM org_cover c JOIN area_unit n "
            f"ON n.id = c.area_unit_id WHERE c.org_unit_id IN ({', '.join('?' * len(part))}) AND n.deleted = 0 "
            f"AND {dated}",
            (*part, today, today),
        )
        found.update({row[0]: (row[3], NodeLink(*row[:3])) for row in rows})
    return tuple(link for _, link in sorted(found.values(), key=lambda pair: (pair[0], pair[1].name)))


def _households(connection: Connection, tree: AreaTree, areas: Sequence[bytes], today: str) -> int:
    inside = set[bytes]().union(*(tree.below(area) for area in areas)) if areas else set()
    if not inside:
        return 0
    marks = ", ".join("?" * len(inside))
    return int(
        scalar(
            connection,
            "SELECT count(*) FROM household h JOIN coverage c ON c.unit_id = h.unit_id AND c.deleted = 0 "
            f"AND c.valid_from <= ? AND (c.valid_to IS NULL OR c.valid_to >= ?) "
            f"WHERE h.deleted = 0 AND c.micro_grid_id IN ({marks})",
            (today, today, *inside),
        )
    )


@dataclass(frozen=True)
class NodeChoice:
    """A node one may choose in a form, with the kind and depth it has in its tree."""

    id: bytes
    parent_id: bytes | None
    kind: str
    name: str
    depth: int


def node_choices(store: Store, tree: TreeKind) -> tuple[NodeChoice, ...]:
    """Every open node of a tree, parents first, as a list to choose from."""
    table = "org_unit" if tree is TreeKind.ORG else "area_unit"
    today = store.clock.today()
    dated = "" if tree is TreeKind.ORG else "AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)"
    values = () if tree is TreeKind.ORG else (today, today)
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT id, parent_id, kind, name FROM {table} WHERE deleted = 0 {dated} ORDER BY sort_no, name",
            values,
        ).fetchall()
    below: dict[bytes | None, list[tuple]] = defaultdict(list)  # type: ignore[type-arg]
    known = {row[0] for row in rows}
    for row in rows:
        below[row[1] if row[1] in known else None].append(row)
    found: list[NodeChoice] = []
    waiting = [(row, 0) for row in reversed(below[None])]
    while waiting:
        row, depth = waiting.pop()
        found.append(NodeChoice(row[0], row[1], row[2], row[3], depth))
        waiting += [(child, depth + 1) for child in reversed(below[row[0]])]
    return tuple(found)


@dataclass(frozen=True)
class StairChoice:
    """A stairwell of a micro-grid, for a split: its place in words and how many households it holds."""

    id: bytes
    name: str
    households: int


def stairwells(store: Store, micro_grid_id: bytes) -> tuple[StairChoice, ...]:
    """The stairwells that a micro-grid covers today, in the order of the estate's plan."""
    today = store.clock.today()
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT u.id, e.name || ' ' || b.name || ' ' || u.name, "
            "(SELECT count(*) FROM household h WHERE h.unit_id = u.id AND h.deleted = 0) FROM coverage c "
            "JOIN unit u ON u.id = c.unit_id JOIN building b ON b.id = u.building_id "
            "JOIN estate e ON e.id = b.estate_id WHERE c.deleted = 0 AND c.micro_grid_id = ? AND c.valid_from <= ? "
            "AND (c.valid_to IS NULL OR c.valid_to >= ?) ORDER BY e.sort_no, b.sort_no, u.sort_no",
            (micro_grid_id, today, today),
        ).fetchall()
    return tuple(StairChoice(*row) for row in rows)
