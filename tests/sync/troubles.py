"""What networks, machines and offices do to a schedule's village, and what must hold when it has come to rest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

from gridworker.errors import DeviceRevoked, ServerAway, ServerRefused
from gridworker.models.op import Value
from gridworker.models.registry import ENTITIES
from gridworker.server import auth, push
from gridworker.server import sums as server_sums
from gridworker.store import purge, schema, stuck
from gridworker.store import state as local_state
from gridworker.store import sums as store_sums
from gridworker.store.statistics import difference
from gridworker.sync import keeping
from gridworker.sync.protocol.wire_rows import columns
from tests.contract.rig import Desk
from tests.contract.test_restored import restored
from tests.contract.village import MICRO_GRIDS, Hands, change, create, named
from tests.sync.schedule import DELETED, HOMES, POISON, VALUES, Saving, Step
from tests.sync.test_scope_moves import GRIDS, LOGINS

YEARS = 10 * 365 * 24 * 3600
AT_HOME = ("resident", "visit", "plan_item", "conflict", "record_alias")
#: A device that is not quiet after so many rounds never will be.
ROUNDS = 12


class Crash(Exception):
    """The process ends here."""


@contextlib.contextmanager
def fails(expected: type[BaseException]) -> Iterator[None]:
    """The block must end with `expected`."""
    try:
        yield
    except expected:
        return
    raise AssertionError(f"no {expected.__name__}")


def same(found: object, wanted: object, *what: object) -> None:
    """As an assert that tells both sides, also where no test runner is."""
    if found != wanted:
        raise AssertionError(f"{what}: {_differing(found, wanted)}")


def _differing(found: Any, wanted: Any) -> str:
    if isinstance(found, dict) and isinstance(wanted, dict):
        more = {key: found[key] for key in found.keys() - wanted.keys()}
        less = {key: wanted[key] for key in wanted.keys() - found.keys()}
        other = {
            key: (found[key], wanted[key])
            for key in found.keys() & wanted.keys()
            if found[key] != wanted[key]
        }
        return f"too much {more}, missing {less}, different {other}"
    return f"found {found!r}, wanted {wanted!r}"


def boom(*_: Any, **__: Any) -> Any:
    raise Crash


def judge_or_fail(connection: Any, context: Any, groups: Any) -> Any:
    if any(item.op and str(item.op.set.get("said")).startswith(POISON) for group in groups for item in group):
        raise RuntimeError("poison")
    return _JUDGE(connection, context, groups)


def take_in_and_fail(*arguments: Any) -> Any:
    _TAKE_IN(*arguments)
    raise RuntimeError("the power went before the commit")


_statements = cache(schema.statements)  # a new device needs the same tables as every other
_JUDGE, _TAKE_IN, _PUT = push._judge_together, push.take_in, local_state.put


class Agreement(Saving):
    """The rules of networks, machines and offices, beside those of people."""

    def play(self, step: Step) -> bool:
        """Do one step. False if there was nothing to do for it."""
        name, who, place, pick = step
        before = self.fired.total()
        getattr(self, name)(LOGINS[who % len(LOGINS)], place, pick)
        return self.fired.total() > before

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        with patch.object(push, "_judge_together", judge_or_fail if self.poisoned else _JUDGE):
            yield

    def talk(self, login: str, *, pull: bool = True) -> None:
        with self.server():
            done = self.desks[login].client.exchange(2000, 10**6, 5000, pull=pull)
        self.note("->", done.sent, done.conflicts, done.rejected, done.held, done.rows, done.more)

    def pull(self, login: str, *_: int) -> None:
        self.talk(login)
        self.reached(login)
        self.count("pull", login)

    def push(self, login: str, *_: int) -> None:
        self.talk(login, pull=False)
        self.reached(login)
        self.count("push", login)

    def lose_answer(self, login: str, *_: int) -> None:
        self.desks[login].wire.lose_next = lambda: ServerAway(url="test")
        with fails(ServerAway):
            self.talk(login)
        self.reached(login)
        self.count("lose_answer", login)

    def duplicate_answer(self, login: str, *_: int) -> None:
        """The network delivers the request twice, and the second answer is the one that is heard."""
        inner: Any = self.desks[login].wire.inner
        inner.twice = True
        self.talk(login)
        self.reached(login)
        self.count("duplicate_answer", login)

    def deliver_again(self, login: str, *_: int) -> None:
        """An old request comes once more; nobody hears the answer."""
        if not self.desks[login].wire.requests:
            return
        with self.server():
            status = self.desks[login].wire.again().status
        if status == 200:
            self.oracle.reach_late(login)
        same(status if status not in (401, 403) else 200, 200, "delivered again")
        self.count("deliver_again", login)

    def crash_before_commit(self, login: str, *_: int) -> None:
        """The device dies when everything of an answer is written but the cursor."""

        def put(connection: Any, facts: Any) -> None:
            if keeping.OFFSET in facts:
                raise Crash
            _PUT(connection, facts)

        with patch.object(local_state, "put", put), fails(Crash):
            self.talk(login)
        self.reached(login)
        self.reopen(login)
        self.count("crash_before_commit", login)

    def crash_after_commit(self, login: str, *_: int) -> None:
        with patch.object(purge, "confirm_copies", boom), fails(Crash):
            self.talk(login)
        self.reached(login)
        self.reopen(login)
        self.count("crash_after_commit", login)

    def server_crashes(self, login: str, place: int, _: int) -> None:
        """Before its commit: nothing of the request has happened."""
        if self._log(login, place, "visit", "第"):
            with patch.object(push, "take_in", take_in_and_fail), fails(ServerRefused):
                self.talk(login)
            device = self.oracle.devices[login]
            device.on_the_way[:] = [act for act in device.waiting if act.kind != "poison"]
            self.count("server_crashes", login)

    def reopen(self, login: str) -> None:
        folder = self.desks[login].store.folder
        self.desks[login].store.close()
        self.oracle.devices[login].on_the_way.clear()  # the wire forgets
        self.desks[login] = self.open(login, folder)

    def clock(self, login: str, place: int, _: int) -> None:
        years = place % 3 - 1
        self.desks[login].store.use_clock(Hands(self.hands.now + years * YEARS).clock())
        self.count("clock", login, years)

    def copy(self, login: str, *_: int) -> None:
        """A device keeps a copy of itself, or goes on as the one it kept; that is a device of its own, and the other
        one is never opened again."""
        desk, number = self.desks[login], next(self.numbers)
        if self.copies == 3:
            return
        if login not in self.kept:
            copy = desk.store.back_up(self.folder / f"kept{number}")
            self.kept[login] = copy, list(self.oracle.devices[login].waiting)
            self.count("keep_copy", login)
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
        self.count("restore_copy", login)

    # -- what offices do -------------------------------------------------------------------------------------

    def move_household(self, _: str, place: int, pick: int) -> None:
        name = HOMES[place % len(HOMES)]
        was = self.picture.lies[name]
        now = [micro for micro in MICRO_GRIDS if micro != was][pick % 2]
        self.command(change("household", named(name), "unit_id", named(f"unit_{was}"), named(f"unit_{now}")))
        self.picture.lies[name] = now
        self.count("move_household", name, now)

    def move_micro_grid(self, _: str, place: int, __: int) -> None:
        micro = MICRO_GRIDS[place % len(MICRO_GRIDS)]
        was = self.picture.above[micro]
        now = GRIDS[1 - GRIDS.index(was)]
        self.command(change("area_unit", named(micro), "parent_id", named(was), named(now)))
        self.picture.above[micro] = now
        self.count("move_micro_grid", micro, now)

    def give_post(self, login: str, place: int, _: int) -> None:
        micro = MICRO_GRIDS[place % len(MICRO_GRIDS)]
        post = f"post_{login}_{micro}_{self.commands}"
        values: dict[str, Value] = {"role_code": "micro_grid_leader", "valid_from": "2026-11-01"}
        values |= {"area_unit_id": named(micro), "member_id": named(f"member_{login}")}
        self.command(create("appointment", post, **values))
        self.picture.posts[login][post] = micro
        self.count("give_post", login, micro)

    def take_post(self, login: str, place: int, _: int) -> None:
        posts = sorted(self.picture.posts[login])
        if posts:
            post = posts[place % len(posts)]
            self.command(change("appointment", named(post), "valid_to", None, "2026-11-19"))
            del self.picture.posts[login][post]
            self.count("take_post", login, post)

    def revoke(self, login: str, *_: int) -> None:
        """What a lost device had not sent never arrives; its owner goes on with a new one."""
        if self.rig._number == 12:
            return
        desk = self.desks[login]
        with self.rig.database.write() as connection:
            number = auth.revoke_device(connection, named("root"), desk.store.known.device_no, self.rig.now())
            assert number
        with fails(DeviceRevoked):
            self.talk(login)
        desk.store.close()
        with patch.object(schema, "statements", _statements):
            new = self.rig.desk(login)
        self.desks[login] = Desk(new.store, self.wire(login))
        self.kept.pop(login, None)
        self.oracle.restored(login, [])
        self.count("revoke", login)

    # -- what must be there in the end -----------------------------------------------------------------------

    def settle_and_compare(self) -> None:
        """The network comes back and the server is mended: everybody exchanges until nothing moves any more."""
        self.poisoned = False
        for desk in self.desks.values():
            desk.store.use_clock(self.hands.clock())
        for number in range(ROUNDS):
            moved = [self._settle(login, desk) for login, desk in self.desks.items()]
            if not any(moved):
                break
            self.note("round", number, moved)
        else:
            raise AssertionError("it never comes to rest")
        self._server_is_as_the_oracle_says()
        for login, desk in self.desks.items():
            self._agrees(login, desk)

    def _settle(self, login: str, desk: Desk) -> bool:
        """True while anything was sent or fetched."""
        with desk.store.database.write() as connection:
            stuck.hurry(connection)
        done = desk.sync()
        self.reached(login)
        return bool(done.sent or done.rows)

    def _server_is_as_the_oracle_says(self) -> None:
        rig, oracle = self.rig, self.oracle
        for name in HOMES:
            for what in VALUES:
                entity, record = ("resident", f"{name}_r") if what == "salutation" else ("household", name)
                found = rig.one(f"SELECT {what} FROM {entity} WHERE id = ?", named(record))
                same(found, oracle.values.get((record, what)), record, what)
            state = rig.one("SELECT state FROM plan_item WHERE id = ?", named(f"plan_{name}"))
            same(state, oracle.states[name], "plan", name)
        deleted = rig.one("SELECT deleted FROM resident WHERE id = ?", named(DELETED))
        same(deleted, int(DELETED in oracle.deleted), "deleted")
        living = rig.one("SELECT count(*) FROM record_alias WHERE deleted = 0")
        same(living, int(oracle.merged), "aliases")
        said = [row[0] for row in rig.rows("SELECT said FROM visit")]
        same(sorted(said), sorted(oracle.visits), "visits, each exactly once")
        members = {named(f"member_{login}"): login for login in LOGINS}
        names = {named(name): name for home_name in HOMES for name in (home_name, f"{home_name}_r")}
        conflicts = [
            (names[record], what, members[member], (mine, theirs, kind))
            for record, what, member, mine, theirs, kind in rig.rows(
                "SELECT record_id, field, by_member_id, mine, theirs, kind FROM conflict WHERE state = 'open'"
            )
        ]
        wanted = [
            (record, what, login, values) for (record, what, login, _), values in oracle.conflicts.items()
        ]
        same(sorted(conflicts, key=repr), sorted(wanted, key=repr), "conflicts")
        held = rig.one("SELECT count(*) FROM held_op WHERE state = 'open'")
        same(held, len(oracle.held), "held", oracle.held)

    def _agrees(self, login: str, desk: Desk) -> None:
        homes = self.picture.homes(login)
        same(desk.holds("household"), homes, login)
        for entity in ENTITIES:
            names = ", ".join(("bucket_id", *columns(entity.name)))
            theirs = {row[1]: row for row in self.rig.rows(f"SELECT {names} FROM {entity.name}")}
            mine = {row[1]: row for row in desk.rows(f"SELECT {names} FROM {entity.name}")}
            if entity.name in AT_HOME:
                place = 1 + columns(entity.name).index("household_id")
                wanted = {record: row for record, row in theirs.items() if row[place] in homes}
                same(mine, wanted, login, entity.name)
            seen = {row[0] for row in mine.values()}
            wanted = {record: row for record, row in theirs.items() if row[0] in seen}
            same(mine, wanted, login, entity.name)
        ended = "('done', 'rejected')"  # every op has its one end
        sql = f"SELECT seq, state FROM outbox WHERE state NOT IN {ended} OR result IS NULL"
        same(desk.rows(sql), [], login)
        with desk.store.read() as connection:
            same(difference(connection), [], login)
            held = store_sums.counted(connection, desk.kept().scope)
        with self.rig.database.read() as connection:
            same(server_sums.wrong(connection, named("root")), [], "sums")
            there = server_sums.of_buckets(connection, named("root"), desk.kept().scope)
        same(held, {place: kept for place, kept in there.items() if kept.n}, login, "sums")  # G5
