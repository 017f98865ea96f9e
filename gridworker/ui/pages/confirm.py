"""The one question before something is lost: what exactly, and verbs on the buttons. The safe side is the default."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

_WIDTH = 480


class ConfirmDialog(QDialog):
    """Texts are `<key>.title`, `.body`, `.go`, `.stay`. Enter and Esc stay on the safe side."""

    def __init__(self, theme: Theme, wording: Wording, key: str, parent: QWidget, **values: object) -> None:
        super().__init__(parent)
        title = wording(f"{key}.title", **values)
        self.setWindowTitle(title)
        self.stay_button = Button(theme, wording(f"{key}.stay"), key="Esc")
        self.go_button = Button(theme, wording(f"{key}.go"), "danger")
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.gap_6, SIZES.gap_4, SIZES.gap_6, SIZES.gap_4)
        column.setSpacing(SIZES.gap_3)
        column.addWidget(TextLabel(theme, title, "panel", wrap=True))
        column.addWidget(TextLabel(theme, wording(f"{key}.body", **values), "body", "text2", wrap=True))
        column.addLayout(row(None, self.go_button, self.stay_button))
        self.setMinimumWidth(min(round(_WIDTH * theme.tokens.growth), 900))
        self.go_button.setAutoDefault(False)
        self.stay_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        self.stay_button.clicked.connect(self.reject)
        self.stay_button.setFocus(Qt.FocusReason.OtherFocusReason)


def confirmed(theme: Theme, wording: Wording, key: str, parent: QWidget, **values: object) -> bool:
    """Ask, and wait for the answer."""
    return ConfirmDialog(theme, wording, key, parent, **values).exec() == QDialog.DialogCode.Accepted
