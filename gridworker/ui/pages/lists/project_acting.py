"""What can be done with what belongs to a project: correcting and removing its parts, making it regular as next year's,
closing its year and opening it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QWidget

from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.services.projects import yuan
from gridworker.store.queries.projects import ProjectDetail
from gridworker.ui.pages.ask_form import AskForm, Part
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.shown import Verb
from gridworker.ui.pages.lists.source import NEED, Board, Chosen, ListsSource
from gridworker.ui.pages.record_form import Choices, FormPlan
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

#: Fields of each kind of part that may be corrected, and those needed.
_FIELDS = {
    "project_milestone": (("title", "due_on", "done_on", "note"), ("title", "due_on")),
    "project_entry": (("held_on", "head_count", "text"), ("held_on",)),
    "project_budget": (
        ("kind", "title", "planned_fen", "actual_fen", "spent_on"),
        ("kind", "title", "planned_fen"),
    ),
}
#: Such a project answers no further needs.
_ENDED = ("rejected", "continued", "closed")


class Ask(Protocol):
    """Opens the form of a plan; what is filled in goes to the second-last."""

    def __call__(
        self,
        title: str,
        plan: FormPlan,
        save: Callable[[dict[str, Value]], Done],
        words: str | Callable[[], str],
    ) -> None: ...


def parts_of(project: ProjectDetail) -> dict[bytes, tuple[str, str]]:
    """Every part that this account may see: its entity, and how it is called."""
    found = {one.id: ("project_milestone", f"{one.due_on} {one.title}") for one in project.milestones}
    found |= {one.id: ("project_entry", f"{one.held_on} {one.text[:20]}") for one in project.entries}
    return found | {
        one.id: ("project_budget", f"{one.title} {yuan(one.planned_fen)}") for one in project.budget
    }


class ProjectActs:
    """Makes the verbs; forms open over `page`."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: ListsSource,
        presenter: ListsPresenter,
        page: QWidget,
        ask: Ask,
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page, self._ask = presenter, page, ask
        self.form: AskForm | None = None

    def verbs(self, chosen: Chosen, board: Board) -> list[Verb]:
        """What is possible with the parts and the year of the chosen project."""
        project, say = chosen.project, self._wording
        if project is None:
            return []
        found = []
        if board.may_change and not project.year_closed and parts_of(project):
            found.append(
                Verb(say("lists.act.edit_part"), partial(self._pick, project, "edit_part", self._edit))
            )
            found.append(
                Verb(say("lists.act.remove_part"), partial(self._pick, project, "remove_part", self._drop))
            )
        return found + self._of_needs(chosen, board, project)

    def _of_needs(self, chosen: Chosen, board: Board, project: ProjectDetail) -> list[Verb]:
        """A project answers needs: without one it is not submitted."""
        if not board.may_change or project.year_closed or chosen.values["state"] in _ENDED:
            return []
        known = {need.id for need in project.needs}
        others = [pair for pair in board.open_ones[NEED] if pair[0] not in known]
        linked = [(need.id, need.title) for need in project.needs]
        asked = (("link_need", others, self._source.link), ("unlink_need", linked, self._source.unlink))
        return [
            Verb(self._wording(f"lists.act.{act}"), partial(self._need, chosen, act, offered, work))
            for act, offered, work in asked
            if offered
        ]

    def _need(self, chosen: Chosen, act: str, offered: Choices, work: Callable[[bytes, bytes], Done]) -> None:
        plan = FormPlan("project_need", ("need_id",), frozenset(("need_id",)), {}, {"need_id": offered})

        def save(values: dict[str, Value]) -> Done:
            need = values["need_id"]
            return work(chosen.record, need if isinstance(need, bytes) else b"")

        self._ask(self._wording(f"lists.act.{act}"), plan, save, self._wording("lists.told.saved"))

    def verbs_of_year(self, chosen: Chosen, board: Board) -> list[Verb]:
        """Closing the year of the chosen project, or opening it again: the last of all."""
        project = chosen.project
        if project is None or not board.may_freeze:
            return []
        name = "open_year" if project.year_closed else "close_year"
        words = self._wording(f"lists.act.{name}", year=project.row.year)
        return [Verb(words, partial(self._year, project.row.year, name), "quiet")]

    def _pick(self, project: ProjectDetail, name: str, go: Callable[[bytes, str], None]) -> None:
        """Ask which part is meant."""
        parts, say = parts_of(project), self._wording
        choices = [(record, words) for record, (_, words) in parts.items()]
        part = Part("part", say("lists.act.which_part"), choices=choices)
        form = AskForm(
            self._theme,
            say,
            say(f"lists.act.{name}").rstrip("…"),
            say("lists.act.choose"),
            [part],
            self._page,
        )

        def chosen(values: dict[str, Value]) -> None:
            record = values["part"]
            if isinstance(record, bytes):
                form.accept()
                go(record, parts[record][0])

        form.asked.connect(chosen)
        self.form = form
        form.open()

    def _edit(self, record: bytes, entity: str) -> None:
        names, needed = _FIELDS[entity]
        seen = self._source.part_seen(entity, record, names)
        plan = FormPlan(entity, names, frozenset(needed), seen)
        save = partial(self._source.edit_part, entity, record, seen)
        self._ask(
            self._wording("lists.act.edit_part").rstrip("…"), plan, save, self._wording("lists.told.saved")
        )

    def _drop(self, record: bytes, entity: str) -> None:
        self._presenter.act(
            partial(self._source.remove_part, entity, record), self._wording("lists.told.saved")
        )

    def _year(self, year: int, name: str) -> None:
        words = self._wording(f"lists.told.{name}", year=year)
        self._presenter.act(partial(self._source.mark_year, year, name), words)

    def carry_over(self, chosen: Chosen, title: str) -> None:
        """The form that makes a project regular: how, and the year of the new one."""
        year = int(str(chosen.values["year"])) + 1
        plan = FormPlan(
            "project", ("continued_how", "year"), frozenset(("continued_how", "year")), {"year": year}
        )
        words = self._wording("lists.told.carried", name=str(chosen.values["title"]), year=year)
        self._ask(title, plan, partial(self._source.carry_over, chosen.record), words)
