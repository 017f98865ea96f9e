"""What people asked for in half a year: source, place, words and how far each demand came, in the shares of the
specification. Everything is invented; what happened to a demand is told by roads.py."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gridworker.models.catalogue import LIMITS
from gridworker.models.limits import Limit, calendar_of, due_at, moment, written
from gridworker.models.op import Draft, Value
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.homes import Home
from gridworker.practice.logbook import DEVICE
from gridworker.practice.meetings import CASE_NO, CASE_RAISED
from gridworker.practice.places import Layout
from gridworker.practice.posts import Posts
from gridworker.practice.roads import Fate, Road, Team, Told
from gridworker.practice.seeded import MINUTE, Calendar, SeededIds, create, milliseconds, source, texts
from gridworker.practice.size import Size, shares
from gridworker.resources import resource_dir

CATEGORIES = {
    "parking": 18, "property": 17, "repair": 14, "sanitation": 13, "noise_fumes": 9,
    "neighbours": 8, "care_service": 8, "safety": 6, "venue": 4, "policy": 3,
}  # fmt: skip
SOURCES = {
    "visit": 46, "duty": 18, "hotline_12345": 12, "phone": 9, "meeting": 7, "merchant": 4, "online": 4,
}  # fmt: skip
LEVELS = {"micro_grid": 12, "station": 34.5, "grid": 8, "community": 28.5, "street": 12, "department": 5}
ENDS = {"closed": 82, "working": 12, "replied": 5, "not_accepted": 1}
RATINGS = {"satisfied": 71, "basic": 22, "unsatisfied": 7}
#: How far those came that are worked on; `referred` lie with the street.
WORKING = {
    "registered": 5, "accepted": 8, "assigned": 6, "in_progress": 11, "referred": 3, "handled": 2, "returned": 1,
    "reopened": 1,
}  # fmt: skip
_RATED, _REOPENED = 0.75, 0.03
#: What is open lies among the newest share of all demands.
_RECENT = 0.18
_TYPES = {
    "policy": "consult",
    "venue": "suggestion",
    "property": "complaint",
    "noise_fumes": "complaint",
    "sanitation": "complaint",
}
_URGENCIES = {"safety": ((0.2, "critical"), (0.6, "utility")), "repair": ((0.35, "utility"),)}
_HARD = 0.12
_UNNAMED = 0.2  # of what came by telephone, hotline or screen
_NOW = PRACTICE_NOW.replace(tzinfo=None)


def _spread(weights: dict[str, float] | dict[str, int], total: int) -> list[str]:
    counts = shares(total, list(weights.values()))
    return [name for name, count in zip(weights, counts, strict=True) for _ in range(count)]


@dataclass
class Seen:
    """What demands can be about, gathered while it is founded: shops, spots, and the visits that met somebody."""

    shops: list[bytes] = field(default_factory=list)
    spots: list[bytes] = field(default_factory=list)
    met: dict[str, list[Draft]] = field(default_factory=lambda: defaultdict(list))

    def watch(self, drafts: Iterable[Draft]) -> Iterator[Draft]:
        """`drafts` as they are, noting what is wanted of them."""
        for draft in drafts:
            if draft.entity == "visit" and draft.set.get("outcome") == "met":
                self.met[str(draft.set["visited_on"])].append(draft)
            elif draft.entity == "shop" and draft.set["status"] == "open":
                self.shops.append(draft.record)
            elif draft.entity == "public_spot":
                self.spots.append(draft.record)
            yield draft


class Casebook:
    """Registers the demands of a season in the order of time, each followed by its road."""

    def __init__(
        self,
        seed: int,
        size: Size,
        layout: Layout,
        posts: Posts,
        homes: Sequence[Sequence[Home]],
        seen: Seen,
    ) -> None:
        self._chance = source(seed, "demands")
        self._first = Calendar(size.weeks).first
        self._ids = SeededIds(self._chance, milliseconds(self._first))
        self._words = texts("demands")
        self._size, self._layout, self._posts, self._seen = size, layout, posts, seen
        self._homes = [(micro, home) for micro, found in enumerate(homes) for home in found]
        self._of_home = {home.id: (micro, home) for micro, home in self._homes}
        holidays = (resource_dir() / "calendar" / "holidays.json").read_text("utf-8")
        self._calendar = calendar_of(json.loads(holidays))
        self._road = Road(self._chance, self._calendar)
        self._committee = [m for login, m in posts.logins.items() if login.startswith("liangwei")]
        self._count, self._year, self._outside = 0, 0, 0
        #: Number and title of the demand that waits for the worked case, once the drafts were taken.
        self.case: tuple[str, str] | None = None

    def drafts(self) -> Iterator[Draft]:
        total = self._size.weeks * self._size.demands_per_week
        if not total:
            return
        categories, sources = _spread(CATEGORIES, total), _spread(SOURCES, total)
        self._chance.shuffle(categories)
        self._chance.shuffle(sources)
        fates = self._fates(total)
        asked = sorted(
            (self._moment(place, of), category, of)
            for place, (category, of) in enumerate(zip(categories, sources, strict=True))
        )
        for (at, category, of), fate in zip(asked, fates, strict=True):
            case = self._size.lists and self.case is None and self._is_case(at, category, fate)
            told = self._register(at, category, of, fate)
            if case:
                title, content, *_ = self._words["topics"][category][0]
                told.values.update(title=title, content=content, wants_reply=1, reporter="resident")
                told.values.pop("conflict_pair", None)
                self.case = (str(told.values["no"]), title)
                told = replace(told, result=self._words["case_result"])
                fate = replace(fate, became=CASE_NO)
            yield create("demand", told.record, told.values)
            yield from self._road.drafts(told, fate)

    # -- how far it came -------------------------------------------------------------------------------------------

    def _fates(self, total: int) -> list[Fate]:
        """One for each demand, the oldest first."""
        counts = dict(zip(ENDS, shares(total, list(ENDS.values())), strict=True))
        working = _spread(WORKING, counts["working"])
        fresh = [name for name in working if name == "registered"]
        others = [name for name in working if name != "registered"] + ["replied"] * counts["replied"]
        self._chance.shuffle(others)
        window = max(len(others), int(total * _RECENT))
        recent = range(len(fresh), min(len(fresh) + window, total))
        ends = dict.fromkeys(range(total), "closed")
        ends.update(enumerate(fresh))
        ends.update(zip(sorted(self._chance.sample(recent, len(others))), others, strict=True))
        closed = [place for place, name in ends.items() if name == "closed"]
        refused = self._chance.sample(closed, counts["not_accepted"])
        ends.update(dict.fromkeys(refused, "not_accepted"))
        levels = _spread(LEVELS, counts["closed"])
        self._chance.shuffle(levels)
        return self._rated([ends[place] for place in reversed(range(total))], levels)

    def _rated(self, ends: list[str], levels: list[str]) -> list[Fate]:
        closed = [place for place, name in enumerate(ends) if name == "closed"]
        names = _spread(RATINGS, int(len(closed) * _RATED))
        rated = dict(zip(self._chance.sample(closed, len(names)), names, strict=True))
        again = round(len(ends) * _REOPENED) - ends.count("reopened")
        content = [place for place, name in rated.items() if name != "unsatisfied"]
        anew = set(content[: max(0, again)])
        level = dict(zip(closed, levels, strict=True))
        return [
            Fate(
                name,
                level.get(place) or self._one_of(("station", "station", "grid", "community")),
                rated.get(place, ""),
                place in anew or name == "reopened",
            )
            for place, name in enumerate(ends)
        ]

    # -- what was asked --------------------------------------------------------------------------------------------

    def _is_case(self, at: str, category: str, fate: Fate) -> bool:
        """Whether this demand may be the one of the worked case: reported in time and handled by the community."""
        fits = category == "safety" and fate.ends == "closed" and fate.level == "community" and not fate.again
        return fits and bool(fate.rating) and at[:10] < CASE_RAISED.isoformat()

    def _one_of(self, options: Sequence[str]) -> str:
        return options[int(self._chance.random() * len(options))]

    def _moment(self, place: int, of: str) -> str:
        """When demand `place` was reported: evenly over the weeks, in the last one up to now."""
        each = self._size.demands_per_week
        week, turn = divmod(place, each)
        last = week == self._size.weeks - 1
        on = self._first + dt.timedelta(days=7 * week + turn * (4 if last else 7) // each)
        at = dt.datetime.combine(on, dt.time(8, 20)) + dt.timedelta(minutes=self._chance.random() * 600)
        if of == "duty" and on.weekday() > 4:
            at -= dt.timedelta(days=2)
        return written(min(at, _NOW - dt.timedelta(minutes=5 + place % 30)))

    def _register(self, at: str, category: str, of: str, fate: Fate) -> Told:
        visits = self._seen.met.get(at[:10], [])
        visit = visits[int(self._chance.random() * len(visits))] if of == "visit" and visits else None
        if visit is not None:
            at = f"{at[:10]} {visit.set['end_at']!s}"
            micro, home = self._of_home[bytes(visit.set["household_id"])]  # type: ignore[arg-type]
        else:
            micro, home = self._homes[int(self._chance.random() * len(self._homes))]
        values: dict[str, Value] = {"no": self._number(int(at[:4])), "source": of, "category": category}
        title, content, result, pair = self._topic(category)
        values |= {"title": title, "content": content, "type": _TYPES.get(category, "help")}
        if pair:
            values["conflict_pair"] = pair
        if visit is not None:
            values["visit_id"] = visit.record
        team = self._team(micro)
        values |= self._place(of, micro, home)
        values |= self._reporter(of, home, fate, "household_id" in values)
        values["received_by_id"] = self._receiver(of, team)
        values |= {"reported_at": at, **self._limit(category, at)}
        if of == "hotline_12345":
            self._outside += 1
            values["outside_no"] = str(self._words["outside"]).format(year=at[:4], no=self._outside)
        midnight = milliseconds(moment(at).date())
        record = self._ids.next(midnight + (moment(at).hour * 60 + moment(at).minute) * MINUTE)
        return Told(record, values, result, team, self._layout.community_id)

    def _number(self, year: int) -> str:
        if year != self._year:
            self._year, self._count = year, 0
        self._count += 1
        return f"S{year % 100:02d}-{DEVICE}-{self._count:04d}"

    def _topic(self, category: str) -> tuple[str, str, str, str]:
        topics: list[list[str]] = self._words["topics"][category]
        title, content, result, pair = topics[int(self._chance.random() * len(topics))]
        return title, content, result, pair

    def _team(self, micro: int) -> Team:
        grid = self._layout.micro_grids[micro].grid
        committee = self._committee[grid % len(self._committee)]
        return Team(
            self._posts.leaders[micro],
            self._posts.grid_workers[grid],
            self._posts.grid_leaders[grid],
            committee,
            self._posts.secretary_id,
        )

    def _place(self, of: str, micro: int, home: Home) -> dict[str, Value]:
        if of == "merchant" and self._seen.shops:
            return {"shop_id": self._seen.shops[self._outside % len(self._seen.shops)]}
        if of == "meeting":
            return {"area_unit_id": self._layout.micro_grids[micro].id}
        if of == "duty" and self._seen.spots and self._chance.random() < 0.3:
            return {"public_spot_id": self._seen.spots[int(self._chance.random() * len(self._seen.spots))]}
        return {"household_id": home.id}

    def _reporter(self, of: str, home: Home, fate: Fate, known: bool) -> dict[str, Value]:
        """Whoever rates or waits for an answer is known or at least wants one."""
        far = of in ("hotline_12345", "phone", "online")
        unrated = not (fate.rating or fate.again or fate.ends == "replied")
        if far and unrated and self._chance.random() < _UNNAMED:
            return {"reporter": "anonymous", "wants_reply": 0}
        named: dict[str, Value] = {"reporter": "resident", "wants_reply": 1}
        if known:
            named["reporter_resident_id"] = home.contact_id
        return named

    def _receiver(self, of: str, team: Team) -> bytes:
        if of in ("visit", "merchant"):
            return team.leader
        return team.chief if of in ("duty", "meeting") else team.committee

    def _limit(self, category: str, at: str) -> dict[str, Value]:
        draw = self._chance.random()
        urgency = next((name for edge, name in _URGENCIES.get(category, ()) if draw < edge), "")
        urgency = urgency or ("hard" if draw > 1 - _HARD else "normal")
        number, unit = LIMITS[urgency]
        due = due_at(at, Limit(number, unit), self._calendar)
        return {
            "urgency": urgency,
            "due_at": due,
            "limit_from": at,
            "limit_number": number,
            "limit_unit": unit,
        }
