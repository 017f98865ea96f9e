"""Beside the report on a real desk: its menu, the page of forms, and the way from a figure to a record and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gridworker import practice_desk
from gridworker.app import Doors
from gridworker.practice.size import Size
from gridworker.settings import Settings
from gridworker.store.report_rows import Behind
from gridworker.ui.application import Application
from gridworker.ui.desk_reports import FILL, REPORT
from gridworker.ui.pages.exporting.ledger_dialog import LedgerDialog
from gridworker.ui.pages.exporting.log_dialog import ExportLogDialog
from gridworker.ui.theme import Theme
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.community import one
from tests.desks import COST


@pytest.fixture
def window(application: Application, theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    folder = tmp_path / "practice"
    practice_desk.create(folder, login="shuji", cost=COST, size=Size.tiny()).close()
    doors = Doors(Wording.load("zh_CN"), folder, folder, straight_in=True)
    made = Window(application, Settings(appearance="light"), doors, lambda _settings: None)
    made.resize(1366, 696)
    made.show()
    made.begin()
    qtbot.waitUntil(lambda: made.desk is not None and made.desk.scope is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not made.busy, timeout=20_000)
    yield made
    made.close()
    qtbot.waitUntil(lambda: made.desk is None, timeout=15_000)
    made.stop()


def waited(qtbot: QtBot, until: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(until()), timeout=20_000)


def test_the_menu_of_the_report_leads_to_forms_ledgers_and_the_log(window: Window, qtbot: QtBot) -> None:
    desk = window.desk
    assert desk is not None
    desk.window.show_page(REPORT, focus=True)
    report, menu = desk.pages.made(REPORT), desk.pages.reports.menu
    waited(qtbot, lambda: report.presenter.report)
    assert menu is not None
    forms, ledgers, log = menu.actions()
    ledgers.trigger()
    (dialog,) = report.findChildren(LedgerDialog)
    dialog.reject()
    log.trigger()
    waited(qtbot, lambda: report.findChildren(ExportLogDialog))
    report.findChildren(ExportLogDialog)[0].reject()
    forms.trigger()
    page = desk.pages.made(FILL)
    assert page.isVisible()
    waited(qtbot, lambda: page.presenter.choices)
    page.left.emit()  # what Esc does (test_fill_page.py)
    assert report.isVisible() and not page.isVisible()


def test_a_record_behind_a_figure_is_opened_on_its_page(window: Window, qtbot: QtBot) -> None:
    desk = window.desk
    assert desk is not None
    store = desk.pages._store
    for entity, table, page in (("visit", "visit", "visits"), ("household", "household", "households")):
        record = one(store, f"SELECT id FROM {table} WHERE deleted = 0 LIMIT 1")
        assert isinstance(record, bytes)
        desk.pages.reports.show_record(Behind(entity, record, "", "", ""))
        waited(qtbot, lambda page=page: desk.pages.made(page).isVisible())  # type: ignore[misc]
