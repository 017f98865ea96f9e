"""The workbook as a spreadsheet sees it: values, formats, print set-up, and nothing that runs."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gridworker.errors import DiskFull, TargetNotWritable
from gridworker.exports import xlsx as xlsx_module
from gridworker.exports.document import Column, ColumnKind, Document, Footer, Paragraph, Ratio, Table
from gridworker.exports.summary import summary_document
from gridworker.exports.xlsx import readable, sheet_name, write_xlsx, xlsx_bytes
from gridworker.wording import Wording
from tests.unit.exports.weeks import GENERATED, WEEK

GOLDEN = Path(__file__).parent / "golden"
ZH, EN = Wording.load("zh_CN"), Wording.load("en")
BOTH = pytest.mark.parametrize("wording", [ZH, EN], ids=["zh_CN", "en"])
DANGEROUS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    " =1",
    "\t=1",
    "=cmd|'/c calc'!A0",
    "http://example.org",
    "007",
    "1e5",
)


def report(wording: Wording = ZH) -> Document:
    return summary_document(WEEK, wording, GENERATED, ledger=True)


def reopened(document: Document) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(document)))


def parts(document: Document) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(document))) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def one_table(*rows: tuple[Any, ...], kind: ColumnKind = ColumnKind.TEXT, **other: Any) -> Document:
    table = Table("表1　甲", (Column("一", kind),), rows)
    return Document(**{
        "title": "题", "subtitle": "副", "summary_name": "总", "blocks": (table,), "language": "zh_CN",
        "generated_at": GENERATED, **other,
    })  # fmt: skip


@BOTH
def test_golden(wording: Wording) -> None:
    """Every cell and format. After a wanted change, delete the file, run twice and read the difference."""
    found: dict[str, Any] = {}
    for sheet in reopened(report(wording)):
        found[sheet.title] = {
            "freeze": sheet.freeze_panes,
            "print_titles": sheet.print_title_rows,
            "merged": sorted(str(one) for one in sheet.merged_cells.ranges),
            "widths": {key: round(one.width, 1) for key, one in sorted(sheet.column_dimensions.items())},
            "header": sheet.oddHeader.left.text,
            "mark": sheet.oddHeader.right.text,
            "footer": sheet.oddFooter.center.text,
            "cells": {
                cell.coordinate: [str(cell.value), cell.data_type, cell.number_format]
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            },
        }
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path = GOLDEN / f"weekly.{wording.language}.xlsx.json"
    if not path.exists():
        path.write_text(text, "utf-8")
        pytest.fail(f"{path.name} was missing and has been written: read it, then run again")
    assert text == path.read_text("utf-8")


def test_sheets_and_print_setup() -> None:
    book = reopened(report())
    assert (book.sheetnames[:3], book.sheetnames[-1]) == (
        ["周报", "表1 总览", "表2 分网格走访"],
        "附表 走访台账",
    )
    for sheet in book:
        tall = sheet.title == "表1 总览"  # narrow, and too long for a lying page
        stands = "portrait" if tall else "landscape"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == (stands, 9)
        high = 1 if sheet.title.startswith("图") else 0  # a figure and its table stand on one page
        assert (int(sheet.page_setup.fitToWidth or 1), int(sheet.page_setup.fitToHeight or high)) == (1, high)
        assert sheet.oddHeader.right.text == "&B演示数据"  # bold
    grids = book["表2 分网格走访"]
    assert grids.freeze_panes == "B4"
    assert grids.print_title_rows == "$1:$3"
    assert "A1:J1" in grids.merged_cells
    assert grids["A2"].value == "演示数据"


def test_without_a_mark_the_header_is_row_two() -> None:
    sheet = reopened(summary_document(replace(WEEK, practice=False), ZH, GENERATED, ledger=True))[
        "表2 分网格走访"
    ]
    assert sheet["A2"].value == "网格"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B3", "$1:$2")
    assert sheet.oddHeader.right.text is None


def test_values_keep_their_types() -> None:
    book = reopened(report())
    grids, ledger, overview = book["表2 分网格走访"], book["附表 走访台账"], book["表1 总览"]
    assert (grids["B4"].value, grids["B4"].number_format) == (297, "#,##0")
    assert grids["I4"].value == pytest.approx(201 / 290)
    assert grids["I4"].number_format == "0.0%"
    assert grids["I7"].value == "—"  # no households: never 0 %
    assert (ledger["A4"].value, ledger["A4"].data_type, ledger["A4"].number_format) == ("V26010001", "s", "@")
    assert (ledger["B4"].value, ledger["B4"].number_format) == (dt.datetime(2026, 11, 17), "yyyy-mm-dd")
    assert (ledger["C4"].value, ledger["C4"].data_type) == ("19:30", "s")
    assert (overview["D6"].value, overview["D6"].number_format) == (-3, '+#,##0;"−"#,##0;0')
    assert overview["D8"].value == -4.7


def test_nothing_a_resident_said_runs() -> None:
    document = one_table(*((text,) for text in DANGEROUS), title="=1+1", subtitle="@x", marks=("=2",))
    book = reopened(document)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    texts = [book["表1 甲"].cell(row, 1).value for row in range(4, 4 + len(DANGEROUS))]
    assert texts == list(DANGEROUS)
    content = parts(document)
    assert not [name for name, text in content.items() if "<f>" in text or "<hyperlink" in text]
    quoted = [cell.value for cell in cells if cell.style and cell.quotePrefix]
    assert set(DANGEROUS[:7]) <= set(quoted)


def test_codes_stay_text() -> None:
    sheet = reopened(one_table(("007",), ("3-2",), kind=ColumnKind.CODE))["表1 甲"]
    assert [(sheet.cell(row, 1).value, sheet.cell(row, 1).number_format) for row in (3, 4)] == [
        ("007", "@"),
        ("3-2", "@"),
    ]


def test_texts_longer_than_a_cell_are_cut_not_lost() -> None:
    value = reopened(one_table(("长" * 40_000,)))["表1 甲"]["A3"].value
    assert (len(value), value[-1]) == (32_767, "…")


def test_empty_tables_and_long_titles() -> None:
    document = one_table(title="A&B" * 200, marks=("&演示" * 60,), footer=Footer(("末",), "第 {page} 页"))
    sheet = reopened(document)["表1 甲"]
    assert sheet.max_row == 3  # title, mark, header
    assert "&P" in parts(document)["xl/worksheets/sheet2.xml"].replace("&amp;", "&")


def test_equal_documents_give_equal_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = xlsx_bytes(report())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert xlsx_bytes(report()) == first
    assert xlsx_bytes(summary_document(WEEK, ZH, "2026-11-20 09:01", ledger=True)) != first


def test_properties_name_no_person() -> None:
    content = parts(report())
    assert "<dc:creator></dc:creator>" in content["docProps/core.xml"]
    assert "2026-11-20T09:00:00Z" in content["docProps/core.xml"]
    assert "演示·" not in content["docProps/core.xml"] + content["docProps/app.xml"]


@BOTH
def test_writing_leaves_one_readable_file(tmp_path: Path, wording: Wording) -> None:
    target = tmp_path / "周报.xlsx"
    write_xlsx(report(wording), target)
    assert [path.name for path in tmp_path.iterdir()] == ["周报.xlsx"]
    assert readable(target)
    assert target.read_bytes() == xlsx_bytes(report(wording))


def test_no_temporary_files_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    write_xlsx(report(), tmp_path / "a.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert readable(tmp_path / "a.xlsx")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull):
        write_xlsx(report(), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = xlsx_bytes(report())
    for broken in (whole[:-100], whole[:200] + b"\0" * 50 + whole[250:], b""):
        monkeypatch.setattr(xlsx_module, "xlsx_bytes", lambda _, content=broken: content)
        with pytest.raises(TargetNotWritable):
            write_xlsx(report(), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TargetNotWritable):
        write_xlsx(report(), tmp_path / "gone" / "a.xlsx")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("表1　总览", "表1 总览"),
        ("a/b:c?[d]*\\", "a b c  d"),
        ("'x'", "x"),
        ("", "1"),
        ("长" * 40, "长" * 31),
    ],
)
def test_sheet_names(wanted: str, name: str) -> None:
    assert sheet_name(wanted, set()) == name


def test_sheet_names_differ() -> None:
    taken: set[str] = set()
    names = [sheet_name("Ab" * 20, taken), sheet_name("aB" * 20, taken), sheet_name("x", taken)]
    assert len({name.lower() for name in names}) == 3
    assert all(len(name) <= 31 for name in names)


def test_summary_sheet_carries_every_paragraph() -> None:
    document = one_table(("x",), blocks=(Paragraph("=甲"), Paragraph("乙")), footer=Footer(("丙",)))
    values = [row[0].value for row in reopened(document)["总"].iter_rows()]
    assert values == ["题", "副", "=甲", "乙", None, "丙"]


def test_a_share_is_stored_whole_and_only_shown_rounded() -> None:
    sheet = reopened(one_table((Ratio(1, 3),), kind=ColumnKind.PERCENT))["表1 甲"]
    assert sheet["A3"].value == pytest.approx(1 / 3, abs=1e-12)
