"""State machines declared as data: states, the events between them, and what an event asks for. Services, buttons,
the server, the documentation and the tests read the same declaration; nothing here knows rows or people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

#: The key under which an op of kind EVENT names its event, beside the fields that the event sets.
EVENT = "event"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: legal in the states `sources`, leads to `target` ("" keeps the state). It may set the fields
    `needs` (which must not be empty) and `sets`; `copies` are (to, from) pairs of fields filled from the row
    itself, from "" empties. `only` names the field that holds the one member who may cause it. In the states
    `settled` what it wanted has come about otherwise: it does nothing and is no error."""

    name: str
    sources: tuple[str, ...]
    target: str
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    only: str = ""
    settled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """The states of an entity's field `state`, beginning with `first`."""

    first: str
    states: tuple[str, ...]
    events: tuple[Event, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Event]:
        return MappingProxyType({event.name: event for event in self.events})

    def legal(self, state: object) -> tuple[Event, ...]:
        """The events that are possible in `state`, in the order of the declaration."""
        return tuple(event for event in self.events if state in event.sources)
