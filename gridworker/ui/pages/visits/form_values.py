"""What stands in the visit form: as typed, as a draft, and as a visit to be saved. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from gridworker.models.guard import holds_identity_number
from gridworker.services.visits import VisitForm
from gridworker.ui.pages.visits.day_text import is_too_far, typed_day, typed_time

FREE_TEXTS = ("said", "answered_text", "site_condition", "next_step", "companions")


@dataclass(frozen=True)
class FormValues:
    """The form as it stands, days and times as typed. Nothing is checked yet. `visitors` are the ids (hex, with commas)
    of who went, "" for the account's own member; `demands` what was asked for in it (pages/demands/form_body.py)."""

    outcome: str = ""
    mode: str = "door"
    visited_on: str = ""
    start_at: str = ""
    said: str = ""
    answered_text: str = ""
    site_condition: str = ""
    next_step: str = ""
    next_on: str = ""
    purpose: str = "routine"
    respondent: str = ""
    companions: str = ""
    visitors: str = ""
    demands: str = ""

    def body(self) -> dict[str, object]:
        """As a draft is stored."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: Mapping[str, object], default: FormValues) -> FormValues:
        """A draft as it was kept; what an older version did not know keeps its default."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in body.items() if name in known and isinstance(value, str)}
        return replace(default, **kept)


def faults(values: FormValues, today: str) -> dict[str, str]:
    """Field → reason, for everything that can be seen before saving; empty when the visit may be tried."""
    found: dict[str, str] = {}
    if not values.outcome:
        found["outcome"] = "required"
    visited_on = typed_day(values.visited_on, today)
    if visited_on is None:
        found["visited_on"] = "not_a_day"
    if values.start_at.strip() and typed_time(values.start_at) is None:
        found["start_at"] = "not_a_time"
    next_on = typed_day(values.next_on, today, ahead=True)
    if values.next_on.strip() and next_on is None:
        found["next_on"] = "not_a_day"
    elif values.outcome == "rescheduled" and not next_on:
        found["next_on"] = "required"
    elif next_on and visited_on and next_on < visited_on:
        found["next_on"] = "before_visit"
    elif next_on and is_too_far(next_on, today):
        found["next_on"] = "promise_too_far"
    found |= {name: "identity_number" for name in FREE_TEXTS if holds_identity_number(getattr(values, name))}
    return found


def visit_form(household_id: bytes, values: FormValues, today: str, target: str = "household") -> VisitForm:
    """The visit to save. Call only when `faults` found nothing."""
    return VisitForm(
        household_id=household_id,
        target=target,
        visited_on=typed_day(values.visited_on, today) or today,
        outcome=values.outcome,
        mode=values.mode,
        start_at=typed_time(values.start_at) if values.start_at.strip() else None,
        said=values.said,
        site_condition=values.site_condition,
        answered_text=values.answered_text,
        next_step=values.next_step,
        next_on=typed_day(values.next_on, today, ahead=True) if values.next_on.strip() else None,
        purpose=tuple(filter(None, values.purpose.split(","))) or ("routine",),
        respondent=values.respondent or ("none" if values.outcome == "absent" else None),
        companions=values.companions,
        visitor_ids=tuple(bytes.fromhex(one) for one in values.visitors.split(",") if one),
    )
