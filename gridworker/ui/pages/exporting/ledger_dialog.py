"""Which ledger, and of which days; what it is for is asked next."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gridworker.errors import FieldInvalid
from gridworker.exports.formats import LEDGERS
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.visits.typed_fields import DayEdit
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_DAYS = ("first_day", "last_day")


@dataclass(frozen=True)
class LedgerWish:
    """`kind` is one of LEDGERS; `days` its first and last one."""

    kind: str
    days: tuple[str, str]


class LedgerDialog(FormDialog):
    """`asked(LedgerWish)`."""

    def __init__(
        self, theme: Theme, wording: Wording, days: tuple[str, str], node: str, parent: QWidget
    ) -> None:
        super().__init__(theme, wording, wording("ledger.page.title"), wording("ledger.page.go"), parent)
        kinds = [(kind, wording(f"ledger.page.short.{kind}")) for kind in LEDGERS]
        self.kind = Segment(theme, kinds, name=wording("ledger.page.kind"), stretch=True)
        self.kind.choose(LEDGERS[0])
        self.first, self.last = (DayEdit(wording, wording(f"ledger.page.{name}")) for name in _DAYS)
        for edit, day in zip((self.first, self.last), days, strict=True):
            edit.set_today(day)
            edit.setText(day)
        self.body.addWidget(self.kind)
        for name, edit in zip(_DAYS, (self.first, self.last), strict=True):
            self.fields[name] = FieldRow(theme, wording(f"ledger.page.{name}"), edit)
        beside = QWidget()
        beside.setLayout(row(self.fields["first_day"], self.fields["last_day"], gap=SIZES.gap_3))
        self.body.addWidget(beside)
        self.body.addWidget(
            TextLabel(theme, wording("ledger.page.about", node=node), "caption", "text2", wrap=True)
        )
        self.finish(self.kind.button(LEDGERS[0]), self._wish)

    def _wish(self) -> LedgerWish:
        return LedgerWish(self.kind.current(), (self.first.day() or "", self.last.day() or ""))

    def _go(self) -> None:
        """Asks only once both days are days, in their order."""
        first, last = self.first.day(), self.last.day()
        if first is None or last is None:
            self._refuse(_DAYS[first is not None], "not_a_day")
        elif first > last:
            self._refuse(_DAYS[1], "before_first")
        else:
            super()._go()

    def _refuse(self, field: str, reason: str) -> None:
        self.show_failure(FieldInvalid(entity="export", record="", field=field, reason=reason))
