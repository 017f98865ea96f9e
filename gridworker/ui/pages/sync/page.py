"""The sync page: the road of every record, what waits for a person, and for the secretary how old each node's data is.
Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from gridworker.changes import Changes
from gridworker.services.acts import Done
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.store.queries.sync import STAGES, ConflictCase
from gridworker.store.rows import Road, Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.sync.acts import SyncActs
from gridworker.ui.pages.sync.conflict_card import ConflictCard
from gridworker.ui.pages.sync.device_dialog import lease_words
from gridworker.ui.pages.sync.matter_card import MatterCard
from gridworker.ui.pages.sync.presenter import Matter, Overview, SyncPresenter, SyncSource
from gridworker.ui.pages.sync.stick_dialog import Stick
from gridworker.ui.pages.sync.words import (
    MATTERS,
    entity_name,
    fleet_line,
    matter_line,
    needs_a_person,
    road_line,
    stage_word,
)
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import LineColumn, LinesTable
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

FLEET = "fleet"
_ORDER = (*STAGES, Road.ATTENTION)


class SyncPage(PageFrame):
    """`changed(Changes)` after a decision · `join_wanted` by a community without a server. `sync_now` exchanges at
    once, `stick` without a network; None where there is no server."""

    changed, join_wanted = Signal(object), Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: SyncSource,
        sync_now: Callable[[], None] | None,
        stick: Stick | None = None,
    ) -> None:
        super().__init__(theme, wording, wording("sync.title"))
        self._background, self._source, self._stick = background, source, stick
        self._matters: tuple[Matter, ...] = ()
        self._counts, self._listed = {}, False  # type: dict[Road, int], bool
        self._sync_now = sync_now
        self.now_button = Button(theme, wording("sync.now"), "primary", icon="refresh-cw", key="F5")
        self.stages = Segment(theme, [(stage.value, "") for stage in _ORDER], name=wording("sync.stages"))
        self.fleet_button = Button(theme, wording("sync.fleet.title"), icon="network")
        self.stick_button = Button(theme, wording("sync.stick.open"), icon="download")
        self.device_button = Button(theme, wording("sync.device.open"), icon="laptop")
        self.erase_button = Button(theme, wording("sync.erase.open"), "danger")
        self.table = LinesTable(theme, wording("sync.records"), _columns(wording))
        self.fleet = LinesTable(theme, wording("sync.fleet.title"), _fleet_columns(wording))
        self.tables = QStackedWidget()
        self.conflict = ConflictCard(theme, wording)
        self.matter = MatterCard(theme, wording)
        self._make_panel()
        self.presenter = SyncPresenter(source, partial(background.run, owner=self), self, self.changed.emit)
        self.acts = SyncActs(theme, wording, self.presenter, self, self._now)
        self._fill()
        self._connect()

    def _make_panel(self) -> None:
        """What is shown of one matter, or that there is none."""
        theme, say = self._theme, self._wording
        self.quiet = EmptyState(theme, "check", say("sync.nothing_waits"))
        self.join_button = Button(theme, say("sync.adopt.open"), "primary", icon="network")
        self.alone = EmptyState(theme, "laptop", say("sync.adopt.why"), self.join_button)
        self.panel, self._quiet = QStackedWidget(), self.quiet
        for part in (self.quiet, self.alone, self.conflict, self.matter):
            self.panel.addWidget(part)

    def _fill(self) -> None:
        for button in (self.fleet_button, self.device_button, self.stick_button, self.now_button):
            self.add_control(button)
        self.device_button.hide()
        self.erase_button.hide()
        self.stick_button.setVisible(self._stick is not None)
        self.fleet_button.setCheckable(True)
        self.fleet_button.hide()
        self.now_button.setVisible(self._sync_now is not None)
        for table in (self.table, self.fleet):
            card = Card(self._theme, flush=True)
            card.body.addWidget(table)
            self.tables.addWidget(card)
        inside = QWidget()  # scrolls where the text is large and the screen low
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_3)
        column.addWidget(self.tables, 1)
        column.addWidget(self.panel, 2)
        strip = QWidget()
        line = QHBoxLayout(strip)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.stages)
        line.addStretch(1)
        line.addWidget(self.erase_button)
        self.body.addWidget(strip)
        self.body.addWidget(_scrolled(inside), 1)
        self.stages.choose(Road.ATTENTION.value)

    def _connect(self) -> None:
        self.stages.chosen.connect(lambda key: self.presenter.show_stage(Road(key)))
        self.table.chosen.connect(self._show_matter)
        self.table.opened.connect(lambda _: self.conflict.take_keys())
        self.fleet_button.toggled.connect(self._show_fleet)
        self.now_button.clicked.connect(self._now)
        self.join_button.clicked.connect(self.join_wanted)
        self.conflict.chosen.connect(self.presenter.choose)
        self.matter.acted.connect(self._act)
        self.stick_button.clicked.connect(self._carry)
        self.device_button.clicked.connect(self.show_device)
        self.erase_button.clicked.connect(
            lambda: self.acts.erase(partial(self._background.run, owner=self), self._source)
        )
        self.narrow_changed.connect(self._word_stages)
        self._theme.changed.connect(self._restyle_tables)
        self._restyle_tables()
        names = {"↑ ↓": "choose", "Ctrl+↵": "save"} | ({"F5": "now"} if self._sync_now else {})
        self.bind_keys({"Ctrl+Return": self.conflict.save_choice})
        if self._sync_now is not None:
            self.bind_keys({"F5": self._now})
        self.set_hints([KeyHint(key, self._wording(f"sync.hint.{name}")) for key, name in names.items()])

    def _restyle_tables(self) -> None:
        """A header and two lines are always to be seen."""
        height = self._theme.height
        self.tables.setMinimumHeight(height(SIZES.table_header) + 2 * height(SIZES.table_row))

    # -- what the window tells -------------------------------------------------------------------------------------

    def first_focus(self) -> QWidget:
        if not self.tables.isHidden():
            return self.table
        return next(
            one
            for one in (self.join_button, self.now_button, self.table)
            if one.isVisible() or one is self.table
        )

    def page_shown(self) -> None:
        self.presenter.read()

    def show_scope(self, _scope: Scope) -> None:
        """What this computer has sent does not depend on the selected node."""

    def records_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self.presenter.read()

    # -- what the presenter tells ----------------------------------------------------------------------------------

    def show_overview(self, overview: Overview, stage: Road) -> None:
        """The counts of every stage, and the records of the chosen one."""
        say = self._wording
        waiting = sum(needs_a_person(matter, overview.may_decide) for matter in overview.matters)
        self._counts = {**overview.counts, Road.ATTENTION: waiting}
        self._word_stages()
        self._show_device(overview)
        self._quiet = self.alone if overview.may_join else self.quiet
        if overview.joining:
            self.join_button.set_label(say("sync.adopt.open_again"))
            self.alone.sentence.setText(say("sync.adopt.resume", url=overview.joining))
        self.fleet_button.setVisible(bool(overview.fleet))
        self.erase_button.setVisible(overview.may_erase)
        self.matter.may_decide = overview.may_decide
        self.fleet.show_lines([fleet_line(say, row) for row in overview.fleet])
        self._matters = overview.matters if stage is Road.ATTENTION else ()
        if stage is Road.ATTENTION:
            lines = [matter_line(say, place, matter) for place, matter in enumerate(overview.matters)]
        else:
            lines = [road_line(say, line) for line in overview.lines]
        self.table.show_lines(lines)
        if self._matters and self.table.current_key() is None:
            self.table.choose(0)
        self._show_matter(self.table.current_key())
        self._listed = bool(lines)
        self._arrange()

    def _arrange(self) -> None:
        """The list, or where there is nothing to list what would be there: an empty table says nothing, and where text
        is large it would push the words, or the one button of a community alone, below what is seen."""
        stage, fleet = self.presenter.stage, self.fleet_button.isChecked()
        idle = not self._listed and not fleet
        was_here = self.window().focusWidget() is self.table  # also while another window is in front
        waiting = stage is Road.ATTENTION
        self.quiet.sentence.setText(
            self._wording("sync.nothing_waits" if waiting else f"sync.empty.{stage.value}")
        )
        if idle and not waiting:
            self.panel.setCurrentWidget(self.quiet)
        self.tables.setVisible(not idle)
        self.panel.setVisible(not fleet and (idle or waiting))
        if idle and was_here:
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_device(self, overview: Overview) -> None:
        """What syncs by itself, and by which day it must have."""
        say, device = self._wording, overview.device
        facts = [say("sync.alone" if overview.alone else "sync.by_itself")]
        if device is not None and device.lease is not None:
            facts.append(lease_words(say, device.lease))
        self.set_scope_line(facts)
        self.device_button.setVisible(device is not None)

    def _word_stages(self, *_narrow: object) -> None:
        """Short words where the page is narrow; the whole ones are the tooltip."""
        say, tight = self._wording, self.is_narrow
        for key in _ORDER:
            count = self._counts.get(key, 0)
            word = say(f"sync.short.{key.value}") if tight else stage_word(say, key)
            self.stages.set_text(key.value, say("sync.stage", name=word, n=count))
        self.conflict.set_narrow(tight)

    def tell(self, key: str) -> None:
        self.undo_bar.tell(self._wording(key))

    def told_choice(self, done: Done) -> None:
        offer_undo(self, self._wording, self._wording("sync.told.chosen"), done)

    # -- what the person does --------------------------------------------------------------------------------------

    def _shown(self) -> Matter | None:
        place = self.table.current_key()
        return self._matters[place] if isinstance(place, int) and place < len(self._matters) else None

    def _show_matter(self, _key: object) -> None:
        matter = self._shown()
        if isinstance(matter, ConflictCase):
            self.conflict.show_case(matter)
            self.panel.setCurrentWidget(self.conflict)
        elif isinstance(matter, StuckOp):
            self.matter.show_stuck(matter)
            self.panel.setCurrentWidget(self.matter)
        elif isinstance(matter, HeldRow):
            self.matter.show_held(matter)
            self.panel.setCurrentWidget(self.matter)
        elif self.panel.currentWidget() is not self._quiet:
            within = any(part.hasFocus() for part in self.panel.findChildren(QWidget))
            self.panel.setCurrentWidget(self._quiet)
            if within:  # the card it was on is gone
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _act(self, name: str, text: str) -> None:
        matter = self._shown()
        if name == "copy":
            self.acts.copy(self.matter.code)
            self.tell("sync.told.copied")
        elif isinstance(matter, HeldRow):
            self.acts.on_held(name, matter, text)
        elif isinstance(matter, StuckOp):
            self.acts.on_stuck(name, matter, text)

    def _carry(self) -> None:
        if self._stick is not None:
            self.acts.carry(self._background, self._stick, self.changed.emit)

    def show_device(self) -> None:
        """This computer and its server, as they are now."""
        self.presenter.ask_device(self.acts.show_device)

    def _show_fleet(self, shown: bool) -> None:
        self.tables.setCurrentIndex(int(shown))
        self._arrange()

    def _now(self) -> None:
        if self._sync_now is not None:
            self._sync_now()


def _scrolled(inside: QWidget) -> QScrollArea:
    """`inside` in an area that scrolls up and down only and takes no keyboard."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    usual = {
        "kind": max(
            (*(wording(f"sync.matter.{kind}") for kind in MATTERS), entity_name(wording, "plan_item")),
            key=len,
        ),
        "record": f"{entity_name(wording, 'household')} JY1-1-1-1001",
        "what": "",
        "road": wording("states.road.community"),
        "at": "11-20 09:00",
    }
    return tuple(
        LineColumn(
            wording(f"sync.column.{name}"),
            text,
            wide=name == "what",
            gives_way=("", "at", "road").index(name) if name in ("at", "road") else 0,
        )
        for name, text in usual.items()
    )


def _fleet_columns(wording: Wording) -> tuple[LineColumn, ...]:
    usual = {
        "node": "",
        "heard": "11-20 09:00",
        "unsent": wording("sync.fleet.unsent", n=100),
        "devices": "100",
    }
    return tuple(
        LineColumn(wording(f"sync.fleet.column.{name}"), text, wide=name == "node")
        for name, text in usual.items()
    )
