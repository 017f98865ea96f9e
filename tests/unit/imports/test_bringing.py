"""Bringing another profile's community over: every record gets one verdict, what is here stays, nothing comes twice,
and the stricter side counts for "do not visit", consents and grounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gridworker.imports.bringing import plan_bringing
from gridworker.imports.plan import ENTITIES as COUNTED
from gridworker.imports.plan import Plan
from gridworker.services import consents, households
from gridworker.services.import_undo import undo_import
from gridworker.services.imports import apply_import, known_before
from gridworker.services.residents import edit_resident, move_out
from gridworker.services.visits import log_visit
from gridworker.store.queries.bringing import brought, papers
from gridworker.store.store import Store
from tests.community import counts, form, one
from tests.neighbours import community, consent, home, person, shop, spot
from tests.unit.imports.test_undo import standing

_Make = Callable[..., Store]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[_Make]:
    opened: list[Store] = []

    def made(side: str, **more: Any) -> Store:
        opened.append(community(tmp_path / f"{side}{len(opened)}", side, **more))
        return opened[-1]

    yield made
    for store in opened:
        store.close()


@pytest.fixture
def there(make: _Make) -> Store:
    """The laptop that was kept alone."""
    return make("laptop")


@pytest.fixture
def here(make: _Make) -> Store:
    """What somebody began at the server."""
    return make("server", stairs=2)


def planned(here: Store, there: Store, *, prefer: bool = False) -> Plan:
    return plan_bringing(brought(there), known_before(here), papers(here), prefer=prefer)


def bring(here: Store, there: Store, *, prefer: bool = False) -> Plan:
    """Plan and apply; what the counts say is what became of the database."""
    plan, before = planned(here, there, prefer=prefer), counts(here)
    apply_import(here, plan.groups, plan.batch, plan.counts, file="laptop")
    after = counts(here)
    for entity in COUNTED:
        assert after[entity] - before[entity] == plan.counts[entity]["created"], entity
    return plan


def told(plan: Plan, sheet: str) -> list[tuple[str, ...]]:
    """Verdict, reason and notes of every record of one kind."""
    return [(str(v.verdict), *filter(None, (v.reason, *v.notes))) for v in plan.verdicts if v.sheet == sheet]


def test_what_is_not_here_comes_with_its_papers(here: Store, there: Store) -> None:
    door = home(there, "laptop", 1, "101", occupancy="owner", note="敲重一点", visit_interval_days=90)
    wang = person(there, door, "王一", phone="13800138001", birth_year=1950, relation_code="0")
    consent(there, wang, "phone")
    shop(there, "laptop", 2, "小吃店", phone="13800138009", basis_kind="contract", contact_person="赵六")
    spot(there, "laptop", 2, "东院")
    plan = bring(here, there)
    assert told(plan, "unit") == [("unchanged",), ("unchanged",), ("refused", "address_unknown")]
    for kind in ("household", "resident", "consent", "shop", "public_spot"):
        assert told(plan, kind) == [("new",)], kind
    row = "SELECT note, visit_interval_days, code FROM household"
    with here.read() as connection:
        assert connection.exec_driver_sql(row).fetchall() == [("敲重一点", 90, "server-3-1-101")]
        grounds = connection.exec_driver_sql(
            "SELECT kind, notice_version, channel, recorded_on, import_batch FROM basis ORDER BY rid"
        ).fetchall()
    assert [tuple(g[:4]) for g in grounds] == [("consent", "2026-01", "door", "2026-11-20")]
    assert {g[4] for g in grounds} == {plan.batch}
    assert (
        one(here, "SELECT r.name FROM household h JOIN resident r ON r.id = h.contact_resident_id") == "王一"
    )
    assert one(here, "SELECT basis_kind FROM shop") == "contract"
    assert planned(here, there).groups == ()


def test_a_second_time_brings_nothing(here: Store, there: Store) -> None:
    door = b""
    for room in ("101", "102"):
        door = home(there, "laptop", 1, room, note="有狗")
        for name in ("王一", "王二"):
            consent(there, person(there, door, name, phone=f"1380013{room}{name == '王一':d}"), "phone")
    child = person(there, door, "王小", birth_year=2020, guardian_resident_id=_id(there, door, "王二"))
    consent(there, child, purposes=("notice",))
    shop(there, "laptop", 1, "理发店")
    bring(here, there)
    content = standing(here)
    again = planned(here, there)
    assert {v.verdict for v in again.verdicts if v.sheet != "unit"} == {"unchanged"}
    assert again.groups == ()
    assert standing(here) == content
    assert (
        one(here, "SELECT g.name FROM resident c JOIN resident g ON g.id = c.guardian_resident_id") == "王二"
    )


def _id(store: Store, home: bytes, name: str) -> bytes:
    found = one(store, "SELECT id FROM resident WHERE household_id = ? AND name = ?", home, name)
    assert isinstance(found, bytes)
    return found


def test_what_is_here_stays_and_what_differs_is_told_field_by_field(here: Store, there: Store) -> None:
    ours = home(here, "server", 1, "101", note="有狗", occupancy="rented")
    person(here, ours, "王一", phone="13800138001")
    theirs = home(there, "laptop", 1, "0101", note="没有狗", member_count=3)
    person(there, theirs, "王一", phone="13900139001", gender="1")
    plan = bring(here, there)
    assert told(plan, "household") == [("differs",)]
    assert told(plan, "resident") == [("differs",)]
    (said,) = (v.fields for v in plan.verdicts if v.sheet == "household")
    assert [(f.field, f.here, f.there, f.taken) for f in said] == [
        ("member_count", None, 3, True),
        ("note", "有狗", "没有狗", False),
    ]
    assert one(here, "SELECT note || member_count FROM household") == "有狗3"
    assert one(here, "SELECT phone || gender FROM resident") == "138001380011"
    again = planned(here, there)
    assert told(again, "household") == [("differs",)] and again.groups == ()
    plan = bring(here, there, prefer=True)
    assert told(plan, "household") == [("update",)]
    assert one(here, "SELECT note FROM household") == "没有狗"
    assert one(here, "SELECT phone FROM resident") == "13900139001"
    assert one(here, "SELECT count(*) FROM basis WHERE resident_id IS NULL") == 0


def test_do_not_visit_comes_from_either_side_and_never_goes(here: Store, there: Store) -> None:
    for store, side in ((here, "server"), (there, "laptop")):
        for room in ("101", "102"):
            home(store, side, 1, room)
    first = one(there, "SELECT id FROM household WHERE room = '101'")
    second = one(here, "SELECT id FROM household WHERE room = '102'")
    assert isinstance(first, bytes) and isinstance(second, bytes)
    households.opt_out(there, first, on=True, reason="不便")
    households.opt_out(here, second, on=True, reason="生病")
    for prefer in (False, True):
        bring(here, there, prefer=prefer)
        assert (
            one(here, "SELECT group_concat(visit_opt_out || opt_out_reason, '') FROM household")
            == "1不便1生病"
        )


def test_two_households_behind_one_door_stay_two(here: Store, there: Store) -> None:
    for _ in range(2):
        home(there, "laptop", 1, "101")
    home(here, "server", 1, "101")
    assert told(bring(here, there), "household") == [("unchanged",), ("new",)]
    assert told(planned(here, there), "household") == [("unchanged",), ("unchanged",)]


def test_a_code_that_stands_at_another_door_is_not_merged(here: Store, there: Store) -> None:
    theirs = home(there, "laptop", 1, "101")
    ours = home(here, "server", 2, "202")
    households.edit_household(there, theirs, {"code": "laptop-3-1-101"}, {"code": "A7"})
    households.edit_household(here, ours, {"code": "server-3-2-202"}, {"code": "A7"})
    person(there, theirs, "王一")
    plan = bring(here, there)
    assert told(plan, "household") == [("refused", "code_moved")]
    assert told(plan, "resident") == [("refused", "household_not_brought")]


def test_an_estate_of_another_name_is_found_by_code_only_with_its_building(make: _Make) -> None:
    here, there = make("server", estate="锦苑小区"), make("laptop")
    home(there, "laptop", 1, "101")
    assert told(planned(here, there), "household") == [("refused", "address_unknown")]
    with there.database.write() as connection:
        connection.exec_driver_sql("UPDATE unit SET code = replace(code, 'laptop', 'server')")
    assert told(planned(here, there), "household") == [("new",)]
    with there.database.write() as connection:
        connection.exec_driver_sql("UPDATE building SET name = '4栋'")
    assert told(planned(here, there), "household") == [("refused", "address_unknown")]


# -- people who may be others --------------------------------------------------------------------------------------


def test_people_who_may_be_others_are_left_out(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    person(here, home(here, "server", 1, "102"), "王一", phone="13800138001")
    person(there, theirs, "王一", phone="13800138001")
    for _ in range(2):
        person(here, ours, "李二")
    person(there, theirs, "李二")
    move_out(here, person(here, ours, "赵三"), "2026-11-10")
    zhao = person(there, theirs, "赵三")
    consent(there, zhao)
    plan = bring(here, there)
    assert told(plan, "resident") == [
        ("duplicate?", "same_person_elsewhere"),
        ("duplicate?", "several_with_this_name"),
        ("duplicate?", "moved_out_here"),
    ]
    assert told(plan, "consent") == [("refused", "person_not_brought")]


# -- consents and grounds ------------------------------------------------------------------------------------------


def test_a_phone_without_a_ground_stays_there(here: Store, there: Store) -> None:
    door = home(there, "laptop", 1, "101")
    person(there, door, "王一", phone="13800138001", gender="1")
    with there.database.write() as connection:
        connection.exec_driver_sql("UPDATE basis SET deleted = 1")
    assert told(bring(here, there), "resident") == [("new", "basis_missing")]
    assert one(here, "SELECT coalesce(phone, '-') || gender FROM resident") == "-1"


def test_what_was_taken_back_here_does_not_come_again(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    wang = person(here, ours, "王一")
    consents.withdraw_consent(here, consent(here, wang, "phone"))
    consent(there, person(there, theirs, "王一", phone="13800138001"), "phone")
    consent(there, _id(there, theirs, "王一"), "phone", purposes=("contact", "visit"))
    plan = bring(here, there)
    assert told(plan, "resident") == [("unchanged", "consent_withdrawn")]
    assert told(plan, "consent") == [("unchanged",), ("refused", "consent_withdrawn")]
    assert one(here, "SELECT phone FROM resident") is None
    assert one(here, "SELECT count(*) FROM consent WHERE withdrawn_on IS NULL") == 0


def test_what_was_taken_back_there_is_taken_back_here(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    wang = person(here, ours, "王一")
    other = person(here, ours, "王二", phone="13800138002")
    consent(here, wang, "phone", purposes=("contact", "notice"))
    edit_resident(here, wang, {"phone": None}, {"phone": "13800138001"})
    consents.withdraw_consent(there, consent(there, person(there, theirs, "王一"), "phone"))
    plan = bring(here, there)
    assert told(plan, "consent") == [("new", "consent_ended", "fields_emptied")]
    assert one(here, "SELECT phone FROM resident WHERE id = ?", wang) is None
    assert one(here, "SELECT phone FROM resident WHERE id = ?", other) == "13800138002"
    assert one(here, "SELECT count(*) FROM consent WHERE withdrawn_on IS NULL") == 0
    assert plan.counts["basis"]["removed"] == one(here, "SELECT count(*) FROM basis WHERE deleted = 1")
    assert planned(here, there).groups == ()
    undo_import(here, plan.batch, "撤销导入")
    assert one(here, "SELECT phone FROM resident WHERE id = ?", wang) is None
    assert one(here, "SELECT count(*) FROM consent WHERE deleted = 0 AND withdrawn_on IS NULL") == 0


def test_a_newer_consent_outlives_an_older_refusal(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    consents.withdraw_consent(there, consent(there, person(there, theirs, "王一"), "phone"))
    with there.database.write() as connection:
        connection.exec_driver_sql("UPDATE consent SET given_on = '2026-10-01', withdrawn_on = '2026-10-02'")
    wang = person(here, ours, "王一")
    consent(here, wang, "phone")
    edit_resident(here, wang, {"phone": None}, {"phone": "13800138001"})
    assert told(bring(here, there), "consent") == [("new",)]
    assert one(here, "SELECT phone FROM resident") == "13800138001"
    assert one(here, "SELECT count(*) FROM consent WHERE withdrawn_on IS NULL") == 1


# -- rights and undo -----------------------------------------------------------------------------------------------


def test_outside_the_own_area_nothing_comes(here: Store, there: Store) -> None:
    door = home(there, "laptop", 1, "101")
    person(there, door, "王一")
    shop(there, "laptop", 1, "理发店")
    with here.database.write() as connection:
        connection.exec_driver_sql("UPDATE appointment SET role_code = 'viewer'")
    here.forget_cached()
    plan = planned(here, there)
    assert told(plan, "household") == told(plan, "shop") == [("refused", "not_allowed")]
    assert plan.groups == ()


def test_it_is_taken_back_like_any_import(here: Store, there: Store) -> None:
    ours = home(here, "server", 1, "102")
    theirs = home(there, "laptop", 1, "102", note="有狗")
    door = home(there, "laptop", 1, "101")
    consent(there, person(there, door, "王一", phone="13800138001"), "phone")
    person(there, theirs, "李二", birth_year=1950)
    shop(there, "laptop", 1, "理发店")
    spot(there, "laptop", 1, "东院")
    before = standing(here)
    plan = bring(here, there)
    assert ours and standing(here) != before
    undone = undo_import(here, plan.batch, "撤销导入")
    assert undone.kept == 0
    assert standing(here) == before


def test_the_other_profile_is_only_read(here: Store, there: Store) -> None:
    person(there, home(there, "laptop", 1, "101"), "王一", phone="13800138001")
    before = standing(there), *(one(there, f"SELECT count(*) FROM {name}") for name in ("audit", "outbox"))
    bring(here, there)
    assert (
        standing(there),
        *(one(there, f"SELECT count(*) FROM {name}") for name in ("audit", "outbox")),
    ) == before


def test_what_stays_behind_is_counted(here: Store, there: Store) -> None:
    log_visit(there, form(home(there, "laptop", 1, "101")))
    assert planned(here, there).stays == {"visit": 1}


def test_a_code_that_somebody_chose_is_told_where_another_one_stays(here: Store, there: Store) -> None:
    theirs = home(there, "laptop", 1, "101")
    home(here, "server", 1, "101")
    households.edit_household(there, theirs, {"code": "laptop-3-1-101"}, {"code": "A7"})
    assert told(bring(here, there), "household") == [("unchanged", "code_kept")]
    assert one(here, "SELECT code FROM household") == "server-3-1-101"
