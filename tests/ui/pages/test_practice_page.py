"""The practice tasks: each is done by doing it, and the list leads to where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.models.practice_tasks import TASKS, done
from gridworker.services import visits
from gridworker.store.queries.acts import acts_done
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.practice.page import PracticePage
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.community import form, household_of

Settle = Callable[[], None]


def test_a_task_is_done_by_doing_it(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    page = PracticePage(theme, zh, background, lambda: acts_done(store), [task.page for task in TASKS])
    qtbot.addWidget(page)
    page.show()
    settle()
    assert [line.cells[2] for line in page.table.lines()] == ["还没做"] * len(TASKS)
    visits.log_visit(store, form(household_of(store)))
    page.page_shown()
    settle()
    told = {line.cells[0]: line.cells[2] for line in page.table.lines()}
    assert told["记一次走访"] == "已做"
    assert list(told.values()).count("已做") == 1
    wanted: list[str] = []
    page.page_wanted.connect(wanted.append)
    page.table.choose(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted == ["visits"]


def test_what_is_done_on_a_page_that_the_desk_does_not_have_is_no_task(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, settle: Settle
) -> None:
    there = [task.page for task in TASKS if task.page != "report"]
    page = PracticePage(theme, zh, background, lambda: frozenset({"exported", "visit_logged"}), there)
    qtbot.addWidget(page)
    page.show()
    settle()
    assert "导出周报" not in [line.cells[0] for line in page.table.lines()]
    assert [line.cells[2] for line in page.table.lines()].count("已做") == 1


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_task_says_what_and_how(language: str) -> None:
    wording = Wording.load(language)
    assert all(wording.has(f"practice.{part}.{task.key}") for task in TASKS for part in ("task", "how"))
    assert done(act for task in TASKS for act in task.acts) == {task.key for task in TASKS}
