"""A window that nobody types or clicks in locks itself, and one whose computer slept."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gridworker.ui.idle import Idle

AFTER = 1000  # ms
MINUTES = AFTER / 60_000


def shown(qtbot: QtBot) -> QWidget:
    window = QLineEdit()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.windowHandle() is QApplication.focusWindow())
    return window


def application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def test_it_expires_once_without_any_sign(qtbot: QtBot) -> None:
    expired: list[int] = []
    idle = Idle(application(), lambda: expired.append(1), MINUTES)
    qtbot.waitUntil(lambda: expired == [1])
    qtbot.wait(AFTER + AFTER // 4)
    assert expired == [1]
    idle.deleteLater()


def test_a_key_and_a_click_put_it_off(qtbot: QtBot) -> None:
    expired: list[int] = []
    idle = Idle(application(), lambda: expired.append(1), MINUTES)
    window = shown(qtbot)
    handle = window.windowHandle()
    for _ in range(3):
        qtbot.wait(AFTER // 4)
        QTest.keyClick(handle, Qt.Key.Key_A)
    for _ in range(3):
        qtbot.wait(AFTER // 4)
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not expired
    qtbot.waitUntil(lambda: expired == [1])
    idle.deleteLater()


def test_another_length_counts_from_now_on(qtbot: QtBot) -> None:
    expired: list[int] = []
    idle = Idle(application(), lambda: expired.append(1), 60)
    idle.wait(MINUTES)
    qtbot.waitUntil(lambda: expired == [1])
    idle.deleteLater()


def test_a_computer_that_slept_is_asked_for_the_passphrase(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired: list[int] = []
    now = [time.time()]
    monkeypatch.setattr("gridworker.ui.idle.time.time", lambda: now[0])
    monkeypatch.setattr("gridworker.ui.idle._TICK_MS", 50)
    idle = Idle(application(), lambda: expired.append(1), 60)
    now[0] += 50
    qtbot.wait(120)
    assert not expired
    now[0] += 300
    qtbot.waitUntil(lambda: expired == [1])
    qtbot.wait(120)
    assert expired == [1]
    idle.deleteLater()
