"""Finding people and doors: two characters are enough, and no typed text is ever an error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridworker.models.registry import BY_NAME
from gridworker.services.residents import edit_resident
from gridworker.services.visits import log_visit
from gridworker.store import search
from gridworker.store.queries import households, tree
from gridworker.store.queries.households import HouseholdFilter
from gridworker.store.store import Store
from tests.community import ACT, empty_store, form, household_of, one, set_draft


def found(store: Store, entity: str, words: str) -> set[object]:
    with store.read() as connection:
        rids = search.matching_rids(connection, BY_NAME[entity], words, 500)
    return {one(store, f"SELECT id FROM {entity} WHERE rid = ?", rid) for rid in rids}


def test_what_is_saved_is_found_at_once(alone: Store) -> None:
    logged = log_visit(alone, form(household_of(alone), said="三楼声控灯坏了，孟先生说的"))
    for words in ("声控", "控灯坏", "孟先生", "声控 三楼", logged.no):
        assert logged.visit_id in found(alone, "visit", words), words
    assert logged.visit_id not in found(alone, "visit", "控声")
    assert logged.visit_id not in found(alone, "visit", "声控 电梯")


def test_a_name_of_two_characters_and_its_change(alone: Store) -> None:
    while alone.index_some():
        pass
    resident = one(alone, "SELECT id FROM resident LIMIT 1")
    name = one(alone, "SELECT name FROM resident WHERE id = ?", resident)
    assert isinstance(resident, bytes)
    assert resident in found(alone, "resident", str(name)[-2:])
    edit_resident(alone, resident, {"name": name}, {"name": "演示鬱𠮷"})  # type: ignore[dict-item]
    assert found(alone, "resident", "鬱𠮷") == {resident}
    assert resident not in found(alone, "resident", str(name))


def test_catching_up_ends_and_finds_all(alone: Store) -> None:
    steps = 0
    while done := alone.index_some(50):
        assert done <= 50
        steps += 1
    assert steps >= 5
    total = one(alone, "SELECT count(*) FROM resident")
    assert len(found(alone, "resident", "演示")) == total
    assert alone.index_some(50) == 0


def test_a_door_number_a_name_a_phone_tail(alone: Store) -> None:
    while alone.index_some():
        pass
    scope = tree.default_scope(alone)
    everything = households.household_ids(alone, scope)
    row = households.household_rows(alone, everything[5:6])[0]
    phone = one(alone, "SELECT phone FROM resident WHERE phone IS NOT NULL LIMIT 1")
    home = one(alone, "SELECT household_id FROM resident WHERE phone IS NOT NULL LIMIT 1")
    for text, expected in (
        (row.door, row.id),
        (row.door.rpartition("-")[2], row.id),
        (str(phone)[-4:], home),
    ):
        rids = households.household_ids(alone, scope, HouseholdFilter(text))
        assert expected in {r.id for r in households.household_rows(alone, rids)}, text
    assert households.household_ids(alone, scope, HouseholdFilter("没有这个人")) == ()


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return empty_store(tmp_path_factory.mktemp("search") / "p")


@given(st.text(max_size=20))
@example('"')
@example("a AND b")
@example("NEAR(")
@example("*")
@example("-")
@example("x'; DROP TABLE household; --")
@example("\x00")
@example("\ud83d")
@example("😀 演")
def test_no_typed_text_is_an_error(blank: Store, text: str) -> None:
    with blank.read() as connection:
        assert search.matching_rids(connection, BY_NAME["resident"], text, 5) == []


@given(st.text(alphabet="演示张三abc123- ", min_size=1, max_size=12))
def test_a_text_finds_itself(blank: Store, text: str) -> None:
    tokens = search.tokens(text).split()
    with pytest.raises(_UndoError), blank.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO find_resident (rowid, body) VALUES (7, ?)", (search.tokens(text),)
        )
        assert search.matching_rids(connection, BY_NAME["resident"], text, 5) == ([7] if tokens else [])
        raise _UndoError


class _UndoError(Exception):
    pass


def test_a_moved_out_contact_stays_out_of_names(alone: Store) -> None:
    household = household_of(alone)
    detail = households.household_detail(alone, household)
    contact = detail.residents[0]
    alone.save(
        [set_draft("resident", contact.id, {"moved_out_on": None}, {"moved_out_on": "2026-11-01"})],
        ACT,
    )
    assert contact.id not in {r.id for r in households.household_detail(alone, household).residents}
