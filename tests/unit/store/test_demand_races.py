"""F13 exhaustively: every state × event × role, and every pair of events by two people who saw the same state. The
design's table, written out in the tests of demands, is the oracle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridworker.models.demand_machine import STATES
from gridworker.models.machine import EVENT
from gridworker.models.op import OpKind, Outcome, Value
from gridworker.models.roles import CLOSING, FRONT_LINE, GRID_LEVEL, LINKING, ROLES
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace
from tests.unit.store import test_demands as road

STEWARD = FRONT_LINE | CLOSING
MAY = {
    "micro_grid_leader": STEWARD,
    **dict.fromkeys(
        ("grid_leader", "full_time_grid_worker", "committee_member", "community_secretary"),
        STEWARD | GRID_LEVEL | LINKING,
    ),
}
EVENTS = sorted(road.TABLE)


class _UndoError(Exception):
    pass


@pytest.fixture
def workspace(alone: Store) -> Iterator[Workspace]:
    with pytest.raises(_UndoError), alone.database.write() as connection:
        yield Workspace(connection, Shape())
        raise _UndoError


def ready(workspace: Workspace, state: str, event: str) -> bytes:
    """A demand in `state` in which no rule but the table speaks against `event`."""
    closing = event == "close" and state == "handled"
    became = "issue" if event == "feed_back" else None
    return road.in_state(workspace, state, wants_reply=0 if closing else 1, became=became)


@pytest.mark.parametrize("role", ROLES)
def test_every_state_event_and_role(workspace: Workspace, role: str) -> None:
    who = road.actor(workspace, role)
    given = {event: road.inputs(workspace, event) for event in EVENTS}
    for state in STATES:
        for event in EVENTS:
            record = ready(workspace, state, event)
            before = dict(road.row(workspace, record))
            answer = road.cause(workspace, record, event, who, **given[event])
            after, case = road.row(workspace, record), (role, state, event)
            if role not in MAY:
                assert answer.code == "not_allowed", case
            elif event not in MAY[role]:
                assert answer.values["reason"] == "event_not_yours", case
            elif state in road.TABLE[event]:
                assert (answer.outcome, after["state"]) == (Outcome.APPLIED, road.TABLE[event][state]), case
                continue
            elif state in road.SETTLED.get(event, ()):
                assert answer.outcome is Outcome.NOOP, case
            else:
                assert (answer.code, answer.values["reason"]) == ("stale_transition", "event_illegal"), case
            assert after == before, case
            legal = set(answer.values.get("legal", "").split(",")) - {""}
            assert all(name in MAY.get(role, ()) and state in road.TABLE[name] for name in legal), case


@pytest.mark.parametrize("first", EVENTS)
def test_every_pair_of_events_by_two_who_saw_the_same(workspace: Workspace, first: str) -> None:
    """The second one takes effect where it is still legal, does nothing where it is there already, and is refused with
    the present state otherwise; the log holds what took effect and nothing else."""
    one, two = (road.actor(workspace, "community_secretary", member) for member in (road.ME, road.THIRD))
    given = {event: road.inputs(workspace, event) for event in EVENTS}
    for state in road.TABLE[first]:
        for second in EVENTS:
            record = ready(workspace, state, first)
            seen: dict[str, Value] = {"state": state, "round": None}
            road.do(workspace, record, OpKind.EVENT, {EVENT: first, **given[first]}, one, seen)
            between = dict(road.row(workspace, record))
            answer = road.do(workspace, record, OpKind.EVENT, {EVENT: second, **given[second]}, two, seen)
            after, case = road.row(workspace, record), (state, first, second)
            effect = answer.outcome in (Outcome.APPLIED, Outcome.MERGED)
            assert effect == (len(road.log(workspace, record)) == 3), case
            if effect:
                assert after["state"] == road.TABLE[second][str(between["state"])], case
                assert (answer.outcome is Outcome.MERGED) == (between["state"] != state), case
            else:
                assert after == between, case
                assert answer.outcome is Outcome.NOOP or answer.values.get("reason"), case
            assert sum(r["state"] == "open" for r in road.referrals(workspace, record)) <= 1, case
            assert road.row(workspace, record)["turn"] == len(road.log(workspace, record)), case
