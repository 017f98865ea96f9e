"""The ledger of demands: the columns offices know, and nobody to be recognised in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gridworker.exports.demand_ledger import demand_row, demand_sheet
from gridworker.exports.document import Cell
from gridworker.practice.community import practice_community
from gridworker.practice.size import Size
from gridworker.store.demand_rows import DemandLine
from gridworker.store.queries.demand_ledger import demand_lines
from gridworker.wording import Wording
from tests.community import ACT, batches, empty_store

COLUMNS = (
    "序号 编号 登记时间 来源 网格/微网格 小区楼栋 反映人 联系电话 诉求类型 类别 诉求内容 "
    "责任人 协办单位 办理时限 办理情况 办结时间 反馈方式 回访时间 满意度 状态 备注"
)
WORDS = Wording.load("zh_CN")


def lines_of(folder: Path) -> tuple[tuple[DemandLine, ...], tuple[str, ...]]:
    store = empty_store(folder / "profile")
    store.found(batches(practice_community(scale=replace(Size.tiny(), demands_per_week=12)).drafts()), ACT)
    lines = demand_lines(store, "2026-01-01", "2026-11-20")
    with store.read() as connection:
        sql = "SELECT name FROM resident UNION SELECT phone FROM resident WHERE phone IS NOT NULL"
        private = tuple(row[0] for row in connection.exec_driver_sql(sql))
    assert demand_lines(store, "2026-11-20", "2026-11-20") == tuple(
        line for line in lines if line.row.reported_at.startswith("2026-11-20")
    )
    store.close()
    return lines, private


def test_the_ledger_has_its_columns_and_hides_who_it_was(tmp_path: Path) -> None:
    lines, private = lines_of(tmp_path)
    titles = [column.title for column in demand_sheet(WORDS).columns]
    made = [demand_row(turn, line, WORDS, {}) for turn, line in enumerate(lines, 1)]
    assert " ".join(titles) == COLUMNS
    assert [row[0] for row in made] == list(range(1, 73))
    rows: list[dict[str, Cell]] = [dict(zip(titles, row, strict=True)) for row in made]
    text = str(made)
    assert not [one for one in private if one in text]
    assert any("****" in str(row["联系电话"]) for row in rows)
    at_home = [row for row, line in zip(rows, lines, strict=True) if line.row.household_id]
    assert at_home
    assert all(str(row["小区楼栋"]).endswith("栋") for row in at_home)
    closed = [row for row in rows if row["状态"] == "办结"]
    assert len(closed) == 59
    assert all(row["办结时间"] and row["办理情况"] for row in closed)
    assert all(not row["办结时间"] for row in rows if row["状态"] != "办结")
    assert {str(row["备注"])[:7] for row in rows if row["来源"] == "12345 热线"} == {"12345 工"}


def test_the_communitys_own_names_and_what_was_asked(tmp_path: Path) -> None:
    lines, _ = lines_of(tmp_path)
    asked = replace(
        lines[0], reporter="张丽", salutation="女士", phone="100-0000-1234", content="张丽住 3-2-501，灯坏了"
    )
    own = {("demand_category", asked.row.category): "自己的类别"}
    row = demand_row(1, asked, WORDS, own)
    assert (row[6], row[7], row[9], row[10]) == ("张女士", "100****1234", "自己的类别", "张某住 3栋，灯坏了")
    whole = demand_row(1, asked, WORDS, own, whole=True)
    assert (whole[6], whole[7], whole[10]) == ("张丽", "100****1234", "张丽住 3-2-501，灯坏了")
    assert str(whole[5]).endswith(asked.row.place)
    child = demand_row(1, replace(asked, child=True), WORDS, own, whole=True)
    assert child[6] == "张女士", "somebody under 14 stays masked"
