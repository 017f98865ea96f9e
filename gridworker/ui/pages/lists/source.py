"""The questions and acts of the three lists, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from gridworker.models.funnel import Funnel
from gridworker.models.lists import STANDING
from gridworker.models.matching import Suggestion
from gridworker.models.op import Value
from gridworker.services import acts, catalogues, lists, projects, steps
from gridworker.services.acts import Done
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import list_counts, list_links, matching
from gridworker.store.queries import lists as reading
from gridworker.store.queries import projects as project_reading
from gridworker.store.queries import steps as step_reading
from gridworker.store.queries.list_counts import ListCounts
from gridworker.store.queries.lists import ClaimRow, NeedRow, PromiseRow, ResourceRow, TaskRow
from gridworker.store.queries.projects import ProjectDetail, ProjectRow
from gridworker.store.queries.steps import NextStep
from gridworker.store.queries.ways import Way, ways
from gridworker.ui.pages.paging import Extents

NEED, RESOURCE, TASK, PROJECT = "need", "resource", "task", "project"
#: Where the rows of a list stand on the board.
_ROWS = {NEED: "needs", RESOURCE: "resources", TASK: "tasks", PROJECT: "projects"}
_READERS: Mapping[str, Callable[..., tuple[Any, ...]]] = {
    NEED: reading.needs,
    RESOURCE: reading.resources,
    TASK: reading.tasks,
    PROJECT: project_reading.projects,
}
_ADD = {NEED: lists.add_need, RESOURCE: lists.add_resource, TASK: lists.publish_task, PROJECT: projects.add}
_EDIT = {NEED: lists.edit_need, RESOURCE: lists.edit_resource, TASK: lists.edit_task, PROJECT: projects.edit}
_REMOVE = {
    NEED: lists.remove_need,
    RESOURCE: lists.remove_resource,
    TASK: lists.remove_task,
    PROJECT: projects.remove,
}


@dataclass(frozen=True)
class Board:
    """The lists as they are now, as far as they were read. `categories`, `orgs`, `areas` and `open_ones` (the open
    records of a kind) are what forms offer."""

    needs: tuple[NeedRow, ...]
    resources: tuple[ResourceRow, ...]
    tasks: tuple[TaskRow, ...]
    projects: tuple[ProjectRow, ...]
    counts: ListCounts
    funnel: Funnel
    categories: tuple[tuple[str, str], ...]
    orgs: tuple[tuple[bytes, str], ...]
    areas: tuple[tuple[bytes, str], ...]
    may_change: bool
    may_claim: bool
    open_ones: Mapping[str, tuple[tuple[bytes, str], ...]]
    may_freeze: bool = False

    def rows(self, kind: str) -> tuple[Any, ...]:
        """The rows of one list."""
        return tuple(getattr(self, _ROWS[kind]))


@dataclass(frozen=True)
class Bound:
    """A promise or a claim (`entity`) that stands, by the name of its other end, with the `steps` it may take."""

    entity: str
    id: bytes
    name: str
    steps: tuple[NextStep, ...]


@dataclass(frozen=True)
class Chosen:
    """One record with what leads to and from it: its `ways`, the `steps` it may take, what is `bound` to it,
    what fits, who wants a task (`claims`), and by the id of a refused promise the one that stands instead
    (`holders`)."""

    kind: str
    record: bytes
    values: dict[str, Value]
    ways: tuple[Way, ...]
    steps: tuple[NextStep, ...]
    promises: tuple[PromiseRow, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    project: ProjectDetail | None = None
    bound: tuple[Bound, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    holders: Mapping[bytes, PromiseRow] = field(default_factory=dict)

    @property
    def linked(self) -> frozenset[bytes]:
        """The records at the other ends."""
        return frozenset(way.id for way in self.ways)


class ListsSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.extents = Extents()

    def today(self) -> str:
        return str(self._store.clock.today())

    def board(self) -> Board:
        store = self._store
        rights = {right for grant in store.grants() for right in grant.role.may}
        rows = {kind: self.extents.rows(kind, partial(self._read, kind)) for kind in _ROWS}
        return Board(
            rows[NEED],
            rows[RESOURCE],
            rows[TASK],
            rows[PROJECT],
            list_counts.list_counts(store),
            project_reading.project_funnel(store),
            tuple((entry.code, entry.name) for entry in catalogues.entries(store, "demand_category")),
            list_links.organisations(store),
            list_links.areas(store),
            may_change="projects" in rights,
            may_claim="claims" in rights,
            open_ones={kind: list_links.open_ones(store, kind) for kind in (NEED, RESOURCE, PROJECT)},
            may_freeze="freeze" in rights,
        )

    def _read(self, kind: str, after: Any, limit: int) -> tuple[Any, ...]:
        """So many rows of a list after the row `after`."""
        return _READERS[kind](self._store, after=None if after is None else after.key, limit=limit)

    def further(self, kind: str, board: Board) -> Board:
        """The board with the next page of one list; the same where there is none."""
        rows: Any = self.extents.further(kind, board.rows(kind), partial(self._read, kind))
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
        promised = reading.promises(store, of=kind, record_id=record)
        fits = matching.suggestions(store, [record]) if kind == NEED and values["state"] == "open" else ()
        detail = project_reading.project(store, record) if kind == PROJECT else None
        claims = reading.claims(store, record) if kind == TASK else ()
        leads, bound = ways(store, kind, record), self._bound(kind, values, promised, claims)
        holders = self._holders(kind, promised)
        return Chosen(kind, record, values, leads, possible, promised, fits, detail, bound, claims, holders)

    def _holders(self, kind: str, promised: tuple[PromiseRow, ...]) -> dict[bytes, PromiseRow]:
        """Of each refused promise the newest that stands instead."""
        found: dict[bytes, PromiseRow] = {}
        for one in promised:
            if one.refusal == "promised_already":
                others = promised if kind == RESOURCE else self._promises_of(one.resource_id)
                stands = next((other for other in others if other.state in STANDING), None)
                found |= {one.id: stands} if stands is not None else {}
        return found

    def _promises_of(self, resource: bytes) -> tuple[PromiseRow, ...]:
        return reading.promises(self._store, of=RESOURCE, record_id=resource)

    def _bound(
        self,
        kind: str,
        values: Mapping[str, Value],
        promised: tuple[PromiseRow, ...],
        claims: tuple[ClaimRow, ...],
    ) -> tuple[Bound, ...]:
        """What may still be done with promises and claims."""
        held = [
            ("resource_promise", one.id, one.purpose if kind == RESOURCE else one.resource)
            for one in promised
        ]
        held += [("task_claim", one.id, one.org) for one in claims]
        if kind == TASK and values["state"] != "published":
            return ()  # what is done is not given up any more
        found = (Bound(entity, one, name, self._steps_of(entity, one)) for entity, one, name in held)
        return tuple(bound for bound in found if bound.steps)

    def _steps_of(self, entity: str, record: bytes) -> tuple[NextStep, ...]:
        """The steps of one promise or claim. Whoever gave it lets go of it, else the office, what somebody left
        behind."""
        store = self._store
        given = acts.present_values(store, entity, record, ("by_member_id",))["by_member_id"]
        own = given == store.known.member_id
        own = own or any("projects" in grant.role.may for grant in store.grants())
        possible = step_reading.next_steps(store, entity, record)
        return tuple(step for step in possible if own or step.event != "release")

    def seen(self, kind: str, record: bytes) -> dict[str, Value]:
        return acts.present_values(self._store, kind, record, tuple(steps.fields_of(kind)))

    # -- acts --------------------------------------------------------------------------------------------------------

    def add(self, kind: str, values: Mapping[str, Value], need_id: bytes | None = None) -> Done:
        if kind == PROJECT:
            return projects.add(self._store, values, (need_id,) if need_id else ())
        return _ADD[kind](self._store, values)

    def edit(self, kind: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
        shown = {name: seen.get(name) for name in values}
        return _EDIT[kind](self._store, record, shown, values)

    def remove(self, kind: str, record: bytes) -> Done:
        return _REMOVE[kind](self._store, record)

    def cause(self, kind: str, record: bytes, event: str, values: Mapping[str, Value]) -> Done:
        if kind == PROJECT and event == "screen":
            return projects.begin_screening(self._store, record)
        return steps.cause(self._store, kind, record, event, **values)

    def screen(self, record: bytes, values: Mapping[str, Value]) -> Done:
        me = self._store.known.member_id
        passed = [code for code in str(values.get("passed") or "").split(",") if code]
        return projects.screen(
            self._store,
            record,
            me,
            passed,
            str(values.get("decision") or ""),
            str(values.get("reason") or ""),
        )

    def promise(self, resource_id: bytes, values: Mapping[str, Value]) -> lists.Asked:
        return lists.promise(self._store, resource_id, values)

    def claim(self, task_id: bytes, values: Mapping[str, Value]) -> lists.Asked:
        org = values.get("org_unit_id")
        return lists.claim(
            self._store, task_id, org if isinstance(org, bytes) else b"", str(values.get("note") or "")
        )

    def add_part(self, entity: str, project_id: bytes, values: Mapping[str, Value]) -> Done:
        return projects.add_part(self._store, entity, project_id, values)

    def part_seen(self, entity: str, record: bytes, names: tuple[str, ...]) -> dict[str, Value]:
        return acts.present_values(self._store, entity, record, names)

    def edit_part(
        self, entity: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
    ) -> Done:
        return projects.edit_part(self._store, entity, record, seen, values)

    def remove_part(self, entity: str, record: bytes) -> Done:
        return projects.remove_part(self._store, entity, record)

    def carry_over(self, record: bytes, values: Mapping[str, Value]) -> Done:
        """Make a project regular as a new one of the year that was filled in."""
        return projects.carry_over(
            self._store, record, str(values.get("continued_how") or ""), int(str(values.get("year") or 0))
        )

    def mark_year(self, year: int, name: str) -> Done:
        """`close_year` or `open_year`."""
        return (projects.close_year if name == "close_year" else projects.open_year)(self._store, year)

    def link(self, project_id: bytes, need_id: bytes) -> Done:
        return projects.link_need(self._store, project_id, need_id)

    def unlink(self, project_id: bytes, need_id: bytes) -> Done:
        return projects.unlink_need(self._store, project_id, need_id)

    def answer(self, entity: str, record: bytes) -> tuple[str, str]:
        """State and refusal of a promise or claim. Raises NotFound where it is gone."""
        found = acts.present_values(self._store, entity, record, ("state", "refusal"))
        return str(found["state"]), str(found["refusal"] or "")

    def act(self, work: Callable[[], Done]) -> Done:
        return work()

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)
