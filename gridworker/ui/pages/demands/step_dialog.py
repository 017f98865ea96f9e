"""The box of a next step: the fields that the road asks for, and the reason where it wants one."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from gridworker.models.days import plus_days
from gridworker.models.demand import DEMAND
from gridworker.models.entity import Kind
from gridworker.models.limits import END_OF_DAY
from gridworker.models.op import Value
from gridworker.services.demands import NextStep
from gridworker.ui.pages.demands.picker import DemandPicker, Find
from gridworker.ui.pages.demands.presenter import Choices, Opened, StepForm
from gridworker.ui.pages.demands.words import choices_of, event_word
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

#: What may be said besides what must be.
_BESIDES = {
    "revisit": ("satisfaction_reason",),
    "close": ("revisit_declined",),
    "refer_up": ("refer_place", "refer_reporter"),
    "transfer": ("refer_place", "refer_reporter"),
    "to_issue": ("became_no",),
    "to_project": ("became_no",),
}
#: The level goes with the unit that is chosen.
_IMPLIED = ("refer_level",)
_USUAL = {"solve_level": "micro_grid", "reply_channel": "door"}
_LONGER_DAYS = 7


class StepDialog(FormDialog):
    """`asked(StepForm)`."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        step: NextStep,
        opened: Opened,
        choices: Choices,
        find: Find,
        parent: QWidget,
    ) -> None:
        word = event_word(wording, step.event)
        title = wording("demands.step.title", step=word, title=opened.detail.row.title)
        super().__init__(theme, wording, title, word, parent)
        self.step, self._opened, self._choices, self._find = step, opened, choices, find
        self.controls: dict[str, QWidget] = {}
        self.texts: dict[str, GuardedText] = {}
        hint = f"demands.step.hint.{step.event}"
        if wording.has(hint):
            self.body.addWidget(TextLabel(theme, wording(hint), "body", "text2", wrap=True))
        for name in (*step.needs, *_BESIDES.get(step.event, ())):
            if name not in _IMPLIED:
                self._add(name)
        if step.told:
            self._add_text("note", wording("demands.step.note"), 2)
        self.finish(next(iter((*self.controls.values(), *self.texts.values())), self.go_button), self.form)

    def _add(self, name: str) -> None:
        own = f"demands.step.label.{self.step.event}_{name}"
        label = self._wording(own if self._wording.has(own) else f"errors.field.{name}")
        field = DEMAND.field(name)
        if name in ("result_text", "satisfaction_reason"):
            self._add_text(name, label, 2 if name == "result_text" else 0)
        elif field.kind is Kind.BOOL:
            self.controls[name] = box = QCheckBox(label)
            self.body.addWidget(box)
        else:
            self.controls[name] = control = self._control(name, field.choices)
            self.add_field(name, label, control)
            if isinstance(control, QComboBox):
                control.currentIndexChanged.connect(lambda _: self.fields[name].show_error(""))

    def _add_text(self, name: str, label: str, lines: int) -> None:
        self.texts[name] = text = GuardedText(self._theme, self._wording, label, lines=lines)
        self.fields[name] = text.field
        self.body.addWidget(text)
        text.watch_names(self._choices.people)
        text.noticed.connect(self._noticed)

    def _noticed(self) -> None:
        """Alt+M belongs to the first text that asks."""
        asking = [text for text in self.texts.values() if text.asks()]
        for text in self.texts.values():
            text.take_mask_key(bool(asking) and text is asking[0])
        self.fit()

    def _control(self, name: str, codes: tuple[str, ...]) -> QWidget:
        wording, detail = self._wording, self._opened.detail
        if codes:
            narrower = choices_of(self.step.event, name) or codes
            return _combo(
                ((code, wording(f"choices.demand.{name}.{code}")) for code in narrower), _USUAL.get(name)
            )
        if name == "due_at":
            day = DayEdit(wording, wording("errors.field.due_at"), ahead=True)
            day.set_today(self._opened.now[:10])
            base = max(str(detail.values["due_at"] or ""), self._opened.now)[:10]
            day.setText(plus_days(base, _LONGER_DAYS))
            return day
        if name.endswith("_at"):
            return QLineEdit(self._opened.now)
        if name == "assignee_id":
            return _combo(self._choices.members, detail.values["owner_member_id"])
        if name == "became_no":
            records = _combo(self._choices.records)
            missing = (
                f"demands.pick_{self.step.event}"
                if self._choices.records
                else f"demands.none_{self.step.event}"
            )
            records.setPlaceholderText(wording(missing))
            records.setCurrentIndex(-1)
            return records
        if name == "merged_into_id":
            picker = DemandPicker(self._theme, wording, self._choices.demands, self._find)
            picker.grown.connect(self.fit)
            return picker
        if name in ("referred_to_id", "routed_to_id"):
            units = _combo(self._units(), self._next_up())
            if self.step.event != "refer_up":  # which one is meant nobody knows beforehand
                units.setPlaceholderText(wording("demands.pick_unit"))
                units.setCurrentIndex(-1)
            return units
        return QLineEdit()

    def _units(self) -> Iterable[tuple[object, str]]:
        """The areas to choose from; upward the street too, which stands for the community's own root."""
        areas = self._choices.areas
        if self.step.event != "refer_up":
            return areas
        wording = self._wording
        above: list[tuple[object, str]] = list(areas[1:])
        if areas:
            root = areas[-1][0]
            above += [
                ((root, level), wording(f"choices.demand.refer_level.{level}"))
                for level in ("street", "department")
            ]
        return above

    def _next_up(self) -> object:
        """The first unit above the level this account works at; upward from the community it is the street."""
        above, own = self._choices.levels[1:], self._choices.own
        at = max((place for place, (node, _) in enumerate(above) if node in own), default=None)
        if at is None:
            return above[0][0] if above else None
        higher = (node for node, level in above[at + 1 :] if level != above[at][1])
        return next(higher, (above[-1][0], "street"))

    def form(self) -> StepForm:
        fields: dict[str, Value] = {
            name: text.text().strip() for name, text in self.texts.items() if name != "note"
        }
        for name, control in self.controls.items():
            fields.update(self._value(name, control))
        note = self.texts["note"].text() if "note" in self.texts else ""
        return StepForm(self.step.event, note, fields)

    def _value(self, name: str, control: QWidget) -> dict[str, Value]:
        if isinstance(control, QComboBox):
            chosen = control.currentData()
            if name == "referred_to_id" and self.step.event == "refer_up":
                unit, level = chosen if isinstance(chosen, tuple) else (chosen, self._level(chosen))
                return {name: unit, "refer_level": level}
            return {name: chosen}
        if isinstance(control, DemandPicker):
            return {name: control.chosen()}
        if isinstance(control, QCheckBox):
            return {name: 1} if control.isChecked() else {}
        if isinstance(control, DayEdit):
            day = control.day()
            return {name: f"{day} {END_OF_DAY}" if day else control.text()}
        return {name: control.text().strip()} if isinstance(control, QLineEdit) else {}

    def _level(self, unit: object) -> str:
        return next((level for node, level in self._choices.levels if node == unit), "community")


def _combo(items: Iterable[tuple[object, str]], usual: object = None) -> QComboBox:
    box = QComboBox()
    for data, word in items:
        box.addItem(word, data)
    at = next((at for at in range(box.count()) if box.itemData(at) == usual), 0)
    box.setCurrentIndex(at)
    return box
