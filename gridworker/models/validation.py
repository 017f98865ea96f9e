"""Checks one record's values against its declaration. Says which field and why; changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from gridworker.models.days import Week, day, plus_days
from gridworker.models.entity import Entity, Field, Kind, Merge
from gridworker.models.guard import holds_identity_number
from gridworker.models.household import NEED_DAYS, SERVICE_NEED
from gridworker.models.must_not import forbidden_in_name
from gridworker.models.op import Value, Values
from gridworker.models.visit import VISIT

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z", re.ASCII)
_PHONE = re.compile(r"(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|[2-8]\d{6,7})\Z", re.ASCII)
_PRACTICE_PHONE = re.compile(r"100-0000-\d{4}\Z", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
#: No identity number is in a text shorter than this.
SHORT = 18
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # and halves of characters


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
    if not value.isprintable() and _CONTROL.search(value):
        return "control_characters"
    if holds_identity_number(value):  # whatever the field: an identity number is never stored
        return "identity_number"
    if not field.format:
        return ""
    if field.format == "phone" and value and not _PHONE.match(value):
        return "" if rules.practice and _PRACTICE_PHONE.match(value) else "not_a_phone"
    if field.format == "week" and not _is_week(value):
        return "not_a_week"
    if field.format == "code" and value and not _CODE.match(value):
        return "not_a_code"
    return "must_not" if field.format in ("code", "label") and forbidden_in_name(value) else ""


def _is_week(value: str) -> bool:
    try:
        Week.parse(value)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)  # the days of a batch are few
def _is_day(value: str) -> bool:
    try:
        day(value)
    except ValueError:
        return False
    return True


def _number_fault(field: Field, value: Value, _rules: Rules) -> str:
    if not isinstance(value, int):
        return "not_a_number"
    return "" if field.low <= value <= field.high else "out_of_range"


def _flag_fault(_field: Field, value: Value, _rules: Rules) -> str:
    return "" if isinstance(value, int) and value in (0, 1) else "not_a_choice"


def _reference_fault(_field: Field, value: Value, _rules: Rules) -> str:
    return "" if isinstance(value, bytes) and len(value) == 16 else "not_a_reference"


def _day_fault(_field: Field, value: Value, _rules: Rules) -> str:
    return "" if isinstance(value, str) and _is_day(value) else "not_a_day"


def _time_fault(_field: Field, value: Value, _rules: Rules) -> str:
    return "" if isinstance(value, str) and _TIME.match(value) else "not_a_time"


def _moment_fault(_field: Field, value: Value, _rules: Rules) -> str:
    if not isinstance(value, str):
        return "not_a_moment"
    on, _, at = value.partition(" ")
    return "" if _is_day(on) and _TIME.match(at) else "not_a_moment"


def _choice_fault(field: Field, value: Value, _rules: Rules) -> str:
    return "" if value in field.choices else "not_a_choice"


def _codes_fault(field: Field, value: Value, rules: Rules) -> str:
    if not isinstance(value, str):
        return "not_text"
    if field.choices:
        return "" if set(value.split(",")) <= set(field.choices) else "not_a_choice"
    return _text_fault(field, value, rules)


def _plain_text_fault(field: Field, value: Value, rules: Rules) -> str:
    return _text_fault(field, value, rules) if isinstance(value, str) else "not_text"


#: Where an empty text is as good as none. In any other field it would be a value that nobody can read back.
_EMPTY_AS_TEXT = frozenset((Kind.TEXT, Kind.CODES))
_CHECKS: Mapping[Kind, Callable[[Field, Value, Rules], str]] = MappingProxyType(
    {
        Kind.TEXT: _plain_text_fault,
        Kind.INT: _number_fault,
        Kind.BOOL: _flag_fault,
        Kind.DAY: _day_fault,
        Kind.TIME: _time_fault,
        Kind.MOMENT: _moment_fault,
        Kind.REF: _reference_fault,
        Kind.ENUM: _choice_fault,
        Kind.CODES: _codes_fault,
    }
)


def _computed(field: Field) -> bool:
    """Texts are checked even where the judge puts its own in their place: nothing may carry an identity number."""
    return field.merge is Merge.DERIVED and field.kind is not Kind.TEXT


@cache
def _checks(entity: Entity) -> Mapping[str, tuple[Field, Callable[[Field, Value, Rules], str] | None]]:
    """Field name → its declaration and check; None for values the judge computes itself."""
    return {
        field.name: (field, None if _computed(field) else _CHECKS[field.kind]) for field in entity.wire_fields
    }


@cache
def quick_looks(entity: Entity) -> Mapping[str, Callable[[Value], bool]]:
    """For the fields of most ops a quick look that is enough when it says True; otherwise they are checked in full."""
    found: dict[str, Callable[[Value], bool]] = {}
    for field in entity.wire_fields:
        if field.merge is Merge.STATE or field.format:
            continue
        if field.kind is Kind.ENUM or (field.kind is Kind.CODES and field.choices):
            found[field.name] = frozenset(field.choices).__contains__
        elif field.kind is Kind.REF:
            found[field.name] = _is_reference
        elif field.kind is Kind.TEXT and field.limit >= SHORT:
            found[field.name] = _is_short_text
        elif field.kind is Kind.DAY:
            found[field.name] = _is_day_text
    return found


def _is_reference(value: Value) -> bool:
    return value.__class__ is bytes and len(value) == 16


def _is_day_text(value: Value) -> bool:
    return value.__class__ is str and _is_day(value)


def _is_short_text(value: Value) -> bool:
    """Too short for an identity number, and without anything that is not printed."""
    return value.__class__ is str and 0 < len(value) < SHORT and value.isprintable()


@cache
def _required(entity: Entity) -> frozenset[str]:
    given = (f for f in entity.wire_fields if f.merge not in (Merge.DERIVED, Merge.STATE))
    return frozenset(f.name for f in given if f.required)


class _Checks(NamedTuple):
    """Everything `faults` asks of an entity, looked up at once."""

    required: frozenset[str]
    checks: Mapping[str, tuple[Field, Callable[[Field, Value, Rules], str] | None]]
    quick: Mapping[str, Callable[[Value], bool]]
    as_a_whole: bool  # there are rules beside those of single fields


_AMENDMENT = "visit_amendment"


@cache
def _all_checks(entity: Entity) -> _Checks:
    as_a_whole = entity.name in (VISIT.name, SERVICE_NEED.name, _AMENDMENT)
    return _Checks(_required(entity), _checks(entity), quick_looks(entity), as_a_whole)


def _opening(entity: Entity) -> frozenset[str]:
    return entity.machine.opening if entity.machine else frozenset()


def faults(
    entity: Entity, values: Values, rules: Rules, *, creating: bool, by_event: bool = False
) -> list[Fault]:
    """Everything wrong with `values` for `entity`; an empty list means they may be kept. `by_event`: an event of the
    state machine sets them, which alone may touch its fields."""
    required, checks, fine, as_a_whole = _all_checks(entity)
    found: list[Fault] = []
    if creating:
        if not required <= values.keys():
            found += [Fault(name, "required") for name in sorted(required - values.keys())]
        if entity.one_of and _given(values, entity.one_of) != 1:
            found.append(Fault(entity.one_of[0], "exactly_one"))
    for name, value in values.items():
        quick = fine.get(name)
        if quick is not None and quick(value):
            continue
        field, check = checks.get(name, (None, None))
        if field is None:
            found.append(Fault(name, "unknown_field"))
        elif field.merge is Merge.STATE and not by_event and not (creating and name in _opening(entity)):
            found.append(Fault(name, "only_by_event"))
        elif value is None or (value == "" and field.kind in _EMPTY_AS_TEXT):
            if name in required:
                found.append(Fault(name, "required"))
        elif check is not None:
            reason = check(field, value, rules)
            if reason:
                found.append(Fault(name, reason))
    if as_a_whole:
        found += _faults_between(entity, values, rules, sound=not found)
    return found


def _given(values: Values, names: tuple[str, ...]) -> int:
    """How many of `names` are filled in."""
    given = 0
    for name in names:
        if values.get(name) is not None:
            given += 1
    return given


def _faults_between(entity: Entity, values: Values, rules: Rules, *, sound: bool) -> list[Fault]:
    """What is wrong with values beside their own form; `sound`: that is right."""
    if entity is VISIT and _in_future(values.get("visited_on"), rules):
        return [Fault("visited_on", "in_future")]
    if entity.name == _AMENDMENT and sound:
        return _amendment_faults(values, rules)
    if entity is SERVICE_NEED and _too_far(values.get("valid_until"), rules):
        return [Fault("valid_until", "too_far")]
    return []


def _too_far(ends: Value, rules: Rules) -> bool:
    return bool(rules.today) and isinstance(ends, str) and ends > plus_days(rules.today, NEED_DAYS)


def _in_future(day_visited: Value, rules: Rules) -> bool:
    return bool(rules.today) and isinstance(day_visited, str) and day_visited > plus_days(rules.today, 1)


def _amendment_faults(values: Values, rules: Rules) -> list[Fault]:
    """A correction must be a value that the visit itself could hold."""
    name, value = values.get("field"), values.get("value")
    field, check = _checks(VISIT).get(str(name), (None, None))
    if field is None or check is None:
        return [Fault("field", "not_a_choice")]
    if value is None or value == "":
        return [Fault("value", "required")] if field.required else []
    reason = check(field, value, rules)
    if not reason and field.name == "visited_on" and _in_future(value, rules):
        reason = "in_future"
    return [Fault("value", reason)] if reason else []
