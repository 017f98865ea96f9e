"""A labelled line for the path of a file, with a button that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.ui.file_choice import choose_source
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.wording import Wording

ChooseFile = Callable[[QWidget, str, str, str], str]


class FileField(FieldRow):
    """`edit` holds the path; `kinds` is what the system's dialog filters by. `choose_file` asks for it."""

    def __init__(self, theme: Theme, label: str, choose: str, kinds: str, *, note: str = "") -> None:
        self.edit = QLineEdit()
        self.button = Button(theme, choose, small=True)
        super().__init__(theme, label, self.edit, note=note, trailing=self.button)
        self.choose_file: ChooseFile = choose_source
        self._kinds = kinds
        self.setTabOrder(self.edit, self.button)
        self.edit.textEdited.connect(lambda: self.show_error(""))
        self.button.clicked.connect(self._choose)

    def text(self) -> str:
        """The path without blanks round it; "" for none."""
        return self.edit.text().strip()

    def _choose(self) -> None:
        chosen = self.choose_file(self, self.label.text(), self.text(), self._kinds)
        if chosen:
            self.edit.setText(chosen)
            self.show_error("")
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)


def authority_field(theme: Theme, wording: Wording) -> FileField:
    """The file with an organisation's own certificates, for whoever joins a server; may stay empty."""
    return FileField(
        theme,
        wording("welcome.fields.authority"),
        wording("widgets.choose_file"),
        wording("welcome.authority_kinds"),
        note=wording("welcome.authority_note"),
    )
