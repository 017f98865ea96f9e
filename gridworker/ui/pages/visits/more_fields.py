"""The part of the visit form that is folded away: why it was made, who spoke, who came along. Each has a sensible
value without being touched."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from gridworker.models.visit import PURPOSES, RESPONDENTS
from gridworker.ui.pages.visits.form_values import FormValues
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import row
from gridworker.wording import Wording


class MoreFields(QWidget):
    """`changed` on every edit by the person. Folded, one button says what stands in it."""

    changed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.button = Button(theme, "", "quiet", icon="chevron-right", key="Alt+D", small=True)
        self.purpose, self.respondent, self.companions = QComboBox(), QComboBox(), QLineEdit()
        for box, family, codes in (
            (self.purpose, "purpose", PURPOSES),
            (self.respondent, "respondent", ("", *RESPONDENTS)),
        ):
            for code in codes:
                box.addItem(wording(f"visit.{family}.{code or 'unsaid'}"), code)
            box.setAccessibleName(wording(f"visit.field.{family}"))
        self.companions.setMaxLength(120)
        self.companions_row = FieldRow(theme, wording("visit.field.companions"), self.companions)
        self._inside = QWidget()
        self._lay_out()
        self._connect()
        self.show_folded(True)

    def _lay_out(self) -> None:
        theme, wording = self._theme, self._wording
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZES.gap_3)
        grid.addWidget(FieldRow(theme, wording("visit.field.purpose"), self.purpose), 0, 0)
        grid.addWidget(FieldRow(theme, wording("visit.field.respondent"), self.respondent), 0, 1)
        grid.addWidget(self.companions_row, 1, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_1)
        column.addLayout(row(self.button, None))
        column.addWidget(self._inside)
        for control in (self.purpose, self.respondent, self.companions):
            fit_control(theme, control)

    def _connect(self) -> None:
        self.button.clicked.connect(self.unfold)
        self.purpose.currentIndexChanged.connect(self._edited)
        self.respondent.currentIndexChanged.connect(self._edited)
        self.companions.textEdited.connect(self._edited)

    def _edited(self, *_: object) -> None:
        self._say()
        self.changed.emit()

    def unfold(self) -> None:
        """Open the fold and go to its first field; once more closes it."""
        self.show_folded(self._inside.isVisibleTo(self))
        if self._inside.isVisibleTo(self):
            self.purpose.setFocus()

    def show_folded(self, folded: bool) -> None:
        self._inside.setVisible(not folded)
        self._say()

    def _say(self) -> None:
        """What stands in the fold, so that nothing is hidden in it."""
        parts = [self.purpose.currentText()]
        parts += [self.respondent.currentText()] if self.respondent.currentData() else []
        parts += [self.companions.text().strip()] if self.companions.text().strip() else []
        self.button.set_label(" · ".join(parts))

    def values(self) -> dict[str, str]:
        """Field → value, as FormValues has them."""
        return {
            "purpose": str(self.purpose.currentData()),
            "respondent": str(self.respondent.currentData() or ""),
            "companions": self.companions.text(),
        }

    def show_values(self, values: FormValues) -> None:
        """Another form. What differs from the usual opens the fold."""
        for box, value in ((self.purpose, values.purpose), (self.respondent, values.respondent)):
            quiet = box.blockSignals(True)
            box.setCurrentIndex(max(box.findData(value), 0))
            box.blockSignals(quiet)
        self.companions.setText(values.companions)
        self.companions_row.show_error("")
        self.show_folded(not (values.respondent or values.companions or values.purpose != "routine"))
