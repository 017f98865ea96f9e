"""The weekly report says what the rows say: order, sums, shares, completeness, masking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.exports.document import Day, Document, Heading, Paragraph, Points, Ratio, Signed, printed
from gridworker.exports.weekly import weekly_document
from gridworker.wording import Wording
from tests.unit.exports.weeks import BEFORE, GENERATED, GRIDS, WEEK, grid, visit

ZH, EN = Wording.load("zh_CN"), Wording.load("en")
NONE = grid("无", *[0] * 9)


def words(document: Document) -> str:
    texts = [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]
    for table in document.tables:
        texts += [table.caption, table.note, *(column.title for column in table.columns)]
        texts += [printed(cell) for row in (*table.rows, table.total or ()) for cell in row]
    return "\n".join([document.title, document.subtitle, *document.marks, *texts, *document.footer.lines])


def test_title_days_mark_and_footer() -> None:
    report = weekly_document(WEEK, ZH, GENERATED)
    assert report.title == "锦澜社区网格工作周报（2026年第47周）"
    assert report.subtitle == "2026年11月16日—22日 · 锦澜社区"
    assert report.marks == ("演示数据",)
    assert report.footer.lines == ("生成时间 2026-11-20 09:00",)
    assert weekly_document(replace(WEEK, practice=False), ZH, GENERATED).marks == ()


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-30", "2026-12-06", "2026年11月30日—12月6日"),
        ("2026-12-28", "2027-01-03", "2026年12月28日—2027年1月3日"),
    ],
)
def test_weeks_over_a_border(first: str, last: str, said: str) -> None:
    assert said in weekly_document(replace(WEEK, first_day=first, last_day=last), ZH, GENERATED).subtitle


def test_overview() -> None:
    table = weekly_document(WEEK, ZH, GENERATED).tables[0]
    assert table.rows[0] == ("计划走访（户）", 37, 41, Signed(-4))
    assert table.rows[1] == ("计划内完成（户）", 28, 33, Signed(-5))
    assert table.rows[2] == ("走访（户次）", 37, 40, Signed(-3))
    assert table.rows[4] == ("见面率", Ratio(26, 37), Ratio(30, 40), Points(Ratio(26, 37), Ratio(30, 40)))
    # What coverage was a week ago is not known, so nothing is claimed.
    assert table.rows[-1] == ("半年覆盖率", Ratio(551, 828), None, None)


def test_grids_keep_their_order_and_the_total_is_their_sum() -> None:
    table = weekly_document(WEEK, ZH, GENERATED).tables[1]
    assert [row[0] for row in table.rows] == [one.name for one in GRIDS]
    assert [column.title for column in table.columns] == (
        "网格 总户数 计划 完成 走访 见面 未遇 婉拒 改约 搬离 见面率 半年覆盖率".split()
    )
    assert table.total == ("合计", 850, 37, 28, 37, 26, 7, 2, 1, 1, Ratio(26, 37), Ratio(551, 828))


def test_no_share_where_nothing_can_be_divided() -> None:
    table = weekly_document(WEEK, ZH, GENERATED).tables[1]
    assert [printed(cell) for cell in table.rows[-1][-2:]] == ["—", "—"]
    nothing = weekly_document(replace(WEEK, grids=(), total=NONE, previous=NONE, visits=()), ZH, GENERATED)
    assert "0.0%" not in words(nothing)
    assert "本周没有走访记录；上周走访 0 户次。" in words(nothing)


@pytest.mark.parametrize(
    ("attempts", "said"), [(30, "比上周多 7 户次。"), (37, "与上周持平。"), (40, "比上周少 3 户次。")]
)
def test_summary_compares_with_last_week(attempts: int, said: str) -> None:
    text = words(weekly_document(replace(WEEK, previous=replace(BEFORE, attempts=attempts)), ZH, GENERATED))
    assert f"见面率 70.3%；未遇 7，婉拒 2，改约 1，搬离 1。{said}可走访的 828 户中" in text


def test_what_the_figures_rest_on_is_said_and_never_called_whole() -> None:
    text = words(weekly_document(WEEK, ZH, GENERATED))
    assert "数据到 2026-11-19 17:34，当时 3 条未发。" in text
    alone = words(weekly_document(replace(WEEK, complete_through=0, unsent=0), ZH, GENERATED))
    assert "数据只取自本机，到 2026-11-20 09:00；0 条未发。" in alone
    for said in (text, alone, words(weekly_document(WEEK, EN, GENERATED))):
        assert "完整" not in said
        assert "complete" not in said.lower()


def test_definitions_are_there() -> None:
    text = words(weekly_document(WEEK, ZH, GENERATED))
    assert "见面率＝见面 ÷ 走访" in text
    assert "时段内入户或电话见到的不同户数 ÷ 时段末既非空置、也未要求勿访的户数" in text


def test_ledger_is_masked_in_order_and_without_void_visits() -> None:
    table = weekly_document(WEEK, ZH, GENERATED).tables[2]
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


def test_ledger_with_doors_when_asked_for() -> None:
    table = weekly_document(WEEK, ZH, GENERATED, whole_doors=True).tables[2]
    assert table.columns[3].title == "门牌"
    assert table.rows[1][3:5] == ("学府院 3-2-501", "演示·张女士")
    assert "138****1234" in printed(table.rows[1][-1])
    assert "请妥善保管" in table.note


def test_ledger_may_be_left_out() -> None:
    assert len(weekly_document(WEEK, ZH, GENERATED, ledger=False).tables) == 2


def test_english() -> None:
    report = weekly_document(WEEK, EN, GENERATED)
    assert report.title == "锦澜社区 weekly grid work report (2026, week 47)"
    assert report.subtitle == "16–22 November 2026 · 锦澜社区"
    assert report.tables[2].rows[0][3] == "学府院 Building 3"
    assert "3 fewer than last week. Of 828 households" in words(report)


@pytest.mark.parametrize("wording", [ZH, EN])
@pytest.mark.parametrize("mode", ["door", "phone", "yard", "shop", "meeting"])
@pytest.mark.parametrize("outcome", ["met", "absent", "declined", "rescheduled", "moved"])
def test_every_mode_and_outcome_has_words(wording: Wording, mode: str, outcome: str) -> None:
    week = replace(WEEK, visits=(visit("V1", mode=mode, outcome=outcome),))
    assert len(weekly_document(week, wording, GENERATED).tables[2].rows) == 1


def test_wrong_weeks_are_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        weekly_document(replace(WEEK, week="2026"), ZH, GENERATED)
