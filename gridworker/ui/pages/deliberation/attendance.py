"""The form that counts who came to a meeting: one number for each capacity. Residents are never named."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from gridworker.models.deliberation import CAPACITIES
from gridworker.models.op import Value
from gridworker.store.queries.deliberation import AttendanceRow
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.households.form_parts import is_no_number, number
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.wording import Wording

_ACROSS = 3


class AttendanceForm(FormDialog):
    """`asked(lines)`: every line of attendance as it is then. Lines of members and those with advice stay as they
    are."""

    def __init__(
        self, theme: Theme, wording: Wording, known: Sequence[AttendanceRow], parent: QWidget
    ) -> None:
        title = wording("deliberation.act.attend").rstrip("…")
        super().__init__(theme, wording, title, wording("lists.form.save"), parent)
        self._kept = [one for one in known if one.member_id is not None or one.advice]
        counted = {one.capacity: one.head_count for one in known if one not in self._kept}
        self.heads: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(SIZES.gap_3)
        for place, capacity in enumerate(CAPACITIES):
            edit = QLineEdit(str(counted.get(capacity, "")))
            fit_control(theme, edit)
            label = wording(f"choices.meeting_attendance.capacity.{capacity}")
            self.heads[capacity] = edit
            self.fields[capacity] = FieldRow(theme, label, edit)
            grid.addWidget(self.fields[capacity], place // _ACROSS, place % _ACROSS)
        self.body.addLayout(grid)
        self.finish(self.heads[CAPACITIES[0]], self.lines)

    def _go(self) -> None:
        """Which of the numbers is none is said where it stands: the store knows only that one of them is."""
        wrong = [name for name, edit in self.heads.items() if is_no_number(edit.text())]
        if not wrong:
            super()._go()
            return
        for name, field in self.fields.items():
            field.show_error(self._wording("errors.reason.not_a_number") if name in wrong else "")
        self.heads[wrong[0]].setFocus(Qt.FocusReason.OtherFocusReason)
        self.fit()

    def lines(self) -> list[dict[str, Value]]:
        """What was counted; an empty number or 0 is nobody."""
        counted: list[dict[str, Value]] = [
            {"capacity": capacity, "head_count": number(edit.text())}
            for capacity, edit in self.heads.items()
            if edit.text().strip() not in ("", "0")
        ]
        return [*kept_lines(self._kept), *counted]


def kept_lines(known: Sequence[AttendanceRow]) -> list[dict[str, Value]]:
    """Lines as they are, to be recorded again."""
    return [
        {
            "capacity": one.capacity,
            "head_count": one.head_count,
            "member_id": one.member_id,
            "advice": one.advice or None,
        }
        for one in known
    ]
