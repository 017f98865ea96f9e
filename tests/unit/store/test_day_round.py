"""The round of a day reads little, and says the same as the whole week's plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.models.days import Week
from gridworker.services import plan
from gridworker.services.households import opt_out
from gridworker.store.queries import tree
from gridworker.store.queries.day_round import DayFigures, DayRound, day_figures, day_round
from gridworker.store.queries.households import late_count, plan_counts
from gridworker.store.queries.week_plan import PlanRow, week_plan
from gridworker.store.rows import Plan, Scope, TreeKind
from gridworker.store.store import Store

NOW, DAY = Week.parse("2026-W47"), "2026-11-20"


@pytest.fixture
def planned(alone: Store) -> Store:
    """A week in which a day has done, dropped, unwanted and open households, and others have no day."""
    plan.accept(alone, NOW, plan.proposal(alone, tree.default_scope(alone), NOW))
    rows = week_plan(alone, tree.default_scope(alone), NOW).rows
    open_rows = [row for row in rows if row.open]
    for row in open_rows[:3]:
        plan.set_day(alone, row.id, None, None)
    for row in open_rows[3:7]:
        plan.set_day(alone, row.id, DAY, "morning")
    today = [row for row in week_plan(alone, tree.default_scope(alone), NOW).rows if row.planned_on == DAY]
    plan.drop(alone, today[0].id, "出差")
    opt_out(alone, today[1].home.id, on=True)
    return alone


def whole(store: Store, scope: Scope) -> tuple[PlanRow, ...]:
    return week_plan(store, scope, NOW).rows


def test_with_room_enough_it_is_the_week_by_day(planned: Store) -> None:
    scope = tree.default_scope(planned)
    rows = whole(planned, scope)
    found = day_round(planned, scope, DAY, 10_000)
    assert found.today == tuple(
        replace(row, stair_place=own.stair_place)
        for row, own in zip(
            (row for row in rows if row.planned_on == DAY and row.state not in ("moved", "dropped")),
            found.today,
            strict=True,
        )
    )
    earlier = [row.id for row in rows if row.open and (row.planned_on or "") < DAY]
    later = [row.id for row in rows if row.open and (row.planned_on or "") > DAY]
    assert earlier and found.today
    assert sorted(row.id for row in found.left_over) == sorted(earlier)
    assert [row.id for row in found.later] == later
    assert found.more == 0


@pytest.mark.parametrize("limit", [1, 4, 8])
def test_with_little_room_whole_micro_grids_come_first(planned: Store, limit: int) -> None:
    scope = tree.default_scope(planned)
    full, found = day_round(planned, scope, DAY, 10_000), day_round(planned, scope, DAY, limit)
    first = {row.micro_grid_id for row in found.today}
    assert first
    expected = [row.id for row in full.today if row.micro_grid_id in first]
    assert [row.id for row in found.today] == expected
    if len(found.today) < len(full.today):
        assert found.left_over == found.later == ()
    seen, there = _lines(found), _lines(full)
    assert seen <= there
    left = len(there - seen)
    assert left or limit > 1
    assert left <= found.more <= left + 1  # one that is not wanted any more is no line


def _lines(found: DayRound) -> set[bytes]:
    return {row.id for row in (*found.today, *found.left_over, *found.later)}


def test_the_figures_are_those_of_the_week(planned: Store) -> None:
    for scope in (tree.default_scope(planned), _one_micro_grid(planned)):
        week = week_plan(planned, scope, NOW)
        today = [row for row in week.rows if row.planned_on == DAY and row.state not in ("moved", "dropped")]
        assert day_figures(planned, scope, DAY) == DayFigures(
            len(today), sum(row.state == "done" for row in today), week.total.planned, week.total.done
        )
        assert late_count(planned, scope) == plan_counts(planned, scope)[Plan.LATE]


def _one_micro_grid(store: Store) -> Scope:
    node = next(node for node in tree.area_tree(store) if node.kind == "micro_grid")
    return tree.scope_of(store, TreeKind.AREA, node.id)


def test_nowhere_there_is_nothing(planned: Store) -> None:
    nowhere = replace(tree.default_scope(planned), unit_ids=frozenset(), micro_grid_ids=frozenset())
    assert day_round(planned, nowhere, DAY, 100) == DayRound(DAY)
    assert day_figures(planned, nowhere, DAY) == DayFigures()
    assert late_count(planned, nowhere) == 0
