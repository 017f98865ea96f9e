"""Ledgers of any length: what other programs read in them, and nothing in them that a program could run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from gridworker.errors import ExportTooLong
from gridworker.exports import ledger_book
from gridworker.exports.document import Column, ColumnKind, Day
from gridworker.exports.ledger_book import CsvLedger, LedgerHead, LedgerSheet, XlsxLedger
from gridworker.exports.ledgers import Ledger, LedgerKind
from gridworker.models.days import Week
from gridworker.practice.community import practice_community
from gridworker.practice.size import Size
from gridworker.store.ledger_rows import VisitLine
from gridworker.store.queries import tree
from gridworker.store.queries.ledgers import deliberation_lines, each_visit, list_lines, read_ledger
from gridworker.store.queries.visits import week_visits
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import ACT, batches, empty_store

ZH = Wording.load("zh_CN")
HEAD = LedgerHead("台账", "2026年", "zh_CN", "2026-11-20 09:00", ("演示数据",))
COLUMNS = (
    Column("序号", ColumnKind.NUMBER, widest=6),
    Column("编号", ColumnKind.CODE),
    Column("日期", ColumnKind.DAY),
    Column("内容", widest=20),
)
SHEET = LedgerSheet("走访台账", COLUMNS, "已脱敏。")
BAD = ("=1+1", "+86", "-1", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", "＝1+1", "a\x00b<&>", "0012")
DAYS = ("2026-11-16", "2026-11-22")
YEAR = ("2026-01-01", "2026-12-31")
VISIT = VisitLine(
    "Z26-01-0001", "2026-11-18", "09:30", "一网格", "101", "学府院", "3-2-501", "household", "张丽", "女士",
    child=False, mode="door", outcome="met", visitors=("李演示",), said="张丽住 3-2-501，电话 13812341234",
    site="", next_step="", next_on="",
)  # fmt: skip


def test_text_stays_text_in_excel() -> None:
    made = XlsxLedger(HEAD, [SHEET])
    made.add(0, [(turn, text, Day("2026-11-20"), text) for turn, text in enumerate(BAD, 1)])
    page = openpyxl.load_workbook(io.BytesIO(made.content())).active
    rows = [row for row in page.iter_rows() if isinstance(row[0].value, int)]
    assert len(rows) == len(BAD)
    for row, text in zip(rows, BAD, strict=True):
        assert row[3].data_type in ("s", "inlineStr") and row[3].value == text.replace("\x00", "")
        assert row[2].value.isoformat()[:10] == "2026-11-20" and row[2].number_format == "yyyy-mm-dd"
        assert row[3].quotePrefix is (text.lstrip()[0] in "=+-@＝")
        assert row[1].number_format == "@"
    assert page.freeze_panes == f"C{rows[0][0].row}" and page.print_title_rows
    assert "演示数据" in str([cell.value for cell in page["A"]])


def test_text_stays_text_in_csv() -> None:
    made = CsvLedger(HEAD, [SHEET])
    made.add(0, [(1, text, None, text) for text in BAD])
    content = made.content()
    assert content.startswith(b"\xef\xbb\xbf")
    mark, header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (mark, header) == (["演示数据"], ["序号", "编号", "日期", "内容"])
    for row, text in zip(rows, BAD, strict=True):
        assert row[0] == "1" and row[2] == ""
        assert row[3].lstrip()[0] not in "=+-@＝" and row[3].removeprefix("'") == text


def test_what_is_long_gets_a_high_row_and_what_is_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = XlsxLedger(HEAD, [SHEET])
    made.add(0, [(1, "x", None, "字" * 100), (2, "x", None, "短")])
    page = openpyxl.load_workbook(io.BytesIO(made.content())).active
    last = page.max_row
    assert page.row_dimensions[last - 1].height > 5 * page.row_dimensions[last].height
    monkeypatch.setattr(ledger_book, "MAX_ROWS", 6)
    with pytest.raises(ExportTooLong):
        XlsxLedger(HEAD, [SHEET]).add(0, [(turn, "", None, "") for turn in range(9)])


def test_several_lists_are_sheets_of_their_own() -> None:
    other = replace(SHEET, caption="资源清单")
    for made in (XlsxLedger(HEAD, [SHEET, other, SHEET]), CsvLedger(HEAD, [SHEET, other, SHEET])):
        made.add(1, [(1, "Z", None, "只在第二张")])
        content = made.content()
        if isinstance(made, XlsxLedger):
            book = openpyxl.load_workbook(io.BytesIO(content))
            assert book.sheetnames == ["走访台账", "资源清单", "走访台账 2"]
            assert "只在第二张" in str([cell.value for cell in book.worksheets[1]["D"]])
            assert "只在第二张" not in str([cell.value for cell in book.worksheets[0]["D"]])
        else:
            assert content.decode("utf-8-sig").index("资源清单") < content.decode().index("只在第二张")


def ledger(kind: LedgerKind, form: str, *, whole: bool = False) -> Ledger:
    return Ledger(kind, form, ("锦苑一期", DAYS, True, "2026-11-20 09:00"), ZH, {}, whole=whole)


def said(line: VisitLine, *, whole: bool) -> list[str]:
    made = ledger("visits", "csv", whole=whole)
    made.take_visits([line])
    return list(csv.reader(io.StringIO(made.content().decode("utf-8-sig"))))[-1]


def test_a_visit_is_masked_unless_told_and_a_phone_always() -> None:
    masked, whole = said(VISIT, whole=False), said(VISIT, whole=True)
    assert (masked[5], masked[6]) == ("学府院 3栋", "张女士") and "张丽" not in str(masked)
    assert (whole[5], whole[6]) == ("学府院 3-2-501", "张丽") and "3-2-501" in whole[10]
    assert "138****1234" in masked[10] and "138****1234" in whole[10]
    child = said(replace(VISIT, child=True), whole=True)
    assert child[6] == "张女士"
    shop = replace(VISIT, target="shop", door="便民超市")
    assert said(shop, whole=False)[5] == "学府院 便民超市"


def test_the_ledger_of_visits_is_the_list_of_visits(alone: Store) -> None:
    scope, week = tree.default_scope(alone), Week.parse("2026-W47")
    lines: list[VisitLine] = []
    each_visit(alone, scope, (week.first, week.last), lines.extend)
    listed = [row for row in week_visits(alone, scope, week) if not row.void]
    assert {line.no for line in lines} == {row.no for row in listed}
    assert [line.on for line in lines] == sorted(line.on for line in lines)
    by_no = {row.no: row for row in listed}
    for line in lines:
        row = by_no[line.no]
        assert (line.door, line.contact, line.outcome, line.said, line.visitors) == (
            row.door,
            row.contact,
            row.outcome,
            row.said,
            row.visitors,
        )


@pytest.mark.parametrize("kind", ["visits", "demands", "lists", "deliberation"])
def test_every_ledger_of_a_node_is_read(kind: LedgerKind, alone: Store) -> None:
    scope = tree.default_scope(alone)
    for form in ("xlsx", "csv"):
        made = ledger(kind, form)
        read_ledger(alone, kind, scope, DAYS, made)
        content = made.content()
        assert len(content) > 200
    with pytest.raises(ValueError, match="people"):
        read_ledger(alone, "people", scope, DAYS, ledger("visits", "csv"))


def test_a_need_that_was_met_before_is_not_in_the_list(alone: Store, tmp_path: Path) -> None:
    needs, _, _ = list_lines(alone, tree.default_scope(alone), DAYS)
    assert all(line.raised_on <= DAYS[1] and (not line.met_on or line.met_on >= DAYS[0]) for line in needs)


def test_the_lists_and_deliberation_of_the_practice_community(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "profile")
    size = replace(Size.tiny(), demands_per_week=12, lists=True)
    store.found(batches(practice_community(scale=size).drafts()), ACT)
    scope = tree.default_scope(store)
    found: dict[str, dict[str, int]] = {}
    for kind in ("demands", "lists", "deliberation"):
        made = Ledger(kind, "xlsx", (scope.name, YEAR, True, "2026-11-20 09:00"), ZH, {})
        read_ledger(store, kind, scope, YEAR, made)
        book = openpyxl.load_workbook(io.BytesIO(made.content()))
        found[kind] = {
            page.title: sum(isinstance(row[0], int) for row in page.iter_rows(values_only=True))
            for page in book
        }
        assert sum(found[kind].values()) == made.count
        papers = {page.page_setup.paperSize for page in book}
        assert {str(paper) for paper in papers} == {"8" if kind == "demands" else "9"}
    assert found["demands"] == {"民情台账": 72}
    assert found["lists"] == {"需求清单": 38, "资源清单": 46, "项目清单": 38}
    assert found["deliberation"] == {"议题": 7, "会议": 8, "决议事项": 23}
    before = deliberation_lines(store, scope, ("2025-01-01", "2025-12-31"))
    assert before == ((), (), ())
    store.close()
