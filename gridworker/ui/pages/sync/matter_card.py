"""What the server did not take, and acts it holds for a decision: what, why, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.history.words import moment
from gridworker.ui.pages.sync.words import entity_name, field_name, why
from gridworker.ui.pages.values import value_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_KINDS = {
    "mend": "primary",
    "accept": "primary",
    "again": "plain",
    "hand_over": "plain",
    "take_out": "plain",
    "copy": "plain",
    "give_up": "danger",
    "reject": "danger",
}


class MatterCard(Card):
    """`acted(str, str)`: again, mend, give_up, take_out, copy, accept, hand_over or reject, with the text of the field
    it needs. `may_decide` says whether this account decides about held acts."""

    acted = Signal(str, str)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme)
        self._wording = wording
        self._header = CardHeader(theme, "", (), icon="shield-alert")
        self._reason = TextLabel(theme, "", "body", wrap=True)
        self._values = TextLabel(theme, "", "body", "text2", wrap=True)
        self.text = QLineEdit()
        fit_control(theme, self.text)
        self._row = FieldRow(theme, "", self.text)
        self.code = ""
        self.may_decide = True
        self.buttons = {
            name: Button(theme, wording(f"sync.act.{name}"), kind) for name, kind in _KINDS.items()
        }
        self.add_header(self._header)
        for part in (self._reason, self._values, self._row):
            self.body.addWidget(part)
        self.body.addStretch(1)
        acts = FlowRow()
        for button in self.buttons.values():
            acts.add(button)
        foot = self.add_footer(acts).layout()
        assert isinstance(foot, QHBoxLayout)
        foot.setStretchFactor(acts, 1)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _=False, name=name: self.acted.emit(name, self.text.text()))

    def show_stuck(self, matter: StuckOp) -> None:
        """Something the server refused or fails on."""
        say = self._wording
        self._header.title.setText(f"{entity_name(say, matter.entity)} {matter.place}".strip())
        tried = say("sync.tried", n=matter.tries) if matter.tries else ""
        again = say("sync.next_try", at=moment(matter.next_at)) if matter.next_at else ""
        behind = say("sync.behind", n=matter.behind) if matter.behind else ""
        self._header.facts.show_facts([fact for fact in (tried, again, behind) if fact])
        self._reason.setText(f"{why(say, matter)}（{matter.why}）")
        self._values.setText(_written(say, matter.entity, matter.values))
        mendable = bool(matter.field) and matter.field in matter.values
        label = field_name(say, matter.field) if mendable else say("sync.reason")
        self._ask(label, str(matter.values.get(matter.field) or "") if mendable else "")
        self.code = f"{matter.why} {matter.entity}.{matter.field} {matter.op_id.hex()}"
        self._offer("again", "give_up", "take_out", "copy", *(("mend",) if mendable else ()))

    def show_held(self, matter: HeldRow) -> None:
        """An act that arrived when its writer had lost the scope."""
        say = self._wording
        self._header.title.setText(f"{entity_name(say, matter.entity)} {matter.door}".strip())
        self._header.facts.show_facts(
            [
                say("sync.held_of", member=matter.member),
                say("sync.held_at", owner=matter.owner),
                say("sync.until", day=matter.expires_on),
            ]
        )
        self._reason.setText(say(f"sync.held_reason.{matter.reason}"))
        self._values.setText(
            "\n".join(_written(say, change.entity, change.values) for change in matter.changes)
        )
        self._ask(say("sync.reason"), "")
        self.code = f"{matter.reason} {matter.entity} {matter.id.hex()}"
        self._row.setVisible(self.may_decide)
        if self.may_decide:
            self._offer("accept", "hand_over", "reject", "copy")
        else:
            self._offer("copy")
            self._reason.setText(say("sync.held_elsewhere", why=self._reason.text()))

    def _ask(self, label: str, text: str) -> None:
        self._row.setVisible(True)
        self._row.label.setText(label)
        self.text.setAccessibleName(label)
        self.text.setText(text)

    def _offer(self, *names: str) -> None:
        for name, button in self.buttons.items():
            button.setVisible(name in names)


def _written(wording: Wording, entity: str, values: object) -> str:
    pairs = values.items() if hasattr(values, "items") else ()
    return "\n".join(
        f"{field_name(wording, name)}：{value_words(wording, entity, name, str(value))}"
        for name, value in pairs
        if value not in (None, "") and not isinstance(value, bytes) and name != "event"
    )
