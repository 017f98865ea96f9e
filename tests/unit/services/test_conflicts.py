"""Choosing between two values: what is chosen is written, every choice can be undone, and nothing closes by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from gridworker.errors import NotFound
from gridworker.models.ids import new_id
from gridworker.models.op import Op, OpKind
from gridworker.models.validation import Rules
from gridworker.services.conflicts import Choice, How, choose
from gridworker.services.undo import undo
from gridworker.store.apply import apply_op
from gridworker.store.ending import start_day
from gridworker.store.judging import Actor, Judge
from gridworker.store.queries.sync import conflict_cases
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace
from tests.community import NOW, clock_at, household_of, one

JUDGE = Judge("2026-11-20", Rules("2026-11-20", practice=True), authoritative=True)


def clash(store: Store, home: bytes, field: str, now: str, mine: str) -> None:
    """Somebody else's edit arrives on top of a value that changed meanwhile."""
    with store.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE household SET {field} = ? WHERE id = ?", (now, home))
        workspace = Workspace(connection, Shape())
        op = Op(new_id(), 1, new_id(), "household", home, OpKind.SET, {field: mine}, {field: None})
        apply_op(workspace, op, Actor(store.known.member_id, b"\x05" * 16, None), JUDGE)
        workspace.flush()


@pytest.fixture
def home(alone: Store) -> bytes:
    found = household_of(alone)
    clash(alone, found, "note", "门铃坏了", "敲门要响")
    clash(alone, found, "preferred_time", "evening", "weekend")
    return found


def value(store: Store, home: bytes, field: str) -> object:
    return one(store, f"SELECT {field} FROM household WHERE id = ?", home)


def by_field(store: Store) -> dict[str, bytes]:
    (case,) = conflict_cases(store)
    return {field.field: field.conflict_id for field in case.fields}


def test_a_record_is_one_case_with_both_values(alone: Store, home: bytes) -> None:
    (case,) = conflict_cases(alone)
    assert (case.entity, case.record_id, case.deleted) == ("household", home, False)
    told = {f.field: (f.base, f.mine, f.theirs, f.is_mine) for f in case.fields}
    assert told["note"] == ("", "敲门要响", "门铃坏了", True)
    assert told["preferred_time"] == ("", "weekend", "evening", True)


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        (How.KEEP, "", "门铃坏了"),
        (How.TAKE, "", "敲门要响"),
        (How.BOTH, "", "门铃坏了\n敲门要响（王演示）"),
        (How.OTHER, "两样都不对", "两样都不对"),
    ],
)
def test_what_is_chosen_is_written(alone: Store, home: bytes, how: How, text: str, expected: str) -> None:
    saved = choose(alone, [Choice(by_field(alone)["note"], how, text, "王演示")])
    assert value(alone, home, "note") == expected
    assert set(by_field(alone)) == {"preferred_time"}
    undo(alone, saved.txns[0], "选错了")
    assert value(alone, home, "note") == "门铃坏了"
    assert set(by_field(alone)) == {"note", "preferred_time"}


def test_two_choices_are_one_act(alone: Store, home: bytes) -> None:
    ids = by_field(alone)
    choose(alone, [Choice(ids["note"], How.TAKE), Choice(ids["preferred_time"], How.TAKE)])
    assert conflict_cases(alone) == ()
    assert (value(alone, home, "note"), value(alone, home, "preferred_time")) == ("敲门要响", "weekend")
    with pytest.raises(NotFound):
        choose(alone, [Choice(ids["note"], How.KEEP)])


def test_an_edit_after_the_deletion_revives_only_when_it_is_taken(alone: Store) -> None:
    person = one(alone, "SELECT id FROM resident WHERE deleted = 0 LIMIT 1")
    name = one(alone, "SELECT name FROM resident WHERE id = ?", person)
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE resident SET deleted = 1 WHERE id = ?", (person,))
        workspace = Workspace(connection, Shape())
        edit = Op(
            new_id(), 1, new_id(), "resident", person, OpKind.SET, {"name": "改后的名字"}, {"name": name},  # type: ignore[arg-type, dict-item]
        )  # fmt: skip
        apply_op(workspace, edit, Actor(None, b"\x05" * 16, None), JUDGE)
        workspace.flush()
    (case,) = conflict_cases(alone)
    assert case.deleted
    choose(alone, [Choice(case.fields[0].conflict_id, How.TAKE)])
    assert one(alone, "SELECT name FROM resident WHERE id = ? AND deleted = 0", person) == "改后的名字"


def test_the_values_of_a_closed_conflict_go_after_thirty_days(alone: Store, home: bytes) -> None:
    ids = by_field(alone)
    choose(alone, [Choice(ids["note"], How.TAKE)])
    assert one(alone, "SELECT closed_on FROM conflict WHERE id = ?", ids["note"]) == "2026-11-20"
    values = (
        "SELECT coalesce(base, '') || coalesce(mine, '') || coalesce(theirs, '') FROM conflict WHERE id = ?"
    )
    for days, left in ((30, True), (31, False)):
        alone.use_clock(clock_at(NOW + dt.timedelta(days=days)))
        start_day(alone)
        assert bool(one(alone, values, ids["note"])) is left
    assert one(alone, values, ids["preferred_time"]) and value(alone, home, "note") == "敲门要响"
