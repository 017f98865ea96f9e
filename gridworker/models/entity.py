"""The words in which every entity and field is declared: kind, merge class, bucket rule, privacy marks.

Declarations are data; the store builds its tables from them, sync its wire rows, the server its checks and the
documentation its tables. Nothing here knows SQL or the wire."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gridworker.models.machine import Machine


class Kind(StrEnum):
    """What a value is. REF is a 16-byte id, DAY `YYYY-MM-DD` in China time, TIME `HH:MM`, MOMENT both with a blank
    between, CODES comma-joined codes."""

    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    DAY = "day"
    TIME = "time"
    MOMENT = "moment"
    REF = "ref"
    ENUM = "enum"
    CODES = "codes"


class Merge(StrEnum):
    """How two changes to the same thing are brought together (docs/sync-protocol.md, merge classes)."""

    APPEND = "append"  # created once, never changed
    FIELD = "field"  # 3-way per field; on a clash the incumbent stays and a person decides
    RESTRICTIVE = (
        "restrictive"  # the protective value wins whatever the base; lifting it needs the matching base
    )
    ARBITRATED = (
        "arbitrated"  # asked for; confirmed or refused by the authority of the community, who comes first
    )
    COMMAND = "command"  # changed only by the authority of the community
    STATE = "state"  # set by the events of the entity's state machine alone
    DERIVED = "derived"  # computed by whoever applies the op; ignored when a client sends it
    LOCAL = "local"  # computed by this store for its own queries; never on the wire


class BucketClass(StrEnum):
    """Who may see a row: case = residents' matters, care = what a resident asked for with separate consent (the
    micro-grid and its grid alone), common = no resident data, office = secretary and committee, street = what the
    community asked of the street."""

    CASE = "case"
    CARE = "care"
    COMMON = "common"
    OFFICE = "office"
    STREET = "street"


class BucketVia(StrEnum):
    """How the node of a row's bucket is found."""

    COMMUNITY = "community"  # the root of the community's area tree
    UNIT = "unit"  # the micro-grid that covers the row's stairwell today
    NODE = "node"  # the area node that the row itself names
    PARENT = "parent"  # the bucket of the record the row belongs to


@dataclass(frozen=True, slots=True)
class BucketRule:
    """`field` is the reference the rule follows (UNIT, NODE, PARENT); `parent` the entity it leads to (PARENT).
    `others` are further (field, parent) pairs, of which the first that is filled in counts. A PARENT rule may name
    further fields: `routed`, an area node that counts before all of them, and where none is filled in, `unit` (as UNIT)
    and `node` (as NODE). Rows whose field `apart[0]` holds one of the values `apart[1]` lie in the class `apart[2]`
    instead."""

    bucket_class: BucketClass
    via: BucketVia
    field: str = ""
    parent: str = ""
    others: tuple[tuple[str, str], ...] = ()
    routed: str = ""
    unit: str = ""
    node: str = ""
    apart: tuple[str, tuple[str, ...], BucketClass] | None = None
    #: Every (field, parent entity) pair a row of a PARENT rule may hang on.
    parents: tuple[tuple[str, str], ...] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        above = ((self.field, self.parent), *self.others) if self.via is BucketVia.PARENT else ()
        object.__setattr__(self, "parents", above)

    @property
    def classes(self) -> frozenset[BucketClass]:
        """Every class in which a row may lie."""
        return frozenset((self.bucket_class, *((self.apart[2],) if self.apart else ())))

    def class_of(self, row: Mapping[str, object]) -> BucketClass:
        """The class in which `row` lies."""
        return self.apart[2] if self.apart and row[self.apart[0]] in self.apart[1] else self.bucket_class


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `limit` is the longest text in characters; `personal` values are masked in exports and `basis`
    values need a recorded ground; `free_text` passes the identity-number guard; `refers` names the entity a REF
    points to. `format` "phone" holds a telephone number, "code" a plain code, "label" a name that people give and that
    must not name what is never recorded, as a code must not."""

    name: str
    kind: Kind
    merge: Merge
    required: bool = False
    personal: bool = False
    basis: bool = False
    free_text: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    format: str = ""
    limit: int = 200
    low: int = 0
    high: int = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One synced entity, equal only to itself. `write` is the right a role needs to create or change it
    (models/roles.py), `rank` its place in a full copy: parents before children. `group` entities have foreign keys in
    the store; `number` is the letter of the human numbers that new records get (docs/architecture.md), "" for none.
    `search` fields are found by their words, the `spelled` field also by pinyin and initials. People of the
    organisation have neither: they are not looked up beside residents. Of the references `one_of` a record has
    exactly one. A `named` entity's id follows from its content, so creating it twice is creating it once.
    `lasting` records are never deleted, `anchor` records keep the one they belong to from being deleted. Lifting a
    protective value asks for the field `lift_reason`; without one it cannot be lifted. `judged` records are made by the
    judge alone, as a part of something else. `unseen` ones are written by people who need not see their bucket; where
    that is so they go from their computer with the server's receipt."""

    name: str
    rank: int
    merge: Merge
    bucket: BucketRule
    write: str
    fields: tuple[Field, ...]
    group: bool = False
    number: str = ""
    search: tuple[str, ...] = ()
    spelled: str = ""
    indexes: tuple[tuple[str, ...], ...] = ()
    machine: Machine | None = None
    one_of: tuple[str, ...] = ()
    named: bool = False
    lasting: bool = False
    anchor: bool = False
    lift_reason: str = ""
    judged: bool = False
    unseen: bool = False

    def field(self, name: str) -> Field:
        """The field called `name`; raises KeyError if the entity has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name}.{name}")

    @property
    def wire_fields(self) -> tuple[Field, ...]:
        """The fields that travel: everything but local ones."""
        return tuple(f for f in self.fields if f.merge is not Merge.LOCAL)


COMMUNITY_COMMON = BucketRule(BucketClass.COMMON, BucketVia.COMMUNITY)
COMMUNITY_OFFICE = BucketRule(BucketClass.OFFICE, BucketVia.COMMUNITY)
UNIT_CASE = BucketRule(BucketClass.CASE, BucketVia.UNIT, field="unit_id")


def bucket_of(
    field: str, parent: str, *others: tuple[str, str], bucket_class: BucketClass = BucketClass.CASE
) -> BucketRule:
    """The rule "where my parent is": used by everything that belongs to a household, a visit or another target."""
    return BucketRule(bucket_class, BucketVia.PARENT, field=field, parent=parent, others=others)
