"""The village in which schedules are played: three devices, an office and a server, and what people do on their own
device with what it shows. A step is a rule's name and three numbers, so that any part of a schedule can be played."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import msgspec
from msgspec import UNSET

from gridworker.errors import DiskFull, NotAllowed
from gridworker.models import ids
from gridworker.models.alias import alias_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.server.database import ServerDatabase
from gridworker.store.store import Store
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.bodies import UP_INFLATED, inflate
from gridworker.sync.protocol.messages import SYNC, Limits, SyncReply
from gridworker.sync.transport import Reply, Transport
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire
from tests.contract.village import Hands, change, home, named, visit
from tests.copies import copy_folder
from tests.sync.differing import everything, same
from tests.sync.oracle import EVENTS, SAID, Act, Books, Device, Oracle, Sent, Who
from tests.sync.test_scope_moves import LOGINS, Picture, Schedule
from tests.sync.versions import TODAY, VERSIONS, Version, rewrite_last, steps_since

#: Waiting for a disk would take most of the time, and power cuts are tested elsewhere.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
HOMES = (home("a1", 1), home("a1", 2), home("a2", 1), home("b1", 1))
MERGED, DELETED = (f"{HOMES[1]}_r", f"{HOMES[0]}_r"), f"{HOMES[2]}_r"
ALIAS = alias_id("resident", named(MERGED[0]))
VALUES: dict[str, tuple[Any, ...]] = {
    "note": ("甲", "乙", "丙"),
    "preferred_time": ("weekday", "evening", None),
    "visit_opt_out": (1,),
    "salutation": ("老师", "阿姨", "大爷"),
}
POISON = "毒"
Step = tuple[str, int, int, int]
#: A copy of a device: the file, the device as it was, and its version.
Copy = tuple[Path, Device, Version]


@dataclass(frozen=True)
class Beginning:
    """The size of pages, whether the devices have had their first exchange, and the schema of what each of them saves
    (tests/sync/versions.py)."""

    rows: int
    synced: bool
    schemas: tuple[int, ...] = (TODAY.schema,) * len(LOGINS)


class _Sender(msgspec.Struct):
    device_id: bytes


class _Sent(msgspec.Struct):
    op_id: bytes
    seq: int
    postponed: bool = False


class Request(msgspec.Struct):
    """What a request says of its sender and its ops; one that is only announced brings nothing."""

    hello: _Sender
    ops: list[_Sent] = []


_request = msgspec.json.Decoder(Request)


class Watched:
    """A transport that shows every exchange to `look`, also if the answer gets lost, and delivers twice if told so."""

    def __init__(self, inner: Transport, look: Callable[[Request, SyncReply], None]) -> None:
        self.inner, self._look, self.twice = inner, look, False

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self.twice:
            self.twice = False
            self._delivered(path, body, headers)
        return self._delivered(path, body, headers)

    def _delivered(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        reply = self.inner.send(path, body, headers)
        if path == SYNC and reply.status == 200:
            asked = inflate(body, headers.get("Content-Encoding", ""), UP_INFLATED)
            self._look(_request.decode(asked), read_answer(reply, SyncReply))
        return reply

    def close(self) -> None:
        self.inner.close()


class Village:
    """One schedule's world. `fired` counts the rules, `trace` (if given) gets a line for each thing that happened."""

    def __init__(
        self, templates: tuple[Path, Path], beginning: Beginning, trace: list[str] | None = None
    ) -> None:
        self.trace, self.fired = trace, Counter[str]()
        self.folder = Path(tempfile.mkdtemp(prefix="gridworker-agreement-", dir=MEMORY))
        chance, ticks = random.Random(7), itertools.count(1_795_147_200_000_000_000, 1_000_000)
        #: Ids decide no order, and a schedule that failed must fail again.
        self.same_ids = contextlib.ExitStack()
        self.same_ids.enter_context(patch.object(ids, "os", SimpleNamespace(urandom=chance.randbytes)))
        self.same_ids.enter_context(patch.object(ids, "time", SimpleNamespace(time_ns=ticks.__next__)))
        self.same_ids.enter_context(steps_since())
        self.poisoned = self.filling = self.was_put_back = False
        self.numbers = itertools.count(1)
        self.kept: dict[str, Copy] = {}
        self.acts: dict[bytes, Act] = {}
        self.commands = self.copies = 0
        self.versions = {
            login: VERSIONS[schema] for login, schema in zip(LOGINS, beginning.schemas, strict=True)
        }
        copy_folder(templates[int(beginning.synced)], self.folder, exist_ok=True)
        self.hands = Hands()
        database = ServerDatabase.open(self.folder / "server", self.hands.clock())
        self.rig = Rig(database, self.hands, "in_process", self.folder, Limits(rows=beginning.rows))
        self.rig._number = 10  # folders of devices that come later
        self.rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
        books = Books(Picture(), states=dict.fromkeys(HOMES, "planned"))
        self.oracle = Oracle(books, {login: Device((login, 0)) for login in LOGINS}, MERGED)
        self.desks = {login: self.open(login, self.folder / f"desk{n}") for n, login in enumerate(LOGINS, 1)}
        if beginning.synced:
            books.told.update((login, books.picture.sees(login)) for login in LOGINS)
        self.oracle.look_about()
        self.note(beginning)

    @property
    def picture(self) -> Picture:
        return self.oracle.books.picture

    def open(self, login: str, folder: Path) -> Desk:
        return Desk(Store.open(folder, PASSPHRASE, self.hands.clock()), self.wire(login))

    def wire(self, login: str) -> Wire:
        return Wire(Watched(self.rig.transport(), partial(self.look, self.oracle.devices[login].who)))

    def look(self, who: Who, request: Request, reply: SyncReply) -> None:
        """The server has answered: its page shows nothing that its asker may not see, and it has had the ops."""
        Schedule.holds_nothing_else(self, who[0], reply)  # type: ignore[arg-type]
        ops = [Sent(sent.seq, self.acts[sent.op_id], sent.postponed) for sent in request.ops]
        if self.oracle.collecting:
            self.oracle.collect(who, request.hello.device_id, ops)
            recovering = reply.hello.recovering
            if recovering is UNSET or not recovering.collecting:
                missing = {device.who for device in self.oracle.devices.values()} - self.oracle.complete
                assert not missing, f"it goes on without {missing}"
                self.oracle.go_on(poisoned=self.poisoned)
        if not self.oracle.collecting:
            self.oracle.deliver(who, ops, poisoned=self.poisoned)

    def count(self, name: str, *what: object) -> None:
        self.fired[name] += 1
        self.note(name, *what)

    def note(self, *what: object) -> None:
        if self.trace is not None:
            self.trace.append(" ".join(map(str, what)))

    def put(self, login: str, act: Act, *drafts: Draft) -> None:
        """Save on `login`'s device, unless its own rows say that the person may not (any more). On a full disk it is
        there or not there at all."""
        desk, version = self.desks[login], self.versions[login]
        before = everything(desk) if self.filling else {}
        try:
            desk.save(*drafts)
        except NotAllowed:
            return
        except DiskFull:
            same(everything(desk), before, login, "a refused save")
            self.count("refused_save", login)
            return
        if version is not TODAY:
            rewrite_last(desk.store, version)
        self.acts[desk.one("SELECT op_id FROM outbox ORDER BY seq DESC LIMIT 1")] = act
        self.oracle.save(login, act)
        self.count(act.kind, login, act)

    def seen(self, login: str, entity: str, name: str, what: str) -> Any:
        """The value on `login`'s device, or LookupError as a value where the record is not there."""
        found = self.desks[login].rows(f"SELECT {what} FROM {entity} WHERE id = ?", named(name))
        return found[0][0] if found else LookupError

    def is_served(self, login: str) -> bool:
        """Whether the server gives pages to `login`'s version, beside taking what it sends."""
        return self.versions[login].protocol == TODAY.protocol

    def command(self, draft: Draft) -> None:
        """What the office decides reaches the server at once."""
        self.commands += 1
        self.rig.command(draft)

    def close(self) -> None:
        for desk in self.desks.values():
            desk.store.close()
        self.rig.close()
        self.same_ids.close()
        shutil.rmtree(self.folder)


class Saving(Village):
    """What people do, each on the own device and with what it shows."""

    def home_on(self, login: str, pick: int) -> str | None:
        """One of the homes on `login`'s device, if there are any."""
        held = self.desks[login].holds("household")
        names = [name for name in HOMES if named(name) in held]
        return names[pick % len(names)] if names else None

    def edit(self, login: str, place: int, pick: int) -> None:
        name, what = self.home_on(login, place), sorted(VALUES)[pick % len(VALUES)]
        if name is None:
            return
        entity, record = ("resident", f"{name}_r") if what == "salutation" else ("household", name)
        seen = self.seen(login, entity, record, what)
        values = [value for value in VALUES[what] if value != seen]
        if seen is LookupError or not values or self.seen(login, entity, record, "deleted"):
            return
        if what in self.versions[login].unknown:
            return
        if record == MERGED[0] and self.is_merged(login):
            return  # nobody is shown the record that was merged away
        value = values[pick // len(VALUES) % len(values)]
        act = Act(next(self.numbers), "edit", name, record, what, seen, value)
        self.put(login, act, change(entity, named(record), what, seen, value))

    def is_merged(self, login: str) -> bool:
        found = self.desks[login].rows("SELECT id FROM record_alias WHERE id = ? AND deleted = 0", ALIAS)
        return found != []

    def visit(self, login: str, place: int, _: int) -> None:
        self._log(login, place, "visit", "第")

    def poison(self, login: str, place: int, _: int) -> None:
        """A visit on which the server fails until it is mended."""
        if self._log(login, place, "poison", POISON):
            self.poisoned = True

    def _log(self, login: str, place: int, kind: str, word: str) -> bool:
        """Save a visit, whose text begins with `word`. False if there was none to save or no room."""
        name, number = self.home_on(login, place), next(self.numbers)
        before = self.fired[kind]
        if name is not None:
            text = f"{word}{number}次"
            self.put(login, Act(number, kind, name, text), visit(name, text))
        return self.fired[kind] > before

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

    def delete_or_restore(self, login: str, *_: int) -> None:
        deleted = self.seen(login, "resident", DELETED, "deleted")
        if deleted is not LookupError:
            kind = "restore" if deleted else "delete"
            act = Act(next(self.numbers), kind, HOMES[2], DELETED)
            self.put(login, act, Draft("resident", named(DELETED), OpKind(kind), {}))

    def merge_alias(self, login: str, *_: int) -> None:
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
