"""Lists that are read page by page: how far each was read, and on where somebody scrolls or a link leads. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from gridworker.ui.pages.choosing import C_co, Choosable, ChoosingPresenter, ChoosingView
from gridworker.ui.pages.running import Run

#: So many rows of a list are read at once.
PAGE = 500


class Row(Protocol):
    """A row of any list."""

    @property
    def id(self) -> bytes: ...


R = TypeVar("R", bound=Row)
B = TypeVar("B")
C = TypeVar("C")
#: Reads so many rows after the given one, from the beginning for None.
Read = Callable[[R | None, int], Sequence[R]]


class Extents:
    """How many rows of each list were read. A record that was asked for by `reach` is read up to, if it is there."""

    def __init__(self, page: int = PAGE) -> None:
        self.page = page
        self._read: dict[str, int] = {}
        self._reach: tuple[str, bytes] = ("", b"")

    def reach(self, kind: str, record: bytes) -> None:
        """The next reading goes on until it has met this record."""
        self._reach = (kind, record)

    def rows(self, kind: str, read: Read[R]) -> tuple[R, ...]:
        """What was read so far, read anew."""
        wanted = self._read.get(kind, self.page)
        found = tuple(read(None, wanted))
        of, record = self._reach
        if of == kind:
            self._reach = ("", b"")
            met = _up_to(found, wanted, record, read, self.page)
            if met is not None:
                self._read[kind] = len(met)
                return met
        return found

    def further(self, kind: str, known: tuple[R, ...], read: Read[R]) -> tuple[R, ...]:
        """`known` and the page after it."""
        found = (*known, *read(known[-1], self.page)) if known else known
        self._read[kind] = max(len(found), self.page)
        return found


def _up_to(
    known: tuple[R, ...], wanted: int, record: bytes, read: Read[R], page: int
) -> tuple[R, ...] | None:
    """`known` and pages after it until `record` is among them; None where it is on no page."""
    last, whole = known, len(known) < wanted
    while not any(row.id == record for row in last):
        if whole or not known:
            return None
        last = tuple(read(known[-1], page))
        whole = len(last) < page
        known = (*known, *last)
    return known


class Pageable(Choosable[B, C_co], Protocol[B, C_co]):
    """What a page of long lists asks of the open profile."""

    def further(self, kind: str, board: B) -> B:
        """The board with the next page of one list; the same where there is none."""
        ...

    def reach(self, kind: str, record: bytes) -> None:
        """The next board holds this record, wherever it stands in its list."""
        ...

    def holds(self, kind: str, record: bytes, board: B) -> bool:
        """Whether a record is on the board."""
        ...


class PagedPresenter(ChoosingPresenter[B, C]):
    """Reads on when the end of a list comes near."""

    def __init__(self, source: Pageable[B, C], run: Run, view: ChoosingView[B, C]) -> None:
        super().__init__(source, run, view)
        self._paged = source
        self._reading = ""
        self._whole: tuple[str, B] | None = None

    def more(self, kind: str) -> None:
        """The end of a list is near: its next page, unless it is being read or there is none."""
        board = self.board
        if board is None or self._reading or self._whole == (kind, board):
            return
        self._reading = kind

        def answered(found: B) -> None:
            self._reading = ""
            if self.board is not board:
                return
            if found == board:
                self._whole = (kind, board)
            else:
                self._answered(found)

        def failed(error: Exception) -> None:
            self._reading = ""
            self._view.show_error(error)

        self.run(lambda: self._paged.further(kind, board), answered, failed, topic=f"{self.topic}.further")

    def open(self, kind: str, record: bytes) -> None:
        """Show a record, read up to where it stands in its list."""
        self.wanted = (kind, record)
        if self.board is not None and self._paged.holds(kind, record, self.board):
            self.choose(kind, record)
        else:
            self._paged.reach(kind, record)
            self.reload()
