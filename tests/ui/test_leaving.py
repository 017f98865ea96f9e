"""A stopped laptop in the window: the notice leads to one question, unsent work can be written out first, and only the
person's word begins the wipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.models.ids import new_id
from gridworker.store.notices import Notice
from gridworker.store.queries.leaving import leaving
from gridworker.store.store import Store
from gridworker.store.taken_out import SERVER_KEY, unseal
from gridworker.sync.protocol import sealed
from gridworker.ui.background import Background
from gridworker.ui.dialogs.leave import LeaveDialog, WipedDialog
from gridworker.ui.notice_strip import STOPPED, NoticeStrip
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.ui.pages.conftest import make_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = make_store(tmp_path / "profile")
    yield made
    made.close()


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(1366, 696)
    qtbot.addWidget(widget)
    return widget


def test_the_notice_leads_to_the_question(qtbot: QtBot, theme: Theme, zh: Wording) -> None:
    strip = NoticeStrip(theme, zh)
    qtbot.addWidget(strip)
    strip.show_notices([Notice(STOPPED, 1, {"why": "device_revoked"})])
    assert "已停用" in strip.words.text() and strip.button.accessibleName() == "清除…"
    with qtbot.waitSignal(strip.leave_wanted):
        strip.button.click()
    strip.show_notices([Notice("draining", 1, {})])
    assert strip.button.isHidden()


def test_unsent_work_is_offered_and_nothing_goes_without_a_word(
    qtbot: QtBot, theme: Theme, zh: Wording, store: Store, parent: QWidget, tmp_path: Path
) -> None:
    server = sealed.own_keys(b"s" * 32)
    store.set_state({SERVER_KEY: server.public})
    store.drafts.keep(new_id(), None, {"said": "写了一半"})
    background = Background()
    dialog = LeaveDialog(theme, zh, background, store, leaving(store), parent)
    asked: list[bool] = []
    dialog.wipe_wanted.connect(lambda: asked.append(True))
    dialog.open()
    assert dialog.focusWidget() is dialog.stay_button
    assert dialog.go_button.accessibleName() == "不存，清除"
    target = tmp_path / "out.jsonl"
    dialog.choose_file = lambda *_: str(target)
    dialog.save_button.click()
    qtbot.waitUntil(dialog.told.isVisible)
    assert "写了一半" in unseal(server.opening, target).decode() and str(target) in dialog.told.text()
    assert dialog.go_button.accessibleName() == "清除" and not asked
    dialog.choose_file = lambda *_: str(tmp_path / "missing" / "out.jsonl")
    dialog.save_button.click()
    qtbot.waitUntil(lambda: "missing" in dialog.told.text() or "out.jsonl" not in dialog.told.text())
    dialog.go_button.click()
    assert asked == [True] and not dialog.go_button.isEnabled()
    background.close()


def test_with_nothing_unsent_it_says_so(
    qtbot: QtBot, theme: Theme, zh: Wording, store: Store, parent: QWidget
) -> None:
    background = Background()
    dialog = LeaveDialog(theme, zh, background, store, leaving(store), parent)
    dialog.open()
    assert dialog.save_button.isHidden() and dialog.go_button.accessibleName() == "清除"
    last = WipedDialog(theme, zh, parent, receipt=False)
    last.open()
    assert any("回执没有送到" in label.text() for label in last.findChildren(type(dialog.told)))
    background.close()
