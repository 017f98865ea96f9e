"""What a record is linked with, as small buttons that lead there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.links import LinkShown
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

#: So many links of a kind have a button: whatever has more of them lists them elsewhere.
_MOST = 3


class LinkRow(QWidget):
    """`wanted(kind, record)`. Not shown while there is nothing to lead to."""

    wanted = Signal(str, bytes)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.buttons: list[Button] = []
        self._flow = FlowRow()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._flow)
        self.hide()

    def show_links(self, links: Sequence[LinkShown]) -> None:
        """In a row made anew: buttons that are gone keep no place."""
        old, self._flow, self.buttons = self._flow, FlowRow(), []
        if links:
            self._flow.add(TextLabel(self._theme, self._wording("widgets.link.head"), "caption", "text2"))
        met: Counter[str] = Counter()
        for link in links:
            met[link.kind] += 1
            if met[link.kind] > _MOST:
                continue
            button = Button(self._theme, link.words, icon=link.icon, small=True)
            button.setAccessibleName(link.spoken)
            button.setToolTip(link.spoken)
            button.clicked.connect(partial(self.wanted.emit, link.kind, link.record))
            self._flow.add(button)
            self.buttons.append(button)
        rest = sum(max(0, number - _MOST) for number in met.values())
        if rest:
            words = self._wording("widgets.link.rest", count=rest)
            self._flow.add(TextLabel(self._theme, words, "caption", "text2"))
        self._column.replaceWidget(old, self._flow)
        old.hide()
        old.deleteLater()
        self.setVisible(bool(links))

    def go(self) -> None:
        """The first link gets the keys; a single one is followed at once."""
        if len(self.buttons) == 1:
            self.buttons[0].click()
        elif self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            around = self.parentWidget()
            while around is not None and not isinstance(around, QScrollArea):
                around = around.parentWidget()
            if isinstance(around, QScrollArea):
                around.ensureWidgetVisible(self.buttons[0])
