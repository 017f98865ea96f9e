"""The page Today: my round in walking order, promised callbacks, who is on duty, drafts, what is overdue or not sent.
Widgets only; what happens is the presenter's."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.models.days import day as date_of
from gridworker.store.queries.day_round import DayRound
from gridworker.store.queries.roster import DutyRow
from gridworker.store.queries.week_plan import PlanRow
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.planning.round_items import RoundItem, day_words, plan_item, round_items, week_items
from gridworker.ui.pages.planning.round_list import RoundList
from gridworker.ui.pages.planning.row_acts import RowActs
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.today.presenter import Beside, Days, TodayPresenter
from gridworker.ui.pages.today.side import SideColumn
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_SIDE_PX = 352
_PARTS = ("round", "side")
#: What the last line stands for when there are more than were read.
MORE = "more"
#: A visit that nobody planned: its door is asked for.
NOBODY = b""
_NOTHING_BUILT = 2


class TodayPage(RecordsPage):
    """`visit_wanted(household_id or NOBODY)`, `demand_wanted(id)`, `referral_wanted(id)`, `matter_wanted(kind, id)`,
    `plan_wanted`, `walk_list_wanted(day)`, `roster_wanted`, `places_wanted` lead to other pages; `changed(Changes)`
    after an act. With `big` the button for a visit is as large as buttons get."""

    presenter: TodayPresenter

    visit_wanted = Signal(bytes)
    plan_wanted = Signal()
    walk_list_wanted = Signal(str)
    roster_wanted = Signal()
    places_wanted = Signal()
    demand_wanted = Signal(bytes)
    referral_wanted = Signal(bytes)
    matter_wanted = Signal(str, bytes)
    changed = Signal(object)

    def __init__(
        self, theme: Theme, wording: Wording, background: Background, source: Days, *, big: bool = False
    ) -> None:
        super().__init__(theme, wording, wording("today.title"))
        self._source = source
        self._round: DayRound | None = None
        self._beside: Beside | None = None
        self.presenter = TodayPresenter(source, partial(background.run, owner=self), self)
        self.acts = RowActs(theme, wording, source, self.presenter.act, self.undo_bar, self)
        self.visit_button = Button(theme, wording("today.visit"), "primary", icon="plus", key="Ctrl+N")
        self.visit_button.set_big(big)
        self.print_button = Button(
            theme, wording("today.print"), "quiet", icon="printer", key="P", small=True
        )
        self.plan_button = Button(
            theme, wording("today.adjust"), "quiet", icon="list-checks", key="F7", small=True
        )
        self.list = RoundList(theme, wording("today.round_name"), action=wording("today.start"))
        self.side = SideColumn(theme, wording)
        self.parts = Segment(
            theme, [(key, wording(f"today.part.{key}")) for key in _PARTS], name=wording("today.parts")
        )
        self._fill()
        self._connect()
        self._bind_keys()
        self._lay_out()

    def _fill(self) -> None:
        theme, wording = self._theme, self._wording
        self.header = CardHeader(
            theme, wording("today.round"), icon="footprints", controls=[self.print_button, self.plan_button]
        )
        self.card = Card(theme, flush=True)
        self.card.add_header(self.header)
        begin = Button(theme, wording("today.plan_first"), "primary", icon="calendar-plus")
        begin.clicked.connect(self.plan_wanted)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(EmptyState(theme, "footprints", wording("today.nothing_planned"), begin))
        self.build_button = Button(theme, wording("today.build"), "primary", icon="network", key="Ctrl+O")
        self.build_button.clicked.connect(self.places_wanted)
        self._lists.addWidget(EmptyState(theme, "house", wording("today.nothing_built"), self.build_button))
        self.card.body.addWidget(self._lists)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.side)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the keyboard, and is scrolled to
        self.area.setAccessibleName(wording("today.side_name"))
        columns = QHBoxLayout()
        columns.setSpacing(SIZES.gap_4)
        columns.addWidget(self.card, 1)
        columns.addWidget(self.area)
        self.add_view_switch(self.parts)
        self.add_control(self.visit_button)
        self.body.addLayout(columns, 1)

    def _connect(self) -> None:
        self.list.opened.connect(self._visit)
        self.visit_button.clicked.connect(self._visit_chosen)
        self.print_button.clicked.connect(self._print)
        self.plan_button.clicked.connect(self.plan_wanted)
        self.side.home_wanted.connect(self.visit_wanted)
        self.side.demand_wanted.connect(self.demand_wanted)
        self.side.referral_wanted.connect(self.referral_wanted)
        self.side.matter_wanted.connect(self.matter_wanted)
        self.side.roster_wanted.connect(self.roster_wanted)
        self.side.swap_answered.connect(self._answer_swap)
        self.parts.chosen.connect(lambda _: self._lay_out())
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Ctrl+N": self._visit_chosen,
                "P": self._print,
                "M": lambda: self.acts.move(self._chosen()),
                "D": lambda: self.acts.drop(self._chosen()),
            }
        )
        names = {
            "↑ ↓": "choose",
            "↵": "visit",
            "M": "move",
            "D": "drop",
            "P": "print",
            "F6": "roster",
            "F7": "plan",
        }
        self.set_hints([KeyHint(key, self._wording(f"today.hint.{name}")) for key, name in names.items()])

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the round to a node."""
        self.presenter.show_scope(scope)
        self._show_scope_line()

    def first_focus(self) -> QWidget | None:
        return self.list

    # What the presenter tells

    def show_round(self, found: DayRound) -> None:
        self._round = found
        self.list.show_items(self._items(found))
        scope = self.presenter.scope
        built = scope is None or bool(scope.unit_ids)
        self._lists.setCurrentIndex(0 if self.list.items else 1 if built else _NOTHING_BUILT)
        self._show_scope_line()

    def show_beside(self, beside: Beside) -> None:
        self._beside = beside
        wording, figures = self._wording, beside.figures
        rows = self._round.today if self._round is not None else ()
        mixed = any(row.home.target != "household" for row in rows)
        facts = (
            wording("today.planned_mixed" if mixed else "today.planned", count=figures.planned),
            wording("today.done", count=figures.done),
            wording("today.week", done=figures.week_done, planned=figures.week_planned),
        )
        self.header.facts.show_facts(facts)
        self.side.show_beside(beside, self._source.now())

    def _items(self, found: DayRound) -> tuple[RoundItem, ...]:
        """Today by stairwell, then what earlier days left, then the days to come, then how many more there are."""
        wording = self._wording
        items = list(round_items(found.today, wording, found.day))
        if found.left_over:
            count = f"{len(found.left_over)}{'+' if found.more else ''}"
            items.append(RoundItem("head", wording("today.left_over"), end=count))
            items += [_of_other_day(plan_item(row, wording, found.day)) for row in found.left_over]
        items += [_of_other_day(item) for item in week_items(found.later, (), wording, found.day, {})]
        if found.more:
            words = wording("today.more", count=f"{found.more:,}")
            items.append(RoundItem("row", words, MORE, who=(wording("today.more_hint"),), quiet=True))
        return tuple(items)

    def records_saved(self, changes: Changes) -> None:
        if changes:
            self.changed.emit(changes)

    # What the person does

    def _chosen(self) -> PlanRow | None:
        item = self.list.selected()
        return item.key if item is not None and isinstance(item.key, PlanRow) else None

    def _visit(self, item: RoundItem) -> None:
        if isinstance(item.key, PlanRow):
            self.visit_wanted.emit(item.key.home.id)
        elif item.key == MORE:
            self.presenter.more()

    def _visit_chosen(self) -> None:
        """The chosen door if it still waits, else the first that does."""
        chosen = self._chosen()
        rows = [item.key for item in self.list.items if isinstance(item.key, PlanRow) and item.key.open]
        row = chosen if chosen is not None and chosen.open else next(iter(rows), None)
        if row is not None:
            self.visit_wanted.emit(row.home.id)
        elif self._beside is not None and self._beside.promised:
            self.visit_wanted.emit(self._beside.promised[0].id)
        elif self._lists.currentIndex() == _NOTHING_BUILT:
            self.places_wanted.emit()
        else:
            self.visit_wanted.emit(NOBODY)

    def _print(self) -> None:
        if self._round is not None:
            self.walk_list_wanted.emit(self._round.day if self._round.today else "")

    def _answer_swap(self, duty: DutyRow, accepted: bool) -> None:
        act = self._source.accept_swap if accepted else self._source.decline_swap
        words = self._wording("today.swap_accepted" if accepted else "today.swap_declined", day=duty.on[5:])
        self.presenter.act(lambda: act(duty), lambda: self.undo_bar.tell(words))

    # How it is laid out

    def _show_scope_line(self) -> None:
        scope, today = self.presenter.scope, self._source.today()
        if scope is None:
            return
        week = self._wording("visit.week", number=date_of(today).isocalendar().week)
        day = day_words(today, self._wording, "")
        self.set_scope_line((day, *(() if self.is_narrow else (week,)), *scope_facts(scope, narrow=True)))

    def _lay_out(self) -> None:
        """Two columns, or one at a time behind a segment where the page is narrow."""
        narrow, part = self.is_narrow, self.parts.current() or "round"
        self.parts.choose(part)
        self.parts.setVisible(narrow)
        self.card.setVisible(not narrow or part == "round")
        self.area.setVisible(not narrow or part == "side")
        width = round(_SIDE_PX * (1 + 0.46 * (self._theme.tokens.scale - 1)))
        self.area.setMinimumWidth(0 if narrow else width)
        self.area.setMaximumWidth(16_777_215 if narrow else width)
        for button in (self.print_button, self.plan_button):
            button.set_key_shown(not narrow)
        self._show_scope_line()


def _of_other_day(item: RoundItem) -> RoundItem:
    """Numbers are those of one day's round: between the doors of other days they would only confuse."""
    return replace(item, number="\u2003") if item.number else item
