"""What a closed account still had to send is held for a person, never lost; it gets nothing any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.errors import DeviceRevoked
from gridworker.models.op import Draft, OpKind, Outcome
from gridworker.server import fleet
from gridworker.server.database import only_domain
from gridworker.services.held import accept_held, reject_held
from gridworker.store.queries.held import held_rows
from gridworker.sync.protocol.messages import DRAINING, Pull
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import DAY, create, home, named, visit
from tests.sync.test_held import outcomes, work_offline
from tests.sync.test_purge import command


@pytest.fixture(params=["in_process", "postgres"])
def village(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Desk]:
    """A rig, the secretary's desk and the steward of a1's, both in agreement."""
    rig = make_rig(request.param)
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    return rig, secretary, steward


def close_account(rig: Rig, login: str) -> None:
    command(
        rig, Draft("account", named(f"account_{login}"), OpKind.SET, {"state": "closed"}, {"state": "active"})
    )


def test_unsent_work_of_a_closed_account_is_held_and_then_the_device_is_told(
    village: tuple[Rig, Desk, Desk],
) -> None:
    rig, secretary, steward = village
    work_offline(steward)
    close_account(rig, "steward_a1")
    cursor, said = steward.kept().cursor, rig.one("SELECT count(*) FROM visit")
    steward.sync()  # every act is answered
    assert outcomes(steward) == [("held", "scope_lost")] * 3
    assert rig.one("SELECT count(*) FROM visit") == said == 0
    assert steward.kept().cursor == cursor  # and nothing came
    with pytest.raises(DeviceRevoked) as told:
        steward.sync()
    assert told.value.values["code"] == "account_closed"
    secretary.sync()
    rows = held_rows(secretary.store)
    assert [(row.member, row.owner, row.entity) for row in rows] == [
        ("steward_a1", "a1", entity) for entity in ("visit", "visit_comment", "household")
    ]
    for row in rows[:2]:
        accept_held(secretary.store, row.id)
        secretary.sync()
    reject_held(secretary.store, rows[2].id, "nicht nötig")
    secretary.sync()
    assert rig.rows("SELECT said FROM visit") == [("offline besucht",)]
    assert rig.rows("SELECT text FROM visit_comment") == [("nachgetragen",)]
    assert rig.one("SELECT note FROM household WHERE id = ?", named(home("a1", 2))) is None


def test_a_closed_account_gets_no_page_whatever_it_asks(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    close_account(rig, "steward_a1")
    secretary.save(visit(home("a1", 1), "geht ihn nichts mehr an"))
    secretary.sync()
    for pull in (Pull(), Pull(cursor=0), Pull(cursor=steward.kept().cursor), None):
        with pytest.raises(DeviceRevoked):
            ask(steward, [], pull)
    answer = ask(steward, [op(1, visit(home("a1", 1), "zu spät"))], Pull())
    assert answer.hello.device_state == DRAINING
    assert (answer.page, answer.scope_changed) == (None, False)
    assert not answer.scope
    assert not answer.fleet
    again = ask(steward, [op(2, visit(home("a1", 1), "noch eins"))], None)
    assert [result.outcome for result in (*answer.results, *again.results)] == [Outcome.HELD] * 2


def test_what_a_closed_account_never_might_stays_refused(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    close_account(rig, "steward_a1")
    foreign = ask(
        steward,
        [
            op(1, visit(home("b1", 1), "fremd")),
            op(
                2,
                create(
                    "area_unit",
                    "new",
                    kind="grid",
                    code="9",
                    name="X",
                    parent_id=named("root"),
                    valid_from=DAY,
                ),
            ),
        ],
    ).results
    assert [(result.outcome, result.code) for result in foreign] == [
        (Outcome.REJECTED, "not_allowed"),
        (Outcome.REJECTED, "only_authority"),
    ]
    assert rig.one("SELECT count(*) FROM held_op") == 0


def test_the_devices_of_a_closed_account_hold_nobody_back(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, _ = village
    other = rig.desk("viewer")
    post = create(
        "appointment",
        "second",
        member_id=named("member_viewer"),
        role_code="community_secretary",
        area_unit_id=named("root"),
        valid_from=DAY,
    )
    command(rig, post)

    def delivered() -> int:
        with rig.database.read() as connection:
            return fleet.delivered(connection, only_domain(connection), DAY)

    other.sync()
    other.sync()
    assert delivered() < rig.one("SELECT head FROM domain_head")
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE account SET state = 'closed' WHERE login = 'secretary'")
    assert delivered() == rig.one("SELECT head FROM domain_head")
