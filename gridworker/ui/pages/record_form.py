"""A form made from the declaration of an entity: each field gets the control its kind asks for, with the words that
errors and lists use for it. For records that are plain fields; forms with a life of their own are written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.models.entity import Field, Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services.projects import fen, yuan
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.form_parts import is_no_number, number
from gridworker.ui.pages.visits.typed_fields import DayEdit, TimeEdit
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.wording import Wording

#: Fields that hold money end so; people read and write yuan.
_MONEY = "_fen"
#: A text that may be longer than this gets lines of its own.
_ONE_LINE = 120

#: What there is to choose from, as (value, word).
Choices = Sequence[tuple[Value, str]]


@dataclass(frozen=True)
class FormPlan:
    """What a form asks: fields of `entity` by `names`, of which `required` must be filled in. `seen` are the values
    shown first, `offered` the choices of references and of codes that a catalogue keeps; `later` are fields that may
    wait until the record goes on."""

    entity: str
    names: tuple[str, ...]
    required: frozenset[str] = frozenset()
    seen: Mapping[str, Value] = field(default_factory=dict)
    offered: Mapping[str, Choices] = field(default_factory=dict)
    later: frozenset[str] = frozenset()


class Checks(QWidget):
    """Several codes to tick, in two columns."""

    def __init__(self, theme: Theme, choices: Choices, ticked: Sequence[str]) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        lines = QGridLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SIZES.gap_1)
        for place, (code, word) in enumerate(choices):
            box = QCheckBox(word)
            box.setChecked(code in ticked)
            box.setMinimumHeight(theme.height(SIZES.control_small))
            self.boxes[str(code)] = box
            lines.addWidget(box, place // 2, place % 2)
        if self.boxes:
            self.setFocusProxy(next(iter(self.boxes.values())))

    def codes(self) -> str | None:
        return ",".join(code for code, box in self.boxes.items() if box.isChecked()) or None


class RecordForm(FormDialog):
    """`asked(values)`: every field that was asked for by its name, None for an empty one."""

    def __init__(
        self, theme: Theme, wording: Wording, title: str, go: str, plan: FormPlan, today: str, parent: QWidget
    ) -> None:
        super().__init__(theme, wording, title, go, parent)
        self._plan, self._today = plan, today
        self.controls: dict[str, QWidget] = {}
        for name in plan.names:
            self._add(BY_NAME[plan.entity].field(name))
        self.finish(next(iter(self.controls.values())), self._checked)

    def _add(self, declared: Field) -> None:
        name, wording = declared.name, self._wording
        own = f"lists.label.{self._plan.entity}.{name}"
        label = wording(own if wording.has(own) else f"errors.field.{name}")
        optional = wording("lists.form.later" if name in self._plan.later else "lists.form.optional")
        note = "" if name in self._plan.required else optional
        seen = self._plan.seen.get(name)
        if self._is_guarded(declared):
            guarded = GuardedText(
                self._theme, wording, label, lines=0 if declared.limit <= _ONE_LINE else 3, note=note
            )
            guarded.set_text(str(seen or ""))
            self.body.addWidget(guarded)
            self.fields[name], self.controls[name] = guarded.field, guarded
            return
        control = self._control(declared, label, seen)
        self.add_field(name, label, control, note)
        self.controls[name] = control

    def _is_guarded(self, declared: Field) -> bool:
        return declared.kind is Kind.TEXT and declared.free_text and declared.name not in self._plan.offered

    def _control(self, declared: Field, label: str, seen: Value) -> QWidget:
        plan, wording = self._plan, self._wording
        family = f"choices.{plan.entity}.{declared.name}"
        own = [(code, wording(f"{family}.{code}")) for code in declared.choices]
        offered = list(plan.offered.get(declared.name, own))
        if declared.kind is Kind.CODES:
            return Checks(self._theme, offered, str(seen or "").split(","))
        if offered:
            return self._box(declared.name, offered, seen)
        if declared.kind is Kind.DAY:
            edit = DayEdit(wording, label, ahead=True)
            edit.set_today(self._today)
            edit.setText(str(seen or ""))
            return fitted(self._theme, edit)
        text = TimeEdit(wording, label) if declared.kind is Kind.TIME else QLineEdit()
        is_money = declared.name.endswith(_MONEY) and isinstance(seen, int)
        text.setText(yuan(int(str(seen))) if is_money else "" if seen is None else str(seen))
        return fitted(self._theme, text)

    def _box(self, name: str, offered: Choices, seen: Value) -> QComboBox:
        box = QComboBox()
        if name not in self._plan.required:
            box.addItem(self._wording("lists.form.none"), None)
        for value, word in offered:
            box.addItem(word, value)
            if value == seen and seen is not None:  # Qt does not find bytes
                box.setCurrentIndex(box.count() - 1)
        fit_control(self._theme, box)
        return box

    def _checked(self) -> dict[str, Value]:
        """Raises FieldInvalid for what is needed and empty, and for an amount that is none."""
        found = self.values()
        for name in self._plan.names:
            control = self.controls[name]
            if name in self._plan.required and found[name] is None:
                raise FieldInvalid(entity=self._plan.entity, record="", field=name, reason="required")
            if name.endswith(_MONEY) and isinstance(control, QLineEdit) and found[name] == -1:
                raise FieldInvalid(entity=self._plan.entity, record="", field=name, reason="not_money")
        return found

    def values(self) -> dict[str, Value]:
        """What is filled in now. A day that is none stays as typed, for the store to refuse."""
        return {name: self._value(name, control) for name, control in self.controls.items()}

    def _value(self, name: str, control: QWidget) -> Value:
        if isinstance(control, Checks):
            return control.codes()
        if isinstance(control, QComboBox):
            found = control.currentData()
            return found if isinstance(found, bytes | str | int) else None
        if isinstance(control, DayEdit):
            return control.day() or control.text().strip() or None
        text = control.text() if isinstance(control, GuardedText | QLineEdit) else ""
        if name.endswith(_MONEY):
            return _fen(text)
        if BY_NAME[self._plan.entity].field(name).kind is Kind.INT:
            return text.strip() if is_no_number(text) else number(text)
        return text.strip() or None


def _fen(text: str) -> int | None:
    """Typed yuan in fen, None for an empty field; -1 for what is no amount."""
    if not text.strip():
        return None
    try:
        return fen(text)
    except FieldInvalid:
        return -1


def fitted(theme: Theme, edit: QLineEdit) -> QLineEdit:
    """A one-line field of the usual height."""
    fit_control(theme, edit)
    return edit
