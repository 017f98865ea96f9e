"""Rows and errors in words: state looks, names, days. Shared by the pages, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.complaints import complaint
from gridworker.errors import FieldInvalid
from gridworker.models.days import day
from gridworker.store.rows import HouseholdRow, Plan, Road, Scope
from gridworker.ui.states import StateLook, look
from gridworker.wording import Wording

DOT = " · "
_ROADS = {
    Road.HERE: "saved",
    Road.SENDING: "sending",
    Road.SERVER: "server",
    Road.COMMUNITY: "community",
    Road.ATTENTION: "attention",
}
#: A community without a server: saved here is as far as a record goes, and that is fine.
_ALONE = StateLook("laptop", "states.road.saved", "mute", filled=False)


@dataclass(frozen=True)
class Shown:
    """A state ready to be drawn: its look, the short word, and the whole sentence for tooltip and screen reader."""

    look: StateLook
    word: str
    sentence: str


def short_day(iso: str | None, today: str = "") -> str:
    """`11-20`, or `2025-11-20` when the year is not the present one; "" for no day."""
    if not iso:
        return ""
    return iso[5:] if not today or iso[:4] == today[:4] else iso


def weekday(iso: str, wording: Wording) -> str:
    """周五 / Fri."""
    return wording(f"visit.weekday.{day(iso).isoweekday()}")


def plan_shown(row: HouseholdRow, wording: Wording, today: str = "") -> Shown:
    """The service plan of a household as chip word and sentence."""
    name = _plan_name(row)
    state = look("plan", name)
    last = short_day(row.last_met_on, today) or short_day(row.next_due_on, today)
    word = wording(state.wording_key, day=last, days=row.plan_days, times=row.tries)
    facts = [word]
    if row.last_met_on:
        facts.append(wording("households.spoken.last_met", day=row.last_met_on))
    if row.next_due_on and row.plan not in (Plan.OPTED_OUT, Plan.VACANT):
        facts.append(wording("households.spoken.next_due", day=row.next_due_on))
    return Shown(state, word.strip(), DOT.join(facts))


def _plan_name(row: HouseholdRow) -> str:
    if row.plan is Plan.DUE and row.next_due_on and row.plan_days > 0:
        return "due_soon"
    return row.plan.value


def road_shown(road: Road, wording: Wording) -> Shown:
    """How far the record has come."""
    state = _ALONE if road is Road.ALONE else look("road", _ROADS[road])
    word = wording(state.wording_key)
    return Shown(state, word, word)


def outcome_shown(outcome: str, wording: Wording) -> Shown:
    state = look("outcome", outcome)
    word = wording(state.wording_key)
    return Shown(state, word, word)


def contact_name(row: HouseholdRow) -> str:
    """Name and form of address of the contact; "" where nobody is registered."""
    return " ".join(part for part in (row.contact, row.salutation) if part)


def code_word(wording: Wording, family: str, code: str | None) -> str:
    """The word of an enumeration's code, e.g. `households.occupancy.owner`; "" for none, the code if unknown."""
    if not code:
        return ""
    key = f"{family}.{code}"
    return wording(key) if wording.has(key) else code


def scope_facts(scope: Scope, *, narrow: bool = False) -> tuple[str, ...]:
    """The path beside a page's title: the last three steps, in a narrow page only the node itself."""
    return (scope.name,) if narrow else (" / ".join(scope.path[-3:]),)


def reason_words(wording: Wording, reason: str) -> str:
    """What is wrong with a field and how to fix it."""
    key = f"errors.reason.{reason}"
    if wording.has(key):
        return wording(key)
    return wording(
        "households.reason.nothing_changed" if reason == "nothing_changed" else "households.reason.other"
    )


def error_words(wording: Wording, error: Exception) -> tuple[str, str]:
    """One line for a person (what happened, what to do next) and the code to copy."""
    said = complaint(error, wording)
    stop, between = ("。", "") if wording.language == "zh_CN" else (".", " ")
    ended = said.what.endswith(("。", "！", "？", ".", "!", "?"))
    return f"{said.what}{'' if ended else stop}{between}{said.next}", said.code


def field_words(wording: Wording, error: Exception) -> str:
    """What stands under the field that was refused; any other error in full."""
    if isinstance(error, FieldInvalid):
        return reason_words(wording, str(error.values.get("reason", "")))
    return error_words(wording, error)[0]
