"""The chosen issue, meeting or resolution in words, for the card below the lists. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.services.projects import yuan
from gridworker.store.queries.deliberation import (
    IssueDetail,
    MeetingDetail,
    MeetingRow,
    ResolutionRow,
    VoteRow,
)
from gridworker.ui.pages.deliberation.source import Chosen
from gridworker.ui.pages.links import links_shown
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import code_word
from gridworker.wording import Wording


def told(chosen: Chosen, wording: Wording) -> Told:
    """Heading, facts and lines for what is chosen."""
    if chosen.issue is not None:
        made = _issue(chosen.issue, wording)
    elif chosen.meeting is not None:
        made = _meeting(chosen, chosen.meeting, wording)
    else:
        assert chosen.resolution is not None
        made = _resolution(chosen, chosen.resolution, wording)
    links = links_shown(chosen.ways, wording)
    return Told(made.title, tuple(filter(None, made.facts)), tuple(filter(None, made.lines)), links)


def meeting_name(row: MeetingRow, wording: Wording) -> str:
    """`11-23 坝坝会` – what a meeting is called in sentences and choices."""
    return wording("deliberation.meeting_of", when=row.held_on, kind=wording(f"deliberation.kind.{row.kind}"))


def _named(wording: Wording, field: str, value: object) -> str:
    """A labelled line; "" without a value."""
    label = wording(f"errors.field.{field}")
    return wording("deliberation.labelled", label=label, text=str(value)) if value else ""


def _issue(found: IssueDetail, wording: Wording) -> Told:
    row, values = found.row, found.values
    facts = (
        row.no,
        wording(f"choices.issue.state.{row.state}"),
        row.area,
        wording(f"choices.issue.level.{row.level}"),
        wording(f"choices.issue.raised_from.{row.raised_from}"),
        code_word(wording, "catalogue.demand_category", row.category) if row.category else "",
        row.raised_on,
    )
    needs = wording("lists.joint").join(f"{need.no} {need.title}" for need in found.needs)
    notice = (
        wording(
            "deliberation.notice",
            first=str(values["notice_from"]),
            last=str(values["notice_to"]),
            place=str(values["notice_place"] or ""),
        )
        if values["notice_from"]
        else ""
    )
    meetings = wording("lists.joint").join(
        wording(
            "deliberation.met",
            name=meeting_name(one, wording),
            state=wording(f"choices.meeting.state.{one.state}"),
        )
        for one in found.meetings
    )
    stakeholders = value_words(wording, "issue", "stakeholders", str(values["stakeholders"] or ""))
    lines = (
        _named(wording, "background", values["background"]),
        _named(wording, "stakeholders", stakeholders),
        _named(wording, "options", values["options"]),
        wording("deliberation.from_needs", needs=needs) if needs else "",
        wording("deliberation.meetings", meetings=meetings) if meetings else "",
        *_votes(found.votes, {row.id: row.title}, wording),
        _named(wording, "decision_text", values["decision_text"]),
        notice,
        *(_task(one, wording) for one in found.resolutions),
        *(
            _named(wording, name, values[name])
            for name in ("review_reason", "follow_up_text", "feedback_text")
        ),
        wording("deliberation.merged_into", no=found.merged_into_no) if found.merged_into_no else "",
    )
    return Told(row.title, facts, lines)


def _task(row: ResolutionRow, wording: Wording) -> str:
    state = wording("deliberation.overdue" if row.overdue else f"choices.resolution.state.{row.state}")
    return wording("deliberation.task", task=row.task, owner=row.owner_org, due=row.due_on, state=state)


def _votes(votes: Sequence[VoteRow], titles: dict[bytes, str], wording: Wording) -> list[str]:
    return [
        wording(
            "deliberation.voted",
            issue=titles.get(vote.issue_id, ""),
            yes=vote.votes_for,
            no=vote.votes_against,
            abstain=vote.votes_abstain,
            outcome=wording(f"meeting_paper.{'carried' if vote.carried else 'not_carried'}"),
        )
        for vote in votes
    ]


def _meeting(chosen: Chosen, found: MeetingDetail, wording: Wording) -> Told:
    row, values = found.row, found.values
    facts = [row.no, wording(f"choices.meeting.state.{row.state}"), row.area, row.start_at, row.place]
    facts.append(wording("deliberation.present", n=row.present, voters=row.voters) if row.present else "")
    if found.quorate is not None and row.present:
        facts.append(wording("deliberation.quorate" if found.quorate else "deliberation.not_quorate"))
    agenda = wording("lists.joint").join(one.title for one in found.agenda)
    posts = ("convenor_id", found.convenor), ("chair_id", found.chair), ("recorder_id", found.recorder)
    lines = [
        wording("lists.joint").join(filter(None, (_named(wording, name, who) for name, who in posts))),
        wording("deliberation.agenda", agenda=agenda) if agenda else wording("deliberation.no_agenda"),
        _named(wording, "notice_on", values["notice_on"]),
        _named(wording, "short_notice_reason", values["short_notice_reason"]),
        _present(found, wording),
        *_votes(found.votes, {one.id: one.title for one in found.agenda}, wording),
        *(_task(one, wording) for one in found.resolutions),
        _named(wording, "summary", values["summary"]),
        _named(wording, "end_reason", values["end_reason"]),
    ]
    missing = next((step.missing for step in chosen.steps if step.event == "call"), ())
    if missing:
        names = wording("lists.joint").join(wording(f"errors.field.{name}") for name in missing)
        lines.append(wording("deliberation.missing", fields=names))
    return Told(meeting_name(row, wording), tuple(facts), tuple(lines))


def _present(found: MeetingDetail, wording: Wording) -> str:
    lines = []
    for one in found.attendance:
        who = one.member or wording(f"choices.meeting_attendance.capacity.{one.capacity}")
        words = who if one.member else wording("deliberation.heads", who=who, n=one.head_count)
        lines.append(wording("deliberation.advised", who=words, text=one.advice) if one.advice else words)
    joint = wording("lists.joint").join(lines)
    return wording("deliberation.attended", who=joint) if joint else ""


def _resolution(chosen: Chosen, row: ResolutionRow, wording: Wording) -> Told:
    facts = (
        wording(f"choices.resolution.state.{row.state}"),
        wording("deliberation.overdue") if row.overdue else "",
        row.owner_org,
        row.owner,
        wording("deliberation.due", day=row.due_on),
        wording("deliberation.money", yuan=yuan(row.budget_fen)) if row.budget_fen else "",
        value_words(wording, "resolution", "satisfaction", row.satisfaction),
    )
    values = chosen.values
    told_as = ("evidence", "delay_reason", "end_reason", "reopen_reason")
    lines = (
        wording("deliberation.of_issue", no=row.issue_no, title=row.issue),
        _named(wording, "helper_names", row.helpers),
        *(wording("deliberation.labelled", label=day, text=text) for day, text in chosen.notes),
        _named(wording, "done_on", row.done_on),
        *(_named(wording, name, values[name]) for name in told_as),
        _named(wording, "fed_back_on", row.fed_back_on),
    )
    return Told(row.task, facts, lines)
