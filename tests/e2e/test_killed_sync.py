"""F3, F20: a device is killed with SIGKILL at named points of an exchange with a real server, and goes on as if nothing
had been, or as if all had."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gridworker.models.registry import ENTITIES
from gridworker.store.store import Store
from gridworker.sync.protocol.messages import Limits
from gridworker.sync.transport.http import HttpTransport
from tests.contract.conftest import make_rig, postgres_template, village_template
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire
from tests.contract.test_exchange import copies_agree
from tests.contract.village import home, visit

__all__ = ["make_rig", "postgres_template", "village_template"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")

#: Exchanges until it is killed in exchange number `turn`, at `point`.
KILLED = """
import os, signal, sys
from pathlib import Path
from gridworker.models.days import Clock
from gridworker.store import receive, state
from gridworker.store.store import Store
from gridworker.sync import client, keeping
from gridworker.sync.transport.http import HttpTransport

folder, url, point, now, rows = Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
turn, put, count = int(sys.argv[6]), state.put, 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def put_or_die(connection, facts):
    global count
    if keeping.OFFSET in facts:
        count += 1
        if count == turn and point == "rows":
            die()
    put(connection, facts)
    if keeping.OFFSET in facts and count == turn and point == "cursor":
        die()

state.put = put_or_die
store = Store.open(folder, sys.argv[7], Clock(lambda: now))
one = client.Client(store, HttpTransport(url))
if point == "answer":
    ask = one.transport.send
    def send(*arguments):
        ask(*arguments)
        die()
    one.transport.send = send
if point == "commit":
    client.purge.confirm_copies = lambda *_: die() if count == turn else None
while one.exchange(2000, 10**6, rows).more:
    pass
"""
#: Where it is killed → whether the page it was taking in is there afterwards.
POINTS = {"answer": False, "rows": False, "cursor": False, "commit": True}


def killed(rig: Rig, desk: Desk, point: str, *, rows: int = 5000, turn: int = 1) -> Desk:
    """`desk` after its process was killed at `point`, opened again."""
    folder = desk.store.folder
    desk.store.close()
    arguments = (str(folder), rig._url, point, str(rig.hands.now), str(rows), str(turn), PASSPHRASE)
    died = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert died.returncode == -9, died.stderr.decode()[-2000:]
    return Desk(Store.open(folder, PASSPHRASE, rig.hands.clock()), Wire(HttpTransport(rig._url)))


@pytest.mark.parametrize("point", POINTS)
def test_f03_killed_between_rows_and_cursor_it_has_both_or_none(
    make_rig: Callable[..., Rig], point: str
) -> None:
    rig = make_rig("http")
    rig.service.rates.monotonic = itertools.count(0, 60).__next__
    desk, other = rig.desk("steward_a1"), rig.desk("grid_a")
    for one in (desk, other):
        one.sync()
    other.save(visit(home("a1", 2), "von drüben"))
    other.sync()
    desk.save(visit(home("a1", 1), "von hier"))
    cursor = desk.kept().cursor
    desk = killed(rig, desk, point)
    try:
        came = desk.rows("SELECT said FROM visit WHERE said = 'von drüben'") != []
        answered = desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
        assert came is answered is (desk.kept().cursor != cursor) is POINTS[point]
        desk.sync()
        other.sync()
        assert sorted(row[0] for row in rig.rows("SELECT said FROM visit")) == ["von drüben", "von hier"]
        for one in (desk, other):
            assert one.one("SELECT count(*) FROM visit") == 2
            copies_agree(rig, one)
    finally:
        desk.wire.close()
        desk.store.close()


@pytest.mark.parametrize("turn", [1, 3, 6])
def test_f20_killed_at_any_page_a_first_copy_goes_on_there(make_rig: Callable[..., Rig], turn: int) -> None:
    rig = make_rig("http", Limits(rows=8))
    desk = killed(rig, rig.desk("secretary"), "cursor", rows=8, turn=turn)
    try:
        held = sum(len(desk.holds(entity.name)) for entity in ENTITIES)
        assert held == 8 * (turn - 1)
        assert desk.kept().cursor is None
        total = sum(rig.one(f"SELECT count(*) FROM {entity.name}") for entity in ENTITIES)
        assert desk.sync().rows == total - held
        copies_agree(rig, desk)
    finally:
        desk.wire.close()
        desk.store.close()
