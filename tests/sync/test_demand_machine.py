"""Demands on two devices that sync, and on a third that only receives: random steps, legal and illegal, with lost
answers and sticks of work done without knowing of each other. No demand is lost or without an owner, what is closed has
a result, the log replays to the state everywhere, and the receiver never holds who reported unless it was ticked."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from gridworker.errors import EventRefused, FieldInvalid, NotAllowed, NotFound, NotUndoable, ServerAway
from gridworker.models import demand_rules
from gridworker.models.demand_machine import DEMAND_MACHINE, ENDS, OPEN
from gridworker.models.demand_rules import replayed
from gridworker.server.database import ServerDatabase
from gridworker.services import demands, referrals
from gridworker.services.undo import undo
from gridworker.store import referring, statistics
from gridworker.store.demand_changes import changed_fields
from gridworker.store.store import Store
from gridworker.sync.protocol.messages import Limits
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire
from tests.contract.test_agreeing import in_agreement
from tests.contract.test_demands_over_sync import form
from tests.contract.test_exchange import copies_agree
from tests.contract.village import Hands, found_village, home, named
from tests.copies import copy_folder

#: Two who work in a1, the second with every event; and one of another grid, who gets what is referred there.
OWNERS, RECEIVER = ("steward_a1", "grid_a"), "steward_b1"
LOGINS = (*OWNERS, RECEIVER)
EVENTS = tuple(event.name for event in DEMAND_MACHINE.events)
ONWARD = ("accept", "assign", "handle", "reply", "revisit", "close", "reopen", "transfer", "merge")
STEPS = ("accept", "handle", "reply", "give_back", "take_back")
#: Waiting for a disk would take most of the time, and power cuts are tested elsewhere.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
REFUSALS = (EventRefused, FieldInvalid, NotAllowed, NotFound, NotUndoable)
ROAD = "state, result_kind, result_text, referral, round, owner_member_id, turn"
DONE: Counter[str] = Counter()

KINDS = ("go_on",) * 6 + ("any",) * 2 + ("there",) * 3 + ("sync",) * 5 + ("register", "take_back")


def inputs(event: str, other: bytes | None, *, ticked: bool) -> dict[str, Any]:
    """What an event asks for, so that state, post and rules decide."""
    given: dict[str, dict[str, Any]] = {
        "not_accept": {"result_text": "请找物业"},
        "assign": {"assignee_id": named("member_steward_a1")},
        "handle": {"result_kind": "solved", "result_text": "修好了", "solve_level": "grid"},
        "reply": {"replied_at": "2026-11-20 12:00", "reply_channel": "phone"},
        "revisit": {"satisfaction": "unsatisfied", "satisfaction_reason": "还是陡"},
        "close": {"revisit_declined": 1},
        "extend": {"due_at": "2026-12-24 10:00"},
        "contacted": {"contacted_at": "2026-11-20 12:00"},
        "refer_up": {"referred_to_id": named("root"), "refer_level": "community"},
        "transfer": {"referred_to_id": named("b1"), "refer_kind": "transfer", "refer_place": "小院1栋"},
        "route": {"routed_to_id": named("a2")},
        "merge": {"merged_into_id": other},
        "feed_back": {"fed_back_at": "2026-11-20 12:00"},
        "join_package": {"package_id": named("package")},
    }
    found = dict(given.get(event, {}))
    if ticked and event in ("refer_up", "transfer"):
        found["refer_reporter"] = 1
    return found


class Village(RuleBasedStateMachine):
    def __init__(self, template: Path) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gridworker-demands-", dir=MEMORY))
        copy_folder(template, self.folder, exist_ok=True)
        hands = Hands()
        database = ServerDatabase.open(self.folder / "server", hands.clock())
        self.rig = Rig(database, hands, "in_process", self.folder, Limits())
        self.rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
        self.desks = {login: self._open(number) for number, login in enumerate(LOGINS, 1)}
        #: Every demand that somebody registered, with the name of who reported it.
        self.made: dict[bytes, str] = {}
        self.ticked: set[bytes] = set()
        self.txns: dict[str, list[bytes]] = {login: [] for login in LOGINS}

    def _open(self, number: int) -> Desk:
        store = Store.open(self.folder / f"desk{number}", PASSPHRASE)
        store.use_clock(Hands().clock())
        return Desk(store, Wire(self.rig.transport()))

    def teardown(self) -> None:
        try:
            self.settle_and_look()
        finally:
            for desk in self.desks.values():
                desk.store.close()
            self.rig.close()
            shutil.rmtree(self.folder)

    # -- what people do --------------------------------------------------------------------------------------

    @initialize(wants=st.booleans())
    def begin(self, wants: bool) -> None:
        """Two demands that everybody knows who may."""
        self._register("steward_a1", wants=True, place=1)
        self._register("grid_a", wants=wants, place=2)
        for _ in range(2):
            for login in OWNERS:
                self.desks[login].sync()

    @rule(seed=st.integers(0, 2**30))
    def day(self, seed: int) -> None:
        """One rule for all, or whole examples would be without the one or the other kind of step; drawn by a seed,
        for numbers that Hypothesis draws itself are mostly small and the same."""
        chance = random.Random(seed)
        for _ in range(16):
            kind, login = chance.choice(KINDS), chance.choice(LOGINS)
            turn, pick, other = (
                chance.randrange(len(EVENTS)),
                chance.choice((0, 0, 1, 2)),
                chance.randrange(3),
            )
            some = chance.random() < 1 / 4
            if kind == "register":
                self._register(OWNERS[turn % 2], wants=some, place=1 + turn % 2)
            elif kind == "go_on":
                self._go_on(OWNERS[turn % 2], turn // 2 + pick, pick, other, ticked=some)
            elif kind == "any":
                self._try(login, EVENTS[turn], pick, other, ticked=some, poor=turn % 4 == other)
            elif kind == "there":
                self._step(STEPS[turn % len(STEPS)], pick)
            elif kind == "sync":
                self._sync(login, lost=some)
            else:
                self._take_back(login)

    def _register(self, login: str, *, wants: bool, place: int) -> None:
        name = f"演示{len(self.made):03d}王"
        phone = f"100-0000-{len(self.made):04d}"
        wanted = form(
            home("a1", place), reporter="outside", reporter_name=name, reporter_phone=phone, wants_reply=wants
        )
        made = demands.register(self.desks[login].store, wanted)
        self.made[made.demand_id] = name
        self.txns[login] += made.txns

    def _go_on(self, login: str, turn: int, pick: int, other: int, *, ticked: bool) -> None:
        """An event that a button would offer on this device."""
        try:
            offered = demands.next_steps(self.desks[login].store, self._demand(pick))
        except NotFound:
            return
        possible = [one.event for one in offered if one.possible]
        onward = [event for event in possible if event in ONWARD]
        if onward and turn % 3:  # or a demand would hardly ever come to its end
            possible = onward
        if possible:
            self._try(login, possible[turn % len(possible)], pick, other, ticked=ticked, poor=False)

    def _try(self, login: str, event: str, pick: int, other: int, *, ticked: bool, poor: bool) -> None:
        record = self._demand(pick)
        given = {} if poor else inputs(event, self._demand(other), ticked=ticked)
        before = self._present(login, record)
        try:
            done = demands.cause(self.desks[login].store, record, event, "" if poor else "说明", **given)
        except REFUSALS:
            DONE["refused"] += 1
            assert self._present(login, record) == before  # nothing half done
            return
        assert login != RECEIVER, "who may not see a demand moved it"
        DONE[event] += 1
        self.txns[login] += done.txns
        if given.get("refer_reporter"):
            self.ticked.add(record)

    def _step(self, event: str, pick: int) -> None:
        """The receiver's step with what was referred there."""
        desk = self.desks[RECEIVER]
        rows = desk.rows("SELECT id, state FROM referral WHERE deleted = 0 ORDER BY id DESC")
        if not rows:
            return
        record, before = rows[pick % len(rows)]
        extra: dict[str, tuple[str, ...]] = {
            "handle": ("solved", "换好了"),
            "reply": ("phone", "2026-11-20 12:00"),
            "give_back": ("不归我",),
        }
        try:
            done = getattr(referrals, event)(desk.store, record, *extra.get(event, ()))
        except REFUSALS:
            DONE["refused there"] += 1
            assert desk.one("SELECT state FROM referral WHERE id = ?", record) == before
            return
        DONE[f"{event} there"] += 1
        self.txns[RECEIVER] += done.txns

    def _take_back(self, login: str) -> None:
        if not self.txns[login]:
            return
        try:
            undo(self.desks[login].store, self.txns[login].pop(), "点错了")
            DONE["undo"] += 1
        except REFUSALS:
            DONE["not undone"] += 1

    def _sync(self, login: str, *, lost: bool) -> None:
        desk = self.desks[login]
        if lost:
            desk.wire.lose_next = lambda: ServerAway(url="")
        try:
            desk.sync()
        except ServerAway:
            DONE["lost answer"] += 1
        finally:
            desk.wire.lose_next = None
        DONE["sync"] += 1
        self._look_at(self.desks[RECEIVER])
        self._figures_hold()

    # -- what must hold --------------------------------------------------------------------------------------

    def _demand(self, pick: int) -> bytes:
        known = list(self.made)
        return known[-1 - pick % len(known)]

    def _present(self, login: str, record: bytes) -> Any:
        desk = self.desks[login]
        log = desk.one("SELECT count(*) FROM demand_event WHERE demand_id = ?", record)
        return desk.rows(f"SELECT {ROAD} FROM demand WHERE id = ?", record), log

    def settle_and_look(self) -> None:
        for _ in range(3):
            for desk in self.desks.values():
                desk.sync()
        for desk in self.desks.values():
            copies_agree(self.rig, desk)
            assert in_agreement(self.rig, desk)
        found = {row[0] for row in self.rig.rows("SELECT id FROM demand WHERE deleted = 0")}
        assert found == set(self.made), "a demand was lost"
        for record in self.made:
            self._replays(self.rig, record)
            for login in OWNERS:
                if record in self.desks[login].holds("demand"):
                    self._replays(self.desks[login], record)
        self._nobody_is_forgotten()
        self._rows_of_one_matter_agree()
        self._look_at(self.desks[RECEIVER])

    def _replays(self, at: Desk | Rig, record: bytes) -> None:
        (present,) = at.rows(f"SELECT {ROAD} FROM demand WHERE id = ?", record)
        entries = at.rows(
            "SELECT from_state, to_state, changed, turn FROM demand_event WHERE demand_id = ? ORDER BY turn",
            record,
        )
        assert [entry[3] for entry in entries] == list(range(1, present[6] + 1))
        found = replayed((entry[0] or "", entry[1], changed_fields(entry[2] or "")) for entry in entries)
        names = [name.strip() for name in ROAD.split(",")]
        for name, value in zip(names[:-1], present[:-1], strict=True):
            assert found.get(name) == value, (name, entries)

    def _nobody_is_forgotten(self) -> None:
        rows = self.rig.rows(
            "SELECT id, state, owner_member_id, assignee_id, result_kind, result_text, wants_reply, replied_at, "
            "merged_into_id, bucket_id FROM demand"
        )
        ends = {row[0]: row[8] for row in rows}
        for row in rows:
            state = row[1]
            if state in OPEN:
                assert row[2] is not None, f"{state} without an owner"
            if state == "assigned":
                assert row[3] is not None
            if state == "closed":
                assert row[4] and row[5], "closed without a result"
                assert row[7] or not row[6], "closed without a reply"
            if state in ENDS:
                assert row[4], state
            seen, at = {row[0]}, row[8]
            while at is not None:
                assert at in ends and at not in seen, "merged into nothing or in a circle"
                seen.add(at)
                at = ends[at]

    def _rows_of_one_matter_agree(self) -> None:
        """A referral belongs to a demand, which says the same of it; at most the last one is under way."""
        for record in self.made:
            ((says, number),) = self.rig.rows("SELECT referral, round FROM demand WHERE id = ?", record)
            rows = self.rig.rows(
                "SELECT round, state FROM referral WHERE demand_id = ? ORDER BY round", record
            )
            assert all(
                state in ("returned", "withdrawn", "replied") for turn, state in rows if turn != number
            )
            now = dict(rows).get(number)
            if says in ("open", "accepted"):
                assert now == says, (says, rows)
            elif says is None:
                assert now in (None, "withdrawn", "replied", "returned"), rows
        orphans = "SELECT 1 FROM referral r LEFT JOIN demand d ON d.id = r.demand_id WHERE d.id IS NULL"
        assert self.rig.rows(orphans) == []

    def _look_at(self, desk: Desk) -> None:
        """The receiver holds no demand, and of who reported no more than was ticked."""
        assert (desk.holds("demand"), desk.holds("demand_event"), desk.holds("demand_slip")) == (
            set(),
            set(),
            set(),
        )
        known = str(desk.rows("SELECT * FROM referral")) + str(
            desk.rows("SELECT CAST(payload AS TEXT) FROM outbox")
        )
        for record, name in self.made.items():
            assert name not in known or record in self.ticked, "the receiver learnt who reported"

    def _figures_hold(self) -> None:
        """The kept days of every demand, here and with the others, say what its log says."""
        for desk in self.desks.values():
            with desk.store.read() as connection:
                assert statistics.difference(connection) == []


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A village with its three devices after their first exchange."""
    folder = tmp_path_factory.mktemp("demands")
    hands = Hands()
    found_village(folder / "server", hands).close()
    database = ServerDatabase.open(folder / "server", hands.clock())
    rig = Rig(database, hands, "in_process", folder, Limits())
    for login in LOGINS:
        rig.desk(login).sync()
    rig.close()
    return folder


def play(template: Path, examples: int, steps: int, *, shorten: bool = True) -> None:
    machine: Any = lambda: Village(template)  # noqa: E731 - hypothesis takes a class or what makes one
    phases = tuple(Phase) if shorten else (Phase.generate,)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.no_cover  # measuring would double the time, and other tests reach the same lines
def test_demands_of_devices_that_sync(template: Path) -> None:
    DONE.clear()
    long = os.environ.get("HYPOTHESIS_PROFILE") == "long"
    play(template, 1500 if long else 40, 20 if long else 6)
    for name in ("accept", "handle", "close", "transfer", "merge", "refused", "accept there", "undo"):
        assert DONE[name], f"{name} never happened: {DONE}"


def _closes_without_a_reply(_event: str, _row: object, _given: object, _who: object) -> str:
    return ""


def _tells_everything(demand: Any) -> dict[str, Any]:
    return {name: demand[name] for name in ("reporter_name", "reporter_phone")}


@pytest.mark.no_cover
@pytest.mark.parametrize("broken", ["reply", "reporter"])
def test_a_broken_rule_is_noticed(template: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == "reply":
        rules = {**demand_rules.GUARDS, "reply_or_none_wanted": _closes_without_a_reply}
        monkeypatch.setattr(demand_rules, "GUARDS", rules)
    else:
        monkeypatch.setattr(referring, "_reporter", _tells_everything)
    with pytest.raises((AssertionError, ExceptionGroup)) as noticed:
        play(template, 300, 6, shorten=False)
    found = getattr(noticed.value, "exceptions", (noticed.value,))
    wanted = {"reply": "closed without a reply", "reporter": "the receiver learnt who reported"}[broken]
    assert any(wanted in str(one) for one in found)
