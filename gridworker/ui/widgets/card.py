"""Cards: white paper on the grey desk, with an optional header row and an optional footer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.labels import FactLine, IconLabel, Rule, TextLabel, row
from gridworker.ui.widgets.painting import paint_rounded


class _Edge(QWidget):
    """Paints the card's rounded edge last, over square corners of a list inside."""

    def __init__(self, card: QWidget, theme: Theme) -> None:
        super().__init__(card)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_rounded(painter, self.rect(), SIZES.radius_card, None, self._theme.colour("line"))


class Card(QFrame):
    """A card. Add content to `body` (a QVBoxLayout); `flush=True` leaves a 1 px inset only, for lists and tables."""

    def __init__(self, theme: Theme, *, padding: int = SIZES.card_pad, flush: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("card", "true")
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(1, 1, 1, 1)
        self._outer.setSpacing(0)
        self.body = QVBoxLayout()
        inset = 0 if flush else padding - 1
        self.body.setContentsMargins(inset, inset, inset, inset)
        self.body.setSpacing(0 if flush else SIZES.gap_2)
        self._outer.addLayout(self.body, 1)
        self._edge = _Edge(self, theme)
        theme.changed.connect(self.update)

    def resizeEvent(self, event: object) -> None:
        self._edge.setGeometry(self.rect())
        self._edge.raise_()

    def choose(self, chosen: bool) -> None:
        """Draw the 2 px accent edge of the chosen card."""
        self.setProperty("card", "chosen" if chosen else "true")
        self._edge.setVisible(not chosen)
        self.style().unpolish(self)
        self.style().polish(self)

    def add_header(self, header: CardHeader) -> None:
        """Put a header row above everything, with its line below."""
        self._outer.insertWidget(0, header)
        self._outer.insertWidget(1, Rule())

    def add_footer(self, *parts: QWidget | int | None) -> QFrame:
        """A footer on the alt surface: widgets, ints as px, None as stretch."""
        foot = QFrame()
        foot.setProperty("foot", True)
        layout = row(*parts)
        layout.setContentsMargins(SIZES.card_pad, SIZES.gap_2, SIZES.card_pad, SIZES.gap_2)
        foot.setLayout(layout)
        self._outer.addWidget(foot)
        return foot


class CardHeader(QWidget):
    """Icon, title, quiet facts at the left; controls at the right. 40 high."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        facts: Sequence[str] = (),
        *,
        icon: str | None = None,
        controls: Sequence[QWidget] = (),
        style: str = "strong",
    ) -> None:
        super().__init__()
        self._theme = theme
        self.title = TextLabel(theme, title, style)
        self.facts = FactLine(theme, facts, "body", "text2")
        parts: list[QWidget | int | None] = [IconLabel(theme, icon, "text2")] if icon else []
        layout = row(*parts, self.title, self.facts, None, *controls)
        layout.setContentsMargins(SIZES.card_pad, 0, SIZES.card_pad, 0)
        self.setLayout(layout)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.height(SIZES.card_header))
