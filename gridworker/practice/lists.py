"""The three lists of the practice community: partner units and what they offer, needs, and the projects of the year on
their way from the application to the screening and on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.project import CHECKLIST, project_need_id
from gridworker.practice.logbook import DEVICE
from gridworker.practice.places import Layout
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import SeededIds, create, milliseconds, phone, source, texts

YEAR = 2026
MARK = "演示·"
#: How the applications of the year ended, and how far the approved ones are.
FUNNEL = {"running": 14, "finished": 5, "approved": 3, "revise": 9, "rejected": 7}
FUNDS = {"dedicated": 13, "social_innovation": 5, "station": 4}
OFFERED, SHOP_OFFERS, OFFERING_SHOPS = 22, 24, 13
_BEGUN = dt.date(YEAR, 2, 2)
_PROMISED = 8


def number(letter: str, count: int) -> str:
    """The human number of the practice community's own computer."""
    return f"{letter}{YEAR % 100}-{DEVICE}-{count:04d}"


def event(entity: str, record: bytes, state: str, name: str, **values: Value) -> Draft:
    """An event of a record that is in `state`."""
    return Draft(entity, record, OpKind.EVENT, {EVENT: name, **values}, {"state": state})


@dataclass(frozen=True, slots=True)
class _Project:
    record: bytes
    place: int
    ends: str
    fund: str
    handed_in: dt.date


class Lists:
    """Yields partner units, resources, needs and projects. `partners` are the units once the drafts were taken."""

    def __init__(self, seed: int, layout: Layout, posts: Posts) -> None:
        self._chance = source(seed, "lists")
        self._ids = SeededIds(self._chance, milliseconds(_BEGUN))
        self._words = texts("lists")
        self._layout, self._posts = layout, posts
        self.partners: list[bytes] = []

    def drafts(self) -> Iterator[Draft]:
        yield from self._units()
        resources = list(self._resources())
        yield from resources
        free = [draft.record for draft in resources if draft.set["kind"] in ("venue", "professional")]
        ends = [name for name, count in FUNNEL.items() for _ in range(count)]
        funds = [name for name, count in FUNDS.items() for _ in range(count)]
        for place, name in enumerate(ends):
            fund = funds[place] if place < len(funds) else "dedicated"
            handed_in = _BEGUN + dt.timedelta(days=20 + 3 * place)
            one = _Project(self._ids.next(milliseconds(handed_in)), place, name, fund, handed_in)
            yield from self._project(one)
            if place < min(_PROMISED, len(free)):
                promise: dict[str, Value] = {
                    "resource_id": free[place],
                    "project_id": one.record,
                    "amount": 1,
                }
                promise["by_member_id"] = self._posts.secretary_id
                yield create("resource_promise", self._ids.next(), promise)

    def _units(self) -> Iterator[Draft]:
        names = [(f"{MARK}{name}", "partner_unit") for name in self._words["partners"]]
        for place, (name, kind) in enumerate([*names, (self._words["alliance"], "alliance")], 1):
            unit = self._ids.next()
            self.partners.append(unit)
            values: dict[str, Value] = {"kind": kind, "name": name, "sort_no": 100 + place}
            yield create("org_unit", unit, {**values, "contact_post": "联络员", "phone": phone(9900 + place)})

    def _resources(self) -> Iterator[Draft]:
        kinds, *_, alliance = self._words["resources"], self.partners[-1]
        since = _BEGUN.isoformat()
        for place in range(OFFERED):
            provider = place % (len(self.partners) - 1)
            name, kind, serves, conditions = kinds[place % len(kinds)]
            values: dict[str, Value] = {
                "name": f"{MARK}{self._words['partners'][provider]}{name}",
                "kind": kind,
            }
            values |= {"provider_id": self.partners[provider], "serves": serves, "price_mode": "free"}
            values |= {"conditions": conditions, "valid_from": since, "contact_post": "联络员"}
            if place % 5 == 4:
                values["valid_to"] = "2026-12-31"
            yield create("resource", self._ids.next(), values)
        for place in range(SHOP_OFFERS):
            offer = self._words["offers"][place % len(self._words["offers"])]
            shop = place % OFFERING_SHOPS + 1
            values = {"name": f"{MARK}{shop} 号店{offer}", "kind": "shop_offer", "provider_id": alliance}
            values |= {"serves": "care_service", "quantity": 10 + 5 * (place % 4), "measure": "份"}
            values |= {"price_mode": "low", "valid_from": since}
            yield create("resource", self._ids.next(), values)

    # -- projects --------------------------------------------------------------------------------------------------

    def _project(self, one: _Project) -> Iterator[Draft]:
        themes = self._words["projects"]
        estate = (one.place // len(themes) + one.place) % len(self._layout.plans)
        name, category, goal, content, groups, indicator = themes[one.place % len(themes)]
        title = f"{MARK}{self._layout.plans[estate].name}{name}"
        area = self._layout.estates[estate]
        need, day = self._ids.next(), one.handed_in.isoformat()
        raised = (one.handed_in - dt.timedelta(days=14)).isoformat()
        asked: dict[str, Value] = {
            "no": number("N", one.place + 1),
            "category": category,
            "raised_on": raised,
        }
        asked |= {"title": self._words["need"].format(title=title), "area_unit_id": area}
        yield create("need", need, asked)
        starts = one.handed_in + dt.timedelta(days=30)
        values: dict[str, Value] = {"no": number("X", one.place + 1), "title": title, "year": YEAR}
        values |= {"category": category, "fund_source": one.fund, "goal": goal, "content": content}
        values |= {
            "applicant_org_id": self.partners[one.place % len(self.partners)],
            "lead_type": "social_org",
        }
        values |= {"lead_name": f"{MARK}{name}小组", "target_groups": groups, "method": self._words["method"]}
        values |= {"effect_indicator": indicator, "effect_base": "0", "effect_target": str(10 + one.place)}
        values |= {"long_term_plan": self._words["long_term"], "sessions_planned": 6}
        values |= {"start_on": starts.isoformat(), "end_on": (starts + dt.timedelta(days=200)).isoformat()}
        yield create("project", one.record, values)
        link: dict[str, Value] = {"project_id": one.record, "need_id": need}
        yield create("project_need", project_need_id(one.record, need), link)
        yield event("project", one.record, "collected", "draft")
        yield event("project", one.record, "drafted", "submit")
        yield event("project", one.record, "submitted", "screen", round=1)
        yield from self._screened(one, day)
        if one.ends not in ("revise", "rejected"):
            yield from self._work(one, starts)

    def _screened(self, one: _Project, day: str) -> Iterator[Draft]:
        decision = one.ends if one.ends in ("revise", "rejected") else "approved"
        passed = CHECKLIST if decision == "approved" else CHECKLIST[:4]
        values: dict[str, Value] = {"project_id": one.record, "round": 1, "decision": decision}
        values |= {"reviewer_member_id": self._posts.secretary_id, "passed": ",".join(passed)}
        values["screened_on"] = day
        if decision != "approved":
            values["reason"] = self._words[decision]
        yield create("project_screening", self._ids.next(), values)
        name = {"approved": "approve", "revise": "return_for_revision", "rejected": "reject"}[decision]
        yield event("project", one.record, "screening", name)

    def _work(self, one: _Project, starts: dt.date) -> Iterator[Draft]:
        belongs: dict[str, Value] = {"project_id": one.record}
        for place, title in enumerate(self._words["milestones"]):
            due = starts + dt.timedelta(days=45 * (place + 1))
            values: dict[str, Value] = {**belongs, "title": title, "due_on": due.isoformat()}
            if one.ends == "finished" or (one.ends == "running" and place == 0):
                values["done_on"] = due.isoformat()
            yield create("project_milestone", self._ids.next(), values)
        for place, (kind, title) in enumerate(self._words["budget"]):
            values = {**belongs, "kind": kind, "title": title}
            values["planned_fen"] = 100_000 * (1 + place + int(self._chance.random() * 8))
            if one.ends == "finished":
                values |= {"actual_fen": int(str(values["planned_fen"])) * 9 // 10, "spent_on": "2026-10-20"}
            yield create("project_budget", self._ids.next(), values)
        if one.ends == "approved":
            return
        yield event("project", one.record, "approved", "start")
        for place in range(3 if one.ends == "finished" else 2):
            held = (starts + dt.timedelta(days=12 * (place + 1))).isoformat()
            values = {**belongs, "kind": "session" if place else "progress", "held_on": held}
            values |= {"head_count": 12 + int(self._chance.random() * 30)} if place else {}
            yield create("project_entry", self._ids.next(), {**values, "text": self._words["progress"]})
        if one.ends == "finished":
            yield event("project", one.record, "running", "finish", finished_on="2026-10-30")
