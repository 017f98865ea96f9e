"""Logging a visit and what may be added to it later. Each act is one transaction; a submitted visit never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.ids import named_id, new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.visit import AMENDABLE
from gridworker.services import plan
from gridworker.services.demands import DemandForm, register_drafts
from gridworker.store.audit import Act
from gridworker.store.authors import may_correct, place_of_visit
from gridworker.store.judging import Actor
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_LINKS = bytes.fromhex("2d7c8f7ad2b35f0a8a3e5a4f9d0c7b33")


@dataclass(frozen=True)
class VisitForm:
    """A filled-in visit form. Days are `YYYY-MM-DD`, times `HH:MM`; empty text means not filled in. `household_id` is
    what was visited: a household, or the `target` named (shop, public_spot)."""

    household_id: bytes
    visited_on: str
    outcome: str
    mode: str = "door"
    purpose: tuple[str, ...] = ("routine",)
    start_at: str | None = None
    end_at: str | None = None
    respondent: str | None = None
    said: str = ""
    site_condition: str = ""
    answered_text: str = ""
    next_step: str = ""
    next_on: str | None = None
    reflection: str = ""
    companions: str = ""
    visitor_ids: tuple[bytes, ...] = ()
    target: str = "household"


@dataclass(frozen=True)
class Logged:
    """What a save returns: what changed, the visit's id and its human number, and of the demands registered with it
    id and number."""

    changes: Changes
    visit_id: bytes
    no: str
    demands: tuple[tuple[bytes, str], ...] = ()


def log_visit(
    store: Store,
    form: VisitForm,
    *,
    draft_id: bytes | None = None,
    demands: Sequence[DemandForm] = (),
) -> Logged:
    """Save a visit for good, with the `demands` that were said in it. When this returns it is on the disk; the draft it
    came from is gone with the same transaction. The account's own member goes down as visitor unless the form names
    others.

    Raises FieldInvalid (with field and reason), NotAllowed, DiskFull, DatabaseBusy."""
    visit_id, drafts = _visit_drafts(store, form)
    ends = _plan_endings(store, form, visit_id)
    # A server judges the visit by itself: whatever became of the plan there meanwhile, the visit stands.
    said = [register_drafts(store, demand, visit_id) for demand in demands]
    groups = [len(drafts), *(len(one) for one in said)]
    every = [*drafts, *(draft for one in said for draft in one), *ends]
    saved = store.save(every, Act("visit_logged", "visit", visit_id), draft_id=draft_id, groups=groups)
    return Logged(
        saved.changes,
        visit_id,
        saved.numbers[visit_id],
        tuple((one[0].record, saved.numbers[one[0].record]) for one in said),
    )


def log_visits(
    store: Store, forms: Sequence[VisitForm], *, draft_id: bytes | None = None
) -> tuple[Logged, ...]:
    """Save the visits of a paper walk list as one act: all or none, in the order given. Two to the same household are
    two visits. The draft they came from goes with the same transaction: nobody finds the list again and saves it twice.
    Raises as `log_visit` does; then nothing was kept."""
    drafts: list[Draft] = []
    groups: list[int] = []
    ends: list[Draft] = []
    made: list[bytes] = []
    for form in forms:
        visit_id, own = _visit_drafts(store, form)
        made.append(visit_id)
        drafts += own
        groups.append(len(own))
        ends += _plan_endings(store, form, visit_id)
    if not drafts:
        return ()
    act = Act("visits_logged", "visit", made[0], {"count": len(made)})
    saved = store.save([*drafts, *ends], act, draft_id=draft_id, groups=groups)
    return tuple(Logged(saved.changes, visit_id, saved.numbers[visit_id]) for visit_id in made)


def _plan_endings(store: Store, form: VisitForm, visit_id: bytes) -> list[Draft]:
    """What the visit does to the week's plan."""
    return plan.endings(
        store, form.household_id, visit_id, form.visited_on, form.outcome, form.next_on, form.target
    )


def _visit_drafts(store: Store, form: VisitForm) -> tuple[bytes, list[Draft]]:
    """The id of the visit and what creates it and its visitors."""
    visitors = form.visitor_ids or ((store.known.member_id,) if store.known.member_id else ())
    if form.next_on and form.next_on < form.visited_on:
        raise FieldInvalid(entity="visit", record="", field="next_on", reason="before_visit")
    if form.outcome == "rescheduled" and not form.next_on:
        raise FieldInvalid(entity="visit", record="", field="next_on", reason="required")
    visit_id = new_id()
    values: dict[str, Value] = {
        f"{form.target}_id": form.household_id,
        "visited_on": form.visited_on,
        "start_at": form.start_at,
        "end_at": form.end_at,
        "mode": form.mode,
        "outcome": form.outcome,
        "purpose": ",".join(form.purpose),
        "respondent": form.respondent,
        "companions": form.companions.strip() or None,
        "said": form.said.strip() or None,
        "site_condition": form.site_condition.strip() or None,
        "answered_on_spot": 1 if form.answered_text.strip() else 0,
        "answered_text": form.answered_text.strip() or None,
        "next_step": form.next_step.strip() or None,
        "next_on": form.next_on,
        "reflection": form.reflection.strip() or None,
    }
    drafts = [Draft("visit", visit_id, OpKind.CREATE, values)]
    for member in dict.fromkeys(visitors):
        link = named_id(_LINKS, b"visit_visitor", visit_id, member)
        drafts.append(
            Draft("visit_visitor", link, OpKind.CREATE, {"visit_id": visit_id, "member_id": member})
        )
    return visit_id, drafts


def amend_visit(store: Store, visit_id: bytes, corrections: Mapping[str, str | None], reason: str) -> Changes:
    """Correct a submitted visit: each field in `corrections` (one of AMENDABLE) becomes a row with its reason.

    Raises FieldInvalid for a field that cannot be corrected, NotAllowed."""
    for field in corrections:
        if field not in AMENDABLE:
            raise FieldInvalid(entity="visit", record="", field=field, reason="not_amendable")
    if not corrections:
        return Changes()
    drafts = [
        Draft(
            "visit_amendment",
            new_id(),
            OpKind.CREATE,
            {"visit_id": visit_id, "field": field, "value": value, "reason": reason.strip()},
        )
        for field, value in corrections.items()
    ]
    outcome = corrections.get("outcome")
    ends = plan.amendments(store, visit_id, outcome) if outcome else []
    act = Act("visit_amended", "visit", visit_id)
    return store.save([*drafts, *ends], act, groups=(len(drafts),)).changes


def void_visit(store: Store, visit_id: bytes, reason: str) -> Changes:
    """Declare a visit entered by mistake: it stays readable, struck through, and counts nowhere."""
    return void_visits(store, (visit_id,), reason)


def void_visits(store: Store, visit_ids: Sequence[bytes], reason: str) -> Changes:
    """Declare several visits entered by mistake in one act: the undo of a whole walk list. What they ended in the
    week's plan is open again."""
    drafts = [
        Draft("visit_void", new_id(), OpKind.CREATE, {"visit_id": visit_id, "reason": reason.strip()})
        for visit_id in visit_ids
    ]
    if not drafts:
        return Changes()
    reopened = plan.reopenings(store, visit_ids)
    act = Act("visit_voided", "visit", visit_ids[0], {"count": len(drafts)})
    return store.save([*drafts, *reopened], act, groups=[1] * len(drafts)).changes


def may_correct_visit(store: Store, visit_id: bytes) -> bool:
    """Whether this account may correct a visit or declare it void; a remark is open to all who see it."""
    grants = store.grants()
    actor = Actor(
        store.known.member_id, store.known.device_id, grants, numbers=frozenset((store.known.device_no,))
    )
    with store.read() as connection:
        workspace = Workspace(connection, Shape())
        visit = workspace.get("visit", visit_id)
        node = place_of_visit(workspace, visit, store.clock.today()) if visit else None
        return node is not None and may_correct(workspace, actor, visit_id, node)


def comment_visit(store: Store, visit_id: bytes, text: str) -> Changes:
    """Add a remark to a visit, signed by this account's member. Raises NotFound for an account without one."""
    if store.known.member_id is None:
        raise NotFound(what="member")
    values: dict[str, Value] = {
        "visit_id": visit_id,
        "member_id": store.known.member_id,
        "text": text.strip(),
    }
    draft = Draft("visit_comment", new_id(), OpKind.CREATE, values)
    return store.save([draft], Act("visit_commented", "visit", visit_id)).changes
