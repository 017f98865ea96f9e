"""The demands page by keyboard: registering, every kind of step, refusals, board and table, the filter, the tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gridworker.exports.document import Table
from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.op import Value
from gridworker.services import deliberation, slips
from gridworker.services import demands as services
from gridworker.services.demands import DemandForm
from gridworker.store.queries import demand_detail, tree
from gridworker.store.queries import packages as package_reading
from gridworker.store.queries.demands import demands
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.ui import desk_facts
from gridworker.ui.background import Background
from gridworker.ui.desk_pages import DeskPages
from gridworker.ui.desk_papers import DeskPapers
from gridworker.ui.pages.ask_form import AskForm
from gridworker.ui.pages.demands.page import DemandsPage
from gridworker.ui.pages.demands.picker import DemandPicker
from gridworker.ui.pages.demands.presenter import TABLE
from gridworker.ui.pages.demands.register_dialog import RegisterDialog
from gridworker.ui.pages.demands.source import DemandSource
from gridworker.ui.pages.demands.step_dialog import StepDialog
from gridworker.ui.pages.demands.words import STEP_ICONS
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.page import HouseholdsPage
from gridworker.ui.pages.households.source import HouseholdSource
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier
ELSEWHERE = {"join_package", "leave_package"}


def ids(store: Store, sql: str) -> list[bytes]:
    with store.read() as connection:
        return [row[0] for row in run(connection, sql)]


def home(store: Store) -> bytes:
    return ids(store, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")[0]


def new(store: Store, title: str = "坡道太陡", /, **more: object) -> bytes:
    values: dict[str, object] = {
        "place": ("household_id", home(store)),
        "title": title,
        "content": title,
        "category": "repair",
        "reporter": "anonymous",
        "wants_reply": False,
        **more,
    }
    return services.register(store, DemandForm(**values)).demand_id  # type: ignore[arg-type]


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    whole: Scope,
    settle: Settle,
) -> DemandsPage:
    made = DemandsPage(theme, zh, background, DemandSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1100, 640)
    made.show()
    made.show_scope(whole)
    settle()
    return made


def show(page: DemandsPage, demand_id: bytes, settle: Settle) -> None:
    page.presenter.reload()
    page.presenter.choose(demand_id)
    settle()


def take(page: DemandsPage, event: str, settle: Settle) -> None:
    """Press the digit of a step, or choose it in the menu where it has none."""
    step = next(step for step in page.panel.steps.steps if step.event == event)
    at = page.panel.steps.steps.index(step) + 1
    page.activateWindow()  # a box was open before it
    settle()
    if at <= 9:
        QTest.keyClick(page, Qt.Key(Qt.Key.Key_0.value + at))
    else:
        page.panel.steps.menu().actions()[at - 1].trigger()
    settle()


def box(page: DemandsPage) -> StepDialog:
    assert isinstance(page.asking.dialog, StepDialog)
    return page.asking.dialog


def go(page: DemandsPage, settle: Settle) -> None:
    QTest.keyClick(box(page), Qt.Key.Key_Return, CTRL)
    settle()


def state(store: Store, demand_id: bytes) -> str:
    return demand_detail.demand(store, demand_id).row.state


def test_a_demand_is_registered_by_keyboard_and_taken_back(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    QTest.keyClick(page, Qt.Key.Key_D, CTRL)
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    QTest.keyClicks(form.where, "1-1-101")
    form.look()
    settle()
    assert form.place is not None
    assert form.place.field == "household_id"
    form.headline.set_text("楼道灯不亮")
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    settle()
    assert form.isHidden()
    row = demands(store, None).rows[0]
    assert (row.title, row.state, row.place) == ("楼道灯不亮", "registered", "1-1-101")
    assert page.panel.title.text() == "楼道灯不亮"
    assert row.no in page.undo_bar.words.text()
    page.undo_bar.undo_button.click()
    settle()
    assert state(store, row.id) == "withdrawn"


def test_what_cannot_be_registered_says_why_under_its_field(page: DemandsPage, settle: Settle) -> None:
    page.asking.register()
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    assert form.isVisible()
    assert form.fields["title"].error() == "必须填写"
    form.where.setText("没有这个地方")
    form.headline.edit.setText("坡道")  # type: ignore[union-attr]
    form.look()
    settle()
    assert form.fields["place"].error()
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    assert form.isVisible()


def test_a_number_of_a_hotline_and_an_anonymous_reporter(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    page.asking.register(home(store))
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    assert form.outside.isHidden()
    form.source.setCurrentIndex(form.source.findData("hotline_12345"))
    assert not form.outside.isHidden()
    form.outside_no.setText("12345-01")
    form.reporter.setCurrentIndex(form.reporter.findData(("anonymous", None)))
    for at in range(form.reporter.count()):
        if form.reporter.itemData(at) == ("anonymous", None):
            form.reporter.setCurrentIndex(at)
    form.headline.edit.setText("停车乱")  # type: ignore[union-attr]
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    detail = demand_detail.demand(store, demands(store, None).rows[0].id)
    assert detail.values["outside_no"] == "12345-01"
    assert detail.values["reporter"] == "anonymous"
    assert detail.values["household_id"] == home(store)


def test_the_whole_road_by_digits(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = new(store, wants_reply=True)
    show(page, record, settle)
    take(page, "accept", settle)
    assert state(store, record) == "accepted"
    take(page, "assign", settle)
    combo = box(page).controls["assignee_id"]
    assert isinstance(combo, QComboBox)
    assert combo.count() > 1
    go(page, settle)
    assert state(store, record) == "assigned"
    take(page, "accept", settle)
    assert state(store, record) == "in_progress"
    take(page, "handle", settle)
    go(page, settle)
    assert box(page).fields["result_text"].error() == "必须填写"
    box(page).texts["result_text"].set_text("换了灯泡")
    go(page, settle)
    assert state(store, record) == "handled"
    take(page, "reply", settle)
    go(page, settle)
    assert state(store, record) == "replied"
    assert "谁办理的" in page.panel.steps.why.text()


def test_every_event_of_the_machine_has_an_icon_and_a_place(zh: Wording) -> None:
    events = {event.name for event in DEMAND_MACHINE.events} - ELSEWHERE
    assert events == set(STEP_ICONS)


@pytest.mark.parametrize(
    ("event", "after"),
    [("refer_up", "registered"), ("transfer", "registered"), ("extend", "registered"), ("note", "registered"),
     ("withdraw", "withdrawn"), ("not_accept", "not_accepted"), ("contacted", "registered"),
     ("route", "registered"), ("merge", "merged"), ("to_issue", "registered")],
)  # fmt: skip
def test_a_step_with_a_box(page: DemandsPage, store: Store, settle: Settle, event: str, after: str) -> None:
    record = new(store)
    new(store, "另一件坡道")
    if event == "to_issue":
        area = ids(store, "SELECT id FROM area_unit WHERE kind = 'grid' AND deleted = 0")[0]
        values: dict[str, Value] = {
            "title": "坡道",
            "area_unit_id": area,
            "level": "yard",
            "raised_from": "demand",
        }
        deliberation.raise_issue(store, values)
    show(page, record, settle)
    take(page, event, settle)
    made = box(page)
    becomes = made.controls.get("became_no")
    if isinstance(becomes, QComboBox):
        go(page, settle)  # a demand that waits for an issue that is not there would wait for ever
        assert made.fields["became_no"].error() == "必须填写"
        becomes.setCurrentIndex(0)
    for text in made.texts.values():
        text.set_text("物业量过，要再等")
    areas = made.controls.get("routed_to_id") or made.controls.get("referred_to_id")
    if isinstance(areas, QComboBox):
        areas.setCurrentIndex(areas.count() - 1 if event == "refer_up" else 0)
    picker = made.controls.get("merged_into_id")
    if isinstance(picker, DemandPicker):
        go(page, settle)
        assert not made.isHidden()  # none of those that are like it is taken unasked
        picker.hits.setCurrentIndex(0)
    go(page, settle)
    assert made.isHidden(), made.failure.text()
    detail = demand_detail.demand(store, record)
    assert detail.row.state == after
    assert detail.log[-1].event == event


def test_a_missing_reason_is_refused_in_the_rules_own_words(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store)
    show(page, record, settle)
    take(page, "extend", settle)
    day = box(page).controls["due_at"]
    assert isinstance(day, QLineEdit)
    day.setText("2026-11-20")
    box(page).texts["note"].set_text("等配件")
    go(page, settle)
    assert box(page).isVisible()
    assert "新的时限要晚于原来的" in box(page).failure.text() + box(page).fields["due_at"].error()
    assert len(demand_detail.demand(store, record).log) == 1


def test_a_step_that_somebody_else_took_meanwhile_is_refused_with_what_is_possible(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store)
    show(page, record, settle)
    services.cause(store, record, "withdraw", "居民说不用了")
    take(page, "accept", settle)
    assert "不能办" in page.undo_bar.words.text()


def test_a_step_is_taken_back_with_the_undo_bar(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = new(store)
    show(page, record, settle)
    take(page, "accept", settle)
    page.undo_bar.undo_button.click()
    settle()
    assert state(store, record) == "registered"


def test_arrows_cross_the_cells_and_open_what_they_reach(
    page: DemandsPage, store: Store, whole: Scope, settle: Settle
) -> None:
    taken = new(store, "第一件")
    handled = new(store, "第二件", result_text="已答复")
    of_all = new(store, "第三件", place=("area_unit_id", whole.node_id))
    page.presenter.reload()
    settle()
    first = page.board.lists["micro_grid", "taking"]
    first.setFocus()
    settle()
    assert page.presenter.open == taken
    QTest.keyClick(first, Qt.Key.Key_Right)
    settle()
    assert page.presenter.open == handled
    QTest.keyClick(page.board.lists["micro_grid", "answered"], Qt.Key.Key_Left)
    QTest.keyClick(first, Qt.Key.Key_Down)
    settle()
    assert page.presenter.open == of_all
    assert page.board.lanes["community"].count.text() == "1 件"
    QTest.keyClick(page.board.lists["community", "taking"], Qt.Key.Key_Escape)
    assert page.panel.isHidden()


def test_the_keyboard_that_came_before_the_answer_begins_at_the_first_card(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    page.first_focus().setFocus()
    assert page.panel.isHidden()
    record = new(store)
    page.presenter.reload()
    settle()
    assert page.presenter.open == record
    assert page.panel.isVisible()


def test_board_and_table_show_the_same_and_the_chosen_one_stays(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store)
    show(page, record, settle)
    QTest.keyClick(page, Qt.Key.Key_T)
    settle()
    assert page.table.current_key() == record
    assert [line.key for line in page.table.lines()] == [record]
    QTest.keyClick(page, Qt.Key.Key_T)
    settle()
    holder = page.board.list_of(record)
    assert holder is not None
    assert holder.selectionModel().hasSelection()


def test_the_filter_and_the_tree_narrow_what_is_shown(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    new(store, "灯不亮")
    late = new(store, "停车乱", category="parking", reported_at="2026-11-01 09:00", due_at="2026-11-10 09:00")
    page.presenter.reload()
    settle()
    assert page.board.heads["taking"].count.text() == "2"
    QTest.keyClick(page, Qt.Key.Key_F, CTRL)
    page.filter.text.setText("停车")
    QTest.keyClick(page.filter.text, Qt.Key.Key_Return)
    settle()
    assert page.board.heads["taking"].count.text() == "1"
    page.filter.clear()
    page.filter.overdue.click()
    settle()
    found = [row.id for one in page.board.lists.values() for row in one.rows()]
    assert found == [late]
    page.filter.overdue.click()
    other = ids(store, "SELECT id FROM area_unit WHERE kind = 'micro_grid' AND deleted = 0")
    scopes = [tree.scope_of(store, TreeKind.AREA, node) for node in other]
    counts = []
    for scope in scopes:
        page.show_scope(scope)
        settle()
        counts.append(page.board.heads["taking"].count.text())
    assert sorted(counts)[-1] == "2"
    assert counts.count("2") == 1


def test_in_a_narrow_page_arrows_only_move_and_enter_opens(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store)
    page.resize(700, 640)
    settle()
    assert page.switch.isHidden()
    page.table.setFocus()
    settle()
    assert page.table.isVisible()
    assert page.panel.isHidden()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    settle()
    assert page.panel.isVisible()
    assert not page.table.isVisible()
    assert page.presenter.open == record
    page.panel.back_button.click()
    settle()
    assert page.table.isVisible()


def test_a_long_table_is_read_a_page_at_a_time(page: DemandsPage, store: Store, settle: Settle) -> None:
    for at in range(70):
        new(store, f"第{at}件")
    page.show_view("table")
    settle()
    assert len(page.table.lines()) == 60
    page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
    settle()
    assert len(page.table.lines()) == 70


def test_what_a_link_opened_stays_open_when_the_table_with_the_keys_fills(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    made = [new(store, f"第{at}件") for at in range(3)]
    page.show_view("table")
    settle()
    page.table.show_lines([])  # as before its rows have come
    page.table.setFocus()
    assert page.table.hasFocus()
    wanted = page.presenter.open = next(one for one in made if one != page.presenter.open)
    page.presenter.reload()
    settle()
    assert (page.presenter.open, page.table.current_key()) == (wanted, wanted)


def test_the_simple_version_is_a_table_without_a_switch(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> None:
    made = DemandsPage(theme, zh, background, DemandSource(store), simple=True)
    qtbot.addWidget(made)
    made.resize(1100, 640)
    new(store)
    made.show()
    made.show_scope(scope)
    settle()
    assert made.switch.isHidden()
    assert len(made.table.lines()) == 1


def test_in_the_table_what_was_just_registered_is_the_open_one(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    first = new(store, "原来的一件")
    page.show_view(TABLE)
    page.presenter.reload()
    settle()
    page.table.choose(0)
    settle()
    assert page.presenter.open == first
    QTest.keyClick(page, Qt.Key.Key_D, CTRL)
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    form.headline.set_text("新登记的一件")
    form.urgency.setCurrentIndex(
        form.urgency.findData("critical")
    )  # it comes first, the other one moves down
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    settle()
    assert page.panel.title.text() == "新登记的一件"
    assert page.table.current_key() == page.presenter.open != first


def test_today_shows_what_presses_and_leads_there(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    whole: Scope,
    settle: Settle,
) -> None:
    pages = DeskPages(theme, zh, background, store)
    pages.show_scope(whole)
    today, page = pages.rounds.today(), pages.rounds.demands()
    for made in (today, page):
        qtbot.addWidget(made)
        made.show_scope(whole)
        made.show()
    new(store, "不急的事")
    late = new(store, "停车乱", reported_at="2026-11-01 09:00", due_at="2026-11-10 09:00")
    today.presenter.reload()
    settle()
    assert [item.key for item in today.side.demands.list.items] == [late]
    assert "超 10 天" in today.side.demands.list.items[0].spoken()
    today.side.demands.list.opened.emit(today.side.demands.list.items[0])
    settle()
    assert page.presenter.open == late


def returned(store: Store, title: str, times: int) -> bytes:
    """A demand that was given back so many times."""
    record = new(store, title)
    services.accept(store, record)
    for _ in range(times):
        services.cause(store, record, "assign", assignee_id=store.known.member_id)
        services.cause(store, record, "return", "没有人手")
        services.accept(store, record)
    return record


def test_what_was_returned_twice_is_on_the_page_of_the_day_and_in_the_filter(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, whole: Scope,
    page: DemandsPage, settle: Settle,
) -> None:  # fmt: skip
    late = new(store, "停车乱", reported_at="2026-11-01 09:00", due_at="2026-11-10 09:00")
    returned(store, "退过一次", 1)
    twice = returned(store, "退过两次", 2)
    pages = DeskPages(theme, zh, background, store)
    today = pages.rounds.today()
    qtbot.addWidget(today)
    today.show_scope(whole)
    settle()
    assert [item.key for item in today.side.demands.list.items] == [twice, late]
    assert zh("demands.only_surfaced") in today.side.demands.list.items[0].spoken()
    show(page, twice, settle)
    assert zh("demands.surfaced") in page.panel.facts.value("owner")
    page.filter.surfaced.click()
    settle()
    assert [row.id for one in page.board.lists.values() for row in one.rows()] == [twice]
    services.cause(store, twice, "handle", result_kind="solved", result_text="改缓了", solve_level="grid")
    today.presenter.reload()
    settle()
    assert [item.key for item in today.side.demands.list.items] == [late]


def test_the_week_of_the_two_committees_is_a_sheet(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, whole: Scope,
    settle: Settle,
) -> None:  # fmt: skip
    new(store, "停车乱", category="parking", conflict_pair="resident_property")
    new(store, "灯不亮")
    pages = DeskPages(theme, zh, background, store)
    pages.show_scope(whole)
    page = pages.rounds.demands()
    qtbot.addWidget(page)
    page.show_scope(whole)
    page.show()
    settle()
    page.filter.digest.click()
    settle()
    dialog = pages.rounds.papers.dialog
    assert isinstance(dialog, NoticeDialog)
    tables = [block for block in dialog._document.blocks if isinstance(block, Table)]
    assert [table.rows[-1][1] for table in tables] == [2, 2, 2]
    pairs = {row[0]: row[1] for row in tables[1].rows}
    assert pairs[zh("catalogue.conflict_pair.resident_property")] == 1 == pairs[zh("demands.digest.none")]


def test_upward_leads_to_the_level_above_ones_own(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = new(store)
    show(page, record, settle)
    take(page, "refer_up", settle)
    unit = box(page).controls["referred_to_id"]
    assert isinstance(unit, QComboBox)
    assert unit.count() > 2 and unit.currentText() == "街道"
    box(page).texts["note"].set_text("要街道定")
    go(page, settle)
    assert "街道" in page.panel.facts.value("helpers")
    line = page.panel.log.lines[0]
    assert "街道" in line.facts.text() and "社区" not in line.facts.text()


def test_a_household_shows_its_demands_and_registers_another(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    whole: Scope,
    settle: Settle,
) -> None:
    record = new(store)
    ended = new(store, "不用了")  # newer, but nothing waits for it any more
    services.accept(store, ended)
    services.cause(store, ended, "withdraw", "不用了")
    pages = DeskPages(theme, zh, background, store)
    homes, page = HouseholdsPage(theme, zh, background, HouseholdSource(store)), pages.rounds.demands()
    pages.rounds.print_from(homes)
    for made in (homes, page):
        qtbot.addWidget(made)
        made.resize(1100, 640)
        made.show()
        made.show_scope(whole)
    settle()
    homes.open_household(home(store))
    settle()
    line, over = homes.panel.demands.lines
    assert "坡道太陡" in line.button.accessibleName() and "不用了" in over.button.accessibleName()
    assert homes.panel.demands.open_ones.text() == "还没办完 1 件"
    line.button.click()
    settle()
    assert page.presenter.open == record
    homes.activateWindow()
    homes.table.setFocus()
    settle()
    QTest.keyClick(homes, Qt.Key.Key_D, CTRL)
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    assert form.place is not None
    assert form.place.id == home(store)
    assert form.form().source == "visit"


def test_the_tree_and_the_tab_say_how_many_wait(store: Store, zh: Wording, whole: Scope) -> None:
    new(store)
    new(store, "停车乱", reported_at="2026-11-01 09:00", due_at="2026-11-10 09:00")
    facts = desk_facts.read(store, zh)
    root = next(node for node in facts.area if node.id == whole.node_id)
    assert (root.demands, root.overdue, facts.demands_overdue) == (2, True, 1)


# -- several together --------------------------------------------------------------------------------------------


def fill(form: object, settle: Settle, **values: str | int) -> None:
    assert isinstance(form, AskForm)
    for name, value in values.items():
        control = form.controls[name]
        if isinstance(control, GuardedText):
            control.set_text(str(value))
        elif isinstance(control, QLineEdit):
            control.setText(str(value))
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(int(value))
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    settle()


def test_several_cards_become_a_joint_submission(page: DemandsPage, store: Store, settle: Settle) -> None:
    made = [new(store, title) for title in ("甲处坡道", "乙处坡道", "丙处坡道")]
    page.presenter.reload()
    settle()
    cards = page.board.list_of(made[0])
    assert cards is not None
    cards.setFocus()
    cards.begin()
    for _ in range(2):
        QTest.keyClick(cards, Qt.Key.Key_Space)
        QTest.keyClick(cards, Qt.Key.Key_Down)
    settle()
    assert page.together.bar.isVisible() and len(page.board.chosen_keys()) == 2
    QTest.keyClick(page, Qt.Key.Key_J)
    settle()
    chosen = {key for key in page.board.chosen_keys() if isinstance(key, bytes)}
    fill(page.together.form, settle, title="坡道一起改")
    (row,) = package_reading.packages(store)
    assert (row.title, row.count, row.no in page.undo_bar.words.text()) == ("坡道一起改", 2, True)
    assert {demand_detail.demand(store, one).values["package_id"] for one in chosen} == {row.id}
    assert not page.together.bar.isVisible()
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert package_reading.packages(store) == ()
    assert {demand_detail.demand(store, one).values["package_id"] for one in made} == {None}


def test_several_rows_are_accepted_together(page: DemandsPage, store: Store, settle: Settle) -> None:
    made = [new(store, title) for title in ("甲处坡道", "乙处坡道")]
    page.show_view("table")
    settle()
    page.table.setFocus()
    page.table.choose(0)
    count = sum(line.key in made for line in page.table.lines()[:2])
    QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settle()
    assert (count, page.together.bar.isVisible()) == (2, True)
    QTest.keyClick(page, Qt.Key.Key_A)
    settle()
    settle()
    assert [state(store, one) for one in made] == ["accepted", "accepted"]


def test_what_has_ended_is_put_into_none(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = new(store)
    services.cause(store, record, "withdraw", "登记重了")
    show(page, record, settle)
    QTest.keyClick(page, Qt.Key.Key_J)
    settle()
    fill(page.together.form, settle, title="空的")
    assert package_reading.packages(store) == ()
    assert isinstance(page.together.form, AskForm) and page.together.form.isVisible()
    page.together.form.reject()


# -- the slip ----------------------------------------------------------------------------------------------------


def replied_by_another(store: Store) -> bytes:
    """A demand that a colleague registered, handled and replied to."""
    record = new(store, wants_reply=True)
    services.accept(store, record)
    result = {"result_kind": "solved", "result_text": "改缓了", "solve_level": "grid"}
    services.cause(store, record, "handle", **result)
    services.cause(store, record, "reply", replied_at="2026-11-20 09:00", reply_channel="phone")
    other = ids(store, "SELECT id FROM member WHERE deleted = 0 ORDER BY rid DESC LIMIT 1")[0]
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE demand SET owner_member_id = ?, handled_by_id = ? WHERE id = ?", (other, other, record)
        )
        connection.exec_driver_sql("UPDATE demand_event SET changed = '{}' WHERE demand_id = ?", (record,))
    return record


def test_a_rating_is_entered_by_its_code(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = replied_by_another(store)
    code = slips.make(store, record).code
    show(page, record, settle)
    assert page.panel.rate_button.isVisible()
    QTest.keyClick(page, Qt.Key.Key_E)
    settle()
    fill(page.rating.form, settle, code_hash="1234567")
    assert isinstance(page.rating.form, AskForm) and page.rating.form.isVisible()
    fill(page.rating.form, settle, code_hash=f"{code[:3]} {code[3:]}".lower())
    found = demand_detail.demand(store, record)
    assert (found.row.state, found.values["satisfaction"]) == ("revisited", "satisfied")
    assert "满意" in page.undo_bar.words.text()


def test_an_owners_rating_is_said_not_to_count(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = replied_by_another(store)
    mine = store.known.member_id
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE demand SET owner_member_id = ? WHERE id = ?", (mine, record))
    code = slips.make(store, record).code
    show(page, record, settle)
    QTest.keyClick(page, Qt.Key.Key_E)
    settle()
    fill(page.rating.form, settle, code_hash=code)
    assert demand_detail.demand(store, record).values["satisfaction"] == "unrated"
    assert "不计" in page.undo_bar.words.text()


@pytest.mark.parametrize("handed_out", [True, False])
def test_a_slip_that_nobody_prints_is_taken_back(
    theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle, page: DemandsPage,
    tmp_path: Path, handed_out: bool,
) -> None:  # fmt: skip
    record = new(store)
    papers = DeskPapers(theme, zh, background, store, lambda error: pytest.fail(str(error)))
    page.slip_wanted.connect(lambda demand: papers.slip(demand, page, lambda _: None))
    show(page, record, settle)
    QTest.keyClick(page, Qt.Key.Key_P)
    settle()
    dialog = papers.dialog
    assert isinstance(dialog, NoticeDialog)
    if handed_out:
        dialog.handed_out.emit("pdf")
    dialog.reject()
    settle()
    settle()
    kept = ids(store, "SELECT id FROM demand_slip WHERE deleted = 0")
    assert len(kept) == int(handed_out)


def test_the_demand_to_merge_into_is_found_by_search(page: DemandsPage, store: Store, settle: Settle) -> None:
    into = new(store, "单元门坏了", category="property")
    record = new(store)
    show(page, record, settle)
    take(page, "merge", settle)
    picker = box(page).controls["merged_into_id"]
    assert isinstance(picker, DemandPicker)
    picker.text.setText("没有这件")
    picker.look()
    settle()
    assert (picker.chosen(), picker.none.isVisible()) == (None, True)
    picker.text.setText("单元门")
    picker.look()
    settle()
    assert picker.chosen() == into
    go(page, settle)
    assert demand_detail.demand(store, record).merged_into == (into, demand_detail.demand(store, into).row.no)


def test_a_number_that_cannot_be_merged_into_is_refused_with_what_is_possible(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    """Typed whole, its number finds it whatever became of it; the rule says why not."""
    ended, record = new(store, "灯不亮"), new(store)
    services.accept(store, ended)
    services.cause(store, ended, "withdraw", "不用了")
    for target, said in ((ended, "另选一条"), (record, "不能并入自己")):
        show(page, record, settle)
        take(page, "merge", settle)
        picker = box(page).controls["merged_into_id"]
        assert isinstance(picker, DemandPicker)
        picker.text.setText(demand_detail.demand(store, target).row.no)
        picker.look()
        settle()
        assert picker.chosen() == target
        go(page, settle)
        assert said in box(page).failure.text()
        box(page).reject()
    assert state(store, record) == "registered"


def test_the_log_names_what_was_taken_back_and_edited(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store, wants_reply=True)
    services.accept(store, record)
    services.cause(store, record, "take_back")
    services.edit(store, record, {"wants_reply": 1}, {"wants_reply": 0})
    show(page, record, settle)
    said = [line.what.text() for line in page.panel.log.lines[:4]]
    assert said == ["修改登记", "撤回：受理", "受理", "登记"]
    assert "否" in page.panel.log.lines[0].facts.text()


def test_the_step_back_says_which(page: DemandsPage, store: Store, settle: Settle) -> None:
    record = new(store)
    services.accept(store, record)
    show(page, record, settle)
    words = [page.panel.steps.words(step) for step in page.panel.steps.steps]
    assert "撤回：受理" in words


def test_whoever_reports_is_not_named_in_the_words(page: DemandsPage, store: Store, settle: Settle) -> None:
    """What is de-identified in time empties fields, not words: the form asks while they are written."""
    with store.read() as connection:
        home, name = connection.exec_driver_sql(
            "SELECT household_id, name FROM resident WHERE deleted = 0 AND moved_out_on IS NULL LIMIT 1"
        ).one()
    page.asking.register(home)
    settle()
    form = page.asking.dialog
    assert isinstance(form, RegisterDialog)
    bare = str(name).removeprefix("演示·")
    form.content.edit.insertPlainText(f"{bare}说灯不亮")  # type: ignore[union-attr]
    settle()
    assert form.content.asks() and bare in form.content.strip.words.text()
    form.content.strip.mask_button.click()
    settle()
    assert form.content.text() == f"{bare[0]}某说灯不亮" and not form.content.asks()
    form.headline.edit.setText("赵演示家灯不亮")  # type: ignore[union-attr]
    assert not form.headline.asks()
    form.name.setText("赵演示")
    form.name.editingFinished.emit()
    assert form.headline.asks()
    form.headline.strip.keep_button.click()  # it may be somebody else
    assert not form.headline.asks() and form.headline.text() == "赵演示家灯不亮"


def test_nobody_is_named_in_later_words_either(page: DemandsPage, store: Store, settle: Settle) -> None:
    with store.read() as connection:
        home, name = connection.exec_driver_sql(
            "SELECT household_id, name FROM resident WHERE deleted = 0 AND moved_out_on IS NULL LIMIT 1"
        ).one()
    record = new(store, place=("household_id", home))
    services.accept(store, record)
    show(page, record, settle)
    bare = str(name).removeprefix("演示·")
    take(page, "handle", settle)
    text = box(page).texts["result_text"]
    text.edit.insertPlainText(f"{bare}在场")  # type: ignore[union-attr]
    assert text.asks() and bare in text.strip.words.text()
    text.strip.keep_button.click()  # asked once, never in the way
    assert not text.asks()
    go(page, settle)
    assert state(store, record) == "handled"
    take(page, "note", settle)
    note = box(page).texts["note"]
    note.edit.insertPlainText(f"{bare}来过")  # type: ignore[union-attr]
    note.strip.mask_button.click()
    assert note.text() == f"{bare[0]}某来过"


def test_where_it_goes_sideways_is_chosen_by_nobody_else(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store)
    show(page, record, settle)
    take(page, "transfer", settle)
    units = box(page).controls["referred_to_id"]
    assert isinstance(units, QComboBox) and (units.currentIndex(), units.count() > 1) == (-1, True)
    box(page).texts["note"].set_text("路在那边")
    go(page, settle)
    assert box(page).fields["referred_to_id"].error() == "必须填写"
    assert demand_detail.demand(store, record).row.referral == ""
    units.setCurrentIndex(1)
    assert box(page).fields["referred_to_id"].error() == ""


def test_a_demand_that_comes_back_to_the_board_stays_the_open_one(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    """The keyboard returns from the box into a list where nothing is chosen: the first card must not take its place."""
    new(store, "在前面")
    record = new(store)
    show(page, record, settle)
    services.cause(store, record, "not_accept", "不归社区", result_text="请到窗口")
    page.presenter.reload()
    settle()
    page.board.first_list().setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    settle()
    assert page.presenter.open == record
    assert page.board.list_of(record) is None


def test_a_card_that_moved_out_of_sight_is_scrolled_to(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    record = new(store, due_at="2026-11-21 09:00", reported_at="2026-11-19 09:00")
    for day in range(10, 29):
        new(store, f"第{day}件", due_at=f"2026-12-{day} 09:00", reported_at="2026-11-19 09:00")
    show(page, record, settle)
    services.cause(store, record, "extend", "等", due_at="2026-12-31 17:30")
    page.presenter.reload()
    settle()
    cards = page.board.list_of(record)
    assert cards is not None
    at = cards.model().index(cards.place_of(record) or 0, 0)
    assert at.row() > 0 and cards.viewport().rect().contains(cards.visualRect(at))


def test_a_demand_that_moved_on_elsewhere_stays_the_open_one_when_the_page_is_turned_to(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    new(store, "在前面")
    record = new(store)
    services.accept(store, record)
    show(page, record, settle)
    holder = page.board.list_of(record)
    assert holder is not None
    holder.setFocus(Qt.FocusReason.OtherFocusReason)
    settle()
    page.hide()
    done = services.cause(
        store, record, "handle", result_kind="solved", result_text="疏通了", solve_level="grid"
    )
    page.records_changed(done.changes)
    page.show()
    page.activateWindow()
    page.page_shown()
    page.first_focus().setFocus(Qt.FocusReason.ShortcutFocusReason)
    settle()
    assert page.presenter.open == record
    assert page.board.list_of(record) is not holder
