"""Checks one record's values against its declaration. Says which field and why; changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridworker.models.days import day, plus_days
from gridworker.models.entity import Entity, Field, Kind, Merge
from gridworker.models.guard import holds_identity_number
from gridworker.models.op import Value, Values

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_PHONE = re.compile(r"(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[2-8]\d{6,7})\Z")
_PRACTICE_PHONE = re.compile(r"100-0000-\d{4}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Fault:
    """One field that cannot be kept, and the reason (a key below `errors.reason`)."""

    field: str
    reason: str


@dataclass(frozen=True)
class Rules:
    """What the checks need from outside: `today` in China ("" when the clock cannot be trusted) and whether this is
    the practice community, whose telephone numbers are invented."""

    today: str = ""
    practice: bool = False


def _text_fault(field: Field, value: str, rules: Rules) -> str:
    if len(value) > field.limit:
        return "too_long"
    if _CONTROL.search(value):
        return "control_characters"
    if holds_identity_number(value):  # whatever the field: an identity number is never stored
        return "identity_number"
    if field.format == "phone" and value and not _PHONE.match(value):
        return "" if rules.practice and _PRACTICE_PHONE.match(value) else "not_a_phone"
    return ""


def _is_day(value: str) -> bool:
    try:
        day(value)
    except ValueError:
        return False
    return True


def _value_fault(field: Field, value: Value, rules: Rules) -> str:
    match field.kind:
        case Kind.REF:
            return "" if isinstance(value, bytes) and len(value) == 16 else "not_a_reference"
        case Kind.INT:
            if not isinstance(value, int):
                return "not_a_number"
            return "" if field.low <= value <= field.high else "out_of_range"
        case Kind.BOOL:
            return "" if value in (0, 1) and isinstance(value, int) else "not_a_choice"
    if not isinstance(value, str):
        return "not_text"
    match field.kind:
        case Kind.DAY:
            return "" if _is_day(value) else "not_a_day"
        case Kind.TIME:
            return "" if _TIME.match(value) else "not_a_time"
        case Kind.ENUM:
            return "" if value in field.choices else "not_a_choice"
        case Kind.CODES:
            parts = value.split(",")
            return (
                "not_a_choice"
                if field.choices and not set(parts) <= set(field.choices)
                else _text_fault(field, value, rules)
            )
    return _text_fault(field, value, rules)


def _required_faults(entity: Entity, values: Values, *, creating: bool) -> list[Fault]:
    found = []
    for field in entity.fields:
        if not field.required or field.merge in (Merge.DERIVED, Merge.LOCAL):
            continue
        present = field.name in values
        if (creating and not present) or (present and values[field.name] in (None, "")):
            found.append(Fault(field.name, "required"))
    return found


def faults(entity: Entity, values: Values, rules: Rules, *, creating: bool) -> list[Fault]:
    """Everything wrong with `values` for `entity`; an empty list means they may be kept."""
    found = _required_faults(entity, values, creating=creating)
    known = {field.name: field for field in entity.fields}
    for name, value in values.items():
        field = known.get(name)
        if field is None or field.merge is Merge.LOCAL:
            found.append(Fault(name, "unknown_field"))
        elif value is not None and field.merge is not Merge.DERIVED:
            reason = _value_fault(field, value, rules)
            if reason:
                found.append(Fault(name, reason))
    visited_on = values.get("visited_on")
    if (
        entity.name == "visit"
        and rules.today
        and isinstance(visited_on, str)
        and visited_on > plus_days(rules.today, 1)
    ):
        found.append(Fault("visited_on", "in_future"))
    return found
