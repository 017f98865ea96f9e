"""The shell: pages made on first visit, keyboard, header and status words, accessible names, sizes."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gridworker.ui.dialogs.create_profile import CreateProfilePage
from gridworker.ui.dialogs.help_dialog import HelpDialog
from gridworker.ui.dialogs.settings_page import SettingsPage
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.dialogs.welcome import JOIN, WelcomePage
from gridworker.ui.main_window import SETTINGS, MainWindow, PageSpec
from gridworker.ui.page import PageFrame
from gridworker.ui.shell_state import ShellState, StatusLine, SyncLine
from gridworker.ui.theme import Theme
from gridworker.ui.tree.tree_memory import ORG
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording
from tests.ui.nodes import FIRST, organisation
from tests.ui.reached import unnamed

STATE = ShellState(
    True, "演示·王", "网格长", SyncLine(False, 3, 1), StatusLine("11-19 17:42", "学府院", True, "08:00")
)


class Pages:
    """Counts how often each page is made."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        self._theme, self._wording = theme, wording
        self.made: list[str] = []

    def spec(self, key: str) -> PageSpec:
        return PageSpec(key, "shell.pages", "house", lambda: self._make(key))

    def _make(self, key: str) -> QWidget:
        self.made.append(key)
        page = PageFrame(self._theme, self._wording, key)
        page.set_hints([KeyHint("Ctrl+S", f"save {key}")], in_status=key == "visits")
        return page


@pytest.fixture
def pages(theme: Theme, zh: Wording) -> Pages:
    return Pages(theme, zh)


@pytest.fixture
def window(theme: Theme, zh: Wording, pages: Pages, qtbot: QtBot) -> MainWindow:
    specs = [pages.spec(key) for key in ("households", "visits", "reports", SETTINGS)]
    window = MainWindow(theme, zh, specs, STATE)
    qtbot.addWidget(window)
    window.show_tree(ORG, organisation())
    window.resize(1366, 696)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    return window


def test_the_key_for_a_visit_works_wherever_the_keyboard_is(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    heard: list[str] = []

    def make(key: str, keys: tuple[str, ...]) -> PageFrame:
        page = PageFrame(theme, zh, key)
        page.bind_keys({name: partial(heard.append, f"{key} {name}") for name in keys})
        return page

    specs = [
        PageSpec("homes", "shell.pages", "house", lambda: make("homes", ("Ctrl+N", "Ctrl+F", "Alt+W"))),
        PageSpec("visits", "shell.pages", "house", lambda: make("visits", ("Ctrl+N",)), everywhere="Ctrl+N"),
        PageSpec("sync", "shell.pages", "house", lambda: make("sync", ())),
    ]
    window = MainWindow(theme, zh, specs, STATE)
    qtbot.addWidget(window)
    window.show()
    for key in (Qt.Key.Key_N, Qt.Key.Key_F):
        QTest.keyClick(window.tabs, key, Qt.KeyboardModifier.ControlModifier)
    assert heard == ["homes Ctrl+N", "homes Ctrl+F"]  # the page that is shown has its own use for it
    QTest.keyClick(window.tabs, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    assert heard.pop() == "homes Alt+W"
    window.show_page("sync")
    QTest.keyClick(window.tabs, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.tabs, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert heard[2:] == ["visits Ctrl+N"]
    assert window.current_page == "visits"


def test_a_page_is_made_on_its_first_visit_only(window: MainWindow, pages: Pages) -> None:
    assert pages.made == ["households"]
    window.show_page("visits")
    window.show_page("households")
    window.show_page("visits")
    assert pages.made == ["households", "visits"]
    assert set(window.visited()) == {"households", "visits"}


def test_alt_and_digit_change_the_page(window: MainWindow, qtbot: QtBot) -> None:
    for number, key in ((Qt.Key.Key_3, "reports"), (Qt.Key.Key_2, "visits"), (Qt.Key.Key_1, "households")):
        with qtbot.waitSignal(window.page_changed) as told:
            QTest.keyClick(window, number, Qt.KeyboardModifier.AltModifier)
        assert told.args == [key]
        assert window.current_page == key
    QTest.keyClick(window, Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    assert window.current_page == "households"


def test_settings_stand_apart(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == SETTINGS
    assert window.settings_tab.isChecked()
    QTest.mouseClick(window.tabs, Qt.MouseButton.LeftButton, pos=window.tabs.tabRect(0).center())
    assert window.current_page == "households"
    assert not window.settings_tab.isChecked()


def test_f4_folds_the_tree(window: MainWindow, qtbot: QtBot) -> None:
    assert window.tree.isVisible()
    with qtbot.waitSignal(window.tree_fold_changed) as told:
        QTest.keyClick(window, Qt.Key.Key_F4)
    assert told.args == [256, True]
    assert not window.tree.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert window.tree.isVisible()


def test_f1_lists_the_keys_of_the_page(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def look(dialog: HelpDialog) -> int:
        asked.append([label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text")])
        return 0

    monkeypatch.setattr(HelpDialog, "exec", look)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert "save households" in asked[0]


def test_f1_lists_the_keys_of_pages_without_a_tab(
    theme: Theme, zh: Wording, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def look(dialog: HelpDialog) -> int:
        asked.append([label.text() for label in dialog.findChildren(TextLabel)])
        return 0

    def make() -> PageFrame:
        return PageFrame(theme, zh, "x")

    aside = PageSpec("plan", "plan_page.title", "house", make, tab=False, shortcut="F7")
    window = MainWindow(theme, zh, [PageSpec("today", "today.title", "house", make), aside], ShellState())
    qtbot.addWidget(window)
    monkeypatch.setattr(HelpDialog, "exec", look)
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert zh("plan_page.title") in asked[0]


def test_lock_is_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.lock_requested):
        QTest.mouseClick(window.header.lock, Qt.MouseButton.LeftButton)


def test_a_node_is_passed_on(window: MainWindow, qtbot: QtBot) -> None:
    window.tree.select(ORG, organisation()[0].id)
    with qtbot.waitSignal(window.node_selected) as told:
        QTest.keyClick(window.tree.view(ORG), Qt.Key.Key_Down)
    assert told.args == [ORG, FIRST]


def test_the_sync_line_says_it_in_words(window: MainWindow) -> None:
    assert window.header.sync.accessibleName() == "离线，3 条未发送，1 条待处理"
    window.show_sync_state(SyncLine(online=True))
    assert window.header.sync.accessibleName() == "已连接，全部已发送"


def test_the_status_bar_shows_facts_or_the_keys_of_the_page(window: MainWindow) -> None:
    assert "上次完整同步 11-19 17:42" in window.status.facts.accessibleName()
    assert window.status.facts.isVisible()
    window.show_page("visits")
    assert window.status.keys.isVisible()
    assert "save visits" in window.status.keys.accessibleName()
    window.show_page("reports")
    assert window.status.facts.isVisible()
    window.show_status(StatusLine())
    assert "还没有同步过" in window.status.facts.accessibleName()


def test_practice_is_marked(
    window: MainWindow, theme: Theme, zh: Wording, pages: Pages, qtbot: QtBot
) -> None:
    assert window.header.practice_mark.isVisible()
    assert "演示数据" in window.windowTitle()
    real = MainWindow(theme, zh, [pages.spec("households")], ShellState())
    qtbot.addWidget(real)
    real.show()
    assert not real.header.practice_mark.isVisible()
    assert not real.settings_tab.isVisible()


def test_a_count_pill_widens_its_tab(window: MainWindow) -> None:
    before = window.tabs.tabRect(1).width()
    window.set_count("visits", 2, "2 条要看")
    assert window.tabs.tabRect(1).width() > before
    assert "2 条要看" in window.tabs.tabToolTip(1)
    window.set_count("visits", 0, "")
    assert window.tabs.tabRect(1).width() == before


@pytest.mark.parametrize("size", [100, 125, 150, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_header_fits_at_every_text_size(
    theme: Theme, pages: Pages, qtbot: QtBot, size: int, language: str
) -> None:
    theme.choose(text_size=size)
    window = MainWindow(theme, Wording.load(language), [pages.spec("households")], STATE)
    qtbot.addWidget(window)
    window.resize(1366, 696)
    window.show()
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1366, 696)
    header = window.header
    layout = header.layout()
    assert layout is not None
    assert layout.minimumSize().width() <= header.width()
    assert header.sync.width() >= header.sync.sizeHint().width()


def test_keys_leave_the_title_row_before_its_controls_lie_on_each_other(
    theme: Theme, zh: Wording, qtbot: QtBot
) -> None:
    page = PageFrame(theme, zh, "Households")
    button = Button(theme, "New household", "plain", key="Ctrl+Shift+N")
    page.add_view_switch(Segment(theme, [(str(n), "Public spots") for n in range(7)], name="kinds"))
    page.add_control(button)
    frame = QWidget()  # in a window a page is as wide as it is told
    qtbot.addWidget(frame)
    frame.resize(1800, 400)
    page.setParent(frame)
    page.resize(1800, 400)
    frame.show()
    whole = button.sizeHint().width()
    full = page.title.sizeHint().width() + page._switch_place.sizeHint().width() + whole
    page.resize(full + 60, 400)
    assert not page.is_narrow
    assert button.sizeHint().width() < whole
    assert not page.title.isHidden()
    page.resize(full - whole, 400)
    assert page.title.isHidden()
    page.resize(1800, 400)
    assert button.sizeHint().width() == whole and not page.title.isHidden()


def test_the_page_tells_when_it_becomes_narrow(window: MainWindow, theme: Theme) -> None:
    page = window.page("households")
    assert isinstance(page, PageFrame)
    assert not page.is_narrow
    theme.choose(text_size=200)
    QApplication.processEvents()
    assert page.is_narrow


def test_every_control_has_an_accessible_name(
    window: MainWindow, theme: Theme, zh: Wording, qtbot: QtBot
) -> None:
    others: list[QWidget] = [
        WelcomePage(theme, zh),
        UnlockPage(theme, zh, "锦澜"),
        CreateProfilePage(theme, zh, JOIN),
        SettingsPage(theme, zh, 5),
        HelpDialog(theme, zh, "住户", ()),
    ]
    for page in others:
        qtbot.addWidget(page)
    assert {type(page).__name__: unnamed(page) for page in [window, *others] if unnamed(page)} == {}


def test_a_page_without_a_tab_leaves_a_tab_marked_and_opens_for_a_key_nobody_takes(
    theme: Theme, zh: Wording, pages: Pages, qtbot: QtBot
) -> None:
    def make(key: str) -> PageFrame:
        page = PageFrame(theme, zh, key)
        if key == "visits":
            page.bind_keys({"Ctrl+Z": lambda: None})
        return page

    plain = [
        PageSpec(key, "shell.pages", "house", partial(make, key)) for key in ("today", "homes", "visits")
    ]
    aside = [
        PageSpec("shops", "shell.pages", "house", partial(make, "shops"), tab=False, under="homes"),
        PageSpec("acts", "shell.pages", "house", partial(make, "acts"), tab=False, otherwise="Ctrl+Z"),
    ]
    window = MainWindow(theme, zh, [*plain, *aside], STATE)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.show_page("visits", focus=True)
    QTest.keyClick(window.tabs, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == "visits"  # it has a use for the key
    window.show_page("today", focus=True)
    QTest.keyClick(window.tabs, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == "acts" and window.tabs.currentIndex() == 0
    window.go_back()
    assert window.current_page == "today"
    window.show_page("shops")
    assert window.tabs.currentIndex() == 1 and window.current_page == "shops"


def test_whoever_turns_to_another_page_is_noticed_before(window: MainWindow, qtbot: QtBot) -> None:
    seen: list[str] = []
    window.approached.connect(lambda: seen.append("approached"))
    with qtbot.waitExposed(window):
        window.show()
    window.tree.setFocus()
    QTest.keyClick(window.tree, Qt.Key.Key_A)
    assert seen == []
    QTest.keyPress(window.tree, Qt.Key.Key_Alt)
    QTest.keyRelease(window.tree, Qt.Key.Key_Alt)
    assert seen == ["approached"]
    window.show_page("visits")
    assert len(seen) == 2
    window.show_page("visits")
    assert len(seen) == 2
