"""A segmented choice: a few exclusive options side by side, one block."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import paint_text


class SegmentButton(QToolButton):
    """One option. The style sheet draws its box; icon and text are painted here, so that they keep to the tokens."""

    def __init__(self, theme: Theme, text: str, icon: str, place: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        self.setText(text)
        self.setCheckable(True)
        self.setProperty("segment", place)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def _icon_room(self) -> int:
        return self._theme.tokens.icon(SIZES.icon) + SIZES.gap_2 if self._icon else 0

    def sizeHint(self) -> QSize:
        width = self._theme.metrics("body_bold").horizontalAdvance(self.text()) + self._icon_room()
        return QSize(width + 2 * SIZES.gap_3 + 2, self.height())

    def minimumSizeHint(self) -> QSize:
        """Its words alone: where room is short the icon leaves."""
        size = self.sizeHint()
        return QSize(size.width() - self._icon_room(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QStylePainter(self)
        box = QStyleOptionToolButton()
        self.initStyleOption(box)
        box.text, box.icon = "", QIcon()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, box)
        style = "body_bold" if self.isChecked() else "body"
        ink = theme.colour("text3" if not self.isEnabled() else "accent" if self.isChecked() else "text")
        width = theme.metrics(style).horizontalAdvance(self.text()) + 1
        shows_icon = bool(self._icon) and self.width() >= width + self._icon_room() + SIZES.gap_2
        icon_room = self._icon_room() if shows_icon else 0
        x = max((self.width() - icon_room - width) // 2, 2)
        if shows_icon:
            size = theme.tokens.icon(SIZES.icon)
            theme.icons.paint(painter, self._icon, QRect(x, 0, size, self.height()), size, ink)
            x += icon_room
        paint_text(painter, QRect(x, 0, self.width() - x, self.height()), self.text(), theme.font(style), ink)


class Segment(QWidget):
    """Options are `(key, text)` or `(key, text, icon)`. Left and right arrows move the choice, Tab leaves.

    `chosen` carries the key of an option the person picked."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        options: Sequence[tuple[str, str] | tuple[str, str, str]],
        *,
        name: str,
        small: bool = False,
        stretch: bool = False,
    ) -> None:
        super().__init__()
        self._theme, self._px = theme, SIZES.control_small if small else SIZES.control
        self._group = QButtonGroup(self)
        self._buttons: dict[str, SegmentButton] = {}
        self.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for position, option in enumerate(options):
            layout.addWidget(self._make_button(option, _place(position, len(options)), name, stretch))
        self._group.buttonClicked.connect(self._picked)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _make_button(
        self, option: tuple[str, str] | tuple[str, str, str], place: str, name: str, stretch: bool
    ) -> SegmentButton:
        key, text = option[0], option[1]
        button = SegmentButton(self._theme, text, option[2] if len(option) == 3 else "", place)
        button.setAccessibleName(text)
        button.setAccessibleDescription(name)
        policy = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Preferred
        button.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self._buttons[key] = button
        self._group.addButton(button)
        return button

    def choose(self, key: str) -> None:
        """Show `key` as chosen without a signal. Raises KeyError for an unknown key."""
        self._buttons[key].setChecked(True)
        for (
            other,
            button,
        ) in self._buttons.items():  # Tab leads to what is chosen; Qt does so only after a first visit
            policy = Qt.FocusPolicy.StrongFocus if other == key else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(policy)

    def current(self) -> str:
        """The chosen key, or "" while nothing is chosen."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def button(self, key: str) -> SegmentButton:
        return self._buttons[key]

    def set_text(self, key: str, text: str) -> None:
        self._buttons[key].setText(text)
        self._buttons[key].setAccessibleName(text)
        self._restyle()

    def _picked(self) -> None:
        self.chosen.emit(self.current())

    def _restyle(self) -> None:
        for button in self._buttons.values():
            button.setFixedHeight(self._theme.height(self._px))
            button.updateGeometry()
            button.update()


def _place(position: int, count: int) -> str:
    if count == 1:
        return "only"
    return "first" if position == 0 else "last" if position == count - 1 else "middle"
