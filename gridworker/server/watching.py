"""Notices a device that reads its scope again and again, as somebody would who took a laptop's keys. It is told, not
refused: after a restore, a new post or on a poor line a laptop reads much again, too."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from gridworker.server import sums, trail
from gridworker.server.auth import device_by
from gridworker.server.database import domain_of
from gridworker.server.service import Service
from gridworker.store.audit import Act
from gridworker.sync.protocol.messages import Pull, SyncRequest

BULK_READING = "bulk_reading"
#: So often may a device read its whole scope in a day: once after enrolment, and again after one or two troubles.
TIMES = 3
#: A small scope fits into one page, and a few of those are nothing.
LEAST_ROWS = 20_000
_KEPT = 10_000


@dataclass(frozen=True)
class _Read:
    """What a device read again on `day`, in rows, and the furthest it had come to."""

    day: str = ""
    rows: int = 0
    furthest: int = 0


@dataclass
class Readings:
    """What each device read again today, counted by each process for itself."""

    _read: OrderedDict[bytes, _Read] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def look(self, service: Service, asked: SyncRequest) -> None:
        """Note in the trail and among the numbers, once a day, when the sender of `asked`, which was let in, reads too
        much again."""
        if asked.pull is None:
            return
        today, device_id = service.database.clock.today(), asked.hello.device_id
        before, after = self._add(device_id, today, asked.pull, service.limits.rows)
        if after <= LEAST_ROWS or before == after:
            return
        with service.database.read() as connection:
            device, _ = device_by(connection, device_id)
            view = service.scopes.view(connection, domain_of(connection, device.domain_id), device, today)
            held = sum(kept.n for kept in sums.of_buckets(connection, device.domain_id, view.ids).values())
        if before <= max(TIMES * held, LEAST_ROWS) < after:
            service.metrics.count("alarms_total", kind=BULK_READING)
            now, act = service.database.clock.milliseconds(), Act(BULK_READING, "device", device.id)
            service.database.transact(
                lambda connection: trail.note(connection, device.domain_id, act, device.account_id, now)
            )

    def _add(self, device: bytes, today: str, pull: Pull, most: int) -> tuple[int, int]:
        """The rows read again before and after this request. One that goes on from where the device had come to reads
        nothing again."""
        with self._turn:
            known = self._read.pop(device, _Read())
            if known.day != today:
                known = replace(known, day=today, rows=0)
            again = not pull.cursor or pull.bootstrap is not None or pull.cursor < known.furthest
            rows = known.rows + (min(max(pull.rows, 1), most) if again else 0)
            self._read[device] = _Read(today, rows, max(known.furthest, pull.cursor or 0))
            if len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return known.rows, rows
