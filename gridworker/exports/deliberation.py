"""The papers of a deliberation: agenda with a list to sign by hand, minutes, and the public notice of an outcome.
They name posts and members, count residents by capacity, and hold no resident's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from gridworker.exports.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Day,
    Document,
    Footer,
    Heading,
    Paragraph,
    Table,
    Voice,
)
from gridworker.store.rows import Identity
from gridworker.wording import Wording

#: Lines left to be signed by hand, and how wide the place for a name is kept.
_LINES, _SIGNED = 12, 30


class Agendum(Protocol):
    """An issue on an agenda (store.queries.deliberation.IssueRow)."""

    @property
    def id(self) -> bytes: ...
    @property
    def no(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def raised_from(self) -> str: ...
    @property
    def level(self) -> str: ...


class Presence(Protocol):
    """How many came in a capacity (AttendanceRow)."""

    @property
    def capacity(self) -> str: ...
    @property
    def head_count(self) -> int: ...
    @property
    def member(self) -> str: ...
    @property
    def advice(self) -> str: ...


class Tally(Protocol):
    """A vote on an issue (VoteRow)."""

    @property
    def issue_id(self) -> bytes: ...
    @property
    def method(self) -> str: ...
    @property
    def votes_for(self) -> int: ...
    @property
    def votes_against(self) -> int: ...
    @property
    def votes_abstain(self) -> int: ...
    @property
    def carried(self) -> bool: ...


class Task(Protocol):
    """What was resolved (ResolutionRow)."""

    @property
    def task(self) -> str: ...
    @property
    def owner_org(self) -> str: ...
    @property
    def helpers(self) -> str: ...
    @property
    def due_on(self) -> str: ...
    @property
    def state(self) -> str: ...


class Sitting(Protocol):
    """The meeting itself (MeetingRow)."""

    @property
    def no(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def held_on(self) -> str: ...
    @property
    def start_at(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def present(self) -> int: ...


class Meeting(Protocol):
    """A meeting with what belongs to it (MeetingDetail)."""

    @property
    def row(self) -> Sitting: ...
    @property
    def values(self) -> dict[str, None | int | str | bytes]: ...
    @property
    def convenor(self) -> str: ...
    @property
    def chair(self) -> str: ...
    @property
    def recorder(self) -> str: ...
    @property
    def agenda(self) -> Sequence[Agendum]: ...
    @property
    def attendance(self) -> Sequence[Presence]: ...
    @property
    def votes(self) -> Sequence[Tally]: ...
    @property
    def resolutions(self) -> Sequence[Task]: ...


class Outcome(Protocol):
    """An issue with what came of it (IssueDetail)."""

    @property
    def row(self) -> Agendum: ...
    @property
    def values(self) -> dict[str, None | int | str | bytes]: ...
    @property
    def meetings(self) -> Sequence[Sitting]: ...
    @property
    def resolutions(self) -> Sequence[Task]: ...


def agenda_document(identity: Identity, meeting: Meeting, wording: Wording, generated_at: str) -> Document:
    """What a meeting is about and who signs that they were there; `generated_at` is `YYYY-MM-DD HH:MM`."""
    blocks = (
        _facts(meeting, wording),
        _agenda(meeting.agenda, wording),
        _sign_here(wording),
        Paragraph(wording("meeting_paper.sign_note"), Voice.NOTE),
    )
    return _document(
        identity, "agenda", _kind(meeting.row, wording), meeting.row, blocks, wording, generated_at
    )


def minutes_document(identity: Identity, meeting: Meeting, wording: Wording, generated_at: str) -> Document:
    """What was said, voted and resolved at a meeting."""
    blocks = (
        _facts(meeting, wording),
        _present(meeting, wording),
        _agenda(meeting.agenda, wording),
        *_said(wording("meeting_paper.summary"), meeting.values["summary"]),
        *_advice(meeting.attendance, wording),
        *_votes(meeting, wording),
        *_resolutions(meeting.resolutions, wording),
        Paragraph(wording("meeting_paper.closing", chair=meeting.chair, recorder=meeting.recorder)),
    )
    return _document(
        identity, "minutes", _kind(meeting.row, wording), meeting.row, blocks, wording, generated_at
    )


def outcome_document(identity: Identity, outcome: Outcome, wording: Wording, generated_at: str) -> Document:
    """The public notice of what was decided on an issue, with its days and place. Raises ValueError for an issue
    without a decision."""
    values = outcome.values
    if not values["decision_text"]:
        raise ValueError("nothing was decided yet")
    met = [wording("meeting_paper.met", on=row.held_on, kind=_kind(row, wording)) for row in outcome.meetings]
    blocks: list[Block] = [
        Paragraph(wording("meeting_paper.notice_lead", title=outcome.row.title)),
        *(
            [Paragraph(wording("meeting_paper.met_list", meetings=wording("meeting_paper.comma").join(met)))]
            if met
            else []
        ),
        *_said(wording("meeting_paper.decision"), values["decision_text"]),
        *_resolutions(outcome.resolutions, wording, public=True),
    ]
    if values["notice_from"]:
        blocks.append(
            Paragraph(
                wording(
                    "meeting_paper.notice_days",
                    first=str(values["notice_from"]),
                    last=str(values["notice_to"]),
                    place=str(values["notice_place"] or ""),
                )
            )
        )
    blocks.append(Paragraph(wording("meeting_paper.notice_note"), Voice.NOTE))
    title = wording("meeting_paper.title.notice", title=outcome.row.title)
    return _framed(identity, title, outcome.row.no, "notice", blocks, wording, generated_at)


def _document(
    identity: Identity,
    paper: str,
    kind: str,
    row: Sitting,
    blocks: Iterable[Block],
    wording: Wording,
    generated_at: str,
) -> Document:
    title = wording(f"meeting_paper.title.{paper}", kind=kind)
    return _framed(identity, title, f"{row.area} · {row.no}", paper, blocks, wording, generated_at)


def _framed(
    identity: Identity,
    title: str,
    subtitle: str,
    paper: str,
    blocks: Iterable[Block],
    wording: Wording,
    generated_at: str,
) -> Document:
    return Document(
        title=title,
        subtitle=subtitle,
        summary_name=wording(f"meeting_paper.name.{paper}"),
        blocks=tuple(blocks),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if identity.practice else (),
        footer=Footer((wording("report.generated", time=generated_at[:16]),), wording("report.page")),
    )


def _kind(row: Sitting, wording: Wording) -> str:
    return wording(f"choices.meeting.kind.{row.kind}")


def _facts(meeting: Meeting, wording: Wording) -> Table:
    row = meeting.row
    weekday = wording(f"visit.weekday.{dt.date.fromisoformat(row.held_on).isoweekday()}")
    when = wording("meeting_paper.when", day=row.held_on, weekday=weekday, time=row.start_at).strip()
    facts = (
        ("when", when),
        ("place", row.place),
        ("convenor", meeting.convenor),
        ("chair", meeting.chair),
        ("recorder", meeting.recorder),
    )
    return Table(
        caption=wording("meeting_paper.facts"),
        columns=(
            Column(wording("meeting_paper.column.what"), widest=12),
            Column(wording("meeting_paper.column.how"), widest=60),
        ),
        rows=tuple((wording(f"meeting_paper.fact.{name}"), text or None) for name, text in facts),
    )


def _agenda(agenda: Sequence[Agendum], wording: Wording) -> Table:
    return Table(
        caption=wording("meeting_paper.agenda"),
        columns=_columns(
            wording, ("place", ColumnKind.NUMBER), ("no", ColumnKind.CODE), "issue", "from", "level"
        ),
        rows=tuple(
            (
                place,
                issue.no,
                issue.title,
                wording(f"choices.issue.raised_from.{issue.raised_from}"),
                wording(f"choices.issue.level.{issue.level}"),
            )
            for place, issue in enumerate(agenda, 1)
        ),
    )


def _columns(wording: Wording, *named: str | tuple[str, ColumnKind]) -> tuple[Column, ...]:
    pairs = [(one, ColumnKind.TEXT) if isinstance(one, str) else one for one in named]
    return tuple(Column(wording(f"meeting_paper.column.{name}"), kind, widest=40) for name, kind in pairs)


def _sign_here(wording: Wording) -> Table:
    return Table(
        caption=wording("meeting_paper.signed"),
        columns=(
            Column(wording("meeting_paper.column.place"), ColumnKind.NUMBER),
            Column(wording("meeting_paper.column.capacity"), least=_SIGNED // 2),
            Column(wording("meeting_paper.column.signature"), least=_SIGNED),
        ),
        rows=tuple((line, "", "") for line in range(1, _LINES + 1)),
    )


def _present(meeting: Meeting, wording: Wording) -> Table:
    total: tuple[Cell, ...] = (wording("meeting_paper.together"), meeting.row.present, "")
    return Table(
        caption=wording("meeting_paper.present"),
        columns=_columns(wording, "capacity", ("heads", ColumnKind.NUMBER), "who"),
        rows=tuple(
            (wording(f"choices.meeting_attendance.capacity.{row.capacity}"), row.head_count, row.member)
            for row in meeting.attendance
        ),
        total=total,
    )


def _said(heading: str, text: object) -> list[Block]:
    lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
    return [Heading(heading, 2), *(Paragraph(line) for line in lines)] if lines else []


def _advice(attendance: Sequence[Presence], wording: Wording) -> list[Block]:
    given = [
        wording(
            "meeting_paper.advised",
            who=row.member or wording(f"choices.meeting_attendance.capacity.{row.capacity}"),
            text=row.advice,
        )
        for row in attendance
        if row.advice
    ]
    return _said(wording("meeting_paper.advice"), "\n".join(given))


def _votes(meeting: Meeting, wording: Wording) -> list[Block]:
    titles = {issue.id: issue.title for issue in meeting.agenda}
    rows = tuple(
        (
            titles.get(vote.issue_id, ""),
            wording(f"choices.meeting_vote.method.{vote.method}"),
            vote.votes_for,
            vote.votes_against,
            vote.votes_abstain,
            wording("meeting_paper.carried" if vote.carried else "meeting_paper.not_carried"),
        )
        for vote in meeting.votes
    )
    number = ColumnKind.NUMBER
    columns = _columns(
        wording, "issue", "method", ("for", number), ("against", number), ("abstain", number), "outcome"
    )
    return [Table(wording("meeting_paper.votes"), columns, rows)] if rows else []


def _resolutions(tasks: Sequence[Task], wording: Wording, *, public: bool = False) -> list[Block]:
    """A public notice says what will be done and by whom; the minutes also how far it is."""
    names: list[str | tuple[str, ColumnKind]] = ["task", "owner", "helpers", ("due", ColumnKind.DAY)]
    names += [] if public else ["state"]
    rows = tuple(
        (
            task.task,
            task.owner_org,
            task.helpers,
            Day(task.due_on),
            *(() if public else (wording(f"choices.resolution.state.{task.state}"),)),
        )
        for task in tasks
    )
    return [Table(wording("meeting_paper.resolutions"), _columns(wording, *names), rows)] if rows else []
