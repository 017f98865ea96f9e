"""The lines of a round as they are shown: doors in walking order under their day and stairwell. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gridworker.models.planning import Proposal
from gridworker.store.queries.week_plan import PlanRow
from gridworker.store.rows import HouseholdRow, Plan
from gridworker.ui.pages.words import (
    DOT,
    Shown,
    code_word,
    contact_name,
    outcome_shown,
    plan_shown,
    short_day,
    weekday,
)
from gridworker.ui.states import look
from gridworker.wording import Wording


@dataclass(frozen=True)
class RoundItem:
    """One line. A head has `title` and `facts` at the left and `end` at the right; a row its place in the round, the
    door as `title`, who and why, when it suits, and its state. `key` is what the line stands for; `starts` says that a
    visit may begin there."""

    kind: str
    title: str
    key: object = None
    number: str = ""
    who: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    when: str = ""
    shown: Shown | None = None
    end: str = ""
    quiet: bool = False
    starts: bool = False

    def spoken(self) -> str:
        """The whole line for a screen reader."""
        parts = (self.number.strip(), self.title, *self.who, *self.why, self.when, self.end)
        return DOT.join(part for part in (*parts, self.shown.sentence if self.shown else "") if part)


#: Takes the place of a number, so that the doors of a list stand below each other.
_NO_NUMBER = " "


def why_words(wording: Wording, reason: str, on: str | None, today: str) -> str:
    """Why a visit stands in the plan, with the day it rests on."""
    return wording(f"plan.why.{reason}", day=short_day(on, today) or "—")


def state_shown(row: PlanRow, wording: Wording, today: str) -> Shown:
    """What became of a planned visit; one still to come shows the state of its service plan."""
    if row.state in ("moved", "dropped"):
        state = look("task", row.state)
        word = wording(state.wording_key)
        said = (word, row.moved_week, row.move_reason if row.moved_week else row.drop_reason)
        sentence = DOT.join(part for part in said if part)
        return Shown(state, word, sentence)
    if row.outcome and row.state in ("done", "absent_retry"):
        found = outcome_shown(row.outcome, wording)
        word = f"{found.word} {row.visited_at}".strip()
        return Shown(found.look, word, word)
    if row.reason == "promised" and row.home.plan not in (Plan.OPTED_OUT, Plan.VACANT):
        state = look("task", "promised")
        word = wording("plan.promised_today") if row.reason_on == today else wording(state.wording_key)
        return Shown(state, word, why_words(wording, "promised", row.reason_on, today))
    return plan_shown(row.home, wording, today)


def plan_item(row: PlanRow, wording: Wording, today: str) -> RoundItem:
    """One planned household, shop or spot."""
    part = wording(f"plan.part.{row.part}") if row.part else ""
    return RoundItem(
        "row",
        row.home.door,
        row,
        str(row.no) if row.state not in ("moved", "dropped") else _NO_NUMBER,
        _who(row.home, wording),
        _why(row, wording, today),
        part or code_word(wording, "households.time", row.home.preferred_time),
        state_shown(row, wording, today),
        quiet=not row.open,
        starts=row.open,
    )


def _why(row: PlanRow, wording: Wording, today: str) -> tuple[str, ...]:
    """Why it was planned and when they were met last; of a visit that was made its state says the rest."""
    if row.reason == "never_met" and row.home.last_met_on:
        met_now = row.state == "done" and row.outcome == "met"
        return (wording("plan.why.first_met"),) if met_now else (_last(row.home, wording, today),)
    why = why_words(wording, row.reason, row.reason_on, today)
    return (why,) if row.state == "done" else (why, _last(row.home, wording, today))


def proposal_item(one: Proposal, home: HouseholdRow, wording: Wording, today: str) -> RoundItem:
    """One proposed household, not in the plan yet."""
    state = look("task", "proposed")
    word = wording(state.wording_key)
    return RoundItem(
        "row",
        home.door,
        one,
        "+",
        _who(home, wording),
        (why_words(wording, one.reason, one.reason_on, today), _last(home, wording, today)),
        wording(f"plan.part.{one.part}"),
        Shown(state, word, word),
    )


def _who(home: HouseholdRow, wording: Wording) -> tuple[str, ...]:
    if home.target != "household":
        return wording(f"places.switch.{home.target}"), home.contact
    return contact_name(home), code_word(wording, "households.occupancy", home.occupancy)


def _last(home: HouseholdRow, wording: Wording, today: str) -> str:
    return wording("plan.last_met", day=short_day(home.last_met_on, today)) if home.last_met_on else ""


def day_words(day: str | None, wording: Wording, today: str) -> str:
    """`今天 · 周五`, `周六 · 11-21`, or that no day is set."""
    if day is None:
        return wording("plan.no_day")
    name = wording("plan.today") if day == today else short_day(day, today)
    return f"{name}{DOT}{weekday(day, wording)}"


def round_items(rows: Sequence[PlanRow], wording: Wording, today: str) -> tuple[RoundItem, ...]:
    """A day's round: a head for each stairwell with how much of it is done."""
    items: list[RoundItem] = []
    several = len({row.home.estate for row in rows}) > 1
    for (estate, stairwell, micro), group in groupby(rows, key=_stairwell):
        homes = list(group)
        title = f"{estate} {stairwell}" if several else stairwell
        items.append(RoundItem("head", title, who=(micro,), end=_done(homes)))
        items += [plan_item(row, wording, today) for row in homes]
    return tuple(items)


def _stairwell(row: PlanRow) -> tuple[str, str, str]:
    return row.home.estate, row.stairwell, row.micro_grid


def _done(rows: Iterable[PlanRow]) -> str:
    every = [row for row in rows if row.state not in ("moved", "dropped")]
    return f"{sum(row.state == 'done' for row in every)} / {len(every)}"


def week_items(
    rows: Sequence[PlanRow],
    proposed: Sequence[tuple[Proposal, HouseholdRow]],
    wording: Wording,
    today: str,
    names: dict[bytes, str],
) -> tuple[RoundItem, ...]:
    """The whole week by day and micro-grid; proposals stand under their day beside what is planned already."""
    lines: list[tuple[tuple[str, str], RoundItem, PlanRow | None]] = []
    for row in rows:
        item = plan_item(row, wording, today)
        lines.append(((row.planned_on or "9", row.micro_grid), item, row))
    for one, home in proposed:
        item = proposal_item(one, home, wording, today)
        lines.append(((one.planned_on, names.get(one.micro_grid, "")), item, None))
    lines.sort(key=lambda line: line[0])
    items: list[RoundItem] = []
    for (day, micro), group in groupby(lines, key=lambda line: line[0]):
        found = list(group)
        title = day_words(None if day == "9" else day, wording, today)
        there = [row for _, _, row in found if row is not None]
        end = _done(there) if there else f"+{len(found)}"
        items.append(RoundItem("head", title, who=(micro,), end=end))
        items += [item for _, item, _ in found]
    return tuple(items)
