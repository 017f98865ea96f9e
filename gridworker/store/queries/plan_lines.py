"""What a plan for the trees changes, line by line and in names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gridworker.models.tree_plan import (
    ADDRESSES,
    BUILDING,
    UNIT,
    Appoint,
    Change,
    Close,
    Cover,
    Create,
    Edit,
    Link,
    Move,
    Reopen,
    Term,
    Unlink,
)
from gridworker.store.connection import Connection
from gridworker.store.statements import run

#: Buildings and stairwells named in a line.
_NAMED_FEW = 3


@dataclass(frozen=True)
class PlanLine:
    """One change in names: what is done (`verb`) to `name`, from `was` to `to`."""

    verb: str
    name: str
    was: str = ""
    to: str = ""


def names_of(connection: Connection) -> dict[bytes, str]:
    """What everything is called that a plan may name."""
    found: dict[bytes, str] = {}
    for table in ("area_unit", "org_unit", "member", "estate"):
        found.update(run(connection, f"SELECT id, name FROM {table}").fetchall())
    found.update(
        run(
            connection,
            "SELECT u.id, b.name || ' ' || u.name FROM unit u JOIN building b ON b.id = u.building_id "
            "UNION ALL SELECT b.id, e.name || ' ' || b.name FROM building b JOIN estate e ON e.id = b.estate_id",
        )
    )
    found.update(
        run(
            connection, "SELECT a.id, m.name FROM appointment a JOIN member m ON m.id = a.member_id"
        ).fetchall()
    )
    return found


def created(changes: Sequence[Change]) -> dict[bytes, str]:
    """The names of what a plan makes itself."""
    return {c.node: str(c.values.get("name") or "") for c in changes if isinstance(c, Create)}


def plan_lines(changes: Sequence[Change], names: Mapping[bytes, str]) -> tuple[PlanLine, ...]:
    """One line for each change, but one for all the addresses that are made or ended one after the other."""
    known = {**names, **created(changes)}
    lines: list[PlanLine] = []
    for address, group in groupby(changes, _about_addresses):
        part = list(group)
        lines += [_address_line(address, part, known)] if address else [_line(each, known) for each in part]
    return tuple(lines)


def _about_addresses(change: Change) -> str:
    if isinstance(change, Create | Close | Reopen) and change.tree in ADDRESSES:
        return "raze" if isinstance(change, Close) else "build"
    return ""


def _address_line(verb: str, changes: Sequence[Change], names: Mapping[bytes, str]) -> PlanLine:
    """The buildings by name, of single stairwells these; how many stairwells as `to`."""
    made = [change for change in changes if isinstance(change, Create | Close | Reopen)]
    stairs = [change for change in made if change.tree == UNIT]
    shown = [change for change in made if change.tree == BUILDING] or stairs or made
    return PlanLine(verb, _some(names.get(change.node, "") for change in shown), to=str(len(stairs)))


def _some(names: Iterable[str]) -> str:
    """The first of some names and how many more there are."""
    every = list(names)
    more = f" +{len(every) - _NAMED_FEW}" if len(every) > _NAMED_FEW else ""
    return "、".join(every[:_NAMED_FEW]) + more


def _line(change: Change, names: Mapping[bytes, str]) -> PlanLine:
    def say(node: bytes | None) -> str:
        return names.get(node, "") if node else ""

    match change:
        case Move():
            return PlanLine("move", say(change.node), say(change.was), say(change.to))
        case Edit():
            field = "rename" if "name" in change.to else "edit"
            was, to = (
                ", ".join(str(v) for v in side.values() if v is not None) for side in (change.was, change.to)
            )
            return PlanLine(field, say(change.node), was, to)
        case Create():
            return PlanLine("create", say(change.node), "", say(change.parent))
        case Close() | Reopen():
            return PlanLine("close" if isinstance(change, Close) else "reopen", say(change.node))
        case Cover():
            stairs = _some(say(unit) for unit in change.units)
            return PlanLine("cover", stairs, say(change.was), say(change.to))
        case Link() | Unlink():
            return PlanLine(
                "link" if isinstance(change, Link) else "unlink", say(change.org), "", say(change.area)
            )
        case Appoint():
            return PlanLine(
                "appoint", say(change.member), str(change.values.get("role_code")), say(change.area)
            )
        case Term():
            return PlanLine("term", say(change.post), change.was or "", change.to or "")
