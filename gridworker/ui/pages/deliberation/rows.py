"""Lines of issues, meetings and resolutions in words: stage and state, what is overdue, what hangs together. No Qt."""

from __future__ import annotations

from gridworker.store.queries.deliberation import IssueRow, MeetingRow, ResolutionRow
from gridworker.ui.pages.words import DOT, short_day
from gridworker.ui.widgets.lines_table import Line
from gridworker.wording import Wording

_LINKED = "↔ "
_OVER = ("merged", "rejected", "closed", "cancelled", "minuted", "done", "stopped")


def issue_line(row: IssueRow, wording: Wording, linked: frozenset[bytes]) -> Line:
    """Its stage and its state."""
    state = wording(f"deliberation.state.{row.state}")
    done = wording("deliberation.done_of", done=row.done, total=row.resolutions) if row.resolutions else ""
    return _line(row.id, row.title, (done, state), wording, linked, row.state)


def meeting_line(row: MeetingRow, wording: Wording, today: str, linked: frozenset[bytes]) -> Line:
    when = " ".join(part for part in (short_day(row.held_on, today), row.start_at) if part)
    kind = wording(f"deliberation.kind.{row.kind}")
    state = wording(f"choices.meeting.state.{row.state}")
    name = wording("deliberation.meeting_of", when=when, kind=kind)
    return _line(row.id, name, (row.place, state), wording, linked, row.state)


def resolution_line(row: ResolutionRow, wording: Wording, today: str, linked: frozenset[bytes]) -> Line:
    due = short_day(row.due_on, today)
    state = wording("deliberation.overdue" if row.overdue else f"choices.resolution.state.{row.state}")
    return _line(row.id, row.task, (row.owner_org, due, state), wording, linked, row.state)


def _line(
    record: bytes,
    title: str,
    more: tuple[str, ...],
    wording: Wording,
    linked: frozenset[bytes],
    state: str,
) -> Line:
    mark = record in linked
    spoken = DOT.join(part for part in (title, *more, wording("lists.linked") if mark else "") if part)
    return Line(record, (f"{_LINKED}{title}" if mark else title, *more), spoken, dim=state in _OVER)
