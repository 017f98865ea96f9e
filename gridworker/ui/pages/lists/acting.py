"""What can be done with the chosen record, as buttons with their forms: only what is possible now for this account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

from gridworker.models.entity import Kind
from gridworker.models.lists import STANDING
from gridworker.models.op import Value
from gridworker.models.project import SUBMITTED
from gridworker.models.registry import BY_NAME
from gridworker.services.acts import Done
from gridworker.store.queries.steps import NextStep
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.project_acting import ProjectActs
from gridworker.ui.pages.lists.promise_acting import PromiseActs
from gridworker.ui.pages.lists.requesting import Requests, name_of_chosen
from gridworker.ui.pages.lists.shown import Verb
from gridworker.ui.pages.lists.source import NEED, PROJECT, RESOURCE, TASK, Board, Chosen, ListsSource
from gridworker.ui.pages.lists.telling import category_word, name_of
from gridworker.ui.pages.record_form import Choices, FormPlan, RecordForm
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

#: Decisions of a screening come with their screening; the step back is the undo of the bar.
_NOT_ALONE = ("approve", "return_for_revision", "reject", "take_back")
_FORM = {
    NEED: ("title", "category", "area_unit_id", "times", "wanted_by", "note"),
    RESOURCE: (
        "name", "kind", "provider_id", "serves", "quantity", "measure", "price_mode", "times", "conditions",
        "valid_from", "valid_to", "contact_post",
    ),
    TASK: ("title", "details", "audience", "due_on"),
    PROJECT: (
        "title", "fund_source", "applicant_org_id", "lead_type", "lead_name", "goal", "target_groups", "content",
        "method", "effect_indicator", "effect_base", "effect_target", "long_term_plan", "start_on", "end_on",
        "sessions_planned",
    ),
}  # fmt: skip
_NEEDED = {
    NEED: frozenset(("title", "category")),
    RESOURCE: frozenset(("name", "kind", "provider_id", "serves", "price_mode", "valid_from")),
    TASK: frozenset(("title", "audience")),
    PROJECT: frozenset(("title",)),
}

#: What is added to a project while it is under way: entity, fields asked for, those needed, what is fixed.
_PARTS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...], dict[str, Value]]] = MappingProxyType(
    {
        "session": (
            "project_entry",
            ("held_on", "head_count", "text"),
            ("held_on", "head_count"),
            {"kind": "session"},
        ),
        "progress": ("project_entry", ("held_on", "text"), ("held_on", "text"), {"kind": "progress"}),
        "milestone": ("project_milestone", ("title", "due_on", "note"), ("title", "due_on"), {}),
        "money": (
            "project_budget",
            ("kind", "title", "planned_fen", "actual_fen", "spent_on"),
            ("kind", "title", "planned_fen"),
            {},
        ),
    }
)
_UNDER_WAY = ("approved", "running", "mid_check", "finished")

Save = Callable[[dict[str, Value]], Done]
#: Steps back are possible, not what is done next.
_BACK = ("reopen", "publish_again", "offer_again")


def asked_for(step: NextStep) -> tuple[str, ...]:
    """The fields that the box of a step asks for; a step without any needs no box."""
    return tuple(name for name in (*step.needs, *step.sets) if name not in ("round", "continues_as_id"))


class ListActs:
    """Makes the verbs of a record and opens their forms over `page`."""

    def __init__(
        self, theme: Theme, wording: Wording, source: ListsSource, presenter: ListsPresenter, page: QWidget
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page = presenter, page
        self.form: RecordForm | None = None
        self.of_project = ProjectActs(theme, wording, source, presenter, page, self._ask)
        self.of_promises = PromiseActs(wording, source, presenter, self._ask)
        self.requests = Requests(wording, source, presenter, self._ask)

    def verbs(self, chosen: Chosen, board: Board) -> list[Verb]:
        """What belongs to its kind, the possible steps, then editing and deleting; the first is the main one."""
        kind, say = chosen.kind, self._wording
        is_open = chosen.values["state"] in ("open", "published")
        edit = Verb(say("lists.act.edit"), partial(self.edit, chosen, board), key="F2")
        may_edit = board.may_change and not (chosen.project and chosen.project.year_closed)
        found = [
            Verb(say(f"lists.act.{name}"), partial(do, chosen, board))
            for name, do, allowed in self._special(chosen, board)
            if allowed and is_open
        ]
        if may_edit and any(step.missing for step in chosen.steps):
            found.append(edit)  # what is missing is filled in before the project goes on
        if kind == PROJECT and board.may_change and chosen.values["state"] in _UNDER_WAY:
            parts = [Verb(say(f"lists.act.{name}"), partial(self._add_part, name, chosen)) for name in _PARTS]
        else:
            parts = []
        first = chosen.values["state"] in ("running", "mid_check")  # else a step is what is done next
        found += parts if first else []
        steps = [] if chosen.project and chosen.project.year_closed else chosen.steps
        if kind == PROJECT and any(step.event == "approve" for step in steps):
            found.append(Verb(say("lists.act.screen"), partial(self._screen, chosen)))
        for step in steps:
            if step.event not in _NOT_ALONE and not step.missing and self._makes_sense(chosen, step):
                words = say(f"choices.{kind}.event.{step.event}")
                asks = "…" if asked_for(step) or step.event == "continue" else ""
                found.append(Verb(f"{words}{asks}", partial(self._step, chosen, step)))
        found += [] if first else parts
        found += self.of_promises.verbs(chosen)
        found += self.of_project.verbs(chosen, board)
        if not chosen.steps or chosen.steps[0].event not in _BACK:
            found[:1] = [replace(verb, kind="primary") for verb in found[:1]]
        if may_edit:
            found += [] if any(verb.key == edit.key for verb in found) else [edit]
            found.append(Verb(say("lists.act.remove"), partial(self._remove, chosen), "quiet"))
        return found + self.of_project.verbs_of_year(chosen, board)

    @staticmethod
    def _makes_sense(chosen: Chosen, step: NextStep) -> bool:
        """What nobody has taken on cannot be done yet."""
        taken = any(claim.state in STANDING for claim in chosen.claims)
        return (chosen.kind, step.event) != (TASK, "finish") or taken

    def _special(
        self, chosen: Chosen, board: Board
    ) -> list[tuple[str, Callable[[Chosen, Board], None], bool]]:
        """What belongs to a kind beside its steps: words, what it does, whether this account may."""
        if chosen.kind == NEED:
            more = (("task", self._task), ("project", self._project), ("link", self._link))
            return [
                ("promise", self.requests.promise, board.may_claim),
                *((n, do, board.may_change) for n, do in more),
            ]
        if chosen.kind == RESOURCE:
            return [("promise_this", self.requests.promise, board.may_claim)]
        taken = any(claim.state == "confirmed" for claim in chosen.claims)
        return [("claim", self.requests.claim, board.may_claim and not taken)] if chosen.kind == TASK else []

    # -- forms -------------------------------------------------------------------------------------------------------

    def _ask(
        self, title: str, plan: FormPlan, save: Save, words: str | Callable[[], str], *, then: str = ""
    ) -> None:
        say, today = self._wording, self._source.today()
        form = RecordForm(
            self._theme, say, title.rstrip("…"), say("lists.form.save"), plan, today, self._page
        )

        def go(values: dict[str, Value]) -> None:
            self._presenter.act(lambda: save(values), words, form.accept, form.show_failure, then=then)

        form.asked.connect(go)
        self.form = form
        form.open()

    def _offered(self, board: Board) -> dict[str, Choices]:
        categories = [(code, category_word(board, self._wording, code)) for code, _ in board.categories]
        return {
            "category": categories,
            "serves": categories,
            "provider_id": board.orgs,
            "applicant_org_id": board.orgs,
            "org_unit_id": board.orgs,
            "area_unit_id": board.areas,
        }

    def new(self, kind: str, board: Board, **seen: Value) -> None:
        """A form for a new record of `kind`."""
        shown: dict[str, Value] = {"valid_from": self._source.today(), **seen}
        plan = self._plan(kind, board, shown)
        need = seen.get("need_id")
        hidden = {"need_id": need} if kind == TASK and need else {}

        def save(values: dict[str, Value]) -> Done:
            return self._source.add(kind, {**values, **hidden}, need if isinstance(need, bytes) else None)

        words = lambda: self._wording("lists.told.added", name=self._typed("title", "name"))  # noqa: E731
        self._ask(self._wording(f"lists.new.{kind}"), plan, save, words, then=kind)

    def _plan(self, kind: str, board: Board, shown: Mapping[str, Value]) -> FormPlan:
        needed = _NEEDED[kind]
        later = frozenset(SUBMITTED) - needed if kind == PROJECT else frozenset()
        return FormPlan(kind, _FORM[kind], needed, shown, self._offered(board), later)

    def _typed(self, *names: str) -> str:
        values = self.form.values() if self.form is not None else {}
        return next((str(values[name]) for name in names if values.get(name)), "")

    def edit(self, chosen: Chosen, board: Board) -> None:
        """The form of what is known of a record."""
        kind, values = chosen.kind, chosen.values
        plan = self._plan(kind, board, values)
        work = partial(self._source.edit, kind, chosen.record, values)
        self._ask(self._wording(f"lists.edit.{kind}"), plan, work, self._wording("lists.told.saved"))

    # -- steps -------------------------------------------------------------------------------------------------------

    def _step(self, chosen: Chosen, step: NextStep) -> None:
        kind, say = chosen.kind, self._wording
        title = say(f"choices.{kind}.event.{step.event}")
        if (kind, step.event) == (PROJECT, "continue"):
            self.of_project.carry_over(chosen, title)
            return
        words = say("lists.told.step", name=name_of_chosen(chosen), step=title)
        work = partial(self._source.cause, kind, chosen.record, step.event)
        names = asked_for(step)
        if not names:
            self._presenter.act(lambda: work({}), words)
            return
        today = {n: self._source.today() for n in names if BY_NAME[kind].field(n).kind is Kind.DAY}
        self._ask(title, FormPlan(kind, names, frozenset(step.needs), today), work, words)

    def _screen(self, chosen: Chosen) -> None:
        plan = FormPlan("project_screening", ("passed", "decision", "reason"), frozenset(("decision",)))
        words = self._wording("lists.told.saved")
        self._ask(self._wording("lists.act.screen"), plan, partial(self._source.screen, chosen.record), words)

    def _add_part(self, name: str, chosen: Chosen) -> None:
        entity, names, required, fixed = _PARTS[name]
        seen: dict[str, Value] = {"held_on": self._source.today()}
        plan = FormPlan(entity, names, frozenset(required), seen)

        def save(values: dict[str, Value]) -> Done:
            return self._source.add_part(entity, chosen.record, {**values, **fixed})

        self._ask(self._wording(f"lists.act.{name}"), plan, save, self._wording("lists.told.saved"))

    def _remove(self, chosen: Chosen) -> None:
        words = self._wording("lists.told.removed", name=name_of_chosen(chosen))
        self._presenter.act(partial(self._source.remove, chosen.kind, chosen.record), words)

    # -- from a need -------------------------------------------------------------------------------------------------

    def _task(self, chosen: Chosen, board: Board) -> None:
        self.new(TASK, board, title=chosen.values["title"], need_id=chosen.record)

    def _project(self, chosen: Chosen, board: Board) -> None:
        self.new(PROJECT, board, title=chosen.values["title"], need_id=chosen.record)

    def _link(self, chosen: Chosen, board: Board) -> None:
        offered: dict[str, Choices] = {"project_id": board.open_ones[PROJECT]}
        plan = FormPlan("resource_promise", ("project_id",), frozenset(("project_id",)), {}, offered)

        def save(values: dict[str, Value]) -> Done:
            project = values["project_id"]
            return self._source.link(project if isinstance(project, bytes) else b"", chosen.record)

        words = lambda: self._wording("lists.told.linked", name=self._project_name(board))  # noqa: E731
        self._ask(self._wording("lists.act.link"), plan, save, words)

    def _project_name(self, board: Board) -> str:
        record = self.form.values().get("project_id") if self.form is not None else None
        return name_of(board, record) if isinstance(record, bytes) else ""
