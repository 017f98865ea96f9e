"""How far secretary and committee have everything, and how old each micro-grid's data is: told by tag, without a
person, to who sees the office."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gridworker.models.op import Draft, OpKind, Value
from gridworker.server import auth, fleet
from gridworker.server.database import only_domain
from gridworker.store.queries.sync import fleet_rows, stage_counts
from gridworker.store.rows import Road
from gridworker.sync.protocol.messages import Pull, SyncReply
from tests.contract.rig import Desk, Rig, ask
from tests.contract.village import create, home, named, visit
from tests.sync.test_purge import command, give


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


@pytest.fixture(params=["in_process", "postgres"])
def any_rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)


def enrolled(rig: Rig, login: str) -> Desk:
    desk = rig.desk(login)
    desk.sync()
    desk.sync()  # the first one with a cursor: how far it has come is noted
    return desk


def head(rig: Rig) -> int:
    found = rig.one("SELECT head FROM domain_head")
    assert isinstance(found, int)
    return found


def told(desk: Desk, **hello: object) -> SyncReply:
    return ask(desk, [], Pull(cursor=desk.kept().cursor), **hello)


def delivered(rig: Rig) -> int:
    with rig.database.read() as connection:
        return fleet.delivered(connection, only_domain(connection), rig.database.clock.today())


def test_without_a_computer_of_secretary_or_committee_nothing_is_delivered(rig: Rig) -> None:
    steward = enrolled(rig, "steward_a1")
    assert delivered(rig) == 0
    assert told(steward).delivered is msgspec.UNSET
    steward.save(visit(home("a1", 1), "noch niemand"))
    steward.sync()
    steward.sync()
    assert stage_counts(steward.store) == {Road.SERVER: 1}


def test_delivered_is_the_least_of_the_active_computers_of_the_office(rig: Rig) -> None:
    steward, first, second = (enrolled(rig, login) for login in ("steward_a1", "secretary", "secretary"))
    steward.save(visit(home("a1", 1), "unterwegs"))
    steward.sync()
    place = head(rig)
    before = delivered(rig)
    assert 0 < before < place
    first.sync()
    first.sync()
    assert delivered(rig) == before  # the other one has not asked since
    steward.sync()
    assert stage_counts(steward.store) == {Road.SERVER: 1}
    second.sync()
    second.sync()
    assert delivered(rig) == head(rig)
    assert told(steward).delivered == head(rig)
    steward.sync()
    assert stage_counts(steward.store) == {Road.COMMUNITY: 1}


def test_a_new_computer_of_the_office_holds_everybody_back_until_it_has_its_copy(rig: Rig) -> None:
    enrolled(rig, "secretary")
    assert delivered(rig) == head(rig)
    fresh = rig.desk("secretary")
    assert delivered(rig) == 0
    fresh.sync()
    fresh.sync()
    assert delivered(rig) == head(rig)


def test_a_revoked_computer_holds_nobody_back(rig: Rig) -> None:
    steward = enrolled(rig, "steward_a1")
    enrolled(rig, "secretary")
    lost = rig.desk("secretary")
    lost.sync()
    number = lost.store.known.device_no
    steward.save(visit(home("a1", 1), "weiter"))
    steward.sync()
    assert delivered(rig) < head(rig)
    with rig.database.write() as connection:
        assert auth.revoke_device(connection, only_domain(connection).id, number, rig.now())
    other = enrolled(rig, "secretary")
    assert delivered(rig) < head(rig)  # the first one still has not asked
    other.sync()
    numbers = [
        row[0] for row in rig.rows("SELECT number FROM device WHERE login = 'secretary' ORDER BY number")
    ]
    with rig.database.write() as connection:
        auth.revoke_device(connection, only_domain(connection).id, numbers[0], rig.now())
    assert delivered(rig) == head(rig)


def test_only_the_secretary_is_told_of_the_fleet_and_by_tag(rig: Rig) -> None:
    steward, secretary, viewer = (enrolled(rig, login) for login in ("steward_a1", "secretary", "viewer"))
    grid = enrolled(rig, "grid_a")
    for desk in (steward, viewer, grid):
        assert told(desk).fleet is msgspec.UNSET
        assert fleet_rows(desk.store) == ()
    answer = told(secretary)
    assert answer.fleet is not msgspec.UNSET
    assert [(line.node, line.devices) for line in answer.fleet.lines] == sorted(
        (named(node), 1) for node in ("a1", "grid_a")
    )
    assert told(secretary, fleet=answer.fleet.tag).fleet is msgspec.UNSET
    assert told(secretary, fleet="another").fleet == answer.fleet


def test_the_committee_is_told_nothing_of_the_fleet_and_who_was_secretary_keeps_nothing(any_rig: Rig) -> None:
    enrolled(any_rig, "steward_a1")
    secretary, other = enrolled(any_rig, "secretary"), any_rig.desk("viewer")
    assert fleet_rows(secretary.store)
    committee: dict[str, Value] = {
        "role_code": "committee_member",
        "area_unit_id": named("root"),
        "valid_from": "2026-11-01",
    }
    any_rig.command(create("appointment", "seat", member_id=named("member_viewer"), **committee))
    other.sync()
    other.sync()
    assert other.holds("household") and told(other).fleet is msgspec.UNSET
    any_rig.command(create("appointment", "seat2", member_id=named("member_secretary"), **committee))
    any_rig.command(Draft("appointment", named("post_secretary"), OpKind.DELETE, {}))
    secretary.sync()
    assert secretary.holds("household") and fleet_rows(secretary.store) == ()


def test_the_fleet_names_no_person(rig: Rig) -> None:
    desks = [enrolled(rig, login) for login in ("steward_a1", "secretary")]
    answer = msgspec.json.encode(told(desks[1]).fleet)
    persons = [row[0] for row in rig.rows("SELECT id FROM member UNION SELECT id FROM account")]
    devices = [row[0] for row in rig.rows("SELECT device_id FROM device")]
    assert not any(msgspec.json.encode(one)[1:-1] in answer for one in (*persons, *devices))
    assert b"steward" not in answer
    assert {name for line in msgspec.json.decode(answer)["lines"] for name in line} <= {
        "node",
        "heard_at",
        "unsent",
        "devices",
    }


def test_what_stays_behind_is_told_and_kept_by_the_secretary(any_rig: Rig) -> None:
    steward, secretary = enrolled(any_rig, "steward_a1"), enrolled(any_rig, "secretary")
    for number in range(3):
        steward.save(visit(home("a1", 1), f"{number}"))
    steward.client.exchange(ops=1, op_bytes=1_000_000, rows=100)
    assert any_rig.one("SELECT unsent FROM device WHERE login = 'steward_a1'") == 2
    secretary.sync()
    assert [(row.node_id, row.name, row.unsent, row.devices) for row in fleet_rows(secretary.store)] == [
        (named("a1"), "a1", 2, 1)
    ]
    steward.sync()
    steward.sync()
    secretary.sync()
    noon = any_rig.now()
    assert [(row.unsent, row.heard_at) for row in fleet_rows(secretary.store)] == [(0, noon)]
    any_rig.hands.now += 47 * 60  # how old the data is, not when somebody is at work
    steward.sync()
    secretary.sync()
    assert [row.heard_at for row in fleet_rows(secretary.store)] == [noon]
    any_rig.hands.now += 14 * 60
    steward.sync()
    secretary.sync()
    assert [row.heard_at for row in fleet_rows(secretary.store)] == [noon + 3_600_000]


def test_a_device_that_says_nonsense_about_itself_changes_no_figure_but_its_own(any_rig: Rig) -> None:
    steward, secretary = enrolled(any_rig, "steward_a1"), enrolled(any_rig, "secretary")
    for said, noted in ((-7, 0), (2**62, 10**9)):
        told(steward, unsent=said)
        answer = told(secretary)
        assert answer.fleet is not msgspec.UNSET
        assert [line.unsent for line in answer.fleet.lines] == [noted]


def test_two_posts_in_one_node_are_one_computer(rig: Rig) -> None:
    enrolled(rig, "steward_a1")
    secretary = enrolled(rig, "secretary")
    command(rig, give("steward_a1", "a1"))
    answer = told(secretary)
    assert answer.fleet is not msgspec.UNSET
    assert [(line.node, line.devices) for line in answer.fleet.lines] == [(named("a1"), 1)]
