"""Label and value in two columns, as side panels show what is known of a record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.labels import TextLabel


class FactTable(QWidget):
    """Rows are made once per key; values change in place, so that moving through a list costs no widgets."""

    def __init__(self, theme: Theme, keys: Sequence[tuple[str, str]], *, label_px: int = 72) -> None:
        super().__init__()
        self._theme, self._label_px = theme, label_px
        self._labels: dict[str, TextLabel] = {}
        self._values: dict[str, TextLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SIZES.gap_2)
        self._grid.setVerticalSpacing(SIZES.gap_1)
        self._grid.setColumnStretch(1, 1)
        for at, (key, word) in enumerate(keys):
            label, value = TextLabel(theme, word, "body", "text2"), TextLabel(theme, "", wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, at, 1)
            self._labels[key], self._values[key] = label, value
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._grid.setColumnMinimumWidth(0, self._theme.tokens.width(self._label_px))

    def show_value(self, key: str, text: str, *, hide_empty: bool = False) -> None:
        """A value; an empty one prints as a dash, or hides its row."""
        label, value = self._labels[key], self._values[key]
        value.setText(text or "—")
        value.setAccessibleName(f"{label.text()} {text or '—'}")
        for part in (label, value):
            part.setVisible(bool(text) or not hide_empty)

    def value(self, key: str) -> str:
        return self._values[key].text()
