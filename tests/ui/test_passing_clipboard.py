"""What was copied leaves the clipboard after a while; what others copied stays."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QClipboard
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.ui import passing_clipboard
from gridworker.ui.passing_clipboard import PassingClipboard


class Board(QObject):
    """A clipboard that two programs write to; the one of tests without a display never knows whose its text is."""

    dataChanged = Signal()  # noqa: N815 - Qt's name

    def __init__(self) -> None:
        super().__init__()
        self.words, self.ours, self.selected = "", False, ""

    def put(self, words: str, *, ours: bool) -> None:
        self.words, self.ours = words, ours
        self.dataChanged.emit()

    def text(self) -> str:
        return self.words

    def ownsClipboard(self) -> bool:
        return self.ours

    def ownsSelection(self) -> bool:
        return bool(self.selected)

    def clear(self, mode: QClipboard.Mode) -> None:
        if mode is QClipboard.Mode.Selection:
            self.selected = ""
        else:
            self.put("", ours=False)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def passing(qtbot: QtBot, board: Board, monkeypatch: pytest.MonkeyPatch) -> PassingClipboard:
    monkeypatch.setattr(passing_clipboard, "KEEP_MS", 120)
    return PassingClipboard(cast(QClipboard, board))


def test_what_was_copied_is_gone_after_a_while(passing: PassingClipboard, board: Board, qtbot: QtBot) -> None:
    board.put("138 0000 0000", ours=True)
    QTest.qWait(40)
    assert board.words
    qtbot.waitUntil(lambda: board.words == "")


def test_another_copy_has_its_own_while(passing: PassingClipboard, board: Board, qtbot: QtBot) -> None:
    board.put("first", ours=True)
    QTest.qWait(80)
    board.put("second", ours=True)
    QTest.qWait(80)
    assert board.words == "second"
    qtbot.waitUntil(lambda: board.words == "")


def test_what_another_program_copied_stays(passing: PassingClipboard, board: Board) -> None:
    board.put("ours", ours=True)
    board.put("theirs", ours=False)
    QTest.qWait(200)
    passing.forget()
    assert board.words == "theirs"


def test_selected_text_is_forgotten_too(passing: PassingClipboard, board: Board) -> None:
    board.selected = "张"
    passing.forget()
    assert board.selected == ""
