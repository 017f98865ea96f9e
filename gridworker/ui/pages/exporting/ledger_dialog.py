"""Which ledger, and of which days; what it is for is asked next."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.exports.formats import LEDGERS
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


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
        kinds = [(kind, wording(f"export.what.{kind}")) for kind in LEDGERS]
        self.kind = Segment(theme, kinds, name=wording("ledger.page.kind"), stretch=True)
        self.kind.choose(LEDGERS[0])
        self.first, self.last = (_day(day) for day in days)
        self.body.addWidget(self.kind)
        for name, edit in (("first_day", self.first), ("last_day", self.last)):
            self.fields[name] = FieldRow(theme, wording(f"ledger.page.{name}"), edit)
        beside = QWidget()
        beside.setLayout(row(self.fields["first_day"], self.fields["last_day"], gap=SIZES.gap_3))
        self.body.addWidget(beside)
        self.body.addWidget(
            TextLabel(theme, wording("ledger.page.about", node=node), "caption", "text2", wrap=True)
        )
        self.finish(self.kind.button(LEDGERS[0]), self._wish)

    def _wish(self) -> LedgerWish:
        first, last = (edit.date().toString("yyyy-MM-dd") for edit in (self.first, self.last))
        return LedgerWish(self.kind.current(), (first, last))

    def _go(self) -> None:
        if self.first.date() > self.last.date():
            self.show_failure(
                FieldInvalid(entity="export", record="", field="last_day", reason="before_first")
            )
        else:
            super()._go()


def _day(text: str) -> QDateEdit:
    edit = QDateEdit(QDate.fromString(text, "yyyy-MM-dd"))
    edit.setDisplayFormat("yyyy-MM-dd")
    edit.setCalendarPopup(True)
    return edit
