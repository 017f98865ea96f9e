"""Demands in words: state, clock, catalogue entries, events. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gridworker.models.demand import LOGGED
from gridworker.models.demand_machine import DEMAND_MACHINE, RUNNING
from gridworker.models.limits import Standing, moment
from gridworker.store.demand_rows import DemandRow, LogEntry
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import DOT, Shown
from gridworker.ui.states import look
from gridworker.wording import Wording

if TYPE_CHECKING:  # the first page says how demands stand, and must not wait for what acts on them
    from gridworker.services.catalogues import Entry
    from gridworker.services.demands import NextStep

#: What may be done next in the order in which it is offered, what leads on first, with its icon.
STEP_ICONS: Mapping[str, str] = {
    "accept": "check",
    "assign": "send",
    "handle": "circle-check",
    "reply": "message-square-reply",
    "revisit": "phone-call",
    "reopen": "rotate-ccw",  # possible only for whoever is not satisfied: then it is what leads on
    "close": "check-check",
    "feed_back": "message-square-reply",
    "return": "corner-up-left",
    "refer_up": "arrow-up-from-line",
    "extend": "hourglass",
    "not_accept": "circle-slash",
    "transfer": "arrow-right-left",
    "to_issue": "messages-square",
    "contacted": "phone",
    "note": "pencil-line",
    "route": "map-pin",
    "merge": "git-merge",
    "to_project": "list-checks",
    "take_back": "undo-2",
    "withdraw": "x",
}
_ORDER = tuple(STEP_ICONS)
EDIT = "edit"
#: Events that belong to a joint submission, which has a page of its own.
_ELSEWHERE = ("join_package", "leave_package")


@dataclass(frozen=True)
class Names:
    """The community's catalogues: code → name."""

    sources: Mapping[str, Entry] = field(default_factory=dict)
    categories: Mapping[str, Entry] = field(default_factory=dict)


def entry_word(wording: Wording, catalogue: str, entries: Mapping[str, Entry], code: str) -> str:
    """The name of a catalogue's entry; the community's own one if it has been renamed."""
    own = entries.get(code)
    if own is not None and own.name:
        return own.name
    key = f"catalogue.{catalogue}.{code}"
    return wording(key) if wording.has(key) else code


def source_word(wording: Wording, names: Names, code: str) -> str:
    return entry_word(wording, "demand_source", names.sources, code)


def category_word(wording: Wording, names: Names, code: str) -> str:
    return entry_word(wording, "demand_category", names.categories, code)


def state_shown(row: DemandRow, wording: Wording) -> Shown:
    """Where a demand stands on its road."""
    state = look("demand", row.state)
    word = wording(state.wording_key)
    sentence = DOT.join((word, wording("demands.surfaced"))) if row.surfaced else word
    return Shown(state, word, sentence)


def clock_shown(row: DemandRow, wording: Wording, now: str) -> Shown:
    """What is left of the limit while it runs, who has it in hand, or else the state."""
    if row.state not in RUNNING:
        return state_shown(row, wording)
    if row.standing is not Standing.OVERDUE and row.referral in ("open", "accepted"):
        kind = "up" if row.refer_kind == "up" else "transfer"
        if row.refer_kind != "help":
            state = look("clock", kind)
            word = wording(state.wording_key)
            return Shown(state, word, wording(f"demands.spoken.{kind}", unit=row.referred_to))
    if row.standing is Standing.NONE:
        return state_shown(row, wording)
    return limit_shown(row, wording, now)


def limit_shown(row: DemandRow, wording: Wording, now: str) -> Shown:
    """What is left of the limit, or by how much it is over."""
    minutes = int((moment(row.due_at) - moment(now)).total_seconds()) // 60
    over, distance = minutes < 0, abs(minutes)
    unit, number = ("days", distance // 1440) if distance >= 1440 else ("hours", max(distance // 60, 1))
    state = look("clock", f"{'over' if over else 'left'}_{unit}")
    if row.standing is Standing.NEAR:
        state = replace(state, colour="due")
    word = wording(state.wording_key, days=number, hours=number)
    return Shown(state, word, DOT.join((word, wording("demands.spoken.due", at=row.due_at))))


def row_spoken(row: DemandRow, names: Names, wording: Wording, now: str) -> str:
    """A whole demand for a screen reader."""
    parts = (
        row.title,
        row.place,
        category_word(wording, names, row.category),
        state_shown(row, wording).sentence,
        clock_shown(row, wording, now).sentence if row.state in RUNNING else "",
        row.no,
        row.owner,
    )
    return DOT.join(part for part in parts if part)


def event_word(wording: Wording, event: str, back: str = "") -> str:
    """What an event is called; `back` is the one that it takes back."""
    if back:
        return wording("demands.taken_back", step=event_word(wording, back))
    key = f"choices.demand_event.event.{event}"
    return wording(key) if wording.has(key) else wording("choices.other", code=event)


def log_words(entry: LogEntry, wording: Wording) -> tuple[str, str, str]:
    """(what happened, when, the sentence below it) of one event."""
    facts = [entry.by]
    for name, _, after in entry.changed:
        if name in LOGGED and entry.event == EDIT:
            word = value_words(wording, "demand", name, after)
            facts.append(wording("demands.edited", what=wording(f"errors.field.{name}"), how=word))
        elif after and name in _told(entry):
            facts.append(value_words(wording, "demand", name, after))
        elif name == "due_at" and after and entry.event != "register":
            facts.append(wording("states.clock.extended", day=after[5:]))
    return (
        event_word(wording, entry.event, entry.back),
        entry.at,
        DOT.join(x for x in (*facts, entry.note) if x),
    )


def _told(entry: LogEntry) -> frozenset[str]:
    """The changed fields that a step of the log is told with: of what left the community not the unit but the level."""
    level = next((after for name, _, after in entry.changed if name == "refer_level"), "")
    return _TOLD - {"referred_to_id"} | {"refer_level"} if level in BEYOND else _TOLD


#: Levels outside the community: what is sent there is addressed to its root.
BEYOND = ("street", "department")
#: What a log entry says besides who did it: the rest of what changed follows from the event.
_TOLD = frozenset(
    ("assignee_id", "result_text", "satisfaction", "reply_channel", "referred_to_id", "merged_into_id")
)


def ordered(steps: tuple[NextStep, ...]) -> tuple[tuple[NextStep, ...], tuple[NextStep, ...]]:
    """The steps as they are offered: those that are possible, what leads on first; then those that are not."""
    here = [step for step in steps if step.event not in _ELSEWHERE]
    here.sort(key=lambda step: _ORDER.index(step.event) if step.event in _ORDER else len(_ORDER))
    return (
        tuple(step for step in here if step.possible),
        tuple(step for step in here if not step.possible),
    )


def asks(step: NextStep, state: str) -> bool:
    """Whether a box must be filled in before the step can be taken."""
    if step.event == "close":
        return state == "replied"
    return bool(step.needs) or step.told or step.event in ("to_issue", "to_project")


def choices_of(event: str, name: str) -> tuple[str, ...]:
    """The choices that an event leaves for a field, () where it does not narrow them."""
    return dict(DEMAND_MACHINE.by_name[event].choices).get(name, ())
