"""Rules between the records of the three lists and of deliberation, whatever op brings them: closed years, votes over
the number present, promises beyond what there is. Each check raises Rejected or is silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gridworker.models.catalogue import MEETING_RULE, MEETING_RULES, catalogue_id
from gridworker.models.days import plus_days
from gridworker.models.deliberation import WITHOUT_VOTE, link_id
from gridworker.models.lists import STANDING
from gridworker.models.project import CHECKLIST, closed_year_id, project_need_id
from gridworker.models.promises import fits
from gridworker.models.registry import BY_NAME
from gridworker.store import arbitration
from gridworker.store.judging import Case, Rejected
from gridworker.store.workspace import Row

_SAT = ("held", "minuted")


def check_list_record(case: Case, row: Row) -> None:
    """Every rule of these lists for `row` as it would be kept; nothing for other entities."""
    rule = _RULES.get(case.entity.name)
    if rule is not None:
        rule(case, row)


def check_removal(case: Case, row: Row) -> None:
    """What may not go although nothing hangs on it."""
    if case.entity.name in _YEARLY:
        check_year(case, row)
    elif case.entity.name == "meeting_attendance":
        _check_votes(case, {**row, "deleted": 1})


def _id(row: Row, name: str) -> bytes:
    found = row[name]
    assert isinstance(found, bytes)
    return found


def _count(row: Row, name: str) -> int:
    found = row[name]
    return found if isinstance(found, int) else 0


# -- projects ------------------------------------------------------------------------------------------------------


def check_year(case: Case, row: Row) -> None:
    """The year of a project, or of the project a row belongs to, is not closed."""
    project = row if "year" in row else case.workspace.get("project", row["project_id"])
    closed = case.workspace.get("closed_year", closed_year_id(_count(project or row, "year")))
    if closed is not None and not closed["deleted"]:
        raise Rejected("field_invalid", "year", reason="year_closed")


def _check_closed_year(_case: Case, row: Row) -> None:
    if row["id"] != closed_year_id(_count(row, "year")):
        raise Rejected("field_invalid", "year", reason="not_a_reference")


def _check_project_need(case: Case, row: Row) -> None:
    check_year(case, row)
    _must_be(row, project_need_id(_id(row, "project_id"), _id(row, "need_id")), "need_id")
    _must_stand(case, "need", row, "need_id")


def _check_screening(case: Case, row: Row) -> None:
    """A screening is of the round the project is in. Whoever does not approve, or not on every point, says why."""
    check_year(case, row)
    project = case.workspace.get("project", row["project_id"])
    if project is None or project["state"] != "screening" or project["round"] != row["round"]:
        raise Rejected("field_invalid", "round", reason="not_in_screening")
    whole = set(str(row["passed"] or "").split(",")) >= set(CHECKLIST)
    if not (whole and row["decision"] == "approved") and not str(row["reason"] or "").strip():
        raise Rejected("field_invalid", "reason", reason="required")


def _check_resource(case: Case, row: Row) -> None:
    """What is promised already must still be there."""
    rows = case.workspace.children(BY_NAME["resource_promise"], "resource_id", (_id(row, "id"),))
    given = [arbitration.taken(r) for r in rows if not r["deleted"] and r["state"] in STANDING]
    quantity = row["quantity"] if isinstance(row["quantity"], int) else None
    for place, one in enumerate(given):
        if not fits(str(row["kind"]), quantity, given[:place], one):
            raise Rejected("field_invalid", "quantity", reason="promised_already")


def _check_promise(case: Case, row: Row) -> None:
    if row["from_on"] and row["to_on"] and str(row["to_on"]) < str(row["from_on"]):
        raise Rejected("field_invalid", "to_on", reason="before_it_begins")
    arbitration.check_still_free(case, row)


# -- deliberation --------------------------------------------------------------------------------------------------


def _must_be(row: Row, wanted: bytes, field: str) -> None:
    if row["id"] != wanted:
        raise Rejected("field_invalid", field, reason="not_a_reference")


def _must_stand(case: Case, entity: str, row: Row, field: str) -> Row:
    found = case.workspace.get(entity, row[field])
    if found is None or found["deleted"]:
        raise Rejected("parent_missing", field)
    return found


def _check_issue_need(case: Case, row: Row) -> None:
    _must_be(row, link_id("issue_need", _id(row, "issue_id"), _id(row, "need_id")), "need_id")
    _must_stand(case, "need", row, "need_id")


def _check_agenda_item(case: Case, row: Row) -> None:
    _must_be(row, link_id("agenda_item", _id(row, "meeting_id"), _id(row, "issue_id")), "issue_id")
    if _must_stand(case, "issue", row, "issue_id")["state"] in ("raised", "reviewing", "merged", "rejected"):
        raise Rejected("field_invalid", "issue_id", reason="not_accepted_yet")


def _check_meeting(case: Case, row: Row) -> None:
    if row["state"] == "called":  # moved to another day after it was called
        check_called_in_time(row, rule_of(case, "notice_days"))


def rule_of(case: Case, code: str) -> int:
    """The number of a rule of meetings: what the community set, else what comes with the program."""
    own = case.workspace.get(MEETING_RULE.name, catalogue_id(MEETING_RULE.name, code))
    return MEETING_RULES[code] if own is None or own["deleted"] else int(str(own["number"]))


def check_called_in_time(row: Row, days: int) -> None:
    """A meeting is called `days` before it is held, unless a reason is given for less."""
    early = str(row["held_on"]) < plus_days(str(row["notice_on"]), days)
    if early and not str(row["short_notice_reason"] or "").strip():
        raise Rejected("field_invalid", "notice_on", reason="notice_too_short")


def _check_attendance(case: Case, row: Row) -> None:
    """Whoever is named is a member of the organisation: residents are counted, never named."""
    if row["member_id"] is not None and case.workspace.get("member", row["member_id"]) is None:
        raise Rejected("field_invalid", "member_id", reason="not_a_reference")
    _check_votes(case, row)


def _check_votes(case: Case, row: Row) -> None:
    """No vote of the meeting counts more people than are there once `row` is as it would be."""
    votes = case.workspace.children(BY_NAME["meeting_vote"], "meeting_id", (_id(row, "meeting_id"),))
    there = _voters(case, row)
    if any(_votes(vote) > there for vote in votes if not vote["deleted"]):
        raise Rejected("field_invalid", "head_count", reason="votes_exceed_present")


def _voters(case: Case, row: Row) -> int:
    """How many with a vote are at the meeting of `row`, which may be an attendance that is being changed."""
    rows = case.workspace.children(BY_NAME["meeting_attendance"], "meeting_id", (_id(row, "meeting_id"),))
    known = {r["id"]: r for r in rows}
    if "capacity" in row:
        known[row["id"]] = row
    return sum(
        _count(r, "head_count")
        for r in known.values()
        if not r["deleted"] and r["capacity"] not in WITHOUT_VOTE
    )


def _votes(vote: Row) -> int:
    return sum(_count(vote, name) for name in ("votes_for", "votes_against", "votes_abstain"))


def _check_vote(case: Case, row: Row) -> None:
    _must_be(row, link_id("meeting_vote", _id(row, "meeting_id"), _id(row, "issue_id")), "issue_id")
    meeting = _sat_on(case, row)
    there = _voters(case, row)
    if _votes(row) > there:
        raise Rejected("field_invalid", "votes_for", reason="votes_exceed_present")
    if meeting["members_due"] is not None and there * rule_of(case, "quorum") < _count(
        meeting, "members_due"
    ):
        raise Rejected("field_invalid", "votes_for", reason="no_quorum")


def _sat_on(case: Case, row: Row) -> Row:
    """The meeting of `row`: it was held and had the issue on its agenda."""
    meeting = _must_stand(case, "meeting", row, "meeting_id")
    if meeting["state"] not in _SAT:
        raise Rejected("field_invalid", "meeting_id", reason="not_held_yet")
    item = case.workspace.get(
        "agenda_item", link_id("agenda_item", _id(row, "meeting_id"), _id(row, "issue_id"))
    )
    if item is None or item["deleted"]:
        raise Rejected("field_invalid", "issue_id", reason="not_on_agenda")
    return meeting


def _check_resolution(case: Case, row: Row) -> None:
    _sat_on(case, row)


_YEARLY = (
    "project",
    "project_need",
    "project_milestone",
    "project_entry",
    "project_budget",
    "project_screening",
)
_RULES: Mapping[str, Callable[[Case, Row], None]] = MappingProxyType(
    {
        **dict.fromkeys(_YEARLY, check_year),
        "project_need": _check_project_need,
        "project_screening": _check_screening,
        "closed_year": _check_closed_year,
        "resource": _check_resource,
        "resource_promise": _check_promise,
        "task_claim": arbitration.check_still_free,
        "issue_need": _check_issue_need,
        "agenda_item": _check_agenda_item,
        "meeting": _check_meeting,
        "meeting_attendance": _check_attendance,
        "meeting_vote": _check_vote,
        "resolution": _check_resolution,
    }
)
