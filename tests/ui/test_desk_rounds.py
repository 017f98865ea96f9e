"""The week's work on the desk of a steward and of a secretary: which pages there are, what their keys open, and what is
handed out on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker import practice_desk
from gridworker.app import Doors
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.practice.size import Size
from gridworker.services import deliberation
from gridworker.services.sheets import sheets
from gridworker.settings import Settings
from gridworker.store.queries.find import find
from gridworker.store.rows import TreeKind
from gridworker.ui.application import Application
from gridworker.ui.desk import Desk
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.demands.register_dialog import RegisterDialog
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.search.finds import of_hit
from gridworker.ui.theme import Theme
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.community import one
from tests.copies import copy_folder
from tests.desks import COST

Open = Callable[..., Window]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for login in ("shuji", "mg101"):
        made[login] = tmp_path_factory.mktemp(login) / "practice"
        practice_desk.create(made[login], login=login, cost=COST, size=Size.tiny()).close()
    return made


@pytest.fixture
def open_as(
    application: Application, theme: Theme, templates: dict[str, Path], tmp_path: Path, qtbot: QtBot
) -> Iterator[Open]:
    windows: list[Window] = []

    def make(login: str, settings: Settings | None = None) -> Window:
        folder = tmp_path / login
        copy_folder(templates[login], folder)
        doors = Doors(Wording.load("zh_CN"), folder, folder, straight_in=True)
        chosen = settings or Settings(appearance="light")
        theme.choose(text_size=chosen.text_size)
        window = Window(application, chosen, doors, lambda _settings: None)
        windows.append(window)
        window.resize(1366, 696)
        window.show()
        window.begin()
        qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=30_000)
        qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
        return window

    yield make
    for window in windows:
        window.close()
        qtbot.waitUntil(lambda window=window: window.desk is None, timeout=15_000)  # type: ignore[misc]
        window.stop()
        window.deleteLater()


def tabs(desk: Desk) -> list[str]:
    return [spec.key for spec in desk.window.page_specs()[0]]


def desk_of(window: Window) -> Desk:
    assert window.desk is not None
    return window.desk


def test_a_steward_has_few_pages_larger_text_and_one_large_button(
    open_as: Open, theme: Theme, zh: Wording
) -> None:
    desk = desk_of(open_as("mg101"))
    assert tabs(desk) == ["today", "households", "visits", "demands", "sync"]
    assert theme.tokens.scale == 1.25
    page = desk.window.page("today")
    ordinary = page.plan_button.sizeHint().height()  # type: ignore[attr-defined]
    assert page.visit_button.sizeHint().height() > ordinary  # type: ignore[attr-defined]
    assert page.visit_button.accessibleName() == zh("today.visit")  # type: ignore[attr-defined]
    keys = {command.key for command in desk.search.commands(None)}
    assert "report" not in keys and {"today", "plan", "paper", "settings"} <= keys


def test_a_size_that_was_chosen_stays(open_as: Open, theme: Theme) -> None:
    open_as("mg101", Settings(appearance="light", text_size=100, text_size_chosen=True))
    assert theme.tokens.scale == 1.0


def test_a_secretary_has_every_page_at_the_size_of_the_settings(open_as: Open, theme: Theme) -> None:
    desk = desk_of(open_as("shuji"))
    assert tabs(desk)[:6] == ["today", "households", "visits", "demands", "lists", "deliberation"]
    assert theme.tokens.scale == 1.0


def test_pages_without_a_tab_lead_back(open_as: Open, qtbot: QtBot) -> None:
    window = open_as("shuji")
    desk = desk_of(window)
    for key in ("plan", "roster", "paper"):
        desk.window.show_page("visits", focus=True)
        desk.pages.page_wanted.emit(key)
        assert desk.window.current_page == key
        desk.pages.made(key).left.emit()
        assert desk.window.current_page == "visits"
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


@pytest.mark.parametrize("login", ["shuji", "mg101"])
def test_no_key_means_two_things_on_any_page(open_as: Open, qtbot: QtBot, login: str) -> None:
    window = open_as(login)
    shell = desk_of(window).window
    everywhere = {
        found.key() for found in shell.findChildren(QShortcut, "", Qt.FindChildOption.FindDirectChildrenOnly)
    }
    assert QKeySequence("F7") in everywhere
    tabs_of, aside = shell.page_specs()
    pages = {spec.key: shell.page(spec.key) for spec in (*tabs_of, *aside)}
    own = {key: page.findChildren(QShortcut) for key, page in pages.items() if isinstance(page, PageFrame)}
    assert len(own) > 8
    twice = [
        (page, key.key().toString()) for page, keys in own.items() for key in keys if key.key() in everywhere
    ]
    assert twice == []
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def shown(parent: QWidget) -> NoticeDialog | None:
    return next((found for found in parent.findChildren(NoticeDialog) if found.isVisible()), None)


def test_what_is_handed_out_is_shown_and_put_on_record(open_as: Open, qtbot: QtBot) -> None:
    window = open_as("shuji")
    desk = desk_of(window)
    page = desk.window.page("today")
    page.walk_list_wanted.emit("2026-W47")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: shown(page) is not None, timeout=15_000)
    dialog = shown(page)
    assert dialog is not None and dialog.sheets.pages >= 1
    assert "走访单" in dialog.windowTitle()
    dialog.handed_out.emit("print")
    qtbot.waitUntil(lambda: not window.busy, timeout=15_000)
    count = one(
        window.open_store, "SELECT count(*) FROM audit WHERE act = 'exported' AND entity = 'walk_list'"
    )
    assert count == 1
    (sheet,) = sheets(window.open_store)
    assert sheet.period == "2026-W47" and len(sheet.records) > 1
    dialog.reject()


def test_the_doors_chosen_in_the_matrix_are_printed(open_as: Open, qtbot: QtBot) -> None:
    window = open_as("shuji")
    desk = desk_of(window)
    estate = next(node for node in desk.nodes("area") if node.kind == "estate")
    desk.go_to(TreeKind.AREA.value, estate.id)
    desk.window.show_page("households", focus=True)
    page = desk.pages.made("households")
    qtbot.waitUntil(lambda: not window.busy, timeout=15_000)
    page.show_view("matrix")
    qtbot.waitUntil(lambda: not window.busy and page.matrix.model.rowCount() > 0, timeout=15_000)
    page.matrix.view.selectAll()
    rooms = page.matrix.chosen_rooms()
    assert len(rooms) > 10
    desk.pages.rounds._print_homes(page)
    qtbot.waitUntil(lambda: shown(page) is not None, timeout=15_000)
    dialog = shown(page)
    assert dialog is not None
    text = dialog.sheets.document.toPlainText() if dialog.sheets.document else ""
    wanted = [room.household.door for room in rooms if room.household and room.household.plan.value == "due"]
    assert wanted and all(door in text for door in wanted)
    assert "100-0000-" not in text
    dialog.reject()


@pytest.mark.parametrize(("name", "title"), [("agenda", "议程"), ("minutes", "纪要"), ("notice", "公示")])
def test_papers_of_deliberation_are_shown(open_as: Open, qtbot: QtBot, name: str, title: str) -> None:
    window = open_as("shuji")
    page = desk_of(window).window.page("deliberation")
    store, at = window.open_store, desk_of(window).pages.scope
    assert at is not None
    issue = deliberation.raise_issue(
        store,
        {"title": "楼道堆物", "area_unit_id": at.node_id, "raised_from": "patrol", "level": "community"},
    ).record
    meeting = deliberation.plan_meeting(
        store, {"kind": "yard", "area_unit_id": at.node_id, "held_on": "2026-11-30"}
    ).record
    with store.database.write() as connection:  # as if it had gone all the way
        connection.exec_driver_sql("UPDATE issue SET decision_text = '每月清一次' WHERE id = ?", (issue,))
    page.paper_wanted.emit(name, issue if name == "notice" else meeting)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: shown(page) is not None, timeout=15_000)
    dialog = shown(page)
    assert dialog is not None and dialog.sheets.pages >= 1 and title in dialog.windowTitle()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def test_a_demand_heard_at_the_door_is_registered_with_the_visit(open_as: Open, qtbot: QtBot) -> None:
    window = open_as("mg101")
    desk = desk_of(window)
    window.activateWindow()
    desk.window.show_page("visits", focus=True)
    qtbot.waitUntil(lambda: not window.busy)
    page = desk.pages.made("visits")
    store = window.open_store
    home = one(
        store, "SELECT id FROM household WHERE deleted = 0 AND occupancy <> 'vacant' ORDER BY rid LIMIT 1"
    )
    assert isinstance(home, bytes)
    desk.pages.begin_visit(home)
    qtbot.waitUntil(lambda: page.middle.currentWidget() is page.form)
    page.form.fields.said.edit.setFocus()
    assert page.answer(QKeySequence("Ctrl+D"))
    qtbot.waitUntil(lambda: bool(page.findChildren(RegisterDialog)))
    dialog = page.findChildren(RegisterDialog)[-1]
    assert desk.window.current_page == "visits"  # whoever stands at the door goes on with the visit
    dialog.headline.set_text("楼道灯不亮")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.form.fields.demands.buttons) == 1)
    assert one(store, "SELECT count(*) FROM demand WHERE title = '楼道灯不亮'") == 0
    page.form.fields.outcome.choose(0)
    page.presenter.edited(page.form.fields.values())
    page.presenter.save(then_next=False)
    qtbot.waitUntil(lambda: one(store, "SELECT count(*) FROM demand WHERE title = '楼道灯不亮'") == 1)
    visit = one(store, "SELECT visit_id FROM demand WHERE title = '楼道灯不亮'")
    assert visit == one(store, "SELECT id FROM visit ORDER BY rid DESC LIMIT 1")
    qtbot.waitUntil(lambda: not window.busy)
    assert [hint.key for hint in page.further_hints] == ["F2", "Ctrl+D"]


def test_a_steward_reads_lists_and_deliberation_in_their_simple_form(open_as: Open, qtbot: QtBot) -> None:
    """No tab of its own: search and links lead there, and Esc leads back."""
    window = open_as("mg101")
    desk = desk_of(window)
    root = one(window.open_store, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(root, bytes)
    common = (bucket_id(root, BucketClass.COMMON), 1, 0)
    with window.open_store.database.write() as connection:  # as they come from the server
        for n, (title, state) in enumerate((("夜间停车不够", "open"), ("早就好了", "met"))):
            connection.exec_driver_sql(
                "INSERT INTO need (id, bucket_id, row_version, deleted, no, title, category, raised_on, state) "
                "VALUES (?, ?, ?, ?, ?, ?, 'parking', '2026-11-02', ?)",
                (bytes([n]) * 16, *common, f"N26-01-000{n}", title, state),
            )
        connection.exec_driver_sql(
            "INSERT INTO issue (id, bucket_id, row_version, deleted, no, title, area_unit_id, raised_from, raised_on, "
            "level, state) VALUES (?, ?, ?, ?, 'Y26', '坡道', ?, 'patrol', '2026-11-02', 'community', 'raised')",
            (b"y" * 16, *common, root),
        )
    while window.open_store.index_some():
        pass
    assert not {"lists", "deliberation"} & set(tabs(desk))
    for text, key in (("Y26", "deliberation"), ("N26-01-0000", "lists")):
        hit = find(window.open_store, text)[0]
        desk.search.follow(of_hit(hit, Wording.load("zh_CN")))
        assert desk.window.current_page == key
        page = desk.pages.made(key)
        qtbot.waitUntil(lambda: page.presenter.chosen is not None, timeout=15_000)  # noqa: B023
        assert page.presenter.wanted == (hit.kind.value, hit.id)
        assert [kind for kind, column in page.columns.items() if column.isVisible()] == [hit.kind.value]
        assert page.card.verbs == []  # a steward reads here
        qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
        assert all(not line.dim for column in page.columns.values() for line in column.table.lines())
        assert page.answer(QKeySequence("Ctrl+Tab"))
        assert len([column for column in page.columns.values() if column.isVisible()]) == 1
        for _ in range(2):  # first what is chosen, then the page
            assert page.answer(QKeySequence("Esc"))
        assert desk.window.current_page == "today"
