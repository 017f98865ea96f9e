"""The rules of a demand's road that its table of states cannot say: who must not judge the own work, what a closing
needs, what was shared with others. Pure, so that buttons and judges ask the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gridworker.models.demand_machine import DEMAND_MACHINE, REFERRAL_MACHINE
from gridworker.models.machine import TAKE_BACK, Event
from gridworker.models.op import Value, Values
from gridworker.models.roles import PACKAGING

#: What is solved there may be closed by the micro-grid's own leader after a reply.
_SMALL = ("household", "micro_grid")


@dataclass(frozen=True)
class Who:
    """Who causes an event: the member (None for the authority itself) and the posts by which it is allowed."""

    member_id: bytes | None
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Step:
    """An entry of the log: its id as text, its event, the entry that it took back, and who caused it."""

    id: Value
    event: str
    taken: Value = None
    by: Value = None


def standing(steps: Iterable[Step]) -> list[Step]:
    """The steps that were not taken back, in their turn. A step back cancels the one it names, if that is the last
    that stands; one that names none cancels the last; a step back that is taken back itself does its step again."""
    found: list[Step] = []
    for step in steps:
        if step.event == TAKE_BACK and found and step.taken in (None, found[-1].id):
            found.pop()
        else:
            found.append(step)
    return found


Guard = Callable[[str, Values, Values, Who], str]


def _referral_is_open(_event: str, row: Values, _given: Values, _who: Who) -> str:
    taken = row["referral"] == "accepted" and row["refer_kind"] != "help"
    return "referral_is_open" if taken else ""


def _handler_himself(event: str, row: Values, _given: Values, who: Who) -> str:
    if who.member_id is None or row["handled_by_id"] != who.member_id:
        return ""
    small = row["solve_level"] in _SMALL and "micro_grid_leader" in who.roles
    return "" if event == "close" and small and row["replied_at"] else "handler_himself"


def _no_result(_event: str, row: Values, _given: Values, _who: Who) -> str:
    return "" if row["result_kind"] and row["result_text"] else "no_result"


def _no_reply(_event: str, row: Values, _given: Values, _who: Who) -> str:
    return "no_reply" if row["wants_reply"] and not row["replied_at"] else ""


def _no_revisit(_event: str, row: Values, given: Values, _who: Who) -> str:
    spared = row["reporter"] == "anonymous" or not row["wants_reply"]
    declined = given.get("revisit_declined") or row["revisit_declined"]
    return "" if row["state"] != "replied" or spared or declined else "no_revisit"


def _not_fed_back(_event: str, row: Values, _given: Values, _who: Who) -> str:
    return "not_fed_back" if row["became"] and not row["fed_back_at"] else ""


def _awaited_already(_event: str, row: Values, _given: Values, _who: Who) -> str:
    return "awaited_already" if row["became"] and not row["fed_back_at"] else ""


def _nothing_awaited(_event: str, row: Values, _given: Values, _who: Who) -> str:
    return "" if row["became"] and not row["fed_back_at"] else "nothing_awaited"


def _say_why(_event: str, _row: Values, given: Values, _who: Who) -> str:
    silent = not str(given.get("satisfaction_reason") or "").strip()
    return "say_why_unsatisfied" if given.get("satisfaction") == "unsatisfied" and silent else ""


def _not_unsatisfied(_event: str, row: Values, _given: Values, _who: Who) -> str:
    content = row["state"] == "revisited" and row["satisfaction"] != "unsatisfied"
    return "not_unsatisfied" if content else ""


def _not_later(_event: str, row: Values, given: Values, _who: Who) -> str:
    return "not_later" if str(given.get("due_at") or "") <= str(row["due_at"] or "") else ""


#: Guards by name. Those that need other rows than the demand's are the judge's own (store/demanding.py).
GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "no_referral_open": _referral_is_open,
        "another_than_handled": _handler_himself,
        "result_there": _no_result,
        "reply_or_none_wanted": _no_reply,
        "revisit_or_declined": _no_revisit,
        "fed_back": _not_fed_back,
        "nothing_awaited": _awaited_already,
        "awaited": _nothing_awaited,
        "reason_if_unsatisfied": _say_why,
        "unsatisfied": _not_unsatisfied,
        "later_than_due": _not_later,
    }
)
#: They ask for what is filled in, so they say nothing about whether a button may be offered.
_ON_INPUT = frozenset(("revisit_or_declined", "reason_if_unsatisfied", "later_than_due"))


def objection(event: Event, row: Values, given: Values | None, who: Who) -> str:
    """The first rule against `event`, as a reason below `errors.reason`, or "". `given` None asks whether the event
    may be offered at all."""
    for name in event.guards:
        guard = GUARDS.get(name)
        if guard is None or (given is None and name in _ON_INPUT):
            continue
        reason = guard(event.name, row, given or {}, who)
        if reason:
            return reason
    return ""


def possible(row: Values, allowed: Iterable[str], who: Who) -> tuple[str, ...]:
    """The events that `who`, who may cause those in `allowed`, could cause now: what a refusal names instead."""
    mine = frozenset(allowed)
    return tuple(
        event.name
        for event in DEMAND_MACHINE.legal(row["state"])
        if event.name in mine and event.name != "take_back" and not objection(event, row, None, who)
    )


def possible_through(referral: Values, allowed: Iterable[str]) -> tuple[str, ...]:
    """The steps with a referral now that `allowed` holds: who only helps leaves the reply to the owner."""
    never = {TAKE_BACK, *PACKAGING}
    if referral["refer_kind"] == "help":
        never.add("reply")
    mine = frozenset(allowed) - never
    return tuple(event.name for event in REFERRAL_MACHINE.legal(referral["state"]) if event.name in mine)


def replayed(events: Iterable[tuple[str, str, Mapping[str, tuple[Value, Value]]]]) -> dict[str, Value]:
    """The state and the fields of the road that a log leads to: (state before, state after, changed fields) of each
    event in turn. Raises ValueError where an event does not begin where the one before it ended."""
    state = ""
    values: dict[str, Value] = {}
    for before, after, changed in events:
        if before != state or any(values.get(name) != pair[0] for name, pair in changed.items()):
            raise ValueError(f"the log has a gap before {after}")
        values.update((name, pair[1]) for name, pair in changed.items())
        state = after
    return {**values, "state": state}
