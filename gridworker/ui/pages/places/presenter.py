"""What the places page does: which list is shown, which place is open, what is saved and taken back. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from gridworker.models.ledger import KnownUnit
from gridworker.models.op import Value
from gridworker.services import places
from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.store.queries.shops import SHOP, SPOT, PlaceDetail, PlaceRow
from gridworker.store.rows import Scope
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = (SHOP, SPOT, "visit", "visit_amendment", "visit_void", "visit_comment", "coverage")


class Places(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def today(self) -> str: ...

    def rows(self, scope: Scope, target: str, text: str) -> tuple[PlaceRow, ...]: ...

    def detail(self, target: str, record: bytes) -> PlaceDetail: ...

    def units(self, scope: Scope) -> tuple[KnownUnit, ...]: ...

    def seen(self, target: str, record: bytes) -> dict[str, Value]: ...

    def act(self, work: Callable[..., Done], *arguments: object) -> Done: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...


class PlacesView(Protocol):
    """What the presenter tells the page."""

    def show_rows(self, rows: Sequence[PlaceRow]) -> None: ...

    def show_detail(self, detail: PlaceDetail | None) -> None: ...

    def told(self, words: str, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class PlacesPresenter(ScopedPresenter):
    """Reads are asked for by topic, so that only the newest answer counts."""

    concerning = _CONCERNING

    def __init__(self, source: Places, run: Run, view: PlacesView) -> None:
        super().__init__()
        self.source, self.run, self._view = source, run, view
        self.target, self.text = SHOP, ""
        self.open: bytes | None = None

    def show_target(self, target: str) -> None:
        """SHOP or SPOT."""
        if target != self.target:
            self.target = target
            self.close()
            self.reload()

    def find(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.reload()

    def reload(self) -> None:
        self.stale = False
        scope, target, text = self.scope, self.target, self.text
        if scope is None:
            return
        self.run(
            lambda: self.source.rows(scope, target, text),
            self._view.show_rows,
            self._view.show_error,
            topic="places.rows",
        )
        if self.open is not None:
            self.choose(self.open)

    def choose(self, record: bytes) -> None:
        """The person moved to a place: it opens at the side."""
        self.open, target = record, self.target

        def shown(detail: PlaceDetail) -> None:
            if self.open == record:
                self._view.show_detail(detail)

        def gone(error: Exception) -> None:
            self.close()
            self._view.show_error(error)

        self.run(lambda: self.source.detail(target, record), shown, gone, topic="places.detail")

    def close(self) -> None:
        self.open = None
        self._view.show_detail(None)

    # -- what is saved -------------------------------------------------------------------------------------------

    def add(
        self,
        values: dict[str, Value],
        words: str,
        saved: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        def done(result: Done) -> None:
            saved()
            self.open = result.record
            self._view.told(words, result)

        target = self.target
        self.run(lambda: self.source.act(places.add_place, target, values), done, failed, lane="serial")

    def edit(
        self,
        row: PlaceRow,
        seen: dict[str, Value],
        values: dict[str, Value],
        words: str,
        saved: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        def done(result: Done) -> None:
            saved()
            self._view.told(words, result)

        self.run(
            lambda: self.source.act(places.edit_place, row.target, row.id, seen, values),
            done,
            failed,
            lane="serial",
        )

    def remove(self, row: PlaceRow, words: str) -> None:
        def done(result: Done) -> None:
            self.close()
            self._view.told(words, result)

        self.run(
            lambda: self.source.act(places.remove_place, row.target, row.id),
            done,
            self._view.show_error,
            lane="serial",
        )

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None:
        """Undo an act; `reason` is kept where lifting a protection asks for one, `taken` gets what became of it."""
        work = partial(self.source.take_back, done, reason)
        self.run(work, taken, self._view.show_error, lane="serial")
