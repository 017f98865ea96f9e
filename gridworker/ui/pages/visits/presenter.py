"""What the visits page does: which household is being written down, when its draft is kept, what is saved, who is
next. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.models.visit import USUAL_MODES
from gridworker.services.demands import DemandForm
from gridworker.services.visits import Logged, VisitForm
from gridworker.store.queries.visit_record import VisitRecord
from gridworker.store.queries.week_plan import PlanRow, Progress
from gridworker.store.rows import DraftRow, Hit, HouseholdDetail, HouseholdRow, Scope, VisitRow
from gridworker.ui.pages.demands.form_body import bodies_of, form_of
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run
from gridworker.ui.pages.visits.form_values import FormValues, faults, visit_form

_CONCERNING = (
    "household",
    "plan_item",
    "visit",
    "visit_amendment",
    "visit_void",
    "visit_comment",
    "coverage",
)


@dataclass(frozen=True)
class Plan:
    """What the left column shows: drafts, the plan of the week, the first of the other households that wait
    (`waiting` in all), this week's visits."""

    week: int = 0
    drafts: tuple[DraftRow, ...] = ()
    due: tuple[HouseholdRow, ...] = ()
    done: tuple[VisitRow, ...] = ()
    me: str = ""
    my_id: str = ""  # of the own member, hex
    waiting: int = 0
    planned: tuple[PlanRow, ...] = ()
    progress: Progress = field(default_factory=Progress)
    with_needs: frozenset[bytes] = frozenset()  # of those who wait, who asked for a service

    def only(self, chosen: frozenset[bytes]) -> Plan:
        """The plan of these households alone."""
        due = tuple(row for row in self.due if row.id in chosen)
        return replace(self, due=due, planned=tuple(row for row in self.planned if row.home.id in chosen))

    @property
    def round(self) -> tuple[HouseholdRow, ...]:
        """Whom to visit, in this order: what is planned and still open, then who waits beside the plan."""
        return (*(row.home for row in self.planned if row.open), *self.due)


@dataclass(frozen=True)
class Opening:
    """A household as the form opens on it; `body` is its draft, if one was begun; `linked` the other members who keep
    in touch with it (联户), as ids and names, and `mine` whether the account's own member does."""

    detail: HouseholdDetail
    draft_id: bytes
    body: Mapping[str, object] | None = None
    kept_at: str = ""
    linked: tuple[tuple[bytes, str], ...] = ()
    mine: bool = False


@dataclass(frozen=True)
class SavedVisit:
    """A saved visit as it stands with all that is written of it, the household it was made to, and whether it may be
    corrected from here."""

    row: VisitRow
    detail: HouseholdDetail
    record: VisitRecord
    correctable: bool = True


class Visits(Protocol):
    """What the page asks of the open profile. `today`, `now` and `alone` are known at once; the rest may take time."""

    def today(self) -> str: ...

    def now(self) -> str: ...

    def alone(self) -> bool: ...

    def plan(self, scope: Scope) -> Plan: ...

    def find(self, text: str) -> Sequence[Hit]: ...

    def opening(self, household_id: bytes) -> Opening: ...

    def keep(self, draft_id: bytes, household_id: bytes, body: Mapping[str, object]) -> str: ...

    def drop(self, draft_id: bytes) -> None: ...

    def log(self, form: VisitForm, draft_id: bytes, demands: Sequence[DemandForm]) -> Logged: ...

    def visit(self, visit_id: bytes) -> SavedVisit: ...

    def amend(self, visit_id: bytes, corrections: Mapping[str, str | None], reason: str) -> Changes: ...

    def void(self, visit_id: bytes, reason: str) -> Changes: ...

    def comment(self, visit_id: bytes, text: str) -> Changes: ...


class VisitsView(Protocol):
    """What the presenter tells the page."""

    def show_plan(self, plan: Plan) -> None: ...

    def show_form(self, opening: Opening, values: FormValues, next_door: str) -> None: ...

    def show_next(self, next_door: str) -> None: ...

    def show_nothing(self) -> None: ...

    def ask_door(self) -> None: ...

    def show_visit(self, visit: SavedVisit) -> None: ...

    def show_kept(self, at: str) -> None: ...

    def show_faults(self, found: Mapping[str, str]) -> None: ...

    def show_saving(self, saving: bool) -> None: ...

    def visit_saved(self, logged: Logged, door: str) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


@dataclass
class _Open:
    """The form in hand. `version` counts edits; `kept` is the version last handed to the store."""

    opening: Opening
    values: FormValues
    version: int = 0
    kept: int = 0
    saving: bool = field(default=False)


#: Before the first answer.
_NO_PLAN = Plan()


class VisitsPresenter(ScopedPresenter):
    """Drafts and saves go through one lane in order, so a draft is never written after the visit it became."""

    concerning = _CONCERNING

    def __init__(self, source: Visits, run: Run, view: VisitsView) -> None:
        super().__init__()
        self._source, self._run, self._view = source, run, view
        self._plan = self._whole = _NO_PLAN
        self._wants_first = False
        self._only_needs = False
        self._open: _Open | None = None

    # -- the list -------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        self.stale = False
        scope = self._scope
        if scope is not None:
            self._run(
                lambda: self._source.plan(scope), self._planned, self._view.show_error, topic="visits.plan"
            )

    def show_needs(self, only: bool) -> None:
        """Limit the list to those who asked for a service, or show everybody again."""
        self._only_needs = only
        self._planned(self._whole)

    def _planned(self, plan: Plan) -> None:
        self._whole = plan
        self._plan = plan.only(plan.with_needs) if self._only_needs and plan.with_needs else plan
        self._view.show_plan(self._plan)
        self._view.show_next(self._next_door())
        if self._wants_first:
            self.begin_first()

    def _next(self) -> HouseholdRow | None:
        """The household after the open one in the list; the first one if the open one is not in it."""
        rows = self._plan.round
        here = self.open_household
        drafted = {draft.household_id for draft in self._plan.drafts}
        at = next((place for place, row in enumerate(rows) if row.id == here), -1)
        later = [*rows[at + 1 :], *(rows[:at] if at > 0 else ())]
        return next((row for row in later if row.id != here and row.id not in drafted), None)

    def _next_door(self) -> str:
        found = self._next()
        return found.door if found else ""

    # -- the form -------------------------------------------------------------------------------------------------

    @property
    def open_household(self) -> bytes | None:
        return self._open.opening.detail.row.id if self._open else None

    def begin(self, household_id: bytes) -> None:
        """Write down a visit to this household; a draft begun earlier is taken up again."""
        if household_id == self.open_household:
            return
        self.keep_draft()
        self._run(
            lambda: self._source.opening(household_id),
            self._opened,
            self._view.show_error,
            topic="visits.open",
        )

    def begin_first(self) -> None:
        """The household that waits at the top of the list, as soon as there is a list; where nobody waits, the door is
        asked for."""
        self._wants_first = self._whole is _NO_PLAN
        if self._plan.round:
            self.begin(self._plan.round[0].id)
        elif not self._wants_first:
            self._view.ask_door()

    def _opened(self, opening: Opening) -> None:
        promised = {row.home.id for row in self._plan.planned if row.reason == "promised"}
        blank = FormValues(
            visited_on=self._source.today(),
            start_at=self._source.now(),
            mode=USUAL_MODES.get(opening.detail.row.target, "door"),
            purpose="revisit" if opening.detail.row.id in promised else "routine",
        )
        values = FormValues.from_body(opening.body, blank) if opening.body else blank
        self._open = _Open(opening, values)
        self._view.show_form(opening, values, self._next_door())

    def edited(self, values: FormValues) -> None:
        """The form changed. The page calls `keep_draft` within a second."""
        if self._open is not None and values != self._open.values:
            self._open.values = values
            self._open.version += 1

    def keep_draft(self) -> None:
        """Store what was typed since the last time, if anything."""
        form = self._open
        if form is None or form.saving or form.kept == form.version:
            return
        form.kept = form.version
        draft, household, body = form.opening.draft_id, form.opening.detail.row.id, form.values.body()

        def kept(at: str) -> None:
            if self._open is form:
                self._view.show_kept(at)

        def failed(error: Exception) -> None:
            form.kept = -1  # not on the disk: try again with the next edit
            self._view.show_error(error)

        self._run(lambda: self._source.keep(draft, household, body), kept, failed, lane="serial")

    def keep_now(self) -> None:
        """Store the draft before this returns: the window is about to lock or close."""
        form = self._open
        if form is not None and form.kept != form.version:
            form.kept = form.version
            self._source.keep(form.opening.draft_id, form.opening.detail.row.id, form.values.body())

    def put_aside(self) -> None:
        """Leave the form; what was typed stays as a draft."""
        begun = self._open is not None and self._open.version > 0
        self.keep_draft()
        self._open = None
        self._view.show_nothing()
        if begun:
            self._run(lambda: None, lambda _: self.reload(), lane="serial")  # after the draft is on the disk

    def discard(self) -> None:
        """Throw the draft away; the page has asked."""
        form, self._open = self._open, None
        self._view.show_nothing()
        if form is not None:
            draft = form.opening.draft_id
            self._run(
                lambda: self._source.drop(draft),
                lambda _: self.reload(),
                self._view.show_error,
                lane="serial",
            )

    def save(self, *, then_next: bool) -> None:
        """Save the visit for good; with `then_next` the next household opens."""
        form = self._open
        if form is None or form.saving:
            return
        today = self._source.today()
        found = faults(form.values, today)
        self._view.show_faults(found)
        if found:
            return
        form.saving = True
        self._view.show_saving(True)
        home = form.opening.detail.row
        visit = visit_form(home.id, form.values, today, home.target)
        said = [form_of(one) for one in bodies_of(form.values.demands)]
        following = self._next() if then_next else None
        self._run(
            lambda: self._source.log(visit, form.opening.draft_id, said),
            lambda logged: self._logged(form, logged, following),
            lambda error: self._not_logged(form, error),
            lane="serial",
        )

    def _logged(self, form: _Open, logged: Logged, following: HouseholdRow | None) -> None:
        self._view.show_saving(False)
        self._view.visit_saved(logged, form.opening.detail.row.door)
        if self._open is form:
            self._open = None
            if following is not None:
                self.begin(following.id)
            else:
                self._view.show_nothing()
        self._view.records_saved(logged.changes)

    def _not_logged(self, form: _Open, error: Exception) -> None:
        """Everything typed stays in the form, and in its draft."""
        form.saving = False
        form.kept = -1
        self._view.show_saving(False)
        if isinstance(error, FieldInvalid):
            self._view.show_faults({str(error.values.get("field", "")): str(error.values.get("reason", ""))})
        else:
            self._view.show_error(error)
        self.keep_draft()

    # -- visits that were saved -----------------------------------------------------------------------------------

    def open_visit(self, visit_id: bytes) -> None:
        """Show a visit of this week, to read, correct, void or remark on."""
        self.keep_draft()
        self._open = None
        self._run(
            lambda: self._source.visit(visit_id),
            self._view.show_visit,
            self._view.show_error,
            topic="visits.open",
        )

    def act(
        self,
        visit_id: bytes,
        work: Callable[[], Changes],
        failed: Callable[[Exception], None],
        done: Callable[[], None],
    ) -> None:
        """Run one of amend, void, comment and show the visit as it stands then (unless a form is open)."""

        def saved(changes: Changes) -> None:
            done()
            self._view.records_saved(changes)
            if self._open is None:
                self.open_visit(visit_id)

        self._run(work, saved, failed, lane="serial")
