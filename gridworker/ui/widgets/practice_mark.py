"""The mark of invented data."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import chip_width, paint_rounded, paint_text


class PracticeMark(QWidget):
    """The outlined chip 演示数据, on every window of a practice profile."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme, self._text = theme, text
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(chip_width(self._theme, self._text, None), self._theme.tokens.chip())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        paint_rounded(painter, self.rect(), SIZES.radius_chip, None, theme.colour("accent"))
        at = self.rect().adjusted(6, 0, -4, 0)
        paint_text(painter, at, self._text, theme.font("caption"), theme.colour("accent"))
