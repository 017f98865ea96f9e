"""One shop or public spot at the side of the list: what is known, what happened, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from gridworker.store.queries.shops import SHOP, PlaceDetail, PlaceRow, place_as_row
from gridworker.ui.pages.households.facts import FactTable
from gridworker.ui.pages.households.timeline import Timeline
from gridworker.ui.pages.words import DOT, code_word, plan_shown, road_shown, short_day
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import Chip, FactLine, Rule, TextLabel, row
from gridworker.wording import Wording

_FACTS = ("kind", "status", "contact_person", "phone", "open_hours", "last_met", "note")


def kind_word(place: PlaceRow, wording: Wording) -> str:
    """A shop's kind is a text of its own; a spot's is one of ours."""
    return place.kind if place.target == SHOP else code_word(wording, "places.kind", place.kind)


class PlacePanel(Card):
    """`visit_asked`, `edit_asked`, `delete_asked`, `closed`."""

    visit_asked = Signal()
    edit_asked = Signal()
    delete_asked = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.detail: PlaceDetail | None = None
        self.name = TextLabel(theme, "", "panel", wrap=True)
        self.chip = Chip(theme)
        self.address = FactLine(theme, (), "body", "text2")
        self.visit_button = Button(theme, wording("households.visit"), "primary", icon="plus", key="↵")
        self.edit_button = Button(theme, wording("households.edit"), icon="pencil-line", key="F2")
        self.delete_button = Button(theme, wording("places.delete"), "quiet")
        self.close_button = IconButton(theme, "x", wording("places.close"))
        self.facts = FactTable(theme, [(key, wording(f"places.fact.{key}")) for key in _FACTS])
        self.timeline = Timeline(theme, wording)
        self.road = Chip(theme)
        self._build()

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(SIZES.panel_pad, SIZES.gap_3, SIZES.panel_pad - 4, SIZES.gap_2)
        head.setSpacing(SIZES.gap_2)
        title = row(self.name, self.chip, self.close_button)
        title.setStretch(0, 1)
        head.addLayout(title)
        head.addWidget(self.address)
        head.addLayout(row(self.visit_button, self.edit_button, self.delete_button, None))
        head.addWidget(self.facts)
        head.addWidget(Rule())
        head.addWidget(TextLabel(self._theme, self._wording("households.tab.timeline"), "body_bold", "text2"))
        self.body.addLayout(head)
        self.body.addWidget(self.timeline, 1)
        self.add_footer(self.road, None)
        self.visit_button.clicked.connect(self.visit_asked)
        self.edit_button.clicked.connect(self.edit_asked)
        self.delete_button.clicked.connect(self.delete_asked)
        self.close_button.clicked.connect(self.closed)

    def fit_width(self, narrow: bool) -> None:
        width = round(SIZES.side_panel * (1 + 0.6 * (self._theme.tokens.scale - 1)))
        self.setMinimumWidth(0 if narrow else width)
        self.setMaximumWidth(16_777_215 if narrow else width)

    def show_detail(self, detail: PlaceDetail, today: str) -> None:
        self.detail = detail
        wording, place = self._wording, detail.row
        shown = plan_shown(place_as_row(place), wording, today)
        self.name.setText(place.name)
        self.chip.setVisible(place.status == "open")
        self.chip.show_state(shown.look, shown.word, shown.sentence)
        self.address.show_facts((place.estate, place.at, place.front, place.code))
        closed = place.status != "open"
        state = wording(f"places.status.{place.status}")
        self.visit_button.say_why_disabled(state if closed else None)
        facts = self.facts
        facts.show_value("kind", kind_word(place, wording))
        facts.show_value("status", state if place.target == SHOP else "", hide_empty=True)
        facts.show_value("contact_person", place.contact, hide_empty=True)
        facts.show_value("phone", place.phone, hide_empty=True)
        facts.show_value("open_hours", place.open_hours, hide_empty=True)
        last = short_day(place.last_met_on, today) or wording("places.never")
        facts.show_value("last_met", DOT.join((last, wording("households.interval", days=place.interval))))
        facts.show_value("note", place.note, hide_empty=True)
        self.timeline.show_entries(detail.timeline)
        road = road_shown(place.road, wording)
        self.road.show_state(road.look, road.word)
