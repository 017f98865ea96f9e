"""The page Today over a real profile: the round in walking order, what can be done to it by key, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.models.days import Week
from gridworker.models.op import Value
from gridworker.services import deliberation, lists, plan
from gridworker.store.queries.matters import Matter
from gridworker.store.queries.week_plan import PlanRow, week_plan
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.planning.act_dialogs import MoveDialog, PlanDialog, ReasonDialog
from gridworker.ui.pages.planning.round_items import plan_item
from gridworker.ui.pages.today.page import MORE, NOBODY, TodayPage
from gridworker.ui.pages.today.side import matter_item
from gridworker.ui.pages.today.source import TodaySource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.community import one

Settle = Callable[[], None]
NOW, TODAY = Week(2026, 47), "2026-11-20"


def fresh(store: Store, place: int) -> bytes:
    found = one(
        store,
        "SELECT id FROM household WHERE occupancy <> 'vacant' AND coalesce(visit_opt_out, 0) = 0 AND id NOT IN "
        "(SELECT household_id FROM plan_item) ORDER BY code LIMIT 1 OFFSET ?",
        place,
    )
    assert isinstance(found, bytes)
    return found


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> Iterator[TodayPage]:
    for place in range(3):
        plan.add(store, (fresh(store, 0),), NOW, TODAY if place < 2 else "2026-11-21")
    made, frame = TodayPage(theme, zh, background, TodaySource(store)), QStackedWidget()
    qtbot.addWidget(frame)
    frame.addWidget(made)
    made.changed.connect(made.records_changed)
    frame.resize(1100, 600)
    frame.show()
    frame.activateWindow()
    made.show_scope(scope)
    settle()
    made.list.setFocus()
    yield made


def rows(page: TodayPage) -> list[PlanRow]:
    return [item.key for item in page.list.items if isinstance(item.key, PlanRow)]


def state(store: Store, scope: Scope, row: PlanRow, week: Week = NOW) -> str:
    found = week_plan(store, scope, week).rows
    return next(each.state for each in found if each.home.id == row.home.id)


def dialog(page: TodayPage, kind: type[PlanDialog]) -> PlanDialog:
    return next(found for found in page.findChildren(kind) if found.isVisible())


def press(key: Qt.Key) -> None:
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key)


def test_the_round_is_today_first_in_stair_order(page: TodayPage, store: Store, scope: Scope) -> None:
    today = [row for row in week_plan(store, scope, NOW).rows if row.planned_on == TODAY]
    assert [row.id for row in rows(page)[: len(today)]] == [row.id for row in today]
    assert [row.no for row in today] == list(range(1, len(today) + 1))
    heads = [item.title for item in page.list.items if item.kind == "head"]
    assert heads[: len({row.stairwell for row in today})] == list(
        dict.fromkeys(row.stairwell for row in today)
    )
    assert all(item.why[0] for item in page.list.items if item.kind == "row")  # each says why
    assert page.side.duty.list.items and "2026" not in page.header.facts.accessibleName()


def test_enter_and_the_button_lead_to_the_visit(page: TodayPage, qtbot: QtBot) -> None:
    chosen = page.list.selected()
    assert chosen is not None and isinstance(chosen.key, PlanRow) and chosen.key.open
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        press(Qt.Key.Key_Return)
    assert wanted.args == [chosen.key.home.id]
    with qtbot.waitSignal(page.visit_wanted) as wanted:
        page.visit_button.click()
    assert wanted.args == [chosen.key.home.id]


def test_dropped_with_a_reason_and_taken_back(
    page: TodayPage, store: Store, scope: Scope, settle: Settle
) -> None:
    item = page.list.selected()
    assert item is not None and isinstance(item.key, PlanRow)
    row = item.key
    press(Qt.Key.Key_D)
    asked = dialog(page, ReasonDialog)
    assert isinstance(asked, ReasonDialog)
    asked.ask()
    assert asked.text.field.error() and state(store, scope, row) == "planned"  # not without a reason
    asked.text.set_text("出差一个月")
    asked.ask()
    settle()
    assert state(store, scope, row) == "dropped"
    assert row.id not in {each.id for each in rows(page)}
    page.undo_bar.undo_button.click()
    settle()
    assert state(store, scope, row) == "planned"


def test_moved_to_next_week_and_taken_back(
    page: TodayPage, store: Store, scope: Scope, settle: Settle
) -> None:
    item = page.list.selected()
    assert item is not None and isinstance(item.key, PlanRow)
    row = item.key
    press(Qt.Key.Key_M)
    asked = dialog(page, MoveDialog)
    assert isinstance(asked, MoveDialog)
    asked.day_edit.setText("11-25")
    asked.ask()
    settle()
    later = NOW.shifted(1)
    assert (state(store, scope, row), state(store, scope, row, later)) == ("moved", "planned")
    page.undo_bar.undo_button.click()
    settle()
    assert (state(store, scope, row), state(store, scope, row, later)) == ("planned", "moved")


def test_the_list_is_printed_for_today(page: TodayPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.walk_list_wanted) as wanted:
        press(Qt.Key.Key_P)
    assert wanted.args == [TODAY]


@pytest.mark.parametrize("size", [100, 200])
def test_narrow_and_large_show_one_part_at_a_time(
    page: TodayPage, theme: Theme, qtbot: QtBot, size: int
) -> None:
    theme.choose(text_size=size)
    frame = page.parentWidget()
    assert frame is not None
    frame.resize(700, 600)
    assert page.is_narrow and page.parts.isVisible()
    assert page.card.isVisible() and not page.area.isVisible()
    page.parts.chosen.emit("side")
    page.parts.choose("side")
    page._lay_out()
    assert page.area.isVisible() and not page.card.isVisible()


def test_more_lines_are_read_when_they_are_wanted(page: TodayPage, settle: Settle) -> None:
    everything = rows(page)
    page.presenter._limit = 1
    page.presenter.reload()
    settle()
    some, last = rows(page), page.list.items[-1]
    assert 0 < len(some) < len(everything) and last.key == MORE
    assert str(len(everything) - len(some)) in last.spoken()
    while page.list.items[-1].key == MORE:
        page.list.choose_line(len(page.list.items) - 1)
        page.list.setFocus()
        press(Qt.Key.Key_Return)
        settle()
    assert [row.id for row in rows(page)] == [row.id for row in everything]
    assert page.header.facts.accessibleName().startswith(zh_planned(page))


def zh_planned(page: TodayPage) -> str:
    return f"{sum(row.planned_on == TODAY for row in rows(page))} 户"


def test_where_nothing_is_built_it_leads_to_building(
    page: TodayPage, scope: Scope, settle: Settle, qtbot: QtBot
) -> None:
    page.show_scope(replace(scope, node_id=b"x" * 16, unit_ids=frozenset(), micro_grid_ids=frozenset()))
    settle()
    assert page.build_button.isVisible()
    with qtbot.waitSignal(page.places_wanted):
        page.build_button.click()


def test_nothing_planned_says_what_to_do(page: TodayPage, scope: Scope, settle: Settle, qtbot: QtBot) -> None:
    page.show_scope(
        replace(scope, node_id=b"x" * 16, unit_ids=frozenset({b"u" * 16}), micro_grid_ids=frozenset())
    )
    settle()
    assert page.list.items == ()
    assert not page.build_button.isVisible()
    with qtbot.waitSignal(page.visit_wanted) as wanted:  # whoever was visited although nobody planned it
        page.visit_button.click()
    assert wanted.args == [NOBODY]


def test_a_first_meeting_is_not_called_never_met(page: TodayPage, zh: Wording) -> None:
    row = replace(rows(page)[0], reason="never_met", reason_on=None)
    home = replace(row.home, last_met_on=None)
    never = zh("plan.why.never_met")
    assert plan_item(replace(row, home=home), zh, TODAY).why[0] == never
    met = replace(row, home=replace(home, last_met_on=TODAY), state="done", outcome="met")
    assert plan_item(met, zh, TODAY).why == (zh("plan.why.first_met"),)
    other = replace(met, state="planned", outcome="")
    assert never not in plan_item(other, zh, TODAY).why


def test_what_lists_and_deliberation_ask_leads_there_by_keyboard(
    page: TodayPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle
) -> None:
    assert page.side.matters.isHidden()
    need = lists.add_need(store, {"title": "夜间停车不够", "category": "parking"}).record
    values: dict[str, Value] = {
        "kind": "yard",
        "area_unit_id": scope.node_id,
        "held_on": TODAY,
        "start_at": "14:30",
    }
    meeting = deliberation.plan_meeting(store, {**values, "place_text": "小院"})
    page.records_changed(meeting.changes)
    settle()
    items = page.side.matters.list.items
    assert [item.spoken() for item in items] == [
        "开会 · 坝坝会 · 今天 14:30 · 小院",
        "需求 · 夜间停车不够 · 没有回应",
    ]
    page.activateWindow()
    page.side.matters.list.setFocus()
    QTest.keyClick(page.side.matters.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.matter_wanted) as led:
        QTest.keyClick(page.side.matters.list, Qt.Key.Key_Return)
    assert led.args in (["need", need], ["meeting", meeting.record])


def test_the_chosen_line_has_a_button_that_begins_the_visit(
    page: TodayPage, settle: Settle, qtbot: QtBot
) -> None:
    page.resize(1200, 640)
    settle()
    places = [at for at, item in enumerate(page.list.items) if item.starts]
    first, second = places[:2]
    page.list.choose_line(first)
    delegate = page.list._delegate

    def press(at: int) -> None:
        box = delegate.action_rect(page.list.visualRect(page.list.lines.index(at)))
        assert not box.isNull()
        QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())

    heard: list[bytes] = []
    page.visit_wanted.connect(heard.append)
    press(second)  # the click that chooses the line presses nothing
    assert heard == [] and page.list.currentIndex().row() == second
    press(second)
    item = page.list.items[second]
    assert isinstance(item.key, PlanRow) and heard == [item.key.home.id]


def test_what_was_asked_for_in_vain_says_first_why(zh: Wording) -> None:
    vain = Matter("not_promised", "need", b"n" * 16, "教室", "", place="合唱", refusal="promised_already")
    shown = matter_item(vain, zh, "2026-11-20")
    assert (shown.title, shown.who, shown.why) == ("未约上", ("教室",), ("已约给别处", "合唱"))
