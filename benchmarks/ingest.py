"""P12: what a server takes in, in batches of 2,000 ops, beside the same rows written bare: by staged COPY into
PostgreSQL, by plain insert into the embedded database."""

from __future__ import annotations

import gc
import re
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import msgspec

from benchmarks import bare, prepared
from benchmarks.devices import Device, enrolled, visit
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.models.op import encode_ops
from gridworker.practice.clock import practice_clock
from gridworker.server import push, schema
from gridworker.server.copying import copy_all
from gridworker.server.database import ServerDatabase
from gridworker.server.scope import Scopes
from gridworker.server.verbs.serving import spare_the_collector
from gridworker.store.connection import Connection
from tests.postgres import cluster

BATCH = 2000


class _Intake:
    """One database with a device that sends."""

    def __init__(self, database: ServerDatabase) -> None:
        self.database = database
        self._scopes = Scopes()  # as a serving process keeps them
        self._device: Device = enrolled(database, prepared.LOGIN, 1)[0]
        with database.read() as connection:
            found = connection.exec_driver_sql("SELECT id FROM household ORDER BY id LIMIT 500").fetchall()
            self._homes = [row[0] for row in found]

    def ours(self) -> Reading:
        today = self.database.clock.today()
        drafts = [
            visit(self._homes[n % len(self._homes)], today, f"水管已修好{n}", self._device)
            for n in range(BATCH)
        ]
        raw = msgspec.Raw(encode_ops(self._device.ops(drafts)))
        return _reading(timed(lambda: self.database.transact(partial(self._take_in, raw))))

    def _take_in(self, raw: msgspec.Raw, connection: Connection) -> None:
        today, now = self.database.clock.today(), self.database.clock.milliseconds()
        device, domain = push.lock(connection, self._device.known)
        view = self._scopes.view(connection, domain, device, today)
        pushed = push.take_in(connection, push.Context(domain, device, view, today, now), raw, None)
        assert len(pushed.results) == BATCH
        assert {result.outcome.value for result in pushed.results} <= {"applied", "merged"}


class _Plain:
    """A bare table beside the visits', into which go the rows that `intake` wrote last. The embedded one lies in a file
    of its own: whoever fills the log of a shared one brings everybody's pages into the file."""

    def __init__(self, database: ServerDatabase, intake: _Intake) -> None:
        self.database, self._intake = database, intake
        with database.write() as connection:
            self._make_table(connection)

    @staticmethod
    def _make_table(connection: Connection) -> None:
        if schema.is_postgres(connection):
            connection.exec_driver_sql("CREATE TABLE bare (LIKE visit INCLUDING ALL)")
            return
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'visit' AND sql IS NOT NULL ORDER BY type DESC"
        ).fetchall()
        for (sql,) in made:
            connection.exec_driver_sql(
                re.sub(r'"?\bvisit\b"?', "bare", sql.replace("ix_visit", "ix_bare"), count=1)
            )

    def as_it_comes(self) -> Reading:
        with bare.as_it_comes():
            return self.insert()

    def insert(self) -> Reading:
        with self._intake.database.read() as connection:
            names = schema.columns_of(connection, "visit")
            sql = f"SELECT {', '.join(names)} FROM visit ORDER BY id DESC LIMIT {BATCH}"
            rows = connection.exec_driver_sql(sql).fetchall()
        place = names.index("id")
        fresh = [(*row[:place], new_id(), *row[place + 1 :]) for row in rows]
        return _reading(timed(lambda: self.database.transact(partial(self._insert, names, fresh))))

    @staticmethod
    def _insert(names: list[str], rows: list[tuple[Any, ...]], connection: Connection) -> None:
        marks = ", ".join("?" * len(names))
        rule = " ON CONFLICT (domain_id, id) DO NOTHING" if schema.is_postgres(connection) else ""
        connection.exec_driver_sql(f"INSERT INTO bare ({', '.join(names)}) VALUES ({marks}){rule}", rows)


def _reading(found: Reading) -> Reading:
    return Reading(found.seconds, {"rows/s": BATCH / found.seconds})


def run(setting: Setting) -> list[Table]:
    folder = prepared.server(setting, prepared.size_of_records(setting.records))
    clock = practice_clock(Clock())
    with ExitStack() as open_:
        embedded, plain, unaided = (
            open_.enter_context(closing(ServerDatabase.open(setting.copy(folder, name), clock)))
            for name in ("server", "plain", "unaided")
        )
        name = cluster(durable=True).make()
        open_.callback(cluster(durable=True).drop, name)
        postgres = open_.enter_context(closing(ServerDatabase.create(cluster(durable=True).url(name), clock)))
        copy_all(embedded, postgres)
        one, two = _Intake(postgres), _Intake(embedded)
        rows = {
            "PostgreSQL": one.ours,
            "staged COPY": _Plain(postgres, one).insert,
            "embedded": two.ours,
            "plain insert": _Plain(plain, two).insert,
            "plain insert, driver as it comes": _Plain(unaided, two).as_it_comes,
        }
        before = gc.get_threshold()
        spare_the_collector()  # as a serving process does; a plain insert makes nothing to look through
        found = interleaved(rows, setting.rounds)
        gc.set_threshold(*before)
        gc.unfreeze()
    limit = Limit(2, text="2 × (0.5 × the rate)")
    lines = (
        Line("staged COPY", found["staged COPY"]),
        Line("PostgreSQL", found["PostgreSQL"], "staged COPY", limit),
        Line("plain insert", found["plain insert"]),
        Line("embedded", found["embedded"], "plain insert", limit),
        Line("plain insert, driver as it comes", found["plain insert, driver as it comes"]),
        Line("embedded, beside that", found["embedded"], "plain insert, driver as it comes"),
    )
    note = (
        f"{BATCH:,} visits in one transaction with fsync: read, judged, written with their place in the order, their "
        "receipts and the sums. The peers write the same rows with the same indexes and nothing else, embedded ones "
        "into files of their own. A "
        "plain insert binds bytes and NULL as the product does, without looking for adapters; the driver as it comes "
        "looks for them."
    )
    return [Table("P12", "what a server takes in", lines, (note,))]
