"""A community kept alone is brought over from the window, by keyboard: from another profile of this computer, with its
passphrase, every record with its verdict, and nothing a second time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.app import Doors
from gridworker.imports.verdicts import Verdict
from gridworker.settings import Settings
from gridworker.store.store import Store
from gridworker.ui.application import Application
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.pages.imports.bring_dialog import BringDialog
from gridworker.ui.pages.imports.page import ImportPage
from gridworker.ui.pages.imports.source import ImportSource
from gridworker.ui.pages.imports.verdict_model import COLUMNS
from gridworker.ui.pages.running import Stopped
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.community import PASSPHRASE, one
from tests.neighbours import community, consent, home, person, shop

FILES = Path(__file__).parents[1] / "unit" / "imports" / "files"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """What was kept alone: one door that is known here too, one that is not, and one in a stairwell nobody made."""
    folder = tmp_path / "profile"
    store = community(folder, "laptop")
    person(store, home(store, "laptop", 1, "101", note="没有狗"), "王一", phone="13900139001")
    consent(store, person(store, home(store, "laptop", 1, "102"), "李二", phone="13800138002"), "phone")
    home(store, "laptop", 3, "301")
    shop(store, "laptop", 1, "理发店")
    store.close()
    return folder


@pytest.fixture
def joined(tmp_path: Path, laptop: Path) -> Path:
    folder = tmp_path / "profile-2"
    store = community(folder, "server", stairs=2)
    person(store, home(store, "server", 1, "101", note="有狗"), "王一", phone="13800138001")
    store.close()
    return folder


@pytest.fixture
def window(application: Application, theme: Theme, joined: Path, qtbot: QtBot) -> Iterator[Window]:
    doors = Doors(Wording.load("zh_CN"), joined, joined.parent / "practice")
    made = Window(application, Settings(appearance="light"), doors, lambda _settings: None)
    made.resize(1366, 696)
    made.show()
    yield made
    made.close()
    qtbot.waitUntil(lambda: made.open_store is None, timeout=20_000)
    made.stop()
    made.deleteLater()


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> ImportPage:
    """The import page, reached by keys."""
    unlock = window.door.currentWidget()
    assert isinstance(unlock, UnlockPage)
    unlock.passphrase.edit.setText(PASSPHRASE)  # QTest types no Chinese
    QTest.keyClick(unlock.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert window.desk is not None
    window.desk.window.show_page("import", focus=True)
    made: ImportPage = window.desk.pages.made("import")
    qtbot.waitUntil(made.start.bring_button.isVisible, timeout=10_000)
    return made


def focused(page: ImportPage, qtbot: QtBot) -> QWidget:
    """Where the keys go, in the window with the page."""
    page.window().activateWindow()
    qtbot.waitUntil(page.window().isActiveWindow, timeout=5_000)
    found = page.window().focusWidget()
    assert found is not None
    return found


def asked(page: ImportPage, qtbot: QtBot) -> BringDialog:
    """The form, opened by keys."""
    focused(page, qtbot)
    page.start.choose_button.setFocus()
    for _ in range(4):
        if focused(page, qtbot) is page.start.bring_button:
            break
        QTest.keyClick(focused(page, qtbot), Qt.Key.Key_Tab)
    QTest.keyClick(page.start.bring_button, Qt.Key.Key_Space)
    assert page.bringing is not None and page.bringing.isVisible()
    qtbot.waitUntil(page.bringing.isActiveWindow, timeout=5_000)
    return page.bringing


def previewed(page: ImportPage, qtbot: QtBot) -> None:
    dialog = asked(page, qtbot)
    assert dialog.profiles.currentText() == "profile" and dialog.profiles.count() == 1
    dialog.passphrase.edit.setText(PASSPHRASE)
    QTest.keyClick(dialog.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.preview.isVisible() and not page.presenter.busy, timeout=20_000)
    assert not dialog.isVisible()


def rows(page: ImportPage) -> list[tuple[str, ...]]:
    model = page.preview.model
    names = ("sheet", "verdict", "record", "said")
    return [tuple(model.words(model.verdict(at), name) for name in names) for at in range(model.rowCount())]


def test_the_whole_way_by_keyboard(page: ImportPage, window: Window, qtbot: QtBot, zh: Wording) -> None:
    store: Store = window.open_store
    dialog = asked(page, qtbot)
    assert dialog.focusWidget() is dialog.passphrase.edit
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    assert dialog.fields["passphrase"].error()
    QTest.keyClicks(dialog.passphrase.edit, "not the passphrase")
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "口令不对" in dialog.fields["passphrase"].error(), timeout=20_000)
    qtbot.waitUntil(lambda: not page.presenter.busy, timeout=10_000)
    assert dialog.isVisible() and dialog.passphrase.text() == "" and dialog.go_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    previewed(page, qtbot)
    shown = rows(page)
    assert shown[2] == ("单元", zh("import.verdict.refused"), "锦苑 3-3", zh("import.reason.address_unknown"))
    assert shown[3] == ("住户", "不同", "3-1-101", "备注：这里 有狗，那边 没有狗，保留这里的")
    assert shown[4][:3] == ("居民", "不同", "3-1-101 王一")
    table = page.preview.table
    table.setColumnWidth(COLUMNS.index("said"), 60)
    table.setCurrentIndex(table.model().index(3, 0))
    assert (
        page.preview.said.text() == shown[3][3] and page.preview.said.isVisible()
    )  # what the table cuts off
    table.setCurrentIndex(table.model().index(0, 0))
    assert not page.preview.said.isVisible()
    assert [row[:3] for row in shown[5:8]] == [
        ("住户", "新增", "3-1-102"), ("居民", "新增", "3-1-102 李二"), ("同意", "新增", "3-1-102 李二"),
    ]  # fmt: skip
    assert focused(page, qtbot) is page.preview.table
    assert one(store, "SELECT count(*) FROM household") == 1  # nothing yet
    QTest.keyClick(focused(page, qtbot), Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: page.start.isVisible() and not page.presenter.busy, timeout=20_000)
    assert one(store, "SELECT count(*) FROM household") == 2
    assert one(store, "SELECT note FROM household WHERE room = '101'") == "有狗"
    qtbot.waitUntil(lambda: len(page.start.undo_buttons) == 1, timeout=10_000)
    assert "laptop社区" in _past(page)
    previewed(page, qtbot)
    assert page.presenter.plan is not None and page.presenter.plan.groups == ()
    assert not page.preview.apply_button.isEnabled()
    page.preview.prefer.setFocus()
    QTest.keyClick(page.preview.prefer, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(page.presenter.plan and page.presenter.plan.prefers), timeout=20_000)
    qtbot.waitUntil(lambda: not page.presenter.busy, timeout=10_000)
    assert page.preview.prefer.isChecked()
    assert Verdict.DIFFERS not in {verdict.verdict for verdict in page.presenter.plan.verdicts}
    assert rows(page)[3][3] == "备注：有狗 → 没有狗"
    QTest.keyClick(focused(page, qtbot), Qt.Key.Key_Escape)
    assert page.start.isVisible() and page.presenter.brought is None
    assert one(store, "SELECT note FROM household WHERE room = '101'") == "有狗"


def _past(page: ImportPage) -> str:
    return " ".join(label.text() for label in page.start.findChildren(TextLabel))


def test_a_profile_that_is_open_elsewhere_says_so(page: ImportPage, laptop: Path, qtbot: QtBot) -> None:
    other = Store.open(laptop, PASSPHRASE)
    dialog = asked(page, qtbot)
    dialog.passphrase.edit.setText(PASSPHRASE)
    QTest.keyClick(dialog.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "另一个窗口" in dialog.failure.text(), timeout=20_000)
    qtbot.waitUntil(lambda: not page.presenter.busy, timeout=10_000)
    other.close()
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)  # what was typed is still there
    qtbot.waitUntil(lambda: page.preview.isVisible() and not page.presenter.busy, timeout=20_000)


def test_without_another_profile_nothing_is_offered(page: ImportPage, laptop: Path, qtbot: QtBot) -> None:
    (laptop / "keys.json").rename(laptop / "gone")
    page.presenter.begin()
    qtbot.waitUntil(partial(_is_hidden, page), timeout=10_000)
    assert page.start.choose_button.isVisible()


def _is_hidden(page: ImportPage) -> bool:
    return not page.start.bring_button.isVisible()


def test_judging_anew_that_was_stopped_leaves_what_was_judged(
    page: ImportPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    previewed(page, qtbot)
    plan = page.presenter.plan

    def stopped(*_asked: object, **_how: object) -> None:
        raise Stopped

    monkeypatch.setattr(page.presenter._source, "plan_brought", stopped)
    page.preview.prefer.click()
    qtbot.waitUntil(lambda: not page.presenter.busy, timeout=10_000)
    assert page.presenter.plan is plan and not page.preview.prefer.isChecked()


def test_a_file_takes_the_place_of_what_was_being_brought(
    page: ImportPage, qtbot: QtBot, zh: Wording
) -> None:
    previewed(page, qtbot)
    page.open_file(FILES / "ledger.xlsx")
    qtbot.waitUntil(lambda: page.columns.isVisible() and not page.presenter.busy, timeout=10_000)
    assert page.presenter.brought is None and page.presenter.plan is None
    page.columns.preview_button.click()
    qtbot.waitUntil(lambda: page.preview.isVisible() and not page.presenter.busy, timeout=10_000)
    assert not page.preview.prefer.isVisible() and not page.preview.stays.isVisible()
    assert page.preview.model.headerData(0, Qt.Orientation.Horizontal) == zh("import.table.sheet")


def test_the_form_closed_while_the_profile_is_opened_brings_nothing(
    page: ImportPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, read, go = page.presenter._source, [], Event()
    assert isinstance(source, ImportSource) and source._others is not None
    plain = source._others.read

    def slowly(*asked: object) -> object:
        read.append(plain(*asked))  # type: ignore[arg-type]
        assert go.wait(20)
        return read[-1]

    monkeypatch.setattr(source._others, "read", slowly)
    dialog = asked(page, qtbot)
    dialog.passphrase.edit.setText(PASSPHRASE)
    QTest.keyClick(dialog.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(read), timeout=20_000)
    assert dialog.progress.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    go.set()
    qtbot.waitUntil(lambda: not page.presenter.busy, timeout=20_000)
    assert page.start.isVisible() and page.presenter.brought is None and page.presenter.plan is None
