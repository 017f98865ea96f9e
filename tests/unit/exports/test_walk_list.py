"""The walk list on paper: stair order, blank boxes, surnames only and never a phone number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridworker.exports.html import render_html
from gridworker.exports.roster import roster_document
from gridworker.exports.walk_list import chosen_walk, planned_walk, walk_list_document, week_words
from gridworker.store.rows import HouseholdRow, Identity, Plan, Road
from gridworker.wording import Wording

ZH = Wording.load("zh_CN")
ME = Identity(b"c" * 16, "锦澜社区", "990101001001", "self", True, b"d" * 16, 1, None, "演示·林", (), "shuji")
HOME = HouseholdRow(
    id=b"1" * 16, door="3-2-501", estate="学府院", contact="演示·张丽", salutation="女士", occupancy="owner",
    member_count=2, preferred_time="evening", last_met_on="2026-05-25", next_due_on="2026-11-21", plan=Plan.DUE,
    plan_days=1, tries=0, road=Road.SERVER,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    home: HouseholdRow
    stair_place: int
    no: int = 1
    reason: str = "promised"
    reason_on: str | None = "2026-11-20"
    planned_on: str | None = "2026-11-20"
    part: str | None = "evening"
    open: bool = True


ROWS = (
    Row(replace(HOME, door="3-2-302"), 2, 1),
    Row(HOME, 1, 2),
    Row(replace(HOME, door="3-1-101"), 3, planned_on="2026-11-21"),
    Row(replace(HOME, door="3-1-102"), 4, open=False),
)


def paper(day: str | None = None) -> str:
    walk = planned_walk(ME, "第十六网格", "第47周", ROWS, day)
    return render_html(walk_list_document(walk, ZH, "2026-11-20 09:00"))


def test_doors_stand_in_stair_order_with_boxes_to_tick() -> None:
    walk = planned_walk(ME, "第十六网格", "第47周", ROWS)
    assert [line.home.door for line in walk.lines] == ["3-2-501", "3-2-302", "3-1-101"]
    document = walk_list_document(walk, ZH, "2026-11-20 09:00")
    assert [table.caption for table in document.tables] == [
        "学府院 3栋2单元 · 2 户",
        "学府院 3栋1单元 · 1 户",
    ]
    first = document.tables[0].rows[0]
    assert first[:2] == (1, "3-2-501") and str(first[3]).count("□") == 5
    assert str(first[4]).strip() == first[5] == ""  # room for a pen
    assert document.marks == ("演示数据",)


def test_one_day_only() -> None:
    text = paper("2026-11-21")
    assert "3-1-101" in text and "3-2-501" not in text


def test_the_sheet_of_a_day_has_the_order_of_its_round() -> None:
    walk = planned_walk(ME, "第十六网格", "2026-11-20", ROWS, "2026-11-20")
    assert [line.home.door for line in walk.lines] == ["3-2-302", "3-2-501"]  # as numbered on the page Today


def test_surname_and_why_and_nothing_else_of_the_person() -> None:
    text = paper()
    assert "演示·张女士" in text and "张丽" not in text
    assert "约定回访 11-20" in text and "11-20 晚上" in text
    assert "100-0000" not in text


def test_who_wants_no_visits_is_on_no_list() -> None:
    homes = [
        HOME,
        *(replace(HOME, door=f"1-1-{n}", plan=plan) for n, plan in ((1, Plan.OPTED_OUT), (2, Plan.VACANT))),
    ]
    assert [line.home.door for line in chosen_walk(ME, "x", "y", homes).lines] == ["3-2-501"]


def test_the_roster_names_colleagues_and_no_notes() -> None:
    @dataclass(frozen=True)
    class Duty:
        on: str
        part: str
        member: str

    words = week_words("2026-11-16", "2026-11-22", "2026-W47", ZH)
    document = roster_document(
        ME, "第十六网格", words, [Duty("2026-11-20", "day", "演示·王")], ZH, "2026-11-20 09:00"
    )
    assert words == "2026年第47周（11-16—11-22）"
    assert document.tables[0].rows == (("11-20 周五", "整天", "演示·王", ""),)


def test_the_time_that_suits_is_said_once() -> None:
    assert paper("2026-11-21").count("晚上") == 1
