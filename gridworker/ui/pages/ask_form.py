"""A small form for acts that are made of several records: parts named by whoever asks, each a choice or a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gridworker.models.op import Value
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


@dataclass(frozen=True)
class Part:
    """One thing that is asked: a choice of `choices` as (value, word), else a text of `lines` lines (0: one line) that
    passes the guard, or with `plain` one that is no free text. `value` is shown first."""

    name: str
    label: str
    choices: Sequence[tuple[Value, str]] = ()
    lines: int = 0
    value: Value = None
    note: str = ""
    plain: bool = False


class AskForm(FormDialog):
    """`asked(values)`: what was filled in, by the name of its part; "" for an empty text."""

    def __init__(
        self, theme: Theme, wording: Wording, title: str, go: str, parts: Sequence[Part], parent: QWidget
    ) -> None:
        super().__init__(theme, wording, title, go, parent)
        self.controls: dict[str, QWidget] = {}
        for part in parts:
            self._add(part)
        self.finish(next(iter(self.controls.values())), self.values)

    def explain(self, words: str) -> None:
        """Say above the parts what will happen."""
        self.body.insertWidget(1, TextLabel(self._theme, words, "body", "text2", wrap=True))

    def _add(self, part: Part) -> None:
        if not part.choices and not part.plain:
            text = GuardedText(self._theme, self._wording, part.label, lines=part.lines, note=part.note)
            text.set_text(str(part.value or ""))
            text.noticed.connect(self.fit)
            self.fields[part.name], self.controls[part.name] = text.field, text
            self.body.addWidget(text)
            return
        control: QComboBox | QLineEdit
        if part.choices:
            control = QComboBox()
            for value, word in part.choices:
                control.addItem(word, value)
                if value == part.value and value is not None:  # Qt does not find bytes
                    control.setCurrentIndex(control.count() - 1)
        else:
            control = QLineEdit(str(part.value or ""))
        fit_control(self._theme, control)
        self.controls[part.name] = control
        self.add_field(part.name, part.label, control, part.note)

    def values(self) -> Mapping[str, Value]:
        return {name: _value(control) for name, control in self.controls.items()}


def _value(control: QWidget) -> Value:
    if isinstance(control, QComboBox):
        found = control.currentData()
        return found if isinstance(found, bytes | str | int) else None
    return control.text().strip() if isinstance(control, QLineEdit | GuardedText) else None
