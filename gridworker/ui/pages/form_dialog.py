"""The small form that pages ask with: labelled fields, one verb, errors under the field they are about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import FieldInvalid
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.words import field_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class FormDialog(DialogFrame):
    """Fields by their names; `asked(form)` when the person saves. It stays open until `accept` or an error."""

    asked = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, title: str, go: str, parent: QWidget) -> None:
        super().__init__(theme, title, parent)
        self._wording = wording
        self.fields: dict[str, FieldRow] = {}
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.go_button = Button(theme, go, "primary", key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self.add_acts(self.cancel_button, self.go_button)
        self.failure.hide()
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._go)
        self.bind_go(self._go)

    def add_field(self, name: str, label: str, control: QWidget, note: str = "") -> None:
        self.fields[name] = field = FieldRow(self._theme, label, control, note=note)
        self.body.addWidget(field)

    def finish(self, first: QWidget, read: Callable[[], object]) -> None:
        """Put the keyboard on the first control. `read` gives the form as it is filled in, or raises
        FieldInvalid for what can be told before anything is saved."""
        self._read = read
        self.body.addWidget(self.failure)
        self.body.addStretch(1)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        self.failure.hide()
        for field in self.fields.values():
            field.show_error("")
        self.go_button.setEnabled(False)
        try:
            read = self._read()
        except FieldInvalid as error:
            self.show_failure(error)
        else:
            self.asked.emit(read)

    def show_failure(self, error: Exception) -> None:
        """What could not be saved, under its field where it has one. Nothing typed is lost."""
        self.go_button.setEnabled(True)
        text = field_words(self._wording, error)
        name = str(error.values.get("field")) if isinstance(error, FieldInvalid) else ""
        if name in self.fields:
            self.fields[name].show_error(text)
            self.fields[name].control.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.failure.setText(text)
            self.failure.show()
            QTimer.singleShot(0, self, lambda: self.show_whole(self.failure))  # it stands below a long form
        self.fit()
