"""A ledger of the open profile as something that may leave. Runs away from the window."""

from __future__ import annotations

from typing import Any

from gridworker.exports.formats import LEDGER_FORMATS
from gridworker.exports.ledgers import Ledger
from gridworker.models.days import Week
from gridworker.services.catalogues import own_names
from gridworker.store.queries.ledgers import read_ledger
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.ledger_dialog import LedgerWish
from gridworker.ui.pages.exporting.source import Export
from gridworker.wording import Wording

#: Ledgers that name residents; the others hold nothing to be masked.
_OF_PEOPLE = ("visits", "demands")


class LedgerSource:
    """`store` is the open profile."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording

    def days(self) -> tuple[str, str]:
        """The present week."""
        week = Week.of_day(str(self._store.clock.today()))
        return week.first, week.last

    def to_export(self, scope: Scope, wish: LedgerWish) -> Export:
        store, kind, days = self._store, wish.kind, wish.days
        title = self._wording(f"export.what.{kind}")

        def make(form: str, masked: bool) -> bytes:
            moment = store.clock.moment().strftime("%Y-%m-%d %H:%M")
            about = (scope.name, days, store.identity.practice, moment)
            made = Ledger(kind, form, about, self._wording, own_names(store), whole=not masked)  # type: ignore[arg-type]
            read_ledger(store, kind, scope, days, made)
            return made.content()

        period = f"{days[0]}/{days[1]}"
        name = f"{title} {scope.name} {days[0]}—{days[1]}"
        whole = kind in _OF_PEOPLE
        return Export(kind, title, name, scope.node_id, period, LEDGER_FORMATS, make, can_unmask=whole)
