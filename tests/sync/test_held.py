"""Acts that arrive when their sender has lost the scope end as `held`, are never dropped, and are decided by a person;
what was never allowed stays refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gridworker.models.days import plus_days
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Draft, OpKind, Outcome, Value
from gridworker.services.held import accept_held, hand_over_held, reject_held
from gridworker.store.queries.held import held_rows, open_count
from gridworker.store.queries.sync import road_lines, stage_counts
from gridworker.store.queries.tree import default_scope
from gridworker.store.rows import Road
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import DAY, change, create, home, named, visit
from tests.sync.test_purge import command, give, take_away


@pytest.fixture
def village(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Desk]:
    """A rig, the secretary's desk and the steward of a1's, both in agreement."""
    rig = make_rig()
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    return rig, secretary, steward


def outcomes(desk: Desk) -> list[tuple[str, str]]:
    import json

    answers = [
        json.loads(row[0]) for row in desk.rows("SELECT result FROM outbox WHERE state = 'done' ORDER BY seq")
    ]
    return [(answer["outcome"], answer.get("code", "")) for answer in answers]


def work_offline(steward: Desk) -> bytes:
    """A visit with a comment on it, and a note: three acts, the second leaning on the first."""
    logged = new_id()
    steward.save(visit(home("a1", 1), "offline besucht", record=logged))
    steward.save(
        create(
            "visit_comment",
            "late",
            visit_id=logged,
            member_id=named("member_steward_a1"),
            text="nachgetragen",
        )
    )
    steward.save(change("household", named(home("a1", 2)), "note", None, "offline notiert"))
    return logged


def test_a_visit_is_held_with_all_who_went_along(village: tuple[Rig, Desk, Desk]) -> None:
    """What is made in the same act and leans on the refused visit is no reason of its own to refuse it."""
    rig, secretary, steward = village
    command(rig, take_away("post_steward_a1"))
    logged, who = new_id(), named("member_steward_a1")
    company: dict[str, Value] = {"visit_id": logged, "member_id": who}
    along = Draft("visit_visitor", new_id(), OpKind.CREATE, company)
    steward.save(visit(home("a1", 1), "zu zweit", record=logged), along)
    steward.sync()
    assert outcomes(steward) == [("held", "scope_lost")] * 2
    secretary.sync()
    (row,) = held_rows(secretary.store)
    accept_held(secretary.store, row.id)
    secretary.sync()
    assert rig.rows("SELECT said FROM visit") == [("zu zweit",)]
    assert rig.one("SELECT count(*) FROM visit_visitor") == 1
    assert default_scope(steward.store).unit_ids == frozenset()  # the window of who has no post is empty


def test_f15_work_of_a_lost_post_is_held_and_takes_effect_when_accepted(
    village: tuple[Rig, Desk, Desk],
) -> None:
    rig, secretary, steward = village
    command(rig, take_away("post_steward_a1"))
    logged = work_offline(steward)
    steward.sync()
    assert outcomes(steward) == [("held", "scope_lost")] * 3
    assert rig.one("SELECT count(*) FROM visit") == 0
    assert steward.rows("SELECT payload FROM outbox WHERE length(payload) > 0") == []
    told = road_lines(steward.store, Road.SERVER)  # its writer sees what became of it, without its words
    assert {(line.entity, line.name, line.held, line.gone) for line in told} == {
        (entity, "", True, True) for entity in ("visit", "visit_comment", "household")
    }
    assert len(told) == stage_counts(steward.store)[Road.SERVER] == 3
    secretary.sync()
    rows = held_rows(secretary.store)
    assert [(r.reason, r.member, r.owner, r.entity, r.state) for r in rows] == [
        ("scope_lost", "steward_a1", "a1", entity, "open")
        for entity in ("visit", "visit_comment", "household")
    ]
    assert rows[0].door == "1-1-1"
    assert rows[0].changes[0].values["said"] == "offline besucht"
    assert open_count(secretary.store) == 3
    accept_held(secretary.store, rows[1].id)  # leans on the visit: not yet
    secretary.sync()
    assert outcomes(secretary)[-1] == ("rejected", "held_refused")
    for row in rows:
        accept_held(secretary.store, row.id, "stimmt")
        secretary.sync()
    assert rig.rows("SELECT id, said FROM visit") == [(logged, "offline besucht")]
    assert rig.rows("SELECT member_id, text FROM visit_comment") == [
        (named("member_steward_a1"), "nachgetragen")
    ]
    assert rig.one("SELECT note FROM household WHERE id = ?", named(home("a1", 2))) == "offline notiert"
    assert rig.rows("SELECT state, ops, decision FROM held_op") == [("accepted", None, "stimmt")] * 3
    assert secretary.rows("SELECT said FROM visit") == [("offline besucht",)]
    assert open_count(secretary.store) == 0


def test_a_rejected_act_has_no_effect_and_says_why(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.sync()
    secretary.sync()
    (first, *_) = held_rows(secretary.store)
    with pytest.raises(Exception, match="field_invalid"):
        reject_held(secretary.store, first.id, "")
    reject_held(secretary.store, first.id, "war schon erledigt")
    secretary.sync()
    assert rig.rows("SELECT state, decision FROM held_op WHERE id = ?", first.id) == [
        ("rejected", "war schon erledigt")
    ]
    assert rig.one("SELECT count(*) FROM visit") == 0


def test_handed_over_acts_are_seen_by_the_other_unit_and_nobody_else(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    other = rig.desk("steward_b1")
    other.sync()
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.sync()
    secretary.sync()
    other.sync()
    assert held_rows(other.store) == ()
    (first, *_) = held_rows(secretary.store)
    hand_over_held(secretary.store, first.id, named("b1"))
    secretary.sync()
    other.sync()
    assert [row.id for row in held_rows(other.store)] == [first.id]
    assert rig.one("SELECT bucket_id FROM held_op WHERE id = ?", first.id) == bucket_id(named("b1"), "case")
    with pytest.raises(Exception, match="not_allowed"):
        accept_held(other.store, first.id)  # they see it; only the right `held` decides
    accept_held(secretary.store, first.id)
    secretary.sync()
    assert rig.one("SELECT count(*) FROM visit") == 1


def test_f16_an_edit_of_a_household_that_moved_away_meanwhile_is_held(
    village: tuple[Rig, Desk, Desk],
) -> None:
    _, secretary, steward = village
    moved = named(home("a1", 1))
    secretary.save(change("household", moved, "unit_id", named("unit_a1"), named("unit_b1")))
    secretary.sync()
    steward.save(change("household", moved, "note", None, "vor dem Umzug"))
    steward.save(visit(home("a1", 1), "vor dem Umzug"))
    steward.sync()
    assert outcomes(steward) == [("held", "scope_lost")] * 2
    assert moved not in steward.holds("household")
    secretary.sync()
    assert {row.owner for row in held_rows(secretary.store)} == {"b1"}


def test_what_was_never_allowed_is_refused_and_not_held(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, _ = village
    viewer, grid = rig.desk("viewer"), rig.desk("steward_a2")
    viewer.sync()
    grid.sync()
    for desk in (viewer, grid):
        for number, draft in enumerate(
            (visit(home("a1", 1), "x"), change("household", named(home("a1", 1)), "note", None, "x")), 1
        ):
            (result,) = ask(desk, [op(number, draft)]).results
            assert (result.outcome, result.code) == (Outcome.REJECTED, "not_allowed")
    assert rig.one("SELECT count(*) FROM held_op") == 0


def test_one_bad_op_of_an_act_keeps_the_act_from_being_held(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    txn = new_id()
    good = op(1, visit(home("a1", 1), "x"))
    bad = op(
        2, create("household", "elsewhere", code="z", unit_id=named("unit_b1"), room="9", occupancy="owner")
    )
    import msgspec

    acts = [msgspec.structs.replace(each, txn=txn) for each in (good, bad)]
    results = ask(steward, acts).results
    assert {result.outcome for result in results} == {Outcome.REJECTED}


def test_what_the_sender_never_had_the_right_to_is_refused_not_held(village: tuple[Rig, Desk, Desk]) -> None:
    """Or a lost post would be a way to lay anything at all before those who decide."""
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    no = f"Y26-{steward.store.known.device_no:02}-0001"
    raised = create(
        "issue", "late", no=no, title="加装电梯", area_unit_id=named("a1"), raised_from="residents"
    )
    raised = msgspec.structs.replace(raised, set=raised.set | {"raised_on": DAY, "level": "estate"})
    (answer,) = ask(steward, [op(1, raised)]).results
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed")
    assert rig.rows("SELECT id FROM held_op") == []


def test_nobody_makes_or_rewrites_a_held_act(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.sync()
    record = rig.rows("SELECT id FROM held_op")[0][0]
    desk = rig.desk("secretary")
    forged: list[Any] = [
        create(
            "held_op",
            "forged",
            owner_id=named("a1"),
            reason="scope_lost",
            entity="visit",
            record_id=new_id(),
            held_on=DAY,
            expires_on=plus_days(DAY, 90),
            ops="[]",
            state="open",
        ),
        change("held_op", record, "ops", None, "[]"),
        change("held_op", record, "state", "open", "accepted"),
        Draft("held_op", record, OpKind.DELETE, {}),
    ]
    for number, draft in enumerate(forged, 1):
        (result,) = ask(desk, [op(number, draft)]).results
        assert result.outcome is Outcome.REJECTED, draft
    assert rig.rows("SELECT DISTINCT state FROM held_op") == [("open",)]


def test_a_post_given_back_makes_held_acts_no_second_time(village: tuple[Rig, Desk, Desk]) -> None:
    """The same request again has its stored answers; nothing is held twice."""
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.client.exchange(100, 10_000, 100)
    steward.wire.again()
    assert rig.one("SELECT count(*) FROM held_op") == 3
    command(rig, give("steward_a1", "a1"))
    steward.sync()
    assert len(steward.holds("household")) == 3
    assert rig.one("SELECT count(*) FROM held_op") == 3


def test_the_operator_decides_from_the_command_line(
    village: tuple[Rig, Desk, Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    from gridworker.server.cli import main

    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.sync()
    folder = str(rig.folder / "server")

    def run(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
        assert main(["held", *arguments, "--data", folder, "--json"]) == code
        shown = capsys.readouterr()
        return [json.loads(line) for line in (shown.err if code else shown.out).splitlines()]

    listed = {row["entity"]: row["act"] for row in run("list")}
    assert listed.keys() == {"visit", "visit_comment", "household"}
    (refused,) = run("accept", "--act", listed["visit_comment"], code=1)
    assert refused["error"] == "field_invalid"  # the visit it is about is held as well
    assert run("accept", "--act", listed["visit"][:10]) == [{"act": listed["visit"], "decision": "accept"}]
    run("accept", "--act", listed["visit_comment"])
    (missing,) = run("reject", "--act", listed["household"], code=1)
    assert missing["error"] == "field_invalid"
    run("hand-over", "--act", listed["household"], "--to", "990101009009b1")
    run("reject", "--act", listed["household"], "--reason", "erledigt")
    assert run("list") == []
    assert (rig.one("SELECT count(*) FROM visit"), rig.one("SELECT count(*) FROM visit_comment")) == (1, 1)
    assert rig.acts()[-1] == "held_reject"


def test_the_operator_sets_the_lease(
    village: tuple[Rig, Desk, Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    from gridworker.server.cli import main
    from gridworker.store import lease
    from gridworker.store.lease import DAY_MS

    rig, _, steward = village
    assert main(["lease", "--data", str(rig.folder / "server")]) == 0
    assert capsys.readouterr().out == "30 days\n"
    assert main(["lease", "--data", str(rig.folder / "server"), "--days", "7"]) == 0
    steward.sync()
    until = int(steward.store.state(lease.UNTIL) or 0)
    assert until == rig.now() + 7 * DAY_MS
    with pytest.raises(SystemExit):
        main(["lease", "--data", str(rig.folder / "server"), "--days", "6"])


def test_nobody_decides_for_ninety_days_and_the_content_goes(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    command(rig, take_away("post_steward_a1"))
    work_offline(steward)
    steward.sync()
    secretary.sync()
    assert open_count(secretary.store) == 3
    rig.hands.now += 90 * 24 * 3600
    desk = rig.desk("secretary")
    desk.sync()
    assert open_count(desk.store) == 3
    rig.hands.now += 24 * 3600
    desk = rig.desk("secretary")
    desk.sync()
    assert open_count(desk.store) == 0
    assert rig.rows("SELECT DISTINCT state, ops FROM held_op") == [("rejected", None)]


def test_f15_on_postgresql(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("postgres")
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    test_f15_work_of_a_lost_post_is_held_and_takes_effect_when_accepted((rig, secretary, steward))
    assert rig.rows("SELECT DISTINCT state FROM held_op") == [("accepted",)]


def test_an_act_about_two_micro_grids_is_read_by_neither(make_rig: Callable[..., Rig]) -> None:
    """It lies with whoever stands above both: its ops say what somebody wrote about each."""
    rig = make_rig()
    chief, first, second = rig.desk("grid_a"), rig.desk("steward_a1"), rig.desk("steward_a2")
    chief.sync()
    command(rig, take_away("post_grid_a"))
    told = {micro: change("household", named(home(micro, 1)), "note", None, micro) for micro in ("a1", "a2")}
    chief.save(*told.values(), visit(home("a2", 2), "beide"))
    chief.save(visit(home("a2", 1), "nur a2"))
    chief.sync()
    owners = [row[0] for row in rig.rows("SELECT owner_id FROM held_op ORDER BY length(ops) DESC")]
    assert owners == [named("grid_a"), named("a2")]
    for desk, seen in ((first, 0), (second, 1)):
        desk.sync()
        assert len(desk.holds("held_op")) == seen
