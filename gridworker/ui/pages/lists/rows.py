"""Lines of the three lists in words: what stands out is said, and what hangs together with the chosen one is marked."""

from __future__ import annotations

from gridworker.store.queries.lists import NeedRow, ResourceRow, TaskRow
from gridworker.store.queries.projects import ProjectRow
from gridworker.ui.pages.words import DOT, short_day
from gridworker.ui.widgets.lines_table import Line
from gridworker.wording import Wording

_LINKED = "↔ "


def need_line(row: NeedRow, wording: Wording, today: str, linked: frozenset[bytes]) -> Line:
    state = wording("lists.unmatched") if row.stands_out else wording(f"choices.need.state.{row.state}")
    if row.state == "open" and row.answered_by:
        state = wording("lists.matched")
    return _line(
        row.id, row.title, (short_day(row.raised_on, today), state), wording, linked, row.state != "open"
    )


def resource_line(row: ResourceRow, wording: Wording, linked: frozenset[bytes]) -> Line:
    state = wording("lists.idle") if row.idle else wording(f"lists.status.{row.status}")
    over = row.status in ("expired", "withdrawn", "used_up")
    return _line(row.id, row.name, (row.provider, state), wording, linked, over)


def task_line(row: TaskRow, wording: Wording, today: str, linked: frozenset[bytes]) -> Line:
    state = wording("lists.late" if row.overdue else f"lists.status.{row.status}")
    taken = next((claim.org for claim in row.claims if claim.state == "confirmed"), "")
    ended = row.state != "published"
    return _line(row.id, row.title, (taken or short_day(row.due_on, today), state), wording, linked, ended)


def project_line(row: ProjectRow, wording: Wording, linked: frozenset[bytes]) -> Line:
    state = wording(f"choices.project.state.{row.state}")
    sessions = (
        wording("lists.sessions", done=row.sessions, planned=row.sessions_planned)
        if row.sessions_planned
        else ""
    )
    ended = row.state in ("rejected", "closed", "continued")
    return _line(row.id, row.title, (sessions, state), wording, linked, ended)


def _line(
    record: bytes, title: str, more: tuple[str, ...], wording: Wording, linked: frozenset[bytes], dim: bool
) -> Line:
    mark = record in linked
    spoken = DOT.join(part for part in (title, *more, wording("lists.linked") if mark else "") if part)
    return Line(record, (f"{_LINKED}{title}" if mark else title, *more), spoken, dim=dim)
