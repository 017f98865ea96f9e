"""F13: two people move one record through its states without knowing of each other. Every state, every pair of
events: the table decides, the second one takes effect, changes nothing, or is refused with what is possible."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from gridworker.models.entity import Entity
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, OpResult, Outcome, Value
from gridworker.models.plan import DUTY, PLAN_ITEM
from gridworker.models.registry import ENTITIES
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import create, home, named
from tests.sync.oracle import EVENTS, SAID

#: How to come from the first state to each other one.
PATHS: dict[str, tuple[str, ...]] = {
    "planned": (),
    "done": ("finish",),
    "absent_retry": ("miss",),
    "moved": ("move",),
    "dropped": ("drop",),
}
#: Another answer to the same question: who moves it to another week has not come to the same.
OTHERS = {"move": ("moved_week", "2026-W50"), "drop": ("drop_reason", "另有安排")}


class Sender:
    """A desk that numbers the ops it makes by hand."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._numbers = desk, itertools.count(1)

    def send(self, drafts: list[Draft]) -> tuple[OpResult, ...]:
        return tuple(ask(self._desk, [op(next(self._numbers), draft) for draft in drafts]).results)


def event(record: bytes, name: str, base: str, said: dict[str, tuple[str, str]]) -> Draft:
    more: dict[str, Value] = dict([said[name]]) if name in said else {}
    return Draft("plan_item", record, OpKind.EVENT, {EVENT: name, **more}, {"state": base})


def cases() -> Iterator[tuple[str, str, str, str]]:
    for state, first, second in itertools.product(PATHS, EVENTS, EVENTS):
        yield f"{state} {first} {second}", state, first, second


def expected(state: str, name: str, there: str, *, same: bool) -> tuple[str, set[Outcome]]:
    """The state after event `name` in `state`, and how its op may end; `there` is the state its sender saw."""
    sources, target, settled = EVENTS[name]
    if state in sources:
        return target, {Outcome.APPLIED if state == there else Outcome.MERGED}
    if state in settled or (state == target and (same or name not in SAID)):
        return state, {Outcome.NOOP}
    return state, {Outcome.REJECTED}


def test_f13_every_state_and_every_pair_of_events(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    rig.service.rates.monotonic = itertools.count(0, 60).__next__
    steward, chief = Sender(rig.desk("steward_a1")), Sender(rig.desk("grid_a"))
    made = list(cases())
    places = {name: named(name) for name, *_ in made}
    weeks = itertools.product(
        (f"{year}-W{week:02}" for year in (2026, 2027) for week in range(1, 52)), (1, 2)
    )
    first_of = [
        create("plan_item", name, household_id=named(home("a1", door)), week=week, reason="by_hand")
        for (name, *_), (week, door) in zip(made, weeks, strict=False)
    ]
    assert {result.outcome for result in steward.send(first_of)} == {Outcome.APPLIED}
    ways = [(places[name], step) for name, state, *_ in made for step in PATHS[state]]
    there = steward.send([event(record, step, "planned", SAID) for record, step in ways])
    assert {result.outcome for result in there} == {Outcome.APPLIED}
    firsts = steward.send([event(places[name], first, state, SAID) for name, state, first, _ in made])
    seconds = chief.send([event(places[name], second, state, OTHERS) for name, state, _, second in made])
    for (name, state, first, second), one, two in zip(made, firsts, seconds, strict=True):
        between, outcomes = expected(state, first, state, same=True)
        assert one.outcome in outcomes, name
        # The path to the state said what SAID says; the second person says something else.
        after, outcomes = expected(between, second, state, same=False)
        assert two.outcome in outcomes, (name, two)
        assert rig.one("SELECT state FROM plan_item WHERE id = ?", places[name]) == after, name
        if two.outcome is Outcome.REJECTED:
            legal = {name for name, (sources, *_) in EVENTS.items() if between in sources}
            assert (two.code, two.values["state"]) == ("stale_transition", between)
            assert set(two.values["legal"].split(",")) == legal


def test_the_table_of_the_test_is_the_whole_machine() -> None:
    machine = PLAN_ITEM.machine
    assert machine is not None
    assert set(PATHS) == set(machine.states)
    assert set(EVENTS) == {event.name for event in machine.events}


@pytest.mark.parametrize("entity", [e for e in ENTITIES if e.machine], ids=lambda e: e.name)
def test_every_machine_can_leave_every_state(entity: Entity) -> None:
    """No record is stuck for ever, but in a state that is meant as its end."""
    machine = entity.machine
    assert machine is not None
    targets = {machine.first} | {
        event.leads_to(source) for event in machine.events for source in event.sources
    }
    assert set(machine.states) == targets, entity.name
    if entity in (PLAN_ITEM, DUTY):
        assert all(machine.legal(state) for state in machine.states)


def test_f10_an_event_of_what_was_deleted_meanwhile_is_refused_and_moves_nothing(
    make_rig: Callable[..., Rig],
) -> None:
    """Only `restore` revives: a deleted record must not go on through its states out of sight."""
    rig = make_rig()
    steward, chief = Sender(rig.desk("steward_a1")), Sender(rig.desk("grid_a"))
    made = create("plan_item", "one", household_id=named(home("a1", 1)), week="2026-W30", reason="by_hand")
    gone = Draft("plan_item", made.record, OpKind.DELETE, {})
    assert [result.outcome for result in steward.send([made, gone])] == [Outcome.APPLIED] * 2
    (late,) = chief.send([event(made.record, "finish", "planned", SAID)])
    assert (late.outcome, late.code) == (Outcome.REJECTED, "record_deleted")
    assert rig.rows("SELECT state, deleted FROM plan_item WHERE id = ?", made.record) == [("planned", 1)]
    back = Draft("plan_item", made.record, OpKind.RESTORE, {})
    done = event(made.record, "finish", "planned", SAID)
    assert [result.outcome for result in chief.send([back, done])] == [Outcome.APPLIED] * 2
