"""The questions and acts of deliberation, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gridworker.errors import EventRefused, FieldInvalid, NotFound
from gridworker.models.deliberation import STAGES
from gridworker.models.funnel import Rectification
from gridworker.models.op import Value
from gridworker.services import acts, catalogues
from gridworker.services import deliberation as doing
from gridworker.services.acts import Done
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import deliberation as reading
from gridworker.store.queries import deliberation_counts, list_links
from gridworker.store.queries import steps as step_reading
from gridworker.store.queries.area_nodes import area_nodes
from gridworker.store.queries.deliberation import (
    IssueDetail,
    IssueRow,
    MeetingDetail,
    MeetingRow,
    ResolutionRow,
)
from gridworker.store.queries.meeting_rules import meeting_rules
from gridworker.store.queries.steps import NextStep
from gridworker.store.queries.ways import Way, ways
from gridworker.store.rows import Scope
from gridworker.ui.pages.paging import Extents

ISSUE, MEETING, RESOLUTION = "issue", "meeting", "resolution"
_ROWS = {ISSUE: "issues", MEETING: "meetings", RESOLUTION: "resolutions"}
#: Resolutions that still ask for something stand before those that do not.
_GROUPS = (("todo", "doing", "delayed"), ("done", "stopped"))
_EDIT = {ISSUE: doing.edit_issue, MEETING: doing.edit_meeting, RESOLUTION: doing.edit_resolution}
_REMOVE = {ISSUE: doing.remove_issue, MEETING: doing.remove_meeting, RESOLUTION: doing.remove_resolution}
_MOVE: Mapping[str, Callable[..., Done]] = {
    ISSUE: doing.move_issue,
    MEETING: doing.move_meeting,
    RESOLUTION: doing.move_resolution,
}

Named = tuple[tuple[bytes, str], ...]


@dataclass(frozen=True)
class Board:
    """What is under deliberation at the selected node, as far as it was read. `rate` counts its resolutions, `counts`
    its issues by stage, `coming` the meetings not held yet; the named pairs are what forms offer."""

    issues: tuple[IssueRow, ...]
    meetings: tuple[MeetingRow, ...]
    resolutions: tuple[ResolutionRow, ...]
    rate: Rectification
    categories: tuple[tuple[str, str], ...]
    orgs: Named
    areas: Named
    members: Named
    needs: Named
    may_raise: bool
    may_meet: bool
    counts: Mapping[str, int]
    coming: int

    def rows(self, kind: str) -> tuple[Any, ...]:
        """The rows of one list."""
        return tuple(getattr(self, _ROWS[kind]))


@dataclass(frozen=True)
class Chosen:
    """One record with what leads to and from it: its `ways`, the `steps` it may take."""

    kind: str
    record: bytes
    values: dict[str, Value]
    ways: tuple[Way, ...]
    steps: tuple[NextStep, ...]
    issue: IssueDetail | None = None
    meeting: MeetingDetail | None = None
    resolution: ResolutionRow | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def linked(self) -> frozenset[bytes]:
        """The records at the other ends."""
        return frozenset(way.id for way in self.ways)


class DeliberationSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else. `scope` is
    the node that is shown, `stage` the one issues are limited to, "" for all."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.scope: Scope | None = None
        self.stage = ""
        self.extents = Extents()

    def rule(self, code: str) -> int:
        """The number of a rule of meetings."""
        return meeting_rules(self._store)[code]

    def today(self) -> str:
        return str(self._store.clock.today())

    def board(self) -> Board:
        """What stands at the nodes of `scope`, everything without one."""
        store = self._store
        nodes = self._nodes()
        rights = {right for grant in store.grants() for right in grant.role.may}
        rows = {kind: self.extents.rows(kind, partial(self._read, kind, nodes)) for kind in _ROWS}
        return Board(
            rows[ISSUE],
            rows[MEETING],
            rows[RESOLUTION],
            deliberation_counts.rectification(store, nodes),
            tuple((entry.code, entry.name) for entry in catalogues.entries(store, "demand_category")),
            list_links.organisations(store),
            list_links.areas(store),
            list_links.members(store),
            list_links.open_ones(store, "need"),
            may_raise="issues" in rights,
            may_meet="meetings" in rights,
            counts=deliberation_counts.issue_counts(store, nodes),
            coming=deliberation_counts.coming_meetings(store, nodes),
        )

    def _nodes(self) -> tuple[bytes, ...]:
        return area_nodes(self._store, self.scope) if self.scope is not None else ()

    def _read(self, kind: str, nodes: tuple[bytes, ...], after: Any, limit: int) -> tuple[Any, ...]:
        """So many rows of a list after the row `after`: issues stage by stage, resolutions those that wait first."""
        store, key = self._store, None if after is None else after.key
        if kind == MEETING:
            return reading.meetings(store, nodes=nodes, after=key, limit=limit)
        found: list[Any] = []
        groups: list[tuple[str, ...]] = [(self.stage,)] if self.stage else [(stage,) for stage in STAGES]
        if kind == RESOLUTION:
            groups = list(_GROUPS)
        begun = (
            0 if after is None else next(n for n, one in enumerate(groups) if _group_of(kind, after) in one)
        )
        for at, group in enumerate(groups[begun:]):
            left, last = limit - len(found), key if at == 0 else None
            if left > 0 and kind == ISSUE:
                found += reading.issues(store, group, nodes, last, left)
            elif left > 0:
                found += reading.resolutions(store, group, last, left, nodes)
        return tuple(found)

    def further(self, kind: str, board: Board) -> Board:
        """The board with the next page of one list; the same where there is none."""
        rows: Any = self.extents.further(kind, board.rows(kind), partial(self._read, kind, self._nodes()))
        return replace(board, **{_ROWS[kind]: rows})

    def reach(self, kind: str, record: bytes) -> None:
        """The next board holds this record, wherever it stands in its list."""
        self.extents.reach(kind, record)

    def holds(self, kind: str, record: bytes, board: Board) -> bool:
        """Whether a record is on the board."""
        return any(row.id == record for row in board.rows(kind))

    def choose(self, kind: str, record: bytes) -> Chosen:
        """Raises NotFound for a record that is gone."""
        store = self._store
        values = acts.everything(store, kind, record)
        possible = step_reading.next_steps(store, kind, record)
        leads = ways(store, kind, record)
        if kind == ISSUE:
            return Chosen(kind, record, values, leads, possible, issue=reading.issue(store, record))
        if kind == MEETING:
            return Chosen(kind, record, values, leads, possible, meeting=reading.meeting(store, record))
        found = next((row for row in self._of(values) if row.id == record), None)
        if found is None:
            raise NotFound(what=kind)
        notes = reading.resolution_notes(store, record)
        return Chosen(kind, record, values, leads, possible, resolution=found, notes=notes)

    def _of(self, values: Mapping[str, Value]) -> tuple[ResolutionRow, ...]:
        issue_id = values["issue_id"]
        return reading.issue(self._store, issue_id if isinstance(issue_id, bytes) else b"").resolutions

    # -- acts --------------------------------------------------------------------------------------------------------

    def add(self, kind: str, values: Mapping[str, Value], belongs: tuple[bytes, ...] = ()) -> Done:
        """A new issue out of the needs `belongs`, or a meeting with these issues on its agenda."""
        if kind == ISSUE:
            return doing.raise_issue(self._store, values, belongs)
        return doing.plan_meeting(self._store, values, belongs)

    def resolve(self, meeting_id: bytes, values: Mapping[str, Value]) -> Done:
        """A resolution of a meeting. What is due before it was held is a slip of the keyboard."""
        rest = {name: value for name, value in values.items() if name != "issue_id"}
        due = str(values.get("due_on") or "")
        if due and due < reading.meeting(self._store, meeting_id).row.held_on:
            raise FieldInvalid(entity=RESOLUTION, record="", field="due_on", reason="before_meeting")
        return doing.add_resolution(self._store, _id(values, "issue_id"), meeting_id, rest)

    def edit(self, kind: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
        shown = {name: seen.get(name) for name in values}
        return _EDIT[kind](self._store, record, shown, values)

    def remove(self, kind: str, record: bytes) -> Done:
        return _REMOVE[kind](self._store, record)

    def cause(self, kind: str, record: bytes, event: str, values: Mapping[str, Value]) -> Done:
        """An event; closing an issue tells its needs and demands too."""
        if kind == ISSUE and event == "close":
            return doing.close_issue(self._store, record, str(values.get("feedback_text") or ""))
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return _MOVE[kind](self._store, record, event, **given)
        except FieldInvalid as refused:
            if values:  # it stands under its field
                raise
            raise self._not_now(kind, record, event, refused) from refused

    def _not_now(self, kind: str, record: bytes, event: str, refused: FieldInvalid) -> EventRefused:
        """A step without a form that a rule refuses: which rule, and what is possible instead."""
        name = "task_text" if kind == RESOLUTION else "no"
        present = acts.present_values(self._store, kind, record, (name, "state"))
        possible = (step.event for step in step_reading.next_steps(self._store, kind, record))
        return EventRefused(
            entity=kind,
            record=str(present[name]),
            state=str(present["state"]),
            event=event,
            reason=str(refused.values.get("reason", "")),
            legal=",".join(one for one in possible if one not in (event, "take_back")),
        )

    def link_need(self, issue_id: bytes, values: Mapping[str, Value]) -> Done:
        return doing.link_need(self._store, issue_id, _id(values, "need_id"))

    def unlink_need(self, issue_id: bytes, need_id: bytes) -> Done:
        return doing.unlink_need(self._store, issue_id, need_id)

    def set_agenda(self, meeting_id: bytes, issue_ids: tuple[bytes, ...]) -> Done:
        return doing.set_agenda(self._store, meeting_id, issue_ids)

    def put_on(self, issue_id: bytes, values: Mapping[str, Value]) -> Done:
        """An issue as the last one on the agenda of the meeting that `values` name."""
        meeting_id = _id(values, "meeting_id")
        agenda = reading.meeting(self._store, meeting_id).agenda
        return doing.set_agenda(self._store, meeting_id, (*(row.id for row in agenda), issue_id))

    def attend(self, meeting_id: bytes, lines: list[dict[str, Value]]) -> Done:
        return doing.set_attendance(self._store, meeting_id, lines)

    def vote(self, meeting_id: bytes, values: Mapping[str, Value]) -> Done:
        rest = {name: value for name, value in values.items() if name != "issue_id"}
        return doing.record_vote(self._store, meeting_id, _id(values, "issue_id"), rest)

    def note(self, resolution_id: bytes, values: Mapping[str, Value]) -> Done:
        return doing.note_resolution(self._store, resolution_id, str(values.get("text") or ""))

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)


def _group_of(kind: str, row: Any) -> str:
    """What says in which part of its list a row stands."""
    return str(row.stage if kind == ISSUE else row.state)


def _id(values: Mapping[str, Value], name: str) -> bytes:
    found = values.get(name)
    return found if isinstance(found, bytes) else b""
