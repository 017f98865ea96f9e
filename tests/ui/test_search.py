"""Search in the header: when it asks, which answer counts, the keyboard, names for a screen reader, every size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gridworker.store.rows import Hit, HitKind, Match, TreeKind
from gridworker.ui.dialogs.help_dialog import HelpDialog
from gridworker.ui.main_window import MainWindow, PageSpec
from gridworker.ui.page import PageFrame
from gridworker.ui.search.find_list import FIND_ROLE
from gridworker.ui.search.finds import Command, Find, commands_for, of_hit
from gridworker.ui.search.presenter import SearchPresenter, worth_asking
from gridworker.ui.search.search_box import SearchBox
from gridworker.ui.shell_state import ShellState, StatusLine, SyncLine
from gridworker.ui.theme import Theme
from gridworker.ui.tree.tree_memory import AREA
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.wording import Wording
from tests.ui.nodes import key
from tests.ui.pages.immediate import Desk

STATE = ShellState(
    True, "演示·王", "网格长", SyncLine(False, 3, 1), StatusLine("11-19 17:42", "学府院", True, "08:00")
)
HOME = Hit(HitKind.HOUSEHOLD, key(1), "3-2-501", ("学府院", "演示·李"), Match.DOOR, "owner", key(1), key(9))
PERSON = Hit(HitKind.RESIDENT, key(2), "演示·张伟", ("3-2-601", "学府院"), Match.INITIALS, "", key(3), key(9))
VISIT = Hit(
    HitKind.VISIT, key(4), "Z26-01-0007", ("2026-11-19", "3-2-501"), Match.WORDS, "met", key(1), key(9)
)
NODE = Hit(HitKind.NODE, key(5), "第十六网格", ("学府院",), Match.NAME, "grid", tree=TreeKind.AREA)
HITS = (HOME, PERSON, VISIT, NODE)


class Profile:
    """Answers with HITS for everything but `nobody`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> Sequence[Hit]:
        self.asked.append(text)
        return () if text == "nobody" else HITS


@pytest.fixture
def profile() -> Profile:
    return Profile()


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def desk() -> Desk:
    return Desk()


def commands(ran: list[str], wording: Wording) -> list[Command]:
    lock = wording("search.command.lock")
    return [
        Command("lock", lock, "lock", ("suoding", "sd"), lambda: ran.append("lock"), "Ctrl+L"),
        Command(
            "sync", wording("search.command.sync_now"), "refresh-cw", ("tongbu",), lambda: ran.append("sync")
        ),
    ]


@pytest.fixture
def window(
    theme: Theme, zh: Wording, profile: Profile, ran: list[str], desk: Desk, qtbot: QtBot
) -> MainWindow:
    def page() -> PageFrame:
        return PageFrame(theme, zh, "page")

    made = MainWindow(theme, zh, [PageSpec("households", "households.title", "house", page)], STATE)
    qtbot.addWidget(made)
    made.header.search.serve(profile, desk.run, commands(ran, zh))
    made.resize(1366, 696)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


@pytest.fixture
def box(window: MainWindow) -> SearchBox:
    return window.header.search


def typed(box: SearchBox, text: str, qtbot: QtBot) -> None:
    """As a person types it, and the pause after it."""
    box.setFocus()
    box.setText(text)
    box.textEdited.emit(text)
    qtbot.waitUntil(lambda: not box._typing.isActive())
    QApplication.processEvents()


def shown(box: SearchBox) -> list[str]:
    return [find.title for find in box.popup.list.finds_model.finds]


def test_ctrl_k_takes_the_keyboard_and_offers_commands(
    window: MainWindow, box: SearchBox, zh: Wording
) -> None:
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is box
    assert box.popup.isVisible()
    assert box.popup.list.verticalScrollBar().maximum() == 0  # all lines have room
    assert shown(box) == [zh("search.command.lock"), zh("search.command.sync_now")]


def test_one_chinese_character_or_two_letters_are_asked_for(
    box: SearchBox, profile: Profile, qtbot: QtBot
) -> None:
    for text in ("z", " ", "3"):
        typed(box, text, qtbot)
        assert not box.popup.isVisible()
    assert profile.asked == []
    for text in ("张", "zw", "3-"):
        typed(box, text, qtbot)
        assert box.popup.isVisible()
    assert profile.asked == ["张", "zw", "3-"]
    assert worth_asking("𠮷")


def test_quick_typing_asks_once(box: SearchBox, profile: Profile, qtbot: QtBot) -> None:
    box.setFocus()
    QTest.keyClicks(box, "zhangwei")
    qtbot.waitUntil(lambda: bool(profile.asked))
    assert profile.asked == ["zhangwei"]


def test_an_old_answer_is_dropped(box: SearchBox, desk: Desk, qtbot: QtBot) -> None:
    desk.hold = True
    typed(box, "nobody", qtbot)
    typed(box, "zw", qtbot)
    typed(box, "z", qtbot)
    desk.answer()
    assert not box.popup.isVisible()
    typed(box, "nobody", qtbot)
    typed(box, "zw", qtbot)
    desk.answer()
    assert shown(box) == [hit.title for hit in HITS]


@pytest.mark.parametrize(
    ("steps", "title"), [(0, HOME.title), (1, PERSON.title), (3, NODE.title), (9, NODE.title)]
)
def test_arrows_and_enter_choose(box: SearchBox, qtbot: QtBot, steps: int, title: str) -> None:
    typed(box, "zw", qtbot)
    for _ in range(steps):
        QTest.keyClick(box, Qt.Key.Key_Down)
    with qtbot.waitSignal(box.chosen) as told:
        QTest.keyClick(box, Qt.Key.Key_Return)
    assert told.args is not None
    assert told.args[0].title == title
    assert not box.popup.isVisible()
    assert box.text() == ""


def test_up_stops_at_the_first_line(box: SearchBox, qtbot: QtBot) -> None:
    typed(box, "zw", qtbot)
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_PageDown)
    QTest.keyClick(box, Qt.Key.Key_PageUp)
    found = box.popup.list.selected()
    assert found is not None
    assert found.hit == HOME


def test_enter_before_the_answer_chooses_its_first_line(box: SearchBox, desk: Desk, qtbot: QtBot) -> None:
    desk.hold = True
    box.setFocus()
    QTest.keyClicks(box, "3-2-501")
    QTest.keyClick(box, Qt.Key.Key_Return)
    with qtbot.waitSignal(box.chosen) as told:
        desk.answer()
    assert told.args is not None
    assert told.args[0].hit == HOME


def test_esc_closes_then_empties_then_goes_back(window: MainWindow, box: SearchBox, qtbot: QtBot) -> None:
    window.tabs.setFocus()
    box.take_focus()
    typed(box, "zw", qtbot)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not box.popup.isVisible()
    assert box.text() == "zw"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.focusWidget() is window.tabs


def test_a_click_chooses(box: SearchBox, qtbot: QtBot) -> None:
    typed(box, "zw", qtbot)
    view = box.popup.list
    at = view.visualRect(view.model().index(2, 0)).center()
    with qtbot.waitSignal(box.chosen) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args is not None
    assert told.args[0].hit == VISIT


def test_leaving_the_field_closes_the_list(window: MainWindow, box: SearchBox, qtbot: QtBot) -> None:
    typed(box, "zw", qtbot)
    window.tree.filter.setFocus(Qt.FocusReason.TabFocusReason)
    assert not box.popup.isVisible()


def test_a_command_by_its_name_or_by_letters(
    box: SearchBox, zh: Wording, ran: list[str], qtbot: QtBot
) -> None:
    for text in ("锁定", "suod", "SD"):
        typed(box, text, qtbot)
        assert shown(box)[0] == zh("search.command.lock"), text
    assert [c.key for c in commands_for(commands(ran, zh), "tong")] == ["sync"]
    found: Find = box.popup.list.finds_model.finds[0]
    assert found.command is not None
    found.command.run()
    assert ran == ["lock"]


def test_nothing_found_says_what_could_be_typed(box: SearchBox, qtbot: QtBot) -> None:
    typed(box, "nobody", qtbot)
    assert box.popup.isVisible()
    assert "nobody" in box.popup.nothing.text()
    assert "3-2-501" in box.accessibleDescription()
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.popup.isVisible()


def test_every_line_is_a_sentence(box: SearchBox, zh: Wording, qtbot: QtBot) -> None:
    typed(box, "zw", qtbot)
    model = box.popup.list.finds_model
    spoken = [model.index(at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(model.rowCount())]
    assert spoken[0] == "住户，3-2-501，自住，学府院，演示·李，门牌"
    assert spoken[3] == "节点，第十六网格，区域，学府院，名称"
    assert spoken[0] in box.accessibleDescription()
    for widget in (box, box.popup.list):
        assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    assert model.index(0).data(FIND_ROLE).hit == HOME


@pytest.mark.parametrize("size", [100, 125, 150, 200])
@pytest.mark.parametrize("width", [1024, 1366])
def test_field_and_list_fit_the_window(
    window: MainWindow, box: SearchBox, theme: Theme, qtbot: QtBot, size: int, width: int
) -> None:
    theme.choose(text_size=size)
    window.resize(width, 600)
    QApplication.processEvents()
    typed(box, "zw", qtbot)
    popup = box.popup
    assert popup.parentWidget() is window
    assert window.rect().contains(popup.geometry())
    assert popup.width() >= box.width()
    if width == 1366 and size in (100, 150):
        assert box.width() == {100: 360, 150: 464}[size]


def test_the_help_names_the_key(window: MainWindow, zh: Wording, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(dialog: HelpDialog) -> int:
        seen.extend(label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text"))
        return 0

    monkeypatch.setattr(HelpDialog, "exec", look)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert zh("search.help") in seen


def test_the_words_of_every_kind(zh: Wording, en: Wording) -> None:
    for wording in (zh, en):
        for hit in HITS:
            find = of_hit(hit, wording)
            assert find.title in find.spoken
            assert find.matched
        for match in Match:
            assert wording(f"search.match.{match}")


def test_a_failing_profile_is_an_empty_answer(zh: Wording, desk: Desk) -> None:
    class View:
        def __init__(self) -> None:
            self.told: list[Sequence[Find]] = []

        def show_finds(self, finds: Sequence[Find], text: str) -> None:
            self.told.append(finds)

        def hide_finds(self) -> None:
            self.told.clear()

        def choose_first(self) -> None:
            raise AssertionError("nothing to choose")

    def broken(_text: str) -> Sequence[Hit]:
        raise OSError("closed")

    view = View()
    presenter = SearchPresenter(broken, desk.run, view, (), zh)
    presenter.typed("zw")
    assert view.told == [[]]


def test_the_tree_is_narrowed_by_pinyin_and_initials(window: MainWindow) -> None:
    nodes = [
        TreeNode(key(51), None, "community", "锦澜社区", spelled=("jinlanshequ", "jlsq")),
        TreeNode(key(52), key(51), "estate", "学府院", spelled=("xuefuyuan", "xfy")),
        TreeNode(key(53), key(51), "estate", "观湖雅居", spelled=("guanhuyaju", "ghyj")),
    ]
    window.show_tree(AREA, nodes)
    window.tree.select(AREA, key(51))
    view = window.tree.view(AREA)
    for text in ("xfy", "XueFu", "fuyuan", "学府"):
        window.tree.filter.setText(text)
        root = view.model().index(0, 0)
        assert [view.model().index(at, 0, root).data() for at in range(view.model().rowCount(root))] == [
            "学府院"
        ], text
    window.tree.filter.setText("zzz")
    assert view.is_empty()
    window.tree.filter.clear()
