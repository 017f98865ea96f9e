"""The service needs of a household at a glance: one line each with its end, and the way to where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gridworker.store.care_rows import NeedRow
from gridworker.ui.pages.words import DOT
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import Rule, TextLabel, row
from gridworker.wording import Wording


class NeedsPart(QWidget):
    """`wanted` when the person asks for more. Hidden without needs, and for whoever may not see them."""

    wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._shown: tuple[NeedRow, ...] = ()
        self.buttons: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_1)
        column.addWidget(Rule())
        title = TextLabel(theme, wording("homes.care.needs"), "body_bold", "text2")
        column.addLayout(
            row(title, None, TextLabel(theme, wording("households.needs_end"), "caption", "text2"))
        )
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        column.addLayout(self._column)
        self.hide()

    def show_needs(self, needs: Sequence[NeedRow]) -> None:
        """The needs of the household that is shown."""
        self.setVisible(bool(needs))
        if tuple(needs) == self._shown:
            return
        self._shown = tuple(needs)
        self.buttons.clear()
        while (item := self._column.takeAt(0)) is not None:
            part = item.widget()
            if part is not None:
                part.hide()
                part.deleteLater()
        for need in needs:
            self._column.addWidget(self._line(need))

    def _line(self, need: NeedRow) -> QWidget:
        wording, holder = self._wording, QWidget()
        words = DOT.join((wording(f"homes.need_kind.{need.need}"), need.person))
        until = wording("homes.care.until", day=need.valid_until)
        button = Button(self._theme, words, "quiet", small=True)
        button.setAccessibleName(DOT.join(part for part in (words, until, need.note) if part))
        button.clicked.connect(self.wanted)
        self.buttons.append(button)
        holder.setLayout(row(button, None, TextLabel(self._theme, until, "body", "text2")))
        return holder
