"""Merging, parting and splitting households: everything is read through, and taking back restores all of it."""

from __future__ import annotations

import random

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.days import Week
from gridworker.services.households import opt_out, remove_household
from gridworker.services.merging import merge_households, part_households, split_household
from gridworker.services.residents import Ground, add_resident, move_out, remove_resident, set_contact
from gridworker.services.visits import log_visit
from gridworker.store import statistics
from gridworker.store.queries import tree
from gridworker.store.queries.find import find
from gridworker.store.queries.households import (
    HouseholdFilter,
    household_detail,
    household_ids,
    household_rows,
)
from gridworker.store.queries.matrix import building_of, matrix
from gridworker.store.queries.tree import area_tree
from gridworker.store.queries.unvisited import unvisited
from gridworker.store.queries.visits import due_households
from gridworker.store.queries.week_plan import candidates, promised_homes, week_plan
from gridworker.store.rows import HitKind, Plan, Scope, TreeKind
from gridworker.store.store import Store
from tests.community import all_rows, form, household_of, one, take_back

GROUND = Ground("consent", "2026-01", "paper")


def whole(store: Store) -> Scope:
    return tree.scope_of(store, TreeKind.AREA, store.known.community_id)


def shown(store: Store) -> object:
    """Everything a person can see: lists, details, tree, figures."""
    scope = whole(store)
    ids = household_ids(store, scope)
    rows = household_rows(store, ids)
    details = [household_detail(store, row.id) for row in rows]
    plain = [(d.row, d.phone, d.note, [(r.id, r.name, r.phone, r.is_contact) for r in d.residents],
              [e.id for e in d.timeline]) for d in details]  # fmt: skip
    with store.read() as connection:
        assert statistics.difference(connection) == []
    return plain, area_tree(store), [r[:2] + r[4:] for r in all_rows(store, "household") if not r[3]]


def test_merged_households_are_read_as_one(alone: Store) -> None:
    first, second = household_of(alone, 0), household_of(alone, 1)
    log_visit(alone, form(second, visited_on="2026-11-18", said="合并前"))
    before = shown(alone)
    kept, lost = household_detail(alone, first), household_detail(alone, second)
    done = merge_households(alone, second, first, "同一户登记了两次")
    both = household_detail(alone, second)
    assert both.row.id == first
    assert {e.id for e in both.timeline} == {e.id for e in (*kept.timeline, *lost.timeline)}
    assert {r.id for r in both.residents} == {r.id for r in (*kept.residents, *lost.residents)}
    assert [r.id for r in both.residents if r.is_contact] == [r.id for r in kept.residents if r.is_contact]
    assert both.row.last_met_on == max(kept.row.last_met_on or "", "2026-11-18")
    scope = whole(alone)
    assert second not in {row.id for row in household_rows(alone, household_ids(alone, scope))}
    while alone.index_some():
        pass
    by_code = find(alone, lost.code)
    assert [h.id for h in by_code if h.kind is HitKind.HOUSEHOLD] == [first]
    person = next(h for h in find(alone, lost.residents[0].name) if h.id == lost.residents[0].id)
    assert person.household_id == first
    log_visit(alone, form(second, visited_on="2026-11-19"))  # by somebody who does not know of the merge yet
    assert household_detail(alone, first).row.last_met_on == "2026-11-19"
    alone_visit = one(alone, "SELECT id FROM visit ORDER BY rid DESC LIMIT 1")
    with alone.database.write() as connection:  # as if it had never been, to compare with before
        connection.exec_driver_sql("DELETE FROM visit_visitor WHERE visit_id = ?", (alone_visit,))
        connection.exec_driver_sql("DELETE FROM visit WHERE id = ?", (alone_visit,))
        statistics.rebuild(connection)
    take_back(alone, done)
    assert shown(alone) == before


def test_one_person_in_both_households_is_one(alone: Store) -> None:
    first, second = household_of(alone, 0), household_of(alone, 1)
    name = household_detail(alone, first).residents[0].name
    twin = add_resident(alone, second, {"name": name}).record
    merge_households(alone, second, first)
    both = household_detail(alone, first)
    assert [r.name for r in both.residents].count(name) == 1
    assert twin not in {r.id for r in both.residents}
    part_households(alone, second)
    assert twin in {r.id for r in household_detail(alone, second).residents}


def test_do_not_visit_survives_a_merge_and_its_undo(alone: Store) -> None:
    first, second = household_of(alone, 0), household_of(alone, 1)
    opt_out(alone, second, on=True)
    before = shown(alone)
    done = merge_households(alone, second, first)
    assert household_detail(alone, first).row.plan is Plan.OPTED_OUT
    take_back(alone, done)
    assert shown(alone) == before


def test_merging_into_itself_is_refused(alone: Store) -> None:
    first, second, third = (household_of(alone, place) for place in range(3))
    with pytest.raises(FieldInvalid, match="field_invalid"):
        merge_households(alone, first, first)
    merge_households(alone, second, first)
    with pytest.raises(FieldInvalid):
        merge_households(alone, second, first)
    merge_households(alone, first, third)  # who was merged before goes along: no chains
    assert household_detail(alone, second).row.id == third


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_merged_split_or_moved_can_be_taken_back(alone: Store, seed: int) -> None:
    chance = random.Random(seed)
    states, undone = [shown(alone)], []
    for _ in range(5):
        homes = [row.id for row in household_rows(alone, household_ids(alone, whole(alone)))]
        one_home, other = chance.sample(homes, 2)
        people = [r.id for r in household_detail(alone, one_home).residents]
        match chance.choice(("merge", "merge", "split", "out", "gone", "contact", "opt")):
            case "merge":
                done = merge_households(alone, one_home, other)
            case "split" if people:
                unit = household_detail(alone, other).unit_id
                done = split_household(
                    alone, one_home, people[: chance.randint(1, len(people))], unit, "909", 9
                )
            case "out" if people:
                done = move_out(alone, chance.choice(people), "2026-11-01")
            case "gone" if people:
                done = remove_resident(alone, chance.choice(people))
            case "contact" if people:
                adults = [
                    r.id for r in household_detail(alone, one_home).residents if (r.birth_year or 0) < 2000
                ]
                done = set_contact(alone, adults[-1])
            case _:
                done = opt_out(alone, one_home, on=household_detail(alone, one_home).row.plan is not Plan.OPTED_OUT,
                               reason="问过了")  # fmt: skip
        undone.append(done)
        states.append(shown(alone))
    while undone:
        states.pop()
        take_back(alone, undone.pop())
        assert shown(alone) == states[-1]


def test_splitting_takes_people_and_grounds_along(alone: Store) -> None:
    home = next(
        h
        for h in (household_of(alone, n) for n in range(30))
        if len(household_detail(alone, h).residents) > 2
    )
    before = household_detail(alone, home)
    going = [r.id for r in before.residents[1:]]
    done = split_household(alone, home, going, before.unit_id, before.row.door.split("-")[-1], None)
    made = household_detail(alone, done.record)
    assert {r.id for r in made.residents} == set(going)
    assert made.code == f"{before.code}-2"
    assert [r.id for r in household_detail(alone, home).residents] == [before.residents[0].id]
    assert one(alone, "SELECT count(*) FROM basis WHERE household_id = ?", made.row.id) == 1
    merge_households(alone, made.row.id, home)
    assert {r.id for r in household_detail(alone, home).residents} == {r.id for r in before.residents}


def test_a_household_with_people_is_not_deleted(alone: Store) -> None:
    home = household_of(alone)
    with pytest.raises(FieldInvalid) as refused:
        remove_household(alone, home)
    assert refused.value.values["reason"] == "has_dependants"


def waiting(store: Store, home: bytes) -> dict[str, bool]:
    """Where a household stands as one to be visited."""
    scope, week = whole(store), Week.parse("2026-W47")
    row = one(store, "SELECT rid FROM household WHERE id = ?", home)
    building = building_of(store, home)
    assert building is not None
    doors = [room.household for room in matrix(store, scope, building).rooms if room.household]
    open_plans = {Plan.DUE, Plan.LATE, Plan.CALLBACK, Plan.ABSENT, Plan.VISITED}
    planned = [item for item in week_plan(store, scope, week).rows if item.home.id == home]
    return {
        "due list": home in {found.id for found in due_households(store, scope, 10_000).first},
        "filter": row in household_ids(store, scope, HouseholdFilter(plans=frozenset(open_plans))),
        "planner": any(found.id == home and not found.opted_out for found in candidates(store, scope, week)),
        "plan": any(not item.closed for item in planned),
        "promised": home in {found.id for found in promised_homes(store, scope, "2027-12-31", 500)},
        "matrix": any(door.id == home and door.plan in open_plans for door in doors),
        "unvisited": home in {found.id for found in unvisited(store, scope, 0, 10_000).first},
    }


@pytest.mark.parametrize("how", ["opted out", "merged"])
def test_who_is_not_to_be_visited_waits_nowhere(alone: Store, how: str) -> None:
    """ "Do not visit" is obeyed at once by every list, and so is a merge."""
    home, other = household_of(alone, 0), household_of(alone, 1)
    log_visit(alone, form(home, visited_on="2026-11-19", outcome="rescheduled", next_on="2026-11-20"))
    before = waiting(alone, home)
    assert {name for name, there in before.items() if there} >= {"due list", "filter", "promised", "matrix"}
    done = opt_out(alone, home, on=True) if how == "opted out" else merge_households(alone, home, other)
    assert not any(waiting(alone, home).values()), waiting(alone, home)
    take_back(alone, done)
    assert waiting(alone, home) == before
