"""Frozen values the store hands out and pages, reports and the command line read. They hold no connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gridworker.store.care_rows import Care, Merged


class Plan(StrEnum):
    """State of the service plan for a household: about our work, never about the people who live there."""

    VISITED = "visited"
    DUE = "due"  # to be visited now, or never visited yet
    CALLBACK = "callback"  # a day was promised
    LATE = "late"
    ABSENT = "absent"  # tried since the last meeting, nobody in
    OPTED_OUT = "opted_out"
    VACANT = "vacant"


class Road(StrEnum):
    """How far a record has come: saved here, sending, on the server, delivered to the community's computer."""

    HERE = "here"
    SENDING = "sending"
    SERVER = "server"
    COMMUNITY = "community"
    ATTENTION = "attention"
    ALONE = "alone"  # this community has no server


class TreeKind(StrEnum):
    ORG = "org"
    AREA = "area"


@dataclass(frozen=True)
class Person:
    """Somebody who holds a post at a node, with the role's code."""

    name: str
    role_code: str


@dataclass(frozen=True)
class TreeNode:
    """One node of a tree. `due` households wait for a visit, `late` of them are past their day, `unsent` records
    below it are only on this computer. `in_scope` False: outside this account's data, only the name is known. `areas`:
    the area nodes a node of the organisation stands for, with all below them."""

    id: bytes
    parent_id: bytes | None
    tree: TreeKind
    kind: str
    name: str
    due: int = 0
    late: int = 0
    unsent: int = 0
    in_scope: bool = True
    partial: bool = False
    people: tuple[Person, ...] = ()
    areas: frozenset[bytes] = frozenset()


@dataclass(frozen=True)
class Scope:
    """What a selected node limits every page to: stairwells (for households) and micro-grids (for visits).
    `linked_to`: only households that are linked with this member (联户)."""

    node_id: bytes
    tree: TreeKind
    name: str
    path: tuple[str, ...]
    unit_ids: frozenset[bytes]
    micro_grid_ids: frozenset[bytes]
    linked_to: bytes | None = None


@dataclass(frozen=True)
class HouseholdRow:
    """One line of the households table, or another `target` of a visit, whose name then is the `door` (`3-2-501`) and
    `at` its stairwell (`3-2`).
    `plan_days` counts days left (due) or over (late); `tries` visits in vain since the last meeting."""

    id: bytes
    door: str
    estate: str
    contact: str
    salutation: str
    occupancy: str
    member_count: int | None
    preferred_time: str | None
    last_met_on: str | None
    next_due_on: str | None
    plan: Plan
    plan_days: int
    tries: int
    road: Road
    code: str = ""
    target: str = "household"
    at: str = ""


@dataclass(frozen=True)
class MatrixBuilding:
    """A building in which a scope has stairwells. `partial`: the scope covers only some of them."""

    id: bytes
    estate: str
    name: str
    partial: bool


@dataclass(frozen=True)
class MatrixUnit:
    """One stairwell of a building."""

    id: bytes
    name: str
    in_scope: bool


@dataclass(frozen=True)
class MatrixRoom:
    """One door of a stairwell. `household` is None outside the scope: there the door is all that is handed out.
    `demands` of the household are not closed yet."""

    rid: int
    unit_id: bytes
    floor: int | None
    room: str
    household: HouseholdRow | None
    demands: int = 0


@dataclass(frozen=True)
class Matrix:
    """One building with every stairwell and door, in the order of the estate's plan, as it stands on `today`."""

    building: MatrixBuilding
    units: tuple[MatrixUnit, ...]
    rooms: tuple[MatrixRoom, ...]
    today: str


@dataclass(frozen=True)
class ResidentRow:
    id: bytes
    name: str
    salutation: str
    phone: str | None
    birth_year: int | None
    residence: str | None
    is_contact: bool
    row_version: int
    guardian_id: bytes | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """One event in a household's history, newest first. `kind` is visit, comment or conflict."""

    id: bytes
    kind: str
    on: str
    outcome: str
    mode: str
    no: str
    text: str
    visitors: tuple[str, ...]
    amended: bool
    void: bool
    road: Road


@dataclass(frozen=True)
class HouseholdDetail:
    """Everything the side panel shows. `address` is `学府院 3栋 2单元 5层`."""

    row: HouseholdRow
    code: str
    unit_id: bytes
    address: str
    phone: str | None
    preferred_channel: str | None
    visit_interval_days: int
    visit_opt_out_on: str | None
    note: str
    residents: tuple[ResidentRow, ...]
    timeline: tuple[TimelineEntry, ...]
    row_version: int
    open_conflicts: int
    care: Care = field(default_factory=Care)
    merged: tuple[Merged, ...] = ()


@dataclass(frozen=True)
class VisitRow:
    """One line of the visits list, as amended. `household_id` is what was visited, maybe another `target`."""

    id: bytes
    no: str
    household_id: bytes
    door: str
    contact: str
    on: str
    estate: str
    salutation: str
    start_at: str | None
    outcome: str
    mode: str
    said: str
    visitors: tuple[str, ...]
    void: bool
    road: Road
    target: str = "household"


@dataclass(frozen=True)
class DraftRow:
    """A visit begun and not saved yet; `saved_at` in ms."""

    id: bytes
    household_id: bytes
    door: str
    contact: str
    saved_at: int


@dataclass(frozen=True)
class SyncCounts:
    """What the header says, computed from the outbox: nothing is a flag."""

    unsent: int
    sending: int
    attention: int
    delivered: int


@dataclass(frozen=True)
class Identity:
    """Who and where this profile is. `authority` is `self` (stands alone) or `server`; `practice` marks the invented
    community; `last_sync_at` is ms of the last complete exchange, 0 for never."""

    community_id: bytes
    community_name: str
    community_code: str
    authority: str
    practice: bool
    device_id: bytes
    device_no: int
    member_id: bytes | None
    member_name: str
    role_codes: tuple[str, ...]
    login: str
    server_url: str = ""
    last_sync_at: int = 0


class HitKind(StrEnum):
    """What was found. People of the organisation are not looked up."""

    HOUSEHOLD = "household"
    RESIDENT = "resident"
    SHOP = "shop"
    SPOT = "public_spot"
    VISIT = "visit"
    DEMAND = "demand"
    NEED = "need"
    RESOURCE = "resource"
    TASK = "task"
    PROJECT = "project"
    ISSUE = "issue"
    MEETING = "meeting"
    RESOLUTION = "resolution"
    REFERRAL = "referral"
    PACKAGE = "demand_package"
    NODE = "node"


#: What stands on the page of the three lists.
LISTED = (HitKind.NEED, HitKind.RESOURCE, HitKind.TASK, HitKind.PROJECT)
#: What stands on the page of deliberation.
DELIBERATED = (HitKind.ISSUE, HitKind.MEETING, HitKind.RESOLUTION)
#: What stands on the page of what was referred.
REFERRED = (HitKind.REFERRAL, HitKind.PACKAGE)


class Match(StrEnum):
    """By what it was found, the nearest match first."""

    DOOR = "door"
    CODE = "code"
    NUMBER = "number"
    NAME = "name"
    PINYIN = "pinyin"
    INITIALS = "initials"
    PHONE = "phone"
    WORDS = "words"


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `title` is a door, a name or a number, `facts` what tells it from others. `state` is
    the occupancy of a household, the outcome of a visit (`void` for one that does not count), the state of a demand,
    the status of a shop (a spot is `open`), the kind of a node.
    `household_id` and `unit_id` say where it belongs; a node has `tree` instead."""

    kind: HitKind
    id: bytes
    title: str
    facts: tuple[str, ...]
    match: Match
    state: str = ""
    household_id: bytes | None = None
    unit_id: bytes | None = None
    tree: TreeKind | None = None
