"""What a page does that shows lists and one chosen record below them: it asks for both, carries acts out and takes them
back. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from gridworker.errors import NotFound
from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run

B_co = TypeVar("B_co", covariant=True)
C_co = TypeVar("C_co", covariant=True)
B_contra = TypeVar("B_contra", contravariant=True)
C_contra = TypeVar("C_contra", contravariant=True)
B = TypeVar("B")
C = TypeVar("C")


class Choosable(Protocol[B_co, C_co]):
    """What the page asks of the open profile; every call may run in another thread."""

    def board(self) -> B_co: ...

    def choose(self, kind: str, record: bytes) -> C_co: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...


class ChoosingView(Protocol[B_contra, C_contra]):
    """What the presenter tells the page."""

    def show_board(self, board: B_contra) -> None: ...

    def show_chosen(self, chosen: C_contra | None) -> None: ...

    def told(self, words: str, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ChoosingPresenter(ScopedPresenter, Generic[B, C]):
    """Reads are asked for by topic, so that only the newest answer counts; `topic` is the page's own."""

    topic: str

    def __init__(self, source: Choosable[B, C], run: Run, view: ChoosingView[B, C]) -> None:
        super().__init__()
        self.run, self._view, self._asked = run, view, source
        self.board: B | None = None
        self.chosen: C | None = None
        self.wanted: tuple[str, bytes] | None = None

    def reload(self) -> None:
        """Ask again for the lists and for what is chosen."""
        self.stale = False
        self.run(self._asked.board, self._answered, self._view.show_error, topic=f"{self.topic}.board")
        if self.wanted is not None:
            self.choose(*self.wanted)

    def _answered(self, board: B) -> None:
        first, self.board = self.board is None, board
        self._view.show_board(board)
        if first and self.chosen is not None:  # it was answered before there was a board to show it beside
            self._view.show_chosen(self.chosen)

    def choose(self, kind: str, record: bytes) -> None:
        """The person moved to a record: it is shown below, and what hangs together with it is marked."""
        self.wanted = (kind, record)

        def shown(chosen: C) -> None:
            if self.wanted == (kind, record):
                self.chosen = chosen
                self._view.show_chosen(chosen)

        self.run(lambda: self._asked.choose(kind, record), shown, self._gone, topic=f"{self.topic}.chosen")

    def open(self, kind: str, record: bytes) -> None:
        """A link, the search or Today leads to a record."""
        self.choose(kind, record)

    def more(self, kind: str) -> None:
        """The end of a list is near; one that is read whole has nothing after it."""

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
        self.run(lambda: self._asked.take_back(done, reason), taken, self._view.show_error, lane="serial")
