"""The practice community has the shape its specification gives, is valid, and is the same each time."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import pytest

from gridworker.models.mark import is_practice_code
from gridworker.models.must_not import forbidden_in_name
from gridworker.models.op import Draft, OpKind
from gridworker.models.planning import SLOTS
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import ROLES
from gridworker.models.validation import Rules, faults
from gridworker.practice.community import founding_drafts, practice_community
from gridworker.practice.size import DEMO_ESTATES, Size, shares

RULES = Rules(today="2026-11-20", practice=True)
_NAMED = ("plan_item", "household_link", "project_need", "issue_need", "agenda_item", "meeting_vote")
Demo = Mapping[str, list[Draft]]


def kinds(demo: Demo, entity: str) -> Counter[object]:
    return Counter(draft.set["kind"] for draft in demo[entity])


def estate_of(code: object) -> str:
    return str(code).split("-", 1)[0]


def test_every_draft_is_valid(demo_drafts: tuple[Draft, ...]) -> None:
    wrong = [
        (draft.entity, fault)
        for draft in demo_drafts
        if draft.kind is OpKind.CREATE
        for fault in faults(BY_NAME[draft.entity], draft.set, RULES, creating=True)
    ]
    assert wrong == []
    assert {draft.kind for draft in demo_drafts} == {OpKind.CREATE, OpKind.EVENT}
    # What became of plans, duties and demands is told by events, as on any computer.
    assert {d.entity for d in demo_drafts if d.kind is OpKind.EVENT} == {
        "plan_item", "duty", "demand", "need", "project", "issue", "meeting", "resolution"
    }  # fmt: skip


def test_its_phones_are_refused_where_people_are_real(demo: Demo) -> None:
    real = Rules(today="2026-11-20", practice=False)
    with_phone = next(draft for draft in demo["resident"] if draft.set.get("phone"))
    assert [f.field for f in faults(BY_NAME["resident"], with_phone.set, real, creating=True)] == ["phone"]


def test_areas_and_places(demo: Demo) -> None:
    assert kinds(demo, "area_unit") == {"community": 1, "estate": 5, "grid": 17, "micro_grid": 40}
    counts = {
        entity: len(demo[entity])
        for entity in ("estate", "building", "unit", "coverage", "household", "resident")
    }
    assert counts == {
        "estate": 5,
        "building": 43,
        "unit": 102,
        "coverage": 102,
        "household": 4636,
        "resident": 12375,
    }
    areas = {draft.set["code"]: draft.set["name"] for draft in demo["area_unit"]}
    assert len(areas) == 63
    assert all(is_practice_code(str(code)) for code in areas)
    assert areas["990101001001"] == "锦澜社区"
    assert areas["990101001001016"] == "第十六网格"
    assert areas["99010100100101602"] == "1602 微网格"
    assert sum(draft.set.get("micro_kind") == "mixed" for draft in demo["area_unit"]) == 1


def test_rooms_and_people_of_each_estate(demo: Demo) -> None:
    home_estate = {draft.record: estate_of(draft.set["code"]) for draft in demo["household"]}
    rooms = Counter(home_estate.values())
    lived_in = Counter(estate_of(d.set["code"]) for d in demo["household"] if d.set["occupancy"] != "vacant")
    people = Counter(home_estate[draft.set["household_id"]] for draft in demo["resident"])  # type: ignore[index]
    for plan in DEMO_ESTATES:
        assert (rooms[plan.code], lived_in[plan.code], people[plan.code]) == (
            plan.rooms,
            plan.occupied,
            plan.residents,
        )
    assert sum(lived_in.values()) == 4584


def test_households(demo: Demo) -> None:
    people = Counter(draft.set["household_id"] for draft in demo["resident"])
    contacts = {d.record: d.set["household_id"] for d in demo["resident"] if d.set["is_contact"]}
    bases = Counter(draft.set["household_id"] for draft in demo["basis"])
    assert len(contacts) == len(bases) == 4584
    assert len({draft.set["code"] for draft in demo["household"]}) == 4636
    for home in demo["household"]:
        assert home.set["member_count"] == people[home.record]
        vacant = home.set["occupancy"] == "vacant"
        assert bases[home.record] == (0 if vacant else 1)
        contact = home.set.get("contact_resident_id")
        assert (contact is None) if vacant else contacts[contact] == home.record  # type: ignore[index]
    assert sum(home.set["visit_opt_out"] == 1 for home in demo["household"]) == 40
    assert all(d.set["occupancy"] != "vacant" for d in demo["household"] if d.set["visit_opt_out"])
    assert {d.set["occupancy"] for d in demo["household"]} == set(
        "owner rented lodging vacant business unknown".split()
    )


def test_optional_personal_fields_have_a_ground(demo: Demo) -> None:
    grounds = {draft.set["household_id"]: str(draft.set["fields"]).split(",") for draft in demo["basis"]}
    for person in demo["resident"]:
        kept = [f.name for f in BY_NAME["resident"].fields if f.basis and person.set.get(f.name) is not None]
        assert set(kept) <= set(grounds[person.set["household_id"]])


def test_everybody_is_marked_and_phones_differ(demo: Demo) -> None:
    for entity in ("resident", "member"):
        assert all(str(draft.set["name"]).startswith("演示·") for draft in demo[entity])
    assert {draft.set["salutation"] for draft in demo["resident"]} == {"先生", "女士", "小朋友"}
    phones = [draft.set[name] for e, name in (("resident", "phone"), ("member", "work_phone"), ("org_unit", "phone"))
              for draft in demo[e] if draft.set.get(name)]  # fmt: skip
    assert len(phones) == len(set(phones)) > 4584


def test_children_have_a_guardian_and_no_phone(demo: Demo) -> None:
    by_id = {draft.record: draft for draft in demo["resident"]}
    children = [d for d in demo["resident"] if int(str(d.set.get("birth_year") or 0)) > 2012]
    assert children
    for child in children:
        guardian = by_id[child.set["guardian_resident_id"]]  # type: ignore[index]
        assert guardian.set["household_id"] == child.set["household_id"]
        assert guardian.set["is_contact"] and not child.set.get("phone")


def test_one_micro_grid_looks_after_each_stairwell(demo: Demo) -> None:
    micros = {draft.record: draft for draft in demo["area_unit"] if draft.set["kind"] == "micro_grid"}
    assert Counter(draft.set["unit_id"] for draft in demo["coverage"]) == {
        draft.record: 1 for draft in demo["unit"]
    }
    owners = [draft.set["micro_grid_id"] for draft in demo["coverage"]]  # in the order of the stairwells
    assert set(owners) == set(micros)
    changes = sum(one != other for one, other in pairwise(owners))
    assert changes == 39, "a micro-grid's stairwells are neighbours"
    grid_of = {record: draft.set["parent_id"] for record, draft in micros.items()}
    for grid in set(grid_of.values()):
        sizes = [owners.count(micro) for micro in micros if grid_of[micro] == grid]
        assert max(sizes) - min(sizes) <= 1
    first_visit = min(str(draft.set["visited_on"]) for draft in demo["visit"])
    assert all(str(d.set["valid_from"]) <= first_visit and "valid_to" not in d.set for d in demo["coverage"])


def test_party_tree(demo: Demo) -> None:
    units = kinds(demo, "org_unit")
    assert (units.pop("partner_unit"), units.pop("alliance")) == (13, 1)
    assert units == {"community_party_org": 1, "grid_branch": 7, "micro_grid_group": 40}
    by_kind: dict[object, int] = Counter()
    for draft in (unit for unit in demo["org_unit"] if "member_count" in unit.set):
        by_kind[draft.set["kind"]] += int(str(draft.set["member_count"]))
    assert by_kind == {"community_party_org": 245, "grid_branch": 245, "micro_grid_group": 245}
    names = {draft.set["name"] for draft in demo["org_unit"]}
    assert {"锦苑一期第一党支部", "锦苑二期第二党支部", "学府院党支部", "1602 微网格党小组"} <= names
    groups = {d.record: str(d.set["name"]).removesuffix("党小组") for d in demo["org_unit"]}
    areas = {draft.record: draft.set["name"] for draft in demo["area_unit"]}
    covers = [(groups[d.set["org_unit_id"]], areas[d.set["area_unit_id"]]) for d in demo["org_cover"]]  # type: ignore[index]
    assert len(covers) == 40 and all(group == area for group, area in covers)


def test_posts(demo: Demo) -> None:
    held = Counter(draft.set["role_code"] for draft in demo["appointment"])
    assert held == {
        "community_secretary": 1, "committee_member": 7, "full_time_grid_worker": 17, "grid_leader": 17,
        "micro_grid_leader": 40, "red_steward": 5, "part_time_member": 12, "legal_expert": 2,
    }  # fmt: skip
    levels = {draft.record: draft.set["kind"] for draft in demo["area_unit"]}
    for draft in demo["appointment"]:
        assert ROLES[str(draft.set["role_code"])].level == levels[draft.set["area_unit_id"]]  # type: ignore[index]
    leads = Counter(d.set["member_id"] for d in demo["appointment"] if d.set["role_code"] == "grid_leader")
    assert sorted(leads.values()) == [1] * 13 + [2] * 2
    assert (
        len({d.set["area_unit_id"] for d in demo["appointment"] if d.set["role_code"] == "grid_leader"}) == 17
    )
    posts = Counter(draft.set["member_id"] for draft in demo["appointment"])
    assert set(posts) == {draft.record for draft in demo["member"]}
    assert len({draft.set["name"] for draft in demo["member"]}) == 69


def test_logins(demo: Demo) -> None:
    logins = {str(draft.set["login"]): draft.set["member_id"] for draft in demo["account"]}
    assert len(logins) == 55
    assert {"shuji", "liangwei01", "liangwei07", "wangge01", "wangge07", "mg101", "mg1602"} <= set(logins)
    practice = practice_community()
    assert practice.logins == logins
    name = next(d.set["name"] for d in demo["member"] if d.record == practice.secretary_id == logins["shuji"])
    assert str(name).startswith("演示·林")


def test_parents_come_first_and_ids_are_time_ordered(demo_drafts: tuple[Draft, ...]) -> None:
    assert (
        demo_drafts[0].set["kind"] == "community"
        and demo_drafts[0].record == practice_community().community_id
    )
    seen: set[bytes] = set()
    for draft in demo_drafts:
        for field in BY_NAME[draft.entity].fields:
            target = draft.set.get(field.name)
            # The contact follows its household at once; neither can stand before the other.
            if field.refers and target is not None and field.name != "contact_resident_id":
                assert target in seen, (draft.entity, field.name)
        assert (draft.record in seen) == (draft.kind is OpKind.EVENT)
        seen.add(draft.record)
        # What two devices may make alike has its id from its content.
        assert uuid.UUID(bytes=draft.record).version == (5 if draft.entity in _NAMED else 7)
    founded = [d.record for d in demo_drafts if d.entity in ("area_unit", "building", "household", "visit")]
    assert max(founded) == [d.record for d in demo_drafts if d.entity == "visit"][-1]


def test_the_same_seed_gives_the_same_bytes(demo_drafts: tuple[Draft, ...]) -> None:
    tiny = list(founding_drafts(7, Size.tiny()))
    assert tiny == list(founding_drafts(7, Size.tiny()))
    assert not {d.record for d in tiny} & {d.record for d in founding_drafts(8, Size.tiny())}
    practice = practice_community()
    assert tuple(practice.drafts()) == demo_drafts == tuple(practice.drafts())


def test_no_field_that_must_never_be(demo_drafts: tuple[Draft, ...]) -> None:
    names = {name for draft in demo_drafts for name in draft.set}
    assert [name for name in names if forbidden_in_name(name)] == []


def test_tiny() -> None:
    practice = practice_community(scale=Size.tiny())
    drafts = list(practice.drafts())
    count = Counter(draft.entity for draft in drafts)
    assert (count["estate"], len(practice.layout.grids), len(practice.layout.micro_grids)) == (1, 2, 4)
    assert (count["household"], count["basis"], count["resident"]) == (96, 93, 251)
    assert count["visit"] > 60
    held = {draft.set["member_id"] for draft in drafts if draft.entity == "appointment"}
    assert held == {draft.record for draft in drafts if draft.entity == "member"}
    made = [draft for draft in drafts if draft.kind is OpKind.CREATE]
    assert [d for d in made if faults(BY_NAME[d.entity], d.set, RULES, creating=True)] == []
    assert {d.set["week"] for d in made if d.entity == "plan_item"} == {"2026-W46", "2026-W47", "2026-W48"}
    assert {d.set["duty_on"] for d in made if d.entity == "duty"} > {"2026-11-19", "2026-11-20", "2026-11-23"}


def test_repeated_estates_have_codes_of_their_own() -> None:
    size = Size(estates_repeat=3, weeks=2, attempts_per_week=600, estates=Size.tiny().estates)
    drafts = list(founding_drafts(scale=size))
    for entity, expected in (("area_unit", 1 + 3 * 7), ("household", 3 * 96), ("account", 15 + 12)):
        codes = {d.set.get("code") or d.set.get("login") for d in drafts if d.entity == entity}
        assert len(codes) == expected
    assert sum(draft.entity == "visit" for draft in drafts) > 800


@pytest.mark.parametrize("size", [Size(), Size.tiny(), Size(weeks=2)])
def test_expected_is_near_enough_for_a_progress_bar(size: Size) -> None:
    practice = practice_community(scale=size)
    assert abs(sum(1 for _ in practice.drafts()) / practice.expected - 1) < 0.05


def test_shares_are_even_and_complete() -> None:
    assert shares(10, [1] * 4) == [3, 2, 3, 2]
    assert sum(shares(176, [0.1, 3, 7, 0.2], 0.93)) == 176
    assert min(shares(3, [1] * 40, 0.0)) == 0


def test_shops_spots_links_and_what_was_agreed(demo: Demo) -> None:
    """Beside the households, whose numbers they do not change."""
    stairs = {draft.record for draft in demo["unit"]}
    shops = demo["shop"]
    assert len(shops) == 60
    mixed = next(d.record for d in demo["area_unit"] if d.set.get("micro_kind") == "mixed")
    covered = {d.set["unit_id"] for d in demo["coverage"] if d.set["micro_grid_id"] == mixed}
    assert {shop.set["unit_id"] for shop in shops} <= covered
    assert len(demo["public_spot"]) == 20
    assert {spot.set["unit_id"] for spot in demo["public_spot"]} <= stairs
    marked = [*shops, *demo["public_spot"]]
    assert all(str(draft.set["name"]).startswith("演示·") for draft in marked)
    assert len({draft.set["code"] for draft in marked}) == 80
    homes = {draft.record for draft in demo["household"] if not draft.set["visit_opt_out"]}
    links = demo["household_link"]
    assert len(links) == len({link.record for link in links}) == 40 * 8
    assert {link.set["household_id"] for link in links} <= homes
    consents = {draft.record: draft for draft in demo["consent"]}
    assert (len(consents), len(demo["service_need"])) == (80, 20)
    for need in demo["service_need"]:
        consent = consents[need.set["consent_id"]]  # type: ignore[index]
        assert consent.set["separate"]
        assert consent.set["resident_id"] == need.set["resident_id"]
        assert "2026-11-20" < str(need.set["valid_until"]) < "2027-11-20"


def test_the_plan_keeps_to_the_time_a_household_prefers(demo_drafts: tuple[Draft, ...]) -> None:
    liked = {d.record: d.set.get("preferred_time") for d in demo_drafts if d.entity == "household"}
    ended = {d.record for d in demo_drafts if d.entity == "plan_item" and d.kind is OpKind.EVENT}
    to_come = [
        draft.set
        for draft in demo_drafts
        if draft.entity == "plan_item" and draft.kind is OpKind.CREATE and draft.record not in ended
    ]
    assert len(to_come) > 20
    for item in to_come:
        days, parts = SLOTS[liked[bytes(item["household_id"])]]  # type: ignore[index,arg-type]
        assert item["part"] in parts
        if item["week"] == "2026-W48" and item["reason"] != "promised":
            assert date.fromisoformat(str(item["planned_on"])).weekday() in days
