"""What another profile says of a record beside what is kept here, field by field. What is here stays, but for what is
blank; a mark that restricts and is not set is blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from gridworker.imports.record import Record
from gridworker.imports.verdicts import FieldSaid, Verdict
from gridworker.models.entity import Entity, Kind
from gridworker.models.op import Value

#: Nothing that anybody knows: it replaces nothing, and everything replaces it.
_NOTHING = (None, "", "unknown")
#: "Do not visit", its day and its reason: they come together.
OPT_OUT = ("visit_opt_out", "visit_opt_out_on", "opt_out_reason")


@dataclass
class Said:
    """What becomes of a record, in the making: as a RowVerdict has it."""

    verdict: Verdict
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    fields: list[FieldSaid] = field(default_factory=list)


def says(entity: Entity, name: str, value: Value) -> bool:
    """Whether a value says anything: a mark that is not set does not."""
    return value not in _NOTHING and bool(value or entity.field(name).kind is not Kind.BOOL)


def compared(entity: Entity, here: Record, there: Mapping[str, Value], *, prefer: bool) -> list[FieldSaid]:
    """What `there` says otherwise, and what of it is taken; with `prefer` all of it."""
    found = []
    for name, value in there.items():
        present = here.value(name)
        if not says(entity, name, value) or value == present:
            continue
        blank = not says(entity, name, present)
        taken = blank or prefer
        found.append(FieldSaid(name, None if blank else present, value, taken))
    if any(said.field == OPT_OUT[0] for said in found):
        found = [msgspec.structs.replace(said, taken=said.taken or said.field in OPT_OUT) for said in found]
    return found


def taken(said: list[FieldSaid]) -> dict[str, Value]:
    """The values that are taken, by field."""
    return {each.field: each.there for each in said if each.taken}


def verdict_of(said: list[FieldSaid]) -> Verdict:
    """One verdict for a record that is here already."""
    if all(each.taken for each in said):
        return Verdict.UPDATE if said else Verdict.UNCHANGED
    return Verdict.DIFFERS
