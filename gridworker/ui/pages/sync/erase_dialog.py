"""Erasing a person or a household: found by name or door, everything that goes with it named first, the name typed
once more, and a reason for the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gridworker.changes import Changes
from gridworker.services.rights import Erasure
from gridworker.store.rows import Hit
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.running import Run
from gridworker.ui.pages.sync.words import entity_name
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class Eraser(Protocol):
    """What the dialog asks of the open profile; runs away from the window."""

    def find(self, text: str) -> Sequence[Hit]: ...

    def would_erase(self, entity: str, record_id: bytes) -> Erasure: ...


@dataclass(frozen=True)
class EraseWish:
    """A record the person meant: they typed its name, and why."""

    entity: str
    record_id: bytes
    reason: str


class EraseDialog(FormDialog):
    """The button stays shut until what goes was shown, the name was typed again and a reason given."""

    def __init__(self, theme: Theme, wording: Wording, run: Run, eraser: Eraser, parent: QWidget) -> None:
        super().__init__(theme, wording, wording("sync.erase.title"), wording("sync.erase.go"), parent)
        self._run, self._eraser = run, eraser
        self._hits: tuple[Hit, ...] = ()
        self.found: Erasure | None = None
        self.text, self.reason, self.again = QLineEdit(), QLineEdit(), QLineEdit()
        self.hits = QComboBox()
        for control in (self.text, self.hits, self.again, self.reason):
            fit_control(theme, control)
        self.goes = TextLabel(theme, wording("sync.erase.first"), "body", "text2", wrap=True)
        self._fill(theme)
        self.text.textEdited.connect(lambda _: self._look())
        self.hits.activated.connect(lambda _: self._preview())
        for edit in (self.again, self.reason):
            edit.textEdited.connect(lambda _: self._judge())
        self.finish(self.text, self._wish)
        self._judge()

    def _fill(self, theme: Theme) -> None:
        say = self._wording
        self.body.addWidget(TextLabel(theme, say("sync.erase.what"), "body", "text2", wrap=True))
        self.add_field("text", say("sync.erase.find"), self.text)
        self.add_field("hit", say("sync.erase.which"), self.hits)
        self.body.addWidget(self.goes)
        self.typed = FieldRow(theme, say("sync.erase.again", name="…"), self.again)
        self.body.addWidget(self.typed)
        self.add_field("reason", say("sync.erase.reason"), self.reason)

    def _look(self) -> None:
        text = self.text.text().strip()
        self.found = None
        self._judge()
        if text:
            self._run(
                lambda: self._eraser.find(text), self._offer, self.show_failure, topic="sync.erase.find"
            )

    def _offer(self, hits: Sequence[Hit]) -> None:
        self._hits = tuple(hits)
        self.hits.clear()
        for hit in self._hits:
            facts = " · ".join(part for part in hit.facts if part)
            self.hits.addItem(f"{entity_name(self._wording, hit.kind.value)} {hit.title} {facts}".strip())
        if self._hits:
            self._preview()
        else:
            self.goes.setText(self._wording("sync.erase.none"))

    def _preview(self) -> None:
        hit = self._hits[max(self.hits.currentIndex(), 0)]
        self._run(
            lambda: self._eraser.would_erase(hit.kind.value, hit.id),
            self._show,
            self.show_failure,
            topic="sync.erase.preview",
        )

    def _show(self, found: Erasure) -> None:
        say = self._wording
        self.found = found
        counted = [
            say("sync.erase.count", what=entity_name(say, name), n=n) for name, n in found.records.items()
        ]
        counted += [say(f"sync.erase.{name}", n=n) for name, n in found.beside.items() if n]
        self.goes.setText(say("sync.erase.goes", name=found.name, counts=say("sync.joint").join(counted)))
        self.goes.set_colour("late")
        self.typed.label.setText(say("sync.erase.again", name=found.name))
        self._judge()
        self.fit()

    def _judge(self) -> None:
        """Why the button is still shut, in its own words."""
        say, found = self._wording, self.found
        if found is None:
            self.go_button.say_why_disabled(say("sync.erase.still_choice"))
        elif self.again.text().strip() != found.name:
            self.go_button.say_why_disabled(say("sync.erase.still_name"))
        elif not self.reason.text().strip():
            self.go_button.say_why_disabled(say("sync.erase.still_reason"))
        else:
            self.go_button.say_why_disabled(None)

    def _wish(self) -> EraseWish:
        assert self.found is not None
        return EraseWish(self.found.entity, self.found.record_id, self.reason.text().strip())

    def show_erased(self, _changes: Changes) -> None:
        self.accept()
