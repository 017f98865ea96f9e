"""The roster page: a week of duties by day, and only what can be done with the chosen one. Widgets only; what happens
is the presenter's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.models.plan import DUTY_PARTS
from gridworker.store.queries.roster import DutyRow
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.planning.round_items import RoundItem, day_words
from gridworker.ui.pages.planning.round_list import RoundList
from gridworker.ui.pages.planning.week_stepper import WeekStepper
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.roster.dialogs import AssignDialog, HandOverDialog, SwapDialog
from gridworker.ui.pages.roster.presenter import RosterPresenter, Rosters, Shown, possible
from gridworker.ui.pages.today.side import duty_item
from gridworker.ui.pages.words import short_day
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_SIDE_PX = 268
#: Act → its key, in the order of the buttons.
_ACTS = {
    "assign": "N",
    "ask_swap": "S",
    "accept_swap": "Y",
    "decline_swap": "X",
    "hand_over": "H",
    "reopen": "R",
    "cancel": "Del",
}


class RosterPage(RecordsPage):
    """`print_wanted(area_id, week)`, `changed(Changes)` after an act, `left` when Esc leads back."""

    presenter: RosterPresenter

    print_wanted = Signal(bytes, str)
    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Rosters) -> None:
        super().__init__(theme, wording, wording("roster.title"))
        self._source = source
        self._quiet = False
        self._shown_week: Week | None = None
        self.presenter = RosterPresenter(source, partial(background.run, owner=self), self)
        self.weeks = WeekStepper(theme, wording)
        self.node = QComboBox()
        self.node.setAccessibleName(wording("roster.node"))
        self.node.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.print_button = Button(theme, wording("roster.print"), icon="printer", key="P")
        longest = max((wording(f"today.duty_part.{part}") for part in DUTY_PARTS), key=len)
        self.list = RoundList(theme, wording("roster.title"), longest)
        self.buttons = {
            act: Button(
                theme, wording(f"roster.act.{act}"), "danger" if act == "cancel" else "plain", key=key
            )
            for act, key in _ACTS.items()
        }
        self.note = TextLabel(theme, "", wrap=True)
        self._fill()
        self._connect()
        self._bind_keys()
        self._lay_out()

    def _fill(self) -> None:
        theme, wording = self._theme, self._wording
        card = Card(theme, flush=True)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(EmptyState(theme, "calendar-days", wording("roster.empty")))
        card.body.addWidget(self._lists)
        self.side = Card(theme)
        self.side.add_header(CardHeader(theme, wording("roster.now")))
        self.side.body.addWidget(_scrolling(*self.buttons.values(), self.note))
        columns = QHBoxLayout()
        columns.setSpacing(SIZES.gap_4)
        columns.addWidget(card, 1)
        columns.addWidget(self.side)
        self.add_view_switch(self.weeks)
        self.add_control(self.node)
        self.add_control(self.print_button)
        self.body.addLayout(columns, 1)

    def _connect(self) -> None:
        self.weeks.stepped.connect(self.presenter.step)
        self.node.currentIndexChanged.connect(self._choose_node)
        self.list.pointed.connect(lambda _: self._show_acts())
        self.list.opened.connect(lambda _: self._open())
        self.print_button.clicked.connect(self._print)
        for act, button in self.buttons.items():
            button.clicked.connect(partial(self._do, act))
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)

    def _bind_keys(self) -> None:
        keys = {key: partial(self._do, act) for act, key in _ACTS.items()}
        step = self.presenter.step
        self.bind_keys(
            {
                **keys,
                "P": self._print,
                "Alt+Left": lambda: step(-1),
                "Alt+Right": lambda: step(1),
                "Esc": self.left.emit,
            }
        )
        hints = {**{key: f"act.{act}" for act, key in _ACTS.items()}, "P": "print", "Esc": "back"}
        self.set_hints([KeyHint(key, self._wording(f"roster.{name}")) for key, name in hints.items()])

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """The rosters that concern a node."""
        self.presenter.show_scope(scope)

    def first_focus(self) -> QWidget | None:
        return self.list

    # What the presenter tells

    def show_week(self, week: Week) -> None:
        self.weeks.show_week(week, narrow=self.is_narrow)

    def show_roster(self, shown: Shown) -> None:
        wording, today = self._wording, self._source.today()
        items: list[RoundItem] = []
        day = ""
        for duty in shown.roster.rows:
            if duty.on != day:
                day = duty.on
                items.append(RoundItem("head", day_words(day, wording, today)))
            items.append(duty_item(duty, wording))
        self._quiet = True
        self.node.clear()
        for node, name in shown.nodes:
            self.node.addItem(name, node.hex())
        self.node.setCurrentIndex(max(self.node.findData(shown.roster.area_id.hex()), 0))
        self._quiet = False
        self.list.show_items(items)
        self._begin_today(today)
        self._lists.setCurrentIndex(0 if items else 1)
        self._show_acts()

    def _begin_today(self, today: str) -> None:
        """The first duty that is not over is chosen when a week is shown for the first time."""
        shown = self.presenter.week
        if self._shown_week == shown:
            return
        self._shown_week = shown
        for place, item in enumerate(self.list.items):
            if isinstance(item.key, DutyRow) and item.key.on >= today:
                self.list.choose_line(place)
                return

    def records_saved(self, changes: Changes) -> None:
        if changes:
            self.changed.emit(changes)

    # What the person does

    def _chosen(self) -> DutyRow | None:
        item = self.list.selected()
        return item.key if item is not None and isinstance(item.key, DutyRow) else None

    def _show_acts(self) -> None:
        """Only what is possible now; the notes of the chosen duty in full."""
        duty, shown = self._chosen(), self.presenter.shown
        acts = possible(duty, may_change=bool(shown and shown.roster.may_change))
        for act, button in self.buttons.items():
            button.setVisible(act in acts)
        notes = [f"{note.writer}：{note.text}" for note in duty.notes] if duty else []
        if not acts:
            notes.append(self._wording("roster.read_only"))
        self.note.setText("\n".join(notes))

    def _choose_node(self) -> None:
        node = self.node.currentData()
        if not self._quiet and node:
            self.presenter.choose_node(bytes.fromhex(node))

    def _open(self) -> None:
        """Enter: the first button that is about the chosen duty."""
        shown = self.presenter.shown
        acts = possible(self._chosen(), may_change=bool(shown and shown.roster.may_change))
        first = next((act for act in ("accept_swap", "hand_over", "reopen") if act in acts), None)
        if first is not None:
            self._do(first)

    def _do(self, act: str) -> None:
        duty, shown = self._chosen(), self.presenter.shown
        if shown is None or act not in possible(duty, may_change=shown.roster.may_change):
            return
        if act == "assign":
            self._assign(shown, duty)
        elif duty is not None:
            self._do_with(act, duty, shown)

    def _assign(self, shown: Shown, duty: DutyRow | None) -> None:
        roster, source = shown.roster, self._source
        day = max(self._source.today(), duty.on if duty else roster.week.first)
        dialog = AssignDialog(self._theme, self._wording, day, roster.colleagues, self)
        dialog.part.setCurrentIndex(DUTY_PARTS.index(duty.part) if duty else 0)

        def work() -> Changes:
            chosen = (
                str(dialog.day_edit.day()),
                str(dialog.part.currentData()),
                bytes.fromhex(dialog.member.currentData()),
            )
            return source.assign(roster.area_id, *chosen)

        def done() -> None:
            dialog.accept()
            day = str(dialog.day_edit.day())[5:]
            self.undo_bar.tell(self._wording("roster.told.assign", day=day, who=dialog.member.currentText()))

        dialog.asked.connect(lambda: self.presenter.act(work, done, dialog.show_failure))
        dialog.open()

    def _do_with(self, act: str, duty: DutyRow, shown: Shown) -> None:
        source, day = self._source, short_day(duty.on, self._source.today())
        if act == "ask_swap":
            others = [who for who in shown.roster.colleagues if who.id != duty.member_id]
            swap = SwapDialog(self._theme, self._wording, day, others, self)
            self._ask(act, swap, lambda: source.ask_swap(duty, bytes.fromhex(swap.member.currentData())), day)
        elif act == "hand_over":
            over = HandOverDialog(self._theme, self._wording, day, self)
            self._ask(act, over, lambda: source.hand_over(duty, over.text.text()), day)
        else:
            works = {
                "accept_swap": source.accept_swap,
                "decline_swap": source.decline_swap,
                "reopen": source.reopen,
                "cancel": source.cancel,
            }
            self.presenter.act(lambda: works[act](duty), lambda: self._told(act, duty))

    def _ask(
        self, act: str, dialog: SwapDialog | HandOverDialog, work: Callable[[], Changes], day: str
    ) -> None:
        def done() -> None:
            who = dialog.member.currentText() if isinstance(dialog, SwapDialog) else ""
            dialog.accept()
            self.undo_bar.tell(self._wording(f"roster.told.{act}", day=day, who=who))

        dialog.asked.connect(lambda: self.presenter.act(work, done, dialog.show_failure))
        dialog.open()

    def _told(self, act: str, duty: DutyRow) -> None:
        words = self._wording(f"roster.told.{act}", day=duty.on[5:], who=duty.member)
        source = self._source
        undo = (
            (lambda: self.presenter.act(lambda: source.restore(duty), lambda: None))
            if act == "cancel"
            else None
        )
        self.undo_bar.tell(words, undo)

    def _print(self) -> None:
        if self.presenter.shown is not None:
            self.print_wanted.emit(self.presenter.shown.roster.area_id, str(self.presenter.week))

    # How it is laid out

    def _lay_out(self) -> None:
        self.side.setFixedWidth(round(_SIDE_PX * (1 + 0.46 * (self._theme.tokens.scale - 1))))
        fit_control(self._theme, self.node, SIZES.control)
        for button in self.buttons.values():
            button.set_key_shown(not self.is_narrow)
        self.weeks.show_week(self.presenter.week, narrow=self.is_narrow)


def _scrolling(*parts: QWidget) -> QScrollArea:
    """With large text on a low screen the acts scroll; none is squeezed."""
    inside, area = QWidget(), QScrollArea()
    inside.setProperty("plain", "true")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SIZES.gap_2)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
