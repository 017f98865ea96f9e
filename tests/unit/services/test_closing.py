"""Closing a week: one act, zero report where there was nothing, taken back, refused where it is not for this post."""

from __future__ import annotations

import msgspec
import pytest

from gridworker.errors import FieldInvalid, NotAllowed
from gridworker.exports.completeness import completeness_brief, completeness_lines, is_unsure
from gridworker.models.days import Week
from gridworker.models.period import Period
from gridworker.services.closing import close_weeks, reopen_weeks
from gridworker.services.undo import undo
from gridworker.store.queries.completeness import completeness
from gridworker.store.queries.tree import default_scope
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import one

WEEK = Week(2026, 47)
PERIOD = Period.of_week(WEEK)


@pytest.fixture
def scope(alone: Store) -> Scope:
    return default_scope(alone)


def busy_and_idle(store: Store, scope: Scope) -> tuple[bytes, bytes]:
    """A micro-grid with something in the week, and one whose records are taken away."""
    state = completeness(store, scope, PERIOD)
    busy = [node.node_id for node in state.nodes if node.records]
    idle = busy[-1]
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM visit_visitor")
        connection.exec_driver_sql("UPDATE visit SET deleted = 1 WHERE unit_at = ?", (idle,))
        connection.exec_driver_sql("UPDATE demand_event SET deleted = 1 WHERE unit_at = ?", (idle,))
    return busy[0], idle


def test_one_act_closes_and_says_where_there_was_nothing(alone: Store, scope: Scope) -> None:
    busy, idle = busy_and_idle(alone, scope)
    closed = close_weeks(alone, (busy, idle), WEEK)
    assert (closed.closed, closed.zero) == (2, 1)
    found = {node.node_id: node for node in completeness(alone, scope, PERIOD).nodes}
    assert (found[busy].zero_report, found[idle].zero_report) == (False, True)
    assert found[busy].closed_at == found[idle].closed_at == "2026-11-20 09:00"
    assert close_weeks(alone, (busy, idle), WEEK).closed == 0  # closed already: nothing happens
    assert one(alone, "SELECT act FROM audit ORDER BY n DESC LIMIT 1") == "week_closed"


def test_it_is_taken_back_and_done_again(alone: Store, scope: Scope) -> None:
    busy, _ = busy_and_idle(alone, scope)
    closed = close_weeks(alone, (busy,), WEEK)
    undone = undo(alone, closed.done.txns[0], "")
    assert not one(alone, "SELECT count(*) FROM week_close WHERE deleted = 0")
    undo(alone, undone.txn, "")
    assert one(alone, "SELECT count(*) FROM week_close WHERE deleted = 0") == 1
    reopen_weeks(alone, (busy,), WEEK)
    assert close_weeks(alone, (busy,), WEEK).closed == 1
    assert one(alone, "SELECT count(*) FROM week_close") == 1


def test_a_week_that_has_not_begun_is_refused(alone: Store, scope: Scope) -> None:
    node = min(scope.micro_grid_ids)
    with pytest.raises(FieldInvalid) as refused:
        close_weeks(alone, (node,), WEEK.shifted(1))
    assert (refused.value.values["field"], refused.value.values["reason"]) == ("week", "in_future")


def test_who_works_in_the_micro_grid_closes_it_and_the_grid_confirms_a_zero(
    alone: Store, scope: Scope
) -> None:
    busy, idle = busy_and_idle(alone, scope)
    stand_in_for(alone, "micro_grid_leader", busy)
    assert close_weeks(alone, (busy,), WEEK).closed == 1
    with pytest.raises(NotAllowed):
        close_weeks(alone, (idle,), WEEK)  # not his
    stand_in_for(alone, "micro_grid_leader", idle)
    with pytest.raises(NotAllowed):
        close_weeks(alone, (idle,), WEEK)  # his, but nothing was there: that is confirmed at grid level
    grid = one(alone, f"SELECT parent_id FROM area_unit WHERE id = x'{idle.hex()}'")
    assert isinstance(grid, bytes)
    stand_in_for(alone, "grid_leader", grid)
    assert close_weeks(alone, (idle,), WEEK).zero == 1


def stand_in_for(store: Store, role: str, node: bytes) -> None:
    """Let this account hold one post and no other."""
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = ?, area_unit_id = ? WHERE member_id = ?",
            (role, node, store.known.member_id),
        )
    store.forget_cached()


def test_the_line_names_nodes_and_never_says_complete(alone: Store, scope: Scope) -> None:
    _, idle = busy_and_idle(alone, scope)
    wording = Wording.load("zh_CN")
    before = completeness(alone, scope, PERIOD)
    assert before.kind == "alone"
    assert is_unsure(before)
    close_weeks(alone, [node.node_id for node in before.nodes], WEEK)
    after = completeness(alone, scope, PERIOD)
    lines = completeness_lines(after, wording)
    assert lines[0] == "数据都在这台电脑上，到 2026-11-20 09:00。"
    zero = sum(node.zero_report for node in after.nodes)
    assert lines[1] == f"已封周 {len(after.nodes)}/{len(after.nodes)} 个微网格，其中零报告 {zero} 个。"
    assert not is_unsure(after)
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE visit SET deleted = 0 WHERE unit_at = ?", (idle,))
    late = completeness(alone, scope, PERIOD)
    assert is_unsure(late)
    name = next(node.name for node in late.nodes if node.node_id == idle)
    assert completeness_lines(late, wording)[-1] == f"零报告之后又有记录：{name}。"
    with alone.read() as connection:
        people = [row[0] for row in connection.exec_driver_sql("SELECT name FROM member")]
    assert not any(person in line for line in completeness_lines(late, wording) for person in people)


#: 2026-11-20 17:00 in China, ms.
FIVE, HOUR = 1_795_165_200_000, 3_600_000


def told(store: Store, *lines: tuple[bytes, int, int]) -> None:
    """What the server said of the computers that stand at these nodes."""
    fleet = [{"node": node, "heard_at": at, "unsent": unsent, "devices": 1} for node, at, unsent in lines]
    store.set_state({"sync.fleet": msgspec.json.encode(fleet), "last_sync_at": str(FIVE).encode()})


def line_of(store: Store) -> tuple[str, ...]:
    return completeness_lines(
        completeness(store, default_scope(store), Period.parse("2026-11")), Wording.load("zh_CN")
    )


def test_the_age_of_each_node_is_told_by_the_silent_one_of_it_and_its_grid(joined: Store) -> None:
    state = completeness(joined, default_scope(joined), PERIOD)
    assert state.kind == "here"
    joined.set_state({"last_sync_at": b"0"})
    assert line_of(joined)[0].startswith("数据只取自本机")
    grids = {node.node_id: parent(joined, node.node_id) for node in state.nodes}
    lines = [(grid, FIVE + HOUR, 0) for grid in sorted(set(grids.values()))]
    told(joined, *lines, *((node, FIVE, 0) for node in grids))
    assert line_of(joined) == ("有电脑连过的微网格，数据已到 2026-11-20 17:00（当时 0 条未发）。",)
    late, *others = grids
    told(joined, *lines, (late, FIVE - 30 * HOUR, 3), *((node, FIVE, 0) for node in others))
    found = line_of(joined)
    name = state.nodes[0].name
    assert found[0] == "有电脑连过的微网格，数据已到 2026-11-19 11:00（当时 3 条未发）。"
    assert found[1] == f"还可能有补来的：{name} 11-19 11:00（当时 3 条未发）。"
    told(joined, *lines, (late, FIVE - 30 * HOUR, 3))
    brief = completeness_brief(completeness(joined, default_scope(joined), PERIOD), Wording.load("zh_CN"))
    assert brief.startswith("已到 11-19 11:00（当时 3 条未发） · 1 个微网格可能还有补来 · ")
    assert "没有电脑连过" not in brief  # the computer of their grid was heard
    assert brief.endswith(f"已封周 0/{len(grids)} 个微网格，零报告 0 个")


def test_a_node_without_a_computer_is_named(joined: Store) -> None:
    state = completeness(joined, default_scope(joined), PERIOD)
    silent = state.nodes[0]
    mine = parent(joined, silent.node_id)
    told(joined, *((n.node_id, FIVE, 0) for n in state.nodes if parent(joined, n.node_id) != mine))
    assert any(line.startswith(f"没有电脑连接过：{silent.name}") for line in line_of(joined))
    assert is_unsure(completeness(joined, default_scope(joined), Period.parse("2026-11")))


def parent(store: Store, node: bytes) -> bytes:
    found = one(store, "SELECT parent_id FROM area_unit WHERE id = ?", node)
    assert isinstance(found, bytes)
    return found
