"""The one question before something is lost: what exactly, and verbs on the buttons. The safe side is the default."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class ConfirmDialog(DialogFrame):
    """Texts are `<key>.title`, `.body`, `.go`, `.stay`. Esc stays on the safe side, and Enter unless the keyboard was
    moved to the other button."""

    def __init__(self, theme: Theme, wording: Wording, key: str, parent: QWidget, **values: object) -> None:
        super().__init__(theme, wording(f"{key}.title", **values), parent)
        self.stay_button = Button(theme, wording(f"{key}.stay"), key="Esc")
        self.go_button = Button(theme, wording(f"{key}.go"), "danger")
        self.body.addWidget(TextLabel(theme, wording(f"{key}.body"), "body", "text2", wrap=True))
        self.body.addStretch(1)
        self.add_acts(self.go_button, self.stay_button)
        self.stay_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        self.stay_button.clicked.connect(self.reject)
        self.stay_button.setFocus(Qt.FocusReason.OtherFocusReason)


def confirmed(theme: Theme, wording: Wording, key: str, parent: QWidget, **values: object) -> bool:
    """Ask, and wait for the answer."""
    return ConfirmDialog(theme, wording, key, parent, **values).exec() == QDialog.DialogCode.Accepted
