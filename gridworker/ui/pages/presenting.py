"""What presenters share: reading again when records changed, the node and the period they show, and carrying out an
act. No Qt."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from gridworker.changes import Changes
from gridworker.models.period import Period, PeriodKind
from gridworker.store.rows import Scope
from gridworker.ui.pages.running import Run


class ScopedPresenter(ABC):
    """Shows records of one node. `concerning` are the entities whose changes make it read again; `stale` says that
    it must when it is next looked at."""

    concerning: tuple[str, ...]

    def __init__(self) -> None:
        self._scope: Scope | None = None
        self.stale = False

    @property
    def scope(self) -> Scope | None:
        return self._scope

    def show_scope(self, scope: Scope) -> None:
        """Another node; the same one is read again only when something changed."""
        if scope == self._scope and not self.stale:
            return
        self._scope = scope
        self.reload()

    @abstractmethod
    def reload(self) -> None:
        """Ask again for what is shown, which is not stale from now on."""

    def records_changed(self, changes: Changes, *, visible: bool) -> None:
        """Somebody saved something: read again now, or when the page is next looked at."""
        if not changes.concerns(*self.concerning):
            return
        if visible:
            self.reload()
        else:
            self.stale = True


class PeriodSource(Protocol):
    """Knows at once which week, month, quarter or year it is."""

    def present(self, kind: PeriodKind) -> Period: ...


class PeriodView(Protocol):
    """What is told of the period that is shown."""

    def show_period(self, period: Period, *, is_last: bool) -> None: ...


class PeriodPresenter(ScopedPresenter):
    """One that shows a period of its node, this week at first."""

    def __init__(self, source: PeriodSource, view: PeriodView) -> None:
        super().__init__()
        self._calendar, self._period_view = source, view
        self._period = source.present("week")

    def step(self, number: int) -> None:
        """Go back or forward; a period that has not begun has nothing to show."""
        wanted = self._period.shifted(number)
        if wanted.first <= self._calendar.present(wanted.kind).first:
            self.show_period(wanted)

    def choose_kind(self, kind: PeriodKind) -> None:
        """Show the week, month, quarter or year in which the last day lies that is shown."""
        self.show_period(min(Period.of_day(kind, self._period.last), self._calendar.present(kind)))

    def show_period(self, period: Period) -> None:
        """Show one period."""
        self._period = period
        self.reload()

    def reload(self) -> None:
        self.stale = False
        period = self._period
        self._period_view.show_period(period, is_last=period == self._calendar.present(period.kind))
        if self._scope is not None:
            self.ask(self._scope, period)

    @abstractmethod
    def ask(self, scope: Scope, period: Period) -> None:
        """Ask for what is shown of one node and period."""


class ActView(Protocol):
    """What is told of an act."""

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ActingPresenter(ScopedPresenter):
    """One on whose page acts are carried out."""

    def __init__(self, run: Run, view: ActView) -> None:
        super().__init__()
        self._run, self._told = run, view

    def act(
        self,
        work: Callable[[], Changes],
        done: Callable[[], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Carry out one act; its changes go to every page."""

        def saved(changes: Changes) -> None:
            done()
            self._told.records_saved(changes)

        self._run(work, saved, failed or self._told.show_error, lane="serial")
