"""Undoing: whatever was done is taken back whole, what was built upon stays, and everything can be read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridworker.errors import FieldInvalid, NotUndoable
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.services import households, residents, visits
from gridworker.services.acts import joined
from gridworker.services.undo import undo
from gridworker.store import history
from gridworker.store.audit import Act
from gridworker.store.queries.history import household_history, own_acts
from gridworker.store.store import Store
from tests.community import all_rows, form, household_of, one, set_draft, take_back

ACT = Act("edited")
WHY = "撤销"


def living(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every record that is there, without its version."""
    found = {}
    for entity in ENTITIES:
        wire = 4 + len(entity.wire_fields)
        found[entity.name] = [(r[0], r[1], *r[4:wire]) for r in all_rows(store, entity.name) if not r[3]]
    return found


def last_act(store: Store) -> bytes:
    return own_acts(store)[0].txn


def create(store: Store, entity: str, **values: Value) -> bytes:
    record = new_id()
    store.save([Draft(entity, record, OpKind.CREATE, dict(values))], ACT)
    return record


def test_a_visit_is_not_taken_away_but_void(alone: Store) -> None:
    logged = visits.log_visit(alone, form(household_of(alone)))
    undo(alone, last_act(alone), "记错了")
    assert one(alone, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 1
    assert one(alone, "SELECT reason FROM visit_void WHERE visit_id = ?", logged.visit_id) == "记错了"
    assert one(alone, "SELECT deleted FROM visit_visitor WHERE visit_id = ?", logged.visit_id) == 0
    undo(alone, last_act(alone), WHY)  # and back again
    assert one(alone, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 0


def test_an_act_is_undone_once(alone: Store) -> None:
    before = living(alone)
    create(alone, "resident", household_id=household_of(alone), name="王演示")
    txn = last_act(alone)
    undo(alone, txn, WHY)
    assert living(alone) == before
    with pytest.raises(NotUndoable) as refused:
        undo(alone, txn, WHY)
    assert refused.value.values["reason"] == "undone"
    with pytest.raises(NotUndoable) as refused:
        undo(alone, b"\x01" * 16, WHY)
    assert refused.value.values["reason"] == "too_old"


def test_what_was_changed_since_stays_and_is_told(alone: Store) -> None:
    home = household_of(alone)
    wanted: dict[str, Value] = {"note": "一", "member_count": 7}
    count = one(alone, "SELECT member_count FROM household WHERE id = ?", home)
    alone.save([set_draft("household", home, {"note": None, "member_count": count}, wanted)], ACT)  # type: ignore[dict-item]
    first = last_act(alone)
    alone.save([set_draft("household", home, {"note": "一"}, {"note": "二"})], ACT)
    assert undo(alone, first, WHY).left == (("household", "note"),)
    assert one(alone, "SELECT note FROM household WHERE id = ?", home) == "二"
    assert one(alone, "SELECT member_count FROM household WHERE id = ?", home) == count


def test_do_not_visit_is_lifted_with_the_reason(alone: Store) -> None:
    home = household_of(alone)
    households.opt_out(alone, home, on=True)
    undo(alone, last_act(alone), "点错了")
    assert one(alone, "SELECT visit_opt_out FROM household WHERE id = ?", home) in (0, None)
    assert one(alone, "SELECT opt_out_reason FROM household WHERE id = ?", home) == "点错了"


def test_what_others_hang_on_is_not_taken_away(alone: Store) -> None:
    unit = one(alone, "SELECT unit_id FROM household LIMIT 1")
    home = create(alone, "household", code="T-9", unit_id=unit, room="909", occupancy="owner")  # type: ignore[arg-type]
    made = last_act(alone)
    create(alone, "resident", household_id=home, name="李演示")
    with pytest.raises(FieldInvalid) as refused:
        undo(alone, made, WHY)
    assert refused.value.values["reason"] == "has_dependants"


def test_history_is_readable_and_ends_after_30_days(alone: Store) -> None:
    home = household_of(alone)
    alone.save([set_draft("household", home, {"note": None}, {"note": "爱下棋"})], ACT)
    (entry, *_) = household_history(alone, home)
    (step,) = entry.steps
    assert (entry.act, entry.own, step.entity, step.kind) == ("edited", True, "household", "changed")
    assert [(f.field, f.before, f.after) for f in step.fields] == [("note", "", "爱下棋")]
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE history SET at = at - 31 * 86400000")
    alone.save([set_draft("household", home, {"note": "爱下棋"}, {"note": None})], ACT)
    assert len(household_history(alone, home)) == 1


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "person", "leave", "opt_out", "plan", "finish", "consent"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
)


def play(store: Store, kind: str, place: int) -> None:
    """One act of some kind, on what is there."""
    home = household_of(store, place)
    if kind == "edit":
        old = one(store, "SELECT note FROM household WHERE id = ?", home)
        store.save([set_draft("household", home, {"note": old}, {"note": f"{old or ''}字"})], ACT)  # type: ignore[dict-item]
    elif kind == "person":
        create(store, "resident", household_id=home, name="赵演示")
    elif kind == "leave":
        person = one(store, "SELECT id FROM resident WHERE household_id = ? AND deleted = 0", home)
        if isinstance(person, bytes):
            store.save([Draft("resident", person, OpKind.DELETE, {})], ACT)
    elif kind == "opt_out":
        households.opt_out(store, home, on=True)
    elif kind == "plan":
        create(store, "plan_item", household_id=home, week="2026-W47", reason="due")
    elif kind == "finish":
        item = one(store, "SELECT id FROM plan_item WHERE deleted = 0 AND state = 'planned' LIMIT 1")
        if isinstance(item, bytes):
            store.save([Draft("plan_item", item, OpKind.EVENT, {"event": "finish"})], ACT)
    else:
        person = one(store, "SELECT id FROM resident WHERE household_id = ? AND deleted = 0", home)
        if isinstance(person, bytes):
            create(
                store, "consent", resident_id=person, purposes="contact", notice_version="1", method="paper",
                given_on="2026-11-20",
            )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_ACTS)
def test_undoing_everything_backwards_leaves_what_was(alone: Store, acts: list[tuple[str, int]]) -> None:
    known = len(own_acts(alone, 1000))
    before = living(alone)
    for kind, place in acts:
        play(alone, kind, place)
    done = [entry.txn for entry in own_acts(alone, 1000)]
    for txn in done[: len(done) - known]:
        undo(alone, txn, WHY)
    after = living(alone)
    for rows in (before, after):  # a lifted "do not visit" keeps why it was lifted
        place = 2 + [f.name for f in BY_NAME["household"].wire_fields].index("opt_out_reason")
        flag = 2 + [f.name for f in BY_NAME["household"].wire_fields].index("visit_opt_out")
        rows["household"] = [
            tuple(
                (None if at == place else (value or 0) if at == flag else value)
                for at, value in enumerate(row)
            )
            for row in rows["household"]
        ]
    assert after == before


def test_what_came_with_a_sync_is_not_undone_from_here(alone: Store) -> None:
    home, txn = household_of(alone), new_id()
    with alone.database.write() as connection:
        step = history.Step("household", home, history.CHANGED, {"note": "二"}, {"note": None})
        history.note(
            connection, [step], txn=txn, act=history.RECEIVED, by=None, at=alone.clock.milliseconds()
        )
    with pytest.raises(NotUndoable):
        undo(alone, txn, WHY)
    assert one(alone, "SELECT note FROM household WHERE id = ?", home) is None


def test_what_was_taken_back_at_once_is_not_undone_a_second_time(alone: Store) -> None:
    done = residents.add_resident(alone, household_of(alone), {"name": "王演示"})
    txn = last_act(alone)
    take_back(alone, done)
    with pytest.raises(NotUndoable) as refused:
        undo(alone, txn, WHY)
    assert refused.value.values["reason"] == "undone"


def test_several_acts_done_as_one_are_taken_back_whole_or_not_at_all(alone: Store) -> None:
    home, before = household_of(alone), living(alone)
    edited = households.edit_household(alone, home, {"note": None}, {"note": "一"})
    done = joined([edited, households.opt_out(alone, home, on=True)])
    take_back(alone, done)
    assert living(alone) == before
    unit = one(alone, "SELECT unit_id FROM household LIMIT 1")
    assert isinstance(unit, bytes)
    made = households.add_household(alone, unit, "909", 9, {"occupancy": "owner"})
    both = joined([made, households.edit_household(alone, home, {"note": None}, {"note": "二"})])
    residents.add_resident(alone, made.record, {"name": "李演示"})
    then = living(alone)
    with pytest.raises(FieldInvalid):
        take_back(alone, both)
    assert living(alone) == then


def test_nothing_left_to_take_back_is_said(alone: Store) -> None:
    home = household_of(alone)
    done = households.edit_household(alone, home, {"note": None}, {"note": "一"})
    households.edit_household(alone, home, {"note": "一"}, {"note": "二"})
    with pytest.raises(NotUndoable) as refused:
        take_back(alone, done)
    assert refused.value.values["reason"] == "changed_since"
    assert one(alone, "SELECT note FROM household WHERE id = ?", home) == "二"
