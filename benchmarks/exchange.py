"""P3, P5 and P6: a sync with nothing to do, a push of 1,000 and a delta of 100, in requests and in time beside the
reference."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing

from benchmarks import peer, prepared, records, reference, served
from benchmarks.rounds import Reading, Run, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.services.visits import VisitForm, log_visit

PUSH, DELTA = 1000, 100
Found = Mapping[str, Sequence[Reading]]
_ONE = Limit(1, "requests")


class Product:
    """Two devices of one community: what `other` sends is the delta of `own`."""

    def __init__(self, own: served.Desk, other: served.Desk) -> None:
        self._own, self._other = own, other
        for desk in (own, other):
            desk.sync()
            desk.index_all()
        with own.store.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT id FROM household WHERE occupancy <> 'vacant' AND id NOT IN "  # a planned one: more ops
                "(SELECT household_id FROM plan_item WHERE household_id IS NOT NULL) ORDER BY rid"
            )
            self._homes = [row[0] for row in found]

    @property
    def held(self) -> int:
        """How many records a device holds."""
        return records.held_by(self._own.store).count

    def _write(self, desk: served.Desk, rows: int) -> None:
        """Visits with their visitors: two records each."""
        for number in range(rows // 2):
            home = self._homes[number % len(self._homes)]
            day = desk.store.clock.today()
            log_visit(
                desk.store, VisitForm(home, day, "met", start_at="10:00", said="水管已修好，老人身体稳定")
            )

    def _timed(self, sent: int = 0, received: int = 0) -> Reading:
        self._own.settle()
        seen: list[tuple[int, int]] = []

        def work() -> None:
            done = self._own.sync()
            seen.append((done.sent, done.rows))

        reading = timed(work)
        assert seen == [(sent, received)], seen
        transport = self._own.transport
        return Reading(reading.seconds, {**transport.facts(), "bytes with headers": transport.all})

    def nothing(self) -> Reading:
        return self._timed()

    def push(self) -> Reading:
        self._write(self._own, PUSH)
        reading = self._timed(sent=PUSH)
        self._other.sync()
        return reading

    def delta(self) -> Reading:
        self._write(self._other, DELTA)
        self._other.sync()
        return self._timed(received=DELTA)


class _Reference:
    def __init__(self, own: reference.Client, other: reference.Client, found: records.Records) -> None:
        self._own, self._other, self._records = own, other, found
        own.sync()
        other.sync()

    def _timed(self, received: int = 0) -> Reading:
        self._own.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        seen: list[int] = []
        reading = timed(lambda: seen.append(self._own.sync()))
        assert seen == [received], seen
        return Reading(reading.seconds, {"requests": 1})

    def nothing(self) -> Reading:
        return self._timed()

    def push(self) -> Reading:
        self._own.edit(reference.fresh_entries(self._records, PUSH))
        reading = self._timed()
        self._other.sync()
        return reading

    def delta(self) -> Reading:
        self._other.edit(reference.fresh_entries(self._records, DELTA))
        self._other.sync()
        return self._timed(DELTA)


class _Pouch:
    """Two devices of the peer, which hold what ours hold."""

    def __init__(self, running: peer.Peer, found: records.Records) -> None:
        self._peer, self._records = running, found
        running.give("fill", peer.documents_of(found))
        for device in ("own", "other"):
            running.ask("both", device=device)

    def nothing(self) -> Reading:
        return self._peer.ask("both", device="own")

    def push(self) -> Reading:
        self._peer.give("write", peer.fresh_documents(self._records, PUSH), device="own")
        reading = self._peer.ask("push", device="own")
        self._peer.ask("pull", device="other")
        assert reading.facts["docs"] > 0
        return reading

    def delta(self) -> Reading:
        self._peer.give("write", peer.fresh_documents(self._records, DELTA), device="other")
        self._peer.ask("push", device="other")
        reading = self._peer.ask("pull", device="own")
        assert reading.facts["docs"] > 0
        return reading


def run(setting: Setting) -> list[Table]:
    server = setting.copy(prepared.server(setting, prepared.size_of_records(setting.records)), "server")
    with ExitStack() as open_:
        url = open_.enter_context(served.serving(server))
        desks = [
            open_.enter_context(closing(served.enrol(url, server, setting.fresh("desk")))) for _ in range(2)
        ]
        ours = Product(*desks)
        there = records.held_by(desks[0].store)
        folder = setting.fresh("reference")
        reference.fill(folder, there)
        port = open_.enter_context(reference.serving(folder))
        clients = [open_.enter_context(closing(reference.Client(port, setting.scratch))) for _ in range(2)]
        least = _Reference(clients[0], clients[1], there)
        peers, why_not = peer.started(setting, open_)
        pouches = {place: _Pouch(devices, there) for place, devices in peers.items()}
        rows: dict[str, Run] = {
            "reference, nothing": least.nothing,
            "nothing to do": ours.nothing,
            "reference, push": least.push,
            "push": ours.push,
            "reference, delta": least.delta,
            "delta": ours.delta,
        }
        for place, pouch in pouches.items():
            rows |= {
                f"PouchDB {place}, nothing": pouch.nothing,
                f"PouchDB {place}, push": pouch.push,
                f"PouchDB {place}, delta": pouch.delta,
            }
        gc.freeze()  # as the window does: what the peers brought into this process is no part of a client
        found = interleaved(rows, setting.rounds)
        gc.unfreeze()
    return _tables(found, there.count, why_not)


def _against_pouch(found: Found, what: str, limit: float, why_not: Mapping[str, str]) -> Iterator[Line]:
    """The peer's rows, and ours beside the one on Node, which is to take so many times as long."""
    for place in peer.PLACES:
        name = f"PouchDB {place}, {what}"
        yield Line(name, found.get(name, ()), why_not=why_not.get(place, ""))
    node = f"PouchDB on Node, {what}"
    yield Line(f"{what}, beside it on Node", found[what], node, Limit(1 / limit, text=f"1/{limit:g} ×"))


def _tables(found: Found, there: int, why_not: Mapping[str, str]) -> list[Table]:
    requests = [Line(name, found[name], limit=_ONE) for name in ("nothing to do", "push", "delta")]
    headers = Line(
        "nothing to do, on the wire", found["nothing to do"], limit=Limit(1000, "bytes with headers")
    )
    note = f"{there:,} records there already; {PUSH:,} and {DELTA} records are visits and their visitors."
    return [
        Table("P3, P4", "requests of one sync", (*requests, headers), (note,)),
        Table(
            "P5",
            f"push of {PUSH:,}, acknowledged after the server's fsync",
            (
                Line("reference, push", found["reference, push"]),
                Line("push", found["push"], "reference, push", Limit(3)),
                *_against_pouch(found, "push", 10, why_not),
            ),
        ),
        Table(
            "P6",
            f"delta of {DELTA}, and a sync with nothing to do",
            (
                Line("reference, delta", found["reference, delta"]),
                Line("delta", found["delta"], "reference, delta"),
                Line("reference, nothing", found["reference, nothing"]),
                Line("nothing to do", found["nothing to do"], "reference, nothing"),
                *_against_pouch(found, "delta", 4, why_not),
            ),
        ),
    ]
