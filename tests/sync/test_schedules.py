"""T2: three devices, an office and a server play random schedules of saves, exchanges and faults. An oracle in plain
Python, which shares no code with the product, says after each schedule what must be there; no answer ever holds a row
outside its asker's scope; every op ends exactly once."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

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

from gridworker.errors import DeviceRevoked, NotAllowed, ServerAway, ServerRefused
from gridworker.models import ids
from gridworker.models.alias import alias_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Outcome, Value
from gridworker.models.registry import ENTITIES
from gridworker.server import auth, push
from gridworker.server import sums as server_sums
from gridworker.server.database import ServerDatabase
from gridworker.store import state as local_state
from gridworker.store import stuck
from gridworker.store import sums as store_sums
from gridworker.store.statistics import difference
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.messages import SYNC, Limits, SyncReply
from gridworker.sync.protocol.wire_rows import columns
from gridworker.sync.transport import Reply, Transport
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire, ask, op
from tests.contract.test_restored import restored
from tests.contract.village import MICRO_GRIDS, Hands, change, create, found_village, home, named, visit
from tests.copies import copy_folder
from tests.sync.oracle import EVENTS, SAID, Act, Device, Oracle
from tests.sync.test_scope_moves import GRIDS, LOGINS, Picture, Schedule

#: Waiting for a disk would take most of the time, and power cuts are tested elsewhere.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
#: Shards run side by side; each is a run of its own with its own seed.
SHARDS, SCHEDULES, STEPS = (8, 300, 40) if LONG else (2, 40, 34)
LEAST_STEPS = 30
YEARS = 10 * 365 * 24 * 3600

HOMES = (home("a1", 1), home("a1", 2), home("a2", 1), home("b1", 1))
MERGED, DELETED = (f"{HOMES[1]}_r", f"{HOMES[0]}_r"), f"{HOMES[2]}_r"
ALIAS = alias_id("resident", named(MERGED[0]))
WEEK = "2026-W48"
AT_HOME = ("resident", "visit", "plan_item", "conflict", "record_alias")
VALUES: dict[str, tuple[Any, ...]] = {
    "note": ("甲", "乙", "丙"),
    "preferred_time": ("weekday", "evening", "weekend"),
    "visit_opt_out": (1,),
    "salutation": ("老师", "阿姨", "大爷"),
}
POISON = "毒"
WHO = st.sampled_from(LOGINS)
PICK = st.integers(0, 5)
FIRED: Counter[str] = Counter()
pytestmark = pytest.mark.long


class Crash(Exception):
    """The process ends here."""


class Watched:
    """A transport that shows every answer to `look`, also those that get lost, and delivers twice if told so."""

    def __init__(self, inner: Transport, look: Callable[[SyncReply], None]) -> None:
        self.inner, self._look, self.twice = inner, look, False

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self.twice:
            self.twice = False
            self.inner.send(path, body, headers)
        reply = self.inner.send(path, body, headers)
        if path == SYNC and reply.status == 200:
            self._look(read_answer(reply, SyncReply))
        return reply

    def close(self) -> None:
        self.inner.close()


def boom(*_: Any, **__: Any) -> Any:
    raise Crash


class Village(RuleBasedStateMachine):
    """The rules of what people do are in `Saving`, those of networks, machines and offices in `Agreement`."""

    def __init__(self, templates: tuple[Path, Path], trace: list[str] | None = None) -> None:
        super().__init__()
        self.templates, self.trace = templates, trace
        self.folder = Path(tempfile.mkdtemp(prefix="gridworker-agreement-", dir=MEMORY))
        chance, ticks = random.Random(7), itertools.count(1_795_147_200_000_000_000, 1_000_000)
        #: Ids decide no order, and a schedule that failed must fail again.
        self.same_ids = contextlib.ExitStack()
        self.same_ids.enter_context(patch.object(ids, "os", SimpleNamespace(urandom=chance.randbytes)))
        self.same_ids.enter_context(patch.object(ids, "time", SimpleNamespace(time_ns=ticks.__next__)))
        self.poisoned = False
        self.numbers = itertools.count(1)
        self.kept: dict[str, tuple[Path, list[Act]]] = {}
        self.commands = self.copies = 0

    @initialize(rows=st.sampled_from([4, 15, 5000, 5000]), synced=st.sampled_from([True, True, False]))
    def begin(self, rows: int, synced: bool) -> None:
        copy_folder(self.templates[int(synced)], self.folder, exist_ok=True)
        self.hands = Hands()
        database = ServerDatabase.open(self.folder / "server", self.hands.clock())
        self.rig = Rig(database, self.hands, "in_process", self.folder, Limits(rows=rows))
        self.rig._number = 10  # folders of devices that come later
        self.rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
        self.picture = Picture()
        self.desks = {login: self.open(login, self.folder / f"desk{n}") for n, login in enumerate(LOGINS, 1)}
        self.office = self.open("secretary", self.folder / "desk4")
        self.oracle = Oracle(
            self.picture,
            {login: Device() for login in LOGINS},
            MERGED,
            states=dict.fromkeys(HOMES, "planned"),
        )
        self.note("begin", rows, synced)

    def open(self, login: str, folder: Path) -> Desk:
        return Desk(Store.open(folder, PASSPHRASE, self.hands.clock()), self.wire(login))

    def wire(self, login: str) -> Wire:
        return Wire(Watched(self.rig.transport(), lambda reply: self.look(login, reply)))

    def look(self, login: str, reply: SyncReply) -> None:
        if login != "secretary":
            Schedule.holds_nothing_else(self, login, reply)  # type: ignore[arg-type]

    def fired(self, name: str, *what: object) -> None:
        FIRED[name] += 1
        self.note(name, *what)

    def note(self, *what: object) -> None:
        if self.trace is not None:
            self.trace.append(" ".join(map(str, what)))

    def put(self, login: str, act: Act, *drafts: Draft) -> None:
        """Save on `login`'s device, unless its own rows say that the person may not (any more)."""
        try:
            self.desks[login].save(*drafts)
        except NotAllowed:
            return
        self.oracle.devices[login].waiting.append(act)
        self.fired(act.kind, login, act)

    def seen(self, login: str, entity: str, name: str, what: str) -> Any:
        """The value on `login`'s device, or LookupError as a value where the record is not there."""
        found = self.desks[login].rows(f"SELECT {what} FROM {entity} WHERE id = ?", named(name))
        return found[0][0] if found else LookupError

    def reached(self, login: str) -> None:
        self.oracle.reach(login, poisoned=self.poisoned)

    def command(self, draft: Draft) -> None:
        """What the office decides reaches the server at once."""
        self.commands += 1
        (result,) = ask(self.office, [op(self.commands, draft)]).results
        assert result.outcome is Outcome.APPLIED, result

    def teardown(self) -> None:
        try:
            if hasattr(self, "oracle"):
                self.settle_and_compare()
        finally:
            if hasattr(self, "rig"):
                for desk in (*self.desks.values(), self.office):
                    desk.store.close()
                self.rig.close()
            self.same_ids.close()
            shutil.rmtree(self.folder)

    def settle_and_compare(self) -> None:
        raise NotImplementedError


class Saving(Village):
    """What people do, each on the own device and with what it shows."""

    def home_on(self, login: str, pick: int) -> str | None:
        """One of the homes on `login`'s device, if there are any."""
        held = self.desks[login].holds("household")
        names = [name for name in HOMES if named(name) in held]
        return names[pick % len(names)] if names else None

    @rule(login=WHO, place=PICK, what=st.sampled_from(sorted(VALUES)), pick=PICK)
    def edit(self, login: str, place: int, what: str, pick: int) -> None:
        name = self.home_on(login, place)
        if name is None:
            return
        entity, record = ("resident", f"{name}_r") if what == "salutation" else ("household", name)
        seen = self.seen(login, entity, record, what)
        values = [value for value in VALUES[what] if value != seen]
        if seen is LookupError or not values or self.seen(login, entity, record, "deleted"):
            return
        if record == MERGED[0] and self.is_merged(login):
            return  # nobody is shown the record that was merged away
        value = values[pick % len(values)]
        act = Act(next(self.numbers), "edit", name, record, what, seen, value)
        self.put(login, act, change(entity, named(record), what, seen, value))

    def is_merged(self, login: str) -> bool:
        found = self.desks[login].rows("SELECT id FROM record_alias WHERE id = ? AND deleted = 0", ALIAS)
        return found != []

    @rule(login=WHO, place=PICK, kind=st.sampled_from(["visit", "visit", "poison"]))
    def visit(self, login: str, place: int, kind: str) -> None:
        """A visit; the server fails on poison until it is mended."""
        if self.copies or self.kept:
            kind = "visit"  # poison in a copy is not played yet
        name, number = self.home_on(login, place), next(self.numbers)
        if name is not None:
            self.poisoned |= kind == "poison"
            text = f"{POISON if kind == 'poison' else '第'}{number}次"
            self.put(login, Act(number, kind, name, text), visit(name, text))

    @precondition(lambda self: not self.copies and not self.kept)
    @rule(login=WHO, place=PICK)
    def spoil(self, login: str, place: int) -> None:
        self.visit(login, place, "poison")

    @rule(login=WHO, place=PICK, pick=PICK)
    def transition(self, login: str, place: int, pick: int) -> None:
        name = self.home_on(login, place)
        states = self.desks[login].rows(
            "SELECT state FROM plan_item WHERE id = ?", named(f"plan_{name}") if name else b""
        )
        if name is None or not states:
            return
        legal = [event for event, (sources, *_) in sorted(EVENTS.items()) if states[0][0] in sources]
        event = legal[pick % len(legal)]
        said: dict[str, Value] = dict([SAID[event]]) if event in SAID else {}
        base: dict[str, Value] = {"state": states[0][0]}
        draft = Draft("plan_item", named(f"plan_{name}"), OpKind.EVENT, {EVENT: event, **said}, base)
        self.put(login, Act(next(self.numbers), "event", name, name, event), draft)

    @rule(login=st.sampled_from(["grid_a", "grid_a", *LOGINS]))
    def delete_or_restore(self, login: str) -> None:
        deleted = self.seen(login, "resident", DELETED, "deleted")
        if deleted is not LookupError:
            kind = "restore" if deleted else "delete"
            act = Act(next(self.numbers), kind, HOMES[2], DELETED)
            self.put(login, act, Draft("resident", named(DELETED), OpKind(kind), {}))

    @rule(login=WHO)
    def merge_alias(self, login: str) -> None:
        if LookupError in [self.seen(login, "resident", name, "id") for name in MERGED]:
            return
        if self.is_merged(login):
            act = Act(next(self.numbers), "unmerge", HOMES[0], "alias")
            self.put(login, act, Draft("record_alias", ALIAS, OpKind.DELETE, {}))
            return
        values: dict[str, Value] = {"entity": "resident", "household_id": named(HOMES[0])}
        values |= {"loser_id": named(MERGED[0]), "winner_id": named(MERGED[1])}
        act = Act(next(self.numbers), "merge", HOMES[0], "alias")
        self.put(login, act, Draft("record_alias", ALIAS, OpKind.CREATE, values))


def judge_or_fail(connection: Any, context: Any, groups: Any) -> Any:
    if any(item.op and str(item.op.set.get("said")).startswith(POISON) for group in groups for item in group):
        raise RuntimeError("poison")
    return _JUDGE(connection, context, groups)


def take_in_and_fail(*arguments: Any) -> Any:
    _TAKE_IN(*arguments)
    raise RuntimeError("the power went before the commit")


_JUDGE, _TAKE_IN, _PUT = push._judge_together, push.take_in, local_state.put


class Agreement(Saving):
    # -- what networks and machines do -----------------------------------------------------------------------

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        with patch.object(push, "_judge_together", judge_or_fail if self.poisoned else _JUDGE):
            yield

    def talk(self, login: str, *, pull: bool = True) -> None:
        with self.server():
            done = self.desks[login].client.exchange(2000, 10**6, 5000, pull=pull)
        self.note("->", done.sent, done.conflicts, done.rejected, done.held, done.rows, done.more)

    @rule(login=WHO)
    def pull(self, login: str) -> None:
        self.talk(login)
        self.reached(login)
        self.fired("pull", login)

    @rule(login=WHO)
    def push(self, login: str) -> None:
        self.talk(login, pull=False)
        self.reached(login)
        self.fired("push", login)

    @rule(login=WHO)
    def lose_answer(self, login: str) -> None:
        self.desks[login].wire.lose_next = lambda: ServerAway(url="test")
        with pytest.raises(ServerAway):
            self.talk(login)
        self.reached(login)
        self.fired("lose_answer", login)

    @rule(login=WHO)
    def duplicate_answer(self, login: str) -> None:
        """The network delivers the request twice, and the second answer is the one that is heard."""
        inner: Any = self.desks[login].wire.inner
        inner.twice = True
        self.talk(login)
        self.reached(login)
        self.fired("duplicate_answer", login)

    @rule(login=WHO)
    def deliver_again(self, login: str) -> None:
        """An old request comes once more; nobody hears the answer."""
        if not self.desks[login].wire.requests:
            self.pull(login)
        with self.server():
            assert self.desks[login].wire.again().status in (200, 401, 403)
        self.fired("deliver_again", login)

    @rule(login=WHO)
    def crash_before_commit(self, login: str) -> None:
        """The device dies when everything of an answer is written but the cursor."""

        def put(connection: Any, facts: Any) -> None:
            if keeping.OFFSET in facts:
                raise Crash
            _PUT(connection, facts)

        with patch.object(local_state, "put", put), pytest.raises(Crash):
            self.talk(login)
        self.reached(login)
        self.reopen(login)
        self.fired("crash_before_commit", login)

    @rule(login=WHO)
    def crash_after_commit(self, login: str) -> None:
        with patch.object(self.desks[login].client, "_anchor", boom), pytest.raises(Crash):
            self.talk(login)
        self.reached(login)
        self.reopen(login)
        self.fired("crash_after_commit", login)

    @rule(login=WHO)
    def server_crashes(self, login: str) -> None:
        """Before its commit: nothing of the request has happened."""
        self.visit(login, 0, "visit")
        if self.oracle.devices[login].waiting:
            with patch.object(push, "take_in", take_in_and_fail), pytest.raises(ServerRefused):
                self.talk(login)
            self.fired("server_crashes", login)

    def reopen(self, login: str) -> None:
        folder = self.desks[login].store.folder
        self.desks[login].store.close()
        self.desks[login] = self.open(login, folder)

    @rule(login=WHO, years=st.sampled_from([-1, 0, 1]))
    def clock(self, login: str, years: int) -> None:
        self.desks[login].store.use_clock(Hands(self.hands.now + years * YEARS).clock())
        self.fired("clock", login, years)

    @precondition(lambda self: self.copies < 3)
    @rule(login=WHO)
    def copy(self, login: str) -> None:
        """A device keeps a copy of itself, or goes on as the one it kept; that is a device of its own, and the other
        one is never opened again."""
        desk, number = self.desks[login], next(self.numbers)
        if self.poisoned:
            return
        if login not in self.kept:
            copy = desk.store.back_up(self.folder / f"kept{number}")
            self.kept[login] = copy, list(self.oracle.devices[login].waiting)
            self.fired("keep_copy", login)
            return
        copy, waiting = self.kept.pop(login)
        self.copies += 1
        desk.store.close()
        desk.store.clock = self.hands.clock()
        restored(desk, copy, self.folder / f"back{number}")
        self.desks[login] = self.open(login, self.folder / f"back{number}")
        self.oracle.restored(login, waiting)
        self.talk(login)
        self.reached(login)
        self.fired("restore_copy", login)

    # -- what offices do -------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(HOMES), pick=PICK)
    def move_household(self, name: str, pick: int) -> None:
        was = self.picture.lies[name]
        now = [micro for micro in MICRO_GRIDS if micro != was][pick % 2]
        self.command(change("household", named(name), "unit_id", named(f"unit_{was}"), named(f"unit_{now}")))
        self.picture.lies[name] = now
        self.fired("move_household", name, now)

    @rule(micro=st.sampled_from(MICRO_GRIDS))
    def move_micro_grid(self, micro: str) -> None:
        was = self.picture.above[micro]
        now = GRIDS[1 - GRIDS.index(was)]
        self.command(change("area_unit", named(micro), "parent_id", named(was), named(now)))
        self.picture.above[micro] = now
        self.fired("move_micro_grid", micro, now)

    @rule(login=WHO, micro=st.sampled_from(MICRO_GRIDS))
    def give_post(self, login: str, micro: str) -> None:
        post = f"post_{login}_{micro}_{self.commands}"
        values: dict[str, Value] = {"role_code": "micro_grid_leader", "valid_from": "2026-11-01"}
        values |= {"area_unit_id": named(micro), "member_id": named(f"member_{login}")}
        self.command(create("appointment", post, **values))
        self.picture.posts[login][post] = micro
        self.fired("give_post", login, micro)

    @rule(login=WHO, pick=PICK)
    def take_post(self, login: str, pick: int) -> None:
        posts = sorted(self.picture.posts[login])
        if posts:
            post = posts[pick % len(posts)]
            self.command(change("appointment", named(post), "valid_to", None, "2026-11-19"))
            del self.picture.posts[login][post]
            self.fired("take_post", login, post)

    @precondition(lambda self: self.rig._number < 12)
    @rule(login=WHO)
    def revoke(self, login: str) -> None:
        """What a lost device had not sent never arrives; its owner goes on with a new one."""
        desk = self.desks[login]
        with self.rig.database.write() as connection:
            number = auth.revoke_device(connection, named("root"), desk.store.known.device_no, self.rig.now())
            assert number
        with pytest.raises(DeviceRevoked):
            self.talk(login)
        desk.store.close()
        new = self.rig.desk(login)
        self.desks[login] = Desk(new.store, self.wire(login))
        self.kept.pop(login, None)
        self.oracle.restored(login, [])
        self.fired("revoke", login)

    # -- what must be there in the end -----------------------------------------------------------------------

    def settle_and_compare(self) -> None:
        self.poisoned = False
        for _ in range(2):
            for login, desk in self.desks.items():
                desk.store.use_clock(self.hands.clock())
                with desk.store.database.write() as connection:
                    stuck.hurry(connection)
                desk.sync()
                self.reached(login)
        for desk in self.desks.values():
            desk.sync()
        self._server_is_as_the_oracle_says()
        for login, desk in self.desks.items():
            self._agrees(login, desk)

    def _server_is_as_the_oracle_says(self) -> None:
        rig, oracle = self.rig, self.oracle
        for name in HOMES:
            for what in VALUES:
                entity, record = ("resident", f"{name}_r") if what == "salutation" else ("household", name)
                found = rig.one(f"SELECT {what} FROM {entity} WHERE id = ?", named(record))
                assert found == oracle.values.get((record, what)), (record, what)
            state = rig.one("SELECT state FROM plan_item WHERE id = ?", named(f"plan_{name}"))
            assert state == oracle.states[name], name
        assert rig.one("SELECT deleted FROM resident WHERE id = ?", named(DELETED)) == (
            DELETED in oracle.deleted
        )
        living = rig.one("SELECT count(*) FROM record_alias WHERE deleted = 0")
        assert living == oracle.merged
        said = [row[0] for row in rig.rows("SELECT said FROM visit")]
        assert sorted(said) == sorted(oracle.visits)  # each exactly once
        members = {named(f"member_{login}"): login for login in LOGINS}
        names = {named(name): name for home_name in HOMES for name in (home_name, f"{home_name}_r")}
        found = [
            (names[record], what, members[member], (mine, theirs, kind))
            for record, what, member, mine, theirs, kind in rig.rows(
                "SELECT record_id, field, by_member_id, mine, theirs, kind FROM conflict WHERE state = 'open'"
            )
        ]
        wanted = [
            (record, what, login, values) for (record, what, login, _), values in oracle.conflicts.items()
        ]
        assert sorted(found, key=repr) == sorted(wanted, key=repr)
        assert rig.one("SELECT count(*) FROM held_op WHERE state = 'open'") == len(oracle.held)

    def _agrees(self, login: str, desk: Desk) -> None:
        homes = self.picture.homes(login)
        assert desk.holds("household") == homes, login
        for entity in ENTITIES:
            names = ", ".join(("bucket_id", *columns(entity.name)))
            theirs = {row[1]: row for row in self.rig.rows(f"SELECT {names} FROM {entity.name}")}
            mine = {row[1]: row for row in desk.rows(f"SELECT {names} FROM {entity.name}")}
            if entity.name in AT_HOME:
                place = 1 + columns(entity.name).index("household_id")
                assert mine == {record: row for record, row in theirs.items() if row[place] in homes}, (
                    entity.name
                )
            seen = {row[0] for row in mine.values()}
            assert mine == {record: row for record, row in theirs.items() if row[0] in seen}, entity.name
        ended = "('done', 'rejected')"  # every op has its one end
        assert desk.rows(f"SELECT seq, state FROM outbox WHERE state NOT IN {ended} OR result IS NULL") == []
        with desk.store.read() as connection:
            assert difference(connection) == []
            held = store_sums.counted(connection, desk.kept().scope)
        with self.rig.database.read() as connection:
            assert server_sums.wrong(connection, named("root")) == []
            there = server_sums.of_buckets(connection, named("root"), desk.kept().scope)
        assert held == {place: kept for place, kept in there.items() if kept.n}  # G5


def plan(rig: Rig) -> None:
    """A visit to each home stands in the plan of the week."""
    drafts = [
        create("plan_item", f"plan_{name}", household_id=named(name), week=WEEK, reason="by_hand")
        for name in HOMES
    ]
    results = ask(
        rig.desk("secretary"), [op(number, draft) for number, draft in enumerate(drafts, 1)]
    ).results
    assert {result.outcome for result in results} == {Outcome.APPLIED}


@pytest.fixture(scope="module")
def templates() -> Iterator[tuple[Path, Path]]:
    """The village with its devices enrolled: before their first exchange, and after it. On the same file system as
    its copies, so that these are not taken for copies."""
    above = Path(tempfile.mkdtemp(prefix="gridworker-agreement-", dir=MEMORY))
    folders = above / "fresh", above / "synced"
    for folder in folders:
        hands = Hands()
        found_village(folder / "server", hands).close()
        rig = Rig(
            ServerDatabase.open(folder / "server", hands.clock()), hands, "in_process", folder, Limits()
        )
        rig.service.rates.monotonic = iter(range(0, 10**9, 3600)).__next__
        desks = [rig.desk(login) for login in (*LOGINS, "secretary")]
        plan(rig)
        if folder == folders[1]:
            for desk in desks:
                desk.sync()
        rig.close()
    yield folders
    shutil.rmtree(above)


def play(templates: tuple[Path, Path], seed: int, schedules: int, trace: list[str] | None = None) -> None:
    def machine() -> Agreement:
        return Agreement(templates, trace)

    chosen: Any = machine
    chosen._hypothesis_internal_use_seed = seed
    run_state_machine_as_test(
        chosen,
        settings=settings(
            max_examples=schedules, stateful_step_count=STEPS, derandomize=False, database=None
        ),
        _min_steps=LEAST_STEPS,
    )


RULES = {
    *(
        "edit",
        "visit",
        "poison",
        "event",
        "delete",
        "restore",
        "merge",
        "unmerge",
        "pull",
        "push",
        "lose_answer",
    ),
    *(
        "duplicate_answer",
        "deliver_again",
        "crash_before_commit",
        "crash_after_commit",
        "server_crashes",
        "clock",
    ),
    *("keep_copy", "restore_copy", "move_household", "move_micro_grid", "give_post", "take_post", "revoke"),
}


@pytest.mark.parametrize("shard", range(SHARDS))
def test_devices_and_a_server_agree(templates: tuple[Path, Path], shard: int) -> None:
    FIRED.clear()
    play(templates, shard, SCHEDULES)
    print(f"shard {shard}: {FIRED.total()} steps:", ", ".join(f"{n} {FIRED[n]}" for n in sorted(RULES)))  # noqa: T201 - it is asked for
    assert {name for name in RULES if not FIRED[name]} == set()
    assert set(FIRED) == RULES


def test_the_same_seed_plays_the_same_schedule(templates: tuple[Path, Path]) -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        play(templates, 99, 3, trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 3 * LEAST_STEPS
