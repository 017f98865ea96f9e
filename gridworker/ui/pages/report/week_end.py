"""How a period ends: what its figures rest on, closing the week, and the editions. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gridworker.changes import Changes
from gridworker.models.period import Period
from gridworker.services.closing import Closed
from gridworker.store.frozen_rows import Edition
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.report.editions_source import Standing
from gridworker.ui.pages.running import SILENT, Report, Run, RunLong, Stopped, Ticket


class Editions(Protocol):
    """What is asked of the open profile, away from the window (EditionSource)."""

    def standing(self, scope: Scope, period: Period) -> Standing: ...

    def close(self, micro_grids: tuple[bytes, ...], period: Period) -> Closed: ...

    def reopen(self, micro_grids: tuple[bytes, ...], period: Period) -> Changes: ...

    def take_back(self, txns: tuple[bytes, ...]) -> Changes: ...

    def editions(self, scope: Scope, period: Period) -> tuple[Edition, ...]: ...

    def freeze(
        self, scope: Scope, period: Period, *, public: bool = False, report: Report = SILENT
    ) -> Edition: ...

    def freeze_supplement(self, edition: Edition, scope: Scope, *, report: Report = SILENT) -> Edition: ...

    def to_export(self, edition: Edition) -> Export: ...

    def supplement_to_export(self, edition: Edition, scope: Scope) -> Export: ...


class WeekEndView(Protocol):
    """What the presenter tells the page."""

    def show_standing(self, standing: Standing) -> None: ...

    def show_closed(self, closed: Closed) -> None: ...

    def show_editions(self, editions: tuple[Edition, ...]) -> None: ...

    def show_freezing(self, words: str, done: int, total: int) -> None: ...

    def show_frozen(self, edition: Edition) -> None: ...

    def show_stopped(self) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class WeekEnd:
    """One node and period at a time; an answer for another one is dropped."""

    def __init__(self, source: Editions, run: Run, run_long: RunLong, view: WeekEndView) -> None:
        self.source, self._run, self._run_long, self._view = source, run, run_long, view
        self._freezing: Ticket | None = None
        self._about: tuple[Scope, Period] | None = None
        self.standing: Standing | None = None

    def show(self, scope: Scope, period: Period) -> None:
        """Ask how far this node's period is."""
        self._about = (scope, period)

        def told(standing: Standing) -> None:
            self.standing = standing
            self._view.show_standing(standing)

        self._run(
            lambda: self.source.standing(scope, period), told, self._view.show_error, topic="report.standing"
        )

    def close(self) -> None:
        """Close every open week here that this account closes; where all are closed, open them again."""
        about, standing = self._about, self.standing
        if about is None or standing is None:
            return
        period = about[1]
        if standing.waiting:
            waiting = standing.waiting

            def closed(found: Closed) -> None:
                self._view.show_closed(found)
                self._view.records_saved(found.done.changes)

            self._run(
                lambda: self.source.close(waiting, period), closed, self._view.show_error, lane="serial"
            )
        elif standing.closed:
            again = standing.closed
            self._change(lambda: self.source.reopen(again, period))

    def take_back(self, closed: Closed) -> None:
        self._change(lambda: self.source.take_back(closed.done.txns))

    def _change(self, work: Callable[[], Changes]) -> None:
        self._run(work, self._view.records_saved, self._view.show_error, lane="serial")

    def list_editions(self) -> None:
        about = self._about
        if about is not None:
            self._run(
                lambda: self.source.editions(*about),
                self._view.show_editions,
                self._view.show_error,
                topic="report.editions",
            )

    def freeze(self, supplemented: Edition | None, failed: Callable[[Exception], None]) -> None:
        """Freeze the report as it is now, or the supplement of an edition; one at a time."""
        about = self._about
        if about is None or self._freezing is not None:
            return
        scope, period = about

        def work(report: Report) -> Edition:
            if supplemented is None:
                return self.source.freeze(scope, period, public=period.kind == "year", report=report)
            return self.source.freeze_supplement(supplemented, scope, report=report)

        def frozen(edition: Edition) -> None:
            self._freezing = None
            self._view.show_frozen(edition)
            self._view.records_saved(Changes.of([("frozen_report", edition.id)]))
            self.list_editions()

        def ended(error: Exception) -> None:
            self._freezing = None
            if isinstance(error, Stopped):
                self._view.show_stopped()
            else:
                failed(error)

        progress = self._view.show_freezing
        self._freezing = self._run_long(
            work, frozen, ended, progress=progress, topic="report.freeze", lane="serial"
        )

    def stop_freezing(self) -> None:
        """Ask the freezing under way to stop; until its one commit nothing is kept."""
        if self._freezing is not None:
            self._freezing.cancel()

    def to_export(self, edition: Edition, *, supplement: bool) -> Export | None:
        """An edition, or its supplement as it is now, as a file that may leave."""
        if self._about is None:
            return None
        if supplement:
            return self.source.supplement_to_export(edition, self._about[0])
        return self.source.to_export(edition)
