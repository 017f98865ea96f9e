"""Reconciliation in columns: what it was, mine, theirs. Nothing is chosen beforehand, and it cannot be dismissed
without a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from gridworker.models.registry import BY_NAME
from gridworker.services.conflicts import Choice, How
from gridworker.store.queries.sync import ConflictCase, ConflictField
from gridworker.ui.pages.sync.words import entity_name, field_name
from gridworker.ui.pages.values import value_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class ConflictCard(Card):
    """`chosen(tuple[Choice, …])` once every field has its choice."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme)
        self._wording = wording
        self._case: ConflictCase | None = None
        self._narrow = False
        self._rows: list[_FieldRow] = []
        self._header = CardHeader(theme, "", (), icon="triangle-alert")
        self.save = Button(theme, wording("sync.save_choice"), "primary", key="Ctrl+↵")
        self._place = QWidget()
        self._grid = QGridLayout(self._place)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SIZES.gap_3)
        self._grid.setVerticalSpacing(SIZES.gap_2)
        self.add_header(self._header)
        self.body.addWidget(self._place)
        self.body.addStretch(1)
        note = TextLabel(theme, wording("sync.choice_note"), "body", "text2", wrap=True)
        foot = self.add_footer(note, self.save).layout()
        assert isinstance(foot, QHBoxLayout)
        foot.setStretchFactor(note, 1)
        self.save.clicked.connect(self.save_choice)

    def show_case(self, case: ConflictCase) -> None:
        """Show another record; nothing is chosen yet."""
        if case == self._case:
            return
        self._case = case
        for row in self._rows:
            row.remove()
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        say = self._wording
        self._header.title.setText(
            say("sync.reconcile", record=entity_name(say, case.entity), name=case.name)
        )
        self._header.facts.show_facts([say("sync.deleted_since" if case.deleted else "sync.both_kept")])
        if not self._narrow:
            for column, key in enumerate(("was", "now", "other"), 1):
                title = TextLabel(self._theme, self._column(key, case), "body_bold", "text2")
                self._grid.addWidget(title, 0, column)
        self._rows = [
            _FieldRow(self._theme, say, field, _Cells(self._grid, at, narrow=self._narrow), self._tell)
            for at, field in enumerate(case.fields)
        ]
        for column in (1, 2, 3):
            self._grid.setColumnStretch(column, 1)
        self._tell()

    def set_narrow(self, narrow: bool) -> None:
        """Columns become lines where they do not fit side by side; choices made so far are made again."""
        if narrow == self._narrow:
            return
        self._narrow, case, self._case = narrow, self._case, None
        if case is not None:
            self.show_case(case)

    def _column(self, key: str, case: ConflictCase) -> str:
        if key == "other":
            field = case.fields[0]
            return self._wording("sync.column.mine" if field.is_mine else "sync.column.of", who=field.by)
        return self._wording(f"sync.column.{key}")

    def _tell(self, *_: object) -> None:
        left = sum(row.choice() is None for row in self._rows)
        self.save.say_why_disabled(self._wording("sync.still", n=left) if left else None)

    def save_choice(self) -> None:
        """What the button does, also by Ctrl+Enter: only once everything is chosen."""
        choices = [row.choice() for row in self._rows]
        found = tuple(choice for choice in choices if choice is not None)
        if choices and len(found) == len(choices):
            self._case = None
            self.chosen.emit(found)

    def take_keys(self) -> None:
        """The keys go to the first field for which nothing is chosen, else to the button that saves."""
        radios = (next(iter(row.radios.values())) for row in self._rows if row.choice() is None)
        next(radios, self.save).setFocus(Qt.FocusReason.TabFocusReason)

    def rows(self) -> list[_FieldRow]:
        return self._rows


class _Option(QWidget):
    """A radio button whose words go on in the next line; they may be clicked as well."""

    def __init__(self, theme: Theme, radio: QRadioButton, text: str) -> None:
        super().__init__()
        self._radio = radio
        label = TextLabel(theme, text, "body", wrap=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SIZES.gap_2)
        line.addWidget(radio, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(label, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._radio.setChecked(True)
        self._radio.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()


@dataclass(frozen=True)
class _Cells:
    """Where the parts of field number `at` go: side by side below their titles, or one below the other."""

    grid: QGridLayout
    at: int
    narrow: bool

    def put(self, part: QWidget, place: int) -> None:
        """`place` 0 is the name, 1 what it was, 2 and on the choices, 5 the text of another value."""
        if self.narrow:
            self.grid.addWidget(part, self.at * 6 + place, 0, 1, 6)
        else:
            self.grid.addWidget(part, self.at + 1, place)


class _FieldRow:
    """One field: a radio for what stands, one for the other value, one for both or a third."""

    def __init__(
        self, theme: Theme, wording: Wording, field: ConflictField, cells: _Cells, told: Callable[..., None]
    ) -> None:
        self._field = field
        self._group = QButtonGroup(cells.grid.parentWidget())
        name = field_name(wording, field.field)
        was, now, other = (
            value_words(wording, field.entity, field.field, text) or wording("history.nothing")
            for text in (field.base, field.theirs, field.mine)
        )
        mine = "mine" if field.is_mine else "other"
        words = {How.KEEP: (now, "now"), How.TAKE: (other, mine)}
        words |= {how: (wording(f"sync.how.{how}"), "") for how in _further(field)}
        self.radios: dict[How, QRadioButton] = {how: QRadioButton() for how in words}
        self._words = {
            how: f"{wording(f'sync.column.{title}')}: {text}" if cells.narrow and title else text
            for how, (text, title) in words.items()
        }
        self.other = QLineEdit()
        fit_control(theme, self.other)
        self.other.setAccessibleName(wording("sync.other_value", field=name))
        self.other.setVisible(How.OTHER in self.radios)
        self.other.textEdited.connect(lambda _: self.radios[How.OTHER].setChecked(True))
        before = f"{wording('sync.column.was')}: {was}" if cells.narrow else was
        cells.put(TextLabel(theme, name, "body_bold"), 0)
        cells.put(TextLabel(theme, before, "body", "text2", wrap=True), 1)
        self._place(theme, wording, cells, name, told)

    def _place(
        self, theme: Theme, wording: Wording, cells: _Cells, name: str, told: Callable[..., None]
    ) -> None:
        for column, (how, radio) in enumerate(self.radios.items(), 2):
            radio.setAccessibleName(f"{name} {wording(f'sync.how.{how}')} {self._words[how]}")
            self._group.addButton(radio)
            cells.put(_Option(theme, radio, self._words[how]), column)
            radio.toggled.connect(told)
        cells.put(self.other, 5)
        self.other.textEdited.connect(told)

    def choice(self) -> Choice | None:
        """What is chosen; None while nothing is."""
        how = next((how for how, radio in self.radios.items() if radio.isChecked()), None)
        if how is None or (how is How.OTHER and not self.other.text().strip()):
            return None
        return Choice(self._field.conflict_id, how, self.other.text(), self._field.by)

    def remove(self) -> None:
        self._group.deleteLater()


def _further(field: ConflictField) -> tuple[How, ...]:
    """What can be chosen beside the two values: both for longer texts, a third where any text will do."""
    if field.long:
        return (How.BOTH,)
    choices = BY_NAME[field.entity].field(field.field).choices
    return () if choices else (How.OTHER,)
