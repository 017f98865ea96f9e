"""What was let out: one line for each file and each printed paper, newest first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.store.export_rows import ExportLine, ExportLog
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording

_WIDTH, _HEIGHT = 1080, 380


class ExportLogDialog(DialogFrame):
    """Read only: the lines are a part of the audit."""

    def __init__(self, theme: Theme, wording: Wording, log: ExportLog, parent: QWidget) -> None:
        super().__init__(theme, wording("export.log.title"), parent)
        self._wording = wording
        room = parent.window().width() - 2 * SIZES.gap_6
        self.setFixedWidth(min(round(_WIDTH * theme.tokens.growth), max(room, 480)))
        self.table = LinesTable(theme, wording("export.log.title"), _columns(wording))
        self.close_button = Button(theme, wording("export.log.close"), key="Esc")
        self.close_button.clicked.connect(self.reject)
        lines = log.lines
        if lines:
            told = wording(f"export.log.{'whole' if log.whole else 'own'}", count=len(lines))
            self.body.addWidget(TextLabel(theme, told, "caption", "text2"))
            card = Card(theme, flush=True)
            card.body.addWidget(self.table)
            card.setFixedHeight(_HEIGHT)
            self.table.show_lines([self._line(line) for line in lines])
            self.body.addWidget(card)
        else:
            self.body.addWidget(EmptyState(theme, "file-text", wording("export.log.none")))
        self.add_acts(self.close_button)
        (self.table if lines else self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, line: ExportLine) -> Line:
        wording = self._wording
        key = f"export.what.{line.what}"
        what = wording(key) if wording.has(key) else line.what
        form_key = f"export.form_name.{line.form}"
        form = wording(form_key) if wording.has(form_key) else line.form
        if not line.purpose:
            how = wording("export.log.in_house")
        elif line.unmask_reason:
            how = wording("export.log.unmasked", reason=line.unmask_reason)
        else:
            how = wording("export.log.masked")
        if line.locked:
            how = f"{how} · {wording('export.log.locked')}"
        named = f"{what} {line.period}".strip()
        cells = (line.at, line.by, named, line.node, form, line.purpose, line.recipient, how)
        return Line(line, cells, " · ".join(cell for cell in cells if cell))


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    def column(name: str, usual: str, wide: bool = False, gives_way: int = 0) -> LineColumn:
        return LineColumn(wording(f"export.log.column.{name}"), usual, wide, gives_way)

    return (
        column("at", "2026-11-20 17:42"),
        column("by", "演示·王某某", gives_way=2),
        column("what", "走访台账 2026-W47"),
        column("node", "锦苑一期党支部", gives_way=1),
        column("form", "Excel", gives_way=3),
        column("purpose", "两委例会", wide=True),
        column("recipient", "街道社区治理科"),
        column("how", "已脱敏 · 加密"),
    )
