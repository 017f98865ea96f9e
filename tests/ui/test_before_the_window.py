"""First run, unlocking, starting a profile, settings: what is asked, what is refused, what is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from gridworker.complaints import complaint
from gridworker.errors import DiskFull, NoRoomToJoin
from gridworker.store.room import Room
from gridworker.ui.background import Background, Report
from gridworker.ui.dialogs.create_profile import CreateProfilePage, ProfileRequest
from gridworker.ui.dialogs.settings_page import SettingsPage
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.dialogs.welcome import JOIN, NEW, PRACTICE, WelcomePage
from gridworker.ui.front_door import FrontDoor, Known
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    assert made.close()


@pytest.fixture
def unlock(theme: Theme, zh: Wording, qtbot: QtBot) -> UnlockPage:
    page = UnlockPage(theme, zh, "锦澜社区", practice=True)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    return page


def test_the_three_ways_by_key(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = WelcomePage(theme, zh)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    QApplication.processEvents()
    for number, way in ((Qt.Key.Key_1, PRACTICE), (Qt.Key.Key_2, JOIN), (Qt.Key.Key_3, NEW)):
        with qtbot.waitSignal(page.way_chosen) as told:
            QTest.keyClick(page, number)
        assert told.args == [way]


def test_opening_an_old_file_shows_what_it_does(unlock: UnlockPage, zh: Wording) -> None:
    unlock.show_busy()
    unlock.show_progress(zh("migration.backup"), 30, 60)
    assert unlock.progress.words.text() == zh("migration.backup")
    assert unlock.progress.amount.text() == "50 %"
    assert unlock.progress.isVisible() and not unlock.progress.cancel_button.isVisible()
    unlock.show_failure("x", "y")
    assert not unlock.progress.isVisible()


def test_the_door_passes_on_what_a_migration_tells(
    theme: Theme, zh: Wording, background: Background, qtbot: QtBot
) -> None:
    class Old:
        def known(self) -> Known:
            return Known("锦澜社区", practice=False)

        def choose(self, place: int) -> None:
            raise AssertionError

        def unlock(self, passphrase: str, report: Report) -> OpenProfile:
            report(zh("migration.change"), 0, 0)
            raise DiskFull(path="x")

        def begin(self, request: ProfileRequest, report: Report) -> OpenProfile:
            raise AssertionError

    door = FrontDoor(theme, zh, background, Old())
    qtbot.addWidget(door)
    page = door.currentWidget()
    assert isinstance(page, UnlockPage)
    page.unlock_requested.emit("lianxi")
    qtbot.waitUntil(lambda: page.progress.words.text() == zh("migration.change"))
    qtbot.waitUntil(lambda: "x" in page.problem.text())


@pytest.mark.parametrize("size", [100, 125, 150, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_first_page_needs_no_sideways_scrolling(
    theme: Theme, qtbot: QtBot, size: int, language: str
) -> None:
    theme.choose(text_size=size)
    page = WelcomePage(theme, Wording.load(language))
    qtbot.addWidget(page)
    page.resize(1366, 696)
    page.show()
    QApplication.processEvents()
    for button in page.buttons.values():
        assert button.width() >= button.sizeHint().width()
        assert button.mapTo(page, button.rect().topRight()).x() < 1366


def test_choices_act_at_once_and_are_told(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = SettingsPage(theme, zh, 5)
    qtbot.addWidget(page)
    page.show()
    told: list[tuple[str, object]] = []
    page.chosen.connect(lambda name, value: told.append((name, value)))
    for button in (
        page.look.text_size.button("150"),
        page.look.appearance.button("dark"),
        page.look.language.button("en"),
        page.lock_after.button("15"),
    ):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == [("text_size", 150), ("appearance", "dark"), ("language", "en"), ("lock_after", 15)]
    assert (theme.text_size, theme.appearance) == (150, "dark")


def test_enter_unlocks_and_only_once(unlock: UnlockPage, qtbot: QtBot) -> None:
    unlock.passphrase.edit.setText("坡道门灯")
    with qtbot.waitSignal(unlock.unlock_requested) as told:
        QTest.keyClick(unlock.passphrase.edit, Qt.Key.Key_Return)
    assert told.args == ["坡道门灯"]
    assert not unlock.unlock_button.isEnabled()
    with qtbot.assertNotEmitted(unlock.unlock_requested):
        unlock.passphrase.submitted.emit()


def test_without_a_passphrase_nothing_is_asked(unlock: UnlockPage, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(unlock.unlock_requested):
        QTest.mouseClick(unlock.unlock_button, Qt.MouseButton.LeftButton)
    assert unlock.field.error()


def test_a_wrong_passphrase_says_what_to_do_and_lets_try_again(unlock: UnlockPage, qtbot: QtBot) -> None:
    unlock.passphrase.edit.setText("wrong")
    unlock.show_busy()
    unlock.show_wrong()
    assert "再试一次" in unlock.field.error()
    assert unlock.passphrase.text() == ""
    assert unlock.passphrase.edit.accessibleDescription() == unlock.field.error()
    assert unlock.unlock_button.isEnabled()
    QTest.keyClicks(unlock.passphrase.edit, "a")
    assert unlock.field.error() == ""


def test_after_many_tries_it_counts_down(unlock: UnlockPage, zh: Wording, qtbot: QtBot) -> None:
    unlock.show_wrong(wait_seconds=2)
    assert unlock.field.error() == zh("unlock.wait", seconds=2)
    assert not unlock.unlock_button.isEnabled()
    unlock._second_passed()
    assert unlock.field.error() == zh("unlock.wait", seconds=1)
    unlock._second_passed()
    assert unlock.field.error() == ""
    assert unlock.unlock_button.isEnabled()


def test_another_failure_shows_its_next_step(unlock: UnlockPage) -> None:
    unlock.show_busy()
    unlock.show_failure("数据库正被另一个窗口使用。", "请先关掉那个窗口。")
    assert "请先关掉那个窗口" in unlock.problem.text()
    assert unlock.problem.isVisible()
    assert unlock.unlock_button.isEnabled()


def test_the_passphrase_can_be_shown_and_hidden(unlock: UnlockPage, qtbot: QtBot) -> None:
    edit = unlock.passphrase.edit
    assert edit.echoMode() == QLineEdit.EchoMode.Password
    QTest.mouseClick(unlock.passphrase._eye, Qt.MouseButton.LeftButton)
    assert edit.echoMode() == QLineEdit.EchoMode.Normal
    QTest.mouseClick(unlock.passphrase._eye, Qt.MouseButton.LeftButton)
    assert edit.echoMode() == QLineEdit.EchoMode.Password


def test_what_went_wrong_is_seen_where_the_form_is_longer_than_the_window(
    theme: Theme, zh: Wording, qtbot: QtBot
) -> None:
    theme.choose(text_size=200)
    page = CreateProfilePage(theme, zh, JOIN)
    qtbot.addWidget(page)
    page.resize(1366, 696)
    page.show()
    qtbot.waitExposed(page)
    room = Room(301_355, 108_000_000, 249_000_000, 180_000_000)
    found = complaint(NoRoomToJoin(**room.words()), zh)
    page.show_failure(found.what, found.next)
    qtbot.waitUntil(
        lambda: 0 <= page.problem.mapTo(page, page.problem.rect().bottomLeft()).y() < page.height()
    )
    assert "69 MB" in page.problem.text() and "{" not in page.problem.text()


def fill(page: CreateProfilePage, first: str, second: str) -> None:
    page.passphrase.edit.setText(first)
    page.repeat.edit.setText(second)


def test_joining_needs_all_answers(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = CreateProfilePage(theme, zh, JOIN)
    qtbot.addWidget(page)
    with qtbot.assertNotEmitted(page.create_requested):
        page.create_button.click()
    assert {name for name, row in page.fields.items() if row.error()} == {"server", "code", "passphrase"}
    page.set_answer("server", " https://example.test ")
    page.set_answer("code", "ABCD-1234")
    fill(page, "river lamp seven", "river lamp seven")
    with qtbot.waitSignal(page.create_requested) as told:
        page.create_button.click()
    assert told.args == [
        ProfileRequest(JOIN, "river lamp seven", server="https://example.test", code="ABCD-1234")
    ]
    assert "river" not in repr(told.args[0])
    assert "ABCD" not in repr(told.args[0])


@pytest.mark.parametrize(
    ("first", "second", "field"), [("short", "short", "passphrase"), ("longenough7", "other", "repeat")]
)
def test_bad_passphrases_are_refused(
    theme: Theme, zh: Wording, qtbot: QtBot, first: str, second: str, field: str
) -> None:
    page = CreateProfilePage(theme, zh, NEW)
    qtbot.addWidget(page)
    for name, text in (
        ("name", "锦澜社区"),
        ("number", "330101001001"),
        ("person", "林"),
        ("login", "shuji"),
    ):
        page.set_answer(name, text)
    fill(page, first, second)
    with qtbot.assertNotEmitted(page.create_requested):
        page.create_button.click()
    assert {name for name, row in page.fields.items() if row.error()} == {field}


def test_strength_is_said_in_words(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = CreateProfilePage(theme, zh, NEW)
    qtbot.addWidget(page)
    assert page.strength.text() == zh("welcome.strength.empty")
    QTest.keyClicks(page.passphrase.edit, "12345678")
    assert page.strength.text() == zh("welcome.strength.weak")


def test_making_practice_shows_progress_and_can_be_cancelled(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = CreateProfilePage(theme, zh, PRACTICE)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(page.create_requested) as told:
        page.create_button.click()
    assert told.args == [ProfileRequest(PRACTICE, "")]
    page.show_progress("正在写入住户", 30, 120)
    assert page.progress.amount.text() == "25 %"
    assert not page.create_button.isEnabled()
    with qtbot.waitSignal(page.cancel_requested):
        page.progress.cancel_button.click()
    page.show_failure("磁盘满了。", "腾出空间再试。")
    assert page.create_button.isEnabled()


def test_an_unknown_way_is_refused(theme: Theme, zh: Wording) -> None:
    with pytest.raises(ValueError, match="not a way"):
        CreateProfilePage(theme, zh, "elsewhere")


def test_whose_code_it_is_is_shown(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    page = CreateProfilePage(theme, zh, JOIN)
    qtbot.addWidget(page)
    page.show()
    page.show_login("演示·王 网格长")
    assert "演示·王" in page._login.text()
    assert page._login.isVisible()
