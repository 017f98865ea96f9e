"""The keys of a report's figures: documented, stable, and equal in every format that the report is written in."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from gridworker.exports.document import Cell, Document, Points, Ratio, Signed, Table, printed
from gridworker.exports.docx import docx_bytes
from gridworker.exports.figures import in_json, summary_figures
from gridworker.exports.html import render_html
from gridworker.exports.summary import summary_document
from gridworker.exports.xlsx import sheet_name, xlsx_bytes
from gridworker.models.period import Period
from gridworker.store.report_rows import CauseLine, Summary
from gridworker.wording import Wording
from tests.unit.exports.weeks import GENERATED, WEEK

ZH = Wording.load("zh_CN")
DOC = (Path(__file__).parents[3] / "docs" / "filling.md").read_text("utf-8").partition("## Keys")[2]
ENDINGS = (".before", ".change", ".year")
KINDS = ("2026-W47", "2026-11", "2026-Q4", "2026")


def of_kind(text: str) -> Summary:
    period = Period.parse(text)
    causes = (CauseLine("parking", "", (3, 4, 12), 9),) if period.kind in ("quarter", "year") else ()
    parts = len(period.parts("month" if period.kind == "quarter" else "quarter")) if causes else 0
    return replace(WEEK, period=period, causes=tuple(replace(one, by_part=(5,) * parts) for one in causes))


def documented(lists: bool) -> dict[str, set[str]]:
    """First column of the tables of keys → the names in their second one."""
    figures, _, tables = DOC.partition("| list | columns |")
    found: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (`.*?) \| (.*?) \|$", tables if lists else figures, re.MULTILINE):
        for key in re.findall(r"`([a-z_.]+)`", row[0]):
            found[key] = set(re.findall(r"`([a-z_.]+)`", row[1]))
    return found


def test_every_key_is_documented_and_every_documented_key_is_there() -> None:
    known = {key for kind in KINDS for key in summary_figures(of_kind(kind), ZH).single}
    assert {re.sub(r"\.(before|change|year)\Z", "", key) for key in known} == documented(lists=False).keys()
    for key in known:
        group = key.partition(".")[0]
        if group in ("visits", "demands", "meetings") and not key.endswith((*ENDINGS, "coverage")):
            year = key not in ("demands.carried", "demands.open", "demands.overdue")
            assert {f"{key}.before", f"{key}.change"} <= known
            assert (f"{key}.year" in known) == year


def test_every_list_and_column_is_documented() -> None:
    told = documented(lists=True)
    figures = summary_figures(of_kind("2026-Q4"), ZH)
    assert figures.lists.keys() == told.keys()
    for name, rows in figures.lists.items():
        assert rows, name
        columns = set(rows[0])
        if name in ("grids", "categories", "sources"):
            columns = {c for c in columns if c in told[name] or c in ("number", "name", "code")}
        assert columns <= told[name]
        assert told[name] - set(rows[0]) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_are_those_of_the_tables(kind: str) -> None:
    """Every cell of the overview, and of the grids, is a figure under its key."""
    summary = of_kind(kind)
    figures = summary_figures(summary, ZH)
    document = summary_document(summary, ZH, GENERATED)
    overview = next(table for table in document.tables if table.key == "overview")
    rows = {str(row[0]): row[1:] for row in overview.rows}
    for key, words in (
        ("visits.attempts", "attempts"), ("visits.met_rate", "met_rate"), ("demands.closed", "closed"),
        ("demands.in_time_rate", "in_time_rate"), ("meetings.held", "meetings"),
    ):  # fmt: skip
        wanted = tuple(figures.single[f"{key}{end}"] for end in ("", ".before", ".change", ".year"))
        assert rows[ZH(f"summary.measure.{words}")] == wanted[: len(overview.columns) - 1]
    grids = next(table for table in document.tables if table.key == "by_grid")
    for row, line in zip(grids.rows, figures.lists["grids"], strict=True):
        assert (row[0], row[1], row[4], row[-1]) == (
            line["name"], line["households"], line["attempts"], line["demands.registered"],
        )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_lists_are_those_of_the_tables(kind: str) -> None:
    """The lists that a form is filled with say what the table of the same name says, line by line."""
    summary = of_kind(kind)
    lists = summary_figures(summary, ZH).lists
    tables = {table.key: table for table in summary_document(summary, ZH, GENERATED).tables}
    compared = {
        "by_category": ("categories", ("name", *("carried", "registered", "accepted", "same_day"))),
        "trend": ("trend", ("name", "attempts", "met", "registered", "closed")),
        "spots": ("spots", ("name", None, "registered")),
    }
    for key, (name, columns) in compared.items():
        if key not in tables:
            assert (key, summary.period.kind) == ("spots", "week")
            continue
        for row, line in zip(tables[key].rows, lists[name], strict=True):
            assert [row[at] for at, one in enumerate(columns) if one] == [line[one] for one in columns if one]
    if "causes" in tables:
        for row, line in zip(tables["causes"].rows, lists["causes"], strict=True):
            assert (row[0], *row[-2:]) == (line["name"], line["registered"], line["before"])
    assert ("causes" in tables) == (summary.period.kind in ("quarter", "year"))


def test_json_holds_plain_numbers() -> None:
    told = in_json(summary_figures(WEEK, ZH))
    assert told["figures"]["visits.attempts.change"] == -3
    assert told["figures"]["visits.met_rate"] == 0.7027
    assert told["figures"]["visits.met_rate.change"] == -4.7
    assert told["figures"]["period"] == "2026-W47"
    assert told["lists"]["levels"][0] == {"code": "station", "name": "互助站", "closed": 3}


# -- the same numbers in every format ------------------------------------------------------------------------------


def number(cell: Cell) -> Fraction | None:
    """What a cell says as a number; None for texts and where there is nothing."""
    match cell:
        case Ratio():
            return None if cell.share is None else cell.share
        case Points():
            return None if cell.points is None else cell.points / 100
        case Signed():
            return Fraction(cell.value)
        case bool() | str() | None:
            return None
        case int():
            return Fraction(cell)
        case _:
            return None


def rows_of(table: Table) -> list[tuple[Cell, ...]]:
    return [*table.rows, *([table.total] if table.total else [])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("public", [False, True], ids=["office", "public"])
def test_every_number_is_the_same_in_every_format(kind: str, public: bool) -> None:
    document = summary_document(of_kind(kind), ZH, GENERATED, public=public)
    check_docx(document)
    check_xlsx(document)
    page = render_html(document)
    cells = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    wanted = [printed(cell) for table in document.tables for row in rows_of(table) for cell in row]
    assert [text for text in cells if text] == [text for text in wanted if text]


def check_docx(document: Document) -> None:
    tables = docx.Document(io.BytesIO(docx_bytes(document))).tables
    for seen, table in zip(tables, document.tables, strict=True):
        texts = [[cell.text for cell in row.cells] for row in seen.rows][1:]
        assert texts == [[printed(cell) for cell in row] for row in rows_of(table)]


def check_xlsx(document: Document) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(document)))
    for table in document.tables:
        sheets = [sheet for sheet in book if sheet.title.startswith(sheet_name(table.caption, set())[:20])]
        assert sheets, table.caption
        values = [[cell.value for cell in row] for row in sheets[0].iter_rows()]
        titles = [column.title for column in table.columns]
        head = next(n for n, row in enumerate(values) if row[: len(titles)] == titles)
        for row, seen in zip(rows_of(table), values[head + 1 :], strict=False):
            for cell, value in zip(row, seen, strict=False):
                wanted = number(cell)
                if wanted is not None and not isinstance(cell, Points):
                    assert value == pytest.approx(float(wanted)), (table.key, row)
