"""Text labels, state chips and fact lines as widgets that keep to the theme by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gridworker.ui.states import StateLook
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import (
    chip_width,
    facts_width,
    key_width,
    paint_chip,
    paint_facts,
    paint_key,
)

_FIXED = QSizePolicy.Policy.Fixed


class TextLabel(QLabel):
    """A label in a text style and a colour token. `wrap` lets it break lines and grow in height."""

    def __init__(
        self, theme: Theme, text: str = "", style: str = "body", colour: str = "text", *, wrap: bool = False
    ) -> None:
        super().__init__(text)
        self._theme, self._style, self._colour = theme, style, colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_colour(self, colour: str) -> None:
        self._colour = colour
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(self._theme.font(self._style))
        palette = QPalette(self._theme_palette())
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour(self._colour))
        self.setPalette(palette)

    def _theme_palette(self) -> QPalette:
        parent = self.parentWidget()
        return parent.palette() if parent is not None else QPalette()


class IconLabel(QWidget):
    """One icon in a colour token, `px` at 100 %. It says nothing: the words stand beside it."""

    def __init__(self, theme: Theme, name: str, colour: str = "text", px: int = SIZES.icon) -> None:
        super().__init__()
        self._theme, self._name, self._colour, self._px = theme, name, colour, px
        self.setSizePolicy(_FIXED, _FIXED)
        theme.changed.connect(self._restyle)

    def show_icon(self, name: str, colour: str) -> None:
        self._name, self._colour = name, colour
        self.update()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        edge = self._theme.tokens.icon(self._px)
        return QSize(edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        size = self._theme.tokens.icon(self._px)
        painter = QPainter(self)
        self._theme.icons.paint(painter, self._name, self.rect(), size, self._theme.colour(self._colour))


class Chip(QWidget):
    """A state (or, with `look=None`, a category) as a chip. Not clickable; its word is its accessible name."""

    def __init__(
        self, theme: Theme, look: StateLook | None = None, text: str = "", *, filled: bool = True
    ) -> None:
        super().__init__()
        self._theme, self._look, self._text, self._filled = theme, look, text, filled
        self.setSizePolicy(_FIXED, _FIXED)
        theme.changed.connect(self._restyle)
        self.show_state(look, text)

    def show_state(self, look: StateLook | None, text: str, tooltip: str = "") -> None:
        """Another state. `tooltip` carries the whole sentence when `text` is the short form."""
        self._look, self._text = look, text
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip or text)
        self._restyle()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        icon = self._look.icon if self._look else None
        return QSize(chip_width(self._theme, self._text, icon), self._theme.tokens.chip())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self._theme, self.rect(), self._look, self._text, filled=self._filled)


class KeyCap(QWidget):
    """One printed key."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__()
        self._theme, self._key = theme, key
        self.setSizePolicy(_FIXED, _FIXED)
        self.setAccessibleName(key)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(key_width(self._theme, self._key), self._theme.tokens.chip())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_key(QPainter(self), self._theme, self.rect(), self._key)


class FactLine(QWidget):
    """Facts in one line with drawn dots between. Elides at the end; the tooltip has the whole line."""

    def __init__(
        self, theme: Theme, facts: Sequence[str] = (), style: str = "caption", colour: str = "text2"
    ) -> None:
        super().__init__()
        self._theme, self._style, self._colour = theme, style, colour
        self._facts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, _FIXED)
        self.setMinimumWidth(24)
        theme.changed.connect(self.updateGeometry)
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[str]) -> None:
        self._facts = tuple(fact for fact in facts if fact)
        whole = " · ".join(self._facts)
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics(self._style)
        return QSize(facts_width(metrics, self._facts) + 4, metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        paint_facts(painter, self.rect(), self._facts, theme.font(self._style), theme.colour(self._colour))


class Rule(QFrame):
    """A 1 px line between parts, horizontal unless `vertical`."""

    def __init__(self, *, vertical: bool = False) -> None:
        super().__init__()
        self.setProperty("rule", True)
        if vertical:
            self.setFixedWidth(SIZES.line)
        else:
            self.setFixedHeight(SIZES.line)


def row(*parts: QWidget | int | None, gap: int = SIZES.gap_2) -> QHBoxLayout:
    """A horizontal layout without margins: widgets, ints as fixed space in px, None as stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        else:
            layout.addWidget(part)
    return layout
