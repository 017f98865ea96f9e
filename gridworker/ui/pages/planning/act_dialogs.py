"""The small dialogs of a planned visit: to another day, or not at all and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridworker.models.days import Week, plus_days
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.pages.words import field_words, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class PlanDialog(DialogFrame):
    """Title and body are `plan.act.<act>.…`; `asked` when the person confirms. It stays open until `accept()` or an
    error is shown."""

    asked = Signal()

    def __init__(self, theme: Theme, wording: Wording, act: str, parent: QWidget, **values: object) -> None:
        super().__init__(theme, wording(f"plan.act.{act}.title", **values), parent)
        self._wording = wording
        self.go_button = Button(theme, wording(f"plan.act.{act}.go"), "primary", key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.failure.hide()
        self.body.addWidget(
            TextLabel(theme, wording(f"plan.act.{act}.body", **values), "body", "text2", wrap=True)
        )
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self.ask)
        self.bind_go(self.ask)

    def finish(self, *fields: QWidget) -> None:
        """Put the fields in, then what went wrong and the verbs."""
        for field in (*fields, self.failure):
            self.body.addWidget(field)
        self.body.addStretch(1)
        self.add_acts(self.cancel_button, self.go_button)

    def fault(self) -> bool:
        """Show what is missing; True if something is."""
        return False

    def ask(self) -> None:
        """Confirm, unless something is missing."""
        if not self.fault():
            self.failure.hide()
            self.go_button.setEnabled(False)
            self.asked.emit()
        self.fit()

    def show_failure(self, error: Exception) -> None:
        """What could not be saved; nothing typed is lost."""
        self.go_button.setEnabled(True)
        self.failure.setText(field_words(self._wording, error))
        self.failure.show()
        self.fit()


class MoveDialog(PlanDialog):
    """For which day instead, a week ahead unless said otherwise, and why if one likes to say so. `now` is today and the
    week the visit stands in: within it the plan keeps no reason, so that none is asked for."""

    def __init__(
        self, theme: Theme, wording: Wording, door: str, now: tuple[str, Week], parent: QWidget
    ) -> None:
        today, self._week = now
        super().__init__(theme, wording, "move", parent, door=door)
        self.day_edit = DayEdit(wording, wording("plan.act.move.day"), ahead=True)
        self.day_edit.set_today(today)
        self.row = FieldRow(theme, wording("plan.act.move.day"), self.day_edit)
        self.day_edit.meant.connect(self.row.set_note)
        self.day_edit.setText(plus_days(today, 7))
        self.text = GuardedText(theme, wording, wording("plan.act.move.text"), lines=1)
        self.text.noticed.connect(self.fit)
        self.day_edit.meant.connect(self._ask_why)
        self.finish(self.row, self.text)
        self.day_edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.day_edit.selectAll()

    def _ask_why(self) -> None:
        day = self.day_edit.day()
        self.text.setHidden(day is not None and Week.of_day(day) == self._week)
        self.fit()

    def fault(self) -> bool:
        bad = self.day_edit.day() is None
        numbers = not self.text.isHidden() and self.text.holds_identity_number()
        self.row.show_error(reason_words(self._wording, "not_a_day") if bad else "")
        self.text.show_error(reason_words(self._wording, "identity_number") if numbers else "")
        return bad or numbers


class ReasonDialog(PlanDialog):
    """One free text that must not be empty: why not, or what the next one must know."""

    def __init__(self, theme: Theme, wording: Wording, act: str, parent: QWidget, **values: object) -> None:
        super().__init__(theme, wording, act, parent, **values)
        self.text = GuardedText(theme, wording, wording(f"plan.act.{act}.text"), lines=2)
        self.text.noticed.connect(self.fit)
        self.finish(self.text)
        self.text.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def fault(self) -> bool:
        reason = "identity_number" if self.text.holds_identity_number() else ""
        reason = reason or ("" if self.text.text().strip() else "required")
        self.text.show_error(reason_words(self._wording, reason) if reason else "")
        return bool(reason)
