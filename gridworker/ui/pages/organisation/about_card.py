"""What is known about a node itself: label and text under each other."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from gridworker.store.queries.organisation import NodeDetail
from gridworker.ui.pages.organisation.words import node_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_FACTS = 7
_UNBOUND = 16_777_215


class AboutCard(Card):
    """A side card of fixed width, or the whole page when it stands alone."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme)
        self._wording = wording
        self.edit_button = Button(theme, wording("organisation.edit_unit"), key="Ctrl+I", small=True)
        self.add_header(CardHeader(theme, wording("organisation.about"), controls=[self.edit_button]))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZES.gap_3)
        grid.setVerticalSpacing(SIZES.gap_2)
        grid.setColumnStretch(1, 1)
        self._labels = [
            (TextLabel(theme, "", "body", "text2", wrap=True), TextLabel(theme, "", wrap=True))
            for _ in range(_FACTS)
        ]
        for at, (label, text) in enumerate(self._labels):
            grid.addWidget(label, at, 0)
            grid.addWidget(text, at, 1)
        self.body.addWidget(inside)
        self.body.addStretch(1)
        theme.changed.connect(self._restyle)
        self._alone = False
        self._restyle()

    def set_alone(self, alone: bool) -> None:
        self._alone = alone
        self._restyle()

    def _restyle(self) -> None:
        width = self._theme.tokens.width(SIZES.side_panel)
        self.setMinimumWidth(0 if self._alone else width)
        self.setMaximumWidth(_UNBOUND if self._alone else width)

    def show_node(self, detail: NodeDetail) -> None:
        facts = node_facts(detail, self._wording)
        for (label, text), (name, value) in zip(self._labels, facts, strict=False):
            label.setText(name)
            text.setText(value)
            text.setAccessibleName(f"{name} {value}")

    def facts(self) -> dict[str, str]:
        """What is shown, by label."""
        return {label.text(): text.text() for label, text in self._labels if label.text()}
