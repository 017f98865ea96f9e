"""The chosen record below the lists: what is known of it, what hangs together with it, and what can be done now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gridworker.ui.pages.link_row import LinkRow
from gridworker.ui.pages.lists.shown import Told, Verb
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import FactLine, TextLabel
from gridworker.wording import Wording

#: Width of one verb, and from which width of the card on there are three of them in a row.
_VERB_PX, _ROOM_FOR_THREE = 168, 960
_LEAST, _MOST = 84, 240


class ChosenCard(Card):
    """Text at the left, verbs with their keys at the right; both scroll when the window is low. What the record is
    linked with stands below its facts, a button for each: `link_wanted(kind, record)`."""

    link_wanted = Signal(str, bytes)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme)
        self.title = TextLabel(theme, "", "panel", wrap=True)
        self.facts = FactLine(theme, (), "body", "text2")
        self.text = TextLabel(theme, "", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verbs: list[Button] = []
        self._wide: list[bool] = []
        self._keys: dict[str, Button] = {}
        self.links = LinkRow(theme, wording)
        self.links.wanted.connect(self.link_wanted)
        self._right = QGridLayout()
        self._fill(wording("lists.chosen"))
        theme.changed.connect(self._restyle)
        self._restyle()

    def _fill(self, name: str) -> None:
        words = QWidget()  # as wide as the verbs leave it, however long a name is
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        left = QVBoxLayout(words)
        left.setContentsMargins(0, 0, 0, 0)
        for widget in (self.title, self.facts, self.links, self.text):
            left.addWidget(widget)
        left.addStretch(1)
        inside = QWidget()
        inside.setProperty("plain", "true")
        self._acts = QWidget()
        self._acts.setLayout(self._right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(SIZES.gap_2)
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SIZES.gap_4)
        columns.addWidget(words, 1)
        columns.addWidget(self._acts)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # arrows move what is too long to be seen at once
        self._area.setWidgetResizable(True)
        self._area.setWidget(inside)
        self._area.setAccessibleName(name)
        self.body.addWidget(self._area)

    def _restyle(self) -> None:
        self._place()
        self.setMinimumHeight(self._theme.height(_LEAST))
        self.setMaximumHeight(round(_MOST * self._theme.tokens.growth))

    def show_record(self, told: Told, verbs: Sequence[Verb]) -> None:
        self.title.setText(told.title)
        self.facts.show_facts(told.facts)
        self.text.setText("\n".join(told.lines))
        self.links.show_links(told.links)
        resting, gone = self.holds_keys(), self.verbs
        self.verbs, self._wide, self._keys = [], [verb.wide for verb in verbs], {}
        for verb in verbs:
            button = Button(self._theme, verb.words, verb.kind, key=verb.key)
            button.clicked.connect(verb.do)
            self.verbs.append(button)
            self._keys[verb.key] = button
        self._place()
        if resting:  # a button that goes away takes the keys of the whole page with it
            rest: QWidget = self.verbs[0] if self.verbs else self
            rest.show()  # a button is hidden until it is laid out, and takes no keys before
            rest.setFocus()
        for button in gone:
            button.hide()  # at once: two rows of buttons would lie over each other until they are deleted
            button.deleteLater()

    def _place(self) -> None:
        """Lay the verbs in rows; one that is wide has the place of two."""
        across = 3 if self.width() >= _ROOM_FOR_THREE * self._theme.tokens.growth else 2
        self._acts.setFixedWidth(round(across * _VERB_PX * self._theme.tokens.growth))
        while self._right.count():
            self._right.takeAt(0)
        for line in range(self._right.rowCount()):
            self._right.setRowStretch(line, 0)
        for column in range(3):
            self._right.setColumnStretch(column, int(column < across))
        line = column = 0
        for button, wide in zip(self.verbs, self._wide, strict=True):
            if column + 1 + wide > across:
                line, column = line + 1, 0
            self._right.addWidget(button, line, column, 1, 1 + wide)
            column += 1 + wide
        self._right.setRowStretch(line + 1, 1)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._place()

    def press(self, key: str) -> None:
        """Take the verb that bears this key; nothing where there is none."""
        if key in self._keys:
            self._keys[key].click()

    def holds_keys(self) -> bool:
        """Whether the keyboard is on one of the buttons, or returns there from a box that lies over the window."""
        return self.window().focusWidget() in (self, *self.verbs)
