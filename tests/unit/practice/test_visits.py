"""Half a year of practice visits: how many, to whom, when and with what outcome."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise

from gridworker.models.days import Week
from gridworker.models.op import Draft
from gridworker.practice.community import practice_community
from gridworker.practice.size import Size

Demo = Mapping[str, list[Draft]]


def weekday(visit: Draft) -> int:
    return dt.date.fromisoformat(str(visit.set["visited_on"])).weekday()


def minutes(clock: object) -> int:
    hours, rest = str(clock).split(":")
    return int(hours) * 60 + int(rest)


def present_outcomes(demo: Demo) -> dict[bytes, object]:
    """Visit → outcome as readers see it: amended, without the void ones."""
    found: dict[bytes, object] = {draft.record: draft.set["outcome"] for draft in demo["visit"]}
    for change in demo["visit_amendment"]:
        if change.set["field"] == "outcome":
            found[change.set["visit_id"]] = change.set["value"]  # type: ignore[index]
    for void in demo["visit_void"]:
        found.pop(void.set["visit_id"])  # type: ignore[arg-type]
    return found


def test_twenty_five_whole_weeks_and_the_last_up_to_the_clock(demo: Demo) -> None:
    by_week = Counter(str(Week.of_day(str(draft.set["visited_on"]))) for draft in demo["visit"])
    weeks = [str(Week(2026, number)) for number in range(22, 48)]
    assert sorted(by_week) == weeks
    assert {by_week[week] for week in weeks[:-1]} == {176}
    assert 90 <= by_week["2026-W47"] <= 125
    assert abs(len(demo["visit"]) / 4580 - 1) < 0.02
    latest = max((str(d.set["visited_on"]), str(d.set["end_at"])) for d in demo["visit"])
    assert latest[0] == "2026-11-20" and latest[1] <= "09:00"


def test_outcomes_and_hours(demo: Demo) -> None:
    visits = demo["visit"]
    share = {
        outcome: count / len(visits) for outcome, count in Counter(d.set["outcome"] for d in visits).items()
    }
    expected = {"met": 0.74, "absent": 0.17, "declined": 0.04, "rescheduled": 0.05}
    assert set(share) == set(expected)
    assert all(abs(share[outcome] - part) < 0.015 for outcome, part in expected.items())
    off_hours = sum(weekday(d) > 4 or str(d.set["start_at"]) >= "18:00" for d in visits)
    assert abs(off_hours / len(visits) - 0.45) < 0.02
    lengths = Counter(minutes(d.set["end_at"]) - minutes(d.set["start_at"]) for d in visits)
    assert set(lengths) == set(range(8, 16))
    assert all(str(d.set["start_at"]) > "08:00" and str(d.set["end_at"]) < "21:30" for d in visits)


def test_half_year_coverage(demo: Demo) -> None:
    homes = demo["household"]
    reachable = {d.record for d in homes if d.set["occupancy"] != "vacant" and not d.set["visit_opt_out"]}
    outcomes = present_outcomes(demo)
    met = {d.set["household_id"] for d in demo["visit"] if outcomes.get(d.record) == "met"}
    assert len(reachable) == 4544
    assert {draft.set["household_id"] for draft in demo["visit"]} <= reachable
    assert abs(len(met) / len(reachable) - 0.70) <= 0.02
    nearby = {d.set["household_id"] for d in demo["visit"]
              if outcomes.get(d.record) == "met" and d.set["mode"] in ("door", "phone")}  # fmt: skip
    assert abs(len(nearby) / len(reachable) - 0.70) <= 0.02


def test_the_leader_of_the_households_micro_grid_goes(demo: Demo) -> None:
    leaders = {d.set["area_unit_id"]: d.set["member_id"] for d in demo["appointment"]
               if d.set["role_code"] == "micro_grid_leader"}  # fmt: skip
    covered = {draft.set["unit_id"]: draft.set["micro_grid_id"] for draft in demo["coverage"]}
    units = {draft.record: draft.set["unit_id"] for draft in demo["household"]}
    visitors = {draft.set["visit_id"]: draft.set["member_id"] for draft in demo["visit_visitor"]}
    assert len(visitors) == len(demo["visit_visitor"]) == len(demo["visit"])
    for visit in demo["visit"]:
        home = visit.set["household_id"]
        assert visitors[visit.record] == leaders[covered[units[home]]]  # type: ignore[index]


def test_hardly_anybody_is_at_two_doors_at_once_and_no_door_is_visited_twice_a_day(demo: Demo) -> None:
    visitors = {draft.set["visit_id"]: draft.set["member_id"] for draft in demo["visit_visitor"]}
    days: dict[object, list[tuple[int, int]]] = defaultdict(list)
    for visit in demo["visit"]:
        days[visitors[visit.record], visit.set["visited_on"]].append(
            (minutes(visit.set["start_at"]), minutes(visit.set["end_at"]))
        )
    overlaps = sum(later[0] < earlier[1] for day in days.values() for earlier, later in pairwise(sorted(day)))
    assert overlaps <= len(demo["visit"]) * 0.005
    doors = Counter((draft.set["household_id"], draft.set["visited_on"]) for draft in demo["visit"])
    assert max(doors.values()) == 1


def test_ids_and_numbers_follow_the_days(demo: Demo) -> None:
    visits = demo["visit"]
    assert [d.record for d in visits] == sorted(d.record for d in visits)
    assert [d.set["visited_on"] for d in visits] == sorted(str(d.set["visited_on"]) for d in visits)
    assert [d.set["no"] for d in visits] == [f"Z26-01-{n:04d}" for n in range(1, len(visits) + 1)]


def test_promises(demo: Demo) -> None:
    for visit in demo["visit"]:
        promised, outcome = visit.set.get("next_on"), visit.set["outcome"]
        if outcome == "rescheduled":
            assert promised
        if promised:
            assert outcome in ("met", "rescheduled")
            assert str(visit.set["visited_on"]) < str(promised) and visit.set["next_step"]
    promises = {(d.set["household_id"], d.set["next_on"]) for d in demo["visit"] if d.set.get("next_on")}
    visited = {(d.set["household_id"], d.set["visited_on"]) for d in demo["visit"]}
    past = {promise for promise in promises if str(promise[1]) < "2026-11-16"}
    assert 0.7 < len(past & visited) / len(past) < 0.95, "most promises were kept on their day, some were not"
    assert any(str(promise[1]) > "2026-11-20" for promise in promises)
    assert any(d.set.get("next_on") and d.set["outcome"] == "met" for d in demo["visit"])


def test_what_was_added_later_is_there_and_belongs_to_what_it_changes(demo: Demo) -> None:
    visits = {draft.record: draft for draft in demo["visit"]}
    later = [*demo["visit_amendment"], *demo["visit_void"], *demo["visit_comment"]]
    assert all(demo[kind] for kind in ("visit_amendment", "visit_void", "visit_comment"))
    assert 0.005 < len(later) / len(visits) < 0.02
    for draft in later:
        assert draft.record > draft.set["visit_id"]  # type: ignore[operator]
    for change in demo["visit_amendment"]:
        before = visits[change.set["visit_id"]].set[str(change.set["field"])]  # type: ignore[index]
        assert before and before != change.set["value"]
    assert {change.set["field"] for change in demo["visit_amendment"]} == {"said", "outcome"}


def test_every_mode_purpose_and_respondent_of_households_appears(demo: Demo) -> None:
    seen = {code for draft in demo["visit"] for code in str(draft.set["purpose"]).split(",")}
    assert seen == {"routine", "need_survey", "revisit", "policy_notice", "festival"}
    assert {draft.set["mode"] for draft in demo["visit"]} == {"door", "phone", "yard"}
    contacts = {draft.record: draft.set["contact_resident_id"] for draft in demo["household"]
                if draft.set.get("contact_resident_id")}  # fmt: skip
    for visit in demo["visit"]:
        spoke = visit.set.get("respondent_resident_id")
        assert (visit.set["respondent"] == "none") is (visit.set["outcome"] != "met")
        assert (spoke is not None) is (visit.set["respondent"] == "resident")
        assert spoke is None or spoke == contacts[visit.set["household_id"]]  # type: ignore[index]


def test_heavy_visiting_goes_round_again_when_everybody_was_tried() -> None:
    size = Size(weeks=2, attempts_per_week=2000, estates=Size.tiny().estates)
    drafts = list(practice_community(scale=size).drafts())
    tried = Counter(draft.set["household_id"] for draft in drafts if draft.entity == "visit")
    assert sum(tried.values()) > 3000
    assert len(tried) == 92, "every household but the one that opted out"
    assert max(tried.values()) < 3 * min(tried.values())
