"""Everything that can be done with a household, through its menus and dialogs, and taken back from the undo bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from gridworker.services.acts import present_values
from gridworker.services.households import edit_household
from gridworker.store.rows import Plan, Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.confirm import ConfirmDialog
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.households.connecting import tell_done
from gridworker.ui.pages.households.home_dialogs import MergeDialog, NewHomeDialog, SplitDialog, WishDialog
from gridworker.ui.pages.households.link_dialog import LinkHomesDialog
from gridworker.ui.pages.households.page import HouseholdsPage
from gridworker.ui.pages.households.person_dialogs import ConsentDialog, DayDialog, NeedDialog, PersonDialog
from gridworker.ui.pages.households.source import HouseholdSource
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording
from tests.community import COMMUNITY

Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> HouseholdsPage:
    made = HouseholdsPage(theme, zh, background, HouseholdSource(store))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)
    made.resize(1300, 700)
    made.show()
    made.show_scope(scope)
    settle()
    made.table.setCurrentIndex(made.model.index(1, 0))
    settle()
    return made


def entry(menu: QMenu, words: str) -> None:
    """Choose the entry of a menu that holds `words`."""
    next(action for action in menu.actions() if words in action.text()).trigger()


def dialog(page: HouseholdsPage, settle: Settle, kind: type[FormDialog]) -> FormDialog:
    settle()
    made = page.acts.dialog
    assert isinstance(made, kind)
    assert made.isVisible()
    return made


def go(made: FormDialog, settle: Settle) -> None:
    made.go_button.click()
    settle()
    settle()


def undo(page: HouseholdsPage, settle: Settle) -> None:
    assert page.undo_bar.undo_button.isVisible()
    page.undo_bar.undo_button.click()
    settle()
    settle()


def names(page: HouseholdsPage) -> list[str]:
    assert page.panel.detail is not None
    return [person.name for person in page.panel.detail.residents]


def opted_out(page: HouseholdsPage) -> bool:
    """Whether the household in the panel wants no visits."""
    return page.panel.detail is not None and page.panel.detail.row.plan is Plan.OPTED_OUT


def test_a_new_household_is_made_shown_and_taken_back(page: HouseholdsPage, settle: Settle) -> None:
    QTest.keyClick(
        page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    made = dialog(page, settle, NewHomeDialog)
    assert isinstance(made, NewHomeDialog)
    made.door.edit.setText("学府院1栋1单元9999999")
    go(made, settle)
    assert made.isVisible()
    assert made.door.field.error()
    made.door.edit.setText("学府院1栋1单元101")
    made.door.ask()
    settle()
    assert made.door.warning.isVisible()
    made.door.edit.setText("学府院1栋1单元 909")
    made.name.setText("演示·新来")
    go(made, settle)
    assert not made.isVisible()
    assert page.panel.door.text() == "1-1-909"
    assert names(page) == ["演示·新来"]
    assert page.model.rowCount() == 97
    undo(page, settle)
    assert page.model.rowCount() == 96


def test_do_not_visit_and_back_with_a_reason(page: HouseholdsPage, settle: Settle) -> None:
    entry(page.panel.more_menu(), "登记勿访")
    go(dialog(page, settle, WishDialog), settle)
    assert page.panel.detail and page.panel.detail.row.plan is Plan.OPTED_OUT
    entry(page.panel.more_menu(), "恢复上门")
    made = dialog(page, settle, WishDialog)
    assert isinstance(made, WishDialog)
    go(made, settle)
    assert made.isVisible()
    assert made.reason.field.error()
    made.reason.set_text("本人来电")
    go(made, settle)
    assert not opted_out(page)
    undo(page, settle)
    assert opted_out(page)


def test_people_are_added_edited_moved_out_and_taken_back(page: HouseholdsPage, settle: Settle) -> None:
    before = names(page)
    entry(page.panel.more_menu(), "添加居民")
    made = dialog(page, settle, PersonDialog)
    assert isinstance(made, PersonDialog)
    made.name.setText("演示·甲")
    made.born.setText("2018")
    go(made, settle)
    assert made.fields["guardian_resident_id"].error() or made.fields["basis"].error()
    made.guardian.setCurrentIndex(1)
    made.ground.setCurrentIndex(2)
    go(made, settle)
    assert not made.isVisible()
    assert names(page) == [*before, "演示·甲"]
    at = len(before)
    entry(page.panel.people.menu_of(at), "已迁出")
    go(dialog(page, settle, DayDialog), settle)
    assert names(page) == before
    undo(page, settle)
    assert names(page) == [*before, "演示·甲"]
    entry(page.panel.people.menu_of(at), "修改")
    made = dialog(page, settle, PersonDialog)
    assert isinstance(made, PersonDialog)
    assert made.born.text() == "2018"
    made.name.setText("演示·乙")
    go(made, settle)
    assert not made.isVisible(), [f.error() for f in made.fields.values()] + [made.failure.text()]
    assert names(page)[-1] == "演示·乙"
    entry(page.panel.people.menu_of(at), "删除")
    settle()
    settle()
    assert names(page) == before
    undo(page, settle)
    assert names(page)[-1] == "演示·乙"


def test_the_same_person_elsewhere_is_said_while_typing(
    page: HouseholdsPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    with store.read() as connection:
        name, phone = connection.exec_driver_sql(
            "SELECT r.name, r.phone FROM resident r JOIN household h ON h.id = r.household_id "
            "WHERE r.phone IS NOT NULL ORDER BY h.code DESC LIMIT 1"
        ).one()
    entry(page.panel.more_menu(), "添加居民")
    made = dialog(page, settle, PersonDialog)
    assert isinstance(made, PersonDialog)
    made.name.setText(name)
    made.phone.setText(phone)
    qtbot.waitUntil(made.warning.isVisible)
    made.reject()


def test_split_and_merge_from_the_menu(page: HouseholdsPage, settle: Settle) -> None:
    row = next(n for n in range(20) if _people_at(page, n, settle) > 1)
    assert page.panel.detail is not None
    all_names, home = names(page), page.panel.detail.row
    entry(page.panel.more_menu(), "分出一户")
    made = dialog(page, settle, SplitDialog)
    assert isinstance(made, SplitDialog)
    go(made, settle)
    assert made.isVisible()  # nobody ticked
    made.people[-1][1].setChecked(True)
    go(made, settle)
    assert names(page) == all_names[-1:]
    assert page.panel.detail.code.endswith("-2")
    entry(page.panel.more_menu(), "合并重复的户")
    merging = dialog(page, settle, MergeDialog)
    assert isinstance(merging, MergeDialog)
    settle()
    assert [merging.other.itemData(at) for at in range(merging.other.count())] == [home.id]
    go(merging, settle)
    assert sorted(names(page)) == sorted(all_names)
    assert page.model.rowCount() == 96
    entry(page.panel.more_menu(), "撤销与")
    settle()
    settle()
    assert names(page) == all_names[-1:]
    undo(page, settle)
    assert sorted(names(page)) == sorted(all_names)
    assert row >= 0


def _people_at(page: HouseholdsPage, row: int, settle: Settle) -> int:
    page.table.setCurrentIndex(page.model.index(row, 0))
    settle()
    return len(names(page))


def test_a_household_with_people_is_kept_and_says_why(page: HouseholdsPage, settle: Settle) -> None:
    row = next(n for n in range(20) if _people_at(page, n, settle) > 0)
    entry(page.panel.more_menu(), "删除这一户")
    settle()
    assert "迁走" in page.undo_bar.words.text()
    assert page.model.rowCount() == 96
    assert row >= 0


def test_consent_and_need_are_recorded_and_withdrawn(
    page: HouseholdsPage, store: Store, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.panel.detail is not None
    with store.database.write() as connection:
        micro = "SELECT micro_grid_id FROM coverage WHERE unit_id = ?"
        node = connection.exec_driver_sql(micro, (page.panel.detail.unit_id,)).scalar()
        connection.exec_driver_sql("DELETE FROM service_need")  # the practice community has some of its own
        connection.exec_driver_sql("DELETE FROM consent")
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = 'micro_grid_leader', area_unit_id = ? WHERE member_id = ?",
            (node, COMMUNITY.secretary_id),
        )
    store.forget_cached()
    page.presenter.reload()
    settle()
    entry(page.panel.people.menu_of(0), "登记同意")
    made = dialog(page, settle, ConsentDialog)
    assert isinstance(made, ConsentDialog)
    go(made, settle)
    assert made.isVisible()  # nothing agreed to
    made.purposes["contact"].setChecked(True)
    go(made, settle)
    entry(page.panel.people.menu_of(0), "服务需要")
    needs = dialog(page, settle, NeedDialog)
    assert isinstance(needs, NeedDialog)
    go(needs, settle)
    assert needs.isVisible()  # without a separate consent
    needs.agreed.setChecked(True)
    go(needs, settle)
    care = page.panel.detail.care
    assert (len(care.needs), len(care.consents)) == (1, 2)
    page.panel.tabs.setCurrentIndex(0)
    (at_a_glance,) = page.panel.needs.buttons
    assert care.needs[0].valid_until in at_a_glance.accessibleName() and page.panel.needs.isVisible()
    at_a_glance.click()
    assert page.panel.stack.currentWidget() is page.panel.care
    page.panel.tabs.setCurrentIndex(2)
    page.panel.care.buttons[0].click()
    settle()
    settle()
    assert not page.panel.detail.care.needs
    assert page.panel.needs.isHidden()
    undo(page, settle)
    assert page.panel.detail.care.needs
    monkeypatch.setattr("gridworker.ui.pages.households.acts.confirmed", lambda *_, **__: True)
    page.panel.care.buttons[1].click()
    settle()
    settle()
    assert not page.undo_bar.undo_button.isVisible()
    assert [c for c in page.panel.detail.care.consents if c.withdrawn_on]


def test_every_act_has_a_name_for_a_screen_reader(page: HouseholdsPage) -> None:
    assert all(line.button.accessibleName() for line in page.panel.people.lines)
    assert page.panel.care.accessibleName()
    assert page.panel.care.notice_button.accessibleName()


def test_the_chosen_household_is_linked_with_a_member_and_taken_back(
    page: HouseholdsPage, store: Store, settle: Settle
) -> None:
    home = page.presenter.selected_id
    sql = "SELECT count(*) FROM household_link WHERE household_id = ? AND member_id = ? AND deleted = 0"

    def links() -> int:
        with store.read() as connection:
            return int(connection.exec_driver_sql(sql, (home, store.known.member_id)).scalar() or 0)

    assert links() == 0
    QTest.keyClick(page, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    made = dialog(page, settle, LinkHomesDialog)
    go(made, settle)
    assert links() == 1
    undo(page, settle)
    assert links() == 0


def test_taking_back_says_what_somebody_has_changed_since(
    page: HouseholdsPage, store: Store, zh: Wording, settle: Settle
) -> None:
    assert page.panel.detail is not None
    home, names = page.panel.detail.row.id, ("note", "visit_interval_days")
    seen = present_values(store, "household", home, names)
    done = edit_household(store, home, seen, {"note": "一", "visit_interval_days": 33})
    tell_done(page, zh, "已保存", done, None)
    edit_household(store, home, {"note": "一"}, {"note": "二"})
    undo(page, settle)
    assert present_values(store, "household", home, names) == {**seen, "note": "二"}
    assert page.undo_bar.isVisible()
    assert "备注之后又有人改过" in page.undo_bar.words.text()


@pytest.mark.parametrize("key", [(Qt.Key.Key_F10, True), (Qt.Key.Key_F10, False), (Qt.Key.Key_Menu, False)])
def test_the_menu_of_a_household_opens_by_key_and_only_for_the_one_that_is_shown(
    page: HouseholdsPage, settle: Settle, key: tuple[Qt.Key, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier if key[1] else Qt.KeyboardModifier.NoModifier
    opened: list[int] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: opened.append(len(menu.actions())))
    QTest.keyClick(page.table, key[0], shift)
    assert len(opened) == 1 and opened[0] > 5
    page.close_panel()
    QTest.keyClick(page.table, key[0], shift)
    assert len(opened) == 1


def test_the_empty_tab_of_consents_says_where_one_is_recorded(page: HouseholdsPage, zh: Wording) -> None:
    def said() -> list[str]:
        return [label.text() for label in page.panel.care.findChildren(TextLabel)]

    assert page.panel.detail is not None
    page.panel.care.show_care(replace(page.panel.detail.care, consents=(), may_see_needs=False))
    assert zh("homes.care.how_consent") in said()
    page.panel.care.show_care(replace(page.panel.detail.care, consents=(), may_see_needs=True))
    assert zh("homes.care.how") in said()


def test_tab_goes_through_the_panel_as_it_is_read(page: HouseholdsPage, settle: Settle) -> None:
    panel = page.panel
    assert panel.detail is not None and panel.people.lines
    panel.visit_button.setFocus()
    met = []
    for _ in range(6):
        met.append(QApplication.focusWidget())
        assert met[-1] is not None
        QTest.keyClick(met[-1], Qt.Key.Key_Tab)
    assert met[:5] == [
        panel.visit_button,
        panel.edit_button,
        panel.more_button,
        panel.close_button,
        panel.tabs,
    ]
    assert QApplication.focusWidget() is panel.people.lines[0].button


def test_enter_presses_the_button_the_keyboard_is_on(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(900, 600)
    for go, result in ((False, QDialog.DialogCode.Rejected), (True, QDialog.DialogCode.Accepted)):
        asked = ConfirmDialog(theme, zh, "homes.withdraw", parent, name="演示·王")
        asked.show()
        if go:
            asked.go_button.setFocus()
        QTest.keyClick(asked.focusWidget(), Qt.Key.Key_Return)
        assert asked.result() == result and not asked.isVisible()


def test_a_dialog_stands_over_the_middle_of_its_window(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(300, 100, 900, 600)
    parent.show()
    asked = ConfirmDialog(theme, zh, "homes.withdraw", parent, name="演示·王")
    asked.resize(asked.width(), 900)
    asked.move(0, 0)
    asked.show()
    assert abs(asked.geometry().center().x() - parent.geometry().center().x()) < 5
    assert abs(asked.geometry().center().y() - parent.geometry().center().y()) < 60
    asked.reject()
