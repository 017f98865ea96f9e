"""The dashboard's own figures against a slow and plain count over the rows, for every node of both trees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from gridworker.models.days import plus_days
from gridworker.models.period import Period
from gridworker.practice.community import practice_community
from gridworker.practice.size import Size
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.dashboard_rows import Dashboard
from gridworker.store.queries import tree
from gridworker.store.queries.dashboard import dashboard, minutes_to_reply
from gridworker.store.queries.report_demands import Fact, Step, window
from gridworker.store.queries.summary import summary
from gridworker.store.report_rows import HomeFigures
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store
from tests.community import batches, empty_store

Rows = Mapping[str, list[dict[str, Any]]]
TABLES = (
    "household", "visit", "coverage", "unit", "building", "estate", "plan_item", "demand", "demand_event",
    "area_unit",
)  # fmt: skip
PERIODS = [Period.parse(text) for text in ("2026-W47", "2026-W44", "2026-10", "2026")]


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two grids with twelve weeks of visits and demands."""
    size = replace(Size.tiny(), weeks=12, demands_per_week=9)
    store = empty_store(tmp_path_factory.mktemp("lively") / "profile")
    store.found(batches(practice_community(scale=size).drafts()), Act("community_founded"))
    yield store
    store.close()


def read_everything(connection: Connection) -> Rows:
    found = {}
    for table in TABLES:
        names = [row[1] for row in run(connection, f"PRAGMA table_info({table})")]
        rows = run(connection, f"SELECT * FROM {table} WHERE deleted = 0").fetchall()
        found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def micros_of(rows: Rows, scope: Scope) -> set[bytes]:
    return set(scope.micro_grid_ids) & {row["id"] for row in rows["area_unit"] if row["kind"] == "micro_grid"}


def inside(rows: Rows, scope: Scope) -> set[bytes]:
    """Micro-grids, and the nodes all of whose micro-grids are there."""
    micros = micros_of(rows, scope)
    parents = {row["id"]: row["parent_id"] for row in rows["area_unit"]}
    found = set(micros)
    for node in parents:
        below = set()
        for row in rows["area_unit"]:
            at = row["id"]
            while at is not None:
                if at == node and row["kind"] == "micro_grid":
                    below.add(row["id"])
                at = parents.get(at)
        if below and below <= micros:
            found.add(node)
    return found


def slow_homes(rows: Rows, scope: Scope, on: str) -> dict[tuple[str, str, str], list[int]]:
    """(estate, building, stairwell) → households, reachable, met at the door or by telephone in the half year."""
    first = plus_days(on, -181)
    found: dict[tuple[str, str, str], list[int]] = {}
    micros = micros_of(rows, scope)
    for home in rows["household"]:
        covered = [
            one["micro_grid_id"]
            for one in rows["coverage"]
            if one["unit_id"] == home["unit_id"]
            and one["valid_from"] <= on
            and (one["valid_to"] is None or one["valid_to"] >= on)
        ]
        if not covered or covered[0] not in micros or home["unit_id"] not in scope.unit_ids:
            continue
        unit = next(one for one in rows["unit"] if one["id"] == home["unit_id"])
        building = next(one for one in rows["building"] if one["id"] == unit["building_id"])
        estate = next(one for one in rows["estate"] if one["id"] == building["estate_id"])
        reachable = home["occupancy"] != "vacant" and not home["visit_opt_out"]
        met = any(
            visit["household_id"] == home["id"]
            and not visit["now_void"]
            and visit["now_outcome"] == "met"
            and visit["mode"] in ("door", "phone")
            and first <= visit["now_on"] <= on
            for visit in rows["visit"]
        )
        sums = found.setdefault((estate["name"], building["name"], unit["name"]), [0, 0, 0])
        sums[0] += 1
        sums[1] += reachable
        sums[2] += reachable and met
    return found


def slow_replies(rows: Rows, scope: Scope, first: str, last: str) -> list[Fraction]:
    """Hours from registration to the first reply, of all demands in the scope replied to in these days."""
    nodes, found = inside(rows, scope), []
    for demand in rows["demand"]:
        if demand["unit_at"] not in nodes:
            continue
        steps = sorted(
            (one for one in rows["demand_event"] if one["demand_id"] == demand["id"]),
            key=lambda one: one["turn"],
        )
        undone = {one["step_id"] for one in steps}
        at = next((one["at"] for one in steps if one["event"] == "reply" and one["id"] not in undone), None)
        if at is not None and first <= at[:10] <= last:
            waited = dt.datetime.fromisoformat(at) - dt.datetime.fromisoformat(demand["reported_at"])
            found.append(Fraction(int(waited.total_seconds()) // 60, 60))
    return sorted(found)


def middle(values: list[Fraction]) -> Fraction | None:
    if not values:
        return None
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def scopes(store: Store) -> list[Scope]:
    nodes = [(TreeKind.AREA, node.id) for node in tree.area_tree(store)]
    nodes += [(TreeKind.ORG, node.id) for node in tree.org_tree(store)]
    return [tree.scope_of(store, kind, node) for kind, node in nodes]


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_for_every_node_it_is_what_counting_by_hand_gives(lively: Store, period: Period) -> None:
    with lively.read() as connection:
        rows = read_everything(connection)
    on = min(period.last, lively.clock.today())
    for scope in scopes(lively):
        found = dashboard(lively, scope, period)
        if scope.micro_grid_ids and scope.unit_ids and not scope.linked_to:
            check_homes(rows, scope, on, found)
            check_plans(rows, scope, found)
            if len(scope.micro_grid_ids) > 1:  # one building is no place where demands are counted
                check_replies(rows, scope, found)


def check_homes(rows: Rows, scope: Scope, on: str, found: Dashboard) -> None:
    seen = {
        (building.estate, building.name, line.name): [
            line.homes.households, line.homes.reachable, line.homes.met_half_year,
        ]
        for building in found.buildings
        for line in building.stairwells
    }  # fmt: skip
    assert seen == slow_homes(rows, scope, on), scope.name


def check_plans(rows: Rows, scope: Scope, found: Dashboard) -> None:
    micros = micros_of(rows, scope)
    homes = {row["id"] for row in rows["household"] if row["unit_id"] in scope.unit_ids}
    for plan in found.plans:
        items = [
            item
            for item in rows["plan_item"]
            if item["week"] == str(plan.week)
            and item["unit_at"] in micros
            and item["household_id"] in homes
            and item["state"] in ("planned", "absent_retry", "done")
        ]
        assert (plan.planned, plan.done) == (len(items), sum(item["state"] == "done" for item in items)), (
            scope.name
        )


def check_replies(rows: Rows, scope: Scope, found: Dashboard) -> None:
    wanted = slow_replies(rows, scope, found.first, found.last)
    assert sum(line.replied for line in found.replies) == len(wanted), scope.name
    if len(found.replies) == 1:
        assert found.replies[0].median == middle(wanted)
    for line in found.replies:
        grid = replace(scope, node_id=line.node_id, micro_grid_ids=below(rows, line.node_id, scope))
        assert line.median == middle(slow_replies(rows, grid, found.first, found.last)), line.name


def below(rows: Rows, node: bytes, scope: Scope) -> frozenset[bytes]:
    parents = {row["id"]: row["parent_id"] for row in rows["area_unit"]}
    found = set()
    for micro in scope.micro_grid_ids:
        at: bytes | None = micro
        while at is not None:
            if at == node:
                found.add(micro)
            at = parents.get(at)
    return frozenset(found)


def test_there_is_something_to_count(lively: Store) -> None:
    found = dashboard(lively, tree.default_scope(lively), PERIODS[0])
    assert sum(line.replied for line in found.replies) > 10
    assert all(line.median for line in found.replies)
    assert sum(plan.planned for plan in found.plans) > 0


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_buildings_add_up_to_the_report(lively: Store, period: Period) -> None:
    scope = tree.default_scope(lively)
    buildings = dashboard(lively, scope, period).buildings
    assert sum((one.homes for one in buildings), HomeFigures()) == summary(lively, scope, period).now.homes


def test_a_node_without_anything_is_empty(lively: Store) -> None:
    scope = replace(
        tree.default_scope(lively), node_id=b"x" * 16, micro_grid_ids=frozenset(), unit_ids=frozenset()
    )
    found = dashboard(lively, scope, PERIODS[0])
    assert not found.buildings
    assert all(not plan.planned for plan in found.plans)


def test_grids_stand_in_their_order(lively: Store) -> None:
    scope = tree.default_scope(lively)
    found = [line.name for line in dashboard(lively, scope, PERIODS[0]).replies]
    assert found == [line.name for line in summary(lively, scope, PERIODS[0]).lines][: len(found)]
    assert found[:2] == ["第一网格", "第二网格"]


def fact(*steps: tuple[str, str]) -> Fact:
    """A demand of 9 o'clock on the 2nd with steps (event, moment)."""
    told = tuple(Step(at, event, "", "", "", "") for event, at in steps)
    at = "2026-11-02 09:00"
    return Fact(
        b"d", "S1", b"n", "repair", "visit", "help", at, None, told, tuple(step.at for step in told), ""
    )


@pytest.mark.parametrize(
    ("steps", "minutes"),
    [
        ([("handle", "2026-11-02 10:00")], None),
        ([("reply", "2026-11-03 09:30")], 24 * 60 + 30),
        (
            [("reply", "2026-11-03 09:00"), ("reopen", "2026-11-04 09:00"), ("reply", "2026-11-05 09:00")],
            24 * 60,
        ),
        ([("reply", "2026-11-03 09:00"), ("take_back", "2026-11-03 09:05")], None),
        (
            [("reply", "2026-11-03 09:00"), ("take_back", "2026-11-03 09:05"), ("reply", "2026-11-04 09:00")],
            48 * 60,
        ),
        ([("reply", "2026-11-09 00:00")], None),  # after the window
    ],
)
def test_the_first_reply_that_stands_counts(steps: list[tuple[str, str]], minutes: int | None) -> None:
    assert minutes_to_reply(fact(*steps), window("2026-11-02", "2026-11-08", "2026-11-20 09:00")) == minutes


def test_a_reply_before_the_window_is_not_counted_again() -> None:
    earlier = fact(
        ("reply", "2026-11-03 09:00"), ("reopen", "2026-11-10 09:00"), ("reply", "2026-11-11 09:00")
    )
    assert minutes_to_reply(earlier, window("2026-11-09", "2026-11-15", "2026-11-20 09:00")) is None
