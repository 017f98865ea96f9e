"""What the planner proposes: whoever wants no visits never, promises first, no more than is asked for, always alike."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.days import Week, plus_days
from gridworker.models.plan import PLAN_REASONS
from gridworker.models.planning import (
    RESPITE_DAYS,
    Candidate,
    Capacity,
    plan_item_id,
    propose,
    reason_to_visit,
)

WEEK = Week.parse("2026-W48")  # Monday 2026-11-23
TODAY = "2026-11-20"
MICROS = (b"a" * 16, b"b" * 16)
days = st.integers(-300, 40).map(lambda n: plus_days(TODAY, n))
maybe_day = st.none() | days


def home(number: int = 1, **values: Any) -> Candidate:
    usual: dict[str, Any] = {"stair": (1, 3, 2), "floor": 5, "room": "501"}
    return Candidate(number.to_bytes(16), MICROS[0], **{**usual, **values})


@st.composite
def communities(draw: st.DrawFn) -> list[Candidate]:
    return [
        Candidate(
            number.to_bytes(16),
            draw(st.sampled_from(MICROS)),
            (1, draw(st.integers(1, 2)), draw(st.integers(1, 2))),
            draw(st.integers(1, 4)),
            str(draw(st.integers(101, 402))),
            draw(st.sampled_from([None, "weekday", "evening", "weekend"])),
            vacant=draw(st.booleans()),
            opted_out=draw(st.booleans()),
            next_due_on=draw(maybe_day),
            promised_on=draw(maybe_day),
            last_visit_on=draw(maybe_day),
            last_outcome=draw(st.sampled_from([None, "met", "absent", "declined", "moved"])),
            tries=draw(st.integers(0, 2)),
        )
        for number in range(draw(st.integers(0, 25)))
    ]


capacities = st.integers(1, 8).flatmap(
    lambda week: st.builds(Capacity, st.just(week), st.integers(1, week), st.booleans())
)
taken_days = st.fixed_dictionaries(
    dict.fromkeys(MICROS, st.lists(st.none() | st.sampled_from(["2026-11-23", "2026-11-26"]), max_size=5))
)


@given(communities(), capacities, taken_days, st.sampled_from([TODAY, "2026-11-25"]))
def test_what_always_holds(
    homes: list[Candidate], capacity: Capacity, taken: dict[bytes, list[str | None]], today: str
) -> None:
    found = propose(homes, WEEK, today, capacity, taken)
    by_id = {each.id: each for each in homes}
    assert len({one.household_id for one in found}) == len(found)
    for one in found:
        candidate = by_id[one.household_id]
        assert not candidate.opted_out and not candidate.vacant
        assert (one.reason, one.reason_on) == reason_to_visit(candidate, WEEK)
        assert max(today, WEEK.first) <= one.planned_on <= WEEK.last
    for micro in MICROS:
        mine = [one for one in found if one.micro_grid == micro]
        assert len(mine) + len(taken[micro]) <= max(capacity.per_week, len(taken[micro]))
        for day, count in Counter(one.planned_on for one in mine).items():
            assert count + taken[micro].count(day) <= capacity.per_day
        # Nobody is left out for somebody less pressing.
        shut_out = [
            each
            for each in homes
            if each.micro_grid == micro and each.id not in {m.household_id for m in mine}
        ]
        pressing = [PLAN_REASONS.index(why[0]) for each in shut_out if (why := reason_to_visit(each, WEEK))]
        full_days = len(mine) < capacity.per_week - len(taken[micro])
        if pressing and mine and not full_days:
            assert max(PLAN_REASONS.index(one.reason) for one in mine) <= min(pressing)


@given(communities(), capacities, st.randoms())
def test_the_same_homes_in_any_order_give_the_same_plan(
    homes: list[Candidate], capacity: Capacity, random: object
) -> None:
    mixed = list(homes)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert propose(mixed, WEEK, TODAY, capacity) == propose(homes, WEEK, TODAY, capacity)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"promised_on": "2026-11-26", "next_due_on": "2026-11-26"}, ("promised", "2026-11-26")),
        ({"promised_on": "2026-11-02", "next_due_on": "2026-11-02"}, ("promised", "2026-11-02")),
        ({"promised_on": "2026-12-02", "next_due_on": "2026-12-02"}, None),
        ({"next_due_on": "2026-11-22"}, ("overdue", "2026-11-22")),
        ({"next_due_on": "2026-11-29"}, ("due", "2026-11-29")),
        ({"next_due_on": "2026-11-30"}, None),
        ({"tries": 1, "last_visit_on": "2026-11-10", "last_outcome": "absent"}, ("absent_again", "2026-11-10")),
        ({}, ("never_met", None)),
        ({"last_visit_on": "2026-11-23", "tries": 1}, None),
        ({"last_visit_on": plus_days(WEEK.first, -RESPITE_DAYS), "last_outcome": "declined", "tries": 1}, None),
        (
            {"last_visit_on": plus_days(WEEK.first, -RESPITE_DAYS - 1), "last_outcome": "declined", "tries": 1},
            ("absent_again", "2026-09-23"),
        ),
        ({"promised_on": "2026-11-26", "opted_out": True}, None),
        ({"vacant": True}, None),
    ],
)  # fmt: skip
def test_why(values: dict[str, Any], reason: object) -> None:
    assert reason_to_visit(home(**values), WEEK) == reason


def test_promised_on_its_day_evenings_in_the_evening_neighbours_together() -> None:
    homes = [
        home(1, promised_on="2026-11-26", preferred_time="evening"),
        home(2, room="702", floor=7, preferred_time="evening", next_due_on="2026-10-01"),
        home(3, room="101", floor=1, preferred_time="evening", next_due_on="2026-10-02"),
        home(4, stair=(1, 4, 1), preferred_time="weekend", next_due_on="2026-10-03"),
    ]
    found = {one.household_id[-1]: one for one in propose(homes, WEEK, TODAY, Capacity(5, 3))}
    assert (found[1].planned_on, found[1].part) == ("2026-11-26", "evening")
    # The promise brings somebody to that stairwell on Thursday anyhow.
    assert {found[2].planned_on, found[3].planned_on} == {"2026-11-26"}
    assert found[4].planned_on in ("2026-11-28", "2026-11-29") and found[4].part == "morning"


def test_stairs_from_the_top_or_from_the_bottom() -> None:
    homes = [home(n, room=f"{n}01", floor=n, preferred_time="weekday") for n in (1, 7, 3)]
    down = [one.household_id[-1] for one in propose(homes, WEEK, TODAY, Capacity(5, 5, downwards=True))]
    up = [one.household_id[-1] for one in propose(homes, WEEK, TODAY, Capacity(5, 5, downwards=False))]
    assert (down, up) == ([7, 3, 1], [1, 3, 7])


def test_two_devices_name_the_same_item() -> None:
    other = Week.parse("2026-W49")
    assert plan_item_id(b"h" * 16, WEEK) == plan_item_id(b"h" * 16, Week(2026, 48))
    assert len({plan_item_id(who, week) for who in (b"h" * 16, b"i" * 16) for week in (WEEK, other)}) == 4
