"""The page of recent acts over a real profile: what was done is listed in words and taken back by a key."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import gridworker
from gridworker.changes import Changes
from gridworker.services import households, visits
from gridworker.store.audit import Act
from gridworker.store.queries.tree import default_scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.history.page import HistoryPage
from gridworker.ui.pages.history.source import HistorySource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.community import form, household_of, one, set_draft

Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> HistoryPage:
    home = household_of(store)
    visits.log_visit(store, form(home))
    households.opt_out(store, home, on=True)
    made = HistoryPage(theme, zh, background, HistorySource(store, zh("history.reason")))
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    made.show_scope(default_scope(store))
    settle()
    return made


def test_acts_are_listed_newest_first_in_words(page: HistoryPage) -> None:
    (first, second, *_) = page.table.lines()
    assert first.cells[1] == "标为勿访"
    assert second.cells[1] == "记走访"
    page.table.choose(1)
    told = page.details.toPlainText()
    assert "新增 · 走访" in told
    assert "居民所说：楼道灯不亮" in told
    assert "visited_on" not in told


def test_an_act_is_chosen_before_the_keys_are_there(page: HistoryPage, settle: Settle) -> None:
    page.table.show_lines(())
    page.details.setFocus()
    page.page_shown()
    settle()
    assert page.table.current_key() == 0 and not page.table.hasFocus()
    assert page.undo_button.isEnabled() and "勿访" in page.details.toPlainText()


def test_the_newest_act_is_chosen_and_its_name_is_not_cut(
    page: HistoryPage, zh: Wording, settle: Settle
) -> None:
    page.table.show_lines(())
    page.table.setFocus()  # as when the page is opened by its key, before the list has come
    page.page_shown()
    settle()
    assert page.table.current_key() == 0
    assert page.undo_button.isEnabled()
    longest = page.table.fontMetrics().horizontalAdvance(zh("history.act.plan_accepted"))
    assert page.table.columnWidth(1) > longest + 16  # with what the cell keeps free at its sides


def test_ctrl_z_takes_the_chosen_act_back(page: HistoryPage, store: Store, settle: Settle) -> None:
    heard: list[Changes] = []
    page.changed.connect(heard.append)
    page.table.choose(0)
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert one(store, "SELECT opt_out_reason FROM household WHERE id = ?", household_of(store)) == "撤销操作"
    assert heard and heard[0].concerns("household")
    (newest, undone, *_) = page.table.lines()
    assert newest.cells[1] == "撤销操作"
    assert (undone.cells[4], undone.dim) == ("已撤销", True)
    page.table.choose(1)
    assert not page.undo_button.isEnabled()


def test_a_household_has_its_own_history(page: HistoryPage, store: Store, settle: Settle) -> None:
    other = household_of(store, 3)
    was = one(store, "SELECT note FROM household WHERE id = ?", other)
    draft = set_draft("household", other, {"note": was}, {"note": "爱下棋"})  # type: ignore[dict-item]
    store.save([draft], Act("household_edited"))
    page.presenter.show_household(other, "3-2-501")
    settle()
    (line,) = page.table.lines()
    assert line.cells[1] == "修改住户"
    assert not page.all_button.isHidden()
    page.all_button.click()
    settle()
    assert len(page.table.lines()) >= 3


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_act_of_a_service_has_words(language: str) -> None:
    wording = Wording.load(language)
    found: set[str] = set()
    for folder in ("services", "imports"):
        for path in (Path(gridworker.__file__).parent / folder).glob("*.py"):
            found |= set(re.findall(r'Act\(\s*"([a-z_]+)"', path.read_text("utf-8")))
    local = {"exported", "community_founded", "ops_taken_out"}  # change no record
    assert "visit_logged" in found
    assert sorted(act for act in found - local if not wording.has(f"history.act.{act}")) == []
