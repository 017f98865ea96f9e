"""A stairwell passes to another micro-grid and its households follow slice by slice: whole at every moment, resumed
after a kill, in nobody's way, and in the end as if it had been one step."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridworker.models.ids import bucket_id
from gridworker.server import checks, rehoming
from gridworker.server import sums as server_sums
from gridworker.server.app import create_app, run_here
from gridworker.server.cli import main
from gridworker.server.database import Place, ServerDatabase, only_domain
from gridworker.server.service import Service
from gridworker.services import reorganisation as plans
from gridworker.sync.transport.in_process import InProcessTransport
from tests.contract.rig import Desk, Rig
from tests.contract.test_exchange import copies_agree
from tests.contract.village import DAY, HOMES_EACH, home, named, visit

#: Takes slices of one household and is killed in slice `turn`: before its commit or after it.
KILLED = """
import os, signal, sys
from pathlib import Path
from gridworker.models.days import Clock
from gridworker.server import rehoming
from gridworker.server.database import ServerDatabase

place, now, turn, point = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rehoming.MOST_STANDING = rehoming.MOST_ROWS = rehoming.TOGETHER = 1
count, write = 0, rehoming.write_feed

def written(*arguments):
    global count
    found = write(*arguments)
    count += 1
    if count == turn and point == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return found

def told(rows, left):
    if count == turn:
        os.kill(os.getpid(), signal.SIGKILL)

rehoming.write_feed = written
database = ServerDatabase.open(place if "://" in place else Path(place), Clock(lambda: now))
rehoming.go_on(database, told=told)
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of one household; a request does one of them."""
    for name in ("MOST_STANDING", "MOST_ROWS", "TOGETHER"):
        monkeypatch.setattr(rehoming, name, 1)
    monkeypatch.setattr(rehoming, "PATIENCE", 0.0)


@pytest.fixture(autouse=True)
def patient(rig: Rig) -> None:
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__


def asked(rig: Rig, *desks: Desk) -> Desk:
    """The secretary's computer, on which it was asked that the stairwell of a1 passes to b1; not sent yet."""
    secretary = rig.desk("secretary")
    for desk in (secretary, *desks):
        desk.sync()
    changes = plans.pass_on(named("a1"), [named("unit_a1")], named("b1"))
    plans.ask(secretary.store, changes, DAY, "试分")
    return secretary


def split(rig: Rig, *desks: Desk) -> Desk:
    """The stairwell of a1 has passed to b1: decided by the server, its first slice taken."""
    secretary = asked(rig, *desks)
    secretary.client.exchange(2000, 10**6, 5000)
    assert rig.one("SELECT state FROM tree_plan") == "applied"
    return secretary


def left(rig: Rig) -> int:
    with rig.database.read() as connection:
        return rehoming.left(connection, only_domain(connection).id)


def lies(rig: Rig) -> list[str]:
    """Where each household of a1 lies, and that everything of it lies there too."""
    places = {bucket_id(named(micro), "case"): micro for micro in ("a1", "b1")}
    found = []
    for number in range(1, HOMES_EACH + 1):
        record = named(home("a1", number))
        (bucket,) = rig.rows("SELECT bucket_id FROM household WHERE id = ?", record)[0]
        for entity in ("resident", "visit"):
            for (other,) in rig.rows(f"SELECT bucket_id FROM {entity} WHERE household_id = ?", record):
                assert other == bucket
        found.append(places[bucket])
    return found


def has_whole_households(desk: Desk) -> None:
    homes = desk.holds("household")
    for entity in ("resident", "visit"):
        assert {row[0] for row in desk.rows(f"SELECT household_id FROM {entity}")} <= homes
    for record in homes:
        assert desk.one("SELECT count(*) FROM resident WHERE household_id = ?", record) == 1


def all_is_well(rig: Rig, *desks: Desk) -> None:
    assert (left(rig), lies(rig)) == (0, ["b1"] * HOMES_EACH)
    with rig.database.read() as connection:
        assert server_sums.wrong(connection, named("root")) == []
        assert checks.findings(connection, only_domain(connection), None) == []
    for desk in desks:
        desk.sync()
        desk.sync()
        copies_agree(rig, desk)


def test_a_small_change_is_done_at_once(rig: Rig) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    split(rig, old, new)
    all_is_well(rig, old, new)
    assert (len(old.holds("household")), len(new.holds("household"))) == (0, 2 * HOMES_EACH)


@pytest.mark.usefixtures("small")
def test_a_large_one_goes_household_by_household_and_everybody_sees_whole_ones(rig: Rig) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    for desk in (old, new):
        desk.sync()
    for number in range(1, HOMES_EACH + 1):
        old.save(visit(home("a1", number), f"第{number}次"))
    old.sync()
    split(rig, old, new)
    seen = [sorted(lies(rig))]
    assert left(rig) == 1
    for _ in range(3 * HOMES_EACH):
        for desk in (old, new):
            desk.client.exchange(2000, 10**6, 5000)
            has_whole_households(desk)
            seen.append(sorted(lies(rig)))
    assert {found.count("b1") for found in seen} == {1, 2, 3}
    all_is_well(rig, old, new)


@pytest.mark.usefixtures("small")
def test_a_push_waits_until_everything_lies_where_the_tree_says(rig: Rig) -> None:
    """Its sender's household had not followed yet: judged by where it lies it would be refused, not held."""
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    split(rig, old, new)
    assert left(rig) == 1
    late = next(n for n, micro in enumerate(lies(rig), 1) if micro == "a1")
    old.save(visit(home("a1", late), "还没收到通知"))
    account = old.sync()
    assert (account.held, account.rejected) == (1, 0)
    all_is_well(rig, old, new)


@pytest.mark.usefixtures("small")
def test_a_push_that_was_let_in_before_the_change_waits_too(rig: Rig) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    secretary = asked(rig, old, new)
    begin, begun = rig.service.begin, list[object]()

    def overtaken(signed: Any) -> Any:
        found = begin(signed)
        if not begun:
            begun.append(found)
            secretary.client.exchange(2000, 10**6, 5000)
            assert lies(rig).count("a1") == HOMES_EACH - 1
        return found

    for number in range(1, HOMES_EACH + 1):
        old.save(visit(home("a1", number), "还没收到通知"))
    rig.service.begin = overtaken  # type: ignore[method-assign]
    account = old.sync()
    assert (account.held, account.rejected) == (HOMES_EACH, 0)
    all_is_well(rig, old, new)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("turn", [1, 2])
def test_killed_between_two_slices_it_goes_on(rig: Rig, turn: int, point: str) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    split(rig, old, new)
    before = lies(rig).count("b1")
    died = subprocess.run(
        [sys.executable, "-c", KILLED, rig.address, str(rig.hands.now), str(turn), point],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert died.returncode == -9, died.stderr.decode()[-2000:]
    assert lies(rig).count("b1") == before + turn - (point == "before")
    rehoming.go_on(rig.database)
    all_is_well(rig, old, new)


@pytest.mark.usefixtures("small")
def test_two_processes_take_slices_in_turn(rig: Rig) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    split(rig, old, new)
    place: Place = rig.address if "://" in rig.address else Path(rig.address)
    other = ServerDatabase.open(place, rig.hands.clock())
    try:
        total = 0
        for database in (other, rig.database) * HOMES_EACH:
            total += rehoming.go_on(database, 0.0)
        assert total == 2 * (HOMES_EACH - 1)  # households and residents, each once
        second = Service(other)
        new.wire.inner = InProcessTransport(create_app(second, run_here))
        all_is_well(rig, old, new)
    finally:
        other.close()


@pytest.mark.usefixtures("small")
def test_a_plan_taken_back_half_way_ends_where_it_began(rig: Rig) -> None:
    old, new = rig.desk("steward_a1"), rig.desk("steward_b1")
    secretary = split(rig, old, new)
    secretary.sync()
    (plan_id,) = rig.rows("SELECT id FROM tree_plan")[0]
    plans.take_back(secretary.store, plan_id, DAY)
    secretary.sync()
    rehoming.go_on(rig.database)
    assert (left(rig), lies(rig)) == (0, ["a1"] * HOMES_EACH)
    for desk in (old, new):
        desk.sync()
        desk.sync()
        copies_agree(rig, desk)
    assert len(old.holds("household")) == HOMES_EACH


@pytest.mark.usefixtures("small")
def test_the_operator_sees_how_far_it_is_and_may_finish_it(
    make_rig: Callable[..., Rig], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make_rig()
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    split(rig)
    monkeypatch.setattr("gridworker.server.verbs.asked.Clock", rig.hands.clock)
    assert main(["stats", "--data", rig.address]) == 0
    assert "stairwells_following 1" in " ".join(capsys.readouterr().out.split())
    assert main(["move", "--data", rig.address, "--finish"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 rows, 1 stairwells left" and said[-1].endswith("nothing left to follow")
    assert (left(rig), lies(rig)) == (0, ["b1"] * HOMES_EACH)
