"""Small regular care of an open profile: a verified copy every hour while something is unsent, old answered ops thinned
out, room kept for a full disk. Called often; does something rarely; never stands in the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from gridworker.errors import GridworkerError
from gridworker.store import ballast, lease, notices, outbox
from gridworker.store.outbox import UNANSWERED
from gridworker.store.statements import scalar
from gridworker.store.store import Store

HOUR = 3600.0


class Upkeep:
    """The care of one open profile. `monotonic` gives seconds that never go back."""

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._monotonic = store, monotonic
        self._looked = -HOUR
        self._copied = monotonic()

    def look(self) -> None:
        """Do what is due. What fails, for want of room or because somebody reads, is due again next time."""
        now = self._monotonic()
        if now - self._looked < HOUR / 12:
            return
        self._looked = now
        with suppress(GridworkerError):
            self._thin_out()
        with suppress(GridworkerError):
            self._keep_room()
        if now - self._copied >= HOUR and self._unsent():
            with suppress(GridworkerError):
                self._store.back_up()
                self._copied = now

    def _unsent(self) -> bool:
        with self._store.database.read() as connection:
            return scalar(connection, f"SELECT 1 FROM outbox WHERE {UNANSWERED} LIMIT 1") is not None

    def _keep_room(self) -> None:
        laid = ballast.lay_down(self._store.folder)
        with self._store.database.read() as connection:
            said = notices.has(connection, "disk_full")
        full = not laid and ballast.is_scarce(self._store.folder)
        if full is not said and (full or laid):
            with self._store.database.write() as connection:
                if full:
                    notices.put(connection, "disk_full", self._store.clock.milliseconds())
                else:
                    notices.clear(connection, "disk_full")

    def _thin_out(self) -> None:
        store = self._store
        with store.database.read() as connection:
            mark = lease.known_mark(connection)
        with store.database.write() as connection:
            if mark is not None:
                outbox.thin_out(connection, lease.server_now(mark, store.clock, store.sight.up))
