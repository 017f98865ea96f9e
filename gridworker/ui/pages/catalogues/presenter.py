"""What the catalogues page does: it reads one kind at a time and saves what was filled in. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from gridworker.changes import Changes
from gridworker.models.op import Value
from gridworker.ui.pages.catalogues.source import KINDS, CataloguesSource, Entry
from gridworker.ui.pages.running import Run


class CataloguesView(Protocol):
    """What the presenter tells the page."""

    def show_entries(self, entries: tuple[Entry, ...], *, may_change: bool) -> None: ...

    def tell_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class CataloguesPresenter:
    """`kind` is one of KINDS."""

    def __init__(self, source: CataloguesSource, run: Run, view: CataloguesView) -> None:
        self._source, self._run, self._view = source, run, view
        self.kind = KINDS[0]

    def show(self, kind: str) -> None:
        self.kind = kind
        self.read()

    def read(self) -> None:
        kind = self.kind

        def shown(found: tuple[tuple[Entry, ...], bool]) -> None:
            if kind == self.kind:
                self._view.show_entries(found[0], may_change=found[1])

        self._run(
            lambda: (self._source.entries(kind), self._source.may_change()),
            shown,
            self._view.show_error,
            topic="catalogues",
        )

    def keep(
        self,
        code: str,
        values: Mapping[str, Value],
        saved: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Save an entry; `code` "" is a new one."""
        kind = self.kind

        def done(changes: Changes) -> None:
            saved()
            self._view.tell_saved(changes)
            self.read()

        self._run(lambda: self._source.keep(kind, code, values), done, failed, lane="serial")
