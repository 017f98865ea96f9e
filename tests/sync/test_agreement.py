"""Two devices and a server play any schedule of edits, visits, exchanges, lost and doubled answers and restarts. A
plain dictionary, which shares no code with the product, says what must be there in the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridworker.errors import ServerAway
from gridworker.models.registry import ENTITIES
from gridworker.server import sums as server_sums
from gridworker.server.database import ServerDatabase
from gridworker.store import sums as store_sums
from gridworker.store.statistics import difference
from gridworker.store.store import Store
from gridworker.sync.protocol.messages import Limits
from gridworker.sync.protocol.wire_rows import columns
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire
from tests.contract.village import Hands, change, found_village, home, named, visit
from tests.copies import copy_folder

#: Both may work in a1; only the leader in a2.
LOGINS = ("steward_a1", "grid_a")
HOMES = (home("a1", 1), home("a1", 2), home("a2", 1))
FIELDS = ("note", "preferred_time", "visit_opt_out")
#: Waiting for a disk would take most of the time, and power cuts are tested elsewhere.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
VALUES: dict[str, tuple[Any, ...]] = {
    "note": ("甲", "乙", "丙"),
    "preferred_time": ("weekday", "evening", "weekend"),
    "visit_opt_out": (1,),
}


@dataclass
class Oracle:
    """What the server must hold: fields by (home, field), visits by text, and the conflicts that must be open."""

    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    visits: set[str] = field(default_factory=set)
    conflicts: dict[tuple[str, str, int], tuple[Any, Any]] = field(default_factory=dict)
    waiting: tuple[list[Any], list[Any]] = field(default_factory=lambda: ([], []))

    def reach(self, device: int) -> None:
        """Everything `device` has saved so far reaches the server now."""
        for act in self.waiting[device]:
            if isinstance(act, str):
                self.visits.add(act)
            else:
                self._merge(device, *act)
        self.waiting[device].clear()

    def _merge(self, device: int, name: str, what: str, base: Any, value: Any) -> None:
        there = self.values.get((name, what))
        if there == value:
            return
        if there == base or what == "visit_opt_out":
            self.values[name, what] = value
        else:
            self.conflicts[name, what, device] = (value, there)


class Agreement(RuleBasedStateMachine):
    def __init__(self, template: Path) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gridworker-agreement-", dir=MEMORY))
        copy_folder(template, self.folder, exist_ok=True)
        self.hands = Hands()
        database = ServerDatabase.open(self.folder / "server", self.hands.clock())
        self.rig = Rig(database, self.hands, "in_process", self.folder, Limits())
        self.rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
        self.desks = [self.open(number) for number in (1, 2)]
        self.oracle = Oracle()
        self.number = 0

    def open(self, number: int) -> Desk:
        store = Store.open(self.folder / f"desk{number}", PASSPHRASE, self.hands.clock())
        return Desk(store, Wire(self.rig.transport()))

    def teardown(self) -> None:
        try:
            self.settle_and_compare()
        finally:
            for desk in self.desks:
                desk.store.close()
            self.rig.close()
            shutil.rmtree(self.folder)

    @initialize(rows=st.sampled_from([4, 15, 5000, 5000]))
    def page_size(self, rows: int) -> None:
        self.rig.service.limits = Limits(rows=rows)

    # -- what people do --------------------------------------------------------------------------------------

    @rule(
        device=st.integers(0, 1),
        place=st.integers(0, 2),
        what=st.sampled_from(FIELDS),
        pick=st.integers(0, 2),
    )
    def edit(self, device: int, place: int, what: str, pick: int) -> None:
        name, desk = HOMES[place % 2 if device == 0 else place], self.desks[device]
        seen = desk.rows(f"SELECT {what} FROM household WHERE id = ?", named(name))
        if not seen:
            return  # not copied yet
        value = VALUES[what][pick % len(VALUES[what])]
        if seen[0][0] == value:
            return
        desk.save(change("household", named(name), what, seen[0][0], value))
        self.oracle.waiting[device].append((name, what, seen[0][0], value))

    @rule(device=st.integers(0, 1), place=st.integers(0, 2))
    def visit(self, device: int, place: int) -> None:
        name = HOMES[place % 2 if device == 0 else place]
        if named(name) not in self.desks[device].holds("household"):
            return
        self.number += 1
        text = f"第{self.number}次"
        self.desks[device].save(visit(name, text))
        self.oracle.waiting[device].append(text)

    # -- what networks do ------------------------------------------------------------------------------------

    @rule(device=st.integers(0, 1))
    def exchange(self, device: int) -> None:
        self.desks[device].client.exchange(2000, 10**6, 5000)
        self.oracle.reach(device)

    @rule(device=st.integers(0, 1))
    def push_only(self, device: int) -> None:
        self.desks[device].client.exchange(2000, 10**6, 5000, pull=False)
        self.oracle.reach(device)

    @rule(device=st.integers(0, 1))
    def lose_the_answer(self, device: int) -> None:
        desk = self.desks[device]
        desk.wire.lose_next = lambda: ServerAway(url="test")
        with pytest.raises(ServerAway):
            desk.client.exchange(2000, 10**6, 5000)
        self.oracle.reach(device)

    @precondition(lambda self: any(desk.wire.requests for desk in self.desks))
    @rule(device=st.integers(0, 1))
    def deliver_a_request_again(self, device: int) -> None:
        if self.desks[device].wire.requests:
            assert self.desks[device].wire.again().status == 200

    @rule(device=st.integers(0, 1))
    def restart(self, device: int) -> None:
        self.desks[device].store.close()
        self.desks[device] = self.open(device + 1)

    @rule(device=st.integers(0, 1), hours=st.integers(0, 400_000))
    def someone_sets_the_clock(self, device: int, hours: int) -> None:
        """Order and winners must not notice (the server's clock stays)."""
        self.desks[device].store.clock = Hands(self.hands.now + hours * 3600).clock()

    # -- what must be there in the end -----------------------------------------------------------------------

    def settle_and_compare(self) -> None:
        for desk in self.desks:
            desk.store.clock = self.hands.clock()
        for _ in range(2):
            for device, desk in enumerate(self.desks):
                desk.sync()
                self.oracle.reach(device)
        self._server_is_as_the_oracle_says()
        for desk in self.desks:
            self._agrees(desk)

    def _server_is_as_the_oracle_says(self) -> None:
        for name in HOMES:
            for what in FIELDS:
                found = self.rig.one(f"SELECT {what} FROM household WHERE id = ?", named(name))
                assert found == self.oracle.values.get((name, what)), (name, what)
        texts = [row[0] for row in self.rig.rows("SELECT said FROM visit")]
        assert sorted(texts) == sorted(self.oracle.visits)  # each exactly once
        devices = {desk.store.known.member_id: number for number, desk in enumerate(self.desks)}
        names = {named(name): name for name in HOMES}
        conflicts = {
            (names[record], what, devices[member]): (mine, theirs)
            for record, what, member, mine, theirs in self.rig.rows(
                "SELECT record_id, field, by_member_id, mine, theirs FROM conflict"
            )
        }
        assert conflicts == self.oracle.conflicts

    def _agrees(self, desk: Desk) -> None:
        for entity in ENTITIES:
            names = ", ".join(("bucket_id", *columns(entity.name)))
            theirs = {row[1]: row for row in self.rig.rows(f"SELECT {names} FROM {entity.name}")}
            mine = {row[1]: row for row in desk.rows(f"SELECT {names} FROM {entity.name}")}
            seen = {row[0] for row in mine.values()}
            assert mine == {record: row for record, row in theirs.items() if row[0] in seen}, entity.name
        assert desk.rows("SELECT seq, state FROM outbox WHERE state <> 'done' OR result IS NULL") == []
        with desk.store.read() as connection:
            assert difference(connection) == []
            held = store_sums.counted(connection, desk.kept().scope)
        with self.rig.database.read() as connection:
            assert server_sums.wrong(connection, named("root")) == []
            there = server_sums.of_buckets(connection, named("root"), desk.kept().scope)
        assert held == {place: kept for place, kept in there.items() if kept.n}  # G5


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A village with two devices enrolled, before their first exchange."""
    folder = tmp_path_factory.mktemp("agreement")
    hands = Hands()
    found_village(folder / "server", hands).close()
    database = ServerDatabase.open(folder / "server", hands.clock())
    rig = Rig(database, hands, "in_process", folder, Limits())
    for login in LOGINS:
        rig.desk(login)
    rig.close()
    return folder


def test_two_devices_and_a_server_agree(template: Path) -> None:
    long = os.environ.get("HYPOTHESIS_PROFILE") == "long"
    machine: Any = lambda: Agreement(template)  # noqa: E731 - hypothesis takes a class or what makes one
    run_state_machine_as_test(
        machine, settings=settings(max_examples=3000 if long else 200, stateful_step_count=40 if long else 12)
    )
