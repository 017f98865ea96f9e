"""Catalogues, limits, holidays and rules in the window: shown, changed, added, refused in words; for others to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gridworker.models.limits import Limit
from gridworker.services import limits
from gridworker.store.queries.meeting_rules import meeting_rules
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.catalogues.page import CataloguesPage
from gridworker.ui.pages.catalogues.source import KINDS, CataloguesSource
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> CataloguesPage:
    made = CataloguesPage(theme, zh, background, CataloguesSource(store))
    qtbot.addWidget(made)
    made.resize(1240, 660)
    made.show()
    made.page_shown()
    settle()
    return made


def show(page: CataloguesPage, kind: str, settle: Settle) -> list[tuple[str, ...]]:
    page.switch.choose(kind)
    page.presenter.show(kind)
    settle()
    return [line.cells for line in page.table.lines()]


def fill(page: CataloguesPage, settle: Settle, **values: str) -> None:
    form = page.form
    assert form is not None
    for name, value in values.items():
        control = form.controls[name]
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findText(value))
        elif isinstance(control, GuardedText):
            control.set_text(value)
        else:
            assert isinstance(control, QLineEdit)
            control.setText(value)
    form.go_button.click()
    settle()
    settle()


def change(page: CataloguesPage, place: int, settle: Settle, **values: str) -> None:
    page.table.choose(place)
    page.edit_button.click()
    fill(page, settle, **values)


def test_every_kind_is_shown_in_words(page: CataloguesPage, settle: Settle) -> None:
    for kind in KINDS:
        lines = show(page, kind, settle)
        assert lines and all(cells[0] and "{" not in str(cells) for cells in lines), kind
    assert ("提前通知（天）", "3") in show(page, "rules", settle)
    assert ("2026", "放假 33 天 · 上班 6 天") in show(page, "holidays", settle)
    assert ("一般", "7 天") in show(page, "limits", settle)


def test_a_category_is_added_renamed_and_offered_no_longer(page: CataloguesPage, settle: Settle) -> None:
    show(page, "demand_category", settle)
    page.add_button.click()
    fill(page, settle, name="宠物")
    assert ("宠物", "本社区自加") in [line.cells for line in page.table.lines()]
    change(page, 0, settle, name="停车难", offered="不再选")
    assert page.table.lines()[0].cells == ("停车难", "不再选") and page.table.lines()[0].dim
    page.add_button.click()
    fill(page, settle, name="重点人员")
    assert page.form is not None and page.form.isVisible() and page.form.fields["name"].error()


def test_limits_rules_and_holidays_are_changed(page: CataloguesPage, store: Store, settle: Settle) -> None:
    show(page, "limits", settle)
    assert not page.add_button.isEnabled()
    change(page, 2, settle, number="5", unit="个工作日")
    assert limits.limits(store)["normal"] == Limit(5, "wd")
    change(page, 2, settle, number="五")
    assert page.form is not None and page.form.failure.isVisible()
    page.form.reject()
    show(page, "rules", settle)
    change(page, 0, settle, number="5")
    assert meeting_rules(store)["notice_days"] == 5
    show(page, "holidays", settle)
    page.add_button.click()
    fill(page, settle, year="2027", off="2027-01-01，2027-01-02", work="2027-01-03")
    assert not limits.calendar(store).is_working("2027-01-01") and limits.calendar(store).is_working(
        "2027-01-03"
    )
    change(page, 0, settle, off="2027-01-01 2026-01-01")
    assert page.form.isVisible()
    assert page.form.fields["off"].error() == "不是这一年的休息日或调休日"
