"""Other people's forms, made by other programs: filled where the labels say, and everything else left as it was."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.styles import Alignment, Font, Protection

from gridworker.errors import FigureUnknown, FormRefused, GridworkerError, MappingInvalid, PlaceNotFound
from gridworker.exports.document import Cell, Day, Points, Ratio, Signed
from gridworker.exports.filling.form import filled_form
from gridworker.exports.filling.grid import name_of, plain, spot_of
from gridworker.exports.filling.mapping import FormMapping, Place, read_mapping, write_mapping
from gridworker.exports.filling.package import open_package
from gridworker.exports.filling.values import as_text, in_cell

FIGURES: dict[str, Cell] = {
    "visits": 172,
    "rate": Ratio(127, 172),
    "change": Signed(-3),
    "day": Day("2026-11-16"),
    "none": None,
    "evil": "=1+1 <b>&\x00",
}
LISTS: dict[str, tuple[dict[str, Cell], ...]] = {
    "grids": tuple({"name": f"第{n}网格", "visits": n * 10} for n in range(1, 4)),
    "none": (),
}
Change = Callable[[Any], None]


def blank(path: Path, change: Change | None = None) -> Path:
    """A form as a street hands it out: merged title, two-level head, formulas, a second sheet that computes on."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "汇总"
    sheet["A1"] = "网格工作情况统计表"
    sheet.merge_cells("A1:E1")
    sheet["A1"].alignment = Alignment(horizontal="center")
    for cell, text in {
        "A2": "项目",
        "B2": "本周",
        "C2": "上周",
        "A3": "走访 户次：",
        "A4": "见面率",
        "A5": "合计",
    }.items():
        sheet[cell] = text
    sheet["B5"] = "=SUM(B3:B4)"
    sheet["B3"].font = Font(bold=True)
    sheet["A8"], sheet["B8"] = "网格名称", "户次"
    other = book.create_sheet("年报")
    other["A1"] = "=汇总!B5*2"
    other["A2"] = "=A1+1"
    apart = book.create_sheet("说明")
    apart["A1"] = "填表说明"
    apart["A2"] = "=1+2"
    book.create_sheet("封面")["A1"] = "报送单位"
    if change is not None:
        change(book)
    book.save(path)
    _keep_results(path)
    return path


def _keep_results(path: Path) -> None:
    """openpyxl writes formulas without results; a spreadsheet keeps them."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(
                name,
                content.replace(b"</f><v></v>", b"</f><v>99</v>").replace(b"</f><v />", b"</f><v>99</v>"),
            )


def fill(form: Path, *places: Place, **figures: Cell) -> Path:
    target = form.with_name(f"filled{form.suffix}")
    filled = filled_form(form, FormMapping(version=1, places=places), FIGURES | figures, LISTS)
    target.write_bytes(filled.content)
    return target


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def differing(before: Path, after: Path) -> set[str]:
    old, new = parts_of(before), parts_of(after)
    assert list(old) == list(new)
    return {name for name in old if old[name] != new[name]}


VISITS = Place(figure="visits", sheet="汇总", cell="B3", left=("走访户次",), above=("本周",))


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return blank(tmp_path / "form.xlsx")


def test_the_cell_at_the_labels_gets_the_number_in_its_own_look(form: Path) -> None:
    sheet = openpyxl.load_workbook(fill(form, VISITS))["汇总"]
    assert sheet["B3"].value == 172
    assert sheet["B3"].font.bold
    assert sheet["A3"].value == "走访 户次："
    assert [cell.value for cell in sheet[4]] == ["见面率", None, None, None, None]


def test_only_what_depends_on_the_cell_differs(form: Path) -> None:
    assert differing(form, fill(form, VISITS)) == {
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml",
    }  # fmt: skip


def test_no_program_shows_an_old_result(form: Path) -> None:
    parts = parts_of(fill(form, VISITS))
    for sheet in ("sheet1", "sheet2"):
        assert b"<f>" in parts[f"xl/worksheets/{sheet}.xml"]
        assert b">99<" not in parts[f"xl/worksheets/{sheet}.xml"]
    assert b">99<" in parts["xl/worksheets/sheet3.xml"]
    assert b'fullCalcOnLoad="1"' in parts["xl/workbook.xml"]


def test_a_name_in_a_formula_may_be_the_filled_cell(tmp_path: Path) -> None:
    def named(book: Any) -> None:
        book.defined_names["户次"] = openpyxl.workbook.defined_name.DefinedName("户次", attr_text="汇总!$B$3")
        book["说明"]["A2"] = "=户次*2"

    form = blank(tmp_path / "form.xlsx", named)
    assert "xl/worksheets/sheet3.xml" in differing(form, fill(form, VISITS))


def test_a_form_without_formulas_keeps_all_but_the_sheet(tmp_path: Path) -> None:
    def without(book: Any) -> None:
        for sheet, cell in (("汇总", "B5"), ("年报", "A1"), ("年报", "A2"), ("说明", "A2")):
            book[sheet][cell] = None

    form = blank(tmp_path / "form.xlsx", without)
    assert differing(form, fill(form, VISITS)) == {"xl/worksheets/sheet1.xml"}


def moved_rows(book: Any) -> None:
    book["汇总"].unmerge_cells("A1:E1")
    book["汇总"].insert_rows(1, 3)


def renamed(book: Any) -> None:
    book["汇总"].title = "第47周"


def moved_columns(book: Any) -> None:
    book["汇总"].unmerge_cells("A1:E1")
    book["汇总"].insert_cols(1, 2)


@pytest.mark.parametrize(
    ("change", "sheet", "cell"),
    [(moved_rows, "汇总", "B6"), (renamed, "第47周", "B3"), (moved_columns, "汇总", "D3")],
)
def test_moved_rows_and_renamed_sheets_are_found(
    tmp_path: Path, change: Change, sheet: str, cell: str
) -> None:
    form = blank(tmp_path / "form.xlsx", change)
    assert openpyxl.load_workbook(fill(form, VISITS))[sheet][cell].value == 172


def test_a_list_goes_down_from_its_head(form: Path) -> None:
    place = Place(list="grids", above=("网格名称",), columns=("name", "visits"), rows=5)
    sheet = openpyxl.load_workbook(fill(form, place))["汇总"]
    assert [(sheet.cell(row, 1).value, sheet.cell(row, 2).value) for row in range(9, 13)] == [
        ("第1网格", 10), ("第2网格", 20), ("第3网格", 30), (None, None),
    ]  # fmt: skip


def test_text_stays_text(form: Path) -> None:
    place = Place(figure="evil", left=("见面率",), above=("本周",))
    cell = openpyxl.load_workbook(fill(form, place))["汇总"]["B4"]
    assert (cell.value, cell.data_type) == ("=1+1 <b>&", "s")


@pytest.mark.parametrize(
    ("place", "error", "reason"),
    [
        (Place(figure="visits", left=("没有",), above=("本周",)), PlaceNotFound, "place_missing"),
        (Place(figure="visits", above=("本周",), left=("合计",)), PlaceNotFound, "place_missing"),
        (Place(figure="visits", sheet="汇总", left=("见面率",), above=()), PlaceNotFound, ""),
        (Place(figure="nobody", left=("见面率",), above=("本周",)), FigureUnknown, ""),
        (Place(list="grids", above=("网格名称",), columns=("name",), rows=2), PlaceNotFound, "list_too_long"),
        (Place(list="grids", above=("网格名称",), columns=("phone",), rows=9), FigureUnknown, ""),
        (Place(list="nothing", above=("网格名称",), columns=("name",), rows=9), FigureUnknown, ""),
    ],
)
def test_what_cannot_be_filled_writes_nothing(
    form: Path, place: Place, error: type[GridworkerError], reason: str
) -> None:
    if not reason and error is PlaceNotFound:
        assert (
            openpyxl.load_workbook(fill(form, place))["汇总"]["B4"].value == 172
        )  # the first blank beside it
        return
    with pytest.raises(error) as raised:
        fill(form, VISITS, place)
    assert not reason or raised.value.values["reason"] == reason
    assert [path.name for path in form.parent.iterdir()] == ["form.xlsx"]


def test_two_cells_at_the_same_labels_are_not_guessed(tmp_path: Path) -> None:
    def twice(book: Any) -> None:
        book["汇总"]["A4"] = "走访户次"

    place = Place(figure="visits", left=("走访户次",), above=("本周",))
    form = blank(tmp_path / "form.xlsx", twice)
    with pytest.raises(PlaceNotFound) as raised:
        fill(form, place)
    assert raised.value.values["reason"] == "place_unclear"
    assert openpyxl.load_workbook(fill(form, VISITS))["汇总"]["B3"].value == 172  # the cell decides


def test_a_protected_cell_is_not_filled_and_an_open_one_is(tmp_path: Path) -> None:
    def protect(book: Any) -> None:
        book["汇总"].protection.sheet = True
        book["汇总"]["B4"].protection = Protection(locked=False)

    form = blank(tmp_path / "form.xlsx", protect)
    with pytest.raises(PlaceNotFound) as raised:
        fill(form, VISITS)
    assert raised.value.values["reason"] == "place_locked"
    open_cell = Place(figure="rate", left=("见面率",), above=("本周",))
    assert openpyxl.load_workbook(fill(form, open_cell))["汇总"]["B4"].value == pytest.approx(127 / 172)


@pytest.mark.parametrize("says", ["项目", "=1+1"])
def test_what_the_form_itself_says_is_never_written_over(tmp_path: Path, says: str) -> None:
    def printed(book: Any) -> None:
        book["汇总"]["B3"] = says

    form = blank(tmp_path / "form.xlsx", printed)
    with pytest.raises(PlaceNotFound) as raised:
        fill(form, Place(figure="visits", sheet="汇总", cell="B3"))
    assert raised.value.values["reason"] == "place_filled"


def test_last_weeks_number_is_written_over(tmp_path: Path) -> None:
    def last_week(book: Any) -> None:
        book["汇总"]["B3"] = 160

    form = blank(tmp_path / "form.xlsx", last_week)
    place = Place(figure="visits", sheet="汇总", cell="B3")
    assert openpyxl.load_workbook(fill(form, place))["汇总"]["B3"].value == 172


# -- Word ----------------------------------------------------------------------------------------------------------


def paper(path: Path) -> Path:
    document = docx.Document()
    line = document.add_paragraph("本周共走访 ")
    for piece in ("{{走", "访}}", " 户次。"):
        line.add_run(piece).bold = piece == "{{走"
    table = document.add_table(4, 3)
    for (row, column), text in {
        (0, 0): "项目",
        (0, 1): "本周",
        (1, 0): "走访户次",
        (2, 0): "网格",
        (2, 1): "户次",
    }.items():
        table.cell(row, column).text = text
    table.cell(1, 1).merge(table.cell(1, 2))
    document.save(str(path))
    return path


def test_a_placeholder_torn_over_runs_and_a_cell_of_a_table(tmp_path: Path) -> None:
    form = paper(tmp_path / "form.docx")
    filled = fill(
        form,
        Place(figure="visits", placeholder="{{走访}}"),
        Place(figure="rate", left=("走访户次",), above=("本周",), format="0.0%"),
        Place(list="none", above=("网格",), columns=("name",), rows=1),
    )
    made = docx.Document(str(filled))
    assert made.paragraphs[0].text == "本周共走访 172 户次。"
    assert made.paragraphs[0].runs[1].bold
    assert made.tables[0].cell(1, 1).text == "73.8%"
    assert differing(form, filled) == {"word/document.xml"}


def test_a_placeholder_that_is_not_there_once_is_refused(tmp_path: Path) -> None:
    form = paper(tmp_path / "form.docx")
    with pytest.raises(PlaceNotFound) as raised:
        fill(form, Place(figure="visits", placeholder="{{没有}}"))
    assert raised.value.values["reason"] == "place_missing"
    with pytest.raises(PlaceNotFound):
        fill(form, Place(list="grids", above=("网格",), columns=("name", "visits"), rows=1))


# -- what is no form ------------------------------------------------------------------------------------------------


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"<html><table></table></html>", "form_unknown"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "file_old"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"PK\x03\x04 torn", "file_damaged"),
    ],
)
def test_what_is_no_form_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    with pytest.raises(FormRefused) as raised:
        open_package(path)
    assert raised.value.values["reason"] == reason


def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for read in (open_package, read_mapping):
        for path, reason in ((tmp_path / "gone.xlsx", "file_missing"), (tmp_path, "file_missing")):
            with pytest.raises(FormRefused) as raised:
                read(path)
            assert raised.value.values["reason"] == reason

    def kept(_path: Path) -> bytes:
        raise PermissionError(13, "in use")

    (tmp_path / "form.xlsx").write_bytes(b"PK")
    monkeypatch.setattr(Path, "read_bytes", kept)
    for read in (open_package, read_mapping):
        with pytest.raises(FormRefused, match="file_locked"):
            read(tmp_path / "form.xlsx")


def test_a_torn_form_and_another_package_are_said(form: Path, tmp_path: Path) -> None:
    form.write_bytes(cut(form.read_bytes()))
    with pytest.raises(FormRefused):
        fill(form, VISITS)
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("readme.txt", "x")
    with pytest.raises(FormRefused) as raised:
        open_package(other)
    assert raised.value.values["reason"] == "form_unknown"


def test_a_part_with_entities_is_damaged(form: Path) -> None:
    parts = parts_of(form)
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccc">]><worksheet>&b;</worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        for name, content in parts.items():
            book.writestr(name, bomb if name.endswith("sheet1.xml") else content)
    form.write_bytes(packed.getvalue())
    with pytest.raises(FormRefused) as raised:
        fill(form, VISITS)
    assert raised.value.values["reason"] == "file_damaged"


# -- the mapping ----------------------------------------------------------------------------------------------------


def test_a_mapping_is_read_as_it_was_written(tmp_path: Path) -> None:
    mapping = FormMapping(
        version=1, places=(VISITS, Place(list="grids", cell="A9", columns=("name",), rows=3))
    )
    path = tmp_path / "m.json"
    path.write_bytes(b"\xef\xbb\xbf" + write_mapping(mapping))
    assert read_mapping(path) == mapping


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", '{"version": 2, "places": []}', '{"version": 1, "places": []}',
        '{"version": 1, "places": [{"figure": "a"}]}',
        '{"version": 1, "places": [{"figure": "a", "list": "b", "cell": "A1"}]}',
        '{"version": 1, "places": [{"list": "b", "cell": "A1", "columns": ["a"]}]}',
        '{"version": 1, "places": [{"figure": "a", "cell": "A1", "colour": "red"}]}',
        '{"version": 1, "places": [{"figure": "a", "cell": "A1", "format": "€"}]}',
    ],
)  # fmt: skip
def test_a_mapping_that_is_none_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(MappingInvalid) as raised:
        read_mapping(path)
    assert json.dumps(raised.value.values["detail"])


# -- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234, "", "1,234"), (1234, "0", "1234"), (1234, "#,##0", "1,234"), (1234, "text", "1,234"),
        (Ratio(1, 8), "0%", "13%"), (Ratio(1, 8), "0.0%", "12.5%"), (Ratio(1, 0), "0%", "—"), (Signed(-3), "0", "-3"),
        (Points(Ratio(1, 2), Ratio(1, 4)), "0.0", "25.0"), (None, "0", "—"), (Day("2026-11-16"), "", "2026-11-16"),
        ("甲", "0", "甲"),
    ],
)  # fmt: skip
def test_values_in_a_format(value: Cell, form: Any, text: str) -> None:
    assert as_text(value, form) == text


def test_numbers_stay_numbers_for_the_form_to_compute_with() -> None:
    assert in_cell(Ratio(1, 4), "") == 0.25
    assert in_cell(Signed(-3), "") == -3
    assert in_cell(7, "0") == "7"
    assert in_cell(Day("2026-11-16"), "") == "2026-11-16"
    assert Fraction(in_cell(Ratio(127, 172), "")) == pytest.approx(Fraction(127, 172))


@pytest.mark.parametrize(("name", "spot"), [("A1", (1, 1)), ("$AB$12", (12, 28)), ("XFD1", (1, 16384))])
def test_names_of_cells(name: str, spot: tuple[int, int]) -> None:
    assert spot_of(name) == spot
    assert name_of(spot) == name.replace("$", "")


def test_labels_are_compared_without_what_copies_change() -> None:
    assert plain("走访 户次：\n") == plain("走访户次")
    assert plain("ＡＢ") == plain("ab")
    assert spot_of("汇总") is None
