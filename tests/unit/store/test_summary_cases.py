"""Reports where something is missing or was changed since: no data, no households, a period ahead, half of the records,
households and grids that moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gridworker.exports.summary import summary_document
from gridworker.models.ids import new_id
from gridworker.models.period import Period
from gridworker.services import reorganisation as plans
from gridworker.services.households import edit_household
from gridworker.services.visits import amend_visit, log_visit, void_visit
from gridworker.store import statistics
from gridworker.store.queries import tree
from gridworker.store.queries.drill import records_behind
from gridworker.store.queries.organisation import node_choices, stairwells
from gridworker.store.queries.summary import summary
from gridworker.store.report_rows import Behind, Summary, Totals
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import TODAY, empty_store, form, household_of, one

ZH = Wording.load("zh_CN")
LAST_WEEK, THIS_WEEK = Period.parse("2026-W46"), Period.parse("2026-W47")


def nodes(store: Store, kind: str) -> list[bytes]:
    return [node.id for node in node_choices(store, TreeKind.AREA) if node.kind == kind]


def words(found: Summary) -> str:
    document = summary_document(found, ZH, "2026-11-20 09:00")
    return "\n".join(getattr(block, "text", "") for block in document.blocks)


def test_a_community_without_anything(tmp_path: Path) -> None:
    blank = empty_store(tmp_path / "blank")
    found = summary(blank, tree.default_scope(blank), THIS_WEEK)
    assert (found.now, found.before, found.year, found.lines) == (Totals(), Totals(), Totals(), ())
    assert "没有可以统计的内容" in words(found)
    blank.close()


@pytest.mark.parametrize("kind", TreeKind)
def test_a_node_without_grids_has_an_empty_report(alone: Store, kind: TreeKind) -> None:
    nowhere = Scope(new_id(), kind, "空", (), frozenset(), frozenset())
    found = summary(alone, nowhere, THIS_WEEK, ledger=True)
    assert (found.lines, found.now, found.visits) == ((), Totals(), ())
    assert "没有可以统计的内容" in words(found)


def test_a_period_ahead_has_not_begun(alone: Store) -> None:
    found = summary(alone, tree.default_scope(alone), THIS_WEEK.shifted(1))
    assert not found.begun
    assert found.now.visits.attempts == 0
    assert "还没有开始" in words(found)


def test_a_week_of_which_half_has_come_counts_what_is_here(joined: Store) -> None:
    scope = tree.default_scope(joined)
    before = summary(joined, scope, THIS_WEEK)
    log_visit(joined, form(household_of(joined), visited_on="2026-11-19"))
    after = summary(joined, scope, THIS_WEEK)
    assert after.now.visits.attempts == before.now.visits.attempts + 1
    assert (before.unsent, after.unsent) == (0, 1)
    with joined.database.write() as connection:  # the log of a week that has not come with its visits
        connection.exec_driver_sql("DELETE FROM visit_visitor")
    assert summary(joined, scope, THIS_WEEK, ledger=True).now == after.now


def never_met(store: Store) -> bytes:
    found = one(
        store, "SELECT household_id FROM household_stat WHERE served = 1 AND last_met_on IS NULL LIMIT 1"
    )
    assert isinstance(found, bytes)
    return found


def test_a_visit_counts_as_it_stands_now(alone: Store) -> None:
    scope = tree.default_scope(alone)
    before, before_seen = summary(alone, scope, THIS_WEEK).now.visits, len(seen_by(alone))
    logged = log_visit(alone, form(never_met(alone), visited_on="2026-11-19", outcome="absent"))
    amend_visit(alone, logged.visit_id, {"outcome": "met"}, "写错了")
    visits = summary(alone, scope, THIS_WEEK).now.visits
    assert visits == replace(before, attempts=before.attempts + 1, met=before.met + 1)
    assert len(seen_by(alone)) == before_seen + 1
    amend_visit(
        alone, logged.visit_id, {"mode": "yard"}, "在院里遇到"
    )  # coverage counts doors and telephones
    assert len(seen_by(alone)) == before_seen
    void_visit(alone, logged.visit_id, "重复")
    assert summary(alone, scope, THIS_WEEK).now.visits == before


def seen_by(store: Store) -> tuple[Behind, ...]:
    """The households that coverage of the present week counts as met, by the figure and by its records."""
    scope = tree.default_scope(store)
    behind = records_behind(store, scope, THIS_WEEK, "met_half_year")
    assert len(behind) == summary(store, scope, THIS_WEEK).now.homes.met_half_year
    with store.read() as connection:
        assert statistics.difference(connection) == []
    return behind


def reports(store: Store) -> dict[tuple[str, str], Summary]:
    """The reports of past periods for the community and every grid there is today, without what was not past."""
    scopes = {"community": tree.default_scope(store)}
    scopes |= {
        f"grid {n}": tree.scope_of(store, TreeKind.AREA, node) for n, node in enumerate(nodes(store, "grid"))
    }
    return {
        (name, str(period)): replace(summary(store, scope, period), next_period=())
        for name, scope in scopes.items()
        for period in (LAST_WEEK, Period.parse("2026-10"), Period.parse("2026-Q3"))
    }


def test_what_is_reorganised_today_moves_no_past_period(alone: Store) -> None:
    before = reports(alone)
    grids, micros = nodes(alone, "grid"), nodes(alone, "micro_grid")
    assert any(found.now.visits.attempts for found in before.values())
    parent = one(alone, "SELECT parent_id FROM area_unit WHERE id = ?", micros[0])
    other = next(grid for grid in grids if grid != parent)
    for changes in (
        plans.move(alone, TreeKind.AREA, micros[0], other),
        plans.edit(alone, TreeKind.AREA, grids[0], {"name": "新第一网格"}),
    ):
        assert plans.ask(alone, changes, TODAY, "划分不匀").state == "applied"
    stairs = stairwells(alone, micros[1])
    assert plans.ask(alone, plans.pass_on(micros[1], [stairs[0].id], micros[2]), TODAY).state == "applied"
    assert (
        plans.ask(alone, plans.close_area(alone, micros[3], TODAY, into=micros[2]), TODAY).state == "applied"
    )
    assert reports(alone) == before
    now = summary(alone, tree.default_scope(alone), THIS_WEEK)
    assert {line.name for line in now.lines} >= {"新第一网格"}
    assert (
        sum(line.homes.households for line in now.lines)
        == before["community", "2026-W46"].now.homes.households
    )


def test_a_household_that_moves_takes_no_past_visit_along(alone: Store) -> None:
    """Households are counted where they stand; what was done there is counted where it was done."""
    home = one(
        alone,
        "SELECT household_id FROM visit WHERE now_on <= '2026-11-15' AND now_void = 0 ORDER BY rid LIMIT 1",
    )
    assert isinstance(home, bytes)
    unit = one(alone, "SELECT unit_id FROM household WHERE id = ?", home)
    far = one(
        alone,
        "SELECT c.unit_id FROM coverage c WHERE c.micro_grid_id <> "
        "(SELECT micro_grid_id FROM coverage WHERE unit_id = ?) LIMIT 1",
        unit,
    )
    before = reports(alone)
    edit_household(alone, home, {"unit_id": unit}, {"unit_id": far})  # type: ignore[dict-item]
    after = reports(alone)
    for key, found in before.items():
        assert [(line.name, line.visits, line.demands) for line in after[key].lines] == [
            (line.name, line.visits, line.demands) for line in found.lines
        ]
