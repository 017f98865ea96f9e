"""P1 and P4: the first copy over real HTTP with login, scope, audit and search, beside the floor and the reference,
and what it weighs on the wire."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import peer, prepared, records, reference, served
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import RATIO, Limit, Line, Table

FLOOR, REFERENCE = "FLOOR: ready body, one transaction", "reference sync, no login or scope"
OURS, SEARCH = "first copy", "first copy, then everything findable"
_POUCH = "PouchDB on Node"
_PEERS = ("CHT way on Node", "CHT way in a browser", "PouchDB in a browser")
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
        try:
            pouch = open_.enter_context(peer.running(setting))
            pouch.give("fill", peer.documents_of(pulling.records))
            rows[_POUCH], why_not = (lambda: pouch.ask("copy")), ""
        except peer.NotHere as error:
            why_not = str(error)
        found = interleaved(rows, setting.rounds)
    lines = [
        Line(FLOOR, found[FLOOR]),
        Line(REFERENCE, found[REFERENCE], FLOOR),
        Line(OURS, found[OURS], FLOOR, Limit(2.5, text="2.5 × (moonshot 1.7 ×; issue 1: 5 ×)")),
        Line(SEARCH, found[SEARCH], FLOOR, Limit(5, RATIO, text="5 × (issue 1)")),
        Line(_POUCH, found.get(_POUCH, ()), FLOOR, why_not=why_not),
        *(Line(name, why_not="not run: not written yet") for name in _PEERS),
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
