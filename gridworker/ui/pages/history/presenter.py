"""What the page of recent acts does: which acts are listed, and taking one back. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gridworker.changes import Changes
from gridworker.services.undo import Undone
from gridworker.store.queries.history import ActEntry
from gridworker.ui.pages.running import Run


class Acts(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def own(self) -> tuple[ActEntry, ...]: ...

    def of_household(self, household_id: bytes) -> tuple[ActEntry, ...]: ...

    def undo(self, txn: bytes) -> Undone: ...


class HistoryView(Protocol):
    """What the presenter tells the page."""

    def show_acts(self, acts: tuple[ActEntry, ...], subject: str) -> None: ...

    def tell_undone(self, undone: Undone, act: ActEntry) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class HistoryPresenter:
    """`subject` "" lists what was done on this computer; else everything that happened to one household."""

    def __init__(self, source: Acts, run: Run, view: HistoryView, changed: Callable[[Changes], None]) -> None:
        self._source, self._run, self._view, self._changed = source, run, view, changed
        self._household: bytes | None = None
        self._subject = ""

    def show_own(self) -> None:
        """List what was done on this computer."""
        self._household, self._subject = None, ""
        self.read()

    def show_household(self, household_id: bytes, door: str) -> None:
        """List what happened to a household, its residents and its visits; `door` is how it is called."""
        self._household, self._subject = household_id, door
        self.read()

    def read(self) -> None:
        """Ask again for what is listed now."""
        household, subject = self._household, self._subject

        def ask() -> tuple[ActEntry, ...]:
            return self._source.own() if household is None else self._source.of_household(household)

        self._run(ask, lambda acts: self._view.show_acts(acts, subject), self._view.show_error, topic="acts")

    def undo(self, act: ActEntry) -> None:
        """Take an act back, if it was done here and still can be."""

        def undone(done: Undone) -> None:
            self._changed(done.changes)
            self._view.tell_undone(done, act)
            self.read()

        self._run(lambda: self._source.undo(act.txn), undone, self._view.show_error, lane="serial")
