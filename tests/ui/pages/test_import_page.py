"""The import page over a real profile: file, columns, preview, applying, taking back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.imports.verdicts import Verdict
from gridworker.services.imports import PastImport
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.imports.page import ImportPage
from gridworker.ui.pages.imports.source import ImportSource
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording
from tests.ui.reached import in_tab_order

FILES = Path(__file__).parents[2] / "unit" / "imports" / "files"
Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    settle: Settle,
    tmp_path: Path,
) -> Iterator[ImportPage]:
    made = ImportPage(
        theme, zh, background, ImportSource(store, zh),
        lambda *_: str(FILES / "ledger.xlsx"), lambda *_: str(tmp_path / "模板"),
    )  # fmt: skip
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    settle()
    yield made


def households(store: Store) -> int:
    with store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM household WHERE deleted = 0").scalar())


def to_preview(page: ImportPage, settle: Settle, name: str = "ledger.xlsx") -> None:
    page.open_file(FILES / name)
    settle()
    page.columns.basis.setCurrentIndex(page.columns.basis.findData("consent"))
    page.columns.notice.setText("2026-01")
    page.columns.preview_button.click()
    settle()


def test_a_ledger_goes_in_and_comes_out_again(page: ImportPage, store: Store, settle: Settle) -> None:
    before = households(store)
    changes: list[object] = []
    page.changed.connect(changes.append)
    page.start.choose_button.click()
    settle()
    assert page.columns.isVisible() and page.columns.sheet == "住户台账"
    assert (page.columns.first.value(), page.columns.last.value()) == (3, 4)
    to_preview(page, settle)
    assert page.preview.isVisible() and households(store) == before
    assert page.preview.summary.text() == "新增 3 户、4 人"
    page.preview.apply_button.click()
    settle()
    assert households(store) == before + 3
    assert page.start.isVisible() and "新增 3 户" in page.undo_bar.words.text()
    assert len(page.start.undo_buttons) == 1
    page.undo_bar.undo_button.click()
    settle()
    assert households(store) == before
    assert page.start.undo_buttons == {}
    assert len(changes) == 2


def test_nothing_from_a_column_that_may_not_be_read_is_on_the_screen(
    page: ImportPage, settle: Settle
) -> None:
    from PySide6.QtWidgets import QLabel

    page.open_file(FILES / "numbers.xlsx")
    settle()
    shown = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "1949" not in shown and "440524" not in shown and "党员" not in shown
    assert "C" not in page.columns.fields.choices and "A" in page.columns.fields.choices


def test_tab_goes_through_the_columns_as_they_are_read(page: ImportPage, settle: Settle) -> None:
    page.open_file(FILES / "ledger.xlsx")
    settle()
    choices = list(page.columns.fields.choices.values())
    order = in_tab_order(page)
    places = [order.index(one) for one in (page.columns.first, *choices, page.columns.preview_button)]
    assert len(choices) > 5 and places == sorted(places)


def test_a_corrected_column_is_remembered_for_the_next_file_like_it(
    page: ImportPage, store: Store, settle: Settle
) -> None:
    page.open_file(FILES / "ledger.xlsx")
    settle()
    remark = page.columns.fields.choices["K"]
    assert remark.currentData() == "note"
    remark.setCurrentIndex(remark.findData(""))
    remark.activated.emit(remark.currentIndex())
    settle()
    to_preview_again(page, settle)
    page.presenter.begin()
    page.open_file(FILES / "ledger.xls")  # another file with the same headers
    settle()
    assert page.columns.fields.choices["K"].currentData() == ""
    page.columns.forget_button.click()
    settle()
    assert page.columns.fields.choices["K"].currentData() == "note"
    assert b"\xe5\xa4\x87\xe6\xb3\xa8" not in (store.state("import.layouts") or b"")  # no header in it


def to_preview_again(page: ImportPage, settle: Settle) -> None:
    page.columns.preview_button.click()
    settle()
    assert page.preview.isVisible()


def test_a_header_elsewhere_and_a_sheet_left_out(page: ImportPage, settle: Settle) -> None:
    page.open_file(FILES / "ledger.xlsx")
    settle()
    page.columns.first.setValue(4)
    settle()
    opened = page.presenter.opened
    assert opened is not None and opened.layouts["住户台账"].header == (4,)
    page.columns.skip.click()
    settle()
    assert not page.columns.preview_button.isEnabled()
    assert "没有可导入的表" in page.columns.preview_button.accessibleName()


def test_a_basis_needs_the_version_of_its_notice(page: ImportPage, settle: Settle) -> None:
    page.open_file(FILES / "ledger.xlsx")
    settle()
    assert page.columns.preview_button.isEnabled()  # without a basis phones stay out
    page.columns.basis.setCurrentIndex(page.columns.basis.findData("consent"))
    page.columns.basis.activated.emit(1)
    assert not page.columns.preview_button.isEnabled()
    page.columns.notice.setText("2026-01")
    assert page.columns.preview_button.isEnabled()


def test_verdicts_can_be_looked_at_one_kind_at_a_time(page: ImportPage, settle: Settle) -> None:
    to_preview(page, settle)
    model = page.preview.model
    assert model.rowCount() == 17
    page.preview.filters[Verdict.REFUSED].click()
    assert [model.verdict(place).row for place in range(model.rowCount())] == [12]
    at = {name: model.index(0, place).data() for place, name in enumerate(("sheet", "row"))}
    assert at == {"sheet": "住户台账", "row": "12"}
    assert "没有这个小区、楼栋或单元" in model.words(model.verdict(0), "said")
    assert model.words(model.verdict(0), "code") == "address_unknown"
    page.preview.back_button.click()
    assert page.columns.isVisible()


@pytest.mark.parametrize(
    ("name", "word"), [("locked.xlsx", "密码"), ("web-page.xls", "网页"), ("gone.xlsx", "")]
)
def test_a_file_that_cannot_be_read_is_said_and_nothing_else_happens(
    page: ImportPage, settle: Settle, name: str, word: str
) -> None:
    page.open_file(FILES / name)
    settle()
    assert page.start.isVisible() and page.undo_bar.isVisible() and word in page.undo_bar.words.text()
    assert not page.progress.isVisible()


def test_a_file_dropped_on_the_page_is_opened(page: ImportPage, settle: Settle) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(FILES / "ledger.xlsx"))])
    event = QDropEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    page.dropEvent(event)
    settle()
    assert page.columns.isVisible()


def test_the_template_is_saved_with_its_ending(page: ImportPage, settle: Settle, tmp_path: Path) -> None:
    page.start.template_button.click()
    settle()
    assert (tmp_path / "模板.xlsx").exists() and "模板.xlsx" in page.undo_bar.words.text()


def test_cancelling_leaves_everything_as_it_was(page: ImportPage, store: Store, settle: Settle) -> None:
    to_preview(page, settle)
    before = households(store)
    with store.database.write():  # three households would be there before anybody could stop it
        page.presenter.apply()
        page.progress.cancel_button.click()
    settle()
    assert households(store) == before
    assert page.preview.isVisible() and page.preview.isEnabled()


def test_large_text_on_a_low_screen_scrolls_and_cuts_nothing(
    page: ImportPage, theme: Theme, settle: Settle
) -> None:
    holder = QWidget()
    holder.resize(1000, 440)
    page.setParent(holder)
    theme.choose(text_size=200)
    page.start.show_batches([PastImport("1", "ledger.xlsx", "2026-11-20 09:00", 8, 0)])
    holder.show()
    page.show()
    page.setGeometry(0, 0, 1000, 340)
    settle()
    for button in (page.start.choose_button, page.start.template_button):
        assert button.height() >= button.sizeHint().height()
        above = button.parentWidget()
        assert above is not None
        assert above.height() >= button.geometry().bottom()
    for label in page.start.findChildren(TextLabel):
        assert label.height() >= label.heightForWidth(label.width())
