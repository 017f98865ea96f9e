"""The banner above a page's content: completeness, read-only, update. One line, one act."""

from __future__ import annotations

from PySide6.QtCore import Signal

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.strip import Strip


class Banner(Strip):
    """40 high, tint and edge of `colour` (due, info, late, ok, mute). `acted` when its one button is pressed."""

    acted = Signal()

    def __init__(
        self, theme: Theme, colour: str = "due", icon: str = "triangle-alert", action: str = ""
    ) -> None:
        super().__init__(theme, colour, icon, px=SIZES.strip, radius=SIZES.radius_card)
        self.button = Button(theme, action, "quiet", small=True)
        self.button.clicked.connect(self.acted)
        self.acts.addWidget(self.button)
        self.button.setVisible(bool(action))
