"""Small forms about one resident: who it is, moving out, what was agreed to and what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from gridworker.models.days import plus_days
from gridworker.models.household import CONSENT_METHODS, CONSENT_PURPOSES, NEEDS, RESIDENCE
from gridworker.models.op import Value
from gridworker.services.consents import ConsentForm, NeedForm
from gridworker.services.residents import GROUNDED, Ground
from gridworker.store.rows import ResidentRow
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.form_parts import choice, ground_choice, ground_of, number
from gridworker.ui.pages.visits.day_text import typed_day
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.pages.words import reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_TYPING_MS = 250
_GENDERS = ("1", "2", "9")
_RELATIONS = ("0", "1", "2", "3", "4", "5", "6", "7", "8")
_NEED_DAYS = 90


@dataclass(frozen=True)
class PersonForm:
    """A resident as filled in; `ground` None where none was chosen."""

    values: dict[str, Value]
    ground: Ground | None


@dataclass(frozen=True)
class NeedWish:
    """A need on a separate consent that is recorded with it."""

    form: NeedForm
    consent: ConsentForm


class PersonDialog(FormDialog):
    """A new resident, or what is known of one. `typed(name, phone)` after every pause, to look for the same person."""

    typed = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        door: str,
        seen: dict[str, Value] | None,
        others: Sequence[ResidentRow],
        parent: QWidget,
    ) -> None:
        title = wording("homes.person.edit" if seen else "homes.person.add", door=door)
        super().__init__(theme, wording, title, wording("homes.person.go"), parent)
        self._seen = seen or {}
        self.name, self.salutation, self.phone, self.born = (QLineEdit(self._text(f)) for f in
            ("name", "salutation", "phone", "birth_year"))  # fmt: skip
        self.warning = Banner(theme, "due", "copy")
        self.warning.hide()
        self.ground = ground_choice(wording)
        self.guardian = self._guardians(others)
        nothing = wording("homes.person.unsaid")
        self.gender = choice(wording, "homes.gender", _GENDERS, self._code("gender"), nothing)
        self.relation = choice(wording, "homes.relation", _RELATIONS, self._code("relation_code"), nothing)
        self.residence = choice(wording, "households.residence", RESIDENCE, self._code("residence"), nothing)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._lay_out()
        self._connect_typing()
        self.finish(self.name, self._form)

    def _connect_typing(self) -> None:
        for edit in (self.name, self.phone):
            edit.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(lambda: self.typed.emit(self.name.text(), self.phone.text()))

    def _text(self, field: str) -> str:
        value = self._seen.get(field)
        return "" if value is None else str(value)

    def _code(self, field: str) -> str | None:
        value = self._seen.get(field)
        return str(value) if value is not None else None

    def _guardians(self, others: Sequence[ResidentRow]) -> QComboBox:
        box = QComboBox()
        box.addItem(self._wording("homes.person.no_guardian"), None)
        for place, person in enumerate(others, 1):
            box.addItem(person.name, person.id)
            if person.id == self._seen.get("guardian_resident_id"):  # Qt does not find bytes
                box.setCurrentIndex(place)
        return box

    def _lay_out(self) -> None:
        wording = self._wording
        self.add_field("name", wording("homes.field.name"), self.name)
        self.add_field("salutation", wording("homes.field.salutation"), self.salutation)
        self.add_field("phone", wording("households.fact.phone"), self.phone)
        self.body.addWidget(self.warning)
        self.add_field("birth_year", wording("homes.field.born"), self.born, wording("homes.field.born_note"))
        self.add_field("basis", wording("homes.basis.label"), self.ground, wording("homes.basis.note"))
        self.add_field("guardian_resident_id", wording("homes.field.guardian"), self.guardian)
        self.add_field("residence", wording("homes.field.residence"), self.residence)
        self.add_field("relation_code", wording("homes.field.relation"), self.relation)
        self.add_field("gender", wording("homes.field.gender"), self.gender)

    def show_twins(self, doors: Sequence[str]) -> None:
        if doors:
            self.warning.say(self._wording("homes.person.twin", who="、".join(doors)))
        else:
            self.warning.hide()
        self.fit()

    def _form(self) -> PersonForm:
        texts = {"name": self.name, "salutation": self.salutation, "phone": self.phone}
        values: dict[str, Value] = {name: edit.text().strip() or None for name, edit in texts.items()}
        values["birth_year"] = number(self.born.text())
        boxes = {"guardian_resident_id": self.guardian, "gender": self.gender, "residence": self.residence,
                 "relation_code": self.relation}  # fmt: skip
        values.update({name: box.currentData() for name, box in boxes.items()})
        return PersonForm(values, ground_of(self.ground))

    def show_failure(self, error: Exception) -> None:
        """A missing ground is asked for where it is chosen."""
        super().show_failure(error)
        if getattr(error, "values", {}).get("reason") == "basis_missing":
            self.fields["basis"].show_error(reason_words(self._wording, "basis_missing"))
            for name in GROUNDED:
                self.fields[name].show_error("")
            self.ground.setFocus()
            self.fit()


class DayDialog(FormDialog):
    """One question with a day: since when somebody does not live here any more."""

    def __init__(self, theme: Theme, wording: Wording, name: str, today: str, parent: QWidget) -> None:
        super().__init__(
            theme, wording, wording("homes.out.title", name=name), wording("homes.out.go"), parent
        )
        self._today = today
        self.body.addWidget(TextLabel(theme, wording("homes.out.body"), "body", "text2", wrap=True))
        self.day = DayEdit(wording, wording("homes.out.day"))
        self.day.set_today(today)
        self.day.setText(today)
        self.add_field("moved_out_on", wording("homes.out.day"), self.day)
        self.finish(self.day, lambda: typed_day(self.day.text(), today))

    def _go(self) -> None:
        if typed_day(self.day.text(), self._today) is None:
            self.fields["moved_out_on"].show_error(reason_words(self._wording, "not_a_day"))
            self.fit()
        else:
            super()._go()


class ConsentDialog(FormDialog):
    """What a resident agreed to, after reading the notice."""

    def __init__(self, theme: Theme, wording: Wording, name: str, parent: QWidget) -> None:
        super().__init__(
            theme, wording, wording("homes.consent.title", name=name), wording("homes.consent.go"), parent
        )
        self.body.addWidget(TextLabel(theme, wording("homes.consent.body"), "body", "text2", wrap=True))
        self.purposes = {code: QCheckBox(wording(f"homes.purpose.{code}")) for code in CONSENT_PURPOSES}
        for box in self.purposes.values():
            self.body.addWidget(box)
        self.body.addWidget(TextLabel(theme, wording("homes.consent.fields"), "body_bold", "text2"))
        self.of_fields = {code: QCheckBox(wording(f"homes.personal.{code}")) for code in GROUNDED}
        for box in self.of_fields.values():
            self.body.addWidget(box)
        self.separate = QCheckBox(wording("homes.consent.separate"))
        self.body.addWidget(self.separate)
        self.method = choice(wording, "homes.method", CONSENT_METHODS, "paper")
        self.add_field("method", wording("homes.consent.method"), self.method)
        self.finish(next(iter(self.purposes.values())), self._form)

    def _form(self) -> ConsentForm:
        return ConsentForm(
            tuple(code for code, box in self.purposes.items() if box.isChecked()),
            tuple(code for code, box in self.of_fields.items() if box.isChecked()),
            str(self.method.currentData()),
            self.separate.isChecked(),
        )


class NeedDialog(FormDialog):
    """A service somebody asked for, until when, on a separate consent."""

    def __init__(self, theme: Theme, wording: Wording, name: str, today: str, parent: QWidget) -> None:
        super().__init__(
            theme, wording, wording("homes.need.title", name=name), wording("homes.need.go"), parent
        )
        self._today = today
        self.body.addWidget(TextLabel(theme, wording("homes.need.body"), "body", "text2", wrap=True))
        self.need = choice(wording, "homes.need_kind", NEEDS, NEEDS[0])
        self.add_field("need", wording("homes.need.what"), self.need)
        self.until = DayEdit(wording, wording("homes.need.until"), ahead=True)
        self.until.set_today(today)
        self.until.setText(plus_days(today, _NEED_DAYS))
        self.add_field(
            "valid_until", wording("homes.need.until"), self.until, wording("homes.need.until_note")
        )
        self.by_self = QCheckBox(wording("homes.need.by_self"))
        self.by_self.setChecked(True)
        self.body.addWidget(self.by_self)
        self.note = GuardedText(theme, wording, wording("households.fact.note"), lines=2)
        self.body.addWidget(self.note)
        self.fields["note"] = self.note.field
        self.method = choice(wording, "homes.method", CONSENT_METHODS, "paper")
        self.add_field("method", wording("homes.need.consent"), self.method)
        self.agreed = QCheckBox(wording("homes.need.agreed"))
        self.body.addWidget(self.agreed)
        self.finish(self.need, self._wish)

    def _wish(self) -> NeedWish:
        form = NeedForm(
            str(self.need.currentData()),
            typed_day(self.until.text(), self._today) or "",
            self.by_self.isChecked(),
            self.note.text(),
        )
        return NeedWish(form, ConsentForm(("service_need",), (), str(self.method.currentData()), True))

    def _go(self) -> None:
        bad_day = typed_day(self.until.text(), self._today) is None
        self.fields["valid_until"].show_error(reason_words(self._wording, "not_a_day") if bad_day else "")
        if bad_day:
            self.fit()
        elif not self.agreed.isChecked():
            self.failure.setText(reason_words(self._wording, "separate_consent_missing"))
            self.failure.show()
            self.agreed.setFocus()
            self.fit()
        else:
            super()._go()
