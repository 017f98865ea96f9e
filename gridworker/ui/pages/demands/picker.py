"""Chooses another demand by search: number, title or outside number; before anything is typed, those like the one in
hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_TYPING_MS = 200
#: (id, words) of a demand.
Found = Sequence[tuple[bytes, str]]
Find = Callable[[str, Callable[[Found], None]], None]


class DemandPicker(QWidget):
    """`find(text, shown)` looks up what is typed, away from the window. `grown` when more or less is said."""

    grown = Signal()

    def __init__(self, theme: Theme, wording: Wording, offered: Found, find: Find) -> None:
        super().__init__()
        self._offered, self._find, self._asked = tuple(offered), find, ""
        self.text, self.hits = QLineEdit(), QComboBox()
        self.none = TextLabel(theme, wording("demands.pick_unknown"), "caption", "late", wrap=True)
        self.text.setPlaceholderText(wording("demands.pick_hint"))
        self.text.setAccessibleName(wording("demands.pick_hint"))
        self.hits.setAccessibleName(wording("errors.field.merged_into_id"))
        self.hits.setPlaceholderText(wording("demands.pick_one"))
        fit_control(theme, self.text)
        fit_control(theme, self.hits)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_1)
        for part in (self.text, self.hits, self.none):
            column.addWidget(part)
        self.setFocusProxy(self.text)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.look)
        self.text.textEdited.connect(lambda _: self._typing.start())
        self._show(self._offered)

    def look(self) -> None:
        """Look up what is typed now."""
        self._typing.stop()
        asked = self._asked = self.text.text().strip()
        if asked:
            self._find(asked, lambda found: self._show(found) if asked == self._asked else None)
        else:
            self._show(self._offered)

    def _show(self, found: Found) -> None:
        self.hits.clear()
        for demand, words in found:
            self.hits.addItem(words, demand)
        # Those like it are only offered, and which of them is meant somebody says; what was looked for is meant.
        self.hits.setCurrentIndex(0 if self._asked else -1)
        self.hits.setVisible(bool(found))
        self.none.setVisible(not found)
        self.grown.emit()

    def chosen(self) -> bytes | None:
        """The demand that is meant now."""
        found = self.hits.currentData()
        return found if isinstance(found, bytes) else None
