"""Households not visited for a while, beside a plain count of all visits."""

from __future__ import annotations

import random

import pytest

from gridworker.models.days import plus_days
from gridworker.services.households import opt_out
from gridworker.services.visits import log_visit
from gridworker.store.queries import tree
from gridworker.store.queries.unvisited import day_before, unvisited
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from tests.community import form

DAYS = 30


def expected(store: Store, scope: Scope) -> list[tuple[str, bytes]]:
    """(last visit or "", household) of those that count, by looking at every visit."""
    before = plus_days(store.clock.today(), -DAYS)
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT h.id, h.unit_id, max(v.now_on) FROM household h LEFT JOIN visit v ON v.household_id = h.id "
            "AND v.deleted = 0 AND v.now_void = 0 WHERE h.deleted = 0 AND h.occupancy <> 'vacant' "
            "AND coalesce(h.visit_opt_out, 0) = 0 GROUP BY h.id"
        ).fetchall()
    return sorted(
        (on or "", home) for home, unit, on in rows if unit in scope.unit_ids and (on or "") < before
    )


def whole(store: Store) -> Scope:
    root = next(node for node in tree.area_tree(store) if node.parent_id is None)
    return tree.scope_of(store, root.tree, root.id)


def part(store: Store) -> Scope:
    units = sorted(whole(store).unit_ids)
    return Scope(b"x", tree.default_scope(store).tree, "", (), frozenset(units[::5]), frozenset())


@pytest.mark.parametrize("scoped", [whole, part])
def test_they_are_those_a_count_of_all_visits_finds(alone: Store, scoped: object) -> None:
    scope = scoped(alone)  # type: ignore[operator]
    wanted = expected(alone, scope)
    found = unvisited(alone, scope, DAYS, 10_000)
    assert found.count == len(wanted) == len(found.first) >= 3
    assert {row.id for row in found.first} == {home for _, home in wanted}
    days = [{home: on for on, home in wanted}[row.id] for row in found.first]
    assert days == sorted(days)
    assert [row.id for row in unvisited(alone, scope, DAYS, 3).first] == [row.id for row in found.first[:3]]


def test_a_visit_and_a_wish_to_be_left_alone_take_one_off(alone: Store) -> None:
    scope = whole(alone)
    before = unvisited(alone, scope, DAYS)
    first, second = (row.id for row in random.Random(1).sample(before.first, 2))
    log_visit(alone, form(first, outcome="absent"))
    opt_out(alone, second, on=True)
    after = unvisited(alone, scope, DAYS)
    assert after.count == before.count - 2
    assert not {first, second} & {row.id for row in after.first}
    assert day_before(alone, DAYS) < alone.clock.today()
