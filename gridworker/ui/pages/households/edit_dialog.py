"""Changing what a household told us: phone, convenient time, note, and "do not visit". Errors stand under the field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.models.household import OCCUPANCY, PREFERRED_CHANNEL, PREFERRED_TIME
from gridworker.services.acts import Done
from gridworker.store.rows import HouseholdDetail, Plan
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.form_parts import choice, ground_choice, ground_of, number
from gridworker.ui.pages.households.presenter import HouseholdEdit, HouseholdsPresenter
from gridworker.ui.pages.words import contact_name, field_words, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording


class HouseholdDialog(DialogFrame):
    """`asked(HouseholdEdit)` when the person saves; it stays open until `accept` or an error is shown."""

    asked = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, detail: HouseholdDetail, parent: QWidget) -> None:
        super().__init__(theme, wording("households.edit_title", door=detail.row.door), parent)
        self._wording, self._detail = wording, detail
        contact = contact_name(detail.row)
        self.phone = QLineEdit(detail.phone or "")
        self.phone_row = FieldRow(
            theme,
            wording("households.fact.phone"),
            self.phone,
            note=contact or wording("households.no_contact"),
        )
        self.phone.setEnabled(bool(contact))
        nothing, time = wording("households.time.none"), detail.row.preferred_time
        self.time = choice(wording, "households.time", PREFERRED_TIME, time, nothing)
        self.time_row = FieldRow(theme, wording("households.fact.time"), self.time)
        self._make_plan(detail)
        self.note = GuardedText(theme, wording, wording("households.fact.note"), lines=3)
        self.note.set_text(detail.note)
        self.opt_out = QCheckBox(wording("households.opt_out_box"))
        self.opt_out.setChecked(detail.row.plan is Plan.OPTED_OUT)
        self.opt_out_note = TextLabel(
            theme, wording("households.opt_out_note"), "caption", "text2", wrap=True
        )
        self.opt_out_reason = GuardedText(theme, wording, wording("households.opt_out_reason"), lines=0)
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.save_button = Button(theme, wording("households.save"), "primary", key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self._build()

    def _make_plan(self, detail: HouseholdDetail) -> None:
        """Who lives there, how many, and how often and in which way they want to be visited."""
        theme, wording, home = self._theme, self._wording, detail.row
        nothing = wording("households.time.none")
        self.ground = ground_choice(wording)
        self.occupancy = choice(wording, "households.occupancy", OCCUPANCY, home.occupancy)
        self.count = QLineEdit("" if home.member_count is None else str(home.member_count))
        self.interval = QLineEdit(str(detail.visit_interval_days))
        ways = PREFERRED_CHANNEL[:-1]
        self.channel = choice(wording, "households.channel", ways, detail.preferred_channel, nothing)
        self.ground_row = FieldRow(
            theme, wording("homes.basis.label"), self.ground, note=wording("homes.basis.note")
        )
        self.plan_rows = {
            "occupancy": FieldRow(theme, wording("households.column.occupancy"), self.occupancy),
            "member_count": FieldRow(theme, wording("homes.field.count"), self.count),
            "preferred_channel": FieldRow(theme, wording("homes.field.channel"), self.channel),
            "visit_interval_days": FieldRow(theme, wording("homes.field.interval"), self.interval),
        }
        self.ground_row.hide()

    def _build(self) -> None:
        rows = self.plan_rows
        self.body.addWidget(self.phone_row)
        self.body.addWidget(self.ground_row)
        for first, second in (("occupancy", "member_count"), ("preferred_channel", "visit_interval_days")):
            self.body.addLayout(row(rows[first], rows[second], gap=SIZES.gap_3))
        parts = (
            self.time_row,
            self.note,
            self.opt_out,
            self.opt_out_note,
            self.opt_out_reason,
        )
        for part in (*parts, self.failure):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_acts(self.cancel_button, self.save_button)
        self.failure.hide()
        self.note.noticed.connect(self.fit)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._ask)
        self.bind_go(self._ask)
        self.opt_out.toggled.connect(self._ask_for_reason)
        self._ask_for_reason()
        self.phone.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_for_reason(self) -> None:
        """A reason is wanted whenever the wish changes; lifting does not go without one."""
        changed = self.opt_out.isChecked() is not (self._detail.row.plan is Plan.OPTED_OUT)
        self.opt_out_reason.setVisible(changed)
        self.fit()

    def _ask(self) -> None:
        self.failure.hide()
        self.phone_row.show_error("")
        self.note.show_error("")
        for field in self.plan_rows.values():
            field.show_error("")
        if self.note.holds_identity_number():
            self.note.show_error(reason_words(self._wording, "identity_number"))
            self.fit()
            return
        self.save_button.setEnabled(False)
        time = self.time.currentData()
        self.asked.emit(
            HouseholdEdit(
                phone=self.phone.text(),
                preferred_time=str(time) if time else None,
                note=self.note.text(),
                opted_out=self.opt_out.isChecked(),
                occupancy=str(self.occupancy.currentData()),
                member_count=number(self.count.text()),
                preferred_channel=self.channel.currentData() or self._no_channel(),
                visit_interval_days=number(self.interval.text()),
                opt_out_reason=self.opt_out_reason.text(),
                ground=ground_of(self.ground),
            )
        )

    def _no_channel(self) -> str | None:
        """None said: what was there stays, if it was "no way at all"."""
        return "none" if self._detail.preferred_channel == "none" else None

    def show_failure(self, error: Exception) -> None:
        """What could not be saved, under its field where it has one. Nothing typed is lost."""
        self.save_button.setEnabled(True)
        text = field_words(self._wording, error)
        field = error.values.get("field") if isinstance(error, FieldInvalid) else None
        if isinstance(error, FieldInvalid) and field == "phone":
            self.phone_row.show_error(text)
            self.phone.setFocus(Qt.FocusReason.OtherFocusReason)
            if error.values.get("reason") == "basis_missing":  # the ground is asked for in place
                self.ground_row.show()
                self.ground.setFocus(Qt.FocusReason.OtherFocusReason)
        elif field == "note":
            self.note.show_error(text)
        elif field in self.plan_rows:
            self.plan_rows[str(field)].show_error(text)
        elif field == "opt_out_reason":
            self.opt_out_reason.show_error(text)
            self.opt_out_reason.take_focus()
        else:
            self.failure.setText(text)
            self.failure.show()
        self.fit()


class HouseholdEditing:
    """Opens the dialog, hands what was asked to the presenter, closes it when it is saved. `told` tells the page."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        presenter: HouseholdsPresenter,
        parent: QWidget,
        told: Callable[[str, Done, bytes | None], None],
    ) -> None:
        self._theme, self._wording, self._presenter, self._parent = theme, wording, presenter, parent
        self._told = told

    def begin(self, detail: HouseholdDetail) -> None:
        dialog = HouseholdDialog(self._theme, self._wording, detail, self._parent)

        def saved(done: Done) -> None:
            dialog.accept()
            self._told(self._wording("households.saved", door=detail.row.door), done, None)

        dialog.asked.connect(lambda edit: self._presenter.save(detail, edit, saved, dialog.show_failure))
        dialog.open()
