"""Every declared state machine: sound, and exhaustively walked."""

from __future__ import annotations

import pytest

from gridworker.models.entity import Entity, Merge
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
        assert event.target in (*machine.states, "")
        for name in (*event.needs, *event.sets):
            assert entity.field(name).merge is Merge.STATE
        assert {name for pair in event.copies for name in pair if name} <= names
        assert event.only in (*names, "")


@pytest.mark.parametrize("entity", MACHINES, ids=lambda e: e.name)
def test_every_state_is_reached_and_none_is_a_trap(entity: Entity) -> None:
    machine = entity.machine
    assert machine is not None
    reached, waiting = {machine.first}, [machine.first]
    while waiting:
        for event in machine.legal(waiting.pop()):
            if event.target and event.target not in reached:
                reached.add(event.target)
                waiting.append(event.target)
    assert reached == set(machine.states)
    ends = (
        {"accepted"} if entity.name == "held_op" else set()
    )  # it took effect: there is nothing left to decide
    assert all(machine.legal(state) for state in set(machine.states) - ends)
