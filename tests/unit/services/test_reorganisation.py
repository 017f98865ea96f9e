"""Plans for the trees: tried, carried out, dated, refused with words, and taken back to what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridworker.errors import FieldInvalid, NotAllowed, PlanRefused
from gridworker.models.days import CHINA
from gridworker.models.tree_plan import AREA, Change, Cover, Edit, Move, decode_changes, encode_changes
from gridworker.services import reorganisation as plans
from gridworker.services.day import begin_the_day
from gridworker.services.organisation import (
    MemberForm,
    PostForm,
    add_member,
    appoint,
    edit_member,
    edit_org_unit,
    end_post,
)
from gridworker.store.queries.organisation import node_choices, node_detail, stairwells
from gridworker.store.queries.plans import dry_run
from gridworker.store.queries.plans import plans as made
from gridworker.store.rows import TreeKind
from gridworker.store.store import Store
from tests.community import (
    COMMUNITY,
    TODAY,
    clock_at,
    copied,
    counts,
    founded_store,
    new_profile,
    one,
    open_store,
)

TOMORROW = "2026-11-21"


def nodes(store: Store, kind: str) -> list[bytes]:
    return [node.id for node in node_choices(store, TreeKind.AREA) if node.kind == kind]


def picture(store: Store) -> tuple[object, ...]:
    """The trees as they stand today, whatever rows they are made of."""
    today = store.clock.today()
    dated = f"deleted = 0 AND valid_from <= '{today}' AND (valid_to IS NULL OR valid_to >= '{today}')"
    asked = (
        f"SELECT id, parent_id, name, sort_no FROM area_unit WHERE {dated}",
        "SELECT id, parent_id, name, member_count, phone FROM org_unit WHERE deleted = 0",
        f"SELECT unit_id, micro_grid_id FROM coverage WHERE {dated}",
        f"SELECT org_unit_id, area_unit_id FROM org_cover WHERE {dated}",
        f"SELECT member_id, role_code, area_unit_id, valid_to FROM appointment WHERE {dated}",
        "SELECT id, bucket_id FROM household WHERE deleted = 0",
        "SELECT id, bucket_id FROM visit WHERE deleted = 0",
    )
    with store.read() as connection:
        return tuple(sorted(connection.exec_driver_sql(sql).fetchall(), key=repr) for sql in asked)


def test_a_plan_is_read_back_as_it_was_written() -> None:
    changes: tuple[Change, ...] = (
        Move(AREA, b"n" * 16, None, b"p" * 16),
        Edit(AREA, b"n" * 16, {"name": "一"}, {"name": "二"}),
        Cover((b"u" * 16,), b"a" * 16, None),
    )
    assert decode_changes(encode_changes(changes)) == changes


def test_stairwells_pass_on_with_everything_in_them(alone: Store) -> None:
    first, second = nodes(alone, "micro_grid")[:2]
    stairs = stairwells(alone, first)
    before = picture(alone)
    changes = plans.pass_on(first, [stairs[0].id], second)
    tried = dry_run(alone, changes, TODAY)
    assert tried.fault == ""
    assert tried.household_count == stairs[0].households == len(tried.homes) > 0
    assert {person.households_before - person.households_after for person in tried.people} >= {
        stairs[0].households, -stairs[0].households,
    }  # fmt: skip
    assert picture(alone) == before
    asked = plans.ask(alone, changes, TODAY, "划分不匀")
    assert asked.state == "applied"
    assert one(alone, "SELECT count(DISTINCT bucket_id) FROM household WHERE unit_id = ?", stairs[0].id) == 1
    own = one(alone, "SELECT bucket_id FROM household WHERE unit_id = ?", stairs[0].id)
    there = one(alone, "SELECT bucket_id FROM household WHERE unit_id = ?", stairwells(alone, second)[0].id)
    assert own == there
    strays = "SELECT count(*) FROM visit v JOIN household h ON h.id = v.household_id WHERE v.bucket_id <> h.bucket_id"
    assert one(alone, strays) == 0
    assert one(alone, "SELECT micro_grid_id FROM coverage WHERE unit_id = ? AND valid_to IS NULL AND deleted = 0",
               stairs[0].id) == second  # fmt: skip


def test_unit_at_of_past_visits_stays(alone: Store) -> None:
    first, second = nodes(alone, "micro_grid")[:2]
    sql = "SELECT group_concat(hex(unit_at)) FROM (SELECT unit_at FROM visit ORDER BY id)"
    before = one(alone, sql)
    plans.ask(alone, plans.pass_on(first, [s.id for s in stairwells(alone, first)], second), TODAY)
    assert one(alone, sql) == before


def test_a_merger_and_its_reversal_leave_everything_as_it_was(alone: Store) -> None:
    first, second = nodes(alone, "micro_grid")[:2]
    before = picture(alone)
    asked = plans.ask(alone, plans.close_area(alone, first, TODAY, into=second), TODAY)
    assert first not in nodes(alone, "micro_grid")
    assert picture(alone) != before
    back = plans.take_back(alone, asked.plan_id, TODAY, "弄错了")
    assert picture(alone) == before
    states = {row.id: row.state for row in made(alone)}
    assert states == {asked.plan_id: "reversed", back.plan_id: "applied"}
    with pytest.raises(PlanRefused) as refused:
        plans.take_back(alone, asked.plan_id, TODAY)
    assert refused.value.values["reason"] == "not_reversible"


def test_a_split_makes_a_micro_grid_that_the_same_group_answers_for(alone: Store) -> None:
    first = nodes(alone, "micro_grid")[0]
    stairs = stairwells(alone, first)
    asked = plans.ask(alone, plans.split(alone, first, [stairs[-1].id], "新微网格", "99010100100199"), TODAY)
    detail = next(node for node in node_choices(alone, TreeKind.AREA) if node.name == "新微网格")
    assert [s.id for s in stairwells(alone, detail.id)] == [stairs[-1].id]
    was, new = (node_detail(alone, TreeKind.AREA, node) for node in (first, detail.id))
    assert {link.id for link in new.links} == {link.id for link in was.links}
    assert {"area_unit", "coverage", "household"} <= asked.changes.touched.keys()
    with pytest.raises(FieldInvalid) as invalid:
        plans.split(alone, first, [stairs[0].id], "又一个", "99010100100199")
    assert invalid.value.values["reason"] == "code_taken"


def test_a_plan_waits_for_its_day_and_takes_effect_at_its_beginning(tmp_path: Path) -> None:
    store = founded_store(tmp_path / "alone")
    first, second = nodes(store, "micro_grid")[:2]
    unit = stairwells(store, first)[0].id
    before = picture(store)
    asked = plans.ask(store, plans.pass_on(first, [unit], second), TOMORROW)
    assert asked.state == "planned"
    assert picture(store) == before
    assert not begin_the_day(store)
    store.use_clock(clock_at(dt.datetime(2026, 11, 21, 0, 0, tzinfo=CHINA)))
    assert "coverage" in begin_the_day(store).touched
    assert [row.state for row in made(store)] == ["applied"]
    assert (
        one(store, "SELECT valid_from FROM coverage WHERE unit_id = ? AND micro_grid_id = ?", unit, second)
        == TOMORROW
    )
    assert (
        one(store, "SELECT valid_to FROM coverage WHERE unit_id = ? AND micro_grid_id = ?", unit, first)
        == TODAY
    )
    assert not begin_the_day(store)
    store.close()


def test_a_plan_that_waits_is_called_off_without_effect(alone: Store) -> None:
    first, second = nodes(alone, "micro_grid")[:2]
    unit = stairwells(alone, first)[0].id
    before = picture(alone)
    asked = plans.ask(alone, plans.pass_on(first, [unit], second), TOMORROW)
    plans.take_back(alone, asked.plan_id, TODAY)
    alone.use_clock(clock_at(dt.datetime(2026, 11, 22, tzinfo=CHINA)))
    assert not begin_the_day(alone)
    assert [row.state for row in made(alone)] == ["reversed", "applied"]
    alone.use_clock(clock_at())
    assert picture(alone) == before


def _move_under_itself(store: Store) -> tuple[Change, ...]:
    estate = nodes(store, "estate")[0]
    grid = next(n for n in node_choices(store, TreeKind.AREA) if n.kind == "grid" and n.parent_id == estate)
    return (Move(AREA, estate, nodes(store, "community")[0], grid.id),)


def _close_a_grid_with_micro_grids(store: Store) -> tuple[Change, ...]:
    return plans.close_area(store, nodes(store, "grid")[0], TODAY)


def _close_with_stairwells(store: Store) -> tuple[Change, ...]:
    return plans.close_area(store, nodes(store, "micro_grid")[0], TODAY)


def _wrong_owner(store: Store) -> tuple[Change, ...]:
    first, second, third = nodes(store, "micro_grid")[:3]
    return plans.pass_on(second, [stairwells(store, first)[0].id], third)


def _identity_number(store: Store) -> tuple[Change, ...]:
    return plans.edit(store, TreeKind.AREA, nodes(store, "grid")[0], {"name": "11010519491231002X"})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_move_under_itself, "not_below"),
        (_close_a_grid_with_micro_grids, "has_children"),
        (_close_with_stairwells, "has_units"),
        (_wrong_owner, "moved_meanwhile"),
        (_identity_number, "field_invalid"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_changes_nothing(
    alone: Store, make: Callable[[Store], tuple[Change, ...]], reason: str
) -> None:
    before, rows = picture(alone), counts(alone)
    with pytest.raises(PlanRefused) as refused:
        plans.ask(alone, make(alone), TODAY)
    assert refused.value.values["reason"] == reason
    assert (picture(alone), counts(alone)) == (before, rows)


def test_a_day_in_the_past_is_refused(alone: Store) -> None:
    with pytest.raises(PlanRefused) as refused:
        plans.ask(
            alone, plans.edit(alone, TreeKind.AREA, nodes(alone, "grid")[0], {"name": "新"}), "2026-11-19"
        )
    assert refused.value.values["reason"] == "plan_in_past"


def test_only_who_may_change_the_trees_can_ask(tmp_path: Path) -> None:
    login = next(login for login in COMMUNITY.logins if login != "shuji")
    store = founded_store(tmp_path / "other", new_profile(login))
    with pytest.raises(NotAllowed):
        plans.ask(store, plans.edit(store, TreeKind.AREA, nodes(store, "grid")[0], {"name": "新"}), TODAY)
    store.close()


def test_under_a_server_a_plan_is_requested_and_nothing_else_happens(joined: Store) -> None:
    before = picture(joined)
    asked = plans.ask(
        joined, plans.edit(joined, TreeKind.AREA, nodes(joined, "grid")[0], {"name": "新"}), TODAY
    )
    assert asked.state == "requested"
    assert asked.changes.touched.keys() == {"tree_plan"}
    assert picture(joined) == before
    assert not begin_the_day(joined)


# -- people ------------------------------------------------------------------------------------------------------------


def group_of(store: Store) -> bytes:
    return next(n.id for n in node_choices(store, TreeKind.ORG) if n.kind == "micro_grid_group")


def test_a_member_gets_several_posts_and_they_end(alone: Store) -> None:
    group = group_of(alone)
    _, member = add_member(alone, group, MemberForm("演示·新人", "100-0000-0123", TODAY))
    first, second = nodes(alone, "micro_grid")[:2]
    for area in (first, second):
        assert (
            appoint(alone, member, PostForm("micro_grid_leader", area, TODAY, duties="走访")).state
            == "applied"
        )
    row = next(m for m in node_detail(alone, TreeKind.ORG, group).members if m.id == member)
    assert {(p.role_code, p.area_id) for p in row.posts} == {
        ("micro_grid_leader", first), ("micro_grid_leader", second),
    }  # fmt: skip
    end_post(alone, row.posts[0].id, TODAY)
    end_post(alone, row.posts[1].id, "2026-11-19")
    (left,) = next(m for m in node_detail(alone, TreeKind.ORG, group).members if m.id == member).posts
    assert (left.valid_to, left.is_past) == (TODAY, False)
    seen = {"name": "演示·新人", "work_phone": "100-0000-0123", "joined_on": TODAY, "left_on": None}
    edit_member(alone, member, seen, MemberForm("演示·新人", "100-0000-0123", TODAY, TODAY))
    assert one(alone, "SELECT left_on FROM member WHERE id = ?", member) == TODAY


def test_a_post_stands_on_its_own_level_and_has_days_in_order(alone: Store) -> None:
    member = one(alone, "SELECT id FROM member ORDER BY id LIMIT 1")
    assert isinstance(member, bytes)
    grid = nodes(alone, "grid")[0]
    for form, field, reason in (
        (PostForm("micro_grid_leader", grid, TODAY), "area_unit_id", "post_elsewhere"),
        (PostForm("grid_leader", grid, TODAY, "2026-11-01"), "valid_to", "before_it_begins"),
        (PostForm("grid_leader", grid, "2026.11.1"), "valid_from", "not_a_day"),
        (PostForm("boss", grid, TODAY), "role_code", "not_a_choice"),
    ):
        with pytest.raises(FieldInvalid) as invalid:
            appoint(alone, member, form)
        assert (invalid.value.values["field"], invalid.value.values["reason"]) == (field, reason)


def test_the_last_secretary_stays(alone: Store) -> None:
    post = one(alone, "SELECT id FROM appointment WHERE role_code = 'community_secretary'")
    assert isinstance(post, bytes)
    with pytest.raises(PlanRefused) as refused:
        end_post(alone, post, TODAY)
    assert refused.value.values["reason"] == "last_secretary"


def test_an_organisation_says_other_things_of_itself_and_takes_it_back(alone: Store) -> None:
    group = group_of(alone)
    before = picture(alone)
    asked = edit_org_unit(alone, group, {"name": "新名", "member_count": 9, "phone": "100-0000-0001"})
    assert asked is not None
    assert node_detail(alone, TreeKind.ORG, group).values["member_count"] == 9
    assert edit_org_unit(alone, group, {"name": "新名"}) is None
    plans.take_back(alone, asked.plan_id, TODAY)
    assert picture(alone) == before


def test_an_organisation_unit_begins_and_ends_when_nobody_is_left_in_it(alone: Store) -> None:
    before, group = picture(alone), group_of(alone)
    root = next(n.id for n in node_choices(alone, TreeKind.ORG) if n.parent_id is None)
    made_plan = plans.ask(alone, plans.create_org(alone, root, "station", "新互助站"), TODAY)
    station = next(n for n in node_choices(alone, TreeKind.ORG) if n.name == "新互助站")
    assert (station.parent_id, station.kind) == (root, "station")
    plans.ask(alone, plans.close_org(alone, station.id), TODAY)
    assert picture(alone) == before
    with pytest.raises(PlanRefused) as refused:
        plans.ask(alone, plans.close_org(alone, group), TODAY)
    assert refused.value.values["reason"] == "has_members"
    assert made_plan.state == "applied"


# -- every plan can be taken back --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(alone_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One profile for all examples: each leaves it as it found it, which is what is tested."""
    return open_store(copied(alone_template, tmp_path_factory.mktemp("shared") / "alone"))


ACTS = st.lists(st.tuples(st.sampled_from(("rename", "pass_on", "split", "merge", "move")), st.integers(0, 40)),
                min_size=1, max_size=4)  # fmt: skip


@settings(max_examples=25)
@given(ACTS)
def test_reversing_in_the_opposite_order_leaves_the_trees_as_they_were(
    shared: Store, acts: list[tuple[str, int]]
) -> None:
    before = picture(shared)
    asked: list[bytes] = []
    for act, seed in acts:
        try:
            asked.append(plans.ask(shared, _make(shared, act, seed), TODAY).plan_id)
        except PlanRefused as refused:
            assert refused.values["reason"] in ("has_posts", "moved_meanwhile", "not_below")
    for plan_id in reversed(asked):
        plans.take_back(shared, plan_id, TODAY)
    assert picture(shared) == before


def _make(store: Store, act: str, seed: int) -> tuple[Change, ...]:
    micros, grids = nodes(store, "micro_grid"), nodes(store, "grid")
    own, other = micros[seed % len(micros)], micros[(seed + 1) % len(micros)]
    stairs = [stair.id for stair in stairwells(store, own)]
    if act == "rename":
        return plans.edit(store, TreeKind.AREA, own, {"name": f"改名 {seed} {len(made(store))}"})
    if act == "move":
        grid = next(
            g
            for g in grids
            if g != next(n.parent_id for n in node_choices(store, TreeKind.AREA) if n.id == own)
        )
        return plans.move(store, TreeKind.AREA, own, grid)
    if act == "merge":
        return plans.close_area(store, own, TODAY, into=other)
    chosen = stairs[: seed % 3 + 1]
    if not chosen:
        return plans.edit(store, TreeKind.AREA, own, {"name": f"空 {seed} {len(made(store))}"})
    if act == "split":
        return plans.split(store, own, chosen, "新", f"99{len(made(store)):012d}")
    return plans.pass_on(own, chosen, other)
