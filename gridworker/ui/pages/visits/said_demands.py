"""What was asked for in the visit that is being written down: registered with the visit when that is saved."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gridworker.ui.pages.demands.form_body import Body, bodies_of, texts_of
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class SaidDemands(QWidget):
    """`changed` when one is added or taken out again. Hidden while there is none."""

    changed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._bodies: list[dict[str, object]] = []
        self.buttons: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SIZES.gap_1)
        self._flow: FlowRow | None = None
        self._fill()

    def add(self, body: Body) -> None:
        """One more was said."""
        self._bodies.append(dict(body))
        self._fill()
        self.changed.emit()

    def _take_out(self, at: int) -> None:
        del self._bodies[at]
        self._fill()
        self.changed.emit()

    def text(self) -> str:
        """As a draft keeps them."""
        return texts_of(self._bodies)

    def show_text(self, text: str) -> None:
        """What a draft kept, without telling."""
        self._bodies = bodies_of(text)
        self._fill()

    def _fill(self) -> None:
        wording = self._wording
        if self._flow is not None:
            self._column.removeWidget(self._flow)
            self._flow.deleteLater()
        self._flow, self.buttons = FlowRow(), []
        words = wording("visit.said_demands", count=len(self._bodies))
        self._flow.add(TextLabel(self._theme, words, "body_bold", "text2"))
        for at, body in enumerate(self._bodies):
            title = str(body.get("title", ""))
            button = Button(self._theme, title, "plain", icon="x", small=True)
            button.setAccessibleName(wording("visit.take_out", title=title))
            button.setToolTip(button.accessibleName())
            button.clicked.connect(lambda _=False, here=at: self._take_out(here))
            self._flow.add(button)
            self.buttons.append(button)
        self._column.addWidget(self._flow)
        self.setVisible(bool(self._bodies))
