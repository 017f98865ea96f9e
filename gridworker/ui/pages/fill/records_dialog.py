"""The records that a figure counts, as they are called in lists: number, day, and what it says of itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridworker.store.report_rows import Behind
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording

_HEIGHT, _MOST = 340, 2_000


class RecordsDialog(DialogFrame):
    """`wanted(Behind)` on Enter or double click; then it is closed."""

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, wording: Wording, title: str, records: tuple[Behind, ...], parent: QWidget
    ) -> None:
        super().__init__(theme, title, parent)
        self._wording = wording
        say = wording
        columns = (
            LineColumn(say("fill.record.entity"), "诉求", gives_way=1),
            LineColumn(say("fill.record.no"), "Z26-01-0001"),
            LineColumn(say("fill.record.day"), "2026-11-20"),
            LineColumn(say("fill.record.words"), "电动车坡道太陡", wide=True),
        )
        self.table = LinesTable(theme, title, columns)
        self.close_button = Button(theme, say("fill.record.close"), key="Esc")
        self.close_button.clicked.connect(self.reject)
        self.table.opened.connect(self._open)
        if records:
            count = say("fill.record.count", count=len(records))
            self.body.addWidget(TextLabel(theme, count, "caption", "text2"))
            card = Card(theme, flush=True)
            card.body.addWidget(self.table)
            card.setFixedHeight(_HEIGHT)
            self.table.show_lines([self._line(record) for record in records[:_MOST]])
            self.body.addWidget(card)
        else:
            self.body.addWidget(EmptyState(theme, "file-text", say("fill.record.none")))
        self.add_acts(self.close_button)
        (self.table if records else self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, record: object) -> None:
        self.accept()
        self.wanted.emit(record)

    def _line(self, record: Behind) -> Line:
        entity = self._wording(f"errors.entity.{record.entity}")
        words = self._words(record)
        cells = (entity, record.no, record.day, words)
        return Line(record, cells, " ".join(cell for cell in cells if cell))

    def _words(self, record: Behind) -> str:
        """A code is named, a title stands for itself."""
        for field in ("outcome", "state", "kind"):
            key = f"choices.{record.entity}.{field}.{record.words}"
            if record.words and self._wording.has(key):
                return self._wording(key)
        return record.words
