"""The first-run page: three ways to begin, and the look. It decides nothing; it tells what was chosen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gridworker import __version__
from gridworker.ui.dialogs.look_choices import LookChoices
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.key_hints import KeyHint, KeyHintRow
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.ui.widgets.painting import paint_rounded
from gridworker.wording import Wording

PRACTICE: Final = "practice"
JOIN: Final = "join"
NEW: Final = "new"
WAYS: Final = ((PRACTICE, "graduation-cap"), (JOIN, "ticket"), (NEW, "house-plus"))
_CARD_WIDTH = 304
_STACKED_WIDTH = 640
_ICON_BOX = 44
_STACK_BELOW = 860  # px of width per text size under which the cards stand one below the other


class _IconBox(QWidget):
    """The icon of a way on its tinted square."""

    def __init__(self, theme: Theme, icon: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        edge = self._theme.tokens.icon(_ICON_BOX)
        self.setFixedSize(edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        paint_rounded(painter, self.rect(), SIZES.radius_control, theme.colour("info.tint"), None)
        size = theme.tokens.icon(SIZES.icon_welcome)
        theme.icons.paint(painter, self._icon, self.rect(), size, theme.colour("accent"))


class WelcomePage(QWidget):
    """`way_chosen` carries PRACTICE, JOIN or NEW. Keys 1 to 3 choose; the choices of the look are in `look`."""

    way_chosen = Signal(str)
    privacy_requested = Signal()
    help_requested = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.look = LookChoices(theme, wording)
        self.buttons: dict[str, Button] = {}
        self._icons: list[_IconBox] = []
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(SIZES.gap_4)
        self._card_list = [self._build_way(at, *way) for at, way in enumerate(WAYS)]
        self._build()
        theme.changed.connect(self._fit)

    def _build(self) -> None:
        content = QWidget()
        content.setProperty("plain", True)
        column = QVBoxLayout(content)
        column.setContentsMargins(SIZES.gap_6, SIZES.gap_6, SIZES.gap_6, SIZES.gap_6)
        column.addStretch(2)
        for text, style, colour in (
            ("welcome.title", "welcome", "text"),
            ("welcome.question", "body", "text2"),
        ):
            label = TextLabel(self._theme, self._wording(text), style, colour, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(SIZES.gap_6)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(self._cards)
        line.addStretch(1)
        column.addLayout(line)
        column.addSpacing(SIZES.gap_6)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SIZES.gap_4)
        column.addLayout(self._build_promise())
        column.addStretch(3)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(self._build_foot())

    def _build_way(self, position: int, way: str, icon: str) -> Card:
        theme, say = self._theme, self._wording
        card = Card(theme, padding=SIZES.gap_6)
        card.choose(position == 0)
        key = str(position + 1)
        button = Button(theme, say(f"welcome.{way}.act"), "plain" if position else "primary", key=key)
        button.setAccessibleDescription(say(f"welcome.{way}.text"))
        button.clicked.connect(lambda: self.way_chosen.emit(way))
        QShortcut(QKeySequence(key), self).activated.connect(button.click)
        self.buttons[way] = button
        promise = TextLabel(theme, say(f"welcome.{way}.promise"), "caption", "text2", wrap=True)
        mark = IconLabel(theme, "check", "ok", SIZES.icon_small)
        line = row(mark, promise, gap=SIZES.gap_2)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        box = _IconBox(theme, icon)
        self._icons.append(box)
        card.body.addWidget(box)
        card.body.addWidget(TextLabel(theme, say(f"welcome.{way}.title"), "panel", wrap=True))
        card.body.addWidget(TextLabel(theme, say(f"welcome.{way}.text"), "body", "text2", wrap=True))
        card.body.addLayout(line)
        card.body.addStretch(1)
        card.body.addSpacing(SIZES.gap_4)
        card.body.addWidget(button)
        self._cards.addWidget(card)
        return card

    def _build_promise(self) -> QHBoxLayout:
        theme, say = self._theme, self._wording
        words = TextLabel(theme, say("welcome.promise"), "caption", "text2")
        self.privacy = Button(theme, say("welcome.privacy"), "quiet", small=True)
        self.privacy.clicked.connect(self.privacy_requested)
        return row(None, IconLabel(theme, "lock", "text2", SIZES.icon_small), words, self.privacy, None)

    def _build_foot(self) -> QHBoxLayout:
        theme, say = self._theme, self._wording
        version = TextLabel(theme, say("welcome.version", version=__version__), "caption", "text2")
        keys = [KeyHint("1–3", say("welcome.keys.choose")), KeyHint("Tab", say("welcome.keys.move"))]
        hints = KeyHintRow(theme, keys)
        foot = row(version, None, hints)
        foot.setContentsMargins(SIZES.gap_3, SIZES.gap_1, SIZES.gap_3, SIZES.gap_1)
        return foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        scale = self._theme.tokens.scale
        stacked = self.width() / scale < _STACK_BELOW
        ways = QBoxLayout.Direction
        self._cards.setDirection(ways.TopToBottom if stacked else ways.LeftToRight)
        widest = min(self.width() - 64, round(_STACKED_WIDTH * scale))
        beside = min(round(_CARD_WIDTH * scale), (self.width() - 80) // 3)
        for card in self._card_list:
            card.setFixedWidth(widest if stacked else beside)
        for box in self._icons:
            box.setVisible(not stacked)
        self.look.set_stacked(stacked)

    def first_focus(self) -> QWidget:
        return self.buttons[PRACTICE]
