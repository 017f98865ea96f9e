"""One household at the side of the table: what is known, what happened, and what can be done."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from gridworker.store.rows import HouseholdDetail, Plan
from gridworker.ui.pages.households.care_pane import CarePane
from gridworker.ui.pages.households.demands_part import DemandsPart
from gridworker.ui.pages.households.facts import FactTable
from gridworker.ui.pages.households.needs_part import NeedsPart
from gridworker.ui.pages.households.people_list import PeopleList
from gridworker.ui.pages.households.timeline import Timeline
from gridworker.ui.pages.words import DOT, Shown, code_word, contact_name, plan_shown, road_shown, short_day
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import Chip, FactLine, Rule, TextLabel, row
from gridworker.ui.widgets.tab_bar import TabBar
from gridworker.wording import Wording

_FACTS = ("contact", "phone", "time", "last_met", "opt_out")


class HouseholdPanel(Card):
    """`visit_asked`, `edit_asked`, `more_asked(QMenu)` to fill the menu, `closed`, `shown(household_id)`. Empty until
    `show_detail`."""

    visit_asked = Signal()
    edit_asked = Signal()
    more_asked = Signal(object)
    closed = Signal()
    shown = Signal(bytes)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self._today = ""
        self.detail: HouseholdDetail | None = None
        self.door = TextLabel(theme, "", "panel")
        self.chip = Chip(theme)
        self.address = FactLine(theme, (), "body", "text2")
        self.visit_button = Button(theme, wording("households.visit"), "primary", icon="plus", key="↵")
        self.edit_button = Button(theme, wording("households.edit"), icon="pencil-line")
        self.more_button = Button(theme, wording("homes.more"), icon="ellipsis")
        self.close_button = IconButton(theme, "x", wording("households.close_panel"))
        self.back_button = Button(theme, wording("widgets.back"), "quiet", icon="chevron-left")
        self.tabs = TabBar(theme, px=SIZES.control)
        self.facts = FactTable(theme, [(key, wording(f"households.fact.{key}")) for key in _FACTS])
        self.people = PeopleList(theme, wording)
        self.care = CarePane(theme, wording)
        self.needs = NeedsPart(theme, wording)
        self.demands = DemandsPart(theme, wording)
        self.note = TextLabel(theme, "", wrap=True)
        self.note_part = QWidget()
        self.recent = Timeline(theme, wording, whole=True)
        self.timeline = Timeline(theme, wording)
        self.road = Chip(theme)
        self._build()
        self.set_narrow(False)

    def _build(self) -> None:
        wording = self._wording
        head = QVBoxLayout()
        head.setContentsMargins(SIZES.panel_pad, SIZES.gap_3, SIZES.panel_pad - 4, 0)
        head.setSpacing(SIZES.gap_2)
        # The acts stand under the address, or in the first line where the panel is wide but low.
        self._beside, self._below = row(), row()
        title = row(self.back_button, self.door, self.chip, None)
        title.addLayout(self._beside)
        title.addWidget(self.close_button)
        below = row()
        below.addLayout(self._below)
        below.addStretch(1)
        head.addLayout(title)
        head.addWidget(self.address)
        head.addLayout(below)
        self.tabs.addTab(wording("households.tab.overview"))
        self.tabs.addTab(wording("households.tab.timeline"))
        self.tabs.addTab(wording("homes.care.tab"))
        self.tabs.setAccessibleName(wording("households.panel_tabs"))
        tabs = row(self.tabs, None)
        tabs.setContentsMargins(SIZES.gap_1, 0, 0, 0)
        self.stack = QStackedWidget()
        self._about = self._overview()
        self.stack.addWidget(self._about)
        self.stack.addWidget(self._padded(self.timeline))
        self.stack.addWidget(self.care)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        self.needs.wanted.connect(lambda: self._show_tab(self.care))
        self.body.addLayout(head)
        self.body.addLayout(tabs)
        self.body.addWidget(Rule())
        self.body.addWidget(self.stack, 1)
        self.add_footer(self.road, None)
        self.visit_button.clicked.connect(self.visit_asked)
        self.edit_button.clicked.connect(self.edit_asked)
        self.more_button.clicked.connect(self.open_more)
        self.close_button.clicked.connect(self.closed)
        self.back_button.clicked.connect(self.closed)

    def _show_tab(self, pane: QWidget) -> None:
        """Turn to a tab, and take the keyboard along."""
        self.tabs.setCurrentIndex(self.stack.indexOf(pane))
        pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def _padded(self, content: QWidget) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(SIZES.panel_pad - 4, SIZES.gap_2, SIZES.gap_2, SIZES.gap_2)
        layout.addWidget(content)
        return holder

    def _overview(self) -> QScrollArea:
        theme, wording = self._theme, self._wording
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(SIZES.panel_pad, SIZES.gap_3, SIZES.panel_pad, SIZES.gap_3)
        column.setSpacing(SIZES.gap_2)
        column.addWidget(self.facts)
        column.addWidget(Rule())
        column.addWidget(TextLabel(theme, wording("households.residents"), "body_bold", "text2"))
        column.addWidget(self.people)
        note = QVBoxLayout(self.note_part)
        note.setContentsMargins(0, 0, 0, 0)
        note.setSpacing(SIZES.gap_2)
        note.addWidget(Rule())
        note.addWidget(TextLabel(theme, wording("households.fact.note"), "body_bold", "text2"))
        note.addWidget(self.note)
        column.addWidget(self.note_part)
        column.addWidget(self.demands)
        column.addWidget(self.needs)
        column.addWidget(Rule())
        column.addWidget(TextLabel(theme, wording("households.recent"), "body_bold", "text2"))
        column.addWidget(self.recent)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setAccessibleName(wording("households.tab.overview"))
        return area

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow page the panel covers the table and is left with Back."""
        self.back_button.setVisible(narrow)
        self.close_button.setVisible(not narrow)
        self.visit_button.set_key_shown(not narrow)
        place = self._beside if narrow else self._below
        place.addWidget(self.visit_button)
        place.addWidget(self.edit_button)
        place.addWidget(self.more_button)

    def fit_width(self, narrow: bool) -> None:
        """A side panel grows with the text, but not as fast."""
        width = round(SIZES.side_panel * (1 + 0.6 * (self._theme.tokens.scale - 1)))
        self.setMinimumWidth(0 if narrow else width)
        self.setMaximumWidth(16_777_215 if narrow else width)

    def more_menu(self) -> QMenu:
        """The menu of the household shown."""
        menu = QMenu(self)
        self.more_asked.emit(menu)
        return menu

    def open_more(self) -> None:
        if self.detail is not None and self.isVisible():
            self.more_menu().popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def show_detail(self, detail: HouseholdDetail, today: str) -> None:
        """Everything changes in place; the tab stays."""
        self.detail, self._today = detail, today
        wording, home = self._wording, detail.row
        plan = plan_shown(home, wording, today)
        self.door.setText(home.door)
        self.chip.show_state(plan.look, plan.word, plan.sentence)
        people = home.member_count
        self.address.show_facts(
            (
                detail.address,
                code_word(wording, "households.occupancy", home.occupancy),
                wording("households.people", count=people) if people else "",
            )
        )
        no_visit = {Plan.OPTED_OUT: "opted_out", Plan.VACANT: ""}.get(home.plan, "")
        self.visit_button.say_why_disabled(wording(f"households.state.{no_visit}") if no_visit else None)
        self._show_facts(detail)
        self.people.show_people(detail.residents)
        self.care.show_care(detail.care)
        self.needs.show_needs(detail.care.needs)
        self.note.setText(detail.note)
        self.note_part.setVisible(bool(detail.note))
        self.recent.show_entries(detail.timeline[:3])
        self.timeline.show_entries(detail.timeline)
        self._show_road(road_shown(home.road, wording))
        self._order_keys()
        self.shown.emit(home.id)

    def _order_keys(self) -> None:
        """Tab goes through the panel as it is read; what was made last would come after the whole window."""
        acts = (self.back_button, self.visit_button, self.edit_button, self.more_button, self.close_button)
        people = (*(line.button for line in self.people.lines), *self.needs.buttons)
        care = (*self.care.buttons, self.care.notice_button)
        for one, following in pairwise((*acts, self.tabs, self._about, *people, self.care, *care)):
            QWidget.setTabOrder(one, following)

    def _show_facts(self, detail: HouseholdDetail) -> None:
        wording, home, today = self._wording, detail.row, self._today
        interval = wording("households.interval", days=detail.visit_interval_days)
        last = short_day(home.last_met_on, today) or wording("households.never_met")
        channel = code_word(wording, "households.channel", detail.preferred_channel)
        time = code_word(wording, "households.time", home.preferred_time)
        self.facts.show_value("contact", contact_name(home))
        self.facts.show_value("phone", detail.phone or "")
        self.facts.show_value("time", DOT.join(part for part in (time, channel) if part))
        self.facts.show_value("last_met", DOT.join((last, interval)))
        opted = wording("households.opted_out_on", day=detail.visit_opt_out_on or "")
        self.facts.show_value("opt_out", opted if home.plan is Plan.OPTED_OUT else "", hide_empty=True)

    def _show_road(self, shown: Shown) -> None:
        self.road.show_state(shown.look, shown.word)
