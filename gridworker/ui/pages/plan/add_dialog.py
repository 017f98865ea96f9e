"""Puts one household into the plan by its door."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.ui.pages.planning.act_dialogs import PlanDialog
from gridworker.ui.pages.words import field_words, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import FieldRow
from gridworker.wording import Wording


class AddDialog(PlanDialog):
    """Asks for a door such as `3-2-501`."""

    def __init__(self, theme: Theme, wording: Wording, parent: QWidget) -> None:
        super().__init__(theme, wording, "add", parent)
        self.door = QLineEdit()
        self.row = FieldRow(theme, wording("plan.act.add.door"), self.door)
        self.finish(self.row)
        self.door.returnPressed.connect(self.ask)
        self.door.setFocus(Qt.FocusReason.OtherFocusReason)

    def fault(self) -> bool:
        missing = not self.door.text().strip()
        self.row.show_error(reason_words(self._wording, "required") if missing else "")
        return missing

    def show_failure(self, error: Exception) -> None:
        """A door that is none stands under its field."""
        if isinstance(error, FieldInvalid):
            self.go_button.setEnabled(True)
            self.row.show_error(field_words(self._wording, error))
            self.fit()
        else:
            super().show_failure(error)
