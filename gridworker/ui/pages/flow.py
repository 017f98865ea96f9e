"""Widgets side by side that go on in the next line where they do not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.tokens import SIZES


class FlowRow(QWidget):
    """Children keep their size hint; nothing is cut, the row grows in height instead.

    Not a QLayout: a layout written in Python outlives its widgets' items, and freeing those crashes."""

    def __init__(self, *, gap: int = SIZES.gap_2) -> None:
        super().__init__()
        self._gap = gap
        self._parts: list[QWidget] = []
        self._hints: dict[QWidget, QSize] = {}  # a layout asks a hundred times before the first paint
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, part: QWidget) -> None:
        part.setParent(self)
        part.show()
        self._parts.append(part)
        self._arrange_anew()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, apply=False)

    def sizeHint(self) -> QSize:
        sizes = [self._hint(part) for part in self._shown()]
        width = sum(size.width() + self._gap for size in sizes) - self._gap
        return QSize(max(width, 0), max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        widest = max((self._hint(part).width() for part in self._shown()), default=0)
        return QSize(widest, self.heightForWidth(self.width()) if self.width() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a child wants another size
            self._arrange_anew()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._arrange_anew()  # what changed while it was hidden was not said
        super().showEvent(event)

    def _hint(self, part: QWidget) -> QSize:
        found = self._hints.get(part)
        if found is None:
            found = self._hints[part] = part.sizeHint()
        return found

    def _arrange_anew(self) -> None:
        self._hints.clear()
        self._arrange()

    def _arrange(self) -> None:
        self._place(self.width(), apply=True)
        self.updateGeometry()

    def _place(self, width: int, *, apply: bool) -> int:
        """Put the children into lines of `width` px, centred in their line; returns the height they need in px."""
        y = 0
        for line in self._lines(width):
            height = max(self._hint(part).height() for part in line)
            x = 0
            for part in line:
                size = self._hint(part)
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
            wide = self._hint(part).width()
            if not lines or x + wide > width:
                lines.append([])
                x = 0
            lines[-1].append(part)
            x += wide + self._gap
        return lines
