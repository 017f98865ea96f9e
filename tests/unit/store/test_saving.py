"""`save` is one act: everything of it is kept or nothing, whatever is wrong, whatever the clock says."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker import errors
from gridworker.models.days import CHINA, Clock, Week
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.households import edit_household, opt_out
from gridworker.services.visits import amend_visit, log_visit, void_visit
from gridworker.store import audit, statistics
from gridworker.store.numbers import note_numbers, take_number
from gridworker.store.queries import households, tree, visits
from gridworker.store.state import NewProfile
from gridworker.store.store import Store
from tests.community import (
    ACT,
    TODAY,
    copied,
    counts,
    empty_store,
    form,
    founded_store,
    household_of,
    new_profile,
    one,
    open_store,
    set_draft,
)


def visit_draft(household: bytes, **values: Value) -> Draft:
    usual: dict[str, Value] = {
        "household_id": household, "visited_on": TODAY, "mode": "door", "outcome": "met", "purpose": "routine",
    }  # fmt: skip
    return Draft("visit", new_id(), OpKind.CREATE, {**usual, **values})


def test_a_save_keeps_everything_of_its_act(alone: Store) -> None:
    before, household = counts(alone), household_of(alone)
    logged = log_visit(alone, form(household, said="灯不亮"))
    after = counts(alone)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    grown.pop("day_stat", None)
    assert grown == {
        "visit": 1,
        "visit_visitor": 1,
        "outbox": 2,
        "audit": 1,
        "audit_payload": 1,
        "counters": 1,
    }
    assert logged.changes.touched == {
        "visit": frozenset({logged.visit_id}),
        "visit_visitor": frozenset(
            {one(alone, "SELECT id FROM visit_visitor WHERE visit_id = ?", logged.visit_id)}
        ),
    }
    assert one(alone, "SELECT count(DISTINCT txn) FROM outbox") == 1
    assert one(alone, "SELECT act FROM audit ORDER BY n DESC LIMIT 1") == "visit_logged"


REFUSED: list[tuple[type[errors.GridworkerError], dict[str, Value]]] = [
    (errors.FieldInvalid, {"outcome": "happy"}),
    (errors.FieldInvalid, {"visited_on": "2026-11-31"}),
    (errors.FieldInvalid, {"visited_on": "2027-01-01"}),
    (errors.FieldInvalid, {"visited_on": None}),
    (errors.FieldInvalid, {"said": "证 11010519491231002X"}),
    (errors.FieldInvalid, {"household_id": b"\x00" * 16}),
    (errors.FieldInvalid, {"mood": "good"}),
    (errors.FieldInvalid, {"now_void": 1}),
]


@pytest.mark.parametrize(("error", "values"), REFUSED)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_op_refuses_the_whole_act(
    alone: Store, error: type[errors.GridworkerError], values: dict[str, Value], place: int
) -> None:
    household = household_of(alone)
    drafts = [visit_draft(household), visit_draft(household)]
    drafts.insert(place, visit_draft(household, **values))
    before = counts(alone)
    draft = new_id()
    alone.drafts.keep(draft, household, {"said": "x"})
    with pytest.raises(error):
        alone.save(drafts, ACT, draft_id=draft)
    assert counts(alone) == {**before, "draft": before["draft"] + 1}
    assert log_visit(alone, form(household), draft_id=draft).no
    assert counts(alone)["draft"] == before["draft"]


class _Cut(RuntimeError):
    pass


@pytest.mark.parametrize(
    "step",
    ["gridworker.store.outbox.add", "gridworker.store.statistics.recompute", "gridworker.store.audit.note"],
)
def test_whatever_fails_on_the_way_nothing_is_kept(
    alone: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise _Cut

    before, household = counts(alone), household_of(alone)
    monkeypatch.setattr(step, fail)
    with pytest.raises(_Cut):
        log_visit(alone, form(household))
    monkeypatch.undo()
    assert counts(alone) == before
    with alone.read() as connection:
        assert statistics.difference(connection) == []
    assert log_visit(alone, form(household)).no.endswith(f"{before['counters'] + 1:04d}")


def test_an_unknown_entity_or_record_changes_nothing(alone: Store) -> None:
    before = counts(alone)
    with pytest.raises(errors.FieldInvalid) as refused:
        alone.save([set_draft("household", b"\x05" * 16, {}, {"note": "x"})], ACT)
    assert refused.value.values["reason"] == "record_missing"
    household = household_of(alone)
    again = Draft("household", household, OpKind.CREATE, {"code": "x"})
    with pytest.raises(errors.FieldInvalid) as refused:
        alone.save([again], ACT)
    assert refused.value.values["reason"] == "record_exists"
    assert counts(alone) == before


@pytest.mark.parametrize(
    ("entity", "field"),
    [("visit", "said"), ("visit", "no"), ("visit_visitor", "member_id"), ("basis", "kind")],
)
def test_what_was_submitted_is_never_changed(alone: Store, entity: str, field: str) -> None:
    record = one(alone, f"SELECT id FROM {entity} LIMIT 1")
    assert isinstance(record, bytes)
    was = one(alone, f"SELECT {field} FROM {entity} WHERE id = ?", record)
    with pytest.raises(errors.FieldInvalid) as refused:
        alone.save([set_draft(entity, record, {field: "?"}, {field: "x"})], ACT)
    assert refused.value.values["reason"] == "append_only"
    assert one(alone, f"SELECT {field} FROM {entity} WHERE id = ?", record) == was


def test_the_place_of_a_visit_is_computed_and_never_taken_from_the_sender(alone: Store) -> None:
    household = household_of(alone)
    draft = visit_draft(household, unit_at=b"\x07" * 16)
    alone.save([draft], ACT)
    expected = one(
        alone,
        "SELECT c.micro_grid_id FROM household h JOIN coverage c ON c.unit_id = h.unit_id WHERE h.id = ?",
        household,
    )
    assert one(alone, "SELECT unit_at FROM visit WHERE id = ?", draft.record) == expected


# -- permission --------------------------------------------------------------------------------------------------


def as_login(template: Path, folder: Path, login: str, clock: Clock | None = None) -> Store:
    """The community as somebody else's computer has it."""
    store = open_store(copied(template, folder), clock)
    store.known = replace_known(store, login)
    store.forget_cached()
    return store


def replace_known(store: Store, login: str) -> NewProfile:
    return msgspec.structs.replace(store.known, member_id=new_profile(login).member_id, login=login)


def test_a_leader_writes_in_the_own_micro_grid_and_nowhere_else(alone_template: Path, tmp_path: Path) -> None:
    store = as_login(alone_template, tmp_path / "p", "mg101")
    with store.read() as connection:
        (grant,) = store.grants()
        rows = connection.exec_driver_sql(
            "SELECT h.id, c.micro_grid_id FROM household h JOIN coverage c ON c.unit_id = h.unit_id"
        ).fetchall()
    mine = next(home for home, micro in rows if micro == grant.node_id)
    theirs = next(home for home, micro in rows if micro != grant.node_id)
    assert log_visit(store, form(mine)).no
    before = counts(store)
    with pytest.raises(errors.NotAllowed) as refused:
        log_visit(store, form(theirs))
    assert refused.value.values["right"] == "visit"
    with pytest.raises(errors.NotAllowed):
        edit_household(store, theirs, {"note": None}, {"note": "x"})
    unit = one(store, "SELECT unit_id FROM household WHERE id = ?", theirs)
    own_unit = one(store, "SELECT unit_id FROM household WHERE id = ?", mine)
    with pytest.raises(errors.GridworkerError):  # neither may a household be pushed into somebody else's
        edit_household(store, mine, {"unit_id": own_unit}, {"unit_id": unit})  # type: ignore[dict-item]
    with pytest.raises(errors.NotAllowed):
        store.save([set_draft("area_unit", grant.node_id, {}, {"boundary_note": "x"})], ACT)
    assert counts(store) == before
    store.close()


def test_without_a_post_nothing_can_be_written(alone_template: Path, tmp_path: Path) -> None:
    store = open_store(copied(alone_template, tmp_path / "p"))
    store.known = msgspec.structs.replace(store.known, member_id=None)
    store.forget_cached()
    with pytest.raises(errors.NotAllowed):
        log_visit(store, form(household_of(store)))
    store.close()


def test_under_a_server_the_tree_is_not_changed_here(joined: Store) -> None:
    root = joined.known.community_id
    with pytest.raises(errors.OnlyAuthority):
        joined.save([set_draft("area_unit", root, {"boundary_note": None}, {"boundary_note": "x"})], ACT)


def test_a_new_post_counts_at_once(alone: Store) -> None:
    member, root = alone.known.member_id, alone.known.community_id
    post = one(
        alone, "SELECT id FROM appointment WHERE member_id = ? AND role_code = 'community_secretary'", member
    )
    assert isinstance(post, bytes)
    alone.save([set_draft("appointment", post, {"valid_to": None}, {"valid_to": "2026-11-19"})], ACT)
    with pytest.raises(errors.NotAllowed):
        alone.save([set_draft("area_unit", root, {"boundary_note": None}, {"boundary_note": "x"})], ACT)


# -- changes that meet ---------------------------------------------------------------------------------------------


def test_an_outdated_edit_becomes_a_conflict_and_the_incumbent_stays(alone: Store) -> None:
    household = household_of(alone)
    edit_household(alone, household, {"note": None}, {"note": "先"})
    edit_household(alone, household, {"note": None}, {"note": "后"})
    assert one(alone, "SELECT note FROM household WHERE id = ?", household) == "先"
    assert (
        one(alone, "SELECT mine || theirs || state FROM conflict WHERE record_id = ?", household)
        == "后先open"
    )
    edit_household(
        alone, household, {"note": None}, {"note": "再后"}
    )  # the same device's next word on the same field
    assert one(alone, "SELECT count(*) FROM conflict") == 1
    assert one(alone, "SELECT mine FROM conflict WHERE record_id = ?", household) == "再后"
    assert households.household_detail(alone, household).open_conflicts == 1


def test_under_a_server_it_alone_finds_conflicts(joined: Store) -> None:
    household = household_of(joined)
    edit_household(joined, household, {"note": None}, {"note": "先"})
    edit_household(joined, household, {"note": None}, {"note": "后"})
    assert one(joined, "SELECT note FROM household WHERE id = ?", household) == "后"
    assert one(joined, "SELECT count(*) FROM conflict") == 0


def test_do_not_visit_is_obeyed_whatever_the_editor_saw(alone: Store) -> None:
    household = household_of(alone)
    outdated: dict[str, Value] = {"visit_opt_out": 7}
    alone.save([set_draft("household", household, outdated, {"visit_opt_out": 1})], ACT)
    assert one(alone, "SELECT visit_opt_out FROM household WHERE id = ?", household) == 1
    edit_household(
        alone, household, {"visit_opt_out": None}, {"visit_opt_out": 0}
    )  # lifting needs what is there
    assert one(alone, "SELECT visit_opt_out FROM household WHERE id = ?", household) == 1
    opt_out(alone, household, on=False, reason="想通了")
    assert one(alone, "SELECT visit_opt_out FROM household WHERE id = ?", household) == 0


@pytest.mark.parametrize(
    ("entity", "field"), [("member", "name"), ("area_unit", "name"), ("org_unit", "name")]
)
def test_an_outdated_change_of_tree_or_posts_is_refused_in_words(
    alone: Store, entity: str, field: str
) -> None:
    record = one(alone, f"SELECT id FROM {entity} LIMIT 1")
    assert isinstance(record, bytes)
    before = counts(alone)
    with pytest.raises(errors.FieldInvalid) as refused:
        alone.save([set_draft(entity, record, {field: "旧"}, {field: "新"})], ACT)
    assert refused.value.values["reason"] == "changed_meanwhile"
    assert counts(alone) == before


def test_a_conflict_settled_twice_is_refused_in_words(alone: Store) -> None:
    household = household_of(alone)
    edit_household(alone, household, {"note": "?"}, {"note": "后"})
    conflict = one(alone, "SELECT id FROM conflict")
    assert isinstance(conflict, bytes)
    alone.save([set_draft("conflict", conflict, {"state": "open"}, {"state": "kept"})], ACT)
    with pytest.raises(errors.FieldInvalid) as refused:
        alone.save([set_draft("conflict", conflict, {"state": "open"}, {"state": "taken"})], ACT)
    assert refused.value.values["reason"] == "changed_meanwhile"
    assert one(alone, "SELECT count(*) FROM conflict") == 1


def test_the_same_again_is_no_change(alone: Store) -> None:
    household = household_of(alone)
    edit_household(alone, household, {"note": None}, {"note": "一"})
    version = one(alone, "SELECT row_version FROM household WHERE id = ?", household)
    saved = alone.save([set_draft("household", household, {"note": None}, {"note": "一"})], ACT)
    assert not saved.changes
    assert one(alone, "SELECT row_version FROM household WHERE id = ?", household) == version


def test_a_household_that_comes_under_another_micro_grid_takes_everything_with_it(alone: Store) -> None:
    household = one(alone, "SELECT household_id FROM visit LIMIT 1")
    assert isinstance(household, bytes)
    visit = one(alone, "SELECT id FROM visit WHERE household_id = ? LIMIT 1", household)
    assert isinstance(visit, bytes)
    amend_visit(alone, visit, {"said": "改"}, "写错")
    edit_household(alone, household, {"note": "?"}, {"note": "冲突"})
    bucket = one(alone, "SELECT bucket_id FROM household WHERE id = ?", household)
    reorganise(alone, household)
    edit_household(alone, household, {"note": None}, {"note": "到了新网格"})
    moved = one(alone, "SELECT bucket_id FROM household WHERE id = ?", household)
    assert moved != bucket
    for table in ("resident", "basis", "visit", "conflict"):
        query = f"SELECT count(*) FROM {table} WHERE household_id = ? AND bucket_id <> ?"
        assert one(alone, query, household, moved) == 0, table
        assert one(alone, f"SELECT count(*) FROM {table} WHERE household_id = ?", household)
    for table in ("visit_visitor", "visit_amendment"):
        query = (
            f"SELECT count(*) FROM {table} x JOIN visit v ON v.id = x.visit_id WHERE v.household_id = ? "
            "AND x.bucket_id <> ?"
        )
        assert one(alone, query, household, moved) == 0, table
    assert one(alone, "SELECT unit_at FROM visit WHERE id = ?", visit) != moved  # past weeks do not drift
    assert one(alone, "SELECT row_version FROM visit WHERE id = ?", visit) == 2


def reorganise(store: Store, household: bytes) -> None:
    """From today another micro-grid covers the household's stairwell."""
    with store.read() as connection:
        cover, unit, micro = connection.exec_driver_sql(
            "SELECT c.id, c.unit_id, c.micro_grid_id FROM coverage c JOIN household h ON h.unit_id = c.unit_id "
            "WHERE h.id = ?",
            (household,),
        ).one()
    other = one(store, "SELECT id FROM area_unit WHERE kind = 'micro_grid' AND id <> ?", micro)
    values: dict[str, Value] = {"micro_grid_id": other, "unit_id": unit, "valid_from": TODAY}  # type: ignore[dict-item]
    ended = set_draft("coverage", cover, {"valid_to": None}, {"valid_to": "2026-11-19"})
    store.save([ended, Draft("coverage", new_id(), OpKind.CREATE, values)], ACT)


# -- numbers -------------------------------------------------------------------------------------------------------


@given(
    first=st.integers(1, 500),
    second=st.integers(1, 500),
    turns=st.lists(st.tuples(st.booleans(), st.sampled_from([2025, 2026, 2027, 2126])), max_size=12),
)
def test_two_offline_devices_never_make_the_same_number(
    number_stores: tuple[Store, Store], first: int, second: int, turns: Sequence[tuple[bool, int]]
) -> None:
    if first == second:
        second += 1
    made: list[str] = []
    with number_stores[0].database.write() as here, number_stores[1].database.write() as there:
        for left, year in turns:
            made.append(take_number(here if left else there, "Z", year, first if left else second))
        for connection in (here, there):
            connection.exec_driver_sql("DELETE FROM counter")
    by_century = [f"{year}{number}" for number, (_, year) in zip(made, turns, strict=True)]
    assert len(set(by_century)) == len(by_century)


@pytest.fixture(scope="module")
def number_stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    folder = tmp_path_factory.mktemp("numbers")
    return empty_store(folder / "a", new_profile(device_no=1)), empty_store(
        folder / "b", new_profile(device_no=2)
    )


def test_numbers_continue_after_what_was_founded(alone: Store) -> None:
    given_before = one(alone, "SELECT count(*) FROM visit WHERE no LIKE 'Z26-01-%'")
    assert isinstance(given_before, int)
    first, second = log_visit(alone, form(household_of(alone))), log_visit(alone, form(household_of(alone)))
    assert [first.no, second.no] == [f"Z26-01-{given_before + n:04d}" for n in (1, 2)]
    assert one(alone, "SELECT count(*) - count(DISTINCT no) FROM visit") == 0


def test_numbers_seen_elsewhere_are_never_given_again(number_stores: tuple[Store, Store]) -> None:
    with number_stores[0].database.write() as connection:
        note_numbers(connection, ["Z26-09-0007", "Z26-09-0003", "Z25-09-0100"])
        assert take_number(connection, "Z", 2026, 9) == "Z26-09-0008"
        note_numbers(connection, ["Z26-09-0002"])
        assert take_number(connection, "Z", 2026, 9) == "Z26-09-0009"


# -- clocks --------------------------------------------------------------------------------------------------------

WRONG = {
    "1970": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
    "before the community": dt.datetime(2024, 3, 1, tzinfo=CHINA),
    "2099": dt.datetime(2099, 6, 1, tzinfo=CHINA),
    "ten years ahead": dt.datetime(2036, 6, 1, tzinfo=CHINA),
}


@pytest.mark.parametrize("which", WRONG)
@pytest.mark.parametrize("login", ["shuji", "mg101", "wangge01"])
def test_a_wrong_clock_can_find_a_household_and_save(
    alone_template: Path, tmp_path: Path, which: str, login: str
) -> None:
    store = as_login(alone_template, tmp_path / "p", login, Clock(WRONG[which].timestamp))
    assert store.grants()
    scope = tree.default_scope(store)
    found = households.household_rows(store, households.household_ids(store, scope))
    assert found
    logged = log_visit(store, form(found[0].id, visited_on=TODAY))
    assert logged.no[:4] in ("Z26-", "Z36-")
    assert visits.week_visits(store, scope, Week.parse("2026-W47"))[0].no == logged.no
    with store.read() as connection:
        assert statistics.difference(connection) == []
    store.close()
    right = open_store(tmp_path / "p")
    assert one(right, "SELECT count(*) FROM visit WHERE no = ?", logged.no) == 1
    assert log_visit(right, form(found[0].id)).no != logged.no
    right.close()


def test_a_clock_that_runs_wild_can_save(alone_template: Path, tmp_path: Path) -> None:
    for place, now in enumerate((-1e12, 1e18, float("inf"), -float("inf"))):
        store = open_store(copied(alone_template, tmp_path / f"p{place}"), Clock(partial(float, now)))
        assert log_visit(store, form(household_of(store))).no
        store.close()


def test_a_clock_set_back_between_two_saves(alone: Store) -> None:
    first = log_visit(alone, form(household_of(alone)))
    alone.use_clock(Clock(lambda: 0.0))
    second = log_visit(alone, form(household_of(alone)))
    assert first.no[:3] == second.no[:3] == "Z26"
    assert first.no < second.no
    with alone.read() as connection:
        assert audit.broken_at(connection) is None


def test_the_last_exchange_dates_the_clock(joined: Store) -> None:
    joined.set_state(
        {"last_sync_at": str(int(dt.datetime(2026, 11, 18, tzinfo=CHINA).timestamp() * 1000)).encode()}
    )
    joined.use_clock(Clock(dt.datetime(2026, 3, 1, tzinfo=CHINA).timestamp))
    assert joined.clock.today() == "2026-11-18"
    assert not joined.clock.plausible()
    assert log_visit(joined, form(household_of(joined))).no


# -- threads -------------------------------------------------------------------------------------------------------


def test_several_threads_save_and_read_at_once(alone: Store) -> None:
    household, made, failed = household_of(alone), [], []

    def work() -> None:
        try:
            for _ in range(5):
                made.append(log_visit(alone, form(household)).no)
                households.household_detail(alone, household)
        except errors.GridworkerError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(made)) == len(made) == 20
    with alone.read() as connection:
        assert statistics.difference(connection) == []
        assert audit.broken_at(connection) is None


def test_a_voided_visit_counts_nowhere(alone: Store) -> None:
    household = household_of(alone)
    before = households.household_detail(alone, household).row
    logged = log_visit(alone, form(household, visited_on=TODAY))
    assert households.household_detail(alone, household).row.last_met_on == TODAY
    void_visit(alone, logged.visit_id, "记错了户")
    after = households.household_detail(alone, household).row
    assert replace(after, road=before.road) == before


def test_a_community_can_be_founded_twice_the_same(tmp_path: Path) -> None:
    stores = [founded_store(tmp_path / name) for name in "ab"]
    assert counts(stores[0]) == counts(stores[1])
    for store in stores:
        with store.read() as connection:
            assert statistics.difference(connection) == []
        store.close()
