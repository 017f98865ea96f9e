"""Pieces of the status bar: facts with an icon, and the keys of the present page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import key_width, paint_key, paint_text

_GAP = 6
_BETWEEN = 16


@dataclass(frozen=True)
class KeyHint:
    """One key of a page and what it does, e.g. `KeyHint("Ctrl+Enter", "保存并到下一户")`."""

    key: str
    does: str


@dataclass(frozen=True)
class StatusFact:
    """One fact of the status bar. `short` is shown where the whole does not fit; the tooltip has the whole."""

    icon: str
    text: str
    short: str = ""


class _Pieces(QWidget):
    """A row of pieces; those that do not fit are left out from the end, never cut."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)


class KeyHintRow(_Pieces):
    """Keys with their meaning, `hints` in order of importance."""

    def __init__(self, theme: Theme, hints: Sequence[KeyHint] = ()) -> None:
        super().__init__(theme)
        self._hints: tuple[KeyHint, ...] = ()
        self.show_hints(hints)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        self._hints = tuple(hints)
        whole = " · ".join(f"{hint.key} {hint.does}" for hint in self._hints)
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.updateGeometry()
        self.update()

    def _width(self, hint: KeyHint) -> int:
        return (
            key_width(self._theme, hint.key)
            + _GAP
            + self._theme.metrics("caption").horizontalAdvance(hint.does)
        )

    def sizeHint(self) -> QSize:
        width = sum(self._width(hint) + _BETWEEN for hint in self._hints)
        return QSize(max(width - _BETWEEN, 0) + 2, self._theme.tokens.chip())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, x = self._theme, QPainter(self), 0
        for hint in self._hints:
            width = self._width(hint)
            if x + width > self.width():
                break
            box = paint_key(painter, theme, QRect(x, 0, width, self.height()), hint.key)
            at = QRect(box.right() + 1 + _GAP, 0, width, self.height())
            paint_text(painter, at, hint.does, theme.font("caption"), theme.colour("text2"))
            x += width + _BETWEEN


class StatusFacts(_Pieces):
    """Facts with icons. Falls back to the short forms, then leaves out facts from the end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._facts: tuple[StatusFact, ...] = ()

    def show_facts(self, facts: Sequence[StatusFact]) -> None:
        self._facts = tuple(fact for fact in facts if fact.text)
        whole = " · ".join(fact.text for fact in self._facts)
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.update()

    def _width(self, text: str) -> int:
        icon = self._theme.tokens.icon(SIZES.icon_small)
        return icon + _GAP + self._theme.metrics("caption").horizontalAdvance(text)

    def _texts(self) -> list[str]:
        whole = [fact.text for fact in self._facts]
        if sum(self._width(text) + _BETWEEN for text in whole) - _BETWEEN <= self.width():
            return whole
        return [fact.short or fact.text for fact in self._facts]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, x = self._theme, QPainter(self), 0
        size = theme.tokens.icon(SIZES.icon_small)
        for fact, text in zip(self._facts, self._texts(), strict=True):
            width = self._width(text)
            if x + width > self.width():
                break
            theme.icons.paint(
                painter, fact.icon, QRect(x, 0, size, self.height()), size, theme.colour("text2")
            )
            at = QRect(x + size + _GAP, 0, width, self.height())
            paint_text(painter, at, text, theme.font("caption"), theme.colour("text2"))
            x += width + _BETWEEN
