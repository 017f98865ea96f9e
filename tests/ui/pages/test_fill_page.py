"""The page 填表 over a real profile and forms of another library: mapped by keyboard, remembered, filled, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gridworker.exports.filling.mapping import read_mapping
from gridworker.exports.filling.reading import TEXT, Target
from gridworker.models.period import Period
from gridworker.store.queries.summary import summary
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.source import ExportSource
from gridworker.ui.pages.fill.page import FillPage
from gridworker.ui.pages.fill.records_dialog import RecordsDialog
from gridworker.ui.pages.fill.source import FormSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]


def sheet_form(path: Path, *, moved: int = 0, name: str = "汇总") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    page.merge_cells("A1:C1")
    page["A1"] = "街道周报表"
    for row, texts in enumerate(
        (("项目", "本周", "上周"), ("走访户次", None, None), ("见面率", None, None)), 2
    ):
        for column, text in enumerate(texts, 1):
            page.cell(row + moved, column, text)
    page.cell(7 + moved, 1, "网格名称")
    page.cell(7 + moved, 2, "走访")
    for row in range(8, 12):
        page.cell(row + moved, 1).number_format = "@"
        page.cell(row + moved, 2).number_format = "0"
    page.cell(12 + moved, 1, "填表人")
    book.save(path)
    return path


class Desk:
    """The page, the files its dialogs answer with, and keys."""

    def __init__(
        self, qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, scope: Scope
    ) -> None:
        self.file = ""
        self.qtbot = qtbot
        source = FormSource(store, zh)
        choose = (lambda *_: self.file, lambda *_: self.file)
        self.page = FillPage(theme, zh, background, source, ExportSource(store), choose)
        qtbot.addWidget(self.page)
        self.page.resize(1200, 640)
        self.page.show()
        self.page.show_scope(scope)

    def open(self, path: Path, settle: Settle) -> None:
        self.file = str(path)
        self.page.open_button.click()
        settle()

    def put(self, cell: str, words: str) -> None:
        """By keyboard: to the cell, Enter, the words, Enter."""
        page = self.page
        page.view.go_to(_spot(cell))
        page.view.setFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: QApplication.focusWidget() is page.panel.search)
        page.panel.search.setText(words)
        QTest.keyClick(page.panel.search, Qt.Key.Key_Return)

    def export(self, target: Path, settle: Settle) -> Path:
        self.page.fill_button.click()
        settle()
        dialog = self.page.exporting.dialog
        assert dialog is not None
        dialog.purpose.setText("报街道")
        dialog.recipient.setText("街道")
        self.file = str(target)
        dialog.go_button.click()
        settle()
        return target


def _spot(cell: str) -> tuple[int, int]:
    letter, row = openpyxl.utils.cell.coordinate_from_string(cell)
    return row, openpyxl.utils.cell.column_index_from_string(letter)


@pytest.fixture
def desk(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
) -> Desk:
    made = Desk(qtbot, theme, zh, background, store, scope)
    settle()
    return made


def value(desk: Desk, key: str) -> str:
    choice = desk.page.presenter.choice(key)
    assert choice is not None
    return choice.value


def test_a_sheet_is_mapped_by_keyboard_and_filled(desk: Desk, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "街道表.xlsx"), settle)
    desk.put("B3", "visits.attempts")
    desk.put("B4", "见面率")
    settle()
    places = desk.page.presenter.places
    first = places[Target(0, (3, 2))]
    assert (first.figure, first.left, first.above) == ("visits.attempts", ("走访户次",), ("本周",))
    assert QApplication.focusWidget() is desk.page.view
    shown = desk.page.view.model_of_form.index(2, 1).data()
    assert shown == value(desk, "visits.attempts") and int(shown) > 0
    filled = openpyxl.load_workbook(desk.export(tmp_path / "出.xlsx", settle)).active
    assert str(filled["B3"].value) == shown and 0 < filled["B4"].value <= 1
    assert filled["C3"].value is None


def test_the_form_of_next_week_is_known_with_moved_rows_and_another_name(
    desk: Desk, settle: Settle, tmp_path: Path
) -> None:
    desk.open(sheet_form(tmp_path / "第46周.xlsx"), settle)
    desk.put("B3", "visits.attempts")
    settle()
    desk.open(sheet_form(tmp_path / "第47周.xlsx", moved=3, name="表一"), settle)
    assert list(desk.page.presenter.places) == [Target(0, (6, 2))]
    assert "认出" in desk.page.banner.words.text()
    filled = openpyxl.load_workbook(desk.export(tmp_path / "出.xlsx", settle)).active
    assert str(filled["B6"].value) == value(desk, "visits.attempts")


def test_a_list_finds_its_columns_and_its_room(desk: Desk, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    desk.put("A8", "分网格")
    place = desk.page.presenter.places[Target(0, (8, 1))]
    assert (place.list, place.columns, place.rows) == ("grids", ("name", "attempts"), 4)
    grids = desk.page.presenter.choice("grids")
    assert grids is not None
    filled = openpyxl.load_workbook(desk.export(tmp_path / "出.xlsx", settle)).active
    names = [filled.cell(row, 1).value for row in range(8, 8 + int(grids.value))]
    assert all(names) and filled["A12"].value == "填表人"


def test_a_list_at_the_end_of_a_sheet_has_room_and_finds_the_names_of_grids(
    desk: Desk, settle: Settle, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for column, text in enumerate(("序号", "网格", "走访", "见面"), 1):
        book.active.cell(1, column, text)
    book.save(tmp_path / "末尾.xlsx")
    desk.open(tmp_path / "末尾.xlsx", settle)
    desk.put("A2", "分网格")
    place = desk.page.presenter.places[Target(0, (2, 1))]
    assert place.columns == ("number", "name", "attempts", "met")
    assert place.rows > int(value(desk, "grids"))
    filled = openpyxl.load_workbook(desk.export(tmp_path / "出.xlsx", settle)).active
    assert filled.max_row == 1 + int(value(desk, "grids"))


def test_text_and_formulas_are_not_filled_over(
    desk: Desk, settle: Settle, tmp_path: Path, zh: Wording
) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    desk.put("A3", "visits.attempts")
    assert not desk.page.presenter.places
    assert zh("errors.reason.place_filled") in desk.page.undo_bar.words.text()
    desk.put("B3", "visits.attempts")
    assert desk.page.undo_bar.isHidden()


def test_a_search_puts_names_first_and_says_when_it_finds_none(
    desk: Desk, settle: Settle, tmp_path: Path, zh: Wording
) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    panel = desk.page.panel
    desk.put("B3", "走访户")
    assert [place.figure for place in desk.page.presenter.places.values()] == ["visits.attempts"]
    assert panel.none.isHidden() and panel.put_button.isEnabled()
    panel.search.setText("没有这个")
    assert panel.none.isVisible() and panel.none.text() == zh("fill.none")
    assert not panel.put_button.isEnabled()


def test_what_was_put_is_taken_away(desk: Desk, qtbot: QtBot, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    desk.put("B3", "visits.attempts")
    desk.put("B3", "visits.met")
    assert [place.figure for place in desk.page.presenter.places.values()] == ["visits.met"]
    QTest.keyClick(desk.page.view, Qt.Key.Key_Delete)
    assert not desk.page.presenter.places and not desk.page.fill_button.isEnabled()


def test_a_document_with_a_table_and_a_placeholder(desk: Desk, settle: Settle, tmp_path: Path) -> None:
    paper = docx.Document()
    paper.add_paragraph("本周走访 {{走访}} 户次。")
    table = paper.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 0).text = "见面", "未遇"
    paper.save(str(tmp_path / "简报.docx"))
    desk.open(tmp_path / "简报.docx", settle)
    page = desk.page
    desk.put("B1", "visits.met")
    page.card.sheets.setCurrentIndex(1)
    page.card.show_sheet()
    desk.put("A1", "visits.attempts")
    assert Target(TEXT, placeholder="{{走访}}") in page.presenter.places
    filled = docx.Document(str(desk.export(tmp_path / "出.docx", settle)))
    assert filled.paragraphs[0].text == f"本周走访 {value(desk, 'visits.attempts')} 户次。"
    assert filled.tables[0].cell(0, 1).text == value(desk, "visits.met")


def test_the_mapping_goes_into_a_file_and_back(desk: Desk, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    desk.put("B3", "visits.attempts")
    desk.file = str(tmp_path / "对照.json")
    desk.page.card.save.trigger()
    settle()
    assert read_mapping(tmp_path / "对照.json").places[0].figure == "visits.attempts"
    desk.page.presenter.places.clear()
    desk.page.card.load.trigger()
    settle()
    assert list(desk.page.presenter.places) == [Target(0, (3, 2))]
    (tmp_path / "对照.json").write_text('{"version": 1, "places": [{"figure": "x", "left": ["没有"]}]}')
    desk.page.card.load.trigger()
    settle()
    assert "没有" in desk.page.banner.words.text()


@pytest.mark.parametrize("ending", [".xls", ".doc", ".xlsx"])
def test_other_files_are_refused_with_the_way_out(
    ending: str, desk: Desk, settle: Settle, tmp_path: Path, zh: Wording
) -> None:
    old = tmp_path / f"旧表{ending}"
    old.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600 if ending != ".xlsx" else b"PK\x03\x04broken"
    )
    desk.open(old, settle)
    words = desk.page.undo_bar.words.text()
    reason = "file_old" if ending != ".xlsx" else "file_damaged"
    assert old.name in words and desk.page.presenter.form is None
    assert zh.has(f"errors.reason.{reason}")


def test_another_period_shows_other_values(desk: Desk, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    desk.put("B3", "visits.attempts")
    before = value(desk, "visits.attempts")
    desk.page.picker.back.click()
    settle()
    assert desk.page.picker.period.text() == "2026 · 第 46 周 · 11-09 至 11-15"
    assert value(desk, "visits.attempts") != before
    assert desk.page.view.model_of_form.index(2, 1).data() == value(desk, "visits.attempts")
    desk.page.presenter.choose_kind("month")
    settle()
    assert desk.page.picker.period.text() == "2026 年 11 月"


def test_every_figure_and_column_has_a_name(desk: Desk, zh: Wording) -> None:
    from gridworker.ui.pages.fill.choices import column_name

    choices = desk.page.presenter.choices
    assert len(choices) > 100
    assert [one.key for one in choices if one.name == one.key] == []
    columns = {column for one in choices for column in one.columns}
    assert [column for column in columns if column_name(column, zh) == column] == []


def test_a_cell_leads_to_the_records_it_counts(
    desk: Desk, qtbot: QtBot, settle: Settle, tmp_path: Path
) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    page = desk.page
    page.view.go_to(_spot("C3"))
    assert not page.card.records_button.isEnabled()
    desk.put("B3", "visits.attempts")
    QTest.keyClick(page.view, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    settle()
    (dialog,) = page.findChildren(RecordsDialog)
    assert len(dialog.table.lines()) == int(value(desk, "visits.attempts")) > 0
    assert dialog.table.lines()[0].cells[0] == "走访" and dialog.table.lines()[0].cells[1].startswith("Z26")
    wanted: list[object] = []
    page.record_wanted.connect(wanted.append)
    dialog.table.choose(0)
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert [getattr(one, "entity", "") for one in wanted] == ["visit"] and not dialog.isVisible()
    name = page.presenter.choice("community")
    assert name is not None
    page.presenter.put(Target(0, (4, 2)), name)
    page.view.go_to(_spot("B4"))
    page.card.records_button.click()
    settle()
    assert page.findChildren(RecordsDialog)[-1].table.lines() == ()


def test_a_line_of_a_list_leads_to_its_own_record(
    desk: Desk, store: Store, scope: Scope, settle: Settle, tmp_path: Path
) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    page = desk.page
    desk.put("A8", "分网格")
    found = summary(store, scope, Period.of_day("week", store.clock.today()))
    assert len(found.lines) > 1
    for down, line in enumerate(found.lines):
        page.view.go_to(_spot(f"B{8 + down}"))  # its visits
        assert page.card.records_button.isEnabled()
        page.card.records_button.click()
        settle()
        dialog = page.findChildren(RecordsDialog)[-1]
        assert len(dialog.table.lines()) == line.visits.attempts
        dialog.close()
    page.view.go_to(_spot(f"A{8 + len(found.lines)}"))
    assert not page.card.records_button.isEnabled()


def test_looking_for_another_figure_replaces_what_was_typed(
    desk: Desk, settle: Settle, tmp_path: Path
) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    page = desk.page
    for words in ("见面率", "年"):
        QTest.keyClick(page.view, Qt.Key.Key_F3)
        page.panel.search.insert(words)
        assert page.panel.search.text() == words
    assert value(desk, "year") == "2026"  # a name, not a count


def test_escape_leads_back(desk: Desk, qtbot: QtBot, settle: Settle, tmp_path: Path) -> None:
    desk.open(sheet_form(tmp_path / "表.xlsx"), settle)
    with qtbot.waitSignal(desk.page.left):
        QTest.keyClick(desk.page.view, Qt.Key.Key_Escape)


def test_a_narrow_page_says_the_kinds_in_short(
    desk: Desk, qtbot: QtBot, theme: Theme, background: Background, store: Store, settle: Settle
) -> None:
    en = Wording.load("en")
    page = FillPage(theme, en, background, FormSource(store, en), ExportSource(store))
    qtbot.addWidget(page)
    page.resize(1200, 640)
    page.show()
    assert page.picker.kinds.button("quarter").text() == "Quarter" and not page.fill_button.isEnabled()
    page.resize(640, 600)
    settle()
    button = page.picker.kinds.button("quarter")
    assert (button.text(), button.accessibleName()) == ("Q", "Quarter")
