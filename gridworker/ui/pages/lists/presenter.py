"""What the page of the three lists does: what is shown, which record is chosen, what is saved and taken back. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gridworker.errors import NotFound
from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.ui.pages.lists.source import Board, Chosen
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "need", "resource", "resource_promise", "task", "task_claim", "project", "project_need", "project_entry",
    "project_milestone", "project_screening", "project_budget", "closed_year", "issue", "issue_need",
)  # fmt: skip


class Lists(Protocol):
    """What the page asks of the open profile; every call may run in another thread but `today`."""

    def today(self) -> str: ...

    def board(self) -> Board: ...

    def choose(self, kind: str, record: bytes) -> Chosen: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...


class ListsView(Protocol):
    """What the presenter tells the page."""

    def show_board(self, board: Board) -> None: ...

    def show_chosen(self, chosen: Chosen | None) -> None: ...

    def told(self, words: str, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ListsPresenter(ScopedPresenter):
    """Reads are asked for by topic, so that only the newest answer counts."""

    concerning = _CONCERNING

    def __init__(self, source: Lists, run: Run, view: ListsView) -> None:
        super().__init__()
        self.source, self.run, self._view = source, run, view
        self.board: Board | None = None
        self.chosen: Chosen | None = None
        self.wanted: tuple[str, bytes] | None = None

    def reload(self) -> None:
        """Ask again for the lists and for what is chosen. They are the community's, whatever node is selected."""
        self.stale = False
        self.run(self.source.board, self._answered, self._view.show_error, topic="lists.board")
        if self.wanted is not None:
            self.choose(*self.wanted)

    def _answered(self, board: Board) -> None:
        self.board = board
        self._view.show_board(board)

    def choose(self, kind: str, record: bytes) -> None:
        """The person moved to a record: it is shown below, and what hangs together with it is marked."""
        self.wanted = (kind, record)

        def shown(chosen: Chosen) -> None:
            if self.wanted == (kind, record):
                self.chosen = chosen
                self._view.show_chosen(chosen)

        self.run(lambda: self.source.choose(kind, record), shown, self._gone, topic="lists.chosen")

    def _gone(self, error: Exception) -> None:
        """It was deleted meanwhile, perhaps by the person's own undo; anything else is said."""
        self.close()
        if not isinstance(error, NotFound):
            self._view.show_error(error)

    def close(self) -> None:
        """Nothing is chosen any more."""
        self.wanted = self.chosen = None
        self._view.show_chosen(None)

    def act(
        self,
        work: Callable[[], Done],
        words: str | Callable[[], str],
        saved: Callable[[], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        then: str = "",
    ) -> None:
        """Carry out one act and say so in `words`; `then` is the kind of a new record, which is chosen next."""

        def done(result: Done) -> None:
            if saved is not None:
                saved()
            if then and result.changes:
                self.wanted = (then, result.record)
            self._view.told(words if isinstance(words, str) else words(), result)

        self.run(work, done, failed or self._view.show_error, lane="serial")

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None:
        self.run(lambda: self.source.take_back(done, reason), taken, self._view.show_error, lane="serial")
