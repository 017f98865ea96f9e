"""What an empty page or list says: what it is for and what to do first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import IconLabel, TextLabel


class EmptyState(QWidget):
    """A 32 px icon, one sentence, and at most one button."""

    def __init__(self, theme: Theme, icon: str, sentence: str, button: Button | None = None) -> None:
        super().__init__()
        self._icon = IconLabel(theme, icon, "text3", SIZES.icon_empty)
        self.sentence = TextLabel(theme, sentence, "body", "text2", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setSpacing(SIZES.gap_3)
        layout.addStretch(1)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.sentence)
        if button is not None:
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)

    def add_below(self, field: QWidget) -> None:
        """Another way to begin, under the button."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.count() - 1, field, 0, Qt.AlignmentFlag.AlignHCenter)
