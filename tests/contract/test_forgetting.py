"""Demands that ended two years ago are kept without anybody in them: on the server by itself, on every device by an
exchange, and on a device by its own clock."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pytest

from gridworker.server import ending
from gridworker.server.database import lock_domain, only_domain
from gridworker.server.pointers import write_feed
from gridworker.services import demands
from gridworker.store.ending import start_day
from gridworker.store.queries.demand_detail import demand
from gridworker.store.workspace import Shape, Workspace
from tests.contract.rig import Desk, Rig
from tests.contract.test_demands_over_sync import agree, form
from tests.contract.village import named

NAME, PHONE = "王演示", "100-0000-0001"
LATER = 2 * 365 + 10


@pytest.fixture(params=["in_process", "postgres"])
def ended(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, bytes, bytes]:
    """A device, and two demands on it: one that was withdrawn and one that still runs."""
    rig = make_rig(request.param)
    desk = rig.desk("steward_a1")
    desk.sync()
    who: dict[str, Any] = {"reporter": "outside", "reporter_name": NAME, "reporter_phone": PHONE}
    over = demands.register(desk.store, form(outside_no="DH01", **who)).demand_id
    runs = demands.register(desk.store, form(**who)).demand_id
    demands.cause(desk.store, over, "withdraw", "已自行解决")
    agree(rig, desk)
    return rig, desk, over, runs


def kept(at: Rig | Desk, record: bytes) -> Any:
    columns = "reporter, reporter_name, reporter_phone, household_id, unit_id, outside_no, title, state"
    return at.rows(f"SELECT {columns} FROM demand WHERE id = ?", record)[0]


NOBODY = ("anonymous", None, None, None, named("unit_a1"), None, "坡道太陡", "withdrawn")


def due(rig: Rig, today: str) -> list[bytes]:
    with rig.database.read() as connection:
        return ending.due_to_forget(connection, only_domain(connection).id, today)


def test_the_server_lets_go_and_every_device_learns(ended: tuple[Rig, Desk, bytes, bytes]) -> None:
    rig, desk, over, runs = ended
    assert due(rig, "2028-11-20") == []  # to the day two years: kept
    assert due(rig, "2028-11-21") == [over]
    with rig.database.write() as connection:
        domain = lock_domain(connection, only_domain(connection).id)
        workspace = Workspace(connection, Shape(domain.id))
        assert ending.forget_reporters(workspace, "2028-11-21") == 1
        write_feed(connection, domain, workspace.flush())
    assert kept(rig, over) == NOBODY and kept(rig, runs)[1] == NAME
    assert due(rig, "2028-11-21") == []
    agree(rig, desk)
    assert kept(desk, over) == NOBODY and kept(desk, runs)[1] == NAME
    assert [entry.event for entry in demand(desk.store, over).log] == ["register", "withdraw"]


def test_a_device_lets_go_by_its_own_clock(ended: tuple[Rig, Desk, bytes, bytes]) -> None:
    rig, desk, over, runs = ended
    rig.hands.now += LATER * 86_400
    assert start_day(desk.store) == 1
    assert kept(desk, over) == NOBODY and kept(desk, runs)[1] == NAME
    told = "SELECT CAST(payload AS TEXT) FROM outbox WHERE record_id = ?"
    assert NAME not in str(desk.rows(told, over)) and NAME in str(desk.rows(told, runs))
    assert desk.rows("SELECT 1 FROM history WHERE record_id = ?", over) == []


def test_the_verb_tells_first(ended: tuple[Rig, Desk, bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    from gridworker.server.verbs import care

    rig, _, over, _ = ended
    rig.hands.now += LATER * 86_400
    monkeypatch.setattr(care, "opened", lambda _asked: nullcontext(rig.database))
    said: list[dict[str, object]] = []
    for dry in (True, False, False):
        care.retention(argparse.Namespace(dry_run=dry), lambda _text, **facts: said.append(facts))
        assert (kept(rig, over) == NOBODY) is not dry
    assert said == [{"due": 1, "done": 0}, {"due": 1, "done": 1}, {"due": 0, "done": 0}]
