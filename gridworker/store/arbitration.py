"""Decides on what two people may ask for and one can have: promises of resources, claims of tasks, numbers of
editions. Only who judges for the community decides; elsewhere they stay requested, and a refused one says why."""

from __future__ import annotations

from gridworker.models.entity import Merge
from gridworker.models.frozen import FROZEN_REPORT
from gridworker.models.lists import STANDING
from gridworker.models.promises import Taken, fits
from gridworker.models.registry import BY_NAME
from gridworker.store.frozen_rules import give_edition
from gridworker.store.judging import Case, Rejected
from gridworker.store.workspace import Row


def decide(case: Case, row: Row) -> bool:
    """Confirm or refuse a new request where that is done here. True if decided."""
    if case.entity.merge is not Merge.ARBITRATED:
        return False
    if case.entity is FROZEN_REPORT:
        return give_edition(case, row)
    row["refusal"] = None
    if not case.judge.authoritative:
        return False
    refusal = refusal_of(case, row)
    row.update(state="refused" if refusal else "confirmed", refusal=refusal or None)
    return True


def check_still_free(case: Case, row: Row) -> None:
    """A promise or claim that comes back after its deletion must not have been given to somebody else meanwhile."""
    if row["state"] in STANDING:
        refusal = refusal_of(case, row)
        if refusal:
            raise Rejected("field_invalid", _subject(case), reason=refusal)


def refusal_of(case: Case, row: Row) -> str:
    """Why a request cannot be granted now (lists.REFUSALS), or "" if it can."""
    return _of_claim(case, row) if case.entity.name == "task_claim" else _of_promise(case, row)


def _subject(case: Case) -> str:
    return "task_id" if case.entity.name == "task_claim" else "resource_id"


def _of_claim(case: Case, row: Row) -> str:
    task = case.workspace.get("task", row["task_id"])
    if task is None or task["deleted"] or task["state"] != "published":
        return "task_ended"
    return "claimed_already" if _others(case, row) else ""


def _of_promise(case: Case, row: Row) -> str:
    resource = case.workspace.get("resource", row["resource_id"])
    if resource is None or resource["deleted"] or resource["state"] != "open":
        return "not_offered"
    wanted = taken(row)
    begins, ends = str(resource["valid_from"]), str(resource["valid_to"] or "9999-12-31")
    if (wanted.from_on and wanted.from_on < begins) or (wanted.to_on or case.judge.today) > ends:
        return "not_offered_then"
    others = [taken(other) for other in _others(case, row)]
    return (
        ""
        if fits(str(resource["kind"]), _number(resource["quantity"]), others, wanted)
        else "promised_already"
    )


def taken(promise: Row) -> Taken:
    """What a promise takes of its resource."""
    return Taken(_number(promise["amount"]) or 1, str(promise["from_on"] or ""), str(promise["to_on"] or ""))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _others(case: Case, row: Row) -> list[Row]:
    name = _subject(case)
    rows = case.workspace.children(BY_NAME[case.entity.name], name, (row[name],))  # type: ignore[arg-type]
    return [r for r in rows if r["id"] != row["id"] and not r["deleted"] and r["state"] in STANDING]
