"""A plan that reorganises the two trees on a day, as one record: what it changes, who asked, what became of it.

The authority of a community judges a plan as a whole; its changes take effect together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import msgspec

from gridworker.models.entity import COMMUNITY_OFFICE, Entity, Field, Kind, Merge
from gridworker.models.ids import named_id

#: requested: the server has not answered · planned: accepted, waits for its day · reversed: a later plan took it back
PLAN_STATES = ("requested", "planned", "applied", "refused", "reversed")
#: A plan names every stairwell it moves; the longest text of any field.
PLAN_LIMIT = 60_000
AREA, ORG = "area_unit", "org_unit"
ESTATE, BUILDING, UNIT = "estate", "building", "unit"
#: What a plan makes and ends, and the field by which each stands in another: the two trees, and addresses, which have
#: no days: a building is there or it is not.
PARENTS = MappingProxyType(
    {AREA: "parent_id", ORG: "parent_id", ESTATE: "", BUILDING: "estate_id", UNIT: "building_id"}
)
ADDRESSES = (ESTATE, BUILDING, UNIT)
#: What may stand under what: a node's level must be below its parent's.
LEVELS = MappingProxyType({"community": 0, "estate": 1, "grid": 2, "micro_grid": 3})
_ROWS = bytes.fromhex("4b1d6c3e8f7a5d10a2c46e5b9f0d7c41")

TREE_PLAN = Entity(
    name="tree_plan",
    rank=7,
    merge=Merge.APPEND,
    bucket=COMMUNITY_OFFICE,
    write="tree",
    lasting=True,
    fields=(
        Field("effective_on", Kind.DAY, Merge.APPEND, required=True),
        Field("base_tree_version", Kind.INT, Merge.APPEND, required=True, high=2**53),
        Field("changes", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=PLAN_LIMIT),
        Field("reason", Kind.TEXT, Merge.APPEND, free_text=True),
        Field("reverses_id", Kind.REF, Merge.APPEND, refers="tree_plan"),
        Field("by_member_id", Kind.REF, Merge.APPEND, refers="member"),
        Field("state", Kind.ENUM, Merge.DERIVED, choices=PLAN_STATES),
        Field("refusal", Kind.TEXT, Merge.DERIVED),
        Field("applied_on", Kind.DAY, Merge.DERIVED),
    ),
    indexes=(("effective_on",),),
)

Plain = dict[str, None | int | str]


class Move(msgspec.Struct, frozen=True, tag_field="do", tag="move"):
    """Put a node of `tree` (an entity) under another parent."""

    tree: str
    node: bytes
    was: bytes | None
    to: bytes | None


class Edit(msgspec.Struct, frozen=True, tag_field="do", tag="edit"):
    """Rename a node or change other plain fields of it: present and new values by field."""

    tree: str
    node: bytes
    was: Plain
    to: Plain


class Create(msgspec.Struct, frozen=True, tag_field="do", tag="create"):
    """A node of one of the trees, an estate, a building of one, or a stairwell of a building."""

    tree: str
    node: bytes
    parent: bytes | None
    values: Plain


class Close(msgspec.Struct, frozen=True, tag_field="do", tag="close"):
    """A node, an estate, a building or a stairwell that is empty by then ends."""

    tree: str
    node: bytes


class Reopen(msgspec.Struct, frozen=True, tag_field="do", tag="reopen"):
    tree: str
    node: bytes


class Cover(msgspec.Struct, frozen=True, tag_field="do", tag="cover"):
    """Stairwells pass from one micro-grid to another; None: from or to nobody."""

    units: tuple[bytes, ...]
    was: bytes | None
    to: bytes | None


class Link(msgspec.Struct, frozen=True, tag_field="do", tag="link"):
    """An organisation unit covers an area from the plan's day on."""

    org: bytes
    area: bytes


class Unlink(msgspec.Struct, frozen=True, tag_field="do", tag="unlink"):
    org: bytes
    area: bytes


class Appoint(msgspec.Struct, frozen=True, tag_field="do", tag="appoint"):
    """A member gets a post on an area node; `values` are the other fields of the appointment."""

    post: bytes
    member: bytes
    area: bytes
    values: Plain


class Term(msgspec.Struct, frozen=True, tag_field="do", tag="term"):
    """The last day of an appointment becomes another; None: no end."""

    post: bytes
    was: str | None
    to: str | None


Change = Move | Edit | Create | Close | Reopen | Cover | Link | Unlink | Appoint | Term
#: These change who serves, not the trees.
POSTS = (Appoint, Term)

_changes = msgspec.json.Decoder(tuple[Change, ...])


def encode_changes(changes: Sequence[Change]) -> str:
    return msgspec.json.encode(tuple(changes)).decode()


def decode_changes(text: str) -> tuple[Change, ...]:
    """The changes of a plan. Raises msgspec.ValidationError or DecodeError for anything else."""
    return _changes.decode(text)


def inverse(changes: Sequence[Change], until: str) -> tuple[Change, ...]:
    """The changes that take `changes` back, in the opposite order; an appointment they made ends on `until`."""
    return tuple(_opposite(change, until) for change in reversed(changes))


def _opposite(change: Change, until: str) -> Change:
    match change:
        case Move():
            return Move(change.tree, change.node, change.to, change.was)
        case Edit():
            return Edit(change.tree, change.node, change.to, change.was)
        case Create() | Reopen():
            return Close(change.tree, change.node)
        case Close():
            return Reopen(change.tree, change.node)
        case Cover():
            return Cover(change.units, change.to, change.was)
        case Link():
            return Unlink(change.org, change.area)
        case Unlink():
            return Link(change.org, change.area)
        case Term():
            return Term(change.post, change.to, change.was)
        case Appoint():
            end = change.values.get("valid_to")
            return Term(change.post, str(end) if end else None, until)


def row_of_plan(plan_id: bytes, *parts: bytes) -> bytes:
    """The id of a row that a plan makes: the same wherever the plan is carried out."""
    return named_id(_ROWS, plan_id, *parts)
