"""The audit chain finds an edit, a deletion and another payload; and the database itself refuses to make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.services.visits import log_visit
from gridworker.store import audit
from gridworker.store.store import Store
from tests.community import empty_store, form, household_of


@contextmanager
def tampering(store: Store) -> Iterator[Any]:
    """A hand on the file itself: the triggers are gone."""
    with store.database.bare() as raw:
        for name in ("audit_no_update", "audit_no_delete"):
            raw.execute(f"DROP TRIGGER IF EXISTS {name}")
        yield raw


def broken(store: Store) -> int | None:
    with store.read() as connection:
        return audit.broken_at(connection)


@pytest.fixture
def chained(alone: Store) -> Store:
    for _ in range(4):
        log_visit(alone, form(household_of(alone)))
    alone.note(audit.Act("unlocked"))
    return alone


def rows(store: Store) -> int:
    with store.read() as connection:
        return audit.head(connection)[0]


def test_every_act_is_one_row_with_its_payload(chained: Store) -> None:
    assert broken(chained) is None
    with chained.read() as connection:
        acts = [row[0] for row in connection.exec_driver_sql("SELECT act FROM audit ORDER BY n")]
        payloads = connection.exec_driver_sql("SELECT count(*) FROM audit_payload").scalar()
    assert acts == ["profile_created", "community_founded", *["visit_logged"] * 4, "unlocked"]
    assert payloads == len(acts)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET act = 'x' WHERE n = 3",
        "UPDATE audit SET at = at + 1",
        "DELETE FROM audit WHERE n = 3",
        "DELETE FROM audit",
        "UPDATE OR REPLACE audit SET n = 2 WHERE n = 3",
    ],
)
def test_the_database_refuses_to_change_it(chained: Store, statement: str) -> None:
    with pytest.raises(Exception, match="append-only"), chained.database.write() as connection:
        connection.exec_driver_sql(statement)
    assert broken(chained) is None


CHANGES = {
    "at": "at + 1",
    "actor": "x'00000000000000000000000000000000'",
    "act": "'visit_voided'",
    "entity": "'household'",
    "record_id": "x'00'",
    "commitment": "x'00'",
    "hash": "zeroblob(32)",
}


@pytest.mark.parametrize("column", CHANGES)
def test_an_edited_row_is_found(chained: Store, column: str) -> None:
    with tampering(chained) as raw:
        raw.execute(f"UPDATE audit SET {column} = {CHANGES[column]} WHERE n = 4")
    assert broken(chained) == 4


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_deleted_row_is_found(chained: Store, number: int) -> None:
    with tampering(chained) as raw:
        raw.execute(f"DELETE FROM audit WHERE n = {number}")
    assert broken(chained) == number + 1


def test_a_deleted_row_with_the_rest_moved_up_is_found(chained: Store) -> None:
    with tampering(chained) as raw:
        raw.execute("DELETE FROM audit WHERE n = 3")
        raw.execute("DELETE FROM audit_payload WHERE n = 3")
        for table in ("audit", "audit_payload"):
            raw.execute(f"UPDATE {table} SET n = n - 1 WHERE n > 3")
    assert broken(chained) == 3


def test_two_rows_exchanged_are_found(chained: Store) -> None:
    with tampering(chained) as raw:
        for before, after in ((3, 99), (4, 3), (99, 4)):
            raw.execute(f"UPDATE audit SET n = {after} WHERE n = {before}")
    assert broken(chained) == 3


@pytest.mark.parametrize("column", ["payload", "salt"])
def test_another_payload_is_found(chained: Store, column: str) -> None:
    with tampering(chained) as raw:
        raw.execute(f"UPDATE audit_payload SET {column} = x'7b7d00' WHERE n = 5")
    assert broken(chained) == 5


def test_an_erased_payload_leaves_the_chain_whole(chained: Store) -> None:
    with chained.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit_payload WHERE n IN (1, 4, 6)")
    assert broken(chained) is None


def test_a_tail_cut_off_shows_against_a_head_noted_elsewhere(chained: Store) -> None:
    with chained.read() as connection:
        number, noted = audit.head(connection)
    with tampering(chained) as raw:
        raw.execute("DELETE FROM audit WHERE n > 4")
    assert broken(chained) is None  # inside the file it cannot be seen
    with chained.read() as connection:
        assert audit.head(connection) != (number, noted)
    assert rows(chained) < number


def test_a_chain_made_anew_has_another_head(chained: Store) -> None:
    with chained.read() as connection:
        noted = audit.head(connection)
    with tampering(chained) as raw:
        raw.execute("DELETE FROM audit")
        raw.execute("DELETE FROM audit_payload")
    for _ in range(noted[0]):
        chained.note(audit.Act("unlocked"))
    with chained.read() as connection:
        assert audit.head(connection)[0] == noted[0]
        assert audit.head(connection)[1] != noted[1]


ACTS = st.builds(
    audit.Act,
    st.text(min_size=1, max_size=10),
    st.text(max_size=10),
    st.none() | st.binary(max_size=16),
    st.none() | st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=5), max_size=3),
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return empty_store(tmp_path_factory.mktemp("audit") / "p")


@given(acts=st.lists(ACTS, max_size=5))
def test_whatever_is_noted_holds(blank: Store, acts: list[audit.Act]) -> None:
    class _Undo(Exception):
        pass

    with pytest.raises(_Undo), blank.database.write() as connection:
        for place, act in enumerate(acts):
            audit.note(connection, act, act.record_id, place * 10**12)
        assert audit.broken_at(connection) is None
        raise _Undo


def test_an_empty_chain_holds(blank: Store) -> None:
    with tampering(blank) as raw:
        raw.execute("DELETE FROM audit")
    assert broken(blank) is None
    with blank.read() as connection:
        assert audit.head(connection) == (0, bytes(32))
