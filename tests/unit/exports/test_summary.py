"""The report of a period says what its figures say: order, sums, shares, what it rests on, masking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.exports.document import (
    Chart,
    Day,
    Document,
    Heading,
    Paragraph,
    Points,
    Ratio,
    Signed,
    Table,
    printed,
)
from gridworker.exports.summary import summary_document
from gridworker.models.period import Period
from gridworker.store.queries.summary import Span
from gridworker.store.report_rows import CauseLine, HomeFigures, Summary, Totals, VisitFigures
from gridworker.wording import Wording
from tests.unit.exports.weeks import BEFORE, GENERATED, LINES, WEEK, visit

ZH, EN = Wording.load("zh_CN"), Wording.load("en")
BOTH = pytest.mark.parametrize("wording", [ZH, EN], ids=["zh_CN", "en"])
NOTHING = replace(
    WEEK, now=Totals(), before=Totals(), year=Totals(), lines=LINES[3:], categories=(), sources=(), key_demands=(),
    key_demands_left=0, issues=(), next_period=(), trend=(), levels=(), spots=(), visits=(),
)  # fmt: skip


def of_kind(text: str) -> Summary:
    return replace(WEEK, period=Period.parse(text))


def own_tables(document: Document) -> list[Table]:
    """The tables, without those behind a figure."""
    return [block for block in document.blocks if isinstance(block, Table)]


def table_of(document: Document, key: str) -> Table:
    return next(table for table in document.tables if table.key == key)


def words(document: Document) -> str:
    texts = [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]
    texts += [block.caption for block in document.blocks if isinstance(block, Chart)]
    for table in document.tables:
        texts += [table.caption, table.note, *(column.title for column in table.columns)]
        texts += [printed(cell) for row in (*table.rows, table.total or ()) for cell in row]
    return "\n".join([document.title, document.subtitle, *document.marks, *texts, *document.footer.lines])


def test_title_days_mark_and_footer() -> None:
    report = summary_document(WEEK, ZH, GENERATED)
    assert report.title == "锦澜社区网格工作周报（2026年第47周）"
    assert report.subtitle == "2026年11月16日—22日 · 锦澜社区"
    assert report.marks == ("演示数据",)
    assert report.footer.lines == ("生成时间 2026-11-20 09:00",)
    assert summary_document(replace(WEEK, practice=False), ZH, GENERATED).marks == ()
    assert summary_document(WEEK, ZH, GENERATED, edition="第 2 版").subtitle.endswith(" · 第 2 版")


@pytest.mark.parametrize(
    ("period", "title", "days"),
    [
        ("2026-W49", "锦澜社区网格工作周报（2026年第49周）", "2026年11月30日—12月6日"),
        ("2026-W53", "锦澜社区网格工作周报（2026年第53周）", "2026年12月28日—2027年1月3日"),
        ("2026-11", "锦澜社区网格工作月报（2026年11月）", "2026年11月1日—30日"),
        ("2026-Q4", "锦澜社区网格工作季分析（2026年四季度）", "2026年10月1日—12月31日"),
        ("2026", "锦澜社区网格工作年度报告（2026年）", "2026年1月1日—12月31日"),
    ],
)
def test_every_kind_of_period_has_its_title(period: str, title: str, days: str) -> None:
    document = summary_document(of_kind(period), ZH, GENERATED)
    assert (document.title, document.subtitle) == (title, f"{days} · 锦澜社区")


def test_the_tables_stand_in_their_order_under_numbered_headings() -> None:
    document = summary_document(WEEK, ZH, GENERATED)
    assert [table.key for table in own_tables(document)] == [
        "overview", "by_grid", "by_category", "key_demands", "issues", "lists", "not_in_use", "next",
    ]  # fmt: skip
    assert [block.key for block in document.blocks if isinstance(block, Chart)] == [
        "trend", "category_chart", "levels",
    ]  # fmt: skip
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert headings[0] == "一、概况"
    assert [text[0] for text in headings] == list("一二三四五六七八")
    captions = [table.caption.split("　")[0] for table in own_tables(document)]
    assert captions == [f"表{number}" for number in range(1, 9)]


@BOTH
def test_longer_reports_hold_more(wording: Wording) -> None:
    keys = {
        period: {table.key for table in summary_document(of_kind(period), wording, GENERATED).tables}
        for period in ("2026-W47", "2026-11", "2026-Q4", "2026")
    }
    assert keys["2026-11"] - keys["2026-W47"] == {"by_source", "spots", "matching"}
    assert keys["2026-Q4"] - keys["2026-11"] == {"proposals"}
    assert keys["2026-Q4"] - keys["2026"] == {"next"}


def test_what_lies_ahead_is_not_nought() -> None:
    trend = Span(Period.parse("2026-Q4"), "2026-11-20", "2026-11-20 09:00").trend
    assert (str(trend[0]), str(trend[-1])) == ("2026-W41", "2026-W47")
    assert len(Span(Period.parse("2026"), "2026-11-20", "2026-11-20 09:00").trend) == 11
    assert len(Span(Period.parse("2026-Q4"), "2026-10-01", "2026-10-01 09:00").trend) == 1
    line = CauseLine("parking", "", (3, 2, 0), 4)
    quarter = replace(of_kind("2026-Q4"), causes=(line,), until="2026-11-20")
    row = table_of(summary_document(quarter, ZH, GENERATED), "causes").rows[0]
    assert row[1:] == (3, 2, None, 5, 4)


def test_overview() -> None:
    table = table_of(summary_document(WEEK, ZH, GENERATED), "overview")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["计划走访（户）"] == (37, 41, Signed(-4), 1700)
    rates = Ratio(26, 37), Ratio(30, 40)
    assert rows["见面率"] == (*rates, Points(*rates), Ratio(1300, 1650))
    # What coverage was a week ago is not known, so nothing is claimed.
    assert rows["半年覆盖率"] == (Ratio(551, 828), None, None, None)
    assert rows["期末在办（件）"] == (22, 14, Signed(8), None)  # looked at on a day: never added up
    assert rows["满意率"][0] == Ratio(5, 6)
    assert rows["按时率"][0] == Ratio(7, 8)
    assert rows["小区内解决率"][0] == Ratio(6, 8)
    assert rows["活动（场次、人次）、志愿时长"] == ("本期未启用", None, None, None)
    assert len(table_of(summary_document(of_kind("2026"), ZH, GENERATED), "overview").columns) == 4


def test_grids_keep_their_order_and_the_total_is_that_of_the_node() -> None:
    table = table_of(summary_document(WEEK, ZH, GENERATED), "by_grid")
    assert [row[0] for row in table.rows] == [one.name for one in LINES]
    assert [column.title for column in table.columns] == (
        "网格 总户数 计划 完成 走访 见面 未遇 婉拒 半年覆盖率 收集诉求".split()
    )
    assert table.total == ("合计", 850, 37, 28, 37, 26, 7, 2, Ratio(551, 828), 19)


def test_categories_are_called_as_the_community_calls_them() -> None:
    table = table_of(summary_document(WEEK, ZH, GENERATED), "by_category")
    assert [row[0] for row in table.rows] == ["停车", "咨询"]
    assert table.rows[0][1:] == (6, 11, 10, 1, 5, 12, 2, 2, 1, 0)
    assert table.total == ("合计", 14, 19, 17, 2, 8, 22, 3, 4, 1, 1)


def test_key_demands_are_masked_and_name_a_post() -> None:
    table = table_of(summary_document(WEEK, ZH, GENERATED), "key_demands")
    assert table.rows == (
        (
            "S26-01-0007", "学府院 3栋", "3栋 张阿姨家漏水，电话 138****1234", "街道", "两委", "2026-11-18",
            "办理中·超期",
        ),
    )  # fmt: skip
    assert table.note.endswith("另有 2 件未列出。")


def test_issues_lists_and_what_is_arranged() -> None:
    document = summary_document(WEEK, ZH, GENERATED)
    assert table_of(document, "issues").rows == (
        ("增设充电棚", "落", 3, "2/3", "安装第二处（2026-12-10 前）"),
    )
    assert table_of(document, "lists").rows[1] == ("资源", 1, 1, 0, 14)
    assert table_of(document, "next").rows == (
        (Day("2026-11-23"), "两委", "锦澜社区", "值班 上午"),
        (Day("2026-11-23"), None, "锦苑一期第一网格", "走访 6 户"),
        (Day("2026-11-25"), "红管家", "锦澜社区", "红色议事会（三方联席）"),
    )


def test_many_grids_are_told_day_by_day() -> None:
    many = tuple(
        replace(WEEK.next_period[1], node=f"第{n}网格", count=2, id=bytes([n]) * 16) for n in range(30)
    )
    table = table_of(summary_document(replace(WEEK, next_period=many), ZH, GENERATED), "next")
    assert table.rows == ((Day("2026-11-23"), None, "第0网格等 30 处", "走访 60 户"),)
    both = (*many, replace(WEEK.next_period[0], node="第0网格"), WEEK.next_period[2])
    table = table_of(summary_document(replace(WEEK, next_period=both), ZH, GENERATED), "next")
    assert table.rows[0] == (Day("2026-11-23"), "两委", "第0网格等 30 处", "值班、走访 60 户")
    assert table.rows[1][3] == "红色议事会（三方联席）"


def test_what_is_not_in_use_is_said_to_be_so_and_never_0() -> None:
    for document in (summary_document(WEEK, ZH, GENERATED), summary_document(NOTHING, ZH, GENERATED)):
        assert [row[1] for row in table_of(document, "not_in_use").rows] == ["本期未启用"] * 3


def test_no_share_where_nothing_can_be_divided() -> None:
    document = summary_document(NOTHING, ZH, GENERATED)
    assert "%" not in words(document).replace("比率的增减为百分点", "")
    assert "本周没有走访记录；上周走访 0 户次。" in words(document)
    assert printed(table_of(document, "by_grid").rows[0][-2]) == "—"


@BOTH
def test_an_empty_node_and_a_period_ahead_say_so(wording: Wording) -> None:
    empty = summary_document(replace(NOTHING, lines=()), wording, GENERATED)
    assert wording("summary.words.empty_node") in words(empty)
    ahead = summary_document(replace(NOTHING, begun=False), wording, GENERATED)
    assert wording("summary.words.not_begun") in words(ahead)


@pytest.mark.parametrize(
    ("attempts", "said"), [(30, "比上周多 7 户次。"), (37, "与上周持平。"), (40, "比上周少 3 户次。")]
)
def test_words_compare_with_last_week(attempts: int, said: str) -> None:
    before = replace(BEFORE, visits=replace(BEFORE.visits, attempts=attempts))
    text = words(summary_document(replace(WEEK, before=before), ZH, GENERATED))
    assert f"本周走访 37 户次，见面 26 户次，见面率 70.3%，{said}新登记诉求 19 件，办结 8 件" in text
    assert "半年覆盖率 66.5%；召开议事会 2 场。" in text


def test_what_the_figures_rest_on_is_said_and_never_called_whole() -> None:
    text = words(summary_document(WEEK, ZH, GENERATED))
    assert "数据到 2026-11-19 17:34，当时 3 条未发。" in text
    alone = words(summary_document(replace(WEEK, complete_through=0, unsent=0), ZH, GENERATED))
    assert "数据只取自本机，到 2026-11-20 09:00；0 条未发。" in alone
    for said in (text, alone, words(summary_document(WEEK, EN, GENERATED))):
        assert "完整" not in said
        assert "complete" not in said.lower()


def test_some_households_have_no_meetings_lists_or_duty() -> None:
    mine = replace(WEEK, whole=False, lists=None, issues=(), next_period=())
    document = summary_document(mine, ZH, GENERATED)
    assert [table.key for table in own_tables(document)] == [
        "overview",
        "by_grid",
        "by_category",
        "key_demands",
    ]
    assert "议事会" not in words(document).replace("议事、清单", "")
    assert "只统计所选的住户" in words(document)


def test_another_node_leaves_the_lists_to_the_community() -> None:
    document = summary_document(replace(WEEK, lists=None), ZH, GENERATED)
    assert "lists" not in {table.key for table in document.tables}


def ledger(summary: Summary = WEEK, wording: Wording = ZH) -> Table:
    return table_of(summary_document(summary, wording, GENERATED, ledger=True), "ledger")


def test_ledger_is_masked_in_order_and_without_void_visits() -> None:
    table = ledger()
    assert [row[0] for row in table.rows] == ["V26010001", "V26010002", "V26010003", "V26010005"]
    assert table.rows[1] == (
        "V26010002",
        Day("2026-11-17"),
        "20:05",
        "学府院 3栋",
        "演示·张女士",
        "电话",
        "已见面",
        "演示·林、演示·周",
        "张某说可打 138****1234， 住 3栋，号 ****。",
    )
    assert table.rows[2][2] is None  # no time was given
    assert table.rows[3][3:5] == (None, None)  # a door of unknown shape and nobody named say nothing
    assert table.note.endswith("另有 1 条已作废，未列入。")
    assert "ledger" not in {table.key for table in summary_document(WEEK, ZH, GENERATED).tables}


def test_english() -> None:
    report = summary_document(WEEK, EN, GENERATED, ledger=True)
    assert report.title == "锦澜社区 weekly grid work report (2026, week 47)"
    assert report.subtitle == "16–22 November 2026 · 锦澜社区"
    assert table_of(report, "ledger").rows[0][3] == "学府院 Building 3"
    assert "3 fewer than last week. 19 demands were registered" in words(report)


@BOTH
@pytest.mark.parametrize("mode", ["door", "phone", "yard", "shop", "meeting"])
@pytest.mark.parametrize("outcome", ["met", "absent", "declined", "rescheduled", "moved"])
def test_every_mode_and_outcome_has_words(wording: Wording, mode: str, outcome: str) -> None:
    week = replace(WEEK, visits=(visit("V1", mode=mode, outcome=outcome),))
    assert len(ledger(week, wording).rows) == 1


@BOTH
@pytest.mark.parametrize("stage", ["raised", "reviewing", "merged", "rejected", "deliberating", "decided",
                                   "implementing", "closed"])  # fmt: skip
@pytest.mark.parametrize("why", ["overdue", "critical", "hard", "returned", "reopened"])
def test_every_stage_and_reason_has_words(wording: Wording, stage: str, why: str) -> None:
    week = replace(
        WEEK,
        issues=(replace(WEEK.issues[0], stage=stage),),
        key_demands=(replace(WEEK.key_demands[0], why=why),),
    )
    assert summary_document(week, wording, GENERATED).tables


def test_households_alone_make_a_report() -> None:
    homes = replace(NOTHING, now=Totals(VisitFigures(), HomeFigures(10, 9, 0)))
    assert "可走访的 9 户中，近半年见过 0 户，半年覆盖率 0.0%" in words(
        summary_document(homes, ZH, GENERATED)
    )
