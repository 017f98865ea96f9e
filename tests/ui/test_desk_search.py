"""Where a find leads on the desk of a real practice community."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from gridworker.app import Doors
from gridworker.models.op import Value
from gridworker.services import deliberation, demands, lists, outcomes, packages
from gridworker.services.demands import DemandForm
from gridworker.services.links import change_links
from gridworker.services.packages import Members
from gridworker.settings import Settings
from gridworker.store.queries.find import find
from gridworker.store.rows import Hit, HitKind, Match, TreeKind
from gridworker.ui.application import Application
from gridworker.ui.desk import Desk
from gridworker.ui.search.finds import of_hit
from gridworker.ui.theme import Theme
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.community import household_of
from tests.copies import copy_folder
from tests.desks import make_desk


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk(tmp_path_factory.mktemp("template") / "practice").folder


@pytest.fixture
def window(
    application: Application, theme: Theme, template: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator[Window]:
    folder = tmp_path / "practice"
    copy_folder(template, folder)
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
    made.deleteLater()


@pytest.fixture
def desk(window: Window) -> Desk:
    assert window.desk is not None
    return window.desk


def search(window: Window, desk: Desk, text: str, qtbot: QtBot) -> None:
    """What Ctrl+K does, the text, Enter: nothing else."""
    field = desk.window.header.search
    field.take_focus()
    if text.isascii():
        QTest.keyClicks(field, text)
    else:  # as an input method commits it
        field.insert(text)
        field.textEdited.emit(text)
    with qtbot.waitSignal(field.chosen, timeout=15_000):
        QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def test_a_household_outside_the_selected_node_is_shown_all_the_same(
    window: Window, desk: Desk, qtbot: QtBot
) -> None:
    (hit, *_) = find(window.open_store, "1-1-102")
    inside = {node.id for node in desk.nodes("area") if node.kind == "micro_grid"}
    for node in inside:
        desk.go_to("area", node)
        qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
        if desk.scope is not None and hit.unit_id not in desk.scope.unit_ids:
            break
    assert desk.scope is not None
    assert hit.unit_id not in desk.scope.unit_ids
    desk.window.show_page("households")
    page = desk.pages.made("households")
    page.filter.setText("不存在")
    search(window, desk, "1-1-102", qtbot)
    qtbot.waitUntil(lambda: page.panel.door.text() == "1-1-102", timeout=15_000)
    assert desk.window.current_page == "households"
    assert page.panel.isVisible()
    assert hit.unit_id in desk.scope.unit_ids
    assert desk.window.tree.selected() == (desk.scope.tree.value, desk.scope.node_id)
    assert page.filter.text() == ""
    row = page.model.row(page.table.currentIndex().row())
    assert row is not None
    assert row.id == hit.id


def test_a_resident_leads_home(window: Window, desk: Desk, qtbot: QtBot) -> None:
    with window.open_store.read() as connection:
        name = connection.exec_driver_sql("SELECT name FROM resident WHERE deleted = 0 LIMIT 1").scalar()
    hit = next(hit for hit in find(window.open_store, name) if hit.kind is HitKind.RESIDENT)
    scope = desk.scope
    search(window, desk, name, qtbot)
    page = desk.pages.made("households")
    qtbot.waitUntil(lambda: page.presenter.selected_id == hit.household_id, timeout=15_000)
    assert desk.scope == scope  # it was inside already


def test_a_visit_opens_on_its_page(window: Window, desk: Desk, qtbot: QtBot) -> None:
    with window.open_store.read() as connection:
        number = connection.exec_driver_sql("SELECT no FROM visit WHERE deleted = 0 LIMIT 1").scalar()
    search(window, desk, number, qtbot)
    assert desk.window.current_page == "visits"
    page = desk.pages.made("visits")
    qtbot.waitUntil(lambda: page.middle.currentWidget() is page.visit_card, timeout=15_000)


def test_a_node_is_selected(window: Window, desk: Desk, qtbot: QtBot) -> None:
    grid = next(node for node in desk.nodes("area") if node.kind == "grid")
    assert "dywg" in grid.spelled
    desk.window.tree.filter.setText("xxxx")
    search(window, desk, "dywg", qtbot)
    assert desk.scope is not None
    assert (desk.scope.tree, desk.scope.node_id) == (TreeKind.AREA, grid.id)
    assert desk.window.tree.selected() == ("area", grid.id)


def test_the_own_linked_households_are_one_command_away(window: Window, desk: Desk, qtbot: QtBot) -> None:
    store = window.open_store
    member = store.known.member_id
    assert member is not None
    node = next((node for node in desk.nodes("org") if node.kind == "linked"), None)
    search(window, desk, "lianhu", qtbot)
    if node is None:
        assert desk.window.current_page == "households"
        assert "Ctrl+H" in desk.pages.made("households").undo_bar.words.text()
        home = household_of(store)
        desk.pages.changed.emit(change_links(store, member, [home]).changes)
        qtbot.waitUntil(
            lambda: any(node.kind == "linked" for node in desk.nodes("org")) and not window.busy,
            timeout=20_000,
        )
        search(window, desk, "lianhu", qtbot)
    assert desk.scope is not None and desk.scope.linked_to == member


def test_commands_run(window: Window, desk: Desk, qtbot: QtBot) -> None:
    for text, key in (("设置", "settings"), ("baobiao", "report"), ("zhuhu", "households")):
        search(window, desk, text, qtbot)
        assert desk.window.current_page == key
    keys = [command.key for command in desk.search.commands(lambda: None)]
    assert keys[:6] == ["today", "households", "visits", "demands", "lists", "deliberation"]
    assert keys[-4:] == ["settings", "linked", "sync_now", "lock"]
    assert {"organisation", "history", "import", "plan", "roster", "paper"} <= set(keys)
    assert "sync_now" not in [command.key for command in desk.search.commands(None)]
    search(window, desk, "suoding", qtbot)
    qtbot.waitUntil(lambda: window.desk is None, timeout=15_000)


def test_a_need_leads_to_the_lists(window: Window, desk: Desk, qtbot: QtBot) -> None:
    made = lists.add_need(window.open_store, {"title": "夜间停车不够", "category": "parking"})
    for text in ("夜间停车", "yjtc", "N26-"):
        search(window, desk, text, qtbot)
        assert desk.window.current_page == "lists"
        page = desk.pages.made("lists")
        title = page.card.title
        qtbot.waitUntil(lambda: bool(title.text() == "夜间停车不够"), timeout=15_000)  # noqa: B023
        assert page.presenter.wanted == ("need", made.record)
        desk.window.show_page("today")


def test_an_issue_and_a_meeting_lead_to_deliberation(window: Window, desk: Desk, qtbot: QtBot) -> None:
    assert desk.scope is not None
    at = desk.scope.node_id
    issue = deliberation.raise_issue(
        window.open_store,
        {"title": "楼道堆物", "area_unit_id": at, "raised_from": "patrol", "level": "community"},
    ).record
    meeting = deliberation.plan_meeting(
        window.open_store, {"kind": "yard", "area_unit_id": at, "held_on": "2026-11-30"}
    ).record
    for text, wanted in (
        ("ldd", ("issue", issue)),
        ("H26-", ("meeting", meeting)),
        ("Y26-", ("issue", issue)),
    ):
        search(window, desk, text, qtbot)
        assert desk.window.current_page == "deliberation"
        page = desk.pages.made("deliberation")
        assert page.presenter.wanted == wanted
        qtbot.waitUntil(lambda: page.presenter.chosen is not None, timeout=15_000)  # noqa: B023
        desk.window.show_page("today")


def test_tasks_resolutions_referrals_and_joint_submissions_lead_to_their_pages(
    window: Window, desk: Desk, qtbot: QtBot
) -> None:
    store = window.open_store
    root = next(node.id for node in desk.nodes("area") if node.parent_id is None)
    with store.read() as connection:
        home, org = (
            connection.exec_driver_sql(f"SELECT id FROM {name} WHERE deleted = 0 LIMIT 1").scalar()
            for name in ("household", "org_unit")
        )
    task = lists.publish_task(store, {"title": "粉刷鳕鱼墙", "audience": "partner_unit"}).record
    about: dict[str, Value] = {
        "title": "鳜鱼塘",
        "area_unit_id": root,
        "raised_from": "patrol",
        "level": "community",
    }
    issue = deliberation.raise_issue(store, about).record
    for event in ("review", "accept"):
        deliberation.move_issue(store, issue, event)
    meeting = deliberation.plan_meeting(
        store,
        {
            "kind": "yard",
            "area_unit_id": root,
            "held_on": "2026-11-20",
            "place_text": "小院",
            **dict.fromkeys(("convenor_id", "chair_id", "recorder_id"), store.known.member_id),
        },
        (issue,),
    ).record
    deliberation.move_meeting(store, meeting, "call", short_notice_reason="已约好")
    deliberation.set_attendance(store, meeting, [{"capacity": "resident", "head_count": 9}])
    deliberation.move_meeting(store, meeting, "hold")
    values = {"task_text": "清理鳗鱼池", "owner_org_id": org, "due_on": "2026-12-30"}
    resolution = deliberation.add_resolution(store, issue, meeting, values).record
    made = demands.register(
        store, DemandForm(("household_id", home), "鲈鱼味", "鲈鱼味", "repair", reporter="anonymous")
    )
    package = packages.collect(store, root, "鲤鱼一起办", Members((made.demand_id,))).record
    for text, key, wanted in (
        ("鳕鱼", "lists", ("task", task)),
        ("鳗鱼", "deliberation", ("resolution", resolution)),
        ("liyu", "referrals", ("demand_package", package)),
        ("T26-", "referrals", ("demand_package", package)),
    ):
        search(window, desk, text, qtbot)
        assert desk.window.current_page == key
        page = desk.pages.made(key)
        assert page.presenter.wanted == wanted
        qtbot.waitUntil(lambda: page.presenter.chosen is not None, timeout=15_000)  # noqa: B023
        desk.window.show_page("today")
    hit = Hit(HitKind.REFERRAL, b"r" * 16, made.no, (), Match.NUMBER, "open")
    desk.search.follow(of_hit(hit, Wording.load("zh_CN")))
    assert desk.window.current_page == "referrals"
    assert desk.pages.made("referrals").presenter.wanted == ("referral", b"r" * 16)


@pytest.mark.parametrize("kind", [HitKind.SHOP, HitKind.SPOT])
def test_a_shop_or_spot_leads_to_its_page(window: Window, desk: Desk, qtbot: QtBot, kind: HitKind) -> None:
    with window.open_store.read() as connection:
        sql = f"SELECT id, name FROM {kind.value} WHERE deleted = 0 ORDER BY rid LIMIT 1"
        record, name = connection.exec_driver_sql(sql).fetchone()
    search(window, desk, name, qtbot)
    qtbot.waitUntil(lambda: desk.window.current_page == "places", timeout=15_000)
    page = desk.pages.made("places")
    qtbot.waitUntil(lambda: page.table.current_key() == record, timeout=15_000)
    qtbot.waitUntil(lambda: page.panel.isVisible() and page.panel.detail.row.name == name, timeout=15_000)


def test_a_households_menu_leads_to_its_history(window: Window, desk: Desk, qtbot: QtBot) -> None:
    search(window, desk, "1-1-102", qtbot)
    page = desk.pages.made("households")
    qtbot.waitUntil(lambda: page.panel.door.text() == "1-1-102", timeout=15_000)
    menu = QMenu()
    page.panel.more_asked.emit(menu)
    next(action for action in menu.actions() if action.text() == "历史").trigger()
    qtbot.waitUntil(lambda: desk.window.current_page == "history", timeout=15_000)
    shown = desk.pages.made("history")
    qtbot.waitUntil(shown.all_button.isVisible, timeout=15_000)  # what stands there is about one household


def test_a_demand_leads_to_its_issue_and_the_issue_back(window: Window, desk: Desk, qtbot: QtBot) -> None:
    store = window.open_store
    root = next(node.id for node in desk.nodes("area") if node.parent_id is None)
    with store.read() as connection:
        home = connection.exec_driver_sql("SELECT id FROM household WHERE deleted = 0 LIMIT 1").scalar()
    form = DemandForm(("household_id", home), "鲂鱼味", "鲂鱼味", "repair", reporter="anonymous")
    demand = demands.register(store, form).demand_id
    about: dict[str, Value] = {
        "title": "鲑鱼塘",
        "area_unit_id": root,
        "raised_from": "patrol",
        "level": "community",
    }
    issue = deliberation.raise_issue(store, about).record
    demands.accept(store, demand)
    outcomes.to_issue(store, demand, issue)
    search(window, desk, "鲂鱼", qtbot)
    page = desk.pages.made("demands")
    qtbot.waitUntil(lambda: bool(page.panel.links.buttons), timeout=15_000)
    assert page.answer(QKeySequence("L"))
    assert desk.window.current_page == "deliberation"
    talk = desk.pages.made("deliberation")
    assert talk.presenter.wanted == ("issue", issue)
    qtbot.waitUntil(lambda: bool(talk.card.links.buttons), timeout=15_000)
    assert talk.answer(QKeySequence("L"))
    assert desk.window.current_page == "demands"
    assert page.presenter.open == demand
