"""What became of a demand: its events from acceptance to closing, each with its moment and the person who did it. Where
it came from and what was asked is in demands.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.limits import Calendar, Limit, due_at, moment, written
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Draft, OpKind, Value
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.meetings import CASE_FED_BACK, CASE_RAISED
from gridworker.practice.seeded import texts

_NOW = PRACTICE_NOW.replace(tzinfo=None)
#: What happened before today happened in the day: minutes from midnight, beginning and length.
_OPENS, _HOURS = 8 * 60 + 30, 12 * 60
_CHANNELS = ("door", "phone", "phone", "meeting", "paper")
_AT_STREET = ("street", "department")
_OVERDUE = 0.45  # of what is still open after its limit; the others were given longer
#: Fates in which work began: what the last step before now was.
_BEGUN = ("in_progress", "referred", "handled", "reopened", "replied", "closed")


@dataclass(frozen=True, slots=True)
class Team:
    """Who may act for a demand, by where they stand."""

    leader: bytes
    worker: bytes
    chief: bytes
    committee: bytes
    secretary: bytes

    def handler(self, level: str) -> bytes:
        return {"micro_grid": self.leader, "station": self.worker, "grid": self.chief}.get(
            level, self.committee
        )

    def other(self, than: bytes) -> bytes:
        """Somebody else, who judges what `than` did."""
        return next(one for one in (self.chief, self.committee, self.secretary) if one != than)


@dataclass(frozen=True, slots=True)
class Fate:
    """How far a demand came: `ends` is a state, or `referred` for one that lies with the street. `rating` "" is not
    rated; `again`: it was begun anew after a revisit that did not satisfy. `became` is the number of the issue for
    whose outcome it waits."""

    ends: str
    level: str
    rating: str = ""
    again: bool = False
    became: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known when a demand was registered."""

    record: bytes
    values: dict[str, Value]
    result: str
    team: Team
    root: bytes


_Step = tuple[str, dict[str, Value], str]


def _case_moments(begun: dt.datetime, count: int) -> list[dt.datetime]:
    """When the demand of the worked case moved on: soon at first, then with the meetings and the shed."""
    raised, back = (dt.datetime.combine(on, dt.time(10)) for on in (CASE_RAISED, CASE_FED_BACK))
    late = [raised, raised, back, *(back + dt.timedelta(days=n) for n in (0, 1, 8, 9))]
    early = [begun + (raised - begun) * (n + 1) / 50 for n in range(count - len(late))]
    return [*early, *late]


class Road:
    """Tells the road of one demand after the other."""

    def __init__(self, chance: Random, calendar: Calendar) -> None:
        self._chance, self._calendar = chance, calendar
        self._words = texts("demands")

    def drafts(self, told: Told, fate: Fate) -> Iterator[Draft]:
        """The events of `told` up to `fate`, in the order of time."""
        steps = list(self._steps(told, fate))
        state = "registered"
        for (name, values, note), at in zip(steps, self._moments(told, fate, len(steps)), strict=True):
            event = DEMAND_MACHINE.by_name[name]
            given: dict[str, Value] = {EVENT: name, "at": at, **values}
            if note:
                given[NOTE] = note
            for field in ("replied_at", "revisited_at", "fed_back_at"):
                if field in given:
                    given[field] = at
            if name == "reopen":
                given |= self._limit(at)
            yield Draft("demand", told.record, OpKind.EVENT, given, {"state": state})
            state = event.leads_to(state)

    def _say(self, name: str) -> str:
        said: Sequence[str] = self._words[name]
        return said[int(self._chance.random() * len(said))]

    def _limit(self, begins: str) -> dict[str, Value]:
        limit = Limit(7, "d")
        due = due_at(begins, limit, self._calendar)
        return {"due_at": due, "limit_from": begins, "limit_number": limit.number, "limit_unit": limit.unit}

    def _moments(self, told: Told, fate: Fate, count: int) -> list[str]:
        """`count` moments from the report on, by day, none after now."""
        begun = moment(str(told.values["reported_at"]))
        longest = moment(str(told.values["due_at"])) - begun
        if fate.became:
            return [written(max(begun, at)) for at in _case_moments(begun, count)]
        midnight = _NOW.replace(hour=0)
        part = 0.35 + 0.6 * self._chance.random() if fate.ends == "closed" else 0.8
        if fate.again:
            part *= 2
        ended = max(begun, min(begun + longest * part, midnight))
        found: list[str] = []
        for place in sorted(self._chance.random() for _ in range(count)):
            at = begun + (ended - begun) * place
            minutes = _OPENS + (at.hour * 60 + at.minute) * _HOURS // 1440
            by_day = at.replace(hour=minutes // 60, minute=minutes % 60)
            found.append(written(min(max(by_day, begun), _NOW)))
        return sorted(found)

    # -- steps -----------------------------------------------------------------------------------------------------

    def _steps(self, told: Told, fate: Fate) -> Iterator[_Step]:
        team, ends = told.team, fate.ends
        if ends == "registered":
            return
        if ends == "not_accepted":
            text = self._say("not_accepted")
            yield "not_accept", {"result_text": text}, text
            return
        handler = team.handler(fate.level)
        note = self._say("accept_notes") if self._chance.random() < 0.3 else ""
        yield "accept", {"owner_member_id": team.leader}, note
        yield from self._given_on(team, ends, handler)
        if ends in ("accepted", "assigned", "in_progress", "referred"):
            yield from self._longer(told)
        if ends == "referred":
            up: dict[str, Value] = {"referred_to_id": told.root, "refer_level": "street"}
            yield "refer_up", up, self._say("refer_notes")
        if fate.became:
            yield from self._deliberated(fate)
        if ends in ("handled", "reopened", "replied", "closed"):
            yield from self._handled(told, fate, handler)

    def _given_on(self, team: Team, ends: str, handler: bytes) -> Iterator[_Step]:
        """The leader keeps what is solved on the spot and gives the rest to whoever handles it."""
        waiting = ends in ("assigned", "returned", "in_progress", "referred")
        if ends == "accepted" or (handler == team.leader and not waiting):
            return
        assignee = handler if handler != team.leader else team.worker
        yield "assign", {"assignee_id": assignee}, self._say("assign_notes")
        if ends == "returned":
            yield "return", {}, self._say("return_notes")
        elif ends in _BEGUN:
            yield "accept", {"owner_member_id": assignee}, ""

    def _deliberated(self, fate: Fate) -> Iterator[_Step]:
        words = texts("lists")
        yield "to_issue", {"became_no": fate.became}, ""
        yield "extend", {"due_at": "2026-10-15 17:30"}, words["handed_over"]
        yield "feed_back", {"fed_back_at": ""}, words["feedback"]

    def _longer(self, told: Told) -> Iterator[_Step]:
        """What would be overdue by now was mostly given longer, with the reason."""
        if str(told.values["due_at"]) < written(_NOW) and self._chance.random() > _OVERDUE:
            ahead = _NOW.date() + dt.timedelta(days=2 + int(self._chance.random() * 9))
            yield (
                "extend",
                {"due_at": f"{self._calendar.next_working(ahead.isoformat())} 17:30"},
                self._say("extend_notes"),
            )

    def _handled(self, told: Told, fate: Fate, handler: bytes) -> Iterator[_Step]:
        team = told.team
        if fate.level in _AT_STREET:
            yield "note", {}, self._say("street_notes")
        yield self._handle(told, fate, handler)
        if fate.ends == "handled":
            return
        if told.values["wants_reply"]:
            yield self._reply(handler)
        if fate.again:
            reason = self._say("unsatisfied")
            yield self._revisit(team.other(handler), "unsatisfied", reason)
            yield "reopen", {}, self._say("reopen_notes")
            if fate.ends == "reopened":
                return
            yield "assign", {"assignee_id": handler}, self._say("assign_notes")
            yield "accept", {"owner_member_id": handler}, ""
            yield self._handle(told, fate, handler)
            yield self._reply(handler)
        if fate.ends == "replied":
            return
        yield from self._closed(told, fate, handler)

    def _handle(self, told: Told, fate: Fate, handler: bytes) -> _Step:
        explained = told.values["category"] == "policy"
        values: dict[str, Value] = {"result_kind": "explained" if explained else "solved"}
        values |= {"result_text": told.result, "solve_level": fate.level, "handled_by_id": handler}
        return "handle", values, ""

    def _reply(self, handler: bytes) -> _Step:
        channel = _CHANNELS[int(self._chance.random() * len(_CHANNELS))]
        return "reply", {"replied_at": "", "reply_channel": channel, "replied_by_id": handler}, ""

    def _revisit(self, by: bytes, rating: str, reason: str) -> _Step:
        values: dict[str, Value] = {"satisfaction": rating, "revisited_at": "", "revisited_by_id": by}
        if reason:
            values["satisfaction_reason"] = reason
        return "revisit", values, ""

    def _closed(self, told: Told, fate: Fate, handler: bytes) -> Iterator[_Step]:
        by = told.team.other(handler)
        if fate.rating:
            yield self._revisit(
                by, fate.rating, self._say("unsatisfied") if fate.rating == "unsatisfied" else ""
            )
        values: dict[str, Value] = {"closed_by_id": by}
        if told.values["wants_reply"] and not fate.rating:
            values["revisit_declined"] = 1
        yield "close", values, ""
