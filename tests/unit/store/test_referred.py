"""What another unit does with a demand referred to it: every state of both rows × event, every post, every race of a
step here with one there. Both rows stay in step, and no round has two referrals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridworker.models.demand_machine import ENDS, REFERRAL_MACHINE, STATES
from gridworker.models.demand_rules import replayed
from gridworker.models.machine import EVENT
from gridworker.models.op import OpKind, OpResult, Outcome, Value
from gridworker.models.roles import ROLES
from gridworker.store.demand_changes import changed_fields
from gridworker.store.judging import Actor
from gridworker.store.store import Store
from gridworker.store.workspace import Row, Shape, Workspace
from tests.unit.store import test_demands as road

INPUT: dict[str, dict[str, Value]] = {
    "accept": {"due_at": "2026-12-01 10:00"},
    "handle": {"result_kind": "solved", "result_text": "物业修好了"},
    "reply": {"replied_at": "2026-11-19 09:00", "reply_channel": "phone"},
    "return": {"returned_why": "不归我们"},
}
#: The design in a table: state of the referral → event → state after.
TABLE = {
    "open": {"accept": "accepted", "return": "returned"},
    "accepted": {"handle": "handled", "return": "returned"},
    "handled": {"reply": "replied"},
}
SETTLED = {
    ("accept", "accepted"), ("accept", "handled"), ("reply", "replied"), ("return", "returned"),
}  # fmt: skip
RUNNING = road.RUNNING


class _UndoError(Exception):
    pass


@pytest.fixture
def workspace(alone: Store) -> Iterator[Workspace]:
    with pytest.raises(_UndoError), alone.database.write() as connection:
        yield Workspace(connection, Shape())
        raise _UndoError


def send(workspace: Workspace, kind: str = "up", /, **more: Value) -> tuple[bytes, bytes]:
    """A demand whose owner is THIRD, referred; its referral."""
    record = road.new_demand(workspace, owner_member_id=road.THIRD, **more)
    event = "refer_up" if kind == "up" else "transfer"
    given = {**road.inputs(workspace, event), "referred_to_id": workspace.tree().root}
    if kind != "up":
        given["refer_kind"] = kind
    assert road.cause(workspace, record, event, **given).outcome is Outcome.APPLIED
    return record, workspace.record_id(road.referrals(workspace, record)[-1])


def step(
    workspace: Workspace, referral: bytes, event: str, by: Actor | None = None, /, **more: Value
) -> OpResult:
    values: dict[str, Value] = {EVENT: event, **INPUT.get(event, {}), **more}
    return road.do(workspace, referral, OpKind.EVENT, values, by, entity="referral")


def seen(workspace: Workspace, referral: bytes) -> Row:
    return road.row(workspace, referral, "referral")


def in_step(workspace: Workspace, record: bytes) -> None:
    """The oracle: what the demand says of its referral is what the referral says; the log replays to the state."""
    demand, sent = road.row(workspace, record), road.referrals(workspace, record)
    assert len({r["round"] for r in sent}) == len(sent)
    assert all(r["state"] in REFERRAL_MACHINE.ends for r in sent[:-1])
    standing = str(sent[-1]["state"])
    said = demand["referral"]
    assert said in {"replied": ("handled",), "withdrawn": (None,)}.get(standing, (standing,)), (
        said,
        standing,
    )
    entries = road.log(workspace, record)
    steps = [
        (str(e["from_state"] or ""), str(e["to_state"]), changed_fields(str(e["changed"] or "")))
        for e in entries
    ]
    end = replayed(steps)
    assert all(demand[name] == value for name, value in end.items())
    assert [e["turn"] for e in entries] == list(range(1, len(entries) + 1))


def test_accepting_makes_the_receiver_the_owner_under_a_new_limit(workspace: Workspace) -> None:
    record, referral = send(workspace)
    assert step(workspace, referral, "accept").outcome is Outcome.APPLIED
    demand = road.row(workspace, record)
    assert (demand["state"], demand["owner_member_id"], demand["due_at"], demand["referral"]) == (
        "accepted", road.ME, "2026-12-01 10:00", "accepted",
    )  # fmt: skip
    assert step(workspace, referral, "handle").outcome is Outcome.APPLIED
    demand = road.row(workspace, record)
    assert (demand["state"], demand["result_text"], demand["solve_level"], demand["handled_by_id"]) == (
        "handled", "物业修好了", "community", road.ME,
    )  # fmt: skip
    assert step(workspace, referral, "reply").outcome is Outcome.APPLIED
    assert road.row(workspace, record)["state"] == seen(workspace, referral)["state"] == "replied"
    entries = road.log(workspace, record)
    assert [e["event"] for e in entries] == ["register", "refer_up", "accept", "handle", "reply"]
    assert entries[2]["by_member_id"] == road.ME
    in_step(workspace, record)


def test_who_gives_it_back_keeps_nothing_of_who_reported(workspace: Workspace) -> None:
    told: dict[str, Value] = {"reporter": "outside", "reporter_name": "王演示"}
    record = road.new_demand(workspace, **told)
    road.cause(workspace, record, "refer_up", refer_reporter=1, **road.inputs(workspace, "refer_up"))
    referral = workspace.record_id(road.referrals(workspace, record)[-1])
    assert seen(workspace, referral)["reporter_name"] == "王演示"
    assert step(workspace, referral, "return").outcome is Outcome.APPLIED
    assert seen(workspace, referral)["reporter_name"] is None
    assert road.row(workspace, record)["reporter_name"] == "王演示"


def test_a_return_gives_it_back_to_whom_it_was(workspace: Workspace) -> None:
    for taken in (False, True):
        record, referral = send(workspace)
        if taken:
            step(workspace, referral, "accept")
        assert step(workspace, referral, "return").outcome is Outcome.APPLIED
        demand = road.row(workspace, record)
        assert (demand["state"], demand["owner_member_id"], demand["return_count"]) == (
            "returned" if taken else "registered", road.THIRD, 1,
        )  # fmt: skip
        assert road.log(workspace, record)[-1]["note"] == "不归我们"
        in_step(workspace, record)
        # It can be referred again: the next round.
        again = {**road.inputs(workspace, "refer_up"), "referred_to_id": workspace.tree().root}
        assert road.cause(workspace, record, "refer_up", **again).outcome is Outcome.APPLIED
        in_step(workspace, record)


def test_who_helps_leaves_state_and_reply_to_the_owner(workspace: Workspace) -> None:
    record, referral = send(workspace, "help")
    for event, standing in (("accept", "accepted"), ("handle", "handled")):
        assert step(workspace, referral, event).outcome is Outcome.APPLIED
        demand = road.row(workspace, record)
        assert (demand["state"], demand["owner_member_id"]) == ("registered", road.THIRD)
        assert (demand["due_at"], demand["referral"]) == (road.SOON, standing)
    assert road.log(workspace, record)[-1]["note"] == "物业修好了"
    refused = step(workspace, referral, "reply")
    assert (refused.code, refused.values["reason"], refused.values["legal"]) == (
        "event_refused", "owner_replies", "",
    )  # fmt: skip
    in_step(workspace, record)


@pytest.mark.parametrize("kind", ["up", "transfer", "help"])
def test_f13_every_state_of_both_rows_and_every_event(workspace: Workspace, kind: str) -> None:
    events = (*INPUT, "withdraw")
    for state in STATES:
        for standing in REFERRAL_MACHINE.states:
            for event in events:
                record, referral = send(workspace, kind)
                said = standing if standing in ("open", "accepted", "handled", "returned") else None
                workspace.put("referral", {**seen(workspace, referral), "state": standing})
                workspace.put("demand", {**road.row(workspace, record), "state": state, "referral": said})
                before = dict(road.row(workspace, record)), dict(seen(workspace, referral))
                answer = step(workspace, referral, event)
                after = road.row(workspace, record), seen(workspace, referral)
                case = (kind, state, standing, event, answer)
                if event == "withdraw":
                    assert answer.values["reason"] == "event_not_yours", case
                elif (event, standing) in SETTLED:
                    assert answer.outcome is Outcome.NOOP, case
                elif event not in TABLE.get(standing, {}):
                    assert (answer.code, answer.values["reason"]) == ("stale_transition", "event_illegal"), (
                        case
                    )
                elif answer.outcome is Outcome.APPLIED:
                    assert state not in ENDS, case
                    assert after[1]["state"] == TABLE[standing][event], case
                    assert kind != "help" or after[0]["state"] == state, case
                    assert int(str(after[0]["turn"])) == int(str(before[0]["turn"])) + 1, case
                    continue
                else:
                    assert answer.values["reason"] in ("event_illegal", "owner_replies"), case
                    allowed = {"accept": RUNNING, "return": RUNNING, "reply": ("handled",)}.get(event, ())
                    assert kind == "help" or state not in allowed, case
                assert after == before, case
                assert set(answer.values.get("legal", "").split(",")) - {""} <= set(
                    TABLE.get(standing, {})
                ), case


@pytest.mark.parametrize("role", ROLES)
def test_every_post(workspace: Workspace, role: str) -> None:
    """Only a post that sees the cases of the unit it was referred to, and no other way to the demand is needed."""
    record, referral = send(workspace)
    by = road.actor(workspace, role)
    answer = step(workspace, referral, "accept", by)
    if role in ("committee_member", "community_secretary"):
        assert answer.outcome is Outcome.APPLIED
    else:
        assert answer.code == "not_allowed"
        assert seen(workspace, referral)["state"] == "open"
    in_step(workspace, record)


HERE = (
    "accept",
    "not_accept",
    "handle",
    "withdraw",
    "merge",
    "route",
    "transfer",
    "extend",
    "close",
    "reply",
)


@pytest.mark.parametrize("here", HERE)
@pytest.mark.parametrize("there", list(INPUT))
@pytest.mark.parametrize("standing", ["open", "accepted", "handled"])
def test_every_race_of_a_step_here_with_one_there(
    workspace: Workspace, here: str, there: str, standing: str
) -> None:
    """Two people who saw the same; whoever comes first. The second takes effect, does nothing or is refused whole."""
    chief = road.actor(workspace, "grid_leader", road.OTHER)
    for there_first in (True, False):
        for kind in ("up", "help"):
            record, referral = send(workspace, kind)
            for event in ("accept", "handle")[: ("open", "accepted", "handled").index(standing)]:
                assert step(workspace, referral, event).outcome is Outcome.APPLIED
            given = road.inputs(workspace, here)
            base: dict[str, Value] = {"round": 1, "state": road.row(workspace, record)["state"]}

            def act_here(record: bytes = record, given: object = given, base: object = base) -> OpResult:
                return road.do(workspace, record, OpKind.EVENT, {EVENT: here, **given}, chief, base)  # type: ignore[arg-type, dict-item]

            def act_there(referral: bytes = referral) -> OpResult:
                return step(workspace, referral, there)

            for act in (act_there, act_here) if there_first else (act_here, act_there):
                entries = len(road.log(workspace, record))
                answer = act()
                effect = answer.outcome in (Outcome.APPLIED, Outcome.MERGED)
                case = (there_first, kind, answer)
                assert len(road.log(workspace, record)) == entries + int(effect), case
                assert effect or answer.outcome is Outcome.NOOP or answer.values.get("reason"), case
                in_step(workspace, record)


def test_only_the_own_last_step_is_taken_back(workspace: Workspace) -> None:
    other = road.actor(workspace, "committee_member", road.OTHER)
    moves = ("row_version", "turn")
    for event in ("accept", "handle", "reply"):
        record, referral = send(workspace)
        for before in ("accept", "handle", "reply")[: list(INPUT).index(event)]:
            step(workspace, referral, before)
        was = dict(road.row(workspace, record)), dict(seen(workspace, referral))
        step(workspace, referral, event)
        assert step(workspace, referral, "take_back", other).values["reason"] == "not_last_step"
        # the limit that it asked for goes: who sent this gets the row back
        wanted = Outcome.MERGED if event == "accept" else Outcome.APPLIED
        assert step(workspace, referral, "take_back").outcome is wanted
        now = road.row(workspace, record), seen(workspace, referral)
        for one, two in zip(was, now, strict=True):
            assert {k for k in one if one[k] != two[k]} <= set(moves)
        in_step(workspace, record)
    # The sender did something since.
    record, referral = send(workspace)
    step(workspace, referral, "accept")
    road.cause(workspace, record, "note", note="催一下")
    assert step(workspace, referral, "take_back").values["reason"] == "not_last_step"
    in_step(workspace, record)


def test_a_step_there_is_not_taken_back_at_the_demand(workspace: Workspace) -> None:
    record, referral = send(workspace)
    step(workspace, referral, "accept")
    assert road.cause(workspace, record, "take_back").values["reason"] == "not_takeable"
    in_step(workspace, record)


def test_what_the_sender_takes_back_is_in_step_too(workspace: Workspace) -> None:
    record, referral = send(workspace)
    step(workspace, referral, "accept")
    for event in ("withdraw",):
        assert (
            road.cause(workspace, record, event, **road.inputs(workspace, event)).outcome is Outcome.APPLIED
        )
        in_step(workspace, record)
        assert road.cause(workspace, record, "take_back").outcome is Outcome.APPLIED
        in_step(workspace, record)
    step(workspace, referral, "handle")
    road.cause(workspace, record, "reply", **road.inputs(workspace, "reply"))
    in_step(workspace, record)
    road.cause(workspace, record, "take_back")
    in_step(workspace, record)
    assert seen(workspace, referral)["state"] == "handled"
