"""Made-up weeks of visits for the tests of exports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gridworker.store.rows import GridWeek, Road, VisitRow, WeekVisits

GENERATED = "2026-11-20 09:00"
#: 2026-11-19 17:34 in China.
SYNCED = 1_795_080_840_000


def grid(name: str, *counts: int) -> GridWeek:
    """Counts: households, reachable, attempts, met, absent, declined, rescheduled, moved, met in the half year,
    planned, done."""
    return GridWeek(name.encode(), name, *counts)


GRIDS = (
    grid("锦苑一期第一网格", 297, 290, 12, 9, 2, 0, 1, 0, 201, 12, 9),
    grid("锦苑一期第二网格", 297, 288, 5, 3, 1, 1, 0, 0, 230, 6, 4),
    grid("观湖雅居第一网格", 256, 250, 20, 14, 4, 1, 0, 1, 120, 19, 15),
    grid("学府院第一网格", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
)
TOTAL = grid("锦澜社区", 850, 828, 37, 26, 7, 2, 1, 1, 551, 37, 28)
BEFORE = grid("锦澜社区", 850, 828, 40, 30, 6, 2, 2, 0, 540, 41, 33)


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
WEEK = WeekVisits(
    community="锦澜社区",
    node_name="锦澜社区",
    week="2026-W47",
    first_day="2026-11-16",
    last_day="2026-11-22",
    practice=True,
    grids=GRIDS,
    total=TOTAL,
    previous=BEFORE,
    visits=VISITS,
    complete_through=SYNCED,
    unsent=3,
)
