"""The one table of states: each has an icon, a word and a colour, the same wherever it is shown.

A state describes service work, never a person. No Qt here, so presenters may use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StateLook:
    """How one state is shown: Lucide icon, wording key (section `states`), state colour token."""

    icon: str
    wording_key: str
    colour: str
    filled: bool = True
    dashed: bool = False


def _looks(family: str, rows: Mapping[str, tuple[str, str]]) -> dict[str, StateLook]:
    return {name: StateLook(icon, f"states.{family}.{name}", colour) for name, (icon, colour) in rows.items()}


_PLAN = _looks(
    "plan",
    {
        "due": ("circle", "due"),
        "due_soon": ("circle", "due"),
        "callback": ("circle", "due"),
        "late": ("circle-alert", "late"),
        "absent": ("door-closed", "absent"),
        "opted_out": ("ban", "mute"),
    },
) | {
    "visited": StateLook("check", "states.plan.visited", "ok", filled=False),
    "vacant": StateLook("minus", "states.plan.vacant", "mute", filled=False, dashed=True),
}

_OUTCOME = _looks(
    "outcome",
    {
        "met": ("check", "ok"),
        "absent": ("door-closed", "absent"),
        "declined": ("hand", "mute"),
        "rescheduled": ("calendar-clock", "info"),
        "moved": ("truck", "mute"),
        "draft": ("pencil-line", "due"),
    },
)

_ROAD = _looks(
    "road",
    {
        "saved": ("laptop", "due"),
        "sending": ("arrow-up", "info"),
        "server": ("server", "info"),
        "community": ("monitor-check", "ok"),
        "attention": ("triangle-alert", "late"),
        "quarantined": ("shield-alert", "absent"),
    },
)

#: An item of a plan or a roster, beside what became of it (families plan and outcome).
_TASK = _looks(
    "task",
    {
        "proposed": ("circle", "info"),
        "promised": ("phone-call", "info"),
        "moved": ("arrow-right", "mute"),
        "dropped": ("minus", "mute"),
        "on_duty": ("user-round", "info"),
        "swap_asked": ("users", "due"),
        "handed_over": ("check", "ok"),
    },
)

_DEMAND_LOOKS = {
    "registered": ("inbox", "mute"),
    "accepted": ("inbox", "mute"),
    "assigned": ("send", "info"),
    "in_progress": ("loader", "info"),
    "handled": ("circle-check", "ok"),
    "replied": ("message-square-reply", "ok"),
    "revisited": ("check", "ok"),
    "closed": ("check-check", "ok"),
    "not_accepted": ("circle-slash", "mute"),
    "returned": ("corner-up-left", "due"),
    "reopened": ("rotate-ccw", "late"),
    "merged": ("git-merge", "mute"),
    "withdrawn": ("undo-2", "mute"),
}
#: Their words are those of the field itself.
_DEMAND = {
    name: StateLook(icon, f"choices.demand.state.{name}", colour)
    for name, (icon, colour) in _DEMAND_LOOKS.items()
}

#: The clock of a demand: what is left of its limit, and who has it in hand.
_CLOCK = _looks(
    "clock",
    {
        "left_days": ("clock-3", "mute"),
        "left_hours": ("clock-3", "mute"),
        "over_days": ("circle-alert", "late"),
        "over_hours": ("circle-alert", "late"),
        "extended": ("hourglass", "due"),
        "up": ("arrow-up-from-line", "info"),
        "transfer": ("arrow-right-left", "info"),
    },
)

#: What stands beside the state of a service plan.
_MARK = _looks("mark", {"demands": ("message-square", "info")})

_LINE = _looks("line", {"online": ("wifi", "ok"), "offline": ("wifi-off", "text")})

STATES: Mapping[str, Mapping[str, StateLook]] = {
    "plan": _PLAN,
    "outcome": _OUTCOME,
    "road": _ROAD,
    "line": _LINE,
    "task": _TASK,
    "demand": _DEMAND,
    "clock": _CLOCK,
    "mark": _MARK,
}


def look(family: str, name: str) -> StateLook:
    """The look of a state, e.g. `look("plan", "late")`. Raises KeyError for a state the table does not have."""
    return STATES[family][name]
