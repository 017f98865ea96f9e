"""A saved visit, to be read. What was submitted never changes: correct, void and remark add to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gridworker.store.queries.visit_record import Added, VisitRecord
from gridworker.store.rows import VisitRow
from gridworker.ui.pages.households.facts import FactTable
from gridworker.ui.pages.words import DOT, code_word, outcome_shown, road_shown, weekday
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import Chip, Rule, TextLabel
from gridworker.wording import Wording

_FACTS = ("no", "when", "mode", "visitors", "purpose", "respondent", "companions", "said", "site_condition",
          "answered_text", "next", "reflection")  # fmt: skip
#: What is shown only where something was written.
_FREE = ("respondent", "companions", "site_condition", "answered_text", "reflection")


class VisitCard(Card):
    """`amend_asked`, `void_asked`, `comment_asked`, `closed`; each about `row`."""

    amend_asked = Signal()
    void_asked = Signal()
    comment_asked = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.row: VisitRow | None = None
        self.chip = Chip(theme)
        self.road = Chip(theme)
        self.header = CardHeader(theme, "", controls=[self.chip])
        self.warning = Banner(theme, "mute", "ban")
        self.facts = FactTable(theme, [(key, wording(f"visit.fact.{key}")) for key in _FACTS], label_px=80)
        self.added_rule, self.added = Rule(), TextLabel(theme, "", wrap=True)
        self.back_button = Button(theme, wording("visit.close_visit"), "quiet", key="Esc")
        self.comment_button = Button(theme, wording("visit.comment"))
        self.amend_button = Button(theme, wording("visit.amend"), key="F2")
        self.void_button = Button(theme, wording("visit.void"), "danger")
        self.add_header(self.header)
        self.body.addWidget(self._scrolling(), 1)
        self.add_footer(self.back_button, None, self.void_button, self.comment_button, self.amend_button)
        self.back_button.clicked.connect(self.closed)
        self.comment_button.clicked.connect(self.comment_asked)
        self.amend_button.clicked.connect(self.amend_asked)
        self.void_button.clicked.connect(self.void_asked)

    def _scrolling(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(SIZES.panel_pad, SIZES.gap_4, SIZES.panel_pad, SIZES.gap_4)
        column.setSpacing(SIZES.gap_4)
        column.addWidget(self.warning)
        column.addWidget(self.facts)
        column.addWidget(self.road)
        column.addWidget(self.added_rule)
        column.addWidget(self.added)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setAccessibleName(self._wording("visit.visit_name"))
        return area

    def show_row(self, row: VisitRow, record: VisitRecord, *, correctable: bool = True) -> None:
        """The visit as it stands after its corrections; what is not `correctable` from here says who may."""
        self.row = row
        wording = self._wording
        outcome, road = outcome_shown(row.outcome, wording), road_shown(row.road, wording)
        self.header.title.setText(row.door)
        self.header.facts.show_facts((row.contact,))
        self.chip.show_state(outcome.look, outcome.word)
        self.road.show_state(road.look, road.word)
        when = DOT.join(part for part in (row.on, weekday(row.on, wording), row.start_at or "") if part)
        self.facts.show_value("no", row.no)
        self.facts.show_value("when", when)
        self.facts.show_value("mode", code_word(wording, "visit.mode", row.mode))
        self.facts.show_value("visitors", "、".join(row.visitors))
        self.facts.show_value("said", row.said)
        self._show_record(record)
        if row.void:
            self.warning.say(wording("visit.is_void"))
        elif not correctable:
            self.warning.say(wording("visit.not_yours"))
        else:
            self.warning.hide()
        for button in (self.amend_button, self.void_button):
            button.setEnabled(correctable and not row.void)

    def _show_record(self, record: VisitRecord) -> None:
        wording, values = self._wording, dict(record.values)
        purposes = values["purpose"].split(",")
        self.facts.show_value(
            "purpose", "、".join(code_word(wording, "visit.purpose", one) for one in purposes)
        )
        values["respondent"] = code_word(wording, "visit.respondent", values["respondent"])
        for name in _FREE:
            self.facts.show_value(name, values[name], hide_empty=True)
        following = DOT.join(part for part in (values["next_step"], values["next_on"]) if part)
        self.facts.show_value("next", following, hide_empty=True)
        self.added.setText("\n".join(self._added_words(one) for one in record.added))
        for part in (self.added_rule, self.added):
            part.setVisible(bool(record.added))

    def _added_words(self, one: Added) -> str:
        field = self._wording(f"visit.field.{one.field}") if one.field else ""
        return self._wording(f"visit.added.{one.kind}", field=field, text=one.text, by=one.by)

    def set_narrow(self, narrow: bool) -> None:
        for button in (self.back_button, self.amend_button):
            button.set_key_shown(not narrow)
