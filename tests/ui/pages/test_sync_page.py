"""The sync page over a real profile: the road of what was written, a conflict that waits for a choice, and what the
server did not take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.changes import Changes
from gridworker.services import visits
from gridworker.services.conflicts import Choice, How
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.sync import ConflictCase
from gridworker.store.rows import Road
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.sync.page import SyncPage
from gridworker.ui.pages.sync.presenter import Overview
from gridworker.ui.pages.sync.source import ProfileSync
from gridworker.ui.pages.sync.words import matter_line
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.community import form, household_of, one
from tests.ui.pages.conftest import make_store
from tests.unit.services.test_conflicts import clash

Settle = Callable[[], None]


@pytest.fixture
def joined(tmp_path: Path) -> object:
    store = make_store(tmp_path / "joined", authority="server")
    yield store
    store.close()


def shown(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, source: object, settle: Settle
) -> tuple[SyncPage, list[str]]:
    asked: list[str] = []
    page = SyncPage(theme, zh, background, source, lambda: asked.append("now"))  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    settle()
    return page, asked


def test_what_was_saved_is_listed_by_its_road(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, joined: Store, settle: Settle
) -> None:
    visits.log_visit(joined, form(household_of(joined)))
    page, asked = shown(qtbot, theme, zh, background, ProfileSync(joined), settle)
    QTest.keyClick(page, Qt.Key.Key_F5)
    assert asked == ["now"]
    page.presenter.show_stage(Road.HERE)
    settle()
    kinds = {line.cells[0] for line in page.table.lines()}
    assert {"走访", "走访人"} <= kinds
    visit = next(line for line in page.table.lines() if line.cells[0] == "走访")
    assert visit.cells[1].startswith("Z26-")
    assert visit.cells[3] == "已存本机"
    page.presenter.show_stage(Road.SERVER)
    settle()
    assert page.table.lines() == ()


def test_a_road_ends_at_the_communitys_computer(joined: Store) -> None:
    logged = visits.log_visit(joined, form(household_of(joined)))
    with joined.database.write() as connection:
        connection.exec_driver_sql(
            'UPDATE outbox SET state = \'done\', result = \'{"seq":1,"outcome":"applied","place":7}\''
        )
    source = ProfileSync(joined)
    assert source.overview(Road.SERVER).counts[Road.SERVER] >= 1
    joined.set_state({"sync.delivered": b"6"})
    assert Road.COMMUNITY not in source.overview(Road.SERVER).counts
    joined.set_state({"sync.delivered": b"7"})
    overview = source.overview(Road.COMMUNITY)
    assert Road.SERVER not in overview.counts
    assert logged.visit_id in {line.record_id for line in overview.lines}


def test_a_conflict_is_saved_only_when_everything_is_chosen(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    home = household_of(store)
    clash(store, home, "note", "门铃坏了", "敲门要响")
    clash(store, home, "preferred_time", "evening", "weekend")
    page, _ = shown(qtbot, theme, zh, background, ProfileSync(store), settle)
    heard: list[Changes] = []
    page.changed.connect(heard.append)
    assert page.panel.currentWidget() is page.conflict
    first, second = page.conflict.rows()
    assert not any(radio.isChecked() for row in (first, second) for radio in row.radios.values())
    assert not page.conflict.save.isEnabled()
    first.radios[How.TAKE].setChecked(True)
    assert not page.conflict.save.isEnabled()
    second.radios[How.KEEP].setChecked(True)
    assert page.conflict.save.isEnabled()
    page.conflict.save.click()
    settle()
    assert heard
    assert one(store, "SELECT count(*) FROM conflict WHERE state = 'open'") == 0
    assert page.panel.currentWidget() is page.quiet


class Held:
    """A source with one held act."""

    def __init__(self) -> None:
        self.decided: list[tuple[str, str]] = []

    def overview(self, _stage: Road) -> Overview:
        row = HeldRow(
            b"\x01" * 16, "open", "scope_lost", "2026-11-20", "2027-02-18", "王演示", "第一网格", "visit",
            b"\x02" * 16, "JY1-1-1-101", (), "",
        )  # fmt: skip
        return Overview({}, (), (row,), (), alone=False)

    def choose(self, _choices: Sequence[Choice]) -> Changes:
        raise AssertionError

    def accept_held(self, _held: bytes) -> Changes:
        self.decided.append(("accept", ""))
        return Changes()

    def reject_held(self, _held: bytes, reason: str) -> Changes:
        self.decided.append(("reject", reason))
        return Changes()


def test_a_held_act_is_accepted_or_not_with_a_reason(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, settle: Settle
) -> None:
    source = Held()
    page, _ = shown(qtbot, theme, zh, background, source, settle)
    assert page.panel.currentWidget() is page.matter
    visible = {name for name, button in page.matter.buttons.items() if not button.isHidden()}
    assert visible == {"accept", "reject"}
    page.matter.text.setText("已由本网格重新登记")
    page.matter.buttons["reject"].click()
    settle()
    page.matter.buttons["accept"].click()
    settle()
    assert source.decided == [("reject", "已由本网格重新登记"), ("accept", "")]


def test_a_conflict_says_when_this_computer_learned_of_it(zh: Wording) -> None:
    case = ConflictCase("household", b"1", "1-1-101", False, (), 1_763_600_000_000)
    assert matter_line(zh, 0, case).cells[-1].startswith("11-")
    assert matter_line(zh, 0, replace(case, at=0)).cells[-1] == ""
