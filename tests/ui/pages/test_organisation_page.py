"""The organisation page over a real profile: members, posts, plans, notice and linked households, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.changes import Changes
from gridworker.services.links import change_links
from gridworker.store.queries import tree
from gridworker.store.queries.organisation import node_choices, stairwells
from gridworker.store.rows import TreeKind
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.organisation.link_dialog import LinkDialog
from gridworker.ui.pages.organisation.member_dialogs import EndPostDialog, MemberDialog, PostDialog
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.organisation.page import OrganisationPage
from gridworker.ui.pages.organisation.reorganise_dialog import ReorganiseDialog
from gridworker.ui.pages.organisation.source import OrganisationSource
from gridworker.ui.pages.organisation.unit_dialog import UnitDialog
from gridworker.ui.theme import Theme
from gridworker.ui.tree.tree_model import NODE_ROLE
from gridworker.ui.tree.tree_panel import TreePanel
from gridworker.wording import Wording
from tests.ui.nodes import FIRST, GROUP, ROOT, SECOND, organisation

Settle = Callable[[], None]
_DRAGGED: list[QMimeData] = []
_CONTROL = Qt.KeyboardModifier.ControlModifier


def node(store: Store, kind: str, place: int = 0) -> bytes:
    kinds = [n.id for t in TreeKind for n in node_choices(store, t) if n.kind == kind]
    return kinds[place]


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> OrganisationPage:
    made = OrganisationPage(theme, zh, background, OrganisationSource(store, zh))
    qtbot.addWidget(made)
    made.changed.connect(made.records_changed)  # as the desk does
    made.setMinimumSize(1, 1)
    made.resize(1100, 620)
    made.show()
    made.activateWindow()
    show(made, store, "micro_grid_group", settle)
    return made


def show(page: OrganisationPage, store: Store, kind: str, settle: Settle) -> None:
    own = node(store, kind)
    which = TreeKind.ORG if any(n.id == own for n in node_choices(store, TreeKind.ORG)) else TreeKind.AREA
    page.show_scope(tree.scope_of(store, which, own))
    settle()


def dialog(page: OrganisationPage, kind: type, settle: Settle) -> object:
    settle()
    assert isinstance(page.acts.dialog, kind)
    return page.acts.dialog


def press(page: OrganisationPage, key: Qt.Key, settle: Settle, held: Qt.KeyboardModifier = _CONTROL) -> None:
    page.activateWindow()
    page.members.setFocus()
    settle()
    QTest.keyClick(page.members, key, held)
    settle()


def cells(page: OrganisationPage) -> list[tuple[str, ...]]:
    return [line.cells for line in page.members.lines()]


def test_the_page_says_who_serves_and_what_is_covered(page: OrganisationPage, zh: Wording) -> None:
    (line,) = page.members.lines()
    assert line.cells[1:5] == ("微网格长", "101 微网格", "2026-01-01", "至今")
    assert not line.dim
    facts = page.about.facts()
    assert facts[zh("organisation.fact.links_org")] == "101 微网格"
    assert int(facts[zh("organisation.fact.households")]) > 0
    assert page.title.text() == "101 微网格党小组"


def test_a_member_is_chosen_before_the_keys_are_there_and_an_empty_log_explains_itself(
    page: OrganisationPage, zh: Wording
) -> None:
    assert page.members.current_key() == page.members.lines()[0].key
    assert page.appoint_button.isEnabled()
    assert not page.plans.lines() and page.plan_text.text() == zh("organisation.no_plans")


def test_the_root_covers_what_the_units_below_it_cover(
    page: OrganisationPage, store: Store, settle: Settle, zh: Wording
) -> None:
    show(page, store, "community_party_org", settle)
    facts = page.about.facts()
    assert "101 微网格" in facts[zh("organisation.fact.links_org")]
    assert int(facts[zh("organisation.fact.households")]) == 96


def test_a_member_is_added_appointed_and_dismissed_by_keyboard(
    page: OrganisationPage, settle: Settle, qtbot: QtBot
) -> None:
    press(page, Qt.Key.Key_M, settle)
    form = dialog(page, MemberDialog, settle)
    assert isinstance(form, MemberDialog)
    QTest.keyClicks(form.name, "yanshi-xin")
    with qtbot.waitSignal(page.changed):
        QTest.keyClick(form.name, Qt.Key.Key_Return, _CONTROL)
        settle()
    assert any(line[0] == "yanshi-xin" and line[1] == "没有任职" for line in cells(page))
    page.members.choose(next(at for at, line in enumerate(cells(page)) if line[0] == "yanshi-xin"))
    press(page, Qt.Key.Key_T, settle)
    post = dialog(page, PostDialog, settle)
    assert isinstance(post, PostDialog)
    assert {post.area.itemText(at) for at in range(post.area.count())} >= {"101 微网格", "102 微网格"}
    post.first.setText("昨天")
    QTest.keyClick(post.first, Qt.Key.Key_Return, _CONTROL)
    settle()
    assert "2026-11-20" in post.fields["valid_from"].error()
    post.first.setText("2026-11-20")
    QTest.keyClick(post.first, Qt.Key.Key_Return, _CONTROL)
    settle()
    assert page.undo_bar.isVisible()
    page.members.choose(next(at for at, line in enumerate(cells(page)) if line[0] == "yanshi-xin"))
    press(page, Qt.Key.Key_Delete, settle, Qt.KeyboardModifier.NoModifier)
    end = dialog(page, EndPostDialog, settle)
    assert isinstance(end, EndPostDialog)
    end.last.setText("2026-11-19")
    chosen = page.members.current_key()
    QTest.keyClick(end.last, Qt.Key.Key_Return, _CONTROL)
    settle()
    assert isinstance(chosen, tuple)
    assert page.members.current_key() == (chosen[0], None)  # still the same person
    assert any(line[0] == "yanshi-xin" and line[1] == "没有任职" for line in cells(page))


def test_a_split_is_tried_before_it_is_carried_out_and_can_be_undone(
    page: OrganisationPage, store: Store, settle: Settle, qtbot: QtBot
) -> None:
    show(page, store, "micro_grid", settle)
    own = node(store, "micro_grid")
    before = [stair.id for stair in stairwells(store, own)]
    press(page, Qt.Key.Key_R, settle)
    plan = dialog(page, ReorganiseDialog, settle)
    assert isinstance(plan, ReorganiseDialog)
    assert not plan.go_button.isEnabled()  # an empty plan says so
    plan.form.choose_act("split")
    settle()
    plan.add_button.click()
    assert plan.form.fields["name"].error()
    plan.form.name.setText("新微网格")
    plan.form.code.setText("99010100100199")
    plan.form.units.item(0).setCheckState(Qt.CheckState.Checked)
    plan.add_button.click()
    settle()
    assert "12 户" in plan.summary.text()
    assert plan.go_button.isEnabled()
    assert [stair.id for stair in stairwells(store, own)] == before
    plan.day.setText("2026-11-19")
    qtbot.wait(300)
    settle()
    assert not plan.go_button.isEnabled()
    assert "早于今天" in plan.summary.text()
    plan.day.setText("2026-11-20")
    qtbot.wait(300)
    settle()
    with qtbot.waitSignal(page.changed):
        QTest.keyClick(plan.day, Qt.Key.Key_Return, _CONTROL)
        settle()
    assert [stair.id for stair in stairwells(store, own)] == before[1:]
    page.undo_bar.undo_button.click()
    settle()
    assert [stair.id for stair in stairwells(store, own)] == before
    page.views.choose("plans")
    assert {line.cells[1] for line in page.plans.lines()} == {"已撤回", "已生效"}
    assert page.plans.current_key() is not None  # what can be done with it is seen at once


def test_buildings_are_made_for_a_micro_grid(
    page: OrganisationPage, store: Store, settle: Settle, qtbot: QtBot
) -> None:
    show(page, store, "micro_grid", settle)
    own = node(store, "micro_grid")
    before = len(stairwells(store, own))
    press(page, Qt.Key.Key_R, settle)
    plan = dialog(page, ReorganiseDialog, settle)
    assert isinstance(plan, ReorganiseDialog)
    plan.form.choose_act("build")
    settle()
    assert plan.form.estate.isVisible() and plan.form.estate.text()  # where the micro-grid lies
    assert not plan.form.name.isVisible()
    plan.add_button.click()
    assert plan.form.fields["buildings"].error()
    plan.form.buildings.setText("97-98")
    plan.form.stairs.setText("1-2")
    plan.form.floors.setText("二十")
    plan.add_button.click()
    settle()
    assert plan.form.fields["floors"].error() == "超出范围"
    plan.form.floors.setText("20")
    plan.add_button.click()
    settle()
    assert "97栋、98栋" in plan.plan.text() and "4" in plan.plan.text()
    with qtbot.waitSignal(page.changed):
        QTest.keyClick(plan.day, Qt.Key.Key_Return, _CONTROL)
        settle()
    assert len(stairwells(store, own)) == before + 4
    page.undo_bar.undo_button.click()
    settle()
    assert len(stairwells(store, own)) == before


def test_a_building_shows_its_micro_grid_and_a_grid_of_one_micro_grid_itself(
    page: OrganisationPage, store: Store, settle: Settle
) -> None:
    building = next(n for n in tree.area_tree(store) if n.kind == "building")
    micro = next(n for n in tree.area_tree(store) if n.id == building.parent_id)
    page.show_scope(tree.scope_of(store, TreeKind.AREA, building.id))
    settle()
    assert page.title.text() == micro.name
    grid = next(n for n in tree.area_tree(store) if n.id == micro.parent_id)
    one_below = replace(tree.scope_of(store, TreeKind.AREA, grid.id), micro_grid_ids=frozenset({micro.id}))
    page.show_scope(one_below)
    settle()
    assert page.title.text() == grid.name


def test_an_organisation_gets_a_new_unit_below(page: OrganisationPage, store: Store, settle: Settle) -> None:
    show(page, store, "community_party_org", settle)
    press(page, Qt.Key.Key_R, settle)
    plan = dialog(page, ReorganiseDialog, settle)
    assert isinstance(plan, ReorganiseDialog)
    plan.form.choose_act("create")
    settle()
    assert not plan.form.code.isVisible()
    plan.form.kind.setCurrentIndex(plan.form.kind.findData("grid_branch"))
    plan.form.name.setText("新网格党支部")
    plan.add_button.click()
    settle()
    plan.go_button.click()
    settle()
    found = [each.name for each in node_choices(store, TreeKind.ORG)]
    assert "新网格党支部" in found


def test_a_plan_is_taken_back_from_the_list(page: OrganisationPage, store: Store, settle: Settle) -> None:
    page.presenter.act(
        lambda: page.presenter.source.edit_unit(
            TreeKind.ORG, node(store, "micro_grid_group"), {"name": "新名"}
        )
    )
    settle()
    assert page.title.text() == "新名"
    page.views.choose("plans")
    page.plans.choose(0)
    page.back_button.click()
    back = dialog(page, ReorganiseDialog, settle)
    assert isinstance(back, ReorganiseDialog)
    assert not back.form.isVisible()
    QTest.keyClick(back.reason.edit, Qt.Key.Key_Return, _CONTROL)
    settle()
    assert page.title.text() == "101 微网格党小组"


def test_the_unit_is_edited_and_a_wrong_phone_stands_under_its_field(
    page: OrganisationPage, settle: Settle
) -> None:
    press(page, Qt.Key.Key_I, settle)
    form = dialog(page, UnitDialog, settle)
    assert isinstance(form, UnitDialog)
    form.edits["member_count"].setText("九")
    QTest.keyClick(form.edits["name"], Qt.Key.Key_Return, _CONTROL)
    settle()
    assert form.failure.text()
    form.edits["member_count"].setText("9")
    QTest.keyClick(form.edits["name"], Qt.Key.Key_Return, _CONTROL)
    settle()
    assert page.about.facts()["填报人数"] == "9"


def test_the_notice_holds_posts_and_no_resident(
    page: OrganisationPage, settle: Settle, tmp_path: Path
) -> None:
    press(page, Qt.Key.Key_P, settle)
    sheet = dialog(page, NoticeDialog, settle)
    assert isinstance(sheet, NoticeDialog)
    assert sheet.sheets.document is not None
    text = sheet.sheets.document.toPlainText()
    assert "微网格长" in text
    assert "演示数据" in text
    sheet._choose = lambda *_: str(tmp_path / "公示")
    sheet.pdf_button.click()
    settle()
    assert (tmp_path / "公示.pdf").read_bytes().startswith(b"%PDF")


def test_households_are_linked_by_ticking(page: OrganisationPage, store: Store, settle: Settle) -> None:
    page.members.choose(0)
    press(page, Qt.Key.Key_H, settle)
    links = dialog(page, LinkDialog, settle)
    assert isinstance(links, LinkDialog)
    assert links.homes.count() == 24
    links.filter.setText("1单元 101")
    shown = [at for at in range(24) if not links.homes.item(at).isHidden()]
    assert len(shown) == 1
    before = len(links.chosen())
    ticked = links.homes.item(shown[0])
    checked = ticked.checkState() is Qt.CheckState.Checked
    ticked.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
    now = before - 1 if checked else before + 1
    assert f"{now} 户" in links.count.text()
    QTest.keyClick(links.filter, Qt.Key.Key_Return, _CONTROL)
    settle()
    assert cells(page)[0][5] == str(now)


def test_who_has_no_right_sees_no_acts(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    with store.read() as connection:
        sql = "SELECT member_id FROM appointment WHERE role_code = 'micro_grid_leader' LIMIT 1"
        member = connection.exec_driver_sql(sql).scalar()
    store.known = msgspec.structs.replace(store.known, member_id=member)
    store.forget_cached()
    made = OrganisationPage(theme, zh, background, OrganisationSource(store, zh))
    qtbot.addWidget(made)
    made.resize(1100, 620)
    made.show()
    show(made, store, "micro_grid_group", settle)
    for button in (made.add_button, made.appoint_button, made.end_button, made.reorganise_button):
        assert not button.isVisible()
    press(made, Qt.Key.Key_R, settle)
    assert made.acts.dialog is None


def test_narrow_pages_show_one_part_at_a_time(page: OrganisationPage, settle: Settle) -> None:
    page.resize(600, 600)
    settle()
    assert page.is_narrow
    assert not page.about.isVisible()
    page.views.choose("about")
    page._arrange()
    assert page.about.isVisible()
    assert not page.stack.isVisible()
    page.resize(1100, 600)
    settle()
    assert page.stack.isVisible()


def test_esc_leads_back(page: OrganisationPage, qtbot: QtBot) -> None:
    page.members.setFocus()
    with qtbot.waitSignal(page.left):
        QTest.keyClick(page.members, Qt.Key.Key_Escape)


def test_changes_elsewhere_are_read_again(page: OrganisationPage, store: Store, settle: Settle) -> None:
    member = page.members.current_key() or page.members.lines()[0].key
    assert isinstance(member, tuple)
    before = int(cells(page)[0][5] or 0)
    with store.read() as connection:
        sql = "SELECT id FROM household WHERE id NOT IN (SELECT household_id FROM household_link) LIMIT 1"
        home = connection.exec_driver_sql(sql).scalar()
    changes: Changes = change_links(store, member[0], link=[home]).changes
    page.records_changed(changes)
    settle()
    assert cells(page)[0][5] == str(before + 1)


# -- the tree itself ---------------------------------------------------------------------------------------------------


@pytest.fixture
def panel(theme: Theme, zh: Wording, qtbot: QtBot) -> TreePanel:
    panel = TreePanel(theme, zh)
    qtbot.addWidget(panel)
    panel.show_tree("org", organisation())
    panel.view("org").expandAll()
    panel.resize(256, 500)
    panel.show()
    return panel


def dropped(panel: TreePanel, dragged: bytes, target: bytes) -> QDropEvent:
    view = panel.view("org")
    source = view._source
    data: QMimeData = source.mimeData([source.index_of(dragged)])
    _DRAGGED.append(data)  # the event does not own what is dragged
    place: QPoint = view.visualRect(source.index_of(target)).center()
    return QDropEvent(
        QPointF(place),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def test_a_node_dropped_on_another_asks_for_a_move_and_moves_nothing(panel: TreePanel, qtbot: QtBot) -> None:
    panel.allow_moves(True)
    view = panel.view("org")
    with qtbot.waitSignal(panel.move_wanted) as asked:
        view.dropEvent(dropped(panel, GROUP, FIRST))
    assert asked.args == ["org", GROUP, FIRST]
    with qtbot.assertNotEmitted(panel.move_wanted):
        view.dropEvent(dropped(panel, GROUP, SECOND))  # its parent already
        view.dropEvent(dropped(panel, FIRST, FIRST))
    assert view.model().rowCount() == 1
    flags = view._source.index_of(ROOT).flags()
    assert not flags & Qt.ItemFlag.ItemIsDragEnabled


def test_enter_and_the_button_ask_for_details(panel: TreePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.details_wanted):
        QTest.keyClick(panel.view("org"), Qt.Key.Key_Return)
    with qtbot.waitSignal(panel.details_wanted):
        QTest.mouseClick(panel.details, Qt.MouseButton.LeftButton)
    assert panel.view("org").model().index(0, 0).data(NODE_ROLE).id == ROOT
