"""The logic of the page of deliberation: stages, counts, one answer counts, what is gone is let go. No widgets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from gridworker.errors import NotFound
from gridworker.models.funnel import Rectification
from gridworker.store.queries.deliberation import IssueRow
from gridworker.store.rows import Road, Scope
from gridworker.ui.pages.deliberation.presenter import DeliberationPresenter
from gridworker.ui.pages.deliberation.rows import issue_line
from gridworker.ui.pages.deliberation.source import Board, Chosen
from gridworker.wording import Wording
from tests.ui.pages.immediate import OTHER_SCOPE, SCOPE, Desk

ZH = Wording.load("zh_CN")


def row(number: int, state: str, stage: str) -> IssueRow:
    return IssueRow(
        number.to_bytes(16), f"Y26-{number}", f"议题 {number}", b"n" * 16, "1602", "demand", "2026-11-01",
        "yard", "", state, stage, 0, 0, 0, Road.HERE, ("2026-11-01", number),
    )  # fmt: skip


class Source:
    def __init__(self) -> None:
        self.scope: Scope | None = None
        self.gone = False
        self.rows = (
            row(4, "decided", "deliberating"),
            row(3, "raised", "raised"),
            row(2, "closed", "implementing"),
            row(1, "raised", "raised"),
        )

    def board(self) -> Board:
        named: tuple[tuple[bytes, str], ...] = ()
        rows = self.rows if self.scope == SCOPE else ()
        return Board(
            rows, (), (), Rectification(0, 0), (), named, named, named, named, may_raise=True, may_meet=True,
            counts=Counter(one.stage for one in rows), coming=0,
        )  # fmt: skip

    def choose(self, kind: str, record: bytes) -> Chosen:
        if self.gone:
            raise NotFound(what=kind)
        return Chosen(kind, record, {"state": "raised"}, (), ())


class View:
    def __init__(self) -> None:
        self.boards: list[Board] = []
        self.chosen: list[Chosen | None] = []
        self.errors: list[Exception] = []

    def show_board(self, board: Board) -> None:
        self.boards.append(board)

    def show_chosen(self, chosen: Chosen | None) -> None:
        self.chosen.append(chosen)

    def told(self, words: str, done: Any) -> None:
        raise AssertionError(words)

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def presenter(source: Source, view: View) -> DeliberationPresenter:
    made = DeliberationPresenter(source, Desk().run, view)  # type: ignore[arg-type]
    made.show_scope(SCOPE)
    return made


def test_stages_stand_in_their_order(presenter: DeliberationPresenter) -> None:
    assert [one.no for one in presenter.issues()] == ["Y26-3", "Y26-1", "Y26-4", "Y26-2"]
    assert presenter.counts() == {"all": 4, "raised": 2, "reviewing": 0, "deliberating": 1, "implementing": 1}
    presenter.stage = "raised"
    assert [one.no for one in presenter.issues()] == ["Y26-3", "Y26-1"]


def test_another_node_shows_what_stands_there(presenter: DeliberationPresenter, view: View) -> None:
    presenter.show_scope(OTHER_SCOPE)
    assert presenter.issues() == [] and len(view.boards) == 2


def test_what_is_gone_is_let_go_without_an_error(
    presenter: DeliberationPresenter, source: Source, view: View
) -> None:
    presenter.choose("issue", b"1" * 16)
    assert view.chosen[-1] is not None
    source.gone = True
    presenter.reload()
    assert view.chosen[1:] == [None] and not view.errors


def test_a_newer_choice_drops_the_older_answer(source: Source, view: View) -> None:
    desk = Desk(hold=True)
    made = DeliberationPresenter(source, desk.run, view)  # type: ignore[arg-type]
    made.choose("issue", b"1" * 16)
    made.choose("meeting", b"2" * 16)
    desk.answer()
    assert [one.kind for one in view.chosen if one] == ["meeting"]


def test_a_line_says_stage_state_and_what_is_linked() -> None:
    one = row(1, "accepted", "reviewing")
    line = issue_line(replace(one, resolutions=3, done=1), ZH, frozenset({one.id}))
    assert line.cells == ("↔ 议题 1", "1/3", "审·已受理") and not line.dim
    assert "与选中的相连" in line.spoken
    assert issue_line(row(2, "raised", "raised"), ZH, frozenset()).cells[-1] == "提"
    assert issue_line(row(2, "closed", "implementing"), ZH, frozenset()).dim
