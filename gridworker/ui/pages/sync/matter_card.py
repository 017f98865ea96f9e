"""What the server did not take, and acts it holds for a decision: what, why, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit

from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.ui.pages.history.words import moment
from gridworker.ui.pages.sync.words import entity_name, field_name, why
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class MatterCard(Card):
    """`acted(str, str)`: again, mend, give_up, accept or reject, with the text of the field it needs."""

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
        kinds = {
            "again": "plain",
            "mend": "primary",
            "give_up": "danger",
            "accept": "primary",
            "reject": "danger",
        }
        self.buttons = {
            name: Button(theme, wording(f"sync.act.{name}"), kind) for name, kind in kinds.items()
        }
        self.add_header(self._header)
        for part in (self._reason, self._values, self._row):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_footer(None, *self.buttons.values())
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
        self._values.setText(_written(say, matter.values))
        mendable = bool(matter.field) and matter.field in matter.values
        label = field_name(say, matter.field) if mendable else say("sync.reason")
        self._ask(label, str(matter.values.get(matter.field) or "") if mendable else "")
        self._offer("again", "give_up", *(("mend",) if mendable else ()))

    def show_held(self, matter: HeldRow) -> None:
        """An act that arrived when its writer had lost the scope."""
        say = self._wording
        self._header.title.setText(f"{entity_name(say, matter.entity)} {matter.door}".strip())
        self._header.facts.show_facts(
            [say("sync.held_of", member=matter.member), say("sync.until", day=matter.expires_on)]
        )
        self._reason.setText(say(f"sync.held_reason.{matter.reason}"))
        self._values.setText("\n".join(_written(say, change.values) for change in matter.changes))
        self._ask(say("sync.reason"), "")
        self._offer("accept", "reject")

    def _ask(self, label: str, text: str) -> None:
        self._row.label.setText(label)
        self.text.setAccessibleName(label)
        self.text.setText(text)

    def _offer(self, *names: str) -> None:
        for name, button in self.buttons.items():
            button.setVisible(name in names)


def _written(wording: Wording, values: object) -> str:
    pairs = values.items() if hasattr(values, "items") else ()
    return "\n".join(
        f"{field_name(wording, name)}：{value}"
        for name, value in pairs
        if value not in (None, "") and not isinstance(value, bytes) and name != "event"
    )
