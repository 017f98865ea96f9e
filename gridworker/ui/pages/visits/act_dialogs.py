"""The small dialogs of a saved visit: correct, void, remark. Each says what will happen and asks for the reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.errors import FieldInvalid
from gridworker.models.visit import OUTCOMES
from gridworker.store.rows import VisitRow
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.visits.day_text import typed_day
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.pages.words import field_words, outcome_shown, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording


class ActDialog(DialogFrame):
    """One question with a free text (reason or remark). `asked` when the person confirms; it stays open until
    `accept()` or an error is shown."""

    asked = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        act: str,
        visit: VisitRow,
        parent: QWidget,
        *,
        danger: bool = False,
    ) -> None:
        super().__init__(theme, wording(f"visit.act.{act}.title", no=visit.no, door=visit.door), parent)
        self._wording, self.visit = wording, visit
        self.text = GuardedText(theme, wording, wording(f"visit.act.{act}.text"), lines=2)
        kind = "danger" if danger else "primary"
        self.go_button = Button(theme, wording(f"visit.act.{act}.go"), kind, key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.failure.hide()
        self.body.addWidget(TextLabel(theme, wording(f"visit.act.{act}.body"), "body", "text2", wrap=True))
        self._add_fields(visit)
        self.body.addWidget(self.text)
        self.body.addWidget(self.failure)
        self.body.addStretch(1)
        self.add_acts(self.cancel_button, self.go_button)
        self._connect()

    def _add_fields(self, visit: VisitRow) -> None:
        """Further fields above the text."""

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._ask)
        self.text.noticed.connect(self.fit)
        self.bind_go(self._ask)
        self.text.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fault(self) -> str:
        """The reason why it cannot be asked yet; "" if it can."""
        if not self.text.text().strip():
            return "required"
        return "identity_number" if self.text.holds_identity_number() else ""

    def _ask(self) -> None:
        fault = self._fault()
        self.text.show_error(reason_words(self._wording, fault) if fault else "")
        self.fit()
        if not fault:
            self.failure.hide()
            self.go_button.setEnabled(False)
            self.asked.emit()

    def show_failure(self, error: Exception) -> None:
        """What could not be saved; nothing typed is lost."""
        self.go_button.setEnabled(True)
        text = field_words(self._wording, error)
        if isinstance(error, FieldInvalid) and error.values.get("field") in ("reason", "text"):
            self.text.show_error(text)
        else:
            self.failure.setText(text)
            self.failure.show()
        self.fit()


class AmendDialog(ActDialog):
    """Corrects outcome, day and what was said; only what differs is sent. The keyboard begins at the first field."""

    def __init__(self, theme: Theme, wording: Wording, visit: VisitRow, today: str, parent: QWidget) -> None:
        self._visit, self._today = visit, today
        super().__init__(theme, wording, "amend", visit, parent)
        self.outcome.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_fields(self, visit: VisitRow) -> None:
        theme, wording = self._theme, self._wording
        self.outcome = QComboBox()
        for outcome in OUTCOMES:
            shown = outcome_shown(outcome, wording)
            self.outcome.addItem(theme.icon(shown.look.icon, shown.look.colour), shown.word, outcome)
        self.outcome.setCurrentIndex(OUTCOMES.index(visit.outcome))
        self.day = DayEdit(wording, wording("visit.field.visited_on"))
        self.day.set_today(self._today)
        self.day_row = FieldRow(theme, wording("visit.field.visited_on"), self.day)
        self.day.meant.connect(self.day_row.set_note)
        self.day.setText(visit.on)
        self.said = GuardedText(theme, wording, wording("visit.field.said"), lines=3)
        self.said.set_text(visit.said)
        pair = row(
            FieldRow(theme, wording("visit.field.outcome"), self.outcome), self.day_row, gap=SIZES.gap_3
        )
        self.body.addLayout(pair)
        self.body.addWidget(self.said)

    def corrections(self) -> dict[str, str | None]:
        """Field → new value, for what differs."""
        present = {"outcome": self._visit.outcome, "visited_on": self._visit.on, "said": self._visit.said}
        wanted = {
            "outcome": str(self.outcome.currentData()),
            "visited_on": typed_day(self.day.text(), self._today) or "",
            "said": self.said.text().strip(),
        }
        return {name: value or None for name, value in wanted.items() if value != present[name]}

    def _fault(self) -> str:
        bad_day = typed_day(self.day.text(), self._today) is None
        self.day_row.show_error(reason_words(self._wording, "not_a_day") if bad_day else "")
        hides = self.said.holds_identity_number()
        self.said.show_error(reason_words(self._wording, "identity_number") if hides else "")
        if bad_day or hides:
            return ""
        return super()._fault() or ("" if self.corrections() else "nothing_changed")

    def _ask(self) -> None:
        fault = self._fault()
        blocked = bool(self.day_row.error() or self.said.field.error())
        self.fit()
        if blocked:
            return
        self.text.show_error(reason_words(self._wording, fault) if fault else "")
        if not fault:
            self.go_button.setEnabled(False)
            self.asked.emit()
