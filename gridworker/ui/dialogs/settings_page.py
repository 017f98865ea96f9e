"""The settings page: language, text size, appearance, when to lock, and about this program."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from gridworker import __version__
from gridworker.settings import LOCK_AFTER
from gridworker.ui.dialogs.look_choices import LookChoices
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


class SettingsPage(PageFrame):
    """`chosen(name, value)` with the names of `Settings` goes to whoever keeps them."""

    chosen = Signal(str, object)

    def __init__(self, theme: Theme, wording: Wording, lock_after: int) -> None:
        super().__init__(theme, wording, wording("settings.title"))
        self.look = LookChoices(theme, wording, stacked=True)
        self.look.chosen.connect(self.chosen)
        self._language_note = TextLabel(
            theme, wording("settings.language_note"), "caption", "text2", wrap=True
        )
        cards = QVBoxLayout()
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(SIZES.gap_3)
        cards.addWidget(self._build_look())
        cards.addWidget(self._build_lock(lock_after))
        cards.addWidget(self._build_about())
        cards.addStretch(1)
        inside = QWidget()
        inside.setProperty("plain", True)
        inside.setLayout(cards)
        area = QScrollArea()  # large text needs more height than a small screen has
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        self.body.addWidget(area, 1)

    def _build_look(self) -> Card:
        card = Card(self._theme)
        card.add_header(CardHeader(self._theme, self._wording("settings.look")))
        card.body.addWidget(self.look)
        card.body.addWidget(self._language_note)
        return card

    def _build_lock(self, minutes: int) -> Card:
        say = self._wording
        card = Card(self._theme)
        card.add_header(CardHeader(self._theme, say("settings.lock")))
        choices = [(str(one), str(one)) for one in LOCK_AFTER]
        self.lock_after = Segment(self._theme, choices, name=say("settings.lock_after"))
        self.lock_after.choose(str(minutes))
        self.lock_after.chosen.connect(lambda key: self.chosen.emit("lock_after", int(key)))
        label = TextLabel(self._theme, say("settings.lock_after"), "body", "text2")
        card.body.addLayout(row(label, self.lock_after, None))
        note = say("settings.lock_note")
        card.body.addWidget(TextLabel(self._theme, note, "caption", "text2", wrap=True))
        return card

    def _build_about(self) -> Card:
        say = self._wording
        card = Card(self._theme)
        card.add_header(CardHeader(self._theme, say("settings.about")))
        facts = say("settings.version", version=__version__, qt=qVersion(), python=platform.python_version())
        self.version = TextLabel(self._theme, facts, "body", wrap=True)
        self.copy_button = Button(self._theme, say("settings.copy_version"), "quiet", icon="copy", small=True)
        self.copy_button.clicked.connect(lambda: QApplication.clipboard().setText(self.version.text()))
        line = row(self.version, self.copy_button)
        line.setStretch(0, 1)
        card.body.addLayout(line)
        for key in ("settings.licence", "settings.promise"):
            card.body.addWidget(TextLabel(self._theme, say(key), "body", "text2", wrap=True))
        return card

    def first_focus(self) -> QWidget | None:
        segment = self.look.language
        return segment.button(segment.current())
