"""P1 and P4: the first copy over real HTTP with login, scope, audit and search, beside the floor and the reference,
and what it weighs on the wire."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import peer, prepared, records, reference, served
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import RATIO, Limit, Line, Table

FLOOR, REFERENCE = "FLOOR: ready body, one transaction", "reference sync, no login or scope"
OURS, SEARCH = "first copy", "first copy, then everything findable"
_WAYS = {"CHT way": "fetch", "PouchDB": "copy"}
#: How many times as long the Community Health Toolkit's way is to take there.
_FASTER = {"on Node": 5, "in a browser": 15}
_PAGE = 5000


class _Pulling:
    def __init__(self, setting: Setting, url: str, server: Path) -> None:
        self._setting, self._url, self._server = setting, url, server
        first = self.desk()
        first.sync()
        self.records = records.held_by(first.store)
        first.close()
        self._search = Reading(0.0)

    def desk(self) -> served.Desk:
        return served.enrol(self._url, self._server, self._setting.fresh("desk"))

    def product(self) -> Reading:
        desk = self.desk()
        received: list[int] = []
        pulled = timed(lambda: received.append(desk.sync().rows))
        assert received[0] >= self.records.count > 0
        share = desk.transport.down / self.records.json_bytes
        facts = {**desk.transport.facts(), "of raw JSON": share}
        indexed = timed(desk.index_all)
        self._search = Reading(pulled.seconds + indexed.seconds)
        desk.close()
        return Reading(pulled.seconds, facts)

    def search(self) -> Reading:
        """As measured with the pull of the same round."""
        return self._search

    def bare(self, port: int, work: Callable[[reference.Client], int]) -> Reading:
        client = reference.Client(port, self._setting.scratch)
        received: list[int] = []
        reading = timed(lambda: received.append(work(client)))
        assert received[0] == self.records.count
        client.close()
        return Reading(reading.seconds, {"requests": 1})


def _copied(devices: peer.Peer, work: str, count: int) -> Reading:
    reading = devices.ask(work)
    assert reading.facts["docs"] == count, reading.facts
    return reading


def _beside(found: Mapping[str, Sequence[Reading]], why_not: Mapping[str, str]) -> Iterator[Line]:
    """The peers' rows, and ours beside the one that is to take so many times as long."""
    for place, times in _FASTER.items():
        for way in _WAYS:
            name = f"{way} {place}"
            yield Line(name, found.get(name, ()), FLOOR, why_not=why_not.get(place, ""))
        yield Line(
            f"first copy, beside it {place}",
            found[OURS],
            f"CHT way {place}",
            Limit(1 / times, text=f"1/{times} × the CHT way"),
        )


def run(setting: Setting) -> list[Table]:
    server = setting.copy(prepared.server(setting, prepared.size_of_records(setting.records)), "server")
    with ExitStack() as open_:
        pulling = _Pulling(setting, open_.enter_context(served.serving(server)), server)
        folder = setting.fresh("reference")
        reference.fill(folder, pulling.records)
        port = open_.enter_context(reference.serving(folder))
        rows = {
            FLOOR: lambda: pulling.bare(port, reference.Client.floor),
            REFERENCE: lambda: pulling.bare(port, reference.Client.sync),
            OURS: pulling.product,
            SEARCH: pulling.search,
        }
        peers, why_not = peer.started(setting, open_)
        for place, devices in peers.items():
            devices.give("fill", peer.documents_of(pulling.records))
            for way, work in _WAYS.items():
                rows[f"{way} {place}"] = partial(_copied, devices, work, pulling.records.count)
        found = interleaved(rows, setting.rounds)
    lines = [
        Line(FLOOR, found[FLOOR]),
        Line(REFERENCE, found[REFERENCE], FLOOR),
        Line(OURS, found[OURS], FLOOR, Limit(2.5, text="2.5 × (moonshot 1.7 ×; issue 1: 5 ×)")),
        Line(SEARCH, found[SEARCH], FLOOR, Limit(5, RATIO, text="5 × (issue 1)")),
        *_beside(found, why_not),
    ]
    count, requests = pulling.records.count, 1 + math.ceil(pulling.records.count / _PAGE)
    size = pulling.records.json_bytes / count
    note = (
        f"{count:,} records, {size:,.0f} B of JSON each; the floor and the reference write with synchronous = NORMAL, "
        "the product with FULL. Enrolment and key derivation are not in it; token, signature and scope are."
    )
    wire = (
        Line("requests", found[OURS], limit=Limit(requests, "requests")),
        Line("bytes down", found[OURS], limit=Limit(0.32, "of raw JSON", "0.32 of raw JSON")),
    )
    return [
        Table("P1", f"first copy of {count:,} records over HTTP", lines, (note,)),
        Table("P3, P4", "what the first copy costs on the wire", wire),
    ]
