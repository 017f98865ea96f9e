"""P11: the pages of a first copy read and written by the client, without a network, beside the plain upsert of their
rows into tables with seven indexes; and what making them findable costs afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import bare, prepared, records, served
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.store.receive import finish_bulk, receive
from gridworker.sync.answers import read_answer
from gridworker.sync.client import page_rows
from gridworker.sync.protocol.messages import SYNC, SyncReply
from gridworker.sync.transport import Reply

PEER, OURS = "plain upsert, seven indexes", "pages read and written"
FIGURES, SEARCH = "figures, once at the end", "search, afterwards"
PAGE = 5000


class _Keeping(served.Counting):
    """A transport that keeps the answers of the exchange."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept: list[Reply] = []

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        reply = super().send(path, body, headers)
        if path == SYNC:
            self.kept.append(reply)
        return reply


class _Taking:
    """The pages of one first copy, for device after device."""

    def __init__(self, setting: Setting, url: str, server: Path) -> None:
        self._setting, self._url, self._server = setting, url, server
        keeping = _Keeping(url)
        first = served.Desk(self._desk().store, keeping)
        first.sync()
        self._pages = [reply for reply in keeping.kept if read_answer(reply, SyncReply).page]
        self._rows = records.held_by(first.store).rows
        self.count = sum(map(len, self._rows.values()))
        first.close()
        self._after: dict[str, Reading] = {}

    def _desk(self) -> served.Desk:
        return served.enrol(self._url, self._server, self._setting.fresh("desk"))

    def plain(self) -> Reading:
        path = Path(tempfile.mkdtemp(dir=self._setting.scratch)) / "plain.db"
        raw = bare.opened(path, bare.new_key(), synchronous="NORMAL")
        records.create_tables(raw)
        reading = timed(lambda: _upsert(raw, self._in_pages()))
        raw.close()
        return self._reading(reading)

    def _in_pages(self) -> Iterator[dict[str, Sequence[Sequence[Any]]]]:
        page: dict[str, Sequence[Sequence[Any]]] = {}
        for entity, rows in self._rows.items():
            start = 0
            while start < len(rows):
                room = PAGE - sum(map(len, page.values()))
                page[entity] = rows[start : start + room]
                start += room
                if sum(map(len, page.values())) == PAGE:
                    yield page
                    page = {}
        yield page

    def ours(self) -> Reading:
        desk = self._desk()
        reading = timed(lambda: _take_in(desk, self._pages))
        self._after[FIGURES] = timed(lambda: finish_bulk(desk.store))
        self._after[SEARCH] = timed(desk.index_all)
        with desk.store.read() as connection:
            held = sum(
                connection.exec_driver_sql(f"SELECT count(*) FROM {entity}").scalar_one()
                for entity in self._rows
            )
        assert held == self.count > 0
        desk.close()
        return self._reading(reading)

    def after(self, what: str) -> Reading:
        """As measured after the pages of the same round."""
        return self._after[what]

    def _reading(self, reading: Reading) -> Reading:
        return Reading(reading.seconds, {"records/s": self.count / reading.seconds})


def _upsert(raw: Any, pages: Iterable[Mapping[str, Sequence[Sequence[Any]]]]) -> None:
    for page in pages:
        raw.execute("BEGIN")
        records.upsert(raw, page)
        raw.execute("COMMIT")


def _take_in(desk: served.Desk, replies: Iterable[Reply]) -> None:
    """What a client does with each answer: inflate, decode, one transaction."""
    for reply in replies:
        parts, gone = page_rows(read_answer(reply, SyncReply).page)
        receive(desk.store, (), parts, gone, {})


def run(setting: Setting) -> list[Table]:
    server = setting.copy(prepared.server(setting, prepared.size_of_records(setting.records)), "server")
    with served.serving(server) as url:
        taking = _Taking(setting, url, server)
        rows = {
            PEER: taking.plain,
            OURS: taking.ours,
            FIGURES: lambda: taking.after(FIGURES),
            SEARCH: lambda: taking.after(SEARCH),
        }
        found = interleaved(rows, setting.rounds)
    lines = (
        Line(PEER, found[PEER]),
        Line(OURS, found[OURS], PEER, Limit(2, text="2 × (0.5 × the rate)")),
        Line(FIGURES, found[FIGURES], PEER),
        Line(SEARCH, found[SEARCH], OURS, Limit(3)),
    )
    note = (
        f"{taking.count:,} records, {PAGE:,} in a transaction on both sides; the product inflates and decodes them "
        "too, and writes with synchronous = FULL, the plain upsert with NORMAL."
    )
    return [Table("P11", "pages taken in", lines, (note,))]
