"""F1: the keys of the present page, then those of the whole window and of the pages that have one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import KeyCap, TextLabel, row
from gridworker.ui.widgets.painting import key_width
from gridworker.wording import Wording

_WIDTH = 480
_TALLEST = 520
_WINDOW_KEYS = (
    ("Ctrl+K", "search"),
    ("Ctrl+N", "visit"),
    ("Ctrl+Z", "undo"),
    ("Alt+1 … 9", "pages"),
    ("Ctrl+,", "settings"),
    ("F4", "fold_tree"),
    ("Ctrl+L", "lock"),
    ("Tab", "next_control"),
    ("Esc", "back"),
)


def _word(name: str) -> str:
    return "search.help" if name == "search" else f"shell.help.{name}"


class HelpDialog(QDialog):
    """A list of keys; Esc and Enter close it."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        page_title: str,
        hints: Sequence[KeyHint],
        pages: Sequence[KeyHint] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._wording = theme, wording
        self.setWindowTitle(wording("shell.help.title"))
        self.setMinimumWidth(theme.tokens.width(_WIDTH))
        everywhere = [*(KeyHint(key, wording(_word(name))) for key, name in _WINDOW_KEYS), *pages]
        self._key_column = max(key_width(theme, hint.key) for hint in (*hints, *everywhere))
        groups = [(page_title, hints), (wording("shell.help.everywhere"), everywhere)]
        close = Button(theme, wording("widgets.close"), "plain", key="Esc")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIZES.gap_4, SIZES.gap_4, SIZES.gap_4, SIZES.gap_4)
        layout.setSpacing(SIZES.gap_3)
        layout.addWidget(self._build_list(groups), 1)
        layout.addLayout(row(None, close))
        close.setFocus()

    def _build_list(self, groups: Sequence[tuple[str, Sequence[KeyHint]]]) -> QScrollArea:
        content = QWidget()
        content.setProperty("plain", True)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_3)
        for title, hints in groups:
            if hints:
                self._add_group(column, title, hints)
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(self._wording("shell.help.title"))
        area.setWidgetResizable(True)
        area.setWidget(content)
        area.setMinimumHeight(min(content.sizeHint().height() + SIZES.gap_1, _TALLEST))
        return area

    def _add_group(self, column: QVBoxLayout, title: str, hints: Sequence[KeyHint]) -> None:
        column.addWidget(TextLabel(self._theme, title, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SIZES.gap_4)
        grid.setVerticalSpacing(SIZES.gap_2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, self._key_column)
        for line, hint in enumerate(hints):
            grid.addWidget(KeyCap(self._theme, hint.key), line, 0)
            grid.addWidget(TextLabel(self._theme, hint.does, "body", wrap=True), line, 1)
        column.addLayout(grid)
