"""The print preview's HTML: whole, escaped, and in the subset the layout engine knows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gridworker.exports.document import Chart, Column, Document, Heading, PageBreak, Paragraph, Ratio, Table
from gridworker.exports.html import render_html
from gridworker.exports.sheet import column_widths, fitted_widths
from gridworker.exports.summary import summary_document
from gridworker.wording import Wording
from tests.unit.exports.weeks import GENERATED, WEEK

GOLDEN = Path(__file__).parent / "golden"
BAD = "<script>alert('&')</script>"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_golden(language: str) -> None:
    """The whole page. After a wanted change, delete the file, run twice and read the difference."""
    document = summary_document(WEEK, Wording.load(language), GENERATED, ledger=True)
    # Figures are drawings, which other tests look at; the tables behind them are here.
    blocks = tuple(block.table if isinstance(block, Chart) else block for block in document.blocks)
    text = render_html(replace(document, blocks=blocks))
    path = GOLDEN / f"weekly.{language}.html"
    if not path.exists():
        path.write_text(text, "utf-8")
        pytest.fail(f"{path.name} was missing and has been written: read it, then run again")
    assert text == path.read_text("utf-8")


def test_everything_is_escaped() -> None:
    table = Table(BAD, (Column(BAD),), ((BAD,),), total=(BAD,), note=BAD)
    page = render_html(
        Document(
            BAD, BAD, BAD, (Heading(BAD), Paragraph(BAD), PageBreak(), table), BAD, GENERATED, marks=(BAD,)
        )
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_it_needs_nothing_from_outside() -> None:
    page = render_html(summary_document(WEEK, Wording.load("zh_CN"), GENERATED, ledger=True))
    assert not re.search(r"\b(href|url|import)\s*[=(]|\bsrc=(?!\"data:image/)", page)
    assert "#ffffff" in page


def test_headers_repeat_and_marks_stand_at_every_table() -> None:
    page = render_html(summary_document(WEEK, Wording.load("zh_CN"), GENERATED, ledger=True))
    assert page.count("<thead>") == page.count("</thead>") == 11
    assert page.count("· 演示数据</p>") == 11
    assert page.count('page-break-before: always"') == 1


def test_the_paper_keeps_lines_and_dashes() -> None:
    table = Table("t", (Column("a"), Column("b")), (("一\n二", None), (Ratio(0, 0), 5)))
    page = render_html(Document("t", "s", "n", (table,), "en", GENERATED))
    assert "一<br>二" in page
    assert page.count(">—</td>") == 2


def test_narrow_paper_takes_from_text_before_codes() -> None:
    ledger = summary_document(WEEK, Wording.load("zh_CN"), GENERATED, ledger=True).tables[-1]
    full, fitted = column_widths(ledger), fitted_widths(ledger, 94)
    assert sum(full) > 94
    assert sum(fitted) == pytest.approx(94, abs=0.1)
    assert fitted[:2] == pytest.approx(full[:2])  # numbers and days are never cut
    assert fitted[2] >= len("19:30") + 2
    assert fitted[-1] < full[-1]
    assert fitted_widths(ledger, 500) == full
    assert sum(fitted_widths(ledger, 10)) > 10  # nothing is squeezed below what can be read
