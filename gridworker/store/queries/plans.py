"""Plans for the trees: the list of those made, and the dry run of one that is being thought of. A dry run carries the
plan out on rows in memory that are never written, by the code that would carry it out in earnest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gridworker.models.entity import BucketClass
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import ROLES, AreaTree, Grant, visible_buckets
from gridworker.models.tree_plan import Appoint, Change, Term, decode_changes
from gridworker.models.validation import Rules
from gridworker.store.connection import Connection
from gridworker.store.queries.plan_lines import PlanLine, created, names_of, plan_lines
from gridworker.store.reorganising import carry_out, tree_version
from gridworker.store.standing import Unsound
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Row, Shape, Workspace, blank_row

#: Households named one by one in a dry run; their number is always whole.
NAMED = 300
_TRIAL = b"\x00" * 16


@dataclass(frozen=True)
class PlanRow:
    """A plan as it is listed. `refusal` is a reason's code, `refusal_name` what stood in the way."""

    id: bytes
    effective_on: str
    state: str
    reason: str
    by: str
    refusal: str
    refusal_name: str
    reverses_id: bytes | None
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class MovedHome:
    """A household whose place in the area tree changes: its address, and the node it comes from and goes to."""

    id: bytes
    address: str
    was: str
    to: str


@dataclass(frozen=True)
class MovedPerson:
    """Somebody whose posts or whose households change. `login` "" has no account, so no computer changes."""

    member_id: bytes
    name: str
    login: str
    posts: tuple[str, ...]
    households_before: int
    households_after: int


@dataclass(frozen=True)
class DryRun:
    """What a plan would do. `fault` is "" or the reason's code why it cannot be carried out, with `fault_name`."""

    fault: str
    fault_name: str
    base_tree_version: int
    lines: tuple[PlanLine, ...]
    household_count: int
    homes: tuple[MovedHome, ...]
    people: tuple[MovedPerson, ...]


def dry_run(store: Store, changes: Sequence[Change], on: str) -> DryRun:
    """Try `changes` as of the day `on`, and name every household, person and account they would concern."""
    today = store.clock.today()
    with store.read() as connection:
        workspace = Workspace(connection, Shape())
        version = tree_version(workspace)
        before = _picture(connection, on)
        names = names_of(connection)
        plan: Row = {**blank_row(BY_NAME["tree_plan"], _TRIAL), "effective_on": on}
        lines = plan_lines(changes, names)
        if on < today:
            return DryRun("plan_in_past", "", version, lines, 0, (), ())
        workspace.begin_group()
        try:
            units = carry_out(workspace, plan, changes, today, Rules(today, store.known.practice))
        except Unsound as unsound:
            return DryRun(unsound.code, unsound.name, version, lines, 0, (), ())
        after = _after(workspace, before, units, changes, on)
        count, homes = _moved_homes(connection, before, after, names | created(changes))
        return DryRun("", "", version, lines, count, homes, _moved_people(connection, before, after))


@dataclass(frozen=True)
class _Picture:
    """The trees on one day: area tree, stairwell → micro-grid, members' posts, households by stairwell."""

    tree: AreaTree
    coverage: Mapping[bytes, bytes]
    posts: Mapping[bytes, tuple[tuple[str, bytes], ...]]
    homes: Mapping[bytes, int]


def _picture(connection: Connection, on: str) -> _Picture:
    dated = "deleted = 0 AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)"
    parents = run(connection, "SELECT id, parent_id FROM area_unit WHERE deleted = 0").fetchall()
    covers = run(
        connection, f"SELECT unit_id, micro_grid_id FROM coverage WHERE {dated}", (on, on)
    ).fetchall()
    posts: dict[bytes, list[tuple[str, bytes]]] = defaultdict(list)
    for member, role, area in run(
        connection, f"SELECT member_id, role_code, area_unit_id FROM appointment WHERE {dated}", (on, on)
    ):
        posts[member].append((role, area))
    homes = run(
        connection, "SELECT unit_id, count(*) FROM household WHERE deleted = 0 GROUP BY unit_id"
    ).fetchall()
    return _Picture(
        AreaTree(dict(parents)), dict(covers), {m: tuple(p) for m, p in posts.items()}, dict(homes)
    )


def _after(
    workspace: Workspace, before: _Picture, units: frozenset[bytes], changes: Sequence[Change], on: str
) -> _Picture:
    coverage = dict(before.coverage)
    for unit in units:
        micro = workspace.micro_grid_of(unit, on)
        if micro is None:
            coverage.pop(unit, None)
        else:
            coverage[unit] = micro
    posts = {member: list(held) for member, held in before.posts.items()}
    for change in changes:
        if isinstance(change, Appoint | Term):
            _change_posts(workspace, posts, change, on)
    return _Picture(workspace.tree(), coverage, {m: tuple(p) for m, p in posts.items()}, before.homes)


def _change_posts(
    workspace: Workspace, posts: dict[bytes, list[tuple[str, bytes]]], change: Appoint | Term, on: str
) -> None:
    row = workspace.get("appointment", change.post)
    if row is None:
        return
    member, post = row["member_id"], (str(row["role_code"]), row["area_unit_id"])
    if not isinstance(member, bytes) or not isinstance(post[1], bytes):
        return
    held = posts.setdefault(member, [])
    in_force = str(row["valid_from"]) <= on and (row["valid_to"] is None or str(row["valid_to"]) >= on)
    wanted = in_force and not row["deleted"]
    if post in held and not wanted:
        held.remove((post[0], post[1]))
    elif wanted and post not in held:
        held.append((post[0], post[1]))


def _moved_homes(
    connection: Connection, before: _Picture, after: _Picture, names: Mapping[bytes, str]
) -> tuple[int, tuple[MovedHome, ...]]:
    """The households whose nodes, from micro-grid to community, are not the same any more."""
    moved: dict[bytes, tuple[bytes | None, bytes | None]] = {}
    for unit in before.coverage.keys() | after.coverage.keys():
        was, to = _lineage(before, unit), _lineage(after, unit)
        if was != to:
            differing = next(
                ((a, b) for a, b in zip((*was, None), (*to, None), strict=False) if a != b), (None, None)
            )
            moved[unit] = differing
    count = sum(before.homes.get(unit, 0) for unit in moved)
    found: list[MovedHome] = []
    for unit, address, record in _addresses(connection, tuple(moved)):
        was_node, to_node = moved[unit]
        found.append(
            MovedHome(record, address, names.get(was_node or b"", ""), names.get(to_node or b"", ""))
        )
    return count, tuple(found[:NAMED])


def _lineage(picture: _Picture, unit: bytes) -> tuple[bytes, ...]:
    micro = picture.coverage.get(unit)
    return picture.tree.lineage(micro) if micro is not None else ()


def _addresses(connection: Connection, units: Sequence[bytes]) -> list[tuple[bytes, str, bytes]]:
    found: list[tuple[bytes, str, bytes]] = []
    for start in range(0, len(units), 400):
        part = units[start : start + 400]
        found += run(
            connection,
            "SELECT h.unit_id, e.name || ' ' || b.name || ' ' || u.name || ' ' || h.room, h.id FROM household h "
            "JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id "
            f"JOIN estate e ON e.id = b.estate_id WHERE h.deleted = 0 AND h.unit_id IN ({', '.join('?' * len(part))}) "
            f"ORDER BY e.sort_no, b.sort_no, u.sort_no, h.floor, h.room LIMIT {NAMED}",
            tuple(part),
        ).fetchall()
        if len(found) >= NAMED:
            break
    return found


def _moved_people(connection: Connection, before: _Picture, after: _Picture) -> tuple[MovedPerson, ...]:
    names = dict(run(connection, "SELECT id, name FROM member WHERE deleted = 0").fetchall())
    logins = dict(
        run(
            connection, "SELECT member_id, login FROM account WHERE deleted = 0 AND state = 'active'"
        ).fetchall()
    )
    found: list[MovedPerson] = []
    for member in sorted(before.posts.keys() | after.posts.keys(), key=lambda m: names.get(m, "")):
        was, to = _homes_seen(before, member), _homes_seen(after, member)
        held = before.posts.get(member, ()), after.posts.get(member, ())
        if was != to or sorted(held[0]) != sorted(held[1]):
            codes = tuple(dict.fromkeys(role for role, _ in (held[1] or held[0])))
            found.append(
                MovedPerson(
                    member,
                    names.get(member, ""),
                    logins.get(member, ""),
                    codes,
                    _count(before, was),
                    _count(after, to),
                )
            )
    return tuple(found)


def _homes_seen(picture: _Picture, member: bytes) -> frozenset[bytes]:
    """The stairwells whose households this member's posts let them see."""
    grants = [Grant(ROLES[role], area) for role, area in picture.posts.get(member, ()) if role in ROLES]
    if not grants:
        return frozenset()
    seen = {node for node, kind in visible_buckets(grants, picture.tree) if kind is BucketClass.CASE}
    return frozenset(unit for unit, micro in picture.coverage.items() if micro in seen)


def _count(picture: _Picture, units: frozenset[bytes]) -> int:
    return sum(picture.homes.get(unit, 0) for unit in units)


# -- plans that were made -------------------------------------------------------------------------------------------


def plans(store: Store, limit: int = 200) -> tuple[PlanRow, ...]:
    """The plans this account may read, the latest day first."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT p.id, p.effective_on, coalesce(p.state, 'requested'), coalesce(p.reason, ''), "
            "coalesce(m.name, ''), coalesce(p.refusal, ''), p.reverses_id, p.changes FROM tree_plan p "
            "LEFT JOIN member m ON m.id = p.by_member_id WHERE p.deleted = 0 "
            "ORDER BY p.effective_on DESC, p.id DESC LIMIT ?",
            (limit,),
        ).fetchall()
        names = names_of(connection)
    return tuple(_plan_row(row, names) for row in rows)


def plan_text(store: Store, plan_id: bytes) -> tuple[str, str] | None:
    """State and changes of a plan, None where there is none."""
    with store.read() as connection:
        found = run(
            connection,
            "SELECT coalesce(state, 'requested'), changes FROM tree_plan WHERE id = ? AND deleted = 0",
            (plan_id,),
        ).fetchone()
    return (found[0], found[1]) if found else None


def _plan_row(row: Sequence, names: Mapping[bytes, str]) -> PlanRow:  # type: ignore[type-arg]
    code, _, name = str(row[5]).partition(":")
    try:
        changes = decode_changes(row[7])
    except (msgspec.ValidationError, msgspec.DecodeError):  # of a newer version: shown without its lines
        changes = ()
    return PlanRow(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        code,
        name,
        row[6],
        plan_lines(changes, {**names, **created(changes)}),
    )
