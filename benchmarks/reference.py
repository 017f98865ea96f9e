"""The client of the reference server, and the floor: one request, inflate, decode, one SQLCipher transaction."""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from benchmarks import bare, records, reference_server
from benchmarks.records import Records
from gridworker.models.ids import new_id

Entry = tuple[bytes, str, msgspec.Raw]


def ready_body(found: Records) -> bytes:
    return msgspec.json.encode(found.rows)


def entries_of(found: Records) -> list[Entry]:
    place = {entity: records.names_of(entity).index("id") for entity in found.rows}
    return [
        (row[place[entity]], entity, msgspec.Raw(msgspec.json.encode(row)))
        for entity, rows in found.rows.items()
        for row in rows
    ]


def fresh_entries(found: Records, count: int) -> list[Entry]:
    """`count` new rows: visits and their visitors like the ones there are."""
    made: list[Entry] = []
    for entity in ("visit", "visit_visitor"):
        place = records.names_of(entity).index("id")
        for row in found.rows[entity][: count // 2]:
            record = new_id()
            values = [record if at == place else value for at, value in enumerate(row)]
            made.append((record, entity, msgspec.Raw(msgspec.json.encode(values))))
    return made


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of a reference server over `folder`, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reference_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def fill(folder: Path, found: Records) -> None:
    reference_server.fill(folder, entries_of(found), ready_body(found))


class Client:
    """The least a client can be: tables, an outbox, a cursor."""

    def __init__(self, port: int, scratch: Path) -> None:
        self._path = Path(tempfile.mkdtemp(dir=scratch)) / "reference.db"
        self.raw = bare.opened(self._path, bare.new_key(), synchronous="NORMAL")
        records.create_tables(self.raw)
        self._cursor = 0
        self._outbox: list[Entry] = []
        self._decode = records.decoder()
        self._http = http.client.HTTPConnection("127.0.0.1", port)
        self._http.connect()

    def floor(self) -> int:
        """FLOOR: GET the ready body, inflate, decode, one transaction. Returns the number of rows."""
        self._http.request("GET", "/")
        body = zstandard.ZstdDecompressor().decompress(self._http.getresponse().read())
        return self._write([self._decode.decode(body)])

    def edit(self, entries: Sequence[Entry]) -> None:
        """Rows made here, waiting to be sent."""
        self._outbox += entries
        rows: dict[str, list[msgspec.Raw]] = {}
        for _, entity, row in entries:
            rows.setdefault(entity, []).append(row)
        self._write([self._decode.decode(msgspec.json.encode(rows))])

    def sync(self) -> int:
        """One request: what waits goes up, what is new comes down. Returns the number of rows that came."""
        body = (
            zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(self._outbox))
            if self._outbox
            else None
        )
        self._http.request("POST", f"/sync/{self._cursor}", body)
        reply = self._http.getresponse()
        found = zstandard.ZstdDecompressor().decompressobj().decompress(reply.read())
        pages = [self._decode.decode(line) for line in found.split(b"\n") if line]
        self._cursor = int(reply.headers["x-head"])
        self._outbox = []
        return self._write(pages)

    def _write(self, pages: Sequence[Any]) -> int:
        count = 0
        self.raw.execute("BEGIN")
        for page in pages:
            rows = {name: found for name in page.__struct_fields__ if (found := getattr(page, name))}
            records.upsert(self.raw, rows)
            count += sum(map(len, rows.values()))
        self.raw.execute("COMMIT")
        return count

    def close(self) -> None:
        self._http.close()
        self.raw.close()
