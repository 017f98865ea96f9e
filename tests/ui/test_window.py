"""The whole window over a real practice community: doors, desk, sync, lock, language, leaving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker import practice_desk
from gridworker.app import Doors
from gridworker.changes import ALL_CHANGED
from gridworker.settings import Settings
from gridworker.store.queries import road
from gridworker.ui.application import Application
from gridworker.ui.desk import DAY_BEGINS_MS, Desk
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.dialogs.welcome import WelcomePage
from gridworker.ui.passing_clipboard import PassingClipboard
from gridworker.ui.system_lock import SystemLock
from gridworker.ui.theme import Theme
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.copies import copy_folder
from tests.desks import make_desk

Make = Callable[..., Window]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("template") / "practice").folder


@pytest.fixture
def make(
    application: Application, theme: Theme, template: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator[Make]:
    made: list[Window] = []
    kept: list[Settings] = []

    def build(*, first_run: bool = False, straight_in: bool = False) -> Window:
        folder = tmp_path / "practice"
        if not first_run and not folder.exists():
            copy_folder(template, folder)
        doors = Doors(Wording.load("zh_CN"), folder, folder, straight_in=straight_in)
        window = Window(application, Settings(appearance="light"), doors, kept.append)
        window.resize(1366, 696)
        window.show()
        made.append(window)
        return window

    yield build
    for window in made:
        window.close()
        qtbot.waitUntil(partial(is_locked, window), timeout=15_000)
        window.stop()
        window.deleteLater()


def is_locked(window: Window) -> bool:
    return window.open_store is None


def unlock(window: Window, passphrase: str) -> UnlockPage:
    page = window.door.currentWidget()
    assert isinstance(page, UnlockPage)
    page.passphrase.edit.setText(passphrase)
    QTest.keyClick(page.passphrase.edit, Qt.Key.Key_Return)
    return page


def opened(window: Window, qtbot: QtBot) -> Desk:
    unlock(window, practice_desk.PASSPHRASE)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert window.desk is not None
    return window.desk


def test_the_first_page_is_the_three_ways_when_nothing_is_there(make: Make) -> None:
    assert isinstance(make(first_run=True).door.currentWidget(), WelcomePage)


def test_a_wrong_passphrase_is_said_and_the_right_one_opens(make: Make, qtbot: QtBot, zh: Wording) -> None:
    window = make()
    page = unlock(window, "not the passphrase")
    qtbot.waitUntil(lambda: page.field.error() != "", timeout=15_000)
    assert window.desk is None
    desk = opened(window, qtbot)
    assert desk.window.windowTitle() == zh("shell.window_title_practice")
    assert desk.window.header.practice_mark.isVisible()


def test_a_visit_goes_the_whole_way(make: Make, qtbot: QtBot) -> None:
    window = make()
    desk = opened(window, qtbot)
    desk.window.show_page("visits", focus=True)
    page = desk.pages.made("visits")
    qtbot.waitUntil(lambda: bool(page.list.items), timeout=15_000)
    page.presenter.begin_first()
    qtbot.waitUntil(lambda: page.middle.currentWidget() is page.form, timeout=15_000)
    page.form.fields.outcome.choose(0)
    page.form.fields.said.set_text("路灯亮了")
    page.form.only_button.click()
    store = window.open_store
    # The visit, and the end of its item in the week's plan, which the server judges by itself.
    qtbot.waitUntil(lambda: road.sync_counts(store).delivered == 2, timeout=20_000)
    assert road.sync_counts(store).unsent == 0


def test_another_time_before_locking_counts_at_once(make: Make) -> None:
    window = make()
    window.choose_look("lock_after", 1)
    assert window._idle._timer.interval() == 60_000


def wants_to_hold(window: Window) -> bool:
    return window._system is not None and window._system._wanted


def test_it_locks_when_the_session_does(make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Callable[[], None]] = []

    def listening(lock: Callable[[], None], parent: Window) -> SystemLock:
        said.append(lock)
        return SystemLock(lock, parent)

    monkeypatch.setattr(SystemLock, "listening", listening)
    window = make()
    opened(window, qtbot)
    qtbot.waitUntil(lambda: bool(said), timeout=15_000)
    assert wants_to_hold(window)  # it is not to sleep before
    said[0]()
    qtbot.waitUntil(lambda: window.desk is None, timeout=15_000)
    assert not wants_to_hold(window)
    said[0]()  # the computer sleeps as well: there is nothing left to lock
    opened(window, qtbot)
    qtbot.wait(DAY_BEGINS_MS + 200)
    assert len(said) == 1  # it is listened for once


def test_locking_drops_the_profile_and_the_draft_comes_back(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []
    monkeypatch.setattr(PassingClipboard, "forget", lambda _clipboard: forgotten.append("forgotten"))
    window = make()
    desk = opened(window, qtbot)
    desk.window.show_page("visits", focus=True)
    page = desk.pages.made("visits")
    qtbot.waitUntil(lambda: bool(page.list.items), timeout=15_000)
    page.presenter.begin_first()
    qtbot.waitUntil(lambda: page.middle.currentWidget() is page.form, timeout=15_000)
    page.form.fields.said.edit.setPlainText("还没写完")
    window.lock()
    qtbot.waitUntil(lambda: window.desk is None, timeout=15_000)
    assert isinstance(window.door.currentWidget(), UnlockPage)
    assert forgotten == ["forgotten"]  # what was copied goes with the profile
    desk = opened(window, qtbot)
    assert desk.window.current_page == "visits"  # where the person was
    page = desk.pages.made("visits")
    qtbot.waitUntil(lambda: any(item.kind == "draft" for item in page.list.items), timeout=15_000)


def test_another_language_makes_the_desk_anew_over_the_same_profile(
    make: Make, qtbot: QtBot, en: Wording
) -> None:
    window = make()
    before = opened(window, qtbot)
    before.window.show_page("settings", focus=True)
    window.choose_look("language", "en")
    qtbot.waitUntil(lambda: window.desk is not None and window.desk is not before, timeout=15_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert window.desk is not None
    assert window.desk.window.tabs.tabText(0).strip() == en("today.title")
    assert window.desk.window.current_page == "settings"
    window.choose_look("language", "zh_CN")
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def test_other_posts_make_the_desk_anew_with_their_pages(make: Make, qtbot: QtBot) -> None:
    window = make()
    before = opened(window, qtbot)
    before.window.show_page("households", focus=True)
    tabs = before.window.tabs.count()
    store = window.open_store
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = 'micro_grid_leader' WHERE member_id = ?",
            (store.known.member_id,),
        )
    assert before.pilot is not None
    before.pilot.received.emit(ALL_CHANGED)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk is not before, timeout=15_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert window.desk is not None
    assert window.desk.window.current_page == "households"
    assert window.desk.window.tabs.count() < tabs


def test_a_window_closed_while_its_desk_is_made_is_locked_first(make: Make, qtbot: QtBot) -> None:
    window = make()
    opened(window, qtbot)
    window.choose_look("language", "en")
    assert window.desk is None and window.open_store is not None
    assert not window.close()
    qtbot.waitUntil(lambda: is_locked(window), timeout=15_000)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5_000)


def test_the_selected_node_is_there_again_next_time(make: Make, qtbot: QtBot) -> None:
    window = make()
    desk = opened(window, qtbot)
    grid = next(node for node in desk.nodes("area") if node.kind == "grid")
    desk.window.tree.select("area", grid.id)
    desk.window.tree.node_selected.emit("area", grid.id)
    desk.window.tree_remembered.emit(desk.window.tree.memory())
    qtbot.waitUntil(lambda: desk.scope is not None and desk.scope.node_id == grid.id, timeout=15_000)
    window.lock()
    qtbot.waitUntil(lambda: window.desk is None, timeout=15_000)
    again = opened(window, qtbot)
    assert again.scope is not None
    assert again.scope.node_id == grid.id


def test_the_practice_community_is_entered_without_asking(make: Make, qtbot: QtBot) -> None:
    window = make(straight_in=True)
    window.begin()
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
