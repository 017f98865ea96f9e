"""Bringing another profile's community over: every record gets one verdict, what is here stays, nothing comes twice,
and it is taken back like any import."""

from __future__ import annotations

from gridworker.services import households
from gridworker.services import reorganisation as plans
from gridworker.services.buildings import Site, build
from gridworker.services.import_undo import undo_import
from gridworker.services.residents import move_out
from gridworker.services.visits import log_visit
from gridworker.store.store import Store
from tests.community import TODAY, form, one
from tests.neighbours import bring, consent, home, named, person, planned, shop, spot, told
from tests.unit.imports.test_undo import standing


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


def test_a_do_not_visit_that_was_lifted_here_comes_back_with_its_own_reason(
    here: Store, there: Store
) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    for on, why in ((True, "生病"), (False, "好了")):
        households.opt_out(here, ours, on=on, reason=why)
    households.opt_out(there, theirs, on=True, reason="不便")
    bring(here, there)
    assert one(here, "SELECT visit_opt_out || opt_out_reason FROM household") == "1不便"


def test_who_came_before_is_not_taken_for_their_neighbour_behind_the_same_door(
    here: Store, there: Store
) -> None:
    home(there, "laptop", 1, "101", note="甲")
    second = home(there, "laptop", 1, "101", note="乙")
    ours = home(here, "server", 1, "101", note="乙")
    for store, record, code in ((there, second, "laptop-3-1-101-2"), (here, ours, "server-3-1-101")):
        households.edit_household(store, record, {"code": code}, {"code": "A7"})
    assert told(bring(here, there), "household") == [("new",), ("unchanged",)]


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


def test_an_estate_of_another_name_is_found_by_code_only_with_its_building(here: Store, there: Store) -> None:
    with here.database.write() as connection:
        connection.exec_driver_sql("UPDATE estate SET name = '锦苑小区'")
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


def test_once_the_missing_stairwell_is_made_the_rest_comes(here: Store, there: Store) -> None:
    person(there, home(there, "laptop", 3, "301"), "王一", phone="13800138001")
    shop(there, "laptop", 3, "理发店")
    plan = bring(here, there)
    assert plan.groups == () and told(plan, "unit")[2] == ("refused", "address_unknown")
    changes = build(here, named("server", "micro"), Site("锦苑", "3", "3"))
    assert plans.ask(here, changes, TODAY).state == "applied"
    plan = bring(here, there)
    assert told(plan, "unit") == [("unchanged",)] * 3
    assert told(plan, "household") == told(plan, "resident") == told(plan, "shop") == [("new",)]
    assert planned(here, there).groups == ()
