"""State machines declared as data: states, the events between them, and what an event asks for. Services, buttons,
the server, the documentation and the tests read the same declaration; nothing here knows rows or people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

#: The key under which an op of kind EVENT names its event, beside the fields that the event sets.
EVENT = "event"
#: The key of what a person says about an event; it goes into the log of a machine that keeps one.
NOTE = "note"
#: The target of an event that takes the last step back; the field of this name remembers where that began.
BEFORE = "state_before"
#: The name of the event that takes the last step back.
TAKE_BACK = "take_back"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: legal in the states `sources`, leads to `target` ("" keeps the state) or to what `leads` says of a
    source. It may set the fields `needs` (which must not be empty) and `sets`; `copies` are (to, from) pairs of fields
    filled from the row itself, from "" empties; `fixed` are (field, value) pairs. `only` names the field that holds
    the one member who may cause it, `signs` the one that receives whoever causes it, `counts` a number that goes up.
    Fields in `keeps` stay as they are once filled. `told`: it needs a note. `choices` are (field, values) pairs
    narrower than the field's own. `filled` are fields that must hold something by then, `guards` names of further rules
    between records. `right` is what a role needs for it, "" the entity's own; `authority`: no person causes it, only
    who judges for the community. In the states `settled` what it wanted has come
    about otherwise: it does nothing and is no error."""

    name: str
    sources: tuple[str, ...]
    target: str
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    only: str = ""
    settled: tuple[str, ...] = ()
    leads: tuple[tuple[str, str], ...] = ()
    fixed: tuple[tuple[str, str | int], ...] = ()
    signs: str = ""
    counts: str = ""
    keeps: tuple[str, ...] = ()
    told: bool = False
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    guards: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    right: str = ""
    authority: bool = False

    def leads_to(self, state: str) -> str:
        """The state after the event in `state`; taking a step back leads where only the row knows, here to itself."""
        if self.target == BEFORE:
            return state
        return dict(self.leads).get(state, self.target) or state

    @property
    def given(self) -> frozenset[str]:
        """The fields that whoever causes it may fill in."""
        return frozenset((*self.needs, *self.sets))


@dataclass(frozen=True)
class Machine:
    """The states of an entity's field `state`, beginning with `first`. `opening` are fields of events that are filled
    in when the record is made. `log` names the entity that keeps every event, "" for none; who may cause which event
    is then in the role table; what is said with an event of a machine without one goes into the log `said_in`, if there
    is that. `ends` are the states in which nothing is left to do."""

    first: str
    states: tuple[str, ...]
    events: tuple[Event, ...]
    opening: frozenset[str] = field(default_factory=frozenset)
    log: str = ""
    said_in: str = ""
    ends: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Event]:
        return MappingProxyType({event.name: event for event in self.events})

    @cached_property
    def remembers(self) -> bool:
        """True if the last step can be taken back."""
        return any(event.target == BEFORE for event in self.events)

    def legal(self, state: object) -> tuple[Event, ...]:
        """The events that are possible in `state`, in the order of the declaration."""
        return tuple(event for event in self.events if state in event.sources)


def take_back(
    states: tuple[str, ...], sets: tuple[str, ...], right: str = "", guards: tuple[str, ...] = ()
) -> Event:
    """The event that undoes the last step: from each of `states` to the one before, with the fields `sets` as they
    were. Only who saw the present state may cause it (store/transitions.py)."""
    return Event(TAKE_BACK, states, BEFORE, sets=sets, right=right, guards=guards)
