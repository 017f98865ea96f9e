"""Every declared state machine: sound, and exhaustively walked."""

from __future__ import annotations

import pytest

from gridworker.models.entity import Entity, Merge
from gridworker.models.machine import BEFORE
from gridworker.models.registry import ENTITIES

MACHINES = [entity for entity in ENTITIES if entity.machine]


@pytest.mark.parametrize("entity", MACHINES, ids=lambda e: e.name)
def test_a_machine_names_only_what_there_is(entity: Entity) -> None:
    machine = entity.machine
    assert machine is not None
    assert entity.field("state").choices == machine.states
    assert len(machine.by_name) == len(machine.events)
    names = {field.name for field in entity.fields}
    for event in machine.events:
        assert set(event.sources) <= set(machine.states)
        assert event.target in (*machine.states, "", BEFORE)
        for name in (*event.needs, *event.sets):
            assert entity.field(name).merge is Merge.STATE
        assert {name for pair in event.copies for name in pair if name} <= names
        assert {event.only, event.signs, event.counts} <= {*names, ""}
        assert {name for name, _ in (*event.fixed, *event.choices)} | set(event.keeps) <= names
        assert all(value in entity.field(name).choices for name, values in event.choices for value in values)
        assert all(source in event.sources and target in machine.states for source, target in event.leads)
    assert all(entity.field(name).merge is Merge.STATE for name in machine.opening)
    assert set(machine.ends) <= set(machine.states)


@pytest.mark.parametrize("entity", MACHINES, ids=lambda e: e.name)
def test_every_state_is_reached_and_none_is_a_trap(entity: Entity) -> None:
    machine = entity.machine
    assert machine is not None
    reached, waiting = {machine.first}, [machine.first]
    while waiting:
        state = waiting.pop()
        for event in machine.legal(state):
            after = event.leads_to(state)
            if after not in reached:
                reached.add(after)
                waiting.append(after)
    assert reached == set(machine.states)
    # It took effect, or was handed back: there is nothing left to decide.
    gone = {"refused", "released"}
    ends = {
        "held_op": {"accepted"},
        "referral": {"replied", "returned", "withdrawn"},
        "resource_promise": gone,
        "task_claim": gone,
    }.get(entity.name, set())
    assert all(machine.legal(state) for state in set(machine.states) - ends)
