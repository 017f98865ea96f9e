"""A demand that is being typed is on the disk within a moment and taken up again; one that is said during a visit is
kept with the visit's draft and registered with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.services import demands as services
from gridworker.services.demands import DemandForm
from gridworker.store.queries.demand_detail import demand
from gridworker.store.queries.demands import demands
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.desk_demands import ask_with_visit
from gridworker.ui.pages.demands.form_body import bodies_of, body_of, form_of, texts_of
from gridworker.ui.pages.demands.page import DemandsPage
from gridworker.ui.pages.demands.register_dialog import RegisterDialog
from gridworker.ui.pages.demands.register_draft import KEEP_MS
from gridworker.ui.pages.demands.source import DemandSource
from gridworker.ui.pages.visits.page import VisitsPage
from gridworker.ui.pages.visits.source import VisitSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
CTRL = Qt.KeyboardModifier.ControlModifier


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
    made.resize(1100, 640)
    made.show()
    made.show_scope(whole)
    settle()
    return made


def form_open(page: DemandsPage, settle: Settle) -> RegisterDialog:
    page.activateWindow()  # a box may have been open before
    settle()
    QTest.keyClick(page, Qt.Key.Key_D, CTRL)
    settle()
    assert isinstance(page.asking.dialog, RegisterDialog)
    return page.asking.dialog


def kept(store: Store) -> int:
    with store.read() as connection:
        return int(
            connection.exec_driver_sql("SELECT count(*) FROM draft WHERE kind = 'demand'").scalar() or 0
        )


def type_in(form: RegisterDialog, title: str, settle: Settle) -> None:
    QTest.keyClicks(form.where, "1-1-101")
    form.look()
    settle()
    form.headline.set_text(title)
    form.headline.changed.emit()
    form.type.setCurrentIndex(form.type.findData("complaint"))


def test_what_is_typed_comes_back_after_a_crash(
    page: DemandsPage, store: Store, qtbot: QtBot, settle: Settle
) -> None:
    form = form_open(page, settle)
    type_in(form, "楼道灯不亮", settle)
    qtbot.waitUntil(lambda: kept(store) == 1, timeout=KEEP_MS + 2000)
    settle()
    page.asking.draft.forget()  # the program ends here: nothing more is kept
    form.done(0)
    again = form_open(page, settle)
    settle()
    assert again is not form
    assert (again.headline.text(), again.type.currentData()) == ("楼道灯不亮", "complaint")
    assert again.place is not None and again.place.field == "household_id"
    QTest.keyClick(again, Qt.Key.Key_Return, CTRL)
    settle()
    settle()
    assert demands(store, None).rows[0].title == "楼道灯不亮"
    assert kept(store) == 0


def test_escape_keeps_what_was_typed_and_registering_drops_it(
    page: DemandsPage, store: Store, settle: Settle
) -> None:
    form = form_open(page, settle)
    type_in(form, "井盖松动", settle)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    settle()
    settle()
    assert kept(store) == 1
    again = form_open(page, settle)
    assert again.headline.text() == "井盖松动"


def test_a_form_nobody_typed_in_leaves_no_draft(page: DemandsPage, store: Store, settle: Settle) -> None:
    form = form_open(page, settle)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    settle()
    assert kept(store) == 0


def test_locking_keeps_it_at_once(page: DemandsPage, store: Store, settle: Settle) -> None:
    form = form_open(page, settle)
    type_in(form, "井盖松动", settle)
    page.keep_now()
    assert kept(store) == 1


def test_a_draft_is_thrown_away_for_a_blank_form(page: DemandsPage, store: Store, settle: Settle) -> None:
    form = form_open(page, settle)
    type_in(form, "井盖松动", settle)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    settle()
    again = form_open(page, settle)
    again.dropped.emit()
    settle()
    settle()
    blank = page.asking.dialog
    assert isinstance(blank, RegisterDialog) and blank is not again
    assert (blank.headline.text(), kept(store)) == ("", 0)


def test_a_form_is_kept_whole() -> None:
    form = DemandForm(
        ("shop_id", b"\x01" * 16), "标题", "内容", "repair", reporter="outside", reporter_name="王演示",
        reporter_resident_id=b"\x02" * 16, wants_reply=False, result_text="当场答复",
    )  # fmt: skip
    assert form_of(body_of(form)) == form
    assert [form_of(one) for one in bodies_of(texts_of([body_of(form)]))] == [form]
    assert bodies_of("no json") == bodies_of("") == bodies_of("{}") == []


# -- with a visit ------------------------------------------------------------------------------------------------


@pytest.fixture
def visiting(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> VisitsPage:
    made = VisitsPage(theme, zh, background, VisitSource(store))
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    made.bind_keys({"Ctrl+D": lambda: ask_with_visit(theme, zh, background, store, made, scope)})
    made.show_scope(scope)
    settle()
    QTest.keyClick(made, Qt.Key.Key_N, CTRL)
    settle()
    return made


def say(page: VisitsPage, title: str, settle: Settle) -> RegisterDialog:
    QTest.keyClick(page, Qt.Key.Key_D, CTRL)
    settle()
    form = page.findChildren(RegisterDialog)[-1]
    form.headline.set_text(title)
    QTest.keyClick(form, Qt.Key.Key_Return, CTRL)
    settle()
    settle()
    return form


def test_what_is_said_in_a_visit_is_registered_with_it(
    visiting: VisitsPage, store: Store, settle: Settle
) -> None:
    before = len(demands(store, None, limit=1000).rows)
    assert say(visiting, "坡道太陡", settle).isHidden()
    assert len(visiting.form.fields.demands.buttons) == 1
    assert len(demands(store, None, limit=1000).rows) == before  # not before the visit
    visiting.form.fields.outcome.choose(0)
    visiting.activateWindow()
    settle()
    QTest.keyClick(visiting, Qt.Key.Key_S, CTRL)
    settle()
    settle()
    row = demands(store, None, order="new").rows[0]
    found = demand(store, row.id)
    assert (row.title, isinstance(found.values["visit_id"], bytes)) == ("坡道太陡", True)
    with store.read() as connection:
        visit = connection.exec_driver_sql("SELECT id FROM visit ORDER BY rid DESC LIMIT 1").scalar()
    assert found.values["visit_id"] == visit


def test_it_is_kept_with_the_draft_of_the_visit(visiting: VisitsPage, store: Store, settle: Settle) -> None:
    say(visiting, "坡道太陡", settle)
    household = visiting.presenter.open_household
    assert household is not None
    QTest.keyClick(visiting, Qt.Key.Key_Escape)
    settle()
    visiting.begin(household)
    settle()
    (button,) = visiting.form.fields.demands.buttons
    assert "坡道太陡" in button.accessibleName()
    button.click()
    assert visiting.form.fields.values().demands == ""


def test_what_could_not_be_registered_is_said_at_once(visiting: VisitsPage, settle: Settle) -> None:
    form = say(visiting, "", settle)
    assert form.isVisible()
    assert visiting.form.fields.demands.buttons == []


def test_the_check_is_the_registers_own(store: Store) -> None:
    with pytest.raises(Exception, match="title"):
        services.check(store, DemandForm(("household_id", b"\x01" * 16), "", "", "repair"))
