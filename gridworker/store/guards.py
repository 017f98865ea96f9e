"""The rules between records that an event of a state machine asks for by name. Each raises Rejected or is silent;
`row` is the record as it would be, with what the event sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gridworker.models.days import plus_days
from gridworker.models.lists import STANDING
from gridworker.models.machine import Event
from gridworker.models.registry import BY_NAME
from gridworker.store.judging import Case, Rejected
from gridworker.store.list_rules import check_called_in_time, check_year, rule_of
from gridworker.store.workspace import Row

Guard = Callable[[Case, Event, Row], None]


def check_guards(case: Case, event: Event, row: Row) -> None:
    """Raise Rejected for the first rule of `event` that does not hold."""
    for name in event.guards:
        GUARDS[name](case, event, row)


def standing(case: Case, entity: str, field: str, row: Row) -> list[Row]:
    """The records of `entity` that refer to `row` and are not deleted."""
    children = case.workspace.children(BY_NAME[entity], field, (case.workspace.record_id(row),))
    return [child for child in children if not child["deleted"]]


# -- lists and projects --------------------------------------------------------------------------------------------


def _claimed(case: Case, _event: Event, row: Row) -> None:
    if not any(claim["state"] in STANDING for claim in standing(case, "task_claim", "task_id", row)):
        raise Rejected("field_invalid", "state", reason="not_claimed")


def _year_open(case: Case, _event: Event, row: Row) -> None:
    check_year(case, row)


def _need_linked(case: Case, _event: Event, row: Row) -> None:
    if not standing(case, "project_need", "project_id", row):
        raise Rejected("field_invalid", "need_id", reason="need_missing")


def _days_in_order(_case: Case, _event: Event, row: Row) -> None:
    if str(row["end_on"]) < str(row["start_on"]):
        raise Rejected("field_invalid", "end_on", reason="before_it_begins")


def _screened(case: Case, event: Event, row: Row) -> None:
    """The decision stands on a screening of this round; its states and a screening's decisions have the same names."""
    found = standing(case, "project_screening", "project_id", row)
    if not any(one["round"] == row["round"] and one["decision"] == event.target for one in found):
        raise Rejected("field_invalid", "decision", reason="screening_missing")


# -- deliberation --------------------------------------------------------------------------------------------------


def _merges_elsewhere(case: Case, _event: Event, row: Row) -> None:
    """Into another issue that stands for itself: no chain, so no ring."""
    if row["merged_into_id"] == row["id"]:
        raise Rejected("field_invalid", "merged_into_id", reason="merged_into_itself")
    into = case.workspace.get("issue", row["merged_into_id"])
    if into is None or into["deleted"]:
        raise Rejected("field_invalid", "merged_into_id", reason="record_missing")
    if into["state"] == "merged":
        raise Rejected("field_invalid", "merged_into_id", reason="merged_already")


def _meetings_of(case: Case, row: Row, states: tuple[str, ...]) -> list[Row]:
    items = standing(case, "agenda_item", "issue_id", row)
    meetings = (case.workspace.get("meeting", item["meeting_id"]) for item in items)
    return [one for one in meetings if one and not one["deleted"] and one["state"] in states]


def _on_an_agenda(case: Case, _event: Event, row: Row) -> None:
    if not _meetings_of(case, row, ("planned", "called", "held", "minuted")):
        raise Rejected("field_invalid", "meeting_id", reason="no_meeting")


def _was_discussed(case: Case, _event: Event, row: Row) -> None:
    if not _meetings_of(case, row, ("held", "minuted")):
        raise Rejected("field_invalid", "meeting_id", reason="not_held_yet")


def _notice_long_enough(case: Case, _event: Event, row: Row) -> None:
    if str(row["notice_to"]) < plus_days(str(row["notice_from"]), rule_of(case, "public_notice_days") - 1):
        raise Rejected("field_invalid", "notice_to", reason="public_notice_too_short")


def _notice_over(case: Case, _event: Event, row: Row) -> None:
    if case.judge.today <= str(row["notice_to"]):
        raise Rejected("field_invalid", "notice_to", reason="notice_not_over")


def _has_resolution(case: Case, _event: Event, row: Row) -> None:
    if not standing(case, "resolution", "issue_id", row):
        raise Rejected("field_invalid", "task_text", reason="resolution_missing")


def _resolutions_ended(case: Case, _event: Event, row: Row) -> None:
    if any(r["state"] not in ("done", "stopped") for r in standing(case, "resolution", "issue_id", row)):
        raise Rejected("field_invalid", "state", reason="resolution_open")


def _has_agenda(case: Case, _event: Event, row: Row) -> None:
    if not standing(case, "agenda_item", "meeting_id", row):
        raise Rejected("field_invalid", "issue_id", reason="agenda_empty")


def _called_in_time(case: Case, _event: Event, row: Row) -> None:
    check_called_in_time(row, rule_of(case, "notice_days"))


def _was_attended(case: Case, _event: Event, row: Row) -> None:
    if not standing(case, "meeting_attendance", "meeting_id", row):
        raise Rejected("field_invalid", "head_count", reason="attendance_missing")


def _day_has_come(case: Case, _event: Event, row: Row) -> None:
    if str(row["held_on"]) > case.judge.today:
        raise Rejected("field_invalid", "held_on", reason="not_held_yet")


GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "claimed": _claimed,
        "year_open": _year_open,
        "need_linked": _need_linked,
        "days_in_order": _days_in_order,
        "screened": _screened,
        "merges_elsewhere": _merges_elsewhere,
        "on_an_agenda": _on_an_agenda,
        "was_discussed": _was_discussed,
        "notice_long_enough": _notice_long_enough,
        "notice_over": _notice_over,
        "has_resolution": _has_resolution,
        "resolutions_ended": _resolutions_ended,
        "has_agenda": _has_agenda,
        "called_in_time": _called_in_time,
        "was_attended": _was_attended,
        "day_has_come": _day_has_come,
    }
)
