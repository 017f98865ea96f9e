"""Papers of people who are brought over: grounds come along or the value stays, and a consent that was taken back
counts from whichever side it comes."""

from __future__ import annotations

import pytest

from gridworker.services import consents
from gridworker.services.import_undo import undo_import
from gridworker.services.residents import edit_resident, move_out
from gridworker.store.store import Store
from tests.community import one
from tests.neighbours import bring, consent, home, person, planned, told


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
    other = person(there, theirs, "王一", phone="13800138001")
    consent(there, other, "phone")
    consent(there, other, "phone", purposes=("contact", "visit"))
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


def ground_of_the_household(store: Store, day: str = "2026-11-20") -> None:
    """As an import leaves it: one ground for all who live there."""
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE basis SET resident_id = NULL, recorded_on = ?", (day,))


def test_a_ground_for_all_who_live_there_is_one_for_those_who_come(here: Store, there: Store) -> None:
    home(here, "server", 1, "101")
    for room, phone in (("101", "13800138001"), ("102", "13800138002")):
        person(there, home(there, "laptop", 1, room), f"住户{room}", phone=phone)
    ground_of_the_household(there)
    bring(here, there)
    alone = (
        "SELECT h.room || CASE WHEN b.resident_id IS NULL THEN ' all' ELSE ' own' END FROM basis b "
        "JOIN household h ON h.id = b.household_id ORDER BY h.room"
    )
    with here.read() as connection:
        assert [row[0] for row in connection.exec_driver_sql(alone)] == ["101 own", "102 all"]


@pytest.mark.parametrize(
    ("day", "kept"), [("2026-10-01", None), ("2026-10-02", None), ("2026-10-03", "13800138001")]
)
def test_a_ground_recorded_after_the_refusal_still_counts(
    here: Store, there: Store, day: str, kept: str | None
) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    person(here, ours, "王一", phone="13800138001")
    ground_of_the_household(here, day)
    consents.withdraw_consent(there, consent(there, person(there, theirs, "王一"), "phone"))
    with there.database.write() as connection:
        connection.exec_driver_sql("UPDATE consent SET given_on = '2026-10-01', withdrawn_on = '2026-10-02'")
    bring(here, there)
    assert one(here, "SELECT phone FROM resident") == kept


def test_what_stands_there_on_something_newer_stays_here_too(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    person(here, ours, "王一", phone="13800138001")
    wang = person(there, theirs, "王一")
    consents.withdraw_consent(there, consent(there, wang, "phone"))
    consent(there, wang, "phone", purposes=("visit",))
    edit_resident(there, wang, {"phone": None}, {"phone": "13800138001"})
    assert told(bring(here, there), "consent") == [("new",), ("new",)]
    assert one(here, "SELECT phone FROM resident") == "13800138001"


def test_only_consents_to_the_same_end_with_one_another(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    consent(here, person(here, ours, "王一"), purposes=("notice",))
    wang = person(there, theirs, "王一")
    consents.withdraw_consent(there, consent(there, wang, purposes=("contact",)))
    assert told(bring(here, there), "consent") == [("new",)]
    consent(there, wang, purposes=("notice", "visit"))
    assert told(bring(here, there), "consent") == [("unchanged",), ("new",)]
    assert one(here, "SELECT count(*) FROM consent WHERE withdrawn_on IS NULL") == 2


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


def test_a_child_without_the_guardian_comes_without_its_birth_year(here: Store, there: Store) -> None:
    ours, theirs = home(here, "server", 1, "101"), home(there, "laptop", 1, "101")
    move_out(here, person(here, ours, "王二"), "2026-11-10")
    mother = person(there, theirs, "王二")
    child = person(there, theirs, "王小", birth_year=2020, guardian_resident_id=mother)
    consent(there, child, purposes=("notice",))
    plan = bring(here, there)
    assert told(plan, "resident") == [("duplicate?", "moved_out_here"), ("new", "guardian_missing")]
    assert told(plan, "consent") == [("refused", "guardian_missing")]
    assert one(here, "SELECT birth_year FROM resident WHERE name = '王小'") is None
