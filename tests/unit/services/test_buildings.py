"""New estates, buildings and stairwells: read as people write them, made by a plan, taken back whole."""

from __future__ import annotations

import pytest

from gridworker.errors import FieldInvalid, PlanRefused
from gridworker.models.tree_plan import AREA, Close
from gridworker.services import reorganisation as plans
from gridworker.services.buildings import Site, build, numbered
from gridworker.services.households import add_household
from gridworker.store.queries.organisation import node_choices
from gridworker.store.queries.places import known_units
from gridworker.store.queries.plans import dry_run
from gridworker.store.queries.plans import plans as made
from gridworker.store.rows import TreeKind
from gridworker.store.store import Store
from tests.community import TODAY, one

SITE = Site("和美苑", "1-3、A座", "1-2", "18")


def micro_grid(store: Store) -> bytes:
    return next(node.id for node in node_choices(store, TreeKind.AREA) if node.kind == "micro_grid")


def doors(store: Store, estate: str) -> list[tuple[str, str, str]]:
    return [(u.code, u.building, u.unit) for u in known_units(store) if u.estate == estate]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1-3", ["1栋", "2栋", "3栋"]),
        ("3、05 7", ["3栋", "5栋", "7栋"]),
        ("8 ~ 9号楼", ["8号楼", "9号楼"]),
        ("A座，B座", ["A座", "B座"]),
        ("2幢", ["2幢"]),
    ],
)
def test_buildings_are_read_as_people_write_them(text: str, found: list[str]) -> None:
    assert [name for _, name in numbered(text, "栋", 60, "buildings")] == found


@pytest.mark.parametrize("text", ["", "、", "6-1", "1-999", " ".join(map(str, range(100, 170)))])
def test_what_is_no_list_of_buildings_is_refused(text: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        numbered(text, "栋", 60, "buildings")
    assert refused.value.values["field"] == "buildings"


def test_a_site_is_built_in_one_plan_and_lived_in(alone: Store) -> None:
    micro = micro_grid(alone)
    changes = build(alone, micro, SITE)
    tried = dry_run(alone, changes, TODAY)
    assert tried.fault == ""
    assert [(line.verb, line.name, line.to) for line in tried.lines[:1]] == [
        ("build", "1栋、2栋、3栋 +1", "8")
    ]
    assert plans.ask(alone, changes, TODAY).state == "applied"
    assert doors(alone, "和美苑") == [
        (f"HMY-{short}-{n}", name, f"{n}单元")
        for short, name in (("1", "1栋"), ("2", "2栋"), ("3", "3栋"), ("A", "A座"))
        for n in (1, 2)
    ]
    unit = next(u for u in known_units(alone) if u.code == "HMY-2-1")
    home = add_household(alone, unit.id, "1801", 18, {}).record
    assert one(alone, "SELECT code FROM household WHERE id = ?", home) == "HMY-2-1-1801"
    assert one(alone, "SELECT micro_grid_id FROM coverage WHERE unit_id = ?", unit.id) == micro


def test_a_site_can_grow_and_what_is_there_is_not_made_twice(alone: Store) -> None:
    micro = micro_grid(alone)
    plans.ask(alone, build(alone, micro, Site("和美苑", "1", "1")), TODAY)
    plans.ask(alone, build(alone, micro, Site("和美苑", "1、2", "2", "")), TODAY)
    assert [name for _, building, name in doors(alone, "和美苑")] == ["1单元", "2单元", "2单元"]
    assert one(alone, "SELECT count(*) FROM estate WHERE name = '和美苑'") == 1
    with pytest.raises(FieldInvalid) as refused:
        build(alone, micro, Site("和美苑", "2", "2-3"))
    assert refused.value.values["reason"] == "address_taken"


def test_two_estates_of_the_same_letters_have_different_codes(alone: Store) -> None:
    micro = micro_grid(alone)
    for name in ("和美苑", "花木园"):
        plans.ask(alone, build(alone, micro, Site(name, "1", "1")), TODAY)
    codes = [one(alone, "SELECT code FROM estate WHERE name = ?", name) for name in ("和美苑", "花木园")]
    assert codes == ["HMY", "HMY2"]


def test_taking_the_plan_back_leaves_what_was(alone: Store) -> None:
    before = known_units(alone)
    asked = plans.ask(alone, build(alone, micro_grid(alone), SITE), TODAY)
    plans.take_back(alone, asked.plan_id, TODAY)
    assert known_units(alone) == before
    assert one(alone, "SELECT count(*) FROM estate WHERE deleted = 0 AND name = '和美苑'") == 0
    assert [line.verb for line in made(alone)[0].lines] == ["cover", "raze"]
    plans.ask(alone, build(alone, micro_grid(alone), SITE), TODAY)  # and it can be built again
    assert len(doors(alone, "和美苑")) == 8


def test_a_building_with_households_does_not_end(alone: Store) -> None:
    asked = plans.ask(alone, build(alone, micro_grid(alone), Site("和美苑", "1", "1")), TODAY)
    unit = next(u for u in known_units(alone) if u.estate == "和美苑")
    add_household(alone, unit.id, "101", 1, {})
    with pytest.raises(PlanRefused) as refused:
        plans.take_back(alone, asked.plan_id, TODAY)
    assert refused.value.values["reason"] == "has_homes"
    assert len(doors(alone, "和美苑")) == 1


@pytest.mark.parametrize(
    ("entity", "reason"), [("estate", "has_children"), ("building", "has_children"), ("unit", "has_coverage")]
)
def test_what_still_holds_something_does_not_end(alone: Store, entity: str, reason: str) -> None:
    plans.ask(alone, build(alone, micro_grid(alone), Site("和美苑", "1", "1")), TODAY)
    record = one(alone, f"SELECT max(id) FROM {entity} WHERE deleted = 0")
    assert isinstance(record, bytes)
    assert dry_run(alone, (Close(entity, record),), TODAY).fault in (reason, "has_homes")
    assert dry_run(alone, (Close(AREA, micro_grid(alone)),), TODAY).fault != ""


@pytest.mark.parametrize(
    "site",
    [Site("", "1", "1"), Site("和美苑", "", "1"), Site("和美苑", "1", ""), Site("和美苑", "1", "1", "x")],
)
def test_an_empty_field_is_named(alone: Store, site: Site) -> None:
    with pytest.raises(FieldInvalid):
        build(alone, micro_grid(alone), site)
