"""The counts beside the state filter are the lengths of the lists it would show."""

from __future__ import annotations

import pytest

from gridworker.models.roles import AreaTree
from gridworker.store.queries import households, tree
from gridworker.store.queries.households import HouseholdFilter
from gridworker.store.rows import Plan, Scope, TreeKind
from gridworker.store.store import Store


@pytest.mark.parametrize("text", ["", "101", "李", "无此人"])
def test_each_count_is_the_length_of_its_list(alone: Store, text: str) -> None:
    scope = tree.default_scope(alone)
    counts = households.plan_counts(alone, scope, text)
    for plan in Plan:
        shown = households.household_ids(alone, scope, HouseholdFilter(text, frozenset({plan})))
        assert counts[plan] == len(shown), plan
    everybody = households.household_ids(alone, scope, HouseholdFilter(text))
    assert sum(counts.values()) == len(everybody)


def test_an_empty_scope_counts_nothing(alone: Store) -> None:
    nowhere = Scope(b"\0" * 16, TreeKind.AREA, "", (), frozenset(), frozenset())
    assert set(households.plan_counts(alone, nowhere).values()) == {0}


def test_the_order_of_doors_is_the_same_with_and_without_figures(alone: Store) -> None:
    scope = tree.default_scope(alone)
    every_plan = HouseholdFilter(plans=frozenset(Plan))
    assert households.household_ids(alone, scope) == households.household_ids(alone, scope, every_plan)


def test_what_lies_below_is_what_has_the_node_above_it() -> None:
    a, b, c, d, e = (bytes((n,)) for n in range(5))
    areas = AreaTree({a: None, b: a, c: b, d: e, e: d})  # d and e go round in a circle
    for node in (a, b, c, d, e, b"nobody"):
        assert areas.below(node) == {other for other in areas.parents if node in areas.lineage(other)}
