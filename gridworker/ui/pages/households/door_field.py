"""A field for a door as people write it: `3-2-502`, `锦苑一期3栋2单元502`. Says below what was understood, and who is
behind that door already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gridworker.ui.pages.running import Run
from gridworker.ui.pages.words import reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.fields import FieldRow
from gridworker.wording import Wording

_TYPING_MS = 200


@dataclass(frozen=True)
class DoorAnswer:
    """What a typed door means. `reason` says why it is none; `homes` are the households behind it already, each with
    its words."""

    text: str
    unit_id: bytes | None = None
    room: str = ""
    floor: int | None = None
    said: str = ""
    reason: str = ""
    homes: tuple[tuple[bytes, str], ...] = ()

    @property
    def there(self) -> tuple[str, ...]:
        return tuple(words for _, words in self.homes)


class Doors(Protocol):
    """What the field asks of the open profile."""

    def door(self, text: str, near: bytes | None) -> DoorAnswer: ...


class DoorField(QWidget):
    """`understood(DoorAnswer)` after every pause in typing. `near`: the stairwell that a bare room number means."""

    understood = Signal(object)

    def __init__(
        self, theme: Theme, wording: Wording, run: Run, doors: Doors, label: str, near: bytes | None = None
    ) -> None:
        super().__init__()
        self._wording, self._run, self._doors, self._near = wording, run, doors, near
        self.answer = DoorAnswer("")
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(wording("homes.door.hint"))
        self.field = FieldRow(theme, label, self.edit)
        self.warning = Banner(theme, "due", "copy")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_1)
        layout.addWidget(self.field)
        layout.addWidget(self.warning)
        self.warning.hide()
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(self.ask)

    def ask(self, then: Callable[[], object] | None = None) -> None:
        """Read the door away from the window; `then` when the answer is here."""
        self._typing.stop()
        text = self.edit.text()

        def show(answer: DoorAnswer) -> None:
            self._show(answer)
            if then is not None:
                then()

        self._run(lambda: self._doors.door(text, self._near), show, topic="homes.door")

    def _show(self, answer: DoorAnswer) -> None:
        self.answer = answer
        self.field.show_error("")
        self.field.set_note(answer.said)
        if answer.there:
            self.warning.say(self._wording("homes.door.there", who="、".join(answer.there)))
        else:
            self.warning.hide()
        self.understood.emit(answer)

    def fault(self) -> bool:
        """Whether the door cannot be used; then it says why."""
        if self.answer.unit_id is None:
            self.field.show_error(reason_words(self._wording, self.answer.reason or "required"))
            self.edit.setFocus()
        return self.answer.unit_id is None
