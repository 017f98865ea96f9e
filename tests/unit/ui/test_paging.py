"""Lists read page by page: read anew as far as they were, further at their end, up to what a link leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.ui.pages.paging import Extents, PagedPresenter
from tests.ui.pages.immediate import Desk


@dataclass(frozen=True)
class Line:
    id: bytes


class Shelf:
    """A list of lines, and what was asked of it."""

    def __init__(self, many: int) -> None:
        self.lines = [Line(bytes([at // 256, at % 256])) for at in range(many)]
        self.asked: list[int] = []

    def read(self, after: Line | None, limit: int) -> tuple[Line, ...]:
        self.asked.append(limit)
        begin = 0 if after is None else self.lines.index(after) + 1
        return tuple(self.lines[begin : begin + limit])


@given(st.integers(0, 40), st.integers(1, 9), st.integers(0, 8))
def test_pages_join_without_a_gap(many: int, page: int, times: int) -> None:
    shelf, extents = Shelf(many), Extents(page)
    found = extents.rows("a", shelf.read)
    for _ in range(times):
        found = extents.further("a", found, shelf.read)
    assert found == tuple(shelf.lines[: page * (times + 1)])
    assert extents.rows("a", shelf.read) == found  # read anew, as far as before
    assert extents.rows("b", shelf.read) == tuple(shelf.lines[:page])


@given(st.integers(1, 40), st.integers(1, 9), st.data())
def test_a_record_is_read_up_to(many: int, page: int, data: st.DataObject) -> None:
    shelf, extents = Shelf(many), Extents(page)
    wanted = data.draw(st.sampled_from(shelf.lines))
    extents.reach("b", wanted.id)
    assert extents.rows("a", shelf.read) == tuple(shelf.lines[:page])  # another list
    found = extents.rows("b", shelf.read)
    assert wanted in found and len(found) - shelf.lines.index(wanted) <= page
    assert extents.rows("b", shelf.read) == found
    extents.reach("b", b"?")
    assert extents.rows("b", shelf.read) == found  # what is nowhere changes nothing


@dataclass(frozen=True)
class Board:
    lines: tuple[Line, ...]


class Source:
    def __init__(self, many: int) -> None:
        self.shelf, self.extents = Shelf(many), Extents(3)
        self.chosen: list[bytes] = []

    def board(self) -> Board:
        return Board(self.extents.rows("a", self.shelf.read))

    def choose(self, kind: str, record: bytes) -> bytes:
        self.chosen.append(record)
        return record

    def take_back(self, done: Done, reason: str) -> Undone:
        raise AssertionError(reason)

    def further(self, kind: str, board: Board) -> Board:
        return replace(board, lines=self.extents.further(kind, board.lines, self.shelf.read))

    def reach(self, kind: str, record: bytes) -> None:
        self.extents.reach(kind, record)

    def holds(self, kind: str, record: bytes, board: Board) -> bool:
        return any(line.id == record for line in board.lines)


class View:
    def __init__(self) -> None:
        self.shown: list[int] = []
        self.chosen: list[bytes | None] = []

    def show_board(self, board: Board) -> None:
        self.shown.append(len(board.lines))

    def show_chosen(self, chosen: bytes | None) -> None:
        self.chosen.append(chosen)

    def told(self, words: str, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None:
        raise error


class Presenter(PagedPresenter[Board, bytes]):
    topic = "test"
    concerning = ()


def test_the_end_of_a_list_is_read_once() -> None:
    source, view = Source(7), View()
    presenter = Presenter(source, Desk().run, view)
    presenter.more("a")  # nothing is known yet
    presenter.reload()
    for _ in range(4):
        presenter.more("a")
    assert view.shown == [3, 6, 7]
    asked = len(source.shelf.asked)
    presenter.more("a")
    assert len(source.shelf.asked) == asked


def test_a_link_reads_up_to_its_record_and_chooses_it() -> None:
    source, view = Source(20), View()
    presenter = Presenter(source, Desk().run, view)
    presenter.reload()
    near, far = source.shelf.lines[1].id, source.shelf.lines[10].id
    presenter.open("a", near)
    assert view.shown == [3]
    presenter.open("a", far)
    assert view.shown == [3, 12]
    assert source.chosen == [near, far]
    assert presenter.wanted == ("a", far)


def test_what_is_chosen_before_the_lists_are_there_is_shown_with_them() -> None:
    """The two are asked for at once, and may be answered in either order."""
    source, view, late = Source(5), View(), list[Callable[[], None]]()

    def run(work: Any, done: Any, failed: Any = None, *, topic: str | None = None, lane: str = "") -> None:
        answer = partial(done, work())
        if topic == "test.board":
            late.append(answer)
        else:
            answer()

    presenter = Presenter(source, run, view)
    wanted = source.shelf.lines[1].id
    presenter.open("a", wanted)
    assert view.shown == [] and view.chosen == [wanted]
    late[0]()
    assert view.shown == [3] and view.chosen == [wanted, wanted]
    late[0]()  # later boards come with a choice of their own
    assert view.chosen == [wanted, wanted]
