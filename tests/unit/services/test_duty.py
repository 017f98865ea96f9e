"""The duty roster: who may be put on it, and that a swap needs the one who was asked."""

from __future__ import annotations

import pytest

from gridworker.errors import FieldInvalid, NotAllowed
from gridworker.models.days import Week
from gridworker.services import duty
from gridworker.store.queries import tree
from gridworker.store.queries.roster import DutyRow, Roster, on_duty, roster, roster_nodes, swaps_for_me
from gridworker.store.store import Store
from tests.community import COMMUNITY, TODAY, joined_store

SUNDAY = "2026-11-22"
WEEK = Week.parse("2026-W47")


def community(store: Store) -> Roster:
    return roster(store, COMMUNITY.community_id, WEEK)


def assigned(store: Store, login: str) -> DutyRow:
    duty.assign(store, COMMUNITY.community_id, SUNDAY, "morning", COMMUNITY.logins[login])
    return next(row for row in community(store).rows if row.on == SUNDAY)


def again(store: Store, row: DutyRow) -> DutyRow:
    return next(each for each in community(store).rows if each.id == row.id)


def test_the_practice_roster(alone: Store) -> None:
    found = community(alone)
    assert found.may_change and {row.on for row in found.rows} == {f"2026-11-{day}" for day in range(16, 21)}
    assert all(row.state == "done" for row in found.rows if row.on < TODAY)
    today = on_duty(alone, tree.default_scope(alone), TODAY)
    assert {row.area for row in today} == {name for _, name in roster_nodes(alone, tree.default_scope(alone))}


def test_assigned_once_cancelled_restored(alone: Store) -> None:
    row = assigned(alone, "shuji")
    with pytest.raises(FieldInvalid) as error:
        assigned(alone, "shuji")
    assert error.value.values["reason"] == "record_exists"
    duty.cancel(alone, row.id)
    assert all(each.id != row.id for each in community(alone).rows)
    duty.restore(alone, row.id)
    assert again(alone, row).mine


def test_who_may_be_put_on_a_roster(alone: Store) -> None:
    found = {who.role_code for who in community(alone).colleagues}
    assert found == {"community_secretary", "committee_member"}
    grid = roster_nodes(alone, tree.default_scope(alone))[0][0]
    assert found < {who.role_code for who in roster(alone, grid, WEEK).colleagues}
    assert len({who.id for who in roster(alone, grid, WEEK).colleagues}) == len(
        roster(alone, grid, WEEK).colleagues
    )


def test_only_the_one_asked_may_accept(alone: Store) -> None:
    row = assigned(alone, "liangwei01")
    duty.ask_swap(alone, row.id, COMMUNITY.logins["liangwei02"])
    asked = again(alone, row)
    assert (asked.state, asked.asks_me) == ("asked", False) and asked.swap_with
    with pytest.raises(NotAllowed):
        duty.accept_swap(alone, row.id)
    assert again(alone, row).state == "asked"
    duty.decline_swap(alone, row.id)
    assert (again(alone, row).state, again(alone, row).swap_with) == ("planned", "")
    duty.ask_swap(alone, row.id, COMMUNITY.logins["shuji"])
    assert [each.id for each in swaps_for_me(alone)] == [row.id]
    duty.accept_swap(alone, row.id)
    taken = again(alone, row)
    assert taken.mine and (taken.state, taken.swap_with) == ("planned", "")
    with pytest.raises(FieldInvalid):
        duty.ask_swap(alone, row.id, COMMUNITY.logins["shuji"])


def test_handed_over_with_a_note(alone: Store) -> None:
    row = assigned(alone, "shuji")
    duty.hand_over(alone, row.id, "钥匙在抽屉里")
    done = again(alone, row)
    assert (done.state, [note.text for note in done.notes]) == ("done", ["钥匙在抽屉里"])
    duty.reopen(alone, row.id)
    assert (again(alone, row).state, len(again(alone, row).notes)) == ("planned", 1)


def test_a_steward_reads_the_roster_and_changes_nothing(alone: Store, tmp_path: object) -> None:
    steward = joined_store(tmp_path / "steward", alone, "mg101", device_no=3)  # type: ignore[operator]
    found = community(steward)
    assert found.rows and not found.may_change
    with pytest.raises(NotAllowed):
        duty.assign(steward, COMMUNITY.community_id, SUNDAY, "day", COMMUNITY.logins["mg101"])
    steward.close()
