"""Ledgers that openpyxl and LibreOffice wrote: every trap of a real file, in .xlsx, .xls, .ods and text."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from gridworker.errors import ImportRefused
from gridworker.imports.plan import Ground, Plan, plan_import
from gridworker.imports.sheets import MAX_BYTES, read_book
from gridworker.models.ledger import Ledger

FILES = Path(__file__).parent / "files"
CONSENT = Ground("consent", "2026-01")
NUMBERS = (
    "numbers.xlsx",
    "numbers.xls",
    "numbers.ods",
    "numbers.csv",
    "numbers-bom.csv",
    "numbers-gb18030.csv",
)


def planned(name: str, known: Ledger, ground: Ground | None = CONSENT) -> Plan:
    return plan_import(name, read_book(name, (FILES / name).read_bytes()), known, ground)


def said(plan: Plan, sheet: str) -> list[tuple[int, str, str, str]]:
    return [(v.row, str(v.verdict), v.reason, v.column) for v in plan.verdicts if v.sheet == sheet]


def kept(plan: Plan, entity: str, field: str) -> list[object]:
    return [d.set.get(field) for group in plan.groups for d in group if d.entity == entity]


@pytest.mark.parametrize("name", ["ledger.xlsx", "ledger.xls", "ledger.ods"])
def test_a_ledger_as_it_lies_in_an_office(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert said(plan, "住户台账") == [
        (1, "skipped", "title", ""),
        (2, "skipped", "note", ""),
        (3, "skipped", "header", ""),
        (4, "skipped", "header", ""),
        (5, "skipped", "sample", ""),
        (6, "new", "", ""),
        (7, "new", "", ""),
        (8, "new", "", ""),
        (9, "new", "", ""),
        (10, "skipped", "subtotal", ""),
        (11, "new", "", ""),
        (12, "refused", "address_unknown", "B"),
        (13, "skipped", "blank", ""),
        (14, "skipped", "subtotal", ""),
        (15, "skipped", "note", ""),
    ]
    assert [v.row for v in plan.verdicts if "hidden_row" in v.notes] == [9]
    assert said(plan, "选项") == [(1, "skipped", "hidden_sheet", "")]
    assert said(plan, "填表说明") == [(1, "skipped", "no_header", "")]
    assert kept(plan, "resident", "name") == ["王一", "李二", "王小三", "赵四"]
    assert kept(plan, "resident", "relation_code") == ["0", "1", "2", "0"]
    assert kept(plan, "resident", "phone") == ["13800138001", "13800138002", None, "13800138004"]
    assert kept(plan, "household", "room") == ["901", "902", "903"]
    assert kept(plan, "household", "occupancy") == ["owner", "rented", "vacant"]
    refused = [(c.letter, c.why) for c in plan.layouts[0].columns if c.refused]
    assert refused == [("H", "identity_number"), ("I", "must_not")]


@pytest.mark.parametrize("name", ["forms.xlsx", "forms.xls", "forms.ods"])
def test_every_way_of_writing_it(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    rows = said(plan, plan.layouts[0].sheet)
    assert [v.record for v in plan.verdicts[1:8]] == [f"{b}-{u}-911" for b, u in
        ((1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3))]  # fmt: skip
    assert [row[1:] for row in rows[8:]] == [
        ("refused", "address_unknown", "B"),
        ("refused", "address_unreadable", "B"),
        ("refused", "not_a_day", "D"),
        ("refused", "not_a_phone", "E"),
        ("new", "", ""),
        ("refused", "code_unknown", "A"),
    ]
    assert kept(plan, "household", "code") == ["H1", "H2", "H3", "H4", "H5", "H6", "H7", "H24"]
    assert kept(plan, "household", "member_count")[:7] == [3] * 7
    assert kept(plan, "resident", "birth_year")[:7] == [1985] * 7
    assert kept(plan, "resident", "phone")[:7] == [
        "13800138011", "13800138012", "13800138013", "13800138014", "13800138015", None, "13800138017",
    ]  # fmt: skip
    assert plan.verdicts[7].notes == ("further_phones_left_out",)


@pytest.mark.parametrize("name", ["codes.xlsx", "codes.xls", "codes.ods"])
def test_codes_that_a_spreadsheet_took_for_numbers(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert [str(v.verdict) for v in plan.verdicts] == [
        "skipped",
        *["new"] * 5,
    ]  # nothing of the bordered tail
    assert kept(plan, "household", "code") == ["1001", "1002", "990101001001", "1004.5", "1005"]
    assert kept(plan, "household", "room") == ["921", "922", "923", "924", "925"]
    assert kept(plan, "household", "member_count") == [2, 3, 4, 1, 1]


@pytest.mark.long
def test_fifty_thousand_rows_get_fifty_thousand_verdicts(known: Ledger, tmp_path: Path) -> None:
    path, count = tmp_path / "large.xlsx", 50_000
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet("台账")
        page.write_row(0, 0, ["门牌号", "姓名", "联系电话"])
        for row in range(1, count):
            page.write_row(row, 0, [f"1-1-{row}", f"孙{row}", 13800000000 + row])
    plan = plan_import("large.xlsx", read_book("large.xlsx", path.read_bytes()), known, CONSENT)
    assert [v.row for v in plan.verdicts] == list(range(1, count + 1))
    assert plan.counts["rows"]["new"] == count - 1
    assert kept(plan, "resident", "phone")[-1] == str(13800000000 + count - 1)


@pytest.mark.parametrize("name", ["shops.xlsx", "shops.xls", "shops.ods"])
def test_a_list_of_shops(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert said(plan, "商铺") == [
        (1, "skipped", "title", ""),
        (2, "skipped", "header", ""),
        (3, "new", "", ""),
        (4, "refused", "shop_needs_stairwell", "E"),
        (5, "new", "", ""),
        (6, "duplicate?", "twice_in_file", ""),
        (7, "refused", "not_a_choice", "I"),
        (8, "skipped", "subtotal", ""),
    ]
    assert plan.counts["shop"] == {"created": 2, "changed": 0}
    assert kept(plan, "shop", "name") == ["小面馆", "便利店"]
    assert kept(plan, "shop", "phone") == ["13800138031", None]
    assert kept(plan, "shop", "basis_kind") == ["consent", None]
    assert kept(plan, "shop", "front") == ["1栋1单元101号门面", "学府院2栋2单元底商"]
    assert "1949" not in repr(plan) and "91310000" not in repr(plan)


@pytest.mark.parametrize("name", ["mixed.xlsx", "mixed.xls", "mixed.ods"])
def test_households_residents_and_shops_in_one_book(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert {entity: plan.counts[entity]["created"] for entity in ("household", "resident", "shop")} == {
        "household": 3, "resident": 4, "shop": 1,
    }  # fmt: skip
    assert [v.record for v in plan.verdicts if str(v.verdict) == "new"] == [
        "1-1-931", "1-1-931", "1-2", "1-2-932", "2-1-931",
    ]  # fmt: skip
    assert said(plan, "2栋")[0] == (1, "skipped", "title", "")
    assert said(plan, "说明") == [(1, "skipped", "no_header", "")]


@pytest.mark.parametrize("name", ["three-headers.xlsx", "three-headers.xls", "three-headers.ods"])
def test_a_header_of_three_rows_and_rows_hidden_by_a_filter(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    layout = plan.layouts[0]
    assert layout.header == (2, 3, 4)
    assert list(layout.fields) == ["building", "unit", "room", "name", "birth", "phone", "member_count"]
    assert [v.reason for v in plan.verdicts if v.reason] == ["title", *["header"] * 3, "subtotal"]
    assert [v.row for v in plan.verdicts if "hidden_row" in v.notes] == [6]
    assert kept(plan, "resident", "birth_year") == [1985, 1985, None, None]
    assert kept(plan, "resident", "phone") == [f"138001380{tail}" for tail in range(51, 55)]


@pytest.mark.parametrize("name", ["text-called.xls", "title-gb18030.csv"])
def test_a_table_of_text_whatever_it_is_called(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert [(v.row, str(v.verdict), v.reason) for v in plan.verdicts] == [
        (1, "skipped", "title"),
        (2, "skipped", "note"),
        (4, "skipped", "header"),
        (5, "new", ""),
        (6, "new", ""),
        (7, "new", ""),
        (8, "skipped", "subtotal"),
    ]
    assert kept(plan, "resident", "phone") == ["0571-88880001", "13800138061", None]


@pytest.mark.parametrize("name", NUMBERS)
def test_an_identity_number_is_never_taken_in(name: str, known: Ledger) -> None:
    plan = planned(name, known)
    assert [(str(v.verdict), v.reason, v.column) for v in plan.verdicts] == [
        ("skipped", "header", ""),
        ("new", "", ""),
        ("new", "", ""),
        ("refused", "identity_number", "B"),
        ("new", "", ""),
    ]
    uses = {c.letter: (c.field, c.refused, c.why) for c in plan.layouts[0].columns}
    assert uses["C"] == ("", True, "identity_number")
    assert uses["E"] == ("", True, "must_not")
    assert uses["F"] == ("", False, "licence_code")
    everything = repr(plan)
    assert "1949" not in everything and "１９４９" not in everything and "440524" not in everything
    assert "晚上在家" in str(kept(plan, "household", "note")[0])
    assert all("identity_masked" in v.notes for v in (plan.verdicts[1], plan.verdicts[2], plan.verdicts[4]))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("locked.xlsx", "file_encrypted"),
        ("locked.xls", "file_encrypted"),
        ("locked.ods", "file_encrypted"),
        ("truncated.xlsx", "file_damaged"),
        ("truncated.xls", "file_damaged"),
        ("web-page.xls", "file_html"),
        ("nothing.xlsx", "file_empty"),
        ("blank.xlsx", "file_empty"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(name: str, reason: str, known: Ledger) -> None:
    with pytest.raises(ImportRefused) as refused:
        planned(name, known)
    assert refused.value.values == {"file": name, "reason": reason}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n%...", "file_unknown"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file_unknown"),
        (b"\x01\x02\x03\x04", "file_unknown"),
        (b"PK\x05\x06" + b"\x00" * 18, "file_unknown"),
        (b"  \r\n ", "file_empty"),
        (b'a,"' + b"x" * 140_000, "file_damaged"),
        (b"x" * (MAX_BYTES + 1), "file_too_large"),
        (b"a\n" * 200_001, "file_too_large"),
        ("只有一列\n别的\n".encode(), "no_header"),
    ],
    ids=[
        "pdf",
        "picture",
        "bytes",
        "empty zip",
        "blank",
        "endless quote",
        "too big",
        "too long",
        "no header",
    ],
)
def test_what_is_no_ledger_is_refused(content: bytes, reason: str, known: Ledger) -> None:
    with pytest.raises(ImportRefused) as refused:
        plan_import("x.xls", read_book("x.xls", content), known)
    assert refused.value.values["reason"] == reason


def test_a_damaged_part_of_a_workbook_is_noticed() -> None:
    content = bytearray((FILES / "ledger.xlsx").read_bytes())
    content[200:260] = b"\x00" * 60
    with pytest.raises(ImportRefused) as refused:
        read_book("x.xlsx", bytes(content))
    assert refused.value.values["reason"] == "file_damaged"
