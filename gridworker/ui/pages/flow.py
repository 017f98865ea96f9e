"""Widgets side by side that go on in the next line where they do not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.tokens import SIZES


class FlowRow(QWidget):
    """Children keep their size hint; nothing is cut, the row grows in height instead.

    Not a QLayout: a layout written in Python outlives its widgets' items, and freeing those crashes."""

    def __init__(self, *, gap: int = SIZES.gap_2) -> None:
        super().__init__()
        self._gap = gap
        self._parts: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, part: QWidget) -> None:
        part.setParent(self)
        part.show()
        self._parts.append(part)
        self._arrange()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, apply=False)

    def sizeHint(self) -> QSize:
        sizes = [part.sizeHint() for part in self._shown()]
        width = sum(size.width() + self._gap for size in sizes) - self._gap
        return QSize(max(width, 0), max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        widest = max((part.sizeHint().width() for part in self._shown()), default=0)
        return QSize(widest, self.heightForWidth(self.width()) if self.width() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a child wants another size
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        self._place(self.width(), apply=True)
        self.updateGeometry()

    def _place(self, width: int, *, apply: bool) -> int:
        """Put the children into lines of `width` px, centred in their line; returns the height they need in px."""
        y = 0
        for line in self._lines(width):
            height = max(part.sizeHint().height() for part in line)
            x = 0
            for part in line:
                size = part.sizeHint()
                if apply:
                    top = y + (height - size.height()) // 2
                    part.setGeometry(QRect(x, top, size.width(), size.height()))
                x += size.width() + self._gap
            y += height + SIZES.gap_1
        return max(y - SIZES.gap_1, 0)

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _lines(self, width: int) -> list[list[QWidget]]:
        lines: list[list[QWidget]] = []
        x = 0
        for part in self._shown():
            wide = part.sizeHint().width()
            if not lines or x + wide > width:
                lines.append([])
                x = 0
            lines[-1].append(part)
            x += wide + self._gap
        return lines
