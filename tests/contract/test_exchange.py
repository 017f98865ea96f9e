"""Ops in, results and pages out: exactly once, in order, merged as the classes say, and everybody ends alike."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gridworker.errors import ServerAway
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Outcome
from gridworker.models.registry import ENTITIES
from gridworker.store.queries import road
from gridworker.store.receive import Part, receive
from gridworker.store.store import Store
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.messages import Limits, Pull, SyncReply
from gridworker.sync.protocol.wire_rows import columns, decode_rows
from tests.contract.rig import PASSPHRASE, Desk, Rig, ask, op
from tests.contract.village import change, home, named, visit


def lost() -> Exception:
    return ServerAway(url="test")


def copies_agree(rig: Rig, desk: Desk) -> None:
    """Every row the device holds is the server's, and nothing waits."""
    for entity in ENTITIES:
        names = ", ".join(("bucket_id", *columns(entity.name)))
        theirs = {row[1]: row for row in rig.rows(f"SELECT {names} FROM {entity.name}")}
        for row in desk.rows(f"SELECT {names} FROM {entity.name}"):
            assert theirs[row[1]] == row
    assert desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []


def pull_only(desk: Desk) -> None:
    """Take in what changed without sending anything."""
    page = ask(desk, [], Pull(cursor=desk.kept().cursor)).page
    assert page is not None
    parts = [Part(part.entity, part.bucket, decode_rows(part)) for part in page.parts]
    receive(desk.store, (), parts, (), {})


# -- push --------------------------------------------------------------------------------------------------------


def test_a_saved_visit_reaches_the_server_in_one_request(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.wire.requests.clear()
    desk.save(visit(home("a1", 1), "一切都好"))
    account = desk.sync()
    assert (account.requests, account.sent, account.rows, len(desk.wire.requests)) == (1, 1, 0, 1)
    assert rig.rows("SELECT said, unit_at, row_version FROM visit") == [("一切都好", named("a1"), 1)]
    copies_agree(rig, desk)


def test_every_op_gets_a_receipt(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"))
    desk.sync()
    result = msgspec.json.decode(desk.one("SELECT result FROM outbox"))
    assert (result["outcome"], result["row_version"], result["at"]) == ("applied", 1, rig.now())
    assert bytes.fromhex(result["hash"]) == rig.one("SELECT mac FROM device_op")


def test_a_request_sent_twice_has_one_effect_and_the_same_answer(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"))
    desk.sync()
    head = rig.one("SELECT head FROM domain_head")
    first = read_answer(desk.wire.replies[-1], SyncReply)
    second = read_answer(desk.wire.again(), SyncReply)
    assert first.results == second.results
    assert rig.one("SELECT count(*) FROM visit") == 1
    assert rig.one("SELECT head FROM domain_head") == head


def test_f02_a_lost_answer_loses_nothing_and_doubles_nothing(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"))
    desk.wire.lose_next = lost
    with pytest.raises(ServerAway):
        desk.sync()
    counts = road.sync_counts(desk.store)
    assert (counts.unsent, counts.sending) == (0, 1)  # whether it arrived, nobody here knows
    desk.save(visit(home("a1", 2), "later"))
    counts = road.sync_counts(desk.store)
    assert (counts.unsent, counts.sending) == (1, 1)
    assert rig.one("SELECT count(*) FROM visit") == 1
    desk.sync()
    assert rig.one("SELECT count(*) FROM visit") == 2
    copies_agree(rig, desk)


def test_another_op_under_a_used_number_is_a_fork(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"))
    desk.sync()
    (result,) = ask(desk, [op(1, visit(home("a1", 1), "别的"))]).results
    assert (result.outcome, result.code) == (Outcome.REJECTED, "device_fork")
    assert rig.rows("SELECT said FROM visit") == [("好",)]
    assert "device_fork" in rig.acts()


def test_what_an_op_is_recognised_by_is_kept_thirty_days(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "一"))
    desk.sync()
    for days, kept in ((30, 1), (1, 0)):
        rig.hands.now += days * 24 * 3600
        rig.desk("grid_a").sync()  # a day begins with its first request
        assert rig.one("SELECT count(*) FROM device_op WHERE mac IS NOT NULL AND salt IS NOT NULL") == kept
    assert rig.one("SELECT count(*) FROM device_op WHERE result IS NOT NULL") == 1


def test_large_acts_travel_whole_and_many_acts_in_many_requests(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(*(visit(home("a1", 1), str(n)) for n in range(7)))
    for n in range(5):
        desk.save(visit(home("a1", 2), str(n)))
    done = [desk.client.exchange(3, 1_000_000, 100) for _ in range(3)]
    assert [(one.sent, one.unsent) for one in done] == [(7, True), (3, True), (2, False)]
    assert rig.one("SELECT count(*) FROM visit") == 12
    copies_agree(rig, desk)


# -- pull --------------------------------------------------------------------------------------------------------


def test_others_see_a_visit_if_they_may(rig: Rig) -> None:
    author, leader, neighbour = rig.desk("steward_a1"), rig.desk("grid_a"), rig.desk("steward_a2")
    for desk in (author, leader, neighbour):
        desk.sync()
    author.save(visit(home("a1", 1), "好"))
    author.sync()
    assert leader.sync().rows == 1
    assert leader.rows("SELECT said FROM visit") == [("好",)]
    assert neighbour.sync().rows == 0
    assert neighbour.kept().cursor == rig.one("SELECT head FROM domain_head")
    copies_agree(rig, leader)


def test_nothing_new_is_one_small_request(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    desk.wire.requests.clear()
    account = desk.sync()
    assert (account.requests, account.rows, len(desk.wire.requests)) == (1, 0, 1)
    _, body, headers = desk.wire.requests[0]
    reply = desk.wire.replies[-1]
    assert len(body) + sum(len(k) + len(v) + 4 for k, v in headers.items()) < 1000
    assert len(reply.body) + sum(len(k) + len(v) + 4 for k, v in reply.headers.items()) < 1000


def test_a_first_copy_in_small_pages_is_the_whole_scope(rig: Rig) -> None:
    rig.service.limits = Limits(rows=3)
    desk = rig.desk("secretary")
    desk.sync()
    for entity in ENTITIES:
        theirs = {row[0] for row in rig.rows(f"SELECT id FROM {entity.name}")}
        assert desk.holds(entity.name) == theirs, entity.name
    copies_agree(rig, desk)


def test_a_first_copy_cut_by_bytes_is_whole_too(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(limits=Limits(down_bytes=1))
    desk = rig.desk("secretary")
    account = desk.sync()
    assert account.requests > 5
    assert desk.holds("resident") == {row[0] for row in rig.rows("SELECT id FROM resident")}


def test_f20_a_first_copy_goes_on_where_it_stopped(rig: Rig) -> None:
    rig.service.limits = Limits(rows=7)
    desk = rig.desk("secretary")
    for _ in range(3):
        desk.client.exchange(10, 10_000, 7)
    held = sum(len(desk.holds(entity.name)) for entity in ENTITIES)
    assert held == 21
    desk.store.close()
    desk = Desk(Store.open(desk.store.folder, PASSPHRASE, rig.hands.clock()), desk.wire)
    total = sum(rig.one(f"SELECT count(*) FROM {entity.name}") for entity in ENTITIES)
    account = desk.sync()
    assert account.rows == total - held
    copies_agree(rig, desk)
    desk.store.close()


def test_what_changes_during_a_first_copy_arrives_in_the_end(rig: Rig) -> None:
    rig.service.limits = Limits(rows=4)
    slow, writer = rig.desk("secretary"), rig.desk("grid_a")
    writer.sync()
    for number in range(12):
        slow.client.exchange(10, 10_000, 4)
        writer.save(visit(home("a1", 1 + number % 3), str(number)))
        note = writer.one("SELECT note FROM household WHERE id = ?", named(home("a2", 1)))
        writer.save(change("household", named(home("a2", 1)), "note", note, f"第{number}次"))
        writer.sync()
    slow.sync()
    writer.sync()
    assert slow.one("SELECT count(*) FROM visit") == 12
    copies_agree(rig, slow)
    copies_agree(rig, writer)


def test_parents_travel_with_their_children(rig: Rig) -> None:
    """A household changed after a visit to it lies later in the order; the visit must not come without it."""
    reader, writer = rig.desk("grid_a"), rig.desk("steward_a1")
    reader.sync()
    writer.sync()
    family = new_id()
    values = {"code": "1-1-9", "unit_id": named("unit_a1"), "room": "9", "occupancy": "owner"}
    writer.save(
        msgspec.structs.replace(visit(home("a1", 1), ""), entity="household", record=family, set=values)
    )
    made = visit(home("a1", 1), "第一次")
    writer.save(msgspec.structs.replace(made, set=made.set | {"household_id": family}))
    writer.sync()
    writer.save(change("household", family, "note", None, "后来写的"))
    writer.sync()  # now the household comes after its visit
    rig.service.limits = Limits(rows=1)
    more = True
    while more:
        more = reader.client.exchange(10, 10_000, 1).more
        assert reader.rows("SELECT entity FROM parked") == []  # no page left a child waiting for a later one
    assert reader.rows("SELECT said FROM visit") == [("第一次",)]
    copies_agree(rig, reader)


def test_two_devices_of_one_person_share_their_work(rig: Rig) -> None:
    office, laptop = rig.desk("steward_a1"), rig.desk("steward_a1")
    office.sync()
    laptop.sync()
    office.save(visit(home("a1", 1), "上午"))
    laptop.save(visit(home("a1", 2), "下午"))
    office.sync()
    laptop.sync()
    office.sync()
    assert office.holds("visit") == laptop.holds("visit")
    copies_agree(rig, office)
    copies_agree(rig, laptop)


# -- merging -----------------------------------------------------------------------------------------------------


def note_of(desk: Desk, name: str) -> str:
    return str(desk.one("SELECT note FROM household WHERE id = ?", named(name)))


def test_two_people_edit_different_fields_and_both_stay(rig: Rig) -> None:
    one, two = rig.desk("steward_a1"), rig.desk("grid_a")
    one.sync()
    two.sync()
    target = named(home("a1", 1))
    one.save(change("household", target, "note", None, "门铃坏了"))
    two.save(change("household", target, "preferred_time", None, "evening"))
    one.sync()
    two.sync()  # clean for this op, yet the row must come along: somebody else changed another field
    one.sync()
    for desk in (one, two):
        assert desk.rows("SELECT note, preferred_time, row_version FROM household WHERE id = ?", target) == [
            ("门铃坏了", "evening", 3)
        ]
        copies_agree(rig, desk)


def test_two_people_edit_the_same_field_and_a_person_decides(rig: Rig) -> None:
    one, two = rig.desk("steward_a1"), rig.desk("grid_a")
    one.sync()
    two.sync()
    target = named(home("a1", 1))
    one.save(change("household", target, "note", None, "先到的"))
    two.save(change("household", target, "note", None, "后到的"))
    one.sync()
    account = two.sync()
    assert account.conflicts == 1
    one.sync()
    for desk in (one, two):
        assert note_of(desk, home("a1", 1)) == "先到的"
        assert desk.rows("SELECT field, mine, theirs, state FROM conflict") == [
            ("note", "后到的", "先到的", "open")
        ]
        copies_agree(rig, desk)


def test_the_same_value_twice_is_no_conflict(rig: Rig) -> None:
    one, two = rig.desk("steward_a1"), rig.desk("grid_a")
    one.sync()
    two.sync()
    for desk in (one, two):
        desk.save(change("household", named(home("a1", 1)), "note", None, "同样"))
        desk.sync()
    one.sync()
    assert rig.one("SELECT count(*) FROM conflict") == 0
    copies_agree(rig, one)
    copies_agree(rig, two)


def test_a_wish_not_to_be_visited_wins_over_an_older_picture(rig: Rig) -> None:
    one, two = rig.desk("steward_a1"), rig.desk("grid_a")
    one.sync()
    two.sync()
    target = named(home("a1", 1))
    one.save(change("household", target, "visit_opt_out", None, 0))
    two.save(change("household", target, "visit_opt_out", None, 1))
    one.sync()
    two.sync()
    one.sync()
    assert one.one("SELECT visit_opt_out FROM household WHERE id = ?", target) == 1


def test_typing_stays_on_top_while_it_is_unsent(rig: Rig) -> None:
    one, two = rig.desk("steward_a1"), rig.desk("grid_a")
    one.sync()
    two.sync()
    target = named(home("a1", 1))
    one.save(change("household", target, "note", None, "服务器上的"))
    one.sync()
    two.save(change("household", target, "note", None, "正在写的"))
    pull_only(two)
    assert note_of(two, home("a1", 1)) == "正在写的"
    two.sync()
    assert note_of(two, home("a1", 1)) == "服务器上的"
    copies_agree(rig, two)


def test_f16_a_household_that_moves_leaves_one_scope_and_enters_another(rig: Rig) -> None:
    leader, old, new = rig.desk("grid_a"), rig.desk("steward_a1"), rig.desk("steward_a2")
    for desk in (leader, old, new):
        desk.sync()
    family = new_id()
    values = {"code": "x", "unit_id": named("unit_a1"), "room": "x", "occupancy": "owner"}
    made = msgspec.structs.replace(visit(home("a1", 1), ""), entity="household", record=family, set=values)
    leader.save(made)
    leader.sync()
    old.sync()
    new.sync()
    assert family in old.holds("household")
    assert family not in new.holds("household")
    leader.save(change("household", family, "unit_id", named("unit_a1"), named("unit_a2")))
    leader.sync()
    old.sync()
    new.sync()
    assert family not in old.holds("household")
    assert family in new.holds("household")
    assert leader.one("SELECT bucket_id FROM household WHERE id = ?", family) == bucket_id(
        named("a2"), "case"
    )


# -- what is refused ---------------------------------------------------------------------------------------------


def test_a_refused_op_delays_nothing_and_can_be_opened(rig: Rig) -> None:
    leader, worker = rig.desk("secretary"), rig.desk("steward_a1")
    leader.sync()
    worker.sync()
    worker.save(visit(home("a1", 1), "第一"))
    bad = msgspec.json.decode(worker.one("SELECT payload FROM outbox"))
    bad["set"]["mode"] = "nonsense"
    with worker.store.database.write() as connection:  # as if a rule had been missing on this device
        connection.exec_driver_sql("UPDATE outbox SET payload = ?", (msgspec.json.encode(bad),))
    worker.save(visit(home("a1", 2), "第二"))
    account = worker.sync()
    assert (account.sent, account.rejected) == (2, 1)
    assert [row[0] for row in rig.rows("SELECT said FROM visit")] == ["第二"]
    result = msgspec.json.decode(worker.one("SELECT result FROM outbox WHERE seq = 1"))
    assert (result["outcome"], result["code"], result["field"]) == ("rejected", "field_invalid", "mode")


def test_an_act_is_kept_whole_or_not_at_all(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"), change("household", named(home("a1", 1)), "note", None, "也好"))
    bad = msgspec.json.decode(desk.one("SELECT payload FROM outbox WHERE seq = 2"))
    bad["set"] = {"nothing": "x"}
    with desk.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET payload = ? WHERE seq = 2", (msgspec.json.encode(bad),))
    desk.sync()
    codes = [
        msgspec.json.decode(row[0])["code"] for row in desk.rows("SELECT result FROM outbox ORDER BY seq")
    ]
    assert codes == ["depends_on", "field_invalid"]
    assert rig.one("SELECT count(*) FROM visit") == 0
    assert rig.one("SELECT note FROM household WHERE id = ?", named(home("a1", 1))) is None
    # Nobody changed the row meanwhile, yet it is sent: the sender must take back what it showed.
    assert desk.one("SELECT note FROM household WHERE id = ?", named(home("a1", 1))) is None


def test_the_chain_of_a_devices_saves_is_followed(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    base: str | None = None
    for number in range(5):
        text = f"第{number}稿"
        desk.save(change("household", named(home("a1", 1)), "note", base, text))
        base = text
    account = desk.sync()
    assert (account.conflicts, account.rejected, account.rows) == (0, 0, 0)
    assert rig.rows("SELECT note, row_version FROM household WHERE id = ?", named(home("a1", 1))) == [
        ("第4稿", 6)
    ]
    copies_agree(rig, desk)


def test_outcomes_are_counted(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "好"))
    desk.sync()
    result = msgspec.json.decode(desk.one("SELECT result FROM outbox"))
    assert result["outcome"] == Outcome.APPLIED
