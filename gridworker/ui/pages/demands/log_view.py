"""What happened to a demand, the newest first: a dot for each event on a line, what and when beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gridworker.store.demand_rows import LogEntry
from gridworker.ui.pages.demands.words import log_words
from gridworker.ui.pages.words import DOT
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_RAIL = 22
_DOT = 4.5


class _LogLine(QWidget):
    """One event."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._newest = self._oldest = False
        self.what = TextLabel(theme, "", "body_bold")
        self.at = TextLabel(theme, "", "caption", "text2")
        self.facts = TextLabel(theme, "", "caption", "text2", wrap=True)
        top = QHBoxLayout()
        top.addWidget(self.what, 1)
        top.addWidget(self.at)
        column = QVBoxLayout(self)
        column.setContentsMargins(_RAIL, 0, 0, SIZES.gap_2)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.facts)

    def show_entry(self, entry: LogEntry, today: str, *, newest: bool, oldest: bool) -> None:
        wording = self._wording
        what, at, facts = log_words(entry, wording)
        self._newest, self._oldest = newest, oldest
        if not entry.confirmed:
            facts = DOT.join(part for part in (facts, wording("demands.unconfirmed")) if part)
        self.what.setText(what)
        when = wording("demands.today_at", time=at[11:]) if at[:10] == today else at[5:]
        self.at.setText(at if at[:4] != today[:4] else when)
        self.facts.setText(facts)
        self.facts.setVisible(bool(facts))
        self.setAccessibleName(DOT.join(part for part in (what, at, facts) if part))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(8, self.what.height() / 2)
        painter.setPen(QPen(theme.colour("line"), 1))
        top = middle.y() + 8 if self._newest else 0.0
        if not self._newest:
            painter.drawLine(QPointF(8.5, 0), QPointF(8.5, middle.y() - 7))
            top = middle.y() + 7
        if not self._oldest:
            painter.drawLine(QPointF(8.5, top), QPointF(8.5, self.height()))
        ink = theme.colour("accent" if self._newest else "ctl")
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(ink if self._newest else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(middle.x() - _DOT + 0.5, middle.y() - _DOT, 2 * _DOT, 2 * _DOT))


class LogView(QWidget):
    """Lines are made once and filled again, so that moving through a list costs no widgets."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.lines: list[_LogLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setAccessibleName(wording("demands.log_name"))

    def show_log(self, log: Sequence[LogEntry], today: str) -> None:
        """The newest event first."""
        while len(self.lines) < len(log):
            line = _LogLine(self._theme, self._wording)
            self.lines.append(line)
            self._column.addWidget(line)
        last = len(log) - 1
        for at, line in enumerate(self.lines):
            line.setVisible(at <= last)
            if at <= last:
                line.show_entry(log[last - at], today, newest=at == 0, oldest=at == last)
