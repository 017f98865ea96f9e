"""The roster page over a real profile: only what is possible is offered, and what is done can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.store.queries.roster import DutyRow
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.roster.dialogs import AssignDialog, HandOverDialog, SwapDialog
from gridworker.ui.pages.roster.page import RosterPage
from gridworker.ui.pages.roster.presenter import possible
from gridworker.ui.pages.roster.source import RosterSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

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
) -> Iterator[RosterPage]:
    made, frame = RosterPage(theme, zh, background, RosterSource(store)), QStackedWidget()
    qtbot.addWidget(frame)
    frame.addWidget(made)
    made.changed.connect(made.records_changed)
    frame.resize(1100, 600)
    frame.show()
    made.show_scope(scope)
    settle()
    yield made


def duties(page: RosterPage) -> list[DutyRow]:
    return [item.key for item in page.list.items if isinstance(item.key, DutyRow)]


def choose(page: RosterPage, duty_id: bytes) -> None:
    place = next(at for at, item in enumerate(page.list.items) if getattr(item.key, "id", None) == duty_id)
    page.list.choose_line(place)


def shown(page: RosterPage) -> set[str]:
    return {act for act, button in page.buttons.items() if not button.isHidden()}


def test_only_what_is_possible_is_offered(page: RosterPage) -> None:
    done = next(row for row in duties(page) if row.state == "done")
    planned = next(row for row in duties(page) if row.state == "planned")
    choose(page, done.id)
    assert shown(page) == {"assign", "reopen", "cancel"}
    choose(page, planned.id)
    assert shown(page) == {"assign", "ask_swap", "hand_over", "cancel"}
    assert possible(planned, may_change=False) == possible(None, may_change=False) == frozenset()


def test_a_week_begins_at_today(page: RosterPage, store: Store, settle: Settle) -> None:
    item = page.list.selected()
    assert item is not None and isinstance(item.key, DutyRow)
    assert item.key.on == min(row.on for row in duties(page) if row.on >= store.clock.today())
    page.presenter.step(-1)
    settle()
    first = duties(page)[0]
    choose(page, first.id)
    page.presenter.reload()
    settle()
    item = page.list.selected()
    assert item is not None and isinstance(item.key, DutyRow) and item.key.id == first.id


def test_swap_asked_and_taken_over(page: RosterPage, store: Store, settle: Settle) -> None:
    planned = next(row for row in duties(page) if row.state == "planned" and not row.mine)
    choose(page, planned.id)
    page.buttons["ask_swap"].click()
    dialog = next(found for found in page.findChildren(SwapDialog) if found.isVisible())
    assert dialog.member.findData(planned.member_id.hex()) == -1  # not with oneself
    assert store.known.member_id is not None
    dialog.member.setCurrentIndex(dialog.member.findData(store.known.member_id.hex()))
    dialog.ask()
    settle()
    chosen = page.list.selected()
    assert chosen is not None and isinstance(chosen.key, DutyRow) and chosen.key.id == planned.id
    assert planned.on[5:] in page.undo_bar.words.text()
    assert shown(page) == {"assign", "accept_swap", "decline_swap", "hand_over", "cancel"}
    page.buttons["accept_swap"].click()
    settle()
    taken = next(row for row in duties(page) if row.id == planned.id)
    assert taken.mine and taken.state == "planned"


def test_handed_over_with_a_note_that_is_shown(page: RosterPage, settle: Settle) -> None:
    planned = next(row for row in duties(page) if row.state == "planned")
    choose(page, planned.id)
    page.buttons["hand_over"].click()
    dialog = next(found for found in page.findChildren(HandOverDialog) if found.isVisible())
    dialog.text.set_text("钥匙在抽屉里")
    dialog.ask()
    settle()
    choose(page, planned.id)
    assert "钥匙在抽屉里" in page.note.text()
    assert "reopen" in shown(page)


def test_assigned_and_cancelled_with_undo(page: RosterPage, store: Store, settle: Settle) -> None:
    before = len(duties(page))
    page.buttons["assign"].click()
    dialog = next(found for found in page.findChildren(AssignDialog) if found.isVisible())
    dialog.day_edit.setText("2026-11-22")
    dialog.ask()
    settle()
    assert len(duties(page)) == before + 1
    added = next(row for row in duties(page) if row.on == "2026-11-22")
    choose(page, added.id)
    page.buttons["cancel"].click()
    settle()
    assert len(duties(page)) == before
    page.undo_bar.undo_button.click()
    settle()
    assert len(duties(page)) == before + 1


def test_another_week_and_another_node(page: RosterPage, store: Store, settle: Settle) -> None:
    page.presenter.step(1)
    settle()
    assert duties(page) and min(row.on for row in duties(page)) >= "2026-11-23"
    page.node.setCurrentIndex(0)
    settle()
    assert {row.area_id.hex() for row in duties(page)} == {page.node.itemData(0)}
    page.presenter.step(20)
    settle()
    assert duties(page) == [] and shown(page) == {"assign"}
