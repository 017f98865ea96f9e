"""Closed weeks and frozen reports between computers: one number for each edition, given by the server; what is frozen
is the same everywhere and nowhere it does not belong; what it quotes goes with an erasure."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

import pytest

from gridworker.errors import FrozenDamaged, NotAllowed
from gridworker.models.days import Week
from gridworker.models.frozen import week_close_id
from gridworker.models.op import Draft, OpKind, Outcome, Value
from gridworker.services.closing import close_weeks, reopen_weeks
from gridworker.services.freezing import keep_file
from gridworker.services.rights import erase
from gridworker.store.queries.frozen import editions, frozen_figures, frozen_items, kept_file
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.test_lists import rejected, settle, two
from tests.contract.village import home, named
from tests.frozen import PERIOD, frozen, item

ROOT, GRID, A1 = named("root"), named("grid_a"), named("a1")
WEEK = Week(2026, 47)
OFFICE = ("frozen_report", "frozen_item", "frozen_file")


def numbers(desk: Desk) -> list[int]:
    return [one.edition for one in editions(desk.store, ROOT, str(PERIOD))]


def test_a_week_closed_on_two_computers_is_closed_once(rig: Rig) -> None:
    chief, steward, office = rig.desk("grid_a"), rig.desk("steward_a1"), rig.desk("secretary")
    settle(chief, steward, office)
    assert close_weeks(chief.store, (A1,), WEEK).zero == 1
    with pytest.raises(NotAllowed):
        close_weeks(steward.store, (A1,), WEEK)  # nothing was there: the grid confirms that
    assert close_weeks(office.store, (A1, named("a2")), WEEK).closed == 2
    settle(chief, steward, office)
    assert rig.rows("SELECT count(*) FROM week_close WHERE deleted = 0") == [(2,)]
    told = [
        desk.rows("SELECT id, closed_at, zero_report FROM week_close ORDER BY id") for desk in (chief, office)
    ]
    assert told[0] == told[1]
    assert steward.one("SELECT count(*) FROM week_close") == 1  # its own micro-grid's
    reopen_weeks(chief.store, (A1,), WEEK)
    settle(chief, office)
    assert office.one("SELECT count(*) FROM week_close WHERE deleted = 0") == 1
    assert rejected(chief, steward, office) == []


def test_two_computers_that_freeze_offline_get_two_numbers(rig: Rig) -> None:
    one, other = two(rig)
    first, second = frozen(one.store, ROOT), frozen(other.store, ROOT)
    assert (first.edition, second.edition) == (0, 0)  # 暂编: no number before the server gave one
    settle(one, other)
    assert (numbers(one), numbers(other)) == ([1, 2], [1, 2])
    assert [e.id for e in editions(one.store, ROOT, str(PERIOD))] == [first.id, second.id]
    third, elsewhere = frozen(other.store, ROOT), frozen(other.store, GRID)
    settle(one, other)
    found = {e.id: e.edition for node in (ROOT, GRID) for e in editions(one.store, node, str(PERIOD))}
    assert (found[third.id], found[elsewhere.id]) == (3, 1)  # a series of its own for each node


def test_a_frozen_report_is_the_same_on_the_committees_computer_and_nowhere_else(rig: Rig) -> None:
    one, other = two(rig)
    outside = [rig.desk(login) for login in ("grid_a", "steward_a1", "viewer")]
    document = os.urandom(400_000)  # several parts
    report = frozen(one.store, ROOT, [item(named("v1")), item(named("v2"))], document)
    settle(one, other, *outside)
    assert frozen_figures(other.store, report.id) == frozen_figures(one.store, report.id)
    assert len(frozen_items(other.store, report.id)) == 2
    assert kept_file(other.store, report.id, "document", 0) == document
    for desk in outside:
        assert [desk.one(f"SELECT count(*) FROM {name}") for name in OFFICE] == [0, 0, 0]
        with pytest.raises(NotAllowed):
            frozen(desk.store, ROOT)


def test_a_file_made_on_two_computers_is_kept_once(rig: Rig) -> None:
    one, other = two(rig)
    report = frozen(one.store, ROOT)
    settle(one, other)
    assert keep_file(one.store, report.id, "pdf", 1, b"first" * 100_000)
    assert keep_file(other.store, report.id, "pdf", 1, os.urandom(300_000))
    settle(one, other)
    assert kept_file(one.store, report.id, "pdf", 1) == b"first" * 100_000
    assert kept_file(other.store, report.id, "pdf", 1) == b"first" * 100_000
    assert rejected(one, other) == []


def test_nobody_changes_or_deletes_what_was_frozen(rig: Rig) -> None:
    (one, _) = two(rig)
    report = frozen(one.store, ROOT, [item(named("v1"))])
    for entity, field in (
        ("frozen_report", "figures"),
        ("frozen_item", "contribution"),
        ("frozen_file", "packed"),
    ):
        record = one.one(f"SELECT id FROM {entity}")
        changed: dict[str, Value] = {field: '{"visits.attempts":2}'}
        for draft in (
            Draft(entity, record, OpKind.SET, changed, changed),
            Draft(entity, record, OpKind.DELETE, {}),
        ):
            with pytest.raises(Exception, match="append_only"):
                one.save(draft)
    assert frozen_figures(one.store, report.id)["figures"] == {"visits.attempts": 1}


def test_figures_that_do_not_fit_their_hash_are_not_kept_and_not_opened(rig: Rig) -> None:
    (one, _) = two(rig)
    report = frozen(one.store, ROOT, [item(named("v1"))])
    with one.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE frozen_item SET contribution = '{}'")
    with pytest.raises(FrozenDamaged) as found:
        frozen_figures(one.store, report.id)
    assert found.value.values["what"] == "items"
    with one.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE frozen_file SET packed = 'eJwDAAAAAAE='")
        connection.exec_driver_sql("UPDATE frozen_report SET figures = replace(figures, '1', '2')")
    with pytest.raises(FrozenDamaged):
        kept_file(one.store, report.id, "document", 0)
    with pytest.raises(FrozenDamaged) as found:
        frozen_figures(one.store, report.id)
    assert found.value.values["what"] == "figures"


def report_values(desk: Desk, **changed: Value) -> dict[str, Value]:
    values: dict[str, Value] = {
        "by_member_id": desk.store.known.member_id,
        "area_unit_id": ROOT,
        "node_name": "试村",
        "period": "2026-W47",
        "frozen_at": "2026-11-20 12:00",
        "unsent_here": 0,
        "figures": "{}",
        "digest": hashlib.sha256(b"{}").hexdigest(),
    }
    return {**values, **changed}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"digest": "0" * 64}, "altered"),
        ({"period": "2026-13"}, "not_a_period"),
        ({"period": "2026-W54"}, "not_a_period"),
        ({"supplements_id": named("no report")}, "not_a_reference"),
        ({"org_unit_id": named("org")}, "exactly_one"),
    ],
)
def test_a_forged_report_is_refused_by_the_server(rig: Rig, changed: dict[str, Value], reason: str) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    draft = Draft("frozen_report", named("forged"), OpKind.CREATE, report_values(desk, **changed))
    (result,) = ask(desk, [op(1, draft)]).results
    assert (result.outcome, result.values["reason"]) == (Outcome.REJECTED, reason)
    assert rig.rows("SELECT count(*) FROM frozen_report") == [(0,)]


def test_forged_parts_and_closings_are_refused_by_the_server(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    report = frozen(desk.store, ROOT)
    desk.sync()
    item: dict[str, Value] = {
        "report_id": report.id, "entity": "visit", "record_id": named("v1"), "version": 1, "contribution": "{}",
    }  # fmt: skip
    close: dict[str, Value] = {
        "micro_grid_id": GRID, "week": "2026-W47", "zero_report": 0, "closed_at": "2026-11-20 12:00",
    }  # fmt: skip
    drafts = [
        Draft("frozen_item", named("other id"), OpKind.CREATE, item),
        Draft("week_close", week_close_id(GRID, "2026-W47"), OpKind.CREATE, close),
        Draft("week_close", week_close_id(A1, "2026-W48"), OpKind.CREATE, {**close, "micro_grid_id": A1}),
    ]
    first = desk.one("SELECT max(seq) FROM outbox") + 1
    results = ask(desk, [op(first + place, draft) for place, draft in enumerate(drafts)]).results
    assert [result.values.get("reason") for result in results] == ["not_a_reference"] * 3
    assert rig.rows("SELECT count(*) FROM week_close") == [(0,)]


def test_what_a_file_quotes_goes_with_an_erasure_and_the_figures_stay(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    one, other = two(rig)
    household = named(home("a1", 1))
    quoting = frozen(one.store, ROOT, [item(household, quoted=True, entity="household")], b"words" * 9)
    plain = frozen(one.store, ROOT, [item(household, entity="household")], b"counts" * 9)
    settle(one, other)
    keep_file(other.store, quoting.id, "html", 1, b"words" * 9)
    settle(other, one)
    erase(one.store, "household", household, "本人要求")
    keep_file(other.store, quoting.id, "docx", 1, b"late words")  # not known there yet
    settle(one, other)
    assert ("frozen_file", "field_invalid", "erased") in rejected(other)
    for desk in (one, other):
        found = {e.id: e for e in editions(desk.store, ROOT, str(PERIOD))}
        assert (found[quoting.id].whole, found[quoting.id].formats) == (False, ())
        assert found[plain.id].whole
        assert frozen_figures(desk.store, quoting.id)["figures"] == {"visits.attempts": 1}
    kept = rig.rows("SELECT report_id FROM frozen_file WHERE deleted = 0")
    assert [bytes(row[0]) for row in kept] == [plain.id]
