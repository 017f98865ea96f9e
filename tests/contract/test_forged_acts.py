"""A client that lies: forged ids, foreign records and events that say too much. Nothing of it takes effect, each op has
an answer with a code, and what was asked for in confidence is never shown to those who may not see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.alias import alias_id
from gridworker.models.household import link_id
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, OpResult, Outcome, Value
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import DAY, change, create, home, named, visit
from tests.sync.test_purge import command, take_away

Village = tuple[Rig, Desk, Desk]


@pytest.fixture
def village(make_rig: Callable[..., Rig]) -> Village:
    """A rig, the secretary's desk and the desk of the steward of b1, both in agreement."""
    rig = make_rig()
    secretary, steward = rig.desk("secretary"), rig.desk("steward_b1")
    secretary.sync()
    steward.sync()
    return rig, secretary, steward


def forge(rig: Rig, desk: Desk, draft: Draft) -> OpResult:
    """The server's answer to an op written by hand."""
    last = rig.one("SELECT last_seq FROM device WHERE device_id = ?", desk.store.known.device_id)
    return ask(desk, [op(last + 1, draft)]).results[0]


def link(home_name: str, record: bytes | None = None) -> Draft:
    home_id, member = named(home_name), named("member_steward_a1")
    values: dict[str, Value] = {"household_id": home_id, "member_id": member, "valid_from": DAY}
    return Draft("household_link", record or link_id(home_id, member), OpKind.CREATE, values)


def test_nothing_of_another_micro_grid_is_deleted_restored_moved_or_merged(village: Village) -> None:
    rig, _, steward = village
    theirs, own = named(home("a1", 1)), named(home("b1", 1))
    person = named(home("a1", 1) + "_r")
    alias: dict[str, Value] = {
        "entity": "household",
        "loser_id": theirs,
        "winner_id": own,
        "household_id": own,
    }
    for draft in (
        Draft("household", theirs, OpKind.DELETE, {}),
        Draft("resident", person, OpKind.DELETE, {}),
        change("household", theirs, "unit_id", named("unit_a1"), named("unit_b1")),
        change("resident", person, "household_id", theirs, own),
        Draft("record_alias", alias_id("household", theirs), OpKind.CREATE, alias),
        Draft("appointment", named("post_steward_a1"), OpKind.DELETE, {}),
        Draft("account", named("account_secretary"), OpKind.DELETE, {}),
        Draft("member", named("member_steward_a1"), OpKind.DELETE, {}),
        Draft("area_unit", named("a1"), OpKind.DELETE, {}),
    ):
        answer = forge(rig, steward, draft)
        commanded = draft.entity in ("appointment", "account", "area_unit")
        expected = "only_authority" if commanded else "not_allowed"
        assert (answer.outcome, answer.code) == (Outcome.REJECTED, expected), draft
    command(rig, Draft("resident", person, OpKind.DELETE, {}))
    assert forge(rig, steward, Draft("resident", person, OpKind.RESTORE, {})).code == "not_allowed"
    assert rig.one("SELECT deleted FROM resident WHERE id = ?", person) == 1


def test_a_named_id_takes_over_no_record_of_somebody_else(village: Village) -> None:
    rig, secretary, steward = village
    theirs = link(home("a1", 1))
    secretary.save(theirs)
    secretary.sync()
    assert forge(rig, steward, link(home("b1", 1), theirs.record)).code == "record_exists"
    secretary.save(Draft("household_link", theirs.record, OpKind.DELETE, {}))
    secretary.sync()
    assert forge(rig, steward, link(home("b1", 1), theirs.record)).code == "record_exists"
    kept = rig.rows("SELECT household_id, deleted FROM household_link WHERE id = ?", theirs.record)
    assert kept == [(named(home("a1", 1)), 1)]


def test_an_event_with_an_unknown_field_is_answered(village: Village) -> None:
    """Where the record is in the wished state already, the foreign field must not break the judge."""
    rig, _, steward = village
    item = new_id()
    values: dict[str, Value] = {"household_id": named(home("b1", 1)), "week": "2026-W48", "reason": "by_hand"}
    assert forge(rig, steward, Draft("plan_item", item, OpKind.CREATE, values)).outcome is Outcome.APPLIED
    moved: dict[str, Value] = {"event": "move", "moved_week": "2026-W49"}
    assert forge(rig, steward, Draft("plan_item", item, OpKind.EVENT, moved)).outcome is Outcome.APPLIED
    answer = forge(rig, steward, Draft("plan_item", item, OpKind.EVENT, {**moved, "bogus": 1}))
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "stale_transition")


def test_states_of_held_acts_and_plans_are_not_set_by_hand(village: Village) -> None:
    rig, _, steward = village
    held: dict[str, Value] = {
        "owner_id": named("b1"),
        "reason": "scope_lost",
        "device_id": "00",
        "entity": "visit",
    }
    held |= {"record_id": new_id(), "held_on": DAY, "expires_on": DAY}
    assert forge(rig, steward, Draft("held_op", new_id(), OpKind.CREATE, held)).outcome is Outcome.REJECTED
    plan: dict[str, Value] = {
        "effective_on": "2026-11-25",
        "base_tree_version": 1,
        "changes": "[]",
        "state": "applied",
    }
    plan |= {"by_member_id": named("member_steward_b1")}
    assert forge(rig, steward, Draft("tree_plan", new_id(), OpKind.CREATE, plan)).code == "not_allowed"


def test_a_service_need_is_never_held_where_the_office_would_read_it(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward = rig.desk("steward_a1")
    steward.sync()
    person, agreed = named(home("a1", 1) + "_r"), new_id()
    consent: dict[str, Value] = {
        "resident_id": person,
        "purposes": "service_need",
        "notice_version": "1",
        "method": "paper",
    }
    consent |= {"given_on": DAY, "separate": 1}
    steward.save(Draft("consent", agreed, OpKind.CREATE, consent))
    steward.sync()
    command(rig, take_away("post_steward_a1"))
    need: dict[str, Value] = {
        "resident_id": person,
        "need": "meal",
        "requested_by_self": 1,
        "consent_id": agreed,
    }
    need |= {"valid_until": "2026-12-31", "note": "geheim"}
    answer = forge(rig, steward, Draft("service_need", new_id(), OpKind.CREATE, need))
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed")
    assert rig.one("SELECT count(*) FROM held_op") == 0
    assert forge(rig, steward, visit(home("a1", 1), "spät")).outcome is Outcome.HELD


def test_deleting_what_was_merged_away_leaves_the_winner(village: Village) -> None:
    rig, secretary, steward = village
    loser, winner = named(home("b1", 1)), named(home("b1", 2))
    lost, kept = (named(home("b1", n) + "_r") for n in (1, 2))
    for thing, from_, to in (("household", loser, winner), ("resident", lost, kept)):
        values: dict[str, Value] = {
            "entity": thing,
            "loser_id": from_,
            "winner_id": to,
            "household_id": winner,
        }
        secretary.save(Draft("record_alias", alias_id(thing, from_), OpKind.CREATE, values))
    secretary.sync()
    assert forge(rig, steward, Draft("resident", lost, OpKind.DELETE, {})).outcome is Outcome.NOOP
    assert rig.one("SELECT deleted FROM resident WHERE id = ?", kept) == 0


def test_nobody_deletes_what_others_stand_on_and_no_device_changes_the_tree_by_single_ops(
    village: Village,
) -> None:
    rig, secretary, _ = village
    for entity, record in (("area_unit", "a1"), ("unit", "unit_a1"), ("building", "building"),
                           ("estate", "estate"), ("member", "member_steward_a1"), ("org_unit", "org")):  # fmt: skip
        with pytest.raises(FieldInvalid) as refused:
            rig.command(Draft(entity, named(record), OpKind.DELETE, {}))
        assert refused.value.values["reason"] == "has_dependants", entity
    made = create(
        "area_unit", "empty", kind="micro_grid", code="x", name="x", parent_id=named("grid_a"), valid_from=DAY
    )
    for draft in (made, Draft("area_unit", named("empty"), OpKind.DELETE, {})):
        assert forge(rig, secretary, draft).code == "only_authority"
        rig.command(draft)
    assert rig.one("SELECT deleted FROM area_unit WHERE id = ?", named("empty")) == 1
