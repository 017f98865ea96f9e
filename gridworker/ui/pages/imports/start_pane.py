"""The first step of an import: a file is chosen or dropped, a blank ledger saved, an earlier import taken back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gridworker.services.imports import PastImport
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import FactLine, IconLabel, Rule, TextLabel, row
from gridworker.wording import Wording


class StartPane(QWidget):
    """`file_wanted` · `template_wanted` · `bring_wanted` · `undo_wanted(batch)`."""

    file_wanted = Signal()
    template_wanted = Signal()
    bring_wanted = Signal()
    undo_wanted = Signal(str)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.choose_button = Button(
            theme, wording("import.page.choose"), "primary", icon="file-spreadsheet", key="Ctrl+Shift+O"
        )
        self.template_button = Button(theme, wording("import.page.template"), icon="download")
        self.bring_button = Button(theme, wording("import.page.bring"), icon="laptop")
        self.undo_buttons: dict[str, Button] = {}
        self.choose_button.clicked.connect(self.file_wanted)
        self.template_button.clicked.connect(self.template_wanted)
        self.bring_button.clicked.connect(self.bring_wanted)
        self._past = Card(theme, flush=True)
        self._past.add_header(CardHeader(theme, wording("import.page.past")))
        self._list: QWidget | None = None
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(wording("import.page.past"))
        self._past.body.addWidget(self._area)
        self._past.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        inside = QWidget()  # scrolls where the text is large and the screen low
        inside.setProperty("plain", "true")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_3)
        layout.addWidget(self._invitation())
        layout.addWidget(self._past, 3)
        layout.addStretch(1)
        whole = QScrollArea()
        whole.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole.setWidgetResizable(True)
        whole.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(whole)

    def _invitation(self) -> Card:
        wording, card = self._wording, Card(self._theme, padding=SIZES.gap_6)
        card.body.setSpacing(SIZES.gap_3)
        head = row(
            IconLabel(self._theme, "file-spreadsheet", "text3", SIZES.icon_empty),
            TextLabel(self._theme, wording("import.page.invite"), "strong", wrap=True),
            gap=SIZES.gap_3,
        )
        head.setStretch(1, 1)
        card.body.addLayout(head)
        card.body.addWidget(TextLabel(self._theme, wording("import.page.kinds"), "body", "text2", wrap=True))
        acts = FlowRow()
        acts.add(self.choose_button)
        acts.add(self.template_button)
        acts.add(self.bring_button)
        self.bring_button.hide()
        card.body.addWidget(acts)
        return card

    def offer_profiles(self, *, any_there: bool) -> None:
        """The way from another profile, only where there is one."""
        self.bring_button.setVisible(any_there)

    def show_batches(self, batches: Sequence[PastImport]) -> None:
        """What was imported before, the newest first."""
        inside = QWidget()
        inside.setProperty("plain", "true")
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        self.undo_buttons = {}
        for past in batches:
            lines.addWidget(self._line(past))
            lines.addWidget(Rule())
        lines.addStretch(1)
        self._area.setWidget(inside)
        self._past.setVisible(bool(batches))

    def _line(self, past: PastImport) -> QWidget:
        wording, line = self._wording, QWidget()
        facts = [
            past.at,
            wording("import.page.batch_counts", created=past.created, changed=past.changed),
            wording("import.page.undone") if past.undone else "",
        ]
        name = TextLabel(self._theme, past.file, "body_bold")
        parts: list[QWidget | None] = [name, FactLine(self._theme, facts, "body")]
        layout = row(*parts, gap=SIZES.gap_3)
        layout.setStretch(1, 1)
        if not past.undone:
            undo = Button(self._theme, wording("import.page.take_back"), icon="undo-2", small=True)
            undo.setAccessibleDescription(past.file)
            undo.clicked.connect(partial(self.undo_wanted.emit, past.batch))
            self.undo_buttons[past.batch] = undo
            layout.addWidget(undo)
        layout.setContentsMargins(SIZES.card_pad, SIZES.gap_2, SIZES.card_pad, SIZES.gap_2)
        line.setLayout(layout)
        return line
