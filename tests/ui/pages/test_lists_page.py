"""The three lists on one page: chosen, matched, published, claimed, screened and taken back, by keyboard and button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gridworker.errors import FieldInvalid
from gridworker.models.op import Value
from gridworker.models.project import CHECKLIST
from gridworker.services import deliberation, lists, projects
from gridworker.store.queries import lists as reading
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.lists.page import ListsPage
from gridworker.ui.pages.lists.source import ListsSource
from gridworker.ui.pages.paging import Extents
from gridworker.ui.pages.record_form import Checks, RecordForm
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier
#: A project that lacks nothing but who applies.
WHOLE: dict[str, Value] = {
        "fund_source": "dedicated", "lead_type": "community", "lead_name": "社区",
        "goal": "停得下", "target_groups": "everybody", "content": "错时共享", "method": "共建",
        "effect_indicator": "车位",
        "effect_base": "0", "effect_target": "40", "long_term_plan": "续签",
        "start_on": "2026-12-01",
        "end_on": "2027-06-30",
    }  # fmt: skip


def org(store: Store) -> bytes:
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid").scalar()
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
) -> ListsPage:
    need: dict[str, Value] = {"title": "夜间停车不够", "category": "parking"}
    lists.add_need(store, need)
    room: dict[str, Value] = {
        "name": "单位夜间车位", "kind": "venue", "provider_id": org(store), "serves": "parking", "price_mode": "free",
    }  # fmt: skip
    lists.add_resource(store, room)
    lists.add_resource(store, {**room, "name": "书法教室", "serves": "venue"})
    made = ListsPage(theme, zh, background, ListsSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1240, 660)
    made.show()
    made.show_scope(scope)
    settle()
    return made


def names(page: ListsPage, kind: str) -> list[str]:
    return [line.cells[0] for line in page.columns[kind].table.lines()]


def states(page: ListsPage, kind: str) -> list[str]:
    return [line.cells[-1] for line in page.columns[kind].table.lines()]


def choose(page: ListsPage, kind: str, name: str, settle: Settle) -> None:
    at = next(n for n, each in enumerate(names(page, kind)) if name in each)
    page.columns[kind].table.choose(at)
    settle()


def press(page: ListsPage, words: str, settle: Settle) -> None:
    button = next(
        button for button in page.card.verbs if words in button.text() or words in button.accessibleName()
    )
    button.click()
    settle()


def form(page: ListsPage) -> RecordForm:
    assert page.acts.form is not None
    return page.acts.form


def fill(made: RecordForm, **values: str) -> None:
    for name, value in values.items():
        control = made.controls[name]
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findText(value))
            assert control.currentText() == value
        elif isinstance(control, Checks):
            control.boxes[value].setChecked(True)
        elif isinstance(control, GuardedText):
            control.set_text(value)
        else:
            assert isinstance(control, QLineEdit)
            control.setText(value)


def go(made: RecordForm, settle: Settle) -> None:
    made.go_button.click()
    settle()
    settle()


def test_what_nothing_answers_stands_out_and_is_matched(page: ListsPage, settle: Settle) -> None:
    assert states(page, "need") == ["没有回应"] and states(page, "resource") == ["闲置", "闲置"]
    choose(page, "need", "夜间停车", settle)
    assert "可以试试：单位夜间车位（类别相同、无偿）" in page.card.text.text()
    press(page, "约定资源", settle)
    made = form(page)
    box = made.controls["resource_id"]
    assert isinstance(box, QComboBox) and box.itemText(0) == "单位夜间车位"  # what fits stands first
    go(made, settle)
    assert states(page, "need") == ["已有回应"]
    assert names(page, "resource") == ["书法教室", "↔ 单位夜间车位"] or names(page, "resource") == [
        "↔ 单位夜间车位",
        "书法教室",
    ]
    assert "已约定：夜间停车不够" in page.undo_bar.words.text()
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert states(page, "need") == ["没有回应"]


def test_a_second_promise_is_told_why_not(page: ListsPage, store: Store, settle: Settle) -> None:
    (need,) = reading.needs(store)
    taken = next(row for row in reading.resources(store) if row.name == "单位夜间车位")
    lists.promise(store, taken.id, {"need_id": need.id})
    page.presenter.reload()
    settle()
    choose(page, "resource", "单位夜间车位", settle)
    press(page, "约给需求", settle)
    go(form(page), settle)
    assert "没有约上“单位夜间车位”：已约给别处。可以另约一项资源" in page.undo_bar.words.text()
    assert "没有约上：夜间停车不够" in page.card.text.text()
    assert "现在约给“夜间停车不够”" in page.card.text.text()  # who has it, and what can be done now
    assert "换个日子再约" in page.card.text.text()


def test_new_ones_are_written_with_the_keyboard(page: ListsPage, store: Store, settle: Settle) -> None:
    page.columns["need"].table.setFocus()
    QTest.keyClick(page.columns["need"].table, Qt.Key.Key_N)
    made = form(page)
    go(made, settle)
    assert made.fields["title"].error() or made.fields["category"].error()
    fill(made, title="想有个活动室", category="活动场地", wanted_by="12-31")
    go(made, settle)
    assert not made.isVisible() and "想有个活动室" in " ".join(names(page, "need"))
    row = next(row for row in reading.needs(store) if row.title == "想有个活动室")
    assert (row.category, row.wanted_by) == ("venue", "2026-12-31")
    page.activateWindow()
    page.columns["need"].table.setFocus()
    settle()
    QTest.keyClick(page.columns["need"].table, Qt.Key.Key_F2)
    settle()
    fill(form(page), title="想有个大活动室")
    go(form(page), settle)
    assert page.card.title.text() == "想有个大活动室"


def test_an_identity_number_is_not_kept(page: ListsPage, settle: Settle) -> None:
    button = page.columns["need"].new_button
    assert button is not None
    button.click()
    made = form(page)
    fill(made, title="证 11010519491231002X", category="停车")
    go(made, settle)
    assert made.isVisible() and made.fields["title"].error()


def test_a_task_is_published_from_a_need_claimed_and_done(
    page: ListsPage, store: Store, settle: Settle
) -> None:
    choose(page, "need", "夜间停车", settle)
    press(page, "发布任务", settle)
    made = form(page)
    fill(made, audience="partner_unit")
    go(made, settle)
    page.middle.choose("task")
    page._show_between("task")
    assert states(page, "task") == ["待认领"] and page.card.title.text() == "夜间停车不够"
    press(page, "认领", settle)
    go(form(page), settle)
    assert states(page, "task") == ["已认领"]
    press(page, "标为完成", settle)
    fill(form(page), result="错时停车开放了")
    go(form(page), settle)
    assert states(page, "task") == ["已完成"]


def test_a_project_says_what_is_missing_and_is_screened(
    page: ListsPage, store: Store, settle: Settle
) -> None:
    choose(page, "need", "夜间停车", settle)
    press(page, "立成项目", settle)
    go(form(page), settle)
    assert states(page, "project") == ["征集"]
    press(page, "拟订方案", settle)
    assert "申报前还要填：" in page.card.text.text() and "远期规划" in page.card.text.text()
    (row,) = reading_projects(store)
    whole: dict[str, Value] = {
        "fund_source": "dedicated", "applicant_org_id": org(store), "lead_type": "community", "lead_name": "社区",
        "goal": "停得下", "target_groups": "everybody", "content": "错时共享", "method": "共建",
        "effect_indicator": "车位",
        "effect_base": "0", "effect_target": "40", "long_term_plan": "续签",
        "start_on": "2026-12-01",
        "end_on": "2027-06-30",
    }  # fmt: skip
    projects.edit(store, row, {}, whole)
    page.presenter.reload()
    settle()
    press(page, "申报", settle)
    press(page, "开始过筛", settle)
    press(page, "填写过筛意见", settle)
    fill(form(page), decision="退回修改")
    go(form(page), settle)
    assert form(page).fields["reason"].error()
    fill(form(page), reason="成效写得太空")
    go(form(page), settle)
    assert states(page, "project") == ["退回修改"]
    assert not [button for button in page.card.verbs if "通过" in button.text()]


def reading_projects(store: Store) -> list[bytes]:
    from gridworker.store.queries.projects import projects as rows

    return [row.id for row in rows(store)]


def test_a_narrow_page_shows_one_list_and_all_are_reached_by_keys(page: ListsPage, settle: Settle) -> None:
    page.resize(700, 640)
    settle()
    shown = [kind for kind, column in page.columns.items() if column.isVisible()]
    assert shown == ["need"] and page.switch.isVisible() and not page.middle.isVisible()
    for kind in ("resource", "task", "project", "need"):
        QTest.keyClick(page, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
        assert [each for each, column in page.columns.items() if column.isVisible()] == [kind]


def test_sessions_and_money_are_added_to_a_running_project(
    page: ListsPage, store: Store, settle: Settle
) -> None:
    record = projects.add(store, {"title": "错时停车"}).record
    with store.database.write() as connection:  # as if it had gone all the way
        connection.exec_driver_sql("UPDATE project SET state = 'running' WHERE id = ?", (record,))
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    press(page, "记一场", settle)
    made = form(page)
    fill(made, head_count="26")
    go(made, settle)
    assert "服务 26 人次" in page.card.facts.accessibleName()
    press(page, "加经费", settle)
    made = form(page)
    fill(made, title="划线", planned_fen="一千")
    go(made, settle)
    assert made.fields["planned_fen"].error()
    fill(made, planned_fen="1,250.50")
    go(made, settle)
    assert "预算 1250.50 元" in page.card.text.text()
    press(page, "加节点", settle)
    fill(form(page), title="划线完工", due_on="2026-12-31")
    go(form(page), settle)
    assert "节点：划线完工，2026-12-31 未到" in page.card.text.text()


def test_one_record_is_chosen_in_one_list(page: ListsPage, settle: Settle) -> None:
    choose(page, "need", "夜间停车", settle)
    choose(page, "resource", "书法教室", settle)
    chosen = {k: bool(c.table.selectionModel().selectedRows()) for k, c in page.columns.items()}
    assert chosen == {"need": False, "resource": True, "task": False, "project": False}
    page.columns["need"].table.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert page.card.title.text() == "夜间停车不够"
    assert page.columns["need"].table.selectionModel().selectedRows()
    assert not page.columns["resource"].table.selectionModel().selectedRows()


def pick(page: ListsPage, words: str, settle: Settle) -> None:
    """Choose a part of a project in the little form that asks which."""
    asked = page.acts.of_project.form
    assert asked is not None
    box = asked.controls["part"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(next(n for n in range(box.count()) if words in box.itemText(n)))
    asked.go_button.click()
    settle()
    settle()


def test_parts_of_a_project_are_corrected_and_removed(page: ListsPage, store: Store, settle: Settle) -> None:
    record = projects.add(store, {"title": "错时停车"}).record
    projects.add_part(store, "project_milestone", record, {"title": "划线完工", "due_on": "2026-12-31"})
    projects.add_part(
        store, "project_budget", record, {"kind": "service", "title": "划线", "planned_fen": 125_050}
    )
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    press(page, "改明细", settle)
    pick(page, "划线完工", settle)
    fill(form(page), due_on="2027-01-15", done_on="2026-11-20")
    go(form(page), settle)
    with store.read() as connection:
        kept = connection.exec_driver_sql("SELECT title, due_on, done_on FROM project_milestone").fetchall()
    assert [tuple(row) for row in kept] == [("划线完工", "2027-01-15", "2026-11-20")]
    press(page, "改明细", settle)
    pick(page, "1250.50", settle)
    fill(form(page), planned_fen="1,300")
    go(form(page), settle)
    assert "预算 1300.00 元" in page.card.text.text()
    press(page, "删明细", settle)
    pick(page, "划线 ", settle)
    assert "预算" not in page.card.text.text()


def test_a_project_is_made_regular_and_its_year_closed(page: ListsPage, store: Store, settle: Settle) -> None:
    record = projects.add(store, {"title": "错时停车"}).record
    with store.database.write() as connection:  # as if it had gone all the way
        connection.exec_driver_sql("UPDATE project SET state = 'evaluated' WHERE id = ?", (record,))
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    press(page, "封存 2026 年", settle)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM closed_year WHERE deleted = 0").scalar() == 0
    press(page, "常态化", settle)
    assert form(page).controls["year"].text() == "2027"  # type: ignore[attr-defined]
    fill(form(page), continued_how="每年由物业接着办")
    go(form(page), settle)
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT year, state FROM project ORDER BY year").fetchall()
    assert [tuple(row) for row in rows] == [(2026, "continued"), (2027, "collected")]
    choose(page, "project", "错时停车", settle)
    page.presenter.choose("project", record)
    settle()
    press(page, "封存 2026 年", settle)
    assert not any("修改" in button.accessibleName() for button in page.card.verbs)
    press(page, "取消封存 2026 年", settle)
    assert any("修改" in button.accessibleName() for button in page.card.verbs)


def test_links_are_followed_there_and_back_by_keyboard(
    page: ListsPage, store: Store, scope: Scope, qtbot: QtBot, settle: Settle
) -> None:
    (need,) = reading.needs(store)
    resource = next(row for row in reading.resources(store) if row.name == "单位夜间车位")
    lists.promise(store, resource.id, {"need_id": need.id})
    about: dict[str, Value] = {
        "title": "夜间停车", "area_unit_id": scope.node_id, "raised_from": "demand", "level": "community",
    }  # fmt: skip
    issue = deliberation.raise_issue(store, about, (need.id,)).record
    page.presenter.reload()
    settle()
    choose(page, "need", "夜间停车", settle)
    first, second = (button.accessibleName() for button in page.card.links.buttons)
    assert first.startswith("打开相连的资源：单位夜间车位，")
    assert second.startswith("打开相连的议题：Y26-") and "夜间停车" in second
    page.activateWindow()
    QTest.keyClick(page, Qt.Key.Key_L)
    assert page.focusWidget() is page.card.links.buttons[0]
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Return)
    settle()
    assert page.presenter.wanted == ("resource", resource.id)
    assert page.focusWidget() is page.columns["resource"].table
    assert page.columns["resource"].table.current_key() == resource.id
    assert page.card.title.text() == "单位夜间车位"
    QTest.keyClick(page, Qt.Key.Key_L)  # the only link is followed at once
    settle()
    assert page.presenter.wanted == ("need", need.id)
    QTest.keyClick(page, Qt.Key.Key_L)
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    with qtbot.waitSignal(page.record_wanted) as led:
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Return)
    assert led.args == ["issue", issue]
    page.let_go()
    settle()
    assert not page.card.links.isVisible() and not page.card.links.buttons


def test_a_long_list_is_read_on_at_its_end_by_keyboard(page: ListsPage, store: Store, settle: Settle) -> None:
    first = reading.needs(store)[0]
    for number in range(15):
        lists.add_need(store, {"title": f"需求 {number}", "category": "parking"})
    page._source.extents = Extents(6)
    page.presenter.reload()
    settle()
    table = page.columns["need"].table
    assert len(names(page, "need")) == 6
    assert page.columns["need"].header.facts.accessibleName().startswith("16 条")
    table.setFocus()
    for read, row in ((12, 5), (16, 11)):
        QTest.keyClick(table, Qt.Key.Key_End, CTRL)
        settle()
        assert len(names(page, "need")) == read
        assert table.currentIndex().row() == row  # whoever was on a row stays there
    QTest.keyClick(table, Qt.Key.Key_End, CTRL)
    settle()
    assert page.presenter.wanted == ("need", first.id)
    page.presenter.reload()
    settle()
    assert len(names(page, "need")) == 16


def test_a_link_leads_to_a_record_far_down_its_list(page: ListsPage, store: Store, settle: Settle) -> None:
    first = reading.needs(store)[0]
    for number in range(15):
        lists.add_need(store, {"title": f"需求 {number}", "category": "parking"})
    page._source.extents = Extents(4)
    page.presenter.reload()
    settle()
    page.open_record("need", first.id)
    settle()
    assert page.columns["need"].table.current_key() == first.id
    assert page.card.title.text() == "夜间停车不够"
    press(page, "约定资源", settle)
    offered = form(page).controls["resource_id"]
    assert isinstance(offered, QComboBox) and offered.count() == 2


def test_a_promise_is_given_taken_again_and_let_go_of(page: ListsPage, store: Store, settle: Settle) -> None:
    (need,) = reading.needs(store)
    for name in ("单位夜间车位", "书法教室"):
        resource = next(row for row in reading.resources(store) if row.name == name)
        lists.promise(store, resource.id, {"need_id": need.id})
    page.presenter.reload()
    settle()
    choose(page, "need", "夜间停车", settle)
    words = [button.accessibleName() for button in page.card.verbs]
    assert {"已提供：单位夜间车位…", "取消约定：书法教室…"} <= set(words)
    press(page, "已提供：单位夜间", settle)
    go(form(page), settle)  # today is filled in already
    (given,) = (one for one in reading.promises(store, of="need", record_id=need.id) if one.state == "given")
    assert given.resource == "单位夜间车位"
    press(page, "改回约定", settle)
    settle()
    assert {one.state for one in reading.promises(store, of="need", record_id=need.id)} == {"confirmed"}
    press(page, "取消约定：书法", settle)
    made = form(page)
    go(made, settle)
    assert made.isVisible()  # why is asked for
    fill(made, end_reason="改用别的")
    go(made, settle)
    released = [
        one.resource
        for one in reading.promises(store, of="need", record_id=need.id)
        if one.state == "released"
    ]
    assert released == ["书法教室"]
    assert not any("书法教室" in (button.accessibleName()) for button in page.card.verbs)


def test_a_claim_is_given_up_by_whoever_made_it(page: ListsPage, store: Store, settle: Settle) -> None:
    task = lists.publish_task(store, {"title": "量坡道", "audience": "partner_unit"}).record
    lists.claim(store, task, org(store))
    page.open_record("task", task)
    settle()
    press(page, "放弃认领", settle)
    fill(form(page), end_reason="忙不过来")
    go(form(page), settle)
    (row,) = reading.tasks(store)
    assert (row.status, [claim.state for claim in row.claims]) == ("published", ["released"])
    assert not any("放弃认领" in button.accessibleName() for button in page.card.verbs)


def test_what_is_linked_comes_into_sight(page: ListsPage, store: Store, settle: Settle) -> None:
    (need,) = reading.needs(store)
    linked = projects.add(store, {"title": "错时停车"}, (need.id,)).record
    for number in range(20):
        projects.add(store, {"title": f"项目 {number}"})
    page.presenter.reload()
    settle()
    table = page.columns["project"].table
    at = next(n for n, line in enumerate(table.lines()) if line.key == linked)
    row = table.model().index(at, 0)
    assert not table.viewport().rect().intersects(table.visualRect(row))
    choose(page, "need", "夜间停车", settle)
    assert table.lines()[at].cells[0] == "↔ 错时停车"
    row = table.model().index(at, 0)
    assert table.viewport().rect().contains(table.visualRect(row))


def keys_of(page: ListsPage) -> dict[str, str]:
    return {button.accessibleName(): button.accessibleDescription() for button in page.card.verbs}


def test_digits_take_the_steps_that_bear_them(page: ListsPage, settle: Settle) -> None:
    choose(page, "need", "夜间停车", settle)
    shown = keys_of(page)
    assert shown["约定资源…"] == "1" and shown["发布任务…"] == "2" and shown["修改…"] == "F2"
    assert shown["删除"] == ""  # nobody deletes by a slip of the finger
    QTest.keyClick(page.columns["need"].table, Qt.Key.Key_2)
    assert form(page).windowTitle() == "发布任务"
    form(page).reject()
    for digit in ("9", "1"):  # nothing bears the first
        assert page.answer(QKeySequence(digit))
    settle()
    assert form(page).windowTitle() == "约定资源：夜间停车不够"


def test_the_keys_reach_the_tasks_too(page: ListsPage, settle: Settle) -> None:
    page.columns["need"].table.setFocus()
    went = []
    for _ in range(4):
        assert page.answer(QKeySequence("Ctrl+Tab"))
        settle()
        went.append(next(kind for kind, column in page.columns.items() if column.has_keys()))
        if went[-1] == "task":  # none yet: the keys are there all the same
            assert page.answer(QKeySequence("N")) and form(page).windowTitle() == "发布任务"
            form(page).reject()
    assert went == ["resource", "task", "project", "need"]
    assert page.columns["task"].isVisible() is True and page.middle.current() == "task"


def test_a_project_says_what_it_lacks_and_answers_a_need_from_its_own_card(
    page: ListsPage, store: Store, settle: Settle
) -> None:
    record = projects.add(store, {"title": "错时停车"}).record
    projects.move(store, record, "draft")
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    assert "申报前还要填：经费来源" in page.card.text.text() and "至少对应一条需求" in page.card.text.text()
    words = [button.accessibleName() for button in page.card.verbs]
    assert words[0] == "修改…" and "申报" not in words  # first what is missing
    press(page, "对应需求", settle)
    go(form(page), settle)
    assert "至少对应一条需求" not in page.card.text.text() and "↔ 夜间停车不够" in names(page, "need")
    press(page, "取消对应", settle)
    go(form(page), settle)
    assert "至少对应一条需求" in page.card.text.text()
    press(page, "修改", settle)
    made = form(page)
    assert made.fields["goal"].note.text() == "申报前填"
    fill(made, start_on="2026-12-31", end_on="2026-12-01")
    go(made, settle)
    assert "不能早于开始日期" in made.fields["end_on"].error() and made.isVisible()
    made.reject()


def test_what_the_server_answers_is_told_when_it_comes(
    page: ListsPage, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = page.acts.requests._source
    kept, answer = source.promise, ["requested", ""]
    monkeypatch.setattr(source, "promise", lambda *given: replace(kept(*given), state="requested"))
    monkeypatch.setattr(source, "answer", lambda *_: tuple(answer))
    choose(page, "need", "夜间停车", settle)
    press(page, "约定资源", settle)
    go(form(page), settle)
    assert "等服务器确认：夜间停车不够" in page.undo_bar.words.text()
    answer[:] = ["refused", "promised_already"]
    page.presenter.reload()
    settle()
    assert page.undo_bar.words.text().startswith("没有约上“单位夜间车位”：已约给别处。可以另约一项资源")
    page.undo_bar.hide()
    page.presenter.reload()
    settle()
    assert page.undo_bar.isHidden()  # once is enough


def test_a_task_says_who_wanted_it_and_who_has_it(page: ListsPage, store: Store, settle: Settle) -> None:
    task = lists.publish_task(store, {"title": "缺座椅", "audience": "partner_unit"}).record
    lists.claim(store, task, org(store), "我们有木料")
    lists.claim(store, task, org(store))
    page.presenter.reload()
    settle()
    page.open_record("task", task)
    settle()
    told = page.card.text.text()
    assert "我们有木料" in told and "没有认领上：已被别的单位认领。现在由" in told


def test_what_a_screening_found_is_to_be_read(page: ListsPage, store: Store, settle: Settle) -> None:
    need = reading.needs(store)[0].id
    record = projects.add(
        store, {**WHOLE, "title": "错时停车", "applicant_org_id": org(store)}, (need,)
    ).record
    for event in ("draft", "submit"):
        projects.move(store, record, event)
    projects.begin_screening(store, record)
    me = store.known.member_id
    assert me is not None
    projects.screen(store, record, me, ("need_evidence",), "rejected", "只是一次活动")
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    told = page.card.text.text()
    assert "第 1 轮过筛：不通过；只是一次活动；没有满足：不止一场，或有长期成果" in told
    assert "远期规划：" in told


def test_an_amount_that_is_none_and_an_empty_needed_field_are_said_under_it(
    page: ListsPage, store: Store, settle: Settle
) -> None:
    need = reading.needs(store)[0].id
    record = projects.add(
        store, {**WHOLE, "title": "错时停车", "applicant_org_id": org(store)}, (need,)
    ).record
    for event in ("draft", "submit"):
        projects.move(store, record, event)
    projects.begin_screening(store, record)
    me = store.known.member_id
    assert me is not None
    projects.screen(store, record, me, CHECKLIST, "approved")
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    assert page.card.verbs[0].accessibleName() == "启动"  # first it is begun
    press(page, "记一场", settle)
    go(form(page), settle)
    assert form(page).fields["head_count"].error() == "必须填写"
    form(page).reject()
    press(page, "加经费", settle)
    made = form(page)
    fill(made, title="架子", planned_fen="12.345")
    go(made, settle)
    assert "金额" in made.fields["planned_fen"].error() and made.go_button.isEnabled()
    fill(made, planned_fen="1,200.50", actual_fen="千二")
    go(made, settle)
    assert "金额" in made.fields["actual_fen"].error()
    fill(made, actual_fen="1000.05")
    go(made, settle)
    assert not made.isVisible() and "预算 1200.50 元 · 已支出 1000.05 元" in page.card.text.text()


def test_a_task_is_done_once_somebody_has_it(page: ListsPage, store: Store, settle: Settle) -> None:
    task = lists.publish_task(store, {"title": "缺座椅", "audience": "partner_unit"}).record
    page.presenter.reload()
    settle()
    page.open_record("task", task)
    settle()
    assert list(keys_of(page))[:2] == ["认领…", "撤回…"]
    lists.claim(store, task, org(store))
    page.presenter.reload()
    settle()
    assert next(iter(keys_of(page))) == "标为完成…" and "放弃认领…" in keys_of(page)
    lists.finish_task(store, task, "装好了")
    page.presenter.reload()
    settle()
    assert not any("放弃认领" in words for words in keys_of(page))
    assert page.card.verbs[0].kind == "plain"  # publishing again is no next step


def test_a_closed_year_offers_nothing_and_says_why(page: ListsPage, store: Store, settle: Settle) -> None:
    projects.add(store, {**WHOLE, "title": "错时停车", "year": 2025, "applicant_org_id": org(store)})
    projects.close_year(store, 2025)
    page.presenter.reload()
    settle()
    choose(page, "project", "错时停车", settle)
    assert list(keys_of(page)) == ["取消封存 2025 年"]
    assert "2025 年已封存" in page.card.text.text() and "预期成效：车位 0 → 40" in page.card.text.text()
    assert page.answer(QKeySequence("F2")) and page.acts.form is None
    assert "已封存" in page.undo_bar.words.text()


def test_what_has_no_field_is_seen_in_a_long_form_too(
    page: ListsPage, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise FieldInvalid(entity="project", record="", field="year", reason="year_closed")

    monkeypatch.setattr(page.acts._source, "add", broken)
    page.new_of("project")
    made = form(page)
    fill(made, title="错时停车")
    go(made, settle)
    assert made.failure.text() and not made.failure.visibleRegion().isEmpty()
    made.reject()
