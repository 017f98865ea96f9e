"""Writes one visit down: outcome, words, number, visitor, and now and then an amendment, a void or a comment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gridworker.models.op import Draft, Value
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.homes import Home
from gridworker.practice.places import Layout
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import HOUR, MINUTE, Calendar, SeededIds, create, milliseconds, source, texts
from gridworker.practice.size import Size

#: The practice community's own computer; numbers continue from here.
DEVICE = "01"
_OUTCOMES = ((0.74, "met"), (0.91, "absent"), (0.95, "declined"), (1.0, "rescheduled"))
_CALLED_BACK = 0.045  # met, but something is to be brought or told on a promised day
_FESTIVAL_WEEKS = (25, 39)  # Dragon Boat and Mid-Autumn 2026
_ADDED_LATER = ((0.006, "comment"), (0.009, "amendment"), (0.0115, "void"))


@dataclass(frozen=True, slots=True)
class Round:
    """One attempt: where, when (minutes from the week's Monday), how long, and whether it
    follows up what was promised, on the day that was `promised` or on another."""

    micro_grid: int
    home: Home
    start: int
    minutes: int
    follow_up: bool
    promised: bool = False


@cache
def _hour(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Logbook:
    """Makes the drafts of visits in the order of time, with ids and numbers in that order."""

    def __init__(self, seed: int, size: Size, layout: Layout, posts: Posts) -> None:
        self._chance = source(seed, "logbook")
        self._ids = SeededIds(self._chance, milliseconds(Calendar(size.weeks).first))
        self._words = texts("visits")
        self._low_rise = [topic for topic in self._words["topics"] if not topic["high_rise"]]
        self._layout, self._posts = layout, posts
        self._now = int(PRACTICE_NOW.timestamp() * 1000)
        self._year = self._count = 0

    def _one_of(self, options: Sequence[str]) -> str:
        return options[int(self._chance.random() * len(options))]

    def decide(self, one: Round) -> tuple[str, bool]:
        """How the attempt ends, and whether a day is promised."""
        draw = self._chance.random()
        outcome = next(name for edge, name in _OUTCOMES if draw < edge)
        called_back = outcome == "met" and not one.follow_up and self._chance.random() < _CALLED_BACK
        return outcome, outcome == "rescheduled" or called_back

    def write(
        self, one: Round, outcome: str, day: dt.date, midnight: int, next_on: str | None
    ) -> Iterator[Draft]:
        """The visit, its visitor, and for about one in a hundred what was added to it later."""
        start = one.start % 1440
        ended = midnight + (start + one.minutes) * MINUTE
        values: dict[str, Value] = {"no": self._number(day.year), "household_id": one.home.id}
        values.update(visited_on=day.isoformat(), start_at=_hour(start), end_at=_hour(start + one.minutes))
        values["outcome"] = outcome
        values.update(
            self._met(one, day, next_on) if outcome == "met" else self._not_met(one, outcome, next_on)
        )
        if self._chance.random() < 0.06:
            values["companions"] = self._one_of(self._words["companions"])
        visit = self._ids.next(ended)
        yield create("visit", visit, values)
        leader = self._posts.leaders[one.micro_grid]
        yield create("visit_visitor", self._ids.aside(ended), {"visit_id": visit, "member_id": leader})
        draw = self._chance.random()
        kind = next((name for edge, name in _ADDED_LATER if draw < edge), "")
        if kind:
            later = min(ended + int((1 + self._chance.random() * 20) * HOUR), self._now)
            yield self._added(kind, visit, later, one, values)

    def _number(self, year: int) -> str:
        if year != self._year:
            self._year, self._count = year, 0
        self._count += 1
        return f"Z{year % 100:02d}-{DEVICE}-{self._count:04d}"

    def _not_met(self, one: Round, outcome: str, next_on: str | None) -> Iterator[tuple[str, Value]]:
        """Absent, declined or rescheduled: nobody speaks for the household, no topic is opened."""
        chance, words = self._chance.random, self._words
        by_phone = 0.3 if outcome == "rescheduled" else 0.12
        mode = "phone" if chance() < by_phone else "door"
        yield "mode", mode
        yield "purpose", "revisit" if one.follow_up else "routine" if chance() < 0.85 else "need_survey"
        yield "respondent", "none"
        if outcome == "rescheduled":
            yield "said", self._one_of(words["rescheduled_said"])
            yield "next_step", self._one_of(words["rescheduled_next"])
            yield "next_on", next_on
        elif outcome == "declined":
            yield "said", self._one_of(words["declined_said"])
        else:
            if mode == "door":
                yield "notices_given", self._one_of(words["notices_absent"])
            if chance() < 0.4:
                yield "next_step", self._one_of(words["absent_next"])

    def _met(self, one: Round, day: dt.date, next_on: str | None) -> Iterator[tuple[str, Value]]:
        chance, words = self._chance.random, self._words
        topics = words["topics"] if one.home.high_rise else self._low_rise
        topic: dict[str, str] = topics[int(chance() * len(topics))]
        yield "mode", "door" if (draw := chance()) < 0.85 else "phone" if draw < 0.985 else "yard"
        purpose = self._purpose(one, day)
        yield "purpose", purpose
        by_family = chance() < 0.3
        yield "respondent", "family" if by_family else "resident"
        if not by_family:
            yield "respondent_resident_id", one.home.contact_id
        own_words = purpose in ("revisit", "festival")  # these have sentences of their own
        yield "said", self._one_of(words[purpose]) if own_words else self._at(topic["said"], one)
        answered = not own_words and chance() < 0.4
        yield "answered_on_spot", int(answered)
        if answered:
            yield "answered_text", topic["answer"]
        if draw < 0.85 and not own_words and chance() < 0.65:
            yield "site_condition", self._at(topic["site"], one)
        if purpose.endswith("policy_notice") or chance() < 0.1:
            yield "notices_given", self._one_of(words["notices_met"])
        if next_on or (not own_words and chance() < 0.08):
            yield "next_step", topic["next"]
            yield "next_on", next_on
        if chance() < 0.03:
            yield "reflection", self._one_of(words["reflections"])

    def _at(self, sentence: str, one: Round) -> str:
        return sentence.replace("{floor}", str(one.home.floor))

    def _purpose(self, one: Round, day: dt.date) -> str:
        draw = self._chance.random()
        if one.follow_up:
            return "revisit"
        if draw < 0.5 and day.isocalendar().week in _FESTIVAL_WEEKS:
            return "festival"
        if draw < 0.62:
            return "routine"
        return "need_survey" if draw < 0.8 else "policy_notice" if draw < 0.96 else "routine,policy_notice"

    def _added(self, kind: str, visit: bytes, later: int, one: Round, of: dict[str, Value]) -> Draft:
        words, record = self._words, self._ids.aside(later)
        if kind == "void":
            return create(
                "visit_void", record, {"visit_id": visit, "reason": self._one_of(words["void_reasons"])}
            )
        if kind == "comment":
            grid = self._layout.micro_grids[one.micro_grid].grid
            author = self._posts.grid_leaders[grid]
            comment: dict[str, Value] = {"visit_id": visit, "member_id": author}
            return create("visit_comment", record, {**comment, "text": self._one_of(words["comments"])})
        values: dict[str, Value] = {"visit_id": visit}
        if of["outcome"] == "absent":
            values.update(field="outcome", value="met", reason=words["outcome_reason"])
        else:
            said = str(of["said"]) + self._one_of(words["amend_notes"])
            values.update(field="said", value=said, reason=self._one_of(words["amend_reasons"]))
        return create("visit_amendment", record, values)
