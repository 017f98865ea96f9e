"""Deliberation on one page: an issue goes from 提 to 落 by buttons and keys, meetings refuse what may not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gridworker.models.deliberation import STAGES
from gridworker.models.op import Value
from gridworker.services import deliberation, lists
from gridworker.store.queries import deliberation as reading
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.deliberation.attendance import AttendanceForm
from gridworker.ui.pages.deliberation.page import DeliberationPage
from gridworker.ui.pages.deliberation.source import DeliberationSource
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.paging import Extents
from gridworker.ui.pages.record_form import RecordForm
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
SHIFT_TAB = Qt.KeyboardModifier.ControlModifier


def raised(store: Store, scope: Scope, title: str) -> bytes:
    values: dict[str, Value] = {
        "title": title, "area_unit_id": scope.node_id, "raised_from": "demand", "level": "community",
    }  # fmt: skip
    return deliberation.raise_issue(store, values).record


def accepted(store: Store, scope: Scope, title: str) -> bytes:
    record = raised(store, scope, title)
    deliberation.move_issue(store, record, "review")
    deliberation.move_issue(store, record, "accept")
    return record


def planned(store: Store, scope: Scope, issue: bytes, held_on: str) -> bytes:
    me = store.known.member_id
    values: dict[str, Value] = {
        "kind": "yard", "area_unit_id": scope.node_id, "held_on": held_on, "place_text": "小区会客厅",
        "convenor_id": me, "chair_id": me, "recorder_id": me,
    }  # fmt: skip
    return deliberation.plan_meeting(store, values, (issue,)).record


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> DeliberationPage:
    issue = accepted(store, scope, "电动车坡道太陡")
    raised(store, scope, "楼道堆物")
    planned(store, scope, issue, "2026-11-20")
    made = DeliberationPage(theme, zh, background, DeliberationSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1240, 660)
    made.show()
    made.show_scope(scope)
    settle()
    return made


def names(page: DeliberationPage, kind: str) -> list[str]:
    return [line.cells[0] for line in page.columns[kind].table.lines()]


def states(page: DeliberationPage, kind: str) -> list[str]:
    return [line.cells[-1] for line in page.columns[kind].table.lines()]


def choose(page: DeliberationPage, kind: str, name: str, settle: Settle) -> None:
    at = next(n for n, each in enumerate(names(page, kind)) if name in each)
    table = page.columns[kind].table
    table.choose(at)
    table.clicked.emit(table.currentIndex())
    settle()


def verbs(page: DeliberationPage) -> list[str]:
    return [button.accessibleName() or button.text() for button in page.card.verbs]


def press(page: DeliberationPage, words: str, settle: Settle) -> None:
    at = next(n for n, each in enumerate(verbs(page)) if words in each)
    page.card.verbs[at].click()
    settle()


def form(page: DeliberationPage) -> RecordForm:
    assert isinstance(page.acts.form, RecordForm)
    return page.acts.form


def fill(made: RecordForm, **values: str) -> None:
    for name, value in values.items():
        control = made.controls[name]
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findText(value))
            assert control.currentText() == value
        elif isinstance(control, GuardedText):
            control.set_text(value)
        else:
            assert isinstance(control, QLineEdit)
            control.setText(value)


def go(made: RecordForm | AttendanceForm, settle: Settle) -> None:
    made.go_button.click()
    settle()
    settle()


def test_issues_stand_by_stage_and_are_limited_to_one(page: DeliberationPage, settle: Settle) -> None:
    assert names(page, "issue") == ["楼道堆物", "电动车坡道太陡"]
    assert states(page, "issue") == ["提", "审·已受理"]
    page.stages.choose("reviewing")
    page.stages.chosen.emit("reviewing")
    assert names(page, "issue") == ["电动车坡道太陡"]


def test_only_legal_steps_are_buttons_and_are_taken_back(page: DeliberationPage, settle: Settle) -> None:
    choose(page, "issue", "楼道堆物", settle)
    assert verbs(page)[0].startswith("开始审议题") and not any("议定" in each for each in verbs(page))
    press(page, "开始审议题", settle)
    assert "审" in states(page, "issue")
    press(page, "不予立题", settle)
    go(form(page), settle)
    assert form(page).fields["review_reason"].error()
    fill(form(page), review_reason="已由物业当场清走")
    go(form(page), settle)
    assert "审·不予立题" in states(page, "issue")
    assert "不予立题" in page.undo_bar.words.text()
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert "审·不予立题" not in states(page, "issue")


def test_a_meeting_is_refused_in_the_words_of_the_rule_and_then_held(
    page: DeliberationPage, store: Store, settle: Settle
) -> None:
    choose(page, "meeting", "坝坝会", settle)
    press(page, "发通知", settle)
    made = form(page)
    go(made, settle)
    assert made.isVisible() and "3" in made.fields["notice_on"].error()
    fill(made, short_notice_reason="已在群里约好")
    go(made, settle)
    assert not made.isVisible() and states(page, "meeting") == ["已通知"]
    press(page, "召开", settle)
    said = page.undo_bar.words.text()
    assert "先登记到会人数" in said and "不能办“召开”" in said and "现在可以：" in said and "取消会议" in said
    press(page, "登记到会", settle)
    counting = page.acts.form
    assert isinstance(counting, AttendanceForm)
    counting.heads["resident"].setText("十一")
    go(counting, settle)
    assert counting.isVisible() and counting.fields["resident"].error() == "要填数字"
    counting.heads["resident"].setText("11")
    counting.heads["property"].setText("2")
    go(counting, settle)
    assert "居民代表 11 人" in page.card.text.text()
    press(page, "召开", settle)
    press(page, "记专家意见", settle)
    go(form(page), settle)
    assert form(page).isVisible() and form(page).fields["advice"].error() == "必须填写"
    fill(form(page), advice="坡度不超过 1:12")
    go(form(page), settle)
    assert "意见：坡度不超过 1:12" in page.card.text.text()
    choose(page, "issue", "电动车坡道太陡", settle)
    press(page, "提交议事", settle)
    choose(page, "meeting", "坝坝会", settle)
    press(page, "记表决", settle)
    made = form(page)
    fill(made, votes_for="20")
    go(made, settle)
    assert made.isVisible()  # more votes than people
    fill(made, votes_for="10", votes_against="2")
    go(made, settle)
    assert not made.isVisible() and "赞成 10，反对 2" in page.card.text.text()
    press(page, "记决议", settle)
    made = form(page)
    fill(made, task_text="在地面划出车棚", due_on="2026-01-31")
    go(made, settle)
    assert made.fields["due_on"].error() == "不能早于开会那天"
    fill(made, due_on="2026-12-31")
    go(made, settle)
    assert names(page, "resolution")[-1].endswith("在地面划出车棚")
    assert "整改率 0/1 = 0.0%" in page.columns["resolution"].header.facts.accessibleName()
    choose(page, "resolution", "车棚", settle)
    press(page, "记进展", settle)
    fill(form(page), text="已划线")
    go(form(page), settle)
    assert "已划线" in page.card.text.text()
    press(page, "完成", settle)
    fill(form(page), evidence="车棚已启用")
    go(form(page), settle)
    assert states(page, "resolution") == ["已完成"]
    assert "1/1 = 100.0%" in page.columns["resolution"].header.facts.accessibleName()


def test_what_is_past_its_day_says_so(
    page: DeliberationPage, store: Store, scope: Scope, settle: Settle
) -> None:
    (row,) = reading.meetings(store)
    (issue,) = [one.id for one in reading.issues(store) if one.state == "accepted"]
    deliberation.move_meeting(store, row.id, "call", short_notice_reason="水管爆了")
    deliberation.set_attendance(store, row.id, [{"capacity": "resident", "head_count": 5}])
    deliberation.move_meeting(store, row.id, "hold")
    with store.read() as connection:
        org = connection.exec_driver_sql("SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid").scalar()
    late: dict[str, Value] = {"task_text": "补路灯", "owner_org_id": org, "due_on": "2026-11-01"}
    deliberation.add_resolution(store, issue, row.id, late)
    page.presenter.reload()
    settle()
    assert states(page, "resolution") == ["已超期"]
    assert "1 件超期" in page.columns["resolution"].header.facts.accessibleName()


def test_new_ones_are_written_with_the_keyboard(page: DeliberationPage, store: Store, settle: Settle) -> None:
    page.columns["issue"].table.setFocus()
    QTest.keyClick(page.columns["issue"].table, Qt.Key.Key_N)
    made = form(page)
    go(made, settle)
    assert made.fields["title"].error()
    fill(made, title="想要一个晾衣架")
    go(made, settle)
    assert page.card.title.text() == "想要一个晾衣架" and not made.isVisible()
    page.activateWindow()
    page.columns["meeting"].table.setFocus()
    settle()
    QTest.keyClick(page.columns["meeting"].table, Qt.Key.Key_N)
    made = form(page)
    fill(made, held_on="2026-11-30")
    go(made, settle)
    assert len(reading.meetings(store)) == 2
    assert "发通知前还要填" in page.card.text.text()
    assert not any("发通知" in each for each in verbs(page))  # no button for what cannot be done yet
    press(page, "加进议程", settle)
    go(form(page), settle)
    assert "议程：电动车坡道太陡" in page.card.text.text()


def test_a_meeting_is_planned_for_an_issue_and_a_need_linked(
    page: DeliberationPage, store: Store, settle: Settle
) -> None:
    lists.add_need(store, {"title": "坡道太陡", "category": "safety"})
    page.presenter.reload()
    settle()
    choose(page, "issue", "电动车坡道太陡", settle)
    press(page, "对应到需求", settle)
    go(form(page), settle)
    assert "来自需求：" in page.card.text.text()
    press(page, "筹备议事会", settle)
    fill(form(page), held_on="2026-11-30")
    go(form(page), settle)
    assert "议程：电动车坡道太陡" in page.card.text.text()


def test_papers_are_asked_for_where_there_is_something_to_print(
    page: DeliberationPage, store: Store, settle: Settle
) -> None:
    asked: list[tuple[str, bytes]] = []
    page.paper_wanted.connect(lambda name, record: asked.append((name, bytes(record))))
    choose(page, "issue", "楼道堆物", settle)
    assert not any("打印" in each for each in verbs(page))
    choose(page, "meeting", "坝坝会", settle)
    assert not any("纪要" in each for each in verbs(page))
    press(page, "打印议程", settle)
    assert asked == [("agenda", reading.meetings(store)[0].id)]


def test_all_lists_are_reached_by_keys(page: DeliberationPage, settle: Settle) -> None:
    page.resize(700, 640)
    settle()
    assert [kind for kind, column in page.columns.items() if column.isVisible()] == ["issue"]
    for kind in ("meeting", "resolution", "issue"):
        QTest.keyClick(page, Qt.Key.Key_Tab, SHIFT_TAB)
        settle()
        assert [each for each, column in page.columns.items() if column.isVisible()] == [kind]
    page.columns["issue"].table.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    QTest.keyClick(page.columns["issue"].table, Qt.Key.Key_Return)
    assert page.card.verbs and page.card.verbs[0].hasFocus()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert page.presenter.wanted is None


def test_what_is_linked_already_is_not_offered_again(
    page: DeliberationPage, store: Store, settle: Settle
) -> None:
    choose(page, "issue", "电动车坡道太陡", settle)
    assert not any("排进已有" in each or "对应到需求" in each for each in verbs(page))
    choose(page, "meeting", "坝坝会", settle)
    assert not any("加进议程" in each for each in verbs(page)) and any(
        "移出议程" in each for each in verbs(page)
    )
    press(page, "移出议程", settle)
    go(form(page), settle)
    assert "还没有议程" in page.card.text.text()
    press(page, "加进议程", settle)
    go(form(page), settle)
    assert "议程：电动车坡道太陡" in page.card.text.text()


def test_an_agenda_has_another_order(
    page: DeliberationPage, store: Store, scope: Scope, settle: Settle
) -> None:
    choose(page, "meeting", "坝坝会", settle)
    assert not any("调整议程顺序" in each for each in verbs(page))  # of one
    accepted(store, scope, "夜间噪音")
    page.presenter.reload()
    settle()
    choose(page, "issue", "夜间噪音", settle)
    choose(page, "meeting", "坝坝会", settle)
    press(page, "加进议程", settle)
    go(form(page), settle)
    assert "议程：电动车坡道太陡、夜间噪音" in page.card.text.text()
    press(page, "调整议程顺序", settle)
    fill(form(page), issue_id="夜间噪音", sort_no="1")
    go(form(page), settle)
    assert "议程：夜间噪音、电动车坡道太陡" in page.card.text.text()


def test_a_need_is_unlinked_again(page: DeliberationPage, store: Store, settle: Settle) -> None:
    lists.add_need(store, {"title": "坡道太陡", "category": "safety"})
    page.presenter.reload()
    settle()
    choose(page, "issue", "电动车坡道太陡", settle)
    assert not any("取消对应" in each for each in verbs(page))
    press(page, "对应到需求", settle)
    go(form(page), settle)
    press(page, "取消对应需求", settle)
    go(form(page), settle)
    assert "来自需求：" not in page.card.text.text()


def test_pages_of_issues_and_resolutions_join_in_their_order(
    page: DeliberationPage, store: Store, scope: Scope
) -> None:
    for number in range(4):
        (raised if number % 2 else accepted)(store, scope, f"议题 {number}")
    source = DeliberationSource(store)
    source.scope = scope
    whole = source.board()
    assert [row.stage for row in whole.issues] == sorted(
        (row.stage for row in whole.issues), key=STAGES.index
    )
    assert (
        whole.counts == {stage: sum(row.stage == stage for row in whole.issues) for stage in STAGES}
        and sum(whole.counts.values()) == len(whole.issues) == 6
    )
    assert whole.coming == 1
    for kind in ("issue", "meeting", "resolution"):
        source.extents = Extents(1)
        board = source.board()
        for _ in range(8):
            board = source.further(kind, board)
        assert [row.id for row in board.rows(kind)] == [row.id for row in whole.rows(kind)]
    source.stage, source.extents = "raised", Extents()
    assert {row.stage for row in source.board().issues} == {"raised"}
    assert source.board().counts == whole.counts


def test_digits_take_the_steps_that_bear_them(page: DeliberationPage, settle: Settle) -> None:
    choose(page, "issue", "楼道堆物", settle)
    shown = {button.accessibleName(): button.accessibleDescription() for button in page.card.verbs}
    assert next(iter(shown.values())) == "1" and shown["删除"] == "" and shown["修改…"] == "F2"
    QTest.keyClick(page.columns["issue"].table, Qt.Key.Key_1)
    settle()
    assert "审" in states(page, "issue")[0]
