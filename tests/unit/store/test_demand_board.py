"""The board: every open demand stands once, in the lane that has it in hand and the stage of its road."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gridworker.models.limits import Standing
from gridworker.services import demands as services
from gridworker.services.demands import DemandForm
from gridworker.store.demand_rows import BoardCell, DemandFilter
from gridworker.store.queries import demand_board
from gridworker.store.queries.demand_board import LANES, STAGES, areas_above, cells
from gridworker.store.queries.tree import default_scope
from gridworker.store.statements import run
from gridworker.store.store import Store


def first(store: Store, sql: str) -> bytes:
    with store.read() as connection:
        found: bytes = run(connection, sql).fetchone()[0]
    return found


def new(store: Store, place: tuple[str, bytes], title: str, **more: Any) -> bytes:
    form = DemandForm(
        place=place,
        title=title,
        content=title,
        category="repair",
        reporter="anonymous",
        wants_reply=False,
        **more,
    )
    return services.register(store, form).demand_id


def at(found: tuple[BoardCell, ...], lane: str, stage: str) -> BoardCell:
    return next(cell for cell in found if (cell.lane, cell.stage) == (lane, stage))


def test_every_open_demand_stands_once_in_its_lane(alone: Store) -> None:
    home = first(alone, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")
    root = first(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL AND deleted = 0")
    taken = new(alone, ("household_id", home), "灯不亮")
    referred = new(alone, ("household_id", home), "路口绿灯短")
    of_all = new(
        alone, ("area_unit_id", root), "消防通道", due_at="2026-11-10 09:00", reported_at="2026-11-01 09:00"
    )
    ended = new(alone, ("household_id", home), "不用了")
    services.cause(alone, ended, "withdraw", "居民说不用了")
    services.refer_up(alone, referred, root, "street", "请协调交警")
    found = cells(alone, None)
    assert [(cell.lane, cell.stage) for cell in found] == [(x, y) for x in LANES for y, _ in STAGES]
    assert [row.id for row in at(found, "micro_grid", "taking").rows] == [taken]
    assert [row.id for row in at(found, "street", "taking").rows] == [referred]
    assert [row.id for row in at(found, "community", "taking").rows] == [of_all]
    assert at(found, "community", "taking").overdue == 1
    assert sum(cell.count for cell in found) == 3
    late = cells(alone, None, DemandFilter(standings=frozenset((Standing.OVERDUE,))))
    assert [row.id for cell in late for row in cell.rows] == [of_all]


def test_a_cell_reads_no_more_than_asked_and_counts_them_all(alone: Store) -> None:
    home = first(alone, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")
    for day in range(25, 20, -1):
        new(alone, ("household_id", home), f"第{day}件", due_at=f"2026-11-{day} 09:00")
    cell = at(cells(alone, None, each=2), "micro_grid", "taking")
    assert [row.due_at for row in cell.rows] == ["2026-11-21 09:00", "2026-11-22 09:00"]
    assert cell.count == 5


def test_what_came_back_from_above_stands_where_it_was(alone: Store) -> None:
    home = first(alone, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")
    record = new(alone, ("household_id", home), "灯不亮")
    lineage = areas_above(alone, record)
    assert (lineage[0][1], lineage[-1][1]) == ("micro_grid", "community")
    services.transfer(alone, record, lineage[1][0], "请一起办", kind="help")
    assert at(cells(alone, None), "micro_grid", "taking").count == 1
    assert areas_above(alone, b"x" * 16) == ()


def test_filtered_cells_count_what_the_whole_board_counts(alone: Store) -> None:
    """Every demand passes these filters, or none: two other ways to count, and the same figures in every cell."""
    root = first(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL AND deleted = 0")
    grid = first(alone, "SELECT id FROM area_unit WHERE kind = 'grid' AND deleted = 0 LIMIT 1")
    home = first(alone, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")
    for at_place in (("household_id", home), ("area_unit_id", grid), ("area_unit_id", root)):
        for due in ("2026-11-10 09:00", "2026-12-10 09:00"):
            new(alone, at_place, "灯不亮", due_at=due, reported_at="2026-11-01 09:00")
        up = new(alone, at_place, "要上报", due_at="2026-11-10 09:00", reported_at="2026-11-01 09:00")
        services.refer_up(alone, up, root, "street", "请协调")
    whole = cells(alone, None)
    assert {cell.lane for cell in whole if cell.count} == set(LANES)
    assert sum(cell.count for cell in whole) == 9
    building = replace(default_scope(alone), node_id=b"x" * 16, linked_to=b"x" * 16)
    for wanted in (
        DemandFilter(categories=frozenset(("repair",))),
        DemandFilter(words="灯 报"),
        DemandFilter(),
    ):
        assert sum(cell.count for cell in cells(alone, building, wanted)) == 0
    assert cells(alone, None, DemandFilter(categories=frozenset(("repair",)))) == whole
    assert cells(
        alone, default_scope(alone), DemandFilter(sources=frozenset(("visit", "phone", "duty")))
    ) == cells(alone, default_scope(alone))
    late = cells(alone, None, DemandFilter(standings=frozenset((Standing.OVERDUE,))))
    assert [cell.count for cell in late] == [cell.overdue for cell in whole]
    assert not any(cell.count for cell in cells(alone, None, DemandFilter(categories=frozenset(("noise",)))))


def test_quick_counts_are_those_of_the_plain_walk(alone: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level, kind of referral, state and limit, counted by the quick ways and by one plain grouping."""
    lineage = areas_above(alone, new(alone, ("household_id", _home(alone)), "灯不亮"))
    root, grid = lineage[-1][0], next(area for area, kind, _ in lineage if kind == "grid")
    for n, place in enumerate(
        (("household_id", _home(alone)), ("area_unit_id", grid), ("area_unit_id", root))
    ):
        for m, (level, to) in enumerate((("grid", grid), ("community", root), ("street", root), ("", root))):
            record = new(
                alone, place, "坡道", due_at=f"2026-1{1 + m % 2}-12 09:00", reported_at="2026-11-01 09:00"
            )
            if (n + m) % 2:
                services.accept(alone, record)
            if level == "street" or (level and place[1] not in (root, to)):
                services.refer_up(alone, record, to, level, "请协调")
        helped = new(alone, place, "请一起办")
        if place[1] != grid:
            services.transfer(alone, helped, grid, "请一起办", kind="help")
    for wanted in (
        DemandFilter(categories=frozenset(("repair",))),
        DemandFilter(types=frozenset(("help", "complaint"))),
        DemandFilter(standings=frozenset((Standing.OVERDUE,))),
        DemandFilter(words="坡道"),
        DemandFilter(),
    ):
        quick = cells(alone, default_scope(alone), wanted)
        with monkeypatch.context() as plain:
            plain.setattr(demand_board, "_is_whole", lambda connection, scope: False)
            assert quick == cells(alone, default_scope(alone), wanted)
        assert sum(cell.overdue for cell in quick) > 0


def _home(store: Store) -> bytes:
    return first(store, "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1")
