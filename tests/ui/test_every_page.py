"""Every page of the whole window, as the practice community has it: what the keyboard reaches has a name, Tab goes
through the title row first, and nothing is a window of its own for a moment while a page is made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gridworker.app import Doors
from gridworker.settings import Settings
from gridworker.ui.application import Application
from gridworker.ui.desk import Desk
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.desks import make_desk
from tests.ui.reached import in_tab_order, unnamed


class Flashes(QObject):
    """Notes what is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.add(type(watched).__name__)
        return False


@pytest.fixture
def flashes() -> Iterator[Flashes]:
    noted, application = Flashes(), QApplication.instance()
    assert application is not None
    application.installEventFilter(noted)
    yield noted
    application.removeEventFilter(noted)


@pytest.fixture
def desk(
    application: Application, theme: Theme, flashes: Flashes, tmp_path: Path, qtbot: QtBot
) -> Iterator[Desk]:
    folder = make_desk(tmp_path / "practice").folder
    doors = Doors(Wording.load("zh_CN"), folder, folder)
    window = Window(application, Settings(appearance="light"), doors, lambda _: None)
    window.resize(1366, 696)
    window.show()
    window.door.enter(doors.enter_practice)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=30_000)
    assert window.desk is not None
    yield window.desk
    window.close()
    qtbot.waitUntil(lambda: window.open_store is None, timeout=15_000)
    window.stop()
    window.deleteLater()


def test_names_order_and_no_flashes(desk: Desk, flashes: Flashes, qtbot: QtBot) -> None:
    window = desk.window
    tabs, aside = window.page_specs()
    nameless: dict[str, list[str]] = {}
    late: dict[str, list[str]] = {}
    for spec in (*tabs, *aside):
        window.show_page(spec.key, focus=True)
        qtbot.waitUntil(partial(_is_quiet, desk), timeout=30_000)
        page = window.page(spec.key)
        nameless[spec.key] = unnamed(page)
        if isinstance(page, PageFrame):
            late[spec.key] = _after_the_body(page)
    assert {key: found for key, found in nameless.items() if found} == {}
    assert {key: found for key, found in late.items() if found} == {}
    assert flashes.seen == {"Window"}


def _is_quiet(desk: Desk) -> bool:
    window = desk.window.window()
    return isinstance(window, Window) and not window.busy


def _after_the_body(page: PageFrame) -> list[str]:
    """Controls of the title row that Tab reaches only after something below it."""
    found, below = [], False
    for widget in in_tab_order(page):
        in_title_row = widget.mapTo(page, QPoint(0, 0)).y() + widget.height() <= page.body.geometry().top()
        if in_title_row and below:
            found.append(widget.accessibleName() or type(widget).__name__)
        below = below or not in_title_row
    return found
