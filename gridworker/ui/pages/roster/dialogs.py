"""The small dialogs of the roster: who is on duty when, with whom to swap, what the next one must know."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.models.plan import DUTY_PARTS
from gridworker.store.queries.roster import Colleague
from gridworker.ui.pages.planning.act_dialogs import PlanDialog, ReasonDialog
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.pages.words import DOT, code_word, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.wording import Wording


def _colleagues(theme: Theme, wording: Wording, who: Sequence[Colleague]) -> QComboBox:
    chooser = QComboBox()
    for one in who:
        chooser.addItem(f"{one.name}{DOT}{code_word(wording, 'shell.post', one.role_code)}", one.id.hex())
    fit_control(theme, chooser)
    return chooser


class AssignDialog(PlanDialog):
    """Day, part of the day, who."""

    def __init__(
        self, theme: Theme, wording: Wording, day: str, who: Sequence[Colleague], parent: QWidget
    ) -> None:
        super().__init__(theme, wording, "assign", parent)
        self.day_edit = DayEdit(wording, wording("roster.day"), ahead=True)
        self.day_edit.set_today(day)
        self.day_row = FieldRow(theme, wording("roster.day"), self.day_edit)
        self.day_edit.meant.connect(self.day_row.set_note)
        self.day_edit.setText(day)
        self.part = QComboBox()
        for part in DUTY_PARTS:
            self.part.addItem(wording(f"today.duty_part.{part}"), part)
        self.member = _colleagues(theme, wording, who)
        rows = (self.part, "part"), (self.member, "member")
        self.finish(self.day_row, *(FieldRow(theme, wording(f"roster.{name}"), box) for box, name in rows))
        self.member.setFocus(Qt.FocusReason.OtherFocusReason)

    def fault(self) -> bool:
        bad = self.day_edit.day() is None
        self.day_row.show_error(reason_words(self._wording, "not_a_day") if bad else "")
        return bad


class SwapDialog(PlanDialog):
    """Whom to ask."""

    def __init__(
        self, theme: Theme, wording: Wording, day: str, who: Sequence[Colleague], parent: QWidget
    ) -> None:
        super().__init__(theme, wording, "swap", parent, day=day)
        self.member = _colleagues(theme, wording, who)
        self.finish(FieldRow(theme, wording("roster.member"), self.member))
        self.member.setFocus(Qt.FocusReason.OtherFocusReason)


class HandOverDialog(ReasonDialog):
    """What the next one must know; may be nothing."""

    def __init__(self, theme: Theme, wording: Wording, day: str, parent: QWidget) -> None:
        super().__init__(theme, wording, "hand_over", parent, day=day)

    def fault(self) -> bool:
        hides = self.text.holds_identity_number()
        self.text.show_error(reason_words(self._wording, "identity_number") if hides else "")
        return hides
