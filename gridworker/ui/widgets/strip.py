"""The common ground of banner, guard strip and undo bar: a tinted strip in the layout, with icon, text and acts."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme
from gridworker.ui.widgets.labels import IconLabel, TextLabel
from gridworker.ui.widgets.painting import paint_rounded


class Strip(QWidget):
    """A strip in a state colour. Hidden until it has something to say. `px` is its height at 100 %; it grows by a
    line where the words need one, because the next step in an error must never be cut."""

    def __init__(self, theme: Theme, colour: str, icon: str, *, px: int, radius: int) -> None:
        super().__init__()
        self._theme, self._colour, self._px, self._radius = theme, colour, px, radius
        self.icon = IconLabel(theme, icon, colour)
        self.words = TextLabel(theme, "", "body", colour, wrap=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.acts = QHBoxLayout()
        self.acts.setSpacing(SIZES.gap_1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIZES.card_pad, 2, SIZES.gap_1, 2)
        layout.setSpacing(SIZES.gap_2)
        layout.addWidget(self.icon)
        layout.addWidget(self.words, 1)
        layout.addLayout(self.acts)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def say(self, text: str) -> None:
        """Show the strip with this text."""
        self.words.setText(text)
        self.setAccessibleName(text)
        self.show()

    def set_colour(self, colour: str, icon: str) -> None:
        self._colour = colour
        self.icon.show_icon(icon, colour)
        self.words.set_colour(colour)
        self.update()

    def _restyle(self) -> None:
        self.setMinimumHeight(self._theme.height(self._px))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        if self._colour == "text":
            paint_rounded(painter, self.rect(), self._radius, theme.colour("surface"), theme.colour("line"))
            return
        fill = None if theme.tokens.scheme is Scheme.CONTRAST else theme.colour(f"{self._colour}.tint")
        paint_rounded(painter, self.rect(), self._radius, fill, theme.colour(f"{self._colour}.edge"))
