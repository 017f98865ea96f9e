"""Small forms about a whole household: a new one, its move, splitting and merging, and the wish not to be visited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS, OCCUPANCY
from gridworker.store.rows import HouseholdDetail, ResidentRow
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.door_field import DoorAnswer, DoorField, Doors
from gridworker.ui.pages.households.form_parts import choice, number
from gridworker.ui.pages.running import Run
from gridworker.ui.pages.words import reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


@dataclass(frozen=True)
class NewHome:
    """A household as it was filled in; a name makes its first resident."""

    door: DoorAnswer
    occupancy: str
    member_count: int | None
    interval: int | None
    name: str


@dataclass(frozen=True)
class SplitWish:
    door: DoorAnswer
    people: tuple[bytes, ...]


@dataclass(frozen=True)
class MergeWish:
    """`loser` is read as the household shown from now on."""

    loser: bytes
    reason: str


class DoorDialog(FormDialog):
    """A form with a door on top: it is asked only once the door was understood."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        run: Run,
        doors: Doors,
        words: tuple[str, str],
        near: bytes | None,
        parent: QWidget,
    ) -> None:
        title, go = words
        super().__init__(theme, wording, title, go, parent)
        self.door = DoorField(theme, wording, run, doors, wording("homes.door.label"), near)
        self.door.understood.connect(lambda _: self.fit())
        self.body.addWidget(self.door)
        self.fields["room"] = self.fields["unit_id"] = self.door.field

    def _go(self) -> None:
        self.door.ask(self._checked)

    def _checked(self) -> None:
        if self.door.fault() or self._fault():
            self.fit()
        else:
            super()._go()

    def _fault(self) -> bool:
        """Whether something else is missing; then it says so itself."""
        return False


class NewHomeDialog(DoorDialog):
    def __init__(
        self, theme: Theme, wording: Wording, run: Run, doors: Doors, near: bytes | None, parent: QWidget
    ) -> None:
        words = (wording("homes.new.title"), wording("homes.new.go"))
        super().__init__(theme, wording, run, doors, words, near, parent)
        self.occupancy = choice(wording, "households.occupancy", OCCUPANCY, "owner")
        self.count, self.name = QLineEdit(), QLineEdit()
        self.interval = QLineEdit(str(DEFAULT_VISIT_INTERVAL_DAYS))
        self.add_field("name", wording("homes.new.name"), self.name, wording("homes.new.name_note"))
        self.add_field("occupancy", wording("households.column.occupancy"), self.occupancy)
        self.add_field("member_count", wording("homes.field.count"), self.count)
        self.add_field("visit_interval_days", wording("homes.field.interval"), self.interval)
        self.finish(self.door.edit, self._read_form)

    def _read_form(self) -> NewHome:
        return NewHome(
            self.door.answer,
            str(self.occupancy.currentData()),
            number(self.count.text()),
            number(self.interval.text()),
            self.name.text().strip(),
        )


class MoveDialog(DoorDialog):
    def __init__(
        self, theme: Theme, wording: Wording, run: Run, doors: Doors, detail: HouseholdDetail, parent: QWidget
    ) -> None:
        words = (wording("homes.move.title", door=detail.row.door), wording("homes.move.go"))
        super().__init__(theme, wording, run, doors, words, detail.unit_id, parent)
        self.body.insertWidget(1, TextLabel(theme, wording("homes.move.body"), "body", "text2", wrap=True))
        self.finish(self.door.edit, lambda: self.door.answer)


class SplitDialog(DoorDialog):
    """Who goes, and where: the same door makes a second household behind it."""

    def __init__(
        self, theme: Theme, wording: Wording, run: Run, doors: Doors, detail: HouseholdDetail, parent: QWidget
    ) -> None:
        words = (wording("homes.split.title", door=detail.row.door), wording("homes.split.go"))
        super().__init__(theme, wording, run, doors, words, detail.unit_id, parent)
        self.door.edit.setText(detail.row.door)
        self.body.insertWidget(1, TextLabel(theme, wording("homes.split.body"), "body", "text2", wrap=True))
        self.people = [(person, QCheckBox(_person(person))) for person in detail.residents]
        for place, (_, box) in enumerate(self.people):
            self.body.insertWidget(2 + place, box)
        first = self.people[0][1] if self.people else self.door.edit
        self.finish(first, lambda: SplitWish(self.door.answer, self.chosen()))

    def chosen(self) -> tuple[bytes, ...]:
        return tuple(person.id for person, box in self.people if box.isChecked())

    def _fault(self) -> bool:
        nobody = not self.chosen()
        self.failure.setText(self._wording("homes.split.nobody"))
        self.failure.setVisible(nobody)
        return nobody


def _person(person: ResidentRow) -> str:
    return " ".join(part for part in (person.name, person.salutation) if part)


class MergeDialog(FormDialog):
    """Which other household is the same as the one shown: by its door, then by choosing among those behind it."""

    def __init__(
        self, theme: Theme, wording: Wording, run: Run, doors: Doors, detail: HouseholdDetail, parent: QWidget
    ) -> None:
        title = wording("homes.merge.title", door=detail.row.door)
        super().__init__(theme, wording, title, wording("homes.merge.go"), parent)
        self._detail = detail
        self.door = DoorField(theme, wording, run, doors, wording("homes.merge.other"), detail.unit_id)
        self.door.warning.set_colour("info", "info")
        self.other = choice(wording, "", (), None)
        self.reason = GuardedText(theme, wording, wording("homes.merge.reason"), lines=0)
        self._candidates: Sequence[tuple[bytes, str]] = ()
        self.body.addWidget(TextLabel(theme, wording("homes.merge.body"), "body", "text2", wrap=True))
        self.body.addWidget(self.door)
        self.add_field("winner_id", wording("homes.merge.which"), self.other)
        self.body.addWidget(self.reason)
        self.door.edit.setText(detail.row.door)
        self.finish(self.door.edit, self._wish)
        self.door.understood.connect(self._offer)
        self.door.ask()

    def _offer(self, answer: DoorAnswer) -> None:
        """The households behind the door that was typed, without the one shown."""
        self.other.clear()
        for record, words in answer.homes:
            if record != self._detail.row.id:
                self.other.addItem(words, record)
        nothing = self.other.count() == 0
        self.fields["winner_id"].set_note(self._wording("homes.merge.none") if nothing else "")
        self.go_button.say_why_disabled(self._wording("homes.merge.none") if nothing else None)
        self.fit()

    def _wish(self) -> MergeWish:
        return MergeWish(self.other.currentData(Qt.ItemDataRole.UserRole), self.reason.text())


class WishDialog(FormDialog):
    """The wish not to be visited, or that visits are welcome again: that needs a reason."""

    def __init__(
        self, theme: Theme, wording: Wording, detail: HouseholdDetail, on: bool, parent: QWidget
    ) -> None:
        key = "homes.wish_on" if on else "homes.wish_off"
        super().__init__(
            theme, wording, wording(f"{key}.title", door=detail.row.door), wording(f"{key}.go"), parent
        )
        self._needed = not on
        self.reason = GuardedText(theme, wording, wording(f"{key}.reason"), lines=2)
        self.body.addWidget(TextLabel(theme, wording(f"{key}.body"), "body", "text2", wrap=True))
        self.body.addWidget(self.reason)
        self.fields["opt_out_reason"] = self.reason.field
        self.finish(self.reason.edit, lambda: self.reason.text().strip())

    def _go(self) -> None:
        fault = "required" if self._needed and not self.reason.text().strip() else ""
        fault = "identity_number" if self.reason.holds_identity_number() else fault
        if fault:
            self.reason.show_error(reason_words(self._wording, fault))
            self.fit()
        else:
            super()._go()
