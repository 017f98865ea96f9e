"""The right column of the visits page: what helps at this door."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gridworker.store.rows import HouseholdDetail, TimelineEntry
from gridworker.ui.pages.households.facts import FactTable
from gridworker.ui.pages.households.timeline import entry_title
from gridworker.ui.pages.words import code_word, plan_shown, short_day
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import Chip, FactLine, Rule, TextLabel
from gridworker.wording import Wording

_FACTS = ("phone", "time", "last_met")


class HouseholdCard(Card):
    """Phone, convenient time, last meeting, what was said then, the note."""

    def __init__(self, theme: Theme, wording: Wording, *, alone: bool) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.chip = Chip(theme, filled=False)
        self.facts = FactTable(
            theme, [(key, wording(f"households.fact.{key}")) for key in _FACTS], label_px=58
        )
        self.said_title = TextLabel(theme, wording("visit.last_said"), "body_bold", "text2")
        self.said_facts = FactLine(theme, ())
        self.said = TextLabel(theme, "", wrap=True)
        self.note_title = TextLabel(theme, wording("households.fact.note"), "body_bold", "text2")
        self.note = TextLabel(theme, "", wrap=True)
        self._said_part = self._part(Rule(), self.said_title, self.said_facts, self.said)
        self._note_part = self._part(Rule(), self.note_title, self.note)
        area = self._scrolling()
        self.header = CardHeader(theme, wording("visit.this_household"), controls=[self.chip])
        self.add_header(self.header)
        self.body.addWidget(area, 1)
        after = "visit.after_alone" if alone else "visit.after_save"
        words = TextLabel(theme, wording(after), "caption", "mute" if alone else "due", wrap=True)
        self.after_save = self.add_footer(words)
        self.show_detail(None, "")

    def _scrolling(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(SIZES.card_pad, SIZES.gap_3, SIZES.card_pad, SIZES.gap_3)
        column.setSpacing(SIZES.gap_3)
        for part in (self.facts, self._said_part, self._note_part):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self._wording("visit.this_household"))
        area.setWidget(inside)
        return area

    def _part(self, *widgets: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_2)
        for widget in widgets:
            column.addWidget(widget)
        return holder

    def show_detail(self, detail: HouseholdDetail | None, today: str, *, writing: bool = False) -> None:
        """None shows an empty card; while somebody is `writing` it says where that will be saved."""
        wording = self._wording
        self.after_save.setVisible(writing)
        self.chip.setVisible(detail is not None)
        self.facts.setVisible(detail is not None)
        self._said_part.setVisible(False)
        self._note_part.setVisible(bool(detail and detail.note))
        if detail is None:
            return
        self.header.title.setText(wording(f"visit.this_{detail.row.target}"))
        plan = plan_shown(detail.row, wording, today)
        self.chip.show_state(plan.look, plan.word, plan.sentence)
        self.facts.show_value("phone", detail.phone or "")
        self.facts.show_value("time", code_word(wording, "households.time", detail.row.preferred_time))
        last = short_day(detail.row.last_met_on, today) or wording("households.never_met")
        self.facts.show_value("last_met", last)
        self.note.setText(detail.note)
        self._show_said(detail.timeline, today)

    def _show_said(self, entries: tuple[TimelineEntry, ...], today: str) -> None:
        """The newest visit with words; one in vain says that it was."""
        entry = next((e for e in entries if e.kind == "visit" and not e.void), None)
        spoken = next((e for e in entries if e.kind == "visit" and not e.void and e.text), entry)
        if spoken is None:
            return
        self.said_facts.show_facts(
            (short_day(spoken.on, today), *entry_title(spoken, self._wording).split(" · "))
        )
        self.said.setText(spoken.text)
        self.said.setVisible(bool(spoken.text))
        self._said_part.setVisible(True)
