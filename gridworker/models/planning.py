"""Which visits to propose for a week, on which day, and why. Pure and deterministic: the same households and the same
week give the same plan. It orders work by what was promised and by how long ago somebody came, never people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gridworker.models.days import Week, plus_days
from gridworker.models.ids import named_id
from gridworker.models.plan import PARTS_OF_DAY, PLAN_REASONS

#: Who declined a visit, or was said to have moved away, is not called on again for so long unless a day was promised.
RESPITE_DAYS = 60
_PLAN_ITEMS = bytes.fromhex("5b0d6a1ce7c25f1f9a7b3f0a52c94d18")
_WORKING, _WEEKEND = range(5), range(5, 7)
_DAYTIME, _EVENING = PARTS_OF_DAY[:2], PARTS_OF_DAY[2:]
#: Preferred time of a household → the days from Monday and the parts of a day on which it is called on.
SLOTS = MappingProxyType(
    {
        None: (_WORKING, _DAYTIME),
        "weekday": (_WORKING, _DAYTIME),
        "evening": (_WORKING, _EVENING),
        "weekend": (_WEEKEND, _DAYTIME),
    }
)
Slot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much one micro-grid takes on: visits in a week and on a day, and whether stairs are walked downwards."""

    per_week: int = 5
    per_day: int = 3
    downwards: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A household, or another `target` of a visit (shop, public_spot), as the planner sees it. `stair` is its estate,
    building and stairwell in the order of the estate's plan; days are `YYYY-MM-DD` or None; `tries` visits in vain
    since the last meeting."""

    id: bytes
    micro_grid: bytes
    stair: tuple[int, int, int]
    floor: int
    room: str
    preferred_time: str | None = None
    vacant: bool = False
    opted_out: bool = False
    next_due_on: str | None = None
    promised_on: str | None = None
    last_visit_on: str | None = None
    last_outcome: str | None = None
    tries: int = 0
    target: str = "household"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One visit proposed: why (`reason`, with the day `reason_on` it rests on), and when. `household_id` is what to
    visit: a household, or the `target` named."""

    household_id: bytes
    micro_grid: bytes
    reason: str
    reason_on: str | None
    planned_on: str
    part: str
    target: str = "household"


def plan_item_id(target_id: bytes, week: Week) -> bytes:
    """The id of the plan item of a household, shop or spot in a week: two devices that plan it make one item."""
    return named_id(_PLAN_ITEMS, target_id, str(week).encode())


def walking_key(candidate: Candidate, *, downwards: bool) -> tuple[tuple[int, int, int], int, str, bytes]:
    """The order in which doors are walked: building, stairwell, floor from the top or the bottom, room."""
    floor = -candidate.floor if downwards else candidate.floor
    return candidate.stair, floor, candidate.room, candidate.id


def reason_to_visit(one: Candidate, week: Week) -> tuple[str, str | None] | None:
    """Why a household should be visited in `week` and the day that says so, or None. Opted out and vacant: never."""
    if one.opted_out or one.vacant:
        return None
    if one.promised_on and one.promised_on <= week.last:
        return "promised", one.promised_on
    rest = RESPITE_DAYS if one.last_outcome in ("declined", "moved") else 0
    if one.last_visit_on and one.last_visit_on >= plus_days(week.first, -rest):
        return None  # somebody was there in this week already, or was asked not to hurry back
    if one.next_due_on and one.next_due_on < week.first:
        return "overdue", one.next_due_on
    if one.next_due_on and one.next_due_on > week.last:
        return None
    if one.tries:
        return "absent_again", one.last_visit_on
    return ("due", one.next_due_on) if one.next_due_on else ("never_met", None)


def propose(
    candidates: Iterable[Candidate],
    week: Week,
    today: str,
    capacity: Capacity,
    taken: Mapping[bytes, Sequence[str | None]] = MappingProxyType({}),
) -> tuple[Proposal, ...]:
    """The visits to propose for `week`, by micro-grid in walking order. `taken` are the days (None: any) of what is
    planned there already; it counts against the capacity. No day before `today` is proposed."""
    by_micro: dict[bytes, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda each: walking_key(each, downwards=capacity.downwards)):
        by_micro.setdefault(one.micro_grid, []).append(one)
    found: list[Proposal] = []
    for micro, homes in by_micro.items():
        days = [plus_days(week.first, n) for n in range(7)]
        board = _Board(capacity, days, today, Counter(taken.get(micro, ())))
        room = capacity.per_week - len(taken.get(micro, ()))
        found += board.scheduled(_chosen(homes, week, max(room, 0)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Wanted:
    home: Candidate
    reason: str
    on: str | None


def _chosen(homes: Sequence[Candidate], week: Week, room: int) -> list[_Wanted]:
    """The most pressing ones; whom nobody has met yet fills the round up, first beside a door that is on it."""
    reasons = ((home, reason_to_visit(home, week)) for home in homes)
    wanted = [_Wanted(home, *why) for home, why in reasons if why is not None]
    order = {name: place for place, name in enumerate(PLAN_REASONS)}
    wanted.sort(key=lambda each: (order[each.reason], each.on or ""))  # stable: walking order inside
    chosen = [each for each in wanted if each.reason != "never_met"][:room]
    stairs = {each.home.stair for each in chosen}
    fresh = [each for each in wanted if each.reason == "never_met"]
    fresh.sort(key=lambda each: each.home.stair not in stairs)
    return [*chosen, *fresh[: room - len(chosen)]]


@dataclass
class _Board:
    """The days of one micro-grid's week, filling up."""

    capacity: Capacity
    days: list[str]
    today: str
    load: Counter[str | None]
    rounds: dict[Slot, set[tuple[int, int, int]]] = field(default_factory=dict)

    def scheduled(self, wanted: Sequence[_Wanted]) -> list[Proposal]:
        """Promises first, each on its day if it can be; then everyone else beside their neighbours."""
        promised = [each for each in wanted if each.reason == "promised"]
        others = [each for each in wanted if each.reason != "promised"]
        others.sort(key=lambda each: walking_key(each.home, downwards=self.capacity.downwards))
        placed = [
            (slot, each)
            for each in (*promised, *others)
            if (slot := self._slot(each)) is not None and self._take(slot, each.home)
        ]
        placed.sort(
            key=lambda pair: (
                pair[0][0],
                PARTS_OF_DAY.index(pair[0][1]),
                walking_key(pair[1].home, downwards=self.capacity.downwards),
            )
        )
        return [
            Proposal(each.home.id, each.home.micro_grid, each.reason, each.on, day, part, each.home.target)
            for (day, part), each in placed
        ]

    def _take(self, slot: Slot, home: Candidate) -> bool:
        self.load[slot[0]] += 1
        self.rounds.setdefault(slot, set()).add(home.stair)
        return True

    def _slot(self, each: _Wanted) -> Slot | None:
        numbers, parts = SLOTS.get(each.home.preferred_time, SLOTS[None])
        free = [d for d in self.days if d >= self.today and self.load[d] < self.capacity.per_day]
        if each.reason == "promised" and each.on:
            # On the promised day, else as soon after it as possible, else before it.
            free.sort(key=lambda d: (d < str(each.on), d))
            return (free[0], parts[0]) if free else None
        liked = [d for d in free if self.days.index(d) in numbers]
        slots = [(d, part) for d in liked or free for part in parts]
        return min(slots, key=lambda slot: (self._distance(slot, each.home), slot[0]), default=None)

    def _distance(self, slot: Slot, home: Candidate) -> int:
        """0 where the round passes this stairwell anyhow, 1 this building, 2 otherwise."""
        stairs = self.rounds.get(slot, set())
        if home.stair in stairs:
            return 0
        return 1 if any(stair[:2] == home.stair[:2] for stair in stairs) else 2
