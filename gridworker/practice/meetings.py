"""Deliberation in the practice community: seven issues from the first meeting to what became of their resolutions,
among them the worked case of the ramp that was too steep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridworker.models.deliberation import link_id
from gridworker.models.op import Draft, Value
from gridworker.practice.lists import MARK, YEAR, event, number
from gridworker.practice.places import Layout
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import SeededIds, create, milliseconds, source, texts

#: The issue of the worked case: a demand waits for its outcome.
CASE_NO = number("Y", 1)
#: Days of the worked case, for the demand that led to it.
CASE_RAISED, CASE_FED_BACK = dt.date(YEAR, 6, 26), dt.date(YEAR, 9, 15)
#: Kind, day, and the issues (by place) on the agenda.
_MEETINGS = (
    ("yard", dt.date(YEAR, 7, 1), (0,)),
    ("red_council", dt.date(YEAR, 7, 10), (0, 1)),
    ("joint", dt.date(YEAR, 7, 22), (0,)),
    ("red_council", dt.date(YEAR, 7, 29), (2,)),
    ("courtyard", dt.date(YEAR, 8, 12), (3,)),
    ("neighbour_hall", dt.date(YEAR, 8, 26), (4,)),
    ("round_table", dt.date(YEAR, 9, 16), (5,)),
    ("yard", dt.date(YEAR, 9, 23), (6,)),
)
#: What became of the resolutions of each issue: done, doing, delayed.
_OUTCOMES = (
    ("done",) * 5, ("done",) * 3, ("done",) * 3, ("done",) * 3, ("done",) * 3,
    ("done", "doing", "doing"), ("done", "doing", "delayed"),
)  # fmt: skip
_FOLLOWED_UP = 4  # this issue was looked at again and has not been closed yet
_PRESENT = (("resident", 14), ("property", 2), ("owners_committee", 2), ("community_staff", 3), ("expert", 1))


@dataclass
class _Issue:
    record: bytes
    place: int
    words: Sequence[object]
    meeting: bytes = b""
    held: dt.date = CASE_RAISED


class Deliberation:
    """Yields issues, meetings, votes and resolutions in the order of time. `demand` is the number and the title of the
    demand that waits for the worked case, None where there is none."""

    def __init__(self, seed: int, layout: Layout, posts: Posts, demand: tuple[str, str] | None) -> None:
        self._ids = SeededIds(source(seed, "meetings"), milliseconds(CASE_RAISED))
        self._words = texts("lists")
        self._layout, self._posts, self._demand = layout, posts, demand
        self._top = posts.drafts[0].record
        self._committee = [m for login, m in posts.logins.items() if login.startswith("liangwei")]

    def drafts(self) -> Iterator[Draft]:
        issues = [_Issue(self._ids.next(), n, words) for n, words in enumerate(self._words["issues"])]
        for issue in issues:
            yield from self._raised(issue)
        for place, (kind, on, agenda) in enumerate(_MEETINGS):
            there = [issues[n] for n in agenda]
            yield from self._meeting(place, kind, on, there)
        for issue in issues:
            yield from self._decided(issue)
            yield from self._carried_out(issue)

    def _raised(self, issue: _Issue) -> Iterator[Draft]:
        title, category, background, *_ = issue.words
        case = issue.place == 0 and self._demand
        estate = self._layout.estates[issue.place % len(self._layout.estates)]
        raised = (CASE_RAISED + dt.timedelta(days=issue.place)).isoformat()
        values: dict[str, Value] = {"no": number("Y", issue.place + 1), "title": f"{MARK}{title}"}
        values |= {
            # Meetings and issues refer to each other, so they lie where everybody sees both.
            "area_unit_id": self._layout.community_id,
            "raised_from": "demand" if case else "residents",
            "level": "estate",
        }
        values |= {"raised_on": raised, "category": str(category), "background": str(background)}
        values |= {"residents_count": 18 + issue.place, "stakeholders": "residents,property"}
        yield create("issue", issue.record, values)
        if issue.place == 0 and self._demand:
            need = self._ids.next()
            asked: dict[str, Value] = {
                "no": self._demand[0],
                "title": self._demand[1],
                "category": str(category),
            }
            yield create("need", need, {**asked, "area_unit_id": estate, "raised_on": raised})
            link: dict[str, Value] = {"issue_id": issue.record, "need_id": need}
            yield create("issue_need", link_id("issue_need", issue.record, need), link)
            done: dict[str, Value] = {"outcome": self._words["feedback"], "met_on": CASE_FED_BACK.isoformat()}
            yield event("need", need, "open", "meet", **done)
        yield event("issue", issue.record, "raised", "review")
        yield event("issue", issue.record, "reviewing", "accept", reviewed_on=raised)

    def _meeting(self, place: int, kind: str, on: dt.date, issues: Sequence[_Issue]) -> Iterator[Draft]:
        meeting, estate = self._ids.next(milliseconds(on)), issues[0].place % len(self._layout.estates)
        grid = self._layout.grid_estates.index(estate)
        convenor = self._committee[place % len(self._committee)]
        values: dict[str, Value] = {"no": number("H", place + 1), "kind": kind, "held_on": on.isoformat()}
        values |= {"area_unit_id": self._layout.community_id, "start_at": "19:00"}
        values |= {"place_text": f"{MARK}{self._layout.plans[estate].name}议事角", "convenor_id": convenor}
        values |= {"chair_id": self._posts.secretary_id, "recorder_id": self._posts.grid_workers[grid]}
        yield create("meeting", meeting, {**values, "members_due": 24})
        for turn, issue in enumerate(issues, 1):
            item: dict[str, Value] = {"meeting_id": meeting, "issue_id": issue.record, "sort_no": turn}
            yield create("agenda_item", link_id("agenda_item", meeting, issue.record), item)
            if not issue.meeting:
                yield event("issue", issue.record, "accepted", "deliberate")
            issue.meeting, issue.held = meeting, on
        notice = (on - dt.timedelta(days=5)).isoformat()
        yield event("meeting", meeting, "planned", "call", notice_on=notice)
        for capacity, count in _PRESENT:
            there: dict[str, Value] = {"meeting_id": meeting, "capacity": capacity, "head_count": count}
            if capacity == "expert":
                there["advice"] = self._words["advice"]
            yield create("meeting_attendance", self._ids.next(), there)
        yield event("meeting", meeting, "called", "hold")
        said = self._words["first_summary" if place < 2 else "summary"]
        yield event("meeting", meeting, "held", "minute", summary=said)

    def _decided(self, issue: _Issue) -> Iterator[Draft]:
        vote: dict[str, Value] = {"meeting_id": issue.meeting, "issue_id": issue.record, "method": "hands"}
        vote |= {"votes_for": 18 - issue.place % 3, "votes_against": 1, "votes_abstain": 1}
        yield create("meeting_vote", link_id("meeting_vote", issue.meeting, issue.record), vote)
        decision, on = str(issue.words[3]), issue.held.isoformat()
        yield event("issue", issue.record, "deliberating", "decide", decision_text=decision, decided_on=on)
        begins = issue.held + dt.timedelta(days=1)
        notice: dict[str, Value] = {"notice_from": begins.isoformat()}
        notice["notice_to"] = (begins + dt.timedelta(days=6)).isoformat()
        notice["notice_place"] = self._words["notice_place"]
        yield event("issue", issue.record, "decided", "give_notice", **notice)

    def _carried_out(self, issue: _Issue) -> Iterator[Draft]:
        tasks, made = list(issue.words[4]), list[tuple[bytes, str, dt.date]]()  # type: ignore[call-overload]
        for turn, (task, outcome) in enumerate(zip(tasks, _OUTCOMES[issue.place], strict=True), 1):
            due = issue.held + dt.timedelta(days=(10 if outcome == "done" else 34) * turn)
            record = self._ids.next()
            values: dict[str, Value] = {"issue_id": issue.record, "meeting_id": issue.meeting}
            values |= {"task_text": str(task), "owner_org_id": self._top, "due_on": due.isoformat()}
            values["owner_member_id"] = self._committee[issue.place % len(self._committee)]
            yield create("resolution", record, values)
            made.append((record, outcome, due))
        yield event("issue", issue.record, "noticed", "implement")
        for record, outcome, due in made:
            if outcome == "delayed":
                values = {"delay_reason": self._words["delay"], "extended_to": "2026-12-15"}
                yield event("resolution", record, "todo", "delay", **values)
                continue
            yield event("resolution", record, "todo", "start")
            if outcome == "done":
                values = {"done_on": due.isoformat(), "evidence": self._words["evidence"]}
                yield event("resolution", record, "doing", "finish", **values)
        if all(outcome == "done" for _, outcome, _ in made):
            yield event(
                "issue", issue.record, "implementing", "follow_up", follow_up_text=self._words["follow_up"]
            )
            if issue.place != _FOLLOWED_UP:
                back = max(CASE_FED_BACK, made[-1][2]).isoformat()
                told: dict[str, Value] = {"fed_back_on": back, "feedback_text": self._words["feedback"]}
                yield event("issue", issue.record, "followed_up", "close", **told)
