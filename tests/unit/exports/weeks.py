"""A made-up report of a week for the tests of exports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gridworker.models.period import Period
from gridworker.store.report_rows import (
    CodeLine,
    DemandFigures,
    HomeFigures,
    IssueLine,
    KeyDemand,
    LevelCount,
    ListFigures,
    Lists,
    MeetingFigures,
    NextLine,
    NodeLine,
    Proposals,
    SpotLine,
    Summary,
    Totals,
    TrendPoint,
    VisitFigures,
)
from gridworker.store.rows import Road, VisitRow

GENERATED = "2026-11-20 09:00"
#: 2026-11-19 17:34 in China.
SYNCED = 1_795_080_840_000


def line(name: str, visits: tuple[int, ...], homes: tuple[int, ...], registered: int = 0) -> NodeLine:
    """Visits: planned, done, attempts, met, absent, declined, rescheduled, moved, shops, spots; homes: households,
    reachable, met in the half year."""
    demands = DemandFigures(registered=registered, accepted=registered, open=registered)
    return NodeLine(name.encode(), name, VisitFigures(*visits), HomeFigures(*homes), demands)


LINES = (
    line("锦苑一期第一网格", (12, 9, 12, 9, 2, 0, 1, 0, 1, 0), (297, 290, 201), 7),
    line("锦苑一期第二网格", (6, 4, 5, 3, 1, 1, 0, 0, 0, 2), (297, 288, 230), 3),
    line("观湖雅居第一网格", (19, 15, 20, 14, 4, 1, 0, 1, 0, 0), (256, 250, 120), 9),
    line("学府院第一网格", (0,) * 10, (0, 0, 0)),
)
DEMANDS = DemandFigures(14, 19, 17, 2, 8, 22, 3, 6, 4, 1, 1, 7, 6, 3, 15, 9, 7)
TOTAL = Totals(
    VisitFigures(37, 28, 37, 26, 7, 2, 1, 1, 1, 2),
    HomeFigures(850, 828, 551),
    DEMANDS,
    MeetingFigures(2, 41),
)
BEFORE = Totals(
    VisitFigures(41, 33, 40, 30, 6, 2, 2, 0, 0, 1),
    demands=DemandFigures(12, 15, 15, 1, 13, 14, 2, 9, 7, 2, 0, 12, 8, 4, 12, 11, 10),
    meetings=MeetingFigures(1, 20),
)
YEAR = Totals(
    VisitFigures(1700, 1500, 1650, 1300, 200, 80, 50, 20, 12, 30),
    demands=DemandFigures(0, 560, 550, 40, 530, 22, 3, 400, 300, 80, 20, 500, 310, 160, 520, 540, 515),
    meetings=MeetingFigures(30, 700),
)


def visit(no: str, **other: Any) -> VisitRow:
    usual = VisitRow(
        id=no.encode(),
        no=no,
        household_id=b"h",
        door="3-2-501",
        contact="演示·张丽",
        on="2026-11-17",
        estate="学府院",
        salutation="女士",
        start_at="19:30",
        outcome="met",
        mode="door",
        said="楼道灯不亮，希望尽快修好。",
        visitors=("演示·林", "演示·周"),
        void=False,
        road=Road.SERVER,
    )
    return replace(usual, **other)


SAID = "张丽说可打 13812341234，\n住 3-2-501，号 330106199001011233。"
VISITS = (
    visit("V26010003", on="2026-11-18", start_at=None, outcome="absent", said="", visitors=()),
    visit("V26010001", said='=HYPERLINK("http://example.org","看")'),
    visit("V26010002", start_at="20:05", mode="phone", said=SAID),
    visit("V26010004", on="2026-11-19", void=True, said="写错了"),
    visit(
        "V26010005",
        on="2026-11-19",
        contact="",
        door="不详",
        said="+86 可以 https://example.org",
        outcome="moved",
    ),
)
WEEK = Summary(
    community="锦澜社区",
    node_id=b"c" * 16,
    node_name="锦澜社区",
    period=Period.parse("2026-W47"),
    until="2026-11-20",
    practice=True,
    alone=False,
    now=TOTAL,
    before=BEFORE,
    year=YEAR,
    lines=LINES,
    categories=(
        CodeLine("parking", "", DemandFigures(6, 11, 10, 1, 5, 12, 2, 3, 2, 1, 0, 4, 4, 2, 9, 5, 4)),
        CodeLine("policy", "咨询", DemandFigures(8, 8, 7, 1, 3, 10, 1, 3, 2, 0, 1, 3, 2, 1, 6, 4, 3)),
    ),
    sources=(CodeLine("visit", "", DEMANDS),),
    key_demands=(
        KeyDemand(
            b"d" * 16, "S26-01-0007", "学府院 3栋", "3-2-501 张阿姨家漏水，电话 13812341234",
            "street", "committee_member", "2026-11-18 17:30", "in_progress", "overdue",
        ),
    ),
    key_demands_left=2,
    issues=(IssueLine(b"i" * 16, "增设充电棚", "implementing", 3, 2, "安装第二处", "2026-12-10"),),
    lists=Lists(ListFigures(2, 1, 1, 9), ListFigures(1, 1, 0, 14), ListFigures(0, 2, 1, 6), 3, 46),
    next_period=(
        NextLine("2026-11-23", "duty", "committee_member", "锦澜社区", what="morning", id=b"1" * 16),
        NextLine("2026-11-23", "visits", "", "锦苑一期第一网格", 6, id=b"2" * 16),
        NextLine("2026-11-25", "meeting", "red_steward", "锦澜社区", what="red_council", id=b"3" * 16),
    ),
    trend=tuple(
        TrendPoint(Period.parse("2026-W47").shifted(n), 40 + n, 30 + n, 15 + n % 3, 12) for n in range(-7, 1)
    ),
    levels=(LevelCount("station", 3), LevelCount("grid", 3), LevelCount("street", 2)),
    spots=(SpotLine(b"s" * 16, "东门广场", "sanitation", 3),),
    proposals=Proposals(2, 1, 0, 1, 1),
    visits=VISITS,
    complete_through=SYNCED,
    unsent=3,
)  # fmt: skip
