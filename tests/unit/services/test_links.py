"""Linked households: from day to day, once however often, and the own list as a scope."""

from __future__ import annotations

import datetime as dt

import pytest

from gridworker.errors import NotFound
from gridworker.models.days import CHINA, Week
from gridworker.models.household import link_id
from gridworker.services import plan
from gridworker.services.links import change_links, link_homes
from gridworker.services.visits import log_visit
from gridworker.store.queries.households import HouseholdFilter, household_ids, household_rows, plan_counts
from gridworker.store.queries.links import link_choices, linkers
from gridworker.store.queries.organisation import node_detail
from gridworker.store.queries.report_ground import ground_of
from gridworker.store.queries.report_visits import home_figures
from gridworker.store.queries.tree import default_scope, linked_node, org_tree, scope_of
from gridworker.store.queries.visits import week_visits
from gridworker.store.queries.week_plan import candidates, week_plan
from gridworker.store.rows import Plan, TreeKind
from gridworker.store.store import Store
from tests.community import clock_at, counts, form, household_of, one, take_back


def me(store: Store) -> bytes:
    assert store.known.member_id is not None
    return store.known.member_id


def homes(store: Store, count: int) -> list[bytes]:
    return [household_of(store, place) for place in range(count)]


def test_linking_twice_is_linking_once_and_ending_keeps_the_past(alone: Store) -> None:
    first, second = homes(alone, 2)
    change_links(alone, me(alone), link=[first, second, first])
    before = counts(alone)
    assert not change_links(alone, me(alone), link=[first, second]).changes
    assert counts(alone) == before
    change_links(alone, me(alone), unlink=[first])
    assert (
        one(alone, "SELECT valid_to FROM household_link WHERE id = ?", link_id(first, me(alone)))
        == "2026-11-19"
    )
    alone.use_clock(clock_at(dt.datetime(2026, 12, 1, tzinfo=CHINA)))
    change_links(alone, me(alone), link=[first])
    days = "SELECT valid_from || coalesce(valid_to, '') FROM household_link WHERE id = ?"
    assert one(alone, days, link_id(first, me(alone))) == "2026-12-01"
    assert not change_links(alone, me(alone), unlink=[household_of(alone, 5)]).changes


def linked_now(store: Store) -> int:
    return sum(choice.linked for choice in link_choices(store, (), me(store)))


def test_several_are_linked_taken_back_and_linked_again(alone: Store) -> None:
    chosen = homes(alone, 3)
    done = link_homes(alone, me(alone), chosen, True)
    assert linked_now(alone) == 3
    take_back(alone, done)
    assert linked_now(alone) == 0
    link_homes(alone, me(alone), chosen, True)
    assert linked_now(alone) == 3
    link_homes(alone, me(alone), chosen[:2], False)
    assert linked_now(alone) == 1
    assert linkers(alone)[0].id == me(alone)


def test_the_own_list_is_a_node_and_limits_every_page(alone: Store) -> None:
    assert org_tree(alone)[0].kind != "linked"
    with pytest.raises(NotFound):
        scope_of(alone, TreeKind.ORG, linked_node(me(alone)))
    chosen = homes(alone, 3)
    change_links(alone, me(alone), link=chosen)
    node = org_tree(alone)[0]
    assert (node.kind, node.id) == ("linked", linked_node(me(alone)))
    scope = scope_of(alone, TreeKind.ORG, node.id)
    ids = household_ids(alone, scope)
    assert {row.id for row in household_rows(alone, ids)} == set(chosen)
    assert sum(plan_counts(alone, scope).values()) == 3
    due = {plan for plan in Plan if plan is not Plan.VISITED}
    found = household_ids(alone, scope, HouseholdFilter(plans=frozenset(due)))
    assert len(found) == node.due
    assert set(household_ids(alone, scope, sort="due")) == set(ids)
    log_visit(alone, form(chosen[0]))
    log_visit(alone, form(household_of(alone, 6)))
    week = Week.of_day("2026-11-19")
    assert {row.household_id for row in week_visits(alone, scope, week)} <= set(chosen)
    assert chosen[0] in {row.household_id for row in week_visits(alone, scope, week)}


def test_what_may_be_linked_says_whose_it_is(alone: Store) -> None:
    first, second = homes(alone, 2)
    other = one(alone, "SELECT id FROM member WHERE id <> ? ORDER BY id LIMIT 1", me(alone))
    assert isinstance(other, bytes)
    change_links(alone, me(alone), link=[first])
    change_links(alone, other, link=[first, second])
    unit = one(alone, "SELECT unit_id FROM household WHERE id = ?", first)
    assert isinstance(unit, bytes)
    mine = {choice.id: choice for choice in link_choices(alone, [unit], me(alone))}
    name = one(alone, "SELECT name FROM member WHERE id = ?", other)
    assert mine[first].linked
    assert name in mine[first].others
    assert not mine[second].linked
    assert len(link_choices(alone, [], me(alone))) == 1


def test_a_member_is_shown_with_the_number_of_linked_households(alone: Store) -> None:
    change_links(alone, me(alone), link=homes(alone, 2))
    unit = one(alone, "SELECT org_unit_id FROM member WHERE id = ?", me(alone))
    assert isinstance(unit, bytes)
    members = node_detail(alone, TreeKind.ORG, unit).members
    assert {m.id: m.linked for m in members}[me(alone)] == 2
    assert node_detail(alone, TreeKind.ORG, me(alone)).id == unit


def test_the_own_list_is_planned_and_its_coverage_shown(alone: Store) -> None:
    """A plan of the own list holds nothing but linked households, and its coverage is that of the list."""
    week, everywhere = Week.parse("2026-W48"), default_scope(alone)
    wanted = [one_home for one_home in candidates(alone, everywhere, week) if one_home.room]
    mine, neighbour = [each.id for each in wanted if not each.vacant and not each.opted_out][:2]
    change_links(alone, me(alone), link=[mine])
    scope = scope_of(alone, TreeKind.ORG, linked_node(me(alone)))
    assert {one_home.id for one_home in candidates(alone, scope, week)} == {mine}
    plan.add(alone, [mine, neighbour], week)
    assert [row.home.id for row in week_plan(alone, scope, week).rows] == [mine]
    assert {mine, neighbour} <= {row.home.id for row in week_plan(alone, everywhere, week).rows}
    with alone.read() as connection:
        homes = home_figures(connection, ground_of(connection, scope, week.first, week.last))
    assert sum(found.households for found in homes.values()) == 1
