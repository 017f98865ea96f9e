"""The plan page: the week by day and micro-grid, proposals with their reasons between what is planned, and how far each
micro-grid has come. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.models.period import Period
from gridworker.models.planning import Proposal
from gridworker.store.queries.week_plan import PlanRow, Progress
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.plan.add_dialog import AddDialog
from gridworker.ui.pages.plan.presenter import Planned, PlanPresenter, Weeks
from gridworker.ui.pages.plan.settings_row import CapacityRow
from gridworker.ui.pages.planning.round_items import RoundItem, week_items
from gridworker.ui.pages.planning.round_list import RoundList
from gridworker.ui.pages.planning.row_acts import RowActs
from gridworker.ui.pages.planning.week_stepper import WeekStepper
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.pages.report.week_end_strip import WeekEndStrip

_SIDE_PX = 300


class PlanPage(RecordsPage):
    """`visit_wanted(household_id)`, `walk_list_wanted(week)`, `changed(Changes)` after an act, `left` when Esc leads
    back."""

    presenter: PlanPresenter

    visit_wanted = Signal(bytes)
    walk_list_wanted = Signal(str)
    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Weeks) -> None:
        super().__init__(theme, wording, wording("plan_page.title"))
        self._source = source
        self.week_end: WeekEndStrip | None = None
        self._added: frozenset[bytes] = frozenset()
        self.presenter = PlanPresenter(source, partial(background.run, owner=self), self)
        self.acts = RowActs(theme, wording, source, self.presenter.act, self.undo_bar, self)
        self.weeks = WeekStepper(theme, wording)
        self.capacity = CapacityRow(theme, wording)
        self.print_button = Button(theme, wording("today.print"), icon="printer", key="P")
        self.accept_button = Button(
            theme, wording("plan_page.accept_all"), "primary", icon="check", key="Ctrl+↵"
        )
        self.list = RoundList(theme, wording("plan_page.list_name"))
        self.progress = RoundList(theme, wording("plan_page.progress"), "", points=False)
        self._fill()
        self._connect()
        self._bind_keys()
        self._lay_out()

    def _fill(self) -> None:
        theme, wording = self._theme, self._wording
        self.header = CardHeader(
            theme, wording("plan_page.plan"), icon="list-checks", controls=[self.capacity]
        )
        self.card = Card(theme, flush=True)
        self.card.add_header(self.header)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(EmptyState(theme, "calendar-plus", wording("plan_page.empty")))
        self.card.body.addWidget(self._lists)
        self.side = Card(theme, flush=True)
        self.side_header = CardHeader(theme, wording("plan_page.progress"))
        self.side.add_header(self.side_header)
        self.side.body.addWidget(self.progress)
        columns = QHBoxLayout()
        columns.setSpacing(SIZES.gap_4)
        columns.addWidget(self.card, 1)
        columns.addWidget(self.side)
        self.add_view_switch(self.weeks)
        self.add_control(self.print_button)
        self.add_control(self.accept_button)
        self.body.addLayout(columns, 1)

    def _connect(self) -> None:
        self.weeks.stepped.connect(self.presenter.step)
        self.capacity.chosen.connect(self.presenter.keep_capacity)
        self.list.opened.connect(self._open)
        self.accept_button.clicked.connect(self.presenter.accept_all)
        self.print_button.clicked.connect(lambda: self.walk_list_wanted.emit(str(self.presenter.week)))
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)

    def _bind_keys(self) -> None:
        acts, step = self.acts, self.presenter.step
        self.bind_keys(
            {
                "Ctrl+Return": self.presenter.accept_all,
                "Ctrl+Enter": self.presenter.accept_all,
                "Alt+Left": lambda: step(-1),
                "Alt+Right": lambda: step(1),
                "P": lambda: self.walk_list_wanted.emit(str(self.presenter.week)),
                "A": self._add,
                "M": lambda: acts.move(self._chosen()),
                "D": lambda: acts.drop(self._chosen()),
                "R": lambda: acts.reinstate(self._chosen()),
                "Esc": self.left.emit,
            }
        )
        names = {
            "↵": "accept",
            "Ctrl+↵": "accept_all",
            "A": "add",
            "M": "move",
            "D": "drop",
            "R": "reinstate",
            "P": "print",
            "Alt+← →": "week",
            "Esc": "back",
        }
        self.set_hints([KeyHint(key, self._wording(f"plan_page.hint.{name}")) for key, name in names.items()])

    # What the window tells

    def end_with(self, strip: WeekEndStrip) -> None:
        """Show above the plan how the week is closed, for whoever may."""
        self.week_end = strip
        self.body.insertWidget(0, strip)
        self.bind_keys({"Alt+W": strip.close_week})
        self.add_further_hints(KeyHint("Alt+W", self._wording("frozen.page.hint.close")))
        strip.changed.connect(self.changed)
        strip.told.connect(self.undo_bar.tell)
        strip.failed.connect(self.show_error)
        self.narrow_changed.connect(strip.show_narrow)

    def show_scope(self, scope: Scope) -> None:
        """Limit the plan to a node."""
        self.presenter.show_scope(scope)
        self.set_scope_line(scope_facts(scope, narrow=True))

    def first_focus(self) -> QWidget | None:
        return self.list

    # What the presenter tells

    def show_week(self, week: Week) -> None:
        self.weeks.show_week(week, narrow=self.is_narrow)
        if self.week_end is not None and self.presenter.scope is not None:
            self.week_end.show_about(self.presenter.scope, Period.of_week(week))

    def show_planned(self, planned: Planned) -> None:
        wording, plan = self._wording, planned.plan
        names = {micro: name for micro, name, _ in plan.micros}
        items = week_items(plan.rows, planned.proposed, wording, self._source.today(), names)
        self.list.show_items(items)
        self._show_added()
        self._lists.setCurrentIndex(0 if items else 1)
        self.capacity.show_capacity(planned.capacity)
        self.header.facts.show_facts(self._progress_facts(plan.total))
        self._show_acceptable()
        count = len(planned.proposed)
        self.accept_button.say_why_disabled(None if count else wording("plan_page.nothing_proposed"))
        self.progress.show_items([self._micro_item(name, part) for _, name, part in plan.micros])
        self.side_header.facts.show_facts((self._coverage(plan.total),))

    def _show_acceptable(self) -> None:
        planned, narrow = self.presenter.planned, self.is_narrow
        key = "plan_page.accept_short" if narrow else "plan_page.accept_count"
        self.accept_button.set_label(self._wording(key, count=len(planned.proposed) if planned else 0))
        self.print_button.set_label(self._wording("roster.print" if narrow else "today.print"))

    def _progress_facts(self, part: Progress) -> tuple[str, ...]:
        wording = self._wording
        return (
            wording("plan_page.planned", count=part.planned),
            wording("plan_page.done", count=part.done),
            wording("plan_page.absent", count=part.absent),
        )

    def _coverage(self, part: Progress) -> str:
        return self._wording("plan_page.coverage", share=_share(part))

    def _micro_item(self, name: str, part: Progress) -> RoundItem:
        met = self._wording("plan_page.met", met=part.met, reachable=part.reachable)
        return RoundItem("row", name, name, who=self._progress_facts(part), why=(self._coverage(part), met))

    def accepted(self, changes: Changes, count: int) -> None:
        words = self._wording("plan_page.accepted", count=count)
        self.undo_bar.tell(words, lambda: self.presenter.withdraw(changes))

    def records_saved(self, changes: Changes) -> None:
        if changes:
            self.changed.emit(changes)

    # What the person does

    def _chosen(self) -> PlanRow | None:
        item = self.list.selected()
        return item.key if item is not None and isinstance(item.key, PlanRow) else None

    def _open(self, item: RoundItem) -> None:
        """A proposal enters the plan; a planned household is visited."""
        if isinstance(item.key, Proposal):
            self.presenter.accept([item.key])
        elif isinstance(item.key, PlanRow):
            self.visit_wanted.emit(item.key.home.id)

    def _tell_added(self, changes: Changes, door: str) -> None:
        """Say it, with its undo, and choose it in the list; what stood there already has nothing to take back."""
        self._added = frozenset(changes.touched.get("plan_item", ()))
        if self._added:
            words = self._wording("plan_page.added", door=door)
            self.undo_bar.tell(words, lambda: self.presenter.withdraw(changes))
        else:
            self.undo_bar.tell(self._wording("plan_page.there_already", door=door))

    def _show_added(self) -> None:
        for place, item in enumerate(self.list.items):
            if isinstance(item.key, PlanRow) and item.key.id in self._added:
                self.list.choose_line(place)
        self._added = frozenset()

    def _add(self) -> None:
        scope = self.presenter.scope
        if scope is None:
            return
        dialog, week = AddDialog(self._theme, self._wording, self), self.presenter.week

        done = Changes()

        def work() -> Changes:
            nonlocal done
            done = self._source.add(scope, week, dialog.door.text())
            return done

        def added() -> None:
            dialog.accept()
            self._tell_added(done, dialog.door.text().strip())

        dialog.asked.connect(lambda: self.presenter.act(work, added, dialog.show_failure))
        dialog.open()

    # How it is laid out

    def _lay_out(self) -> None:
        self.side.setVisible(not self.is_narrow)
        width = round(_SIDE_PX * (1 + 0.46 * (self._theme.tokens.scale - 1)))
        self.side.setFixedWidth(width)
        self.header.facts.setVisible(not self.is_narrow)
        self._show_acceptable()
        self.weeks.show_week(self.presenter.week, narrow=self.is_narrow)


def _share(part: Progress) -> str:
    """How many of those who can be visited were met, in whole per cent."""
    return f"{100 * part.met / part.reachable:.0f}%" if part.reachable else "—"
