"""The page of what was referred here, by keyboard: taken on, handled, replied to, given back and taken back, several at
once, joint submissions from end to end, and what stays of a demand that was routed away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from gridworker.services import demands as services
from gridworker.services import packages, referrals
from gridworker.services.demands import DemandForm
from gridworker.store.queries import packages as package_reading
from gridworker.store.queries import tree
from gridworker.store.queries.demand_detail import demand
from gridworker.store.queries.referrals import ReferralRow
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.desk_pages import DeskPages
from gridworker.ui.desk_rounds import DEMANDS, REFERRALS
from gridworker.ui.pages.ask_form import AskForm
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.referrals.page import ReferralsPage
from gridworker.ui.pages.referrals.source import PACKAGE, RECEIVED, ReferralsSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def root_of(store: Store) -> bytes:
    return next(node.id for node in tree.area_tree(store) if node.parent_id is None)


def referred(store: Store, title: str, level: str = "community") -> bytes:
    """A demand referred to the community; its id."""
    with store.read() as connection:
        home = connection.exec_driver_sql("SELECT id FROM household WHERE deleted = 0 LIMIT 1").scalar()
    assert isinstance(home, bytes)
    made = services.register(
        store,
        DemandForm(
            ("household_id", home), title, title, "repair", reporter="outside", reporter_name="王演示"
        ),
    )
    services.refer_up(store, made.demand_id, root_of(store), level, "本级办不了")
    return made.demand_id


@pytest.fixture
def made(store: Store) -> list[bytes]:
    for row in inbox(store):  # what the practice community has of its own
        referrals.give_back(store, row.id, "不归这里")
    return [referred(store, title) for title in ("坡道太陡", "路灯不亮", "井盖松动")]


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, whole: Scope,
    made: list[bytes], settle: Settle,
) -> ReferralsPage:  # fmt: skip
    shown = ReferralsPage(theme, zh, background, ReferralsSource(store))
    qtbot.addWidget(shown)
    shown.changed.connect(shown.records_changed)
    shown.resize(1240, 660)
    shown.show()
    shown.show_scope(whole)
    settle()
    return shown


def test_the_only_row_is_shown_to_whoever_comes_by_keys(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, whole: Scope,
    made: list[bytes], settle: Settle,
) -> None:  # fmt: skip
    for row in inbox(store)[1:]:
        if row.state == "open":
            referrals.give_back(store, row.id, "不归这里")
    (only,) = inbox(store, states=("open",))
    shown = ReferralsPage(theme, zh, background, ReferralsSource(store))
    qtbot.addWidget(shown)
    shown.resize(1240, 660)
    shown.show()
    shown.activateWindow()
    table = shown.columns[RECEIVED].table
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    shown.show_scope(whole)
    settle()
    assert shown.presenter.wanted == (RECEIVED, only.id)
    shown.let_go()
    settle()
    assert not shown.card.verbs
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle()
    assert shown.presenter.wanted == (RECEIVED, only.id) and not shown.card.verbs[0].hasFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert shown.card.verbs[0].hasFocus()


def test_the_keys_stay_with_what_can_be_done_after_a_step(page: ReferralsPage, settle: Settle) -> None:
    choose(page, 0, settle)
    page.activateWindow()
    QTest.keyClick(page.columns[RECEIVED].table, Qt.Key.Key_Return)
    before = page.card.verbs[0]
    assert before.hasFocus()
    QTest.keyClick(before, Qt.Key.Key_1)
    settle()
    assert page.window().focusWidget() is page.card.verbs[0] is not before
    page.let_go()
    settle()
    assert page.columns[RECEIVED].table.hasFocus()


def choose(page: ReferralsPage, at: int, settle: Settle, *, more: int = 0) -> list[ReferralRow]:
    """Go to a row of what was referred by keyboard, and take `more` of the following along."""
    table = page.columns[RECEIVED].table
    table.setFocus()
    table.choose(0)
    for _ in range(at):
        QTest.keyClick(table, Qt.Key.Key_Down)
    for _ in range(more):
        QTest.keyClick(table, Qt.Key.Key_Down, SHIFT)
    settle()
    assert page.presenter.board is not None
    return list(page.presenter.board.received)[at : at + 1 + more]


def press(page: ReferralsPage, key: Qt.Key, settle: Settle) -> None:
    page.activateWindow()
    settle()
    QTest.keyClick(page, key)
    settle()


def fill(page: ReferralsPage, settle: Settle, **values: str | int) -> AskForm:
    form = page.acts.form
    assert form is not None
    for name, value in values.items():
        control = form.controls[name]
        if isinstance(control, GuardedText):
            control.set_text(str(value))
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(int(value))
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    settle()
    return form


def words(page: ReferralsPage) -> list[str]:
    return [button.accessibleName() for button in page.card.verbs]


def test_it_is_taken_on_handled_and_replied_to_by_keyboard(
    page: ReferralsPage, store: Store, made: list[bytes], settle: Settle
) -> None:
    (row,) = choose(page, 0, settle)
    assert words(page)[:2] == ["接收", "退回…"]
    press(page, Qt.Key.Key_1, settle)
    assert demand(store, row.demand_id).row.referral == "accepted"
    assert "接收" in page.undo_bar.words.text()
    press(page, Qt.Key.Key_1, settle)
    assert fill(page, settle, result_text="已改缓").isHidden()
    assert demand(store, row.demand_id).row.state == "handled"
    press(page, Qt.Key.Key_1, settle)
    fill(page, settle, reply_channel=0)
    assert demand(store, row.demand_id).row.state == "replied"
    assert [one.state for one in inbox(store)] == ["open", "open"]


def test_a_step_is_taken_back(page: ReferralsPage, store: Store, settle: Settle) -> None:
    (row,) = choose(page, 0, settle)
    press(page, Qt.Key.Key_1, settle)
    page.undo_bar.undo_button.click()
    settle()
    settle()
    assert demand(store, row.demand_id).row.referral == "open"


def test_giving_back_needs_a_reason(page: ReferralsPage, store: Store, settle: Settle) -> None:
    (row,) = choose(page, 0, settle)
    press(page, Qt.Key.Key_2, settle)
    form = fill(page, settle)
    assert form.isVisible()
    assert demand(store, row.demand_id).row.referral == "open"
    fill(page, settle, returned_why="不归社区")
    assert form.isHidden()
    assert demand(store, row.demand_id).row.referral == "returned"


def test_who_reported_is_not_shown(page: ReferralsPage, settle: Settle) -> None:
    choose(page, 0, settle)
    assert "没有提供给本单位" in page.card.text.text()
    assert "王演示" not in page.card.text.text() + page.card.title.text()


def test_several_are_handled_at_once(
    page: ReferralsPage, store: Store, made: list[bytes], settle: Settle
) -> None:
    rows = choose(page, 0, settle, more=2)
    assert len(rows) == 3
    assert page.card.title.text() == "选了 3 件，一起办"
    assert words(page) == ["一起接收", "一起办理…", "综合提报…"]
    press(page, Qt.Key.Key_2, settle)
    fill(page, settle, result_text="三处一起改")
    assert {demand(store, one).row.state for one in made} == {"handled"}
    assert {demand(store, one).values["result_text"] for one in made} == {"三处一起改"}


def test_a_joint_submission_from_end_to_end(
    page: ReferralsPage, store: Store, made: list[bytes], settle: Settle
) -> None:
    choose(page, 0, settle, more=1)
    press(page, Qt.Key.Key_J, settle)
    form = fill(page, settle)
    assert form.isVisible()  # it needs a name
    fill(page, settle, title="两处一起改")
    (row,) = package_reading.packages(store)
    assert (row.title, row.state, row.count) == ("两处一起改", "collecting", 2)
    assert page.presenter.wanted == (PACKAGE, row.id)
    assert words(page)[0] == "提报"
    press(page, Qt.Key.Key_1, settle)
    assert words(page) == ["统一办理…", "收回再汇集"]
    press(page, Qt.Key.Key_1, settle)
    fill(page, settle, handling="一起改缓")
    assert package_reading.packages(store)[0].state == "handled"
    press(page, Qt.Key.Key_1, settle)
    fill(page, settle, feedback="都改好了")
    assert package_reading.packages(store)[0].state == "fed_back"
    assert sorted(demand(store, one).row.state for one in made) == ["registered", "replied", "replied"]


def test_everything_leaves_a_joint_submission(page: ReferralsPage, store: Store, settle: Settle) -> None:
    rows = choose(page, 0, settle, more=1)
    package = packages.collect(
        store, root_of(store), "两处一起改", packages.Members(referrals=[row.id for row in rows])
    ).record
    page.presenter.reload()
    page.open_record(PACKAGE, package)
    settle()
    at = words(page).index("全部移出")
    page.card.verbs[at].click()
    settle()
    settle()
    assert package_reading.package(store, package).members == ()


def test_what_is_over_is_listed_when_it_is_wanted(page: ReferralsPage, store: Store, settle: Settle) -> None:
    (row,) = choose(page, 0, settle)
    referrals.give_back(store, row.id, "不归社区")
    page.presenter.reload()
    settle()
    assert len(page.columns[RECEIVED].table.lines()) == 2
    page.every.button("every").click()
    settle()
    assert row.id in {line.key for line in page.columns[RECEIVED].table.lines()}


def test_a_narrow_page_shows_one_list(page: ReferralsPage, settle: Settle) -> None:
    page.resize(760, 600)
    settle()
    assert [kind for kind, column in page.columns.items() if column.isVisible()] == [RECEIVED]
    QTest.keyClick(page, Qt.Key.Key_Tab, CTRL)
    settle()
    assert [kind for kind, column in page.columns.items() if column.isVisible()] == [PACKAGE]


def test_escape_lets_go_then_leaves(page: ReferralsPage, qtbot: QtBot, settle: Settle) -> None:
    choose(page, 0, settle)
    QTest.keyClick(page, Qt.Key.Key_Escape)
    settle()
    assert page.presenter.wanted is None and page.card.verbs == []
    with qtbot.waitSignal(page.left, timeout=1000):
        QTest.keyClick(page, Qt.Key.Key_Escape)


@pytest.mark.parametrize(("only", "tabs"), [(None, False), (("referrals", "lists", "sync"), True)])
def test_the_street_has_a_tab_of_its_own(
    theme: Theme, zh: Wording, background: Background, store: Store, only: tuple[str, ...] | None, tabs: bool
) -> None:
    pages = DeskPages(theme, zh, background, store, only=only)
    specs = {spec.key: spec for spec in pages.specs(lambda name, value: None)}
    assert specs[REFERRALS].tab is tabs
    assert (DEMANDS in specs) is not tabs
    if tabs:
        assert next(iter(specs)) == REFERRALS
