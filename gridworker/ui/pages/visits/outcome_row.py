"""The first question of the visit form: five large buttons, digits 1 to 5."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from gridworker.models.visit import OUTCOMES
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import key_width, paint_key, paint_rounded, paint_text
from gridworker.wording import Wording

_PAD, _GAP, _BETWEEN = 5, 4, 8


class OutcomeButton(QPushButton):
    """Icon, word and digit, closer than in other buttons: five must fit in one line."""

    def __init__(self, theme: Theme, outcome: str, word: str, digit: str) -> None:
        super().__init__()
        self._theme, self._word, self._digit = theme, word, digit
        self._icon = look("outcome", outcome).icon
        self.key_shown = True
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(word)
        self.setAccessibleDescription(digit)

    def natural_width(self, *, with_key: bool) -> int:
        theme = self._theme
        width = (
            theme.tokens.icon(SIZES.icon) + _GAP + theme.metrics("body_bold").horizontalAdvance(self._word)
        )
        return width + 2 * _PAD + 3 + (key_width(theme, self._digit) + _GAP if with_key else 0)

    def sizeHint(self) -> QSize:
        return QSize(self.natural_width(with_key=True), self._theme.height(SIZES.outcome_button))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, chosen = self._theme, QPainter(self), self.isChecked()
        hovered = self.underMouse() or self.isDown()
        fill = theme.colour("sel" if chosen else "hover" if hovered else "surface")
        edge = theme.colour("accent" if chosen else "ctl")
        paint_rounded(painter, self.rect(), SIZES.radius_control, fill, edge)
        if chosen:
            inner = self.rect().adjusted(1, 1, -1, -1)
            paint_rounded(painter, inner, SIZES.radius_control - 1, None, edge)
        self._paint_content(painter, chosen)

    def _paint_content(self, painter: QPainter, chosen: bool) -> None:
        theme = self._theme
        ink = theme.colour("text3" if not self.isEnabled() else "accent" if chosen else "text")
        font_style = "body_bold" if chosen else "body"
        text = theme.metrics(font_style).horizontalAdvance(self._word) + 1
        icon, key = theme.tokens.icon(SIZES.icon), key_width(theme, self._digit) if self.key_shown else 0
        whole = icon + _GAP + text + (key + _GAP if key else 0)
        x = max((self.width() - whole) // 2, _PAD - 2)
        theme.icons.paint(painter, self._icon, QRect(x, 0, icon, self.height()), icon, ink)
        x += icon + _GAP
        paint_text(painter, QRect(x, 0, text, self.height()), self._word, theme.font(font_style), ink)
        if key:
            at = QRect(x + text + _GAP, 0, key, self.height())
            paint_key(painter, theme, at, self._digit, ink=ink if chosen else None)


class OutcomeRow(QWidget):
    """`chosen(outcome)`. One line while it fits, keys and then a second line give way."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme = theme
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, OutcomeButton] = {}
        for at, outcome in enumerate(OUTCOMES):
            word = wording(look("outcome", outcome).wording_key)
            button = OutcomeButton(theme, outcome, word, str(at + 1))
            button.setParent(self)
            self._buttons[outcome] = button
            self._group.addButton(button)
        self._group.buttonClicked.connect(lambda _: self.chosen.emit(self.outcome()))
        self.setAccessibleName(wording("visit.field.outcome"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._arrange)
        self._arrange()

    def outcome(self) -> str:
        return next((name for name, button in self._buttons.items() if button.isChecked()), "")

    def show_outcome(self, outcome: str) -> None:
        """Show a choice, or none for "", without a signal."""
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == outcome)
        self._group.setExclusive(True)

    def choose(self, at: int) -> None:
        """As if the person pressed the digit `at + 1`."""
        button = list(self._buttons.values())[at]
        button.setChecked(True)
        button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.chosen.emit(self.outcome())

    def take_focus(self) -> None:
        chosen = self._buttons.get(self.outcome()) or next(iter(self._buttons.values()))
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def buttons(self) -> list[OutcomeButton]:
        return list(self._buttons.values())

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def minimumSizeHint(self) -> QSize:
        widest = max(button.natural_width(with_key=False) for button in self.buttons())
        return QSize(2 * widest + _BETWEEN, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        buttons, width = self.buttons(), self.width()
        for per_line, with_key in ((5, True), (5, False), (3, True), (3, False), (2, False)):
            widths = [button.natural_width(with_key=with_key) for button in buttons]
            if self._fits(widths, per_line, width) or per_line == 2:
                break
        height = self._theme.height(SIZES.outcome_button)
        lines = [buttons[at : at + per_line] for at in range(0, len(buttons), per_line)]
        for number, line in enumerate(lines):
            self._place_line(line, per_line, with_key, QRect(0, number * (height + _BETWEEN), width, height))
        self.setFixedHeight(len(lines) * (height + _BETWEEN) - _BETWEEN)

    def _fits(self, widths: list[int], per_line: int, width: int) -> bool:
        room = width - (per_line - 1) * _BETWEEN
        return sum(widths) <= room if per_line == len(widths) else max(widths) * per_line <= room

    def _place_line(self, line: list[OutcomeButton], per_line: int, with_key: bool, rect: QRect) -> None:
        room = rect.width() - (per_line - 1) * _BETWEEN
        natural = [button.natural_width(with_key=with_key) for button in line]
        even = room // per_line
        if max(natural) <= even:
            natural = [even] * len(line)
        else:
            natural = [width + (room - sum(natural)) // len(line) for width in natural]
        x = rect.left()
        for button, width in zip(line, natural, strict=True):
            button.key_shown = with_key
            button.setGeometry(x, rect.top(), width, rect.height())
            button.update()
            x += width + _BETWEEN
