"""The visits page over a real profile: a visit by keyboard alone, drafts that survive, the guard, corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.models.days import Week
from gridworker.services.consents import ConsentForm, NeedForm, add_need
from gridworker.services.links import change_links
from gridworker.store.queries import visits
from gridworker.store.queries.households import household_ids, household_rows
from gridworker.store.queries.links import linkers
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.visits.act_dialogs import ActDialog, AmendDialog
from gridworker.ui.pages.visits.page import KEEP_MS, VisitsPage
from gridworker.ui.pages.visits.source import VisitSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]
OpenPage = Callable[..., VisitsPage]
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
WEEK = Week(2026, 47)


@pytest.fixture
def open_page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> Iterator[OpenPage]:
    """Makes a page in a window that, like the main one, may be narrower than the page would like."""
    frames = []

    def make(wording: Wording = zh) -> VisitsPage:
        page, frame = VisitsPage(theme, wording, background, VisitSource(store)), QStackedWidget()
        frames.append(frame)
        qtbot.addWidget(frame)
        frame.addWidget(page)
        page.changed.connect(page.records_changed)
        frame.resize(1100, 600)
        frame.show()
        frame.activateWindow()
        page.show_scope(scope)
        settle()
        return page

    yield make
    frames.clear()


@pytest.fixture
def page(open_page: OpenPage) -> VisitsPage:
    return open_page()


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """To whatever has the keyboard, as a person's key would go."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifier)


def drafts(store: Store) -> int:
    return len(visits.draft_rows(store))


class KeyCount(QObject):
    """Counts the keys a person pressed."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.count = 0
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and watched is QApplication.focusWidget():
            self.count += 1
        return False


def test_a_visit_takes_few_keys_beside_its_words(
    page: VisitsPage, qapp: QApplication, store: Store, scope: Scope, settle: Settle
) -> None:
    before = len(visits.week_visits(store, scope, WEEK))
    said = "灯已经修好了"
    page.list.setFocus()
    keys = KeyCount(qapp)
    press(Qt.Key.Key_N, CTRL)
    settle()
    door = page.form.header.title.text()
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_S, ALT)
    page.form.fields.said.edit.insertPlainText(said)  # type: ignore[union-attr]  # the free text itself is not counted
    press(Qt.Key.Key_Return, CTRL)
    settle()
    qapp.removeEventFilter(keys)
    found = visits.week_visits(store, scope, WEEK)
    assert len(found) == before + 1
    newest = next(row for row in found if row.said == said)
    assert (newest.door, newest.outcome, newest.mode, newest.on) == (door, "met", "door", "2026-11-20")
    assert newest.visitors == (store.identity.member_name,)
    assert newest.no in page.undo_bar.words.text()
    assert page.form.header.title.text() != door  # the next household is open
    assert keys.count <= 25


def test_a_promise_needs_a_day_and_says_so_under_the_field(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    page.presenter.begin_first()
    settle()
    fields = page.form.fields
    press(Qt.Key.Key_4)
    fields.said.edit.setFocus()
    QTest.keyClicks(fields.said.edit, "9")  # a digit in a text is text
    press(Qt.Key.Key_Return, CTRL)
    settle()
    assert fields.outcome.outcome() == "rescheduled"
    assert fields.next_row.error()
    assert fields.next_day.hasFocus()
    assert fields.said.text() == "9"
    QTest.keyClicks(fields.next_day, "+7")
    press(Qt.Key.Key_S, CTRL)
    settle()
    assert page.undo_bar.isVisible()
    assert drafts(store) == 0


def test_typing_is_on_the_disk_within_a_second_and_comes_back_after_a_crash(
    page: VisitsPage, open_page: OpenPage, qtbot: QtBot, store: Store, settle: Settle
) -> None:
    assert KEEP_MS < 1000
    page.presenter.begin_first()
    settle()
    household = page.presenter.open_household
    assert household is not None
    press(Qt.Key.Key_3)
    page.form.fields.said.edit.setFocus()
    QTest.keyClicks(page.form.fields.said.edit, "half a sen")
    qtbot.waitUntil(lambda: drafts(store) == 1, timeout=5000)
    settle()
    assert "09:00" in page.form.kept.text()
    # Nothing is told to the page any more: another window opens on the same profile, as after a power cut.
    again = open_page()
    assert again.list.items[1].kind == "draft"
    again.begin(household)
    settle()
    assert again.form.fields.values().said == "half a sen"
    assert again.form.fields.values().outcome == "declined"
    assert "09:00" in again.form.kept.text()


def test_escape_puts_the_form_aside_and_keeps_what_was_typed(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_Escape)
    settle()
    assert drafts(store) == 1
    assert page.list.hasFocus()
    assert page.list.items[0].name == "草稿"


def test_a_form_nobody_typed_in_leaves_no_draft(page: VisitsPage, store: Store, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_Escape)
    settle()
    assert drafts(store) == 0


def test_hiding_the_page_or_locking_keeps_the_draft(page: VisitsPage, store: Store, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_1)
    page.hide()
    settle()
    assert drafts(store) == 1
    page.show()
    page.form.fields.said.set_text("")
    page.form.fields.said.edit.insertPlainText("more")  # type: ignore[union-attr]
    page.keep_now()
    draft = visits.draft_rows(store)[0]
    assert (store.drafts.body(draft.id) or {})["said"] == "more"


def test_an_identity_number_blocks_until_masked_and_is_never_stored(
    page: VisitsPage, qtbot: QtBot, store: Store, settle: Settle
) -> None:
    page.presenter.begin_first()
    settle()
    fields = page.form.fields
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_S, ALT)
    QTest.keyClicks(fields.said.edit, "11010519491231002X")
    assert fields.said.strip.isVisible()
    assert not fields.said.strip.keep_button.isVisible()
    qtbot.waitUntil(lambda: drafts(store) == 1, timeout=5000)
    kept = str(store.drafts.body(visits.draft_rows(store)[0].id))
    assert "11010519491231002X" not in kept
    press(Qt.Key.Key_Return, CTRL)
    settle()
    assert fields.said.field.error()
    press(Qt.Key.Key_M, ALT)
    qtbot.waitUntil(lambda: "1101" not in fields.said.text())
    assert not fields.said.strip.isVisible()
    press(Qt.Key.Key_S, CTRL)
    settle()
    assert drafts(store) == 0


def test_a_phone_may_be_kept(page: VisitsPage, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    said = page.form.fields.said
    said.edit.setFocus()
    QTest.keyClicks(said.edit, "100-0000-0199 ok")
    assert said.strip.isVisible()
    said.strip.keep_button.click()
    assert not said.strip.isVisible()
    assert said.text() == "100-0000-0199 ok"


def test_one_strip_at_a_time_has_the_mask_key(page: VisitsPage, qtbot: QtBot, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    fields = page.form.fields
    for text in (fields.said, fields.answered):
        text.edit.setFocus()
        QTest.keyClicks(text.edit, "100-0000-0199")
    assert fields.said.strip.isVisible()
    assert fields.answered.strip.isVisible()
    press(Qt.Key.Key_M, ALT)
    qtbot.waitUntil(lambda: "0000" not in fields.said.text())
    assert fields.answered.text() == "100-0000-0199"
    press(Qt.Key.Key_M, ALT)
    qtbot.waitUntil(lambda: "0000" not in fields.answered.text())


def test_a_future_day_is_refused_under_the_day(page: VisitsPage, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_1)
    fields = page.form.fields
    fields.day.setText("2026-12-24")
    press(Qt.Key.Key_S, CTRL)
    settle()
    assert fields.details_error.isVisible()
    assert fields.day.hasFocus()


def open_saved(page: VisitsPage, settle: Settle) -> None:
    done = next(item for item in page.list.items if item.kind == "done")
    page.list.point_at(done.id)
    page.list.setFocus()
    press(Qt.Key.Key_Return)
    settle()
    assert page.middle.currentWidget() is page.visit_card


def dialog_of(kind: type[ActDialog]) -> ActDialog:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def test_a_saved_visit_is_corrected_with_a_reason(page: VisitsPage, settle: Settle) -> None:
    open_saved(page, settle)
    page.visit_card.amend_button.click()
    dialog = dialog_of(AmendDialog)
    assert isinstance(dialog, AmendDialog)
    dialog.said.set_text("后来补上的话")
    dialog.go_button.click()
    assert dialog.text.field.error()  # the reason is missing
    dialog.text.set_text("当时漏记")
    dialog.go_button.click()
    settle()
    assert not dialog.isVisible()
    assert page.visit_card.facts.value("said") == "后来补上的话"


def test_a_correction_that_changes_nothing_is_not_saved(page: VisitsPage, settle: Settle) -> None:
    open_saved(page, settle)
    page.visit_card.amend_button.click()
    dialog = dialog_of(AmendDialog)
    dialog.text.set_text("没有什么")
    dialog.go_button.click()
    settle()
    assert dialog.isVisible()
    assert dialog.text.field.error()
    dialog.reject()


def test_a_saved_visit_is_voided_and_stays_readable(page: VisitsPage, qtbot: QtBot, settle: Settle) -> None:
    open_saved(page, settle)
    page.visit_card.void_button.click()
    dialog = dialog_of(ActDialog)
    dialog.text.set_text("记错门牌")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    settle()
    assert page.visit_card.row is not None
    assert page.visit_card.row.void
    assert page.visit_card.warning.isVisible()
    assert not page.visit_card.amend_button.isEnabled()


def test_the_strip_after_saving_leads_to_the_void(page: VisitsPage, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_S, CTRL)
    settle()
    page.undo_bar.undo_button.click()
    settle()
    dialog = dialog_of(ActDialog)
    assert page.visit_card.row is not None
    assert page.visit_card.row.no in dialog.windowTitle()
    dialog.reject()


def test_a_remark_is_signed_and_shown_in_the_household(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    open_saved(page, settle)
    page.visit_card.comment_button.click()
    dialog = dialog_of(ActDialog)
    dialog.text.set_text("已转告物业")
    dialog.go_button.click()
    settle()
    row = page.visit_card.row
    assert row is not None
    opening = VisitSource(store).opening(row.household_id)
    assert [e.text for e in opening.detail.timeline if e.kind == "comment"] == ["已转告物业"]
    assert "已转告物业" in page.visit_card.added.text()
    assert row.no in page.undo_bar.words.text()


def test_a_saved_visit_shows_all_that_was_written(page: VisitsPage, store: Store, settle: Settle) -> None:
    page.presenter.begin_first()
    settle()
    assert page.household.after_save.isVisible()
    press(Qt.Key.Key_1)
    fields = page.form.fields
    fields.next_step.set_text("带量尺来")
    fields.next_day.setText("+7")
    press(Qt.Key.Key_S, CTRL)
    settle()
    assert page.household.after_save.isHidden()
    open_saved(page, settle)
    facts, row = page.visit_card.facts, page.visit_card.row
    assert facts.value("next").startswith("带量尺来") and row is not None
    assert page.visit_card.added.isHidden() and page.household.after_save.isHidden()
    press(Qt.Key.Key_F2)
    dialog = dialog_of(AmendDialog)
    assert isinstance(dialog, AmendDialog) and dialog.focusWidget() is dialog.outcome
    dialog.said.set_text("后来补上的话")
    dialog.text.set_text("当时漏记")
    dialog.go_button.click()
    settle()
    assert "当时漏记" in page.visit_card.added.text()


def test_discarding_asks_first(
    page: VisitsPage, store: Store, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.presenter.begin_first()
    settle()
    press(Qt.Key.Key_1)
    page.presenter.keep_draft()
    settle()
    answers = [False, True]
    monkeypatch.setattr("gridworker.ui.pages.visits.page.confirmed", lambda *a, **values: answers.pop(0))
    page.form.discard_button.click()
    settle()
    assert drafts(store) == 1
    page.form.discard_button.click()
    settle()
    assert drafts(store) == 0


def test_a_narrow_page_shows_one_part_at_a_time(page: VisitsPage, settle: Settle) -> None:
    page.window().resize(700, 600)
    assert page.parts.isVisible()
    assert page.list.isVisible()
    page.presenter.begin_first()
    settle()
    assert page.form.isVisible()
    assert not page.list.isVisible()
    page.parts.button("household").click()
    assert page.household.isVisible()


@pytest.mark.parametrize("text_size", [100, 125, 150, 200])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_button_of_the_form_is_cut(
    text_size: int, language: str, theme: Theme, open_page: OpenPage, settle: Settle
) -> None:
    theme.choose(text_size=text_size)
    page = open_page(Wording.load(language))
    page.window().resize(990, 500)
    page.presenter.begin_first()
    settle()
    for outcome in page.form.fields.outcome.buttons():
        assert outcome.width() >= outcome.natural_width(with_key=outcome.key_shown), outcome.accessibleName()
    for button in (page.form.aside_button, page.form.only_button, page.form.next_button):
        assert button.width() >= button.sizeHint().width(), button.accessibleName()


def test_who_asked_for_a_service_can_be_seen_alone_by_whoever_serves_them(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    assert page.needs.isHidden()  # a secretary is not told
    homes = [item.id for item in page.list.items if item.kind == "due"]
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM service_need")
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = 'grid_leader' WHERE member_id = ?", (_me(store),)
        )
        connection.exec_driver_sql(
            "UPDATE appointment SET area_unit_id = (SELECT parent_id FROM area_unit WHERE id = (SELECT micro_grid_id "
            "FROM coverage WHERE unit_id = (SELECT unit_id FROM household WHERE id = ?))) WHERE member_id = ?",
            (homes[0], _me(store)),
        )
        person = connection.exec_driver_sql(
            "SELECT id FROM resident WHERE household_id = ?", (homes[0],)
        ).scalar()
    store.forget_cached()
    consent = ConsentForm(("service_need",), separate=True)
    add_need(store, person, NeedForm("meal", "2026-12-31"), consent)
    page.presenter.reload()
    settle()
    assert page.needs.isVisible()
    page.needs.click()
    assert [item.id for item in page.list.items if item.kind == "due"] == [homes[0]]
    page.needs.click()
    assert [item.id for item in page.list.items if item.kind == "due"] == homes


def _me(store: Store) -> bytes:
    assert store.known.member_id is not None
    return store.known.member_id


def test_whoever_is_linked_with_the_household_is_one_key_away(
    page: VisitsPage, store: Store, scope: Scope, settle: Settle
) -> None:
    me = store.known.member_id
    assert me is not None
    other, name = next((one.id, one.name) for one in linkers(store) if one.id != me)
    page.presenter.begin_first()
    settle()
    home = page.presenter.open_household
    assert home is not None and page.form.fields.visitor.name.text() == store.identity.member_name
    assert not page.form.fields.visitor.choice.isVisible()
    change_links(store, other, (home,))
    page.presenter.put_aside()
    page.presenter.begin(home)
    settle()
    visitor = page.form.fields.visitor
    assert (
        visitor.choice.isVisible() and visitor.visitors() == ""
    )  # the own member unless somebody else is chosen
    press(Qt.Key.Key_W, ALT)
    assert visitor.choice.currentText() == f"{name}（联户）"
    press(Qt.Key.Key_1)
    page.form.fields.said.edit.insertPlainText("联户来过")  # type: ignore[union-attr]
    press(Qt.Key.Key_Return, CTRL)
    settle()
    newest = next(row for row in visits.week_visits(store, scope, WEEK) if row.said == "联户来过")
    assert newest.visitors == (name,)


def test_the_own_linked_household_says_so_without_a_choice(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    page.presenter.begin_first()
    settle()
    home, me = page.presenter.open_household, store.known.member_id
    assert home is not None and me is not None
    change_links(store, me, (home,))
    page.presenter.put_aside()
    page.presenter.begin(home)
    settle()
    visitor = page.form.fields.visitor
    assert visitor.name.text() == f"{store.identity.member_name}（联户）" and not visitor.choice.isVisible()
    assert visitor.visitors() == ""


def test_the_visit_of_somebody_else_says_who_corrects_it(
    page: VisitsPage, store: Store, settle: Settle
) -> None:
    open_saved(page, settle)
    card = page.visit_card
    assert card.amend_button.isEnabled() and card.warning.isHidden() and card.row is not None
    record = VisitSource(store).visit(card.row.id).record
    card.show_row(card.row, record, correctable=False)
    assert not card.amend_button.isEnabled() and not card.void_button.isEnabled()
    assert card.comment_button.isEnabled() and card.warning.isVisible()
    card.show_row(card.row, record)
    assert card.void_button.isEnabled() and card.warning.isHidden()


def test_where_nobody_waits_the_door_is_typed(
    page: VisitsPage, store: Store, scope: Scope, settle: Settle
) -> None:
    home = household_rows(store, household_ids(store, scope))[5]
    page.show_scope(replace(scope, node_id=b"x" * 16, unit_ids=frozenset(), micro_grid_ids=frozenset()))
    settle()
    assert page.begin_pane.start_button.isHidden()
    press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    field = page.begin_pane.field
    assert QApplication.focusWidget() is field
    press(Qt.Key.Key_Escape)  # back to where the keyboard was
    assert QApplication.focusWidget() is not field
    press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, home.door)
    press(Qt.Key.Key_Return)
    settle()
    assert page.presenter.open_household == home.id
    assert page.middle.currentWidget() is page.form
    press(Qt.Key.Key_1)
    assert page.form.fields.outcome.outcome() == "met"
    press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)  # another one: this one is a draft now
    settle()
    assert QApplication.focusWidget() is field and drafts(store) == 1
