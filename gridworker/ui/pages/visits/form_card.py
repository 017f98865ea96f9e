"""The middle of the visits page: the form of one household with its heading and its three ways out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.store.rows import Plan
from gridworker.ui.pages.visits.form import VisitFormFields
from gridworker.ui.pages.visits.form_values import FormValues
from gridworker.ui.pages.visits.presenter import Opening
from gridworker.ui.pages.words import code_word, contact_name
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.wording import Wording


class VisitFormCard(Card):
    """`changed`, `save_asked(then_next)`, `aside_asked`, `discard_asked`."""

    changed = Signal()
    save_asked = Signal(bool)
    aside_asked = Signal()
    discard_asked = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self._narrow = False
        self._next_door = ""
        self.kept = TextLabel(theme, "", "body", "text2")
        self.discard_button = IconButton(theme, "x", wording("visit.discard"))
        self._kept_part = QWidget()
        self._kept_part.setLayout(
            row(IconLabel(theme, "save", "text2"), self.kept, self.discard_button, gap=SIZES.gap_1)
        )
        self.header = CardHeader(theme, "", controls=[self._kept_part])
        self.warning = Banner(theme, "due", "ban")
        self.fields = VisitFormFields(theme, wording)
        self.aside_button = Button(theme, wording("visit.aside"), "quiet", key="Esc")
        self.only_button = Button(theme, wording("visit.save"), key="Ctrl+S")
        self.next_button = Button(
            theme, wording("visit.save_end"), "primary", icon="arrow-down", key="Ctrl+↵"
        )
        self.add_header(self.header)
        self.body.addWidget(self.warning)
        self.body.addWidget(self.fields, 1)
        self.add_footer(self.aside_button, None, self.only_button, self.next_button)
        self.fields.changed.connect(self.changed)
        self.aside_button.clicked.connect(self.aside_asked)
        self.discard_button.clicked.connect(self.discard_asked)
        self.only_button.clicked.connect(lambda: self.save_asked.emit(False))
        self.next_button.clicked.connect(lambda: self.save_asked.emit(True))

    def show_opening(self, opening: Opening, values: FormValues, *, today: str, me: tuple[str, str]) -> None:
        """Another household; `me` is the own member's name and id (hex)."""
        wording, home = self._wording, opening.detail.row
        self.header.title.setText(home.door)
        occupancy = code_word(wording, "households.occupancy", home.occupancy)
        people = wording("households.people", count=home.member_count) if home.member_count else ""
        self.header.facts.show_facts(
            (contact_name(home), " ".join(part for part in (occupancy, people) if part))
        )
        self.show_kept(opening.kept_at)
        self.fields.visitor.show_visitors(*me, opening, values.visitors)
        self.fields.show_values(values, today=today)
        if home.plan is Plan.OPTED_OUT:
            self.warning.say(wording("visit.opted_out"))
        else:
            self.warning.hide()

    def show_kept(self, at: str) -> None:
        """When the draft was last on the disk; "" for none yet."""
        self.kept.setText(self._wording("visit.kept", time=at) if at else "")
        self._kept_part.setVisible(bool(at))

    def show_next(self, door: str) -> None:
        """Name the household that comes next; "" when the list is done."""
        self._next_door = door
        self._label_next()

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._fit_footer()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._fit_footer()

    def _fit_footer(self) -> None:
        """Printed keys leave the buttons before a word would be cut."""
        self.fields.demand_button.set_key_shown(not self._narrow)
        buttons = (self.aside_button, self.only_button, self.next_button)
        for shown in (True, False) if not self._narrow else (False,):
            for button in buttons:
                button.set_key_shown(shown)
            needed = sum(button.sizeHint().width() for button in buttons if not button.isHidden())
            if needed + 2 * SIZES.card_pad + 3 * SIZES.gap_2 <= self.width():
                break

    def _label_next(self) -> None:
        wording, door = self._wording, self._next_door
        if not door:
            self.next_button.set_label(wording("visit.save_end"))
        else:
            self.next_button.set_label(wording("visit.save_next", door=door))
        self.only_button.setVisible(bool(door))
        self._fit_footer()

    def show_saving(self, saving: bool) -> None:
        """While the visit is being written nothing can be typed that would not be in it."""
        for part in (self.fields, self.only_button, self.next_button, self.aside_button):
            part.setEnabled(not saving)
