"""Deliberation 提–审–议–落: issues, meetings with agenda, attendance and votes, resolutions and their follow-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.models.days import plus_days
from gridworker.models.deliberation import link_id
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services import outcomes, steps
from gridworker.services.acts import Done, create, do, present_values
from gridworker.store.audit import Act
from gridworker.store.queries.meeting_rules import meeting_rules
from gridworker.store.statements import run
from gridworker.store.store import Store

# -- issues --------------------------------------------------------------------------------------------------------


def raise_issue(store: Store, values: Mapping[str, Value], need_ids: Sequence[bytes] = ()) -> Done:
    """提: an issue at a node of the area tree, out of `need_ids`. Raises FieldInvalid, NotAllowed."""
    record = new_id()
    wanted = {"raised_on": store.clock.today(), **values}
    drafts = [create("issue", record, steps.plain("issue", wanted))]
    drafts += [_need(record, need_id) for need_id in dict.fromkeys(need_ids)]
    return do(store, drafts, Act("issue_raised", "issue", record), record)


def edit_issue(store: Store, issue_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
    return steps.edit(store, "issue", issue_id, seen, values, "issue_edited")


def remove_issue(store: Store, issue_id: bytes) -> Done:
    """Raises FieldInvalid `has_dependants` once it stood on an agenda or has resolutions."""
    return steps.remove(store, "issue", issue_id, "issue_removed")


def _need(issue_id: bytes, need_id: bytes) -> Draft:
    values: dict[str, Value] = {"issue_id": issue_id, "need_id": need_id}
    return Draft("issue_need", link_id("issue_need", issue_id, need_id), OpKind.CREATE, values)


def link_need(store: Store, issue_id: bytes, need_id: bytes) -> Done:
    return do(store, [_need(issue_id, need_id)], Act("issue_need_linked", "issue", issue_id), issue_id)


def unlink_need(store: Store, issue_id: bytes, need_id: bytes) -> Done:
    draft = Draft("issue_need", link_id("issue_need", issue_id, need_id), OpKind.DELETE, {})
    return do(store, [draft], Act("issue_need_unlinked", "issue", issue_id), issue_id)


def move_issue(store: Store, issue_id: bytes, event: str, **values: Value) -> Done:
    """Cause an event of the issue (models.deliberation.ISSUE_MACHINE). Days that it needs and that are not given are
    today; the public notice runs as long as the community's rule asks unless `notice_to` says more.

    Raises FieldInvalid with the field that is missing or the rule that does not hold, NotAllowed."""
    return steps.cause(store, "issue", issue_id, event, **{**_days(store, event, values), **values})


def _days(store: Store, event: str, values: Mapping[str, Value]) -> dict[str, Value]:
    today = store.clock.today()
    if event in ("accept", "merge", "pass_up", "reject"):
        return {"reviewed_on": today}
    if event == "give_notice":
        begins = str(values.get("notice_from") or today)
        return {
            "notice_from": begins,
            "notice_to": plus_days(begins, meeting_rules(store)["public_notice_days"] - 1),
        }
    return {"decide": {"decided_on": today}, "close": {"fed_back_on": today}}.get(event, {})  # type: ignore[return-value]


def close_issue(store: Store, issue_id: bytes, feedback: str) -> Done:
    """Feed the outcome back: the issue closes, every open need out of which it came is met by it, and every demand that
    waits for it hears it, in one act (services/outcomes.py)."""
    today = store.clock.today()
    drafts = [
        steps.event_draft(store, "issue", issue_id, "close", fed_back_on=today, feedback_text=feedback),
        *outcomes.need_drafts(store, "issue", issue_id, feedback),
        *outcomes.demand_drafts(store, "issue", issue_id, feedback),
    ]
    return do(store, drafts, Act("issue_close", "issue", issue_id), issue_id)


# -- meetings ------------------------------------------------------------------------------------------------------


def plan_meeting(store: Store, values: Mapping[str, Value], issue_ids: Sequence[bytes] = ()) -> Done:
    """A meeting at a node with its agenda. Raises FieldInvalid, NotAllowed."""
    record = new_id()
    drafts = [create("meeting", record, steps.plain("meeting", values))]
    drafts += [_item(record, issue, place) for place, issue in enumerate(dict.fromkeys(issue_ids), 1)]
    return do(store, drafts, Act("meeting_planned", "meeting", record), record)


def edit_meeting(
    store: Store, meeting_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    """Raises FieldInvalid `notice_too_short` for another day too near to the notice that was given."""
    return steps.edit(store, "meeting", meeting_id, seen, values, "meeting_edited")


def remove_meeting(store: Store, meeting_id: bytes) -> Done:
    return steps.remove(store, "meeting", meeting_id, "meeting_removed")


def _item(meeting_id: bytes, issue_id: bytes, place: int) -> Draft:
    values: dict[str, Value] = {"meeting_id": meeting_id, "issue_id": issue_id, "sort_no": place}
    return Draft("agenda_item", link_id("agenda_item", meeting_id, issue_id), OpKind.CREATE, values)


def set_agenda(store: Store, meeting_id: bytes, issue_ids: Sequence[bytes]) -> Done:
    """Make `issue_ids`, in this order, the agenda."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT issue_id, sort_no, id FROM agenda_item WHERE meeting_id = ? AND deleted = 0",
            (meeting_id,),
        ).fetchall()
    known = {row[0]: (row[1], row[2]) for row in rows}
    drafts = [
        Draft("agenda_item", item, OpKind.DELETE, {})
        for issue, (_, item) in known.items()
        if issue not in issue_ids
    ]
    for place, issue in enumerate(dict.fromkeys(issue_ids), 1):
        if issue not in known:
            drafts.append(_item(meeting_id, issue, place))
        elif known[issue][0] != place:
            was, item = known[issue]
            drafts.append(Draft("agenda_item", item, OpKind.SET, {"sort_no": place}, {"sort_no": was}))
    return do(store, drafts, Act("agenda_set", "meeting", meeting_id), meeting_id)


def move_meeting(store: Store, meeting_id: bytes, event: str, **values: Value) -> Done:
    """Cause an event of the meeting (models.deliberation.MEETING_MACHINE). Notice is given today unless `notice_on`
    says otherwise. Raises FieldInvalid, NotAllowed."""
    today: dict[str, Value] = {"notice_on": store.clock.today()} if event == "call" else {}
    return steps.cause(store, "meeting", meeting_id, event, **{**today, **values})


def set_attendance(store: Store, meeting_id: bytes, lines: Sequence[Mapping[str, Value]]) -> Done:
    """Who was there: `lines` of `capacity`, `head_count` and, for members of the organisation, `member_id` and
    `advice`. They replace what was recorded. Raises FieldInvalid `votes_exceed_present`."""
    with store.read() as connection:
        known = run(
            connection,
            "SELECT id FROM meeting_attendance WHERE meeting_id = ? AND deleted = 0",
            (meeting_id,),
        ).fetchall()
    drafts = [
        create(
            "meeting_attendance",
            new_id(),
            {**steps.plain("meeting_attendance", line), "meeting_id": meeting_id},
        )
        for line in lines
    ]
    drafts += [Draft("meeting_attendance", row[0], OpKind.DELETE, {}) for row in known]
    return do(store, drafts, Act("attendance_set", "meeting", meeting_id), meeting_id)


def record_vote(store: Store, meeting_id: bytes, issue_id: bytes, values: Mapping[str, Value]) -> Done:
    """The vote of a meeting on an issue: `method`, `votes_for`, `votes_against`, `votes_abstain`; recorded again, it is
    corrected.

    Raises FieldInvalid `votes_exceed_present`, `no_quorum`, `not_on_agenda`, `not_held_yet`."""
    record = link_id("meeting_vote", meeting_id, issue_id)
    names = ("method", "votes_for", "votes_against", "votes_abstain")
    act = Act("vote_recorded", "meeting", meeting_id)
    with store.read() as connection:
        known = run(
            connection, "SELECT 1 FROM meeting_vote WHERE id = ? AND deleted = 0", (record,)
        ).fetchone()
    if known:
        seen = present_values(store, "meeting_vote", record, names)
        wanted = {name: values.get(name, seen[name]) for name in names}
        changed = {name: value for name, value in wanted.items() if value != seen[name]}
        base = {name: seen[name] for name in changed}
        drafts = [Draft("meeting_vote", record, OpKind.SET, changed, base)] if changed else []
    else:
        drafts = [create("meeting_vote", record, {**values, "meeting_id": meeting_id, "issue_id": issue_id})]
    return do(store, drafts, act, meeting_id)


# -- resolutions ---------------------------------------------------------------------------------------------------


def add_resolution(store: Store, issue_id: bytes, meeting_id: bytes, values: Mapping[str, Value]) -> Done:
    """What a meeting resolved on an issue: `task_text`, `owner_org_id`, `due_on` and more. Raises FieldInvalid
    `not_on_agenda`, `not_held_yet`."""
    wanted = {**values, "issue_id": issue_id, "meeting_id": meeting_id}
    return steps.add(store, "resolution", wanted, "resolution_added")


def edit_resolution(
    store: Store, resolution_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    return steps.edit(store, "resolution", resolution_id, seen, values, "resolution_edited")


def remove_resolution(store: Store, resolution_id: bytes) -> Done:
    return steps.remove(store, "resolution", resolution_id, "resolution_removed")


def move_resolution(store: Store, resolution_id: bytes, event: str, **values: Value) -> Done:
    """Cause an event of the resolution: `start`, `finish`, `delay`, `stop`, `feed_back`, `reopen`, `take_back`."""
    today = store.clock.today()
    days: dict[str, dict[str, Value]] = {"finish": {"done_on": today}, "feed_back": {"fed_back_on": today}}
    return steps.cause(store, "resolution", resolution_id, event, **{**days.get(event, {}), **values})


def note_resolution(store: Store, resolution_id: bytes, text: str) -> Done:
    """Say how far a resolution is."""
    values: dict[str, Value] = {
        "resolution_id": resolution_id,
        "noted_on": store.clock.today(),
        "text": text,
    }
    return steps.add(store, "resolution_note", values, "resolution_noted")
