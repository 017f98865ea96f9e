"""What befalls the machines of a schedule's village: crashes, clocks, copies put back, full disks, upgrades."""

from __future__ import annotations

import contextlib
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from gridworker.errors import DiskFull, ServerRefused
from gridworker.server import push, recovery
from gridworker.server.app import create_app, run_here
from gridworker.server.database import ServerDatabase
from gridworker.server.service import Service
from gridworker.store import purge
from gridworker.store import state as local_state
from gridworker.store.database import Database
from gridworker.sync import keeping
from gridworker.sync.answers import ServerBusy
from gridworker.sync.transport.in_process import InProcessTransport
from tests.contract.test_restored import restored
from tests.contract.village import Hands, named
from tests.copies import copy_folder
from tests.sync.differing import same
from tests.sync.disks import filling, full
from tests.sync.troubles import Crash, Networks, fails
from tests.sync.versions import TODAY, VERSIONS, learn

YEARS = 10 * 365 * 24 * 3600
#: A text for which a row needs pages of its own.
LONG = "长" * 3000


def boom(*_: Any, **__: Any) -> Any:
    raise Crash


def take_in_and_fail(*arguments: Any) -> Any:
    _TAKE_IN(*arguments)
    raise RuntimeError("the power went before the commit")


_TAKE_IN, _PUT = push.take_in, local_state.put


class Machines(Networks):
    """Devices and the server as things that break."""

    def crash_before_commit(self, login: str, *_: int) -> None:
        """The device dies when everything of an answer is written but the cursor."""

        def put(connection: Any, facts: Any) -> None:
            if not facts.keys().isdisjoint((keeping.OFFSET, keeping.OFFERED)):
                raise Crash
            _PUT(connection, facts)

        with patch.object(local_state, "put", put), self._crashing():
            self.talk(login)
        self.reopen(login)
        self.count("crash_before_commit", login)

    def crash_after_commit(self, login: str, *_: int) -> None:
        with patch.object(purge, "confirm_copies", boom), self._crashing():
            self.talk(login)
        self.reopen(login)
        self.count("crash_after_commit", login)

    def _crashing(self) -> contextlib.AbstractContextManager[None]:
        """Of a server that collects there is not always an answer to keep."""
        return contextlib.suppress(Crash) if self.oracle.collecting else fails(Crash)

    def server_crashes(self, login: str, place: int, _: int) -> None:
        """Before its commit: nothing of the request has happened."""
        if not self.oracle.collecting and self._log(login, place, "visit", "第"):
            with patch.object(push, "take_in", take_in_and_fail), fails(ServerRefused):
                self.talk(login)
            self.count("server_crashes", login)

    def reopen(self, login: str) -> None:
        folder = self.desks[login].store.folder
        self.desks[login].store.close()
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
            self.kept[login] = copy, deepcopy(self.oracle.devices[login]), self.versions[login]
            self.count("keep_copy", login)
            return
        copy, device, self.versions[login] = self.kept.pop(login)
        self.copies += 1
        desk.store.close()
        desk.store.clock = self.hands.clock()
        restored(desk, copy, self.folder / f"back{number}")
        self.oracle.begin_anew(login, device)
        self.oracle.kept = None  # a server put back to before it would not know the new device
        self.desks[login] = self.open(login, self.folder / f"back{number}")
        if self.was_put_back:
            self.oracle.let_go(login, self._acts_on_devices("payload = x''"))
        self.talk(login)
        self.count("restore_copy", login)

    # -- full disks ------------------------------------------------------------------------------------------

    def full_disk(self, login: str, place: int, pick: int) -> None:
        """There is room on the device for a few writes more, or for none that needs another page."""
        if self.versions[login] is not TODAY:
            return  # what makes its op an older one would want room, too
        self.filling = True
        with self._small(self.desks[login].store.database, pick):
            self._log(login, place, "visit", LONG)
            with contextlib.suppress(DiskFull):
                self.talk(login)
        self.filling = False
        self.count("full_disk", login)

    def full_server(self, login: str, place: int, pick: int) -> None:
        """The same at the server: it answers everything or, with an error that says so, nothing."""
        self._log(login, place, "visit", LONG)
        database: Any = self.rig.database._database
        with self._small(database, pick):
            try:
                self.talk(login)
            except ServerBusy as error:
                same(error.values["message"], "disk_full", login)
                self.count("refused_exchange", login)
        self.count("full_server", login)

    def _small(self, database: Database, pick: int) -> contextlib.AbstractContextManager[None]:
        return filling(database, pick // 3 % 48) if pick % 3 else full(database)

    # -- a server put back -----------------------------------------------------------------------------------

    def server_copy(self, *_: object) -> None:
        """The server is copied, or that copy takes its place, once: it collects what devices had sent since. Its
        operator closes that window at last."""
        if self.oracle.collecting:
            self.go_on()
        elif self.oracle.kept is not None:
            self._put_back()
        elif not self.was_put_back:
            self._checkpoint()
            copy_folder(self.folder / "server", self.folder / f"server{next(self.numbers)}")
            self.oracle.keep()
            self.count("keep_server")

    def _checkpoint(self) -> None:
        database: Any = self.rig.database._database
        database.checkpoint()

    def _put_back(self) -> None:
        self.rig.database.close()
        (*_, copy) = sorted(self.folder.glob("server?*"), key=lambda path: path.stat().st_ctime_ns)
        self.rig.database = ServerDatabase.open(copy, self.hands.clock())
        with self.rig.database.write() as connection:
            recovery.begin(connection, named("root"), self.rig.now())
        self.rig.service = Service(self.rig.database, self.rig.service.limits, self.rig.service.rates)
        app = create_app(self.rig.service, run_here)
        self.rig.transport = lambda: InProcessTransport(app)
        for desk in self.desks.values():
            watched: Any = desk.wire.inner
            watched.inner = self.rig.transport()
        self.was_put_back = True
        self.oracle.put_back(
            self._acts_on_devices("result IS NOT NULL"), self._acts_on_devices("payload = x''")
        )
        self.count("put_back_server")

    def _acts_on_devices(self, condition: str) -> set[int]:
        """The numbers of the acts in the devices' outboxes for which this holds."""
        sql = f"SELECT op_id FROM outbox WHERE {condition}"
        return {self.acts[op_id].number for desk in self.desks.values() for (op_id,) in desk.rows(sql)}

    def go_on(self) -> None:
        """The operator waits for no device more."""
        with self.server(), self.rig.database.write() as connection:
            recovery.close(connection, named("root"), self.hands.clock().today(), self.rig.now())
        self.oracle.go_on(poisoned=self.poisoned)
        self.count("go_on_server")

    # -- upgrades --------------------------------------------------------------------------------------------

    def upgrade(self, login: str, _: int, pick: int) -> None:
        """A device gets the next version, or today's, with whatever it has not sent."""
        before = self.versions[login]
        if before is TODAY:
            return
        now = VERSIONS[before.schema + 1] if pick % 2 else TODAY
        if now is TODAY:
            learn(self.desks[login].store, before)
        self.versions[login] = now
        self.reopen(login)
        self.count("upgrade", login, now.schema)
