"""`python -m benchmarks.reference_server FOLDER`: the smallest server that could work. GET / gives a ready body (the
floor); POST /sync/N takes changes in and gives everything after N. No login, no scope, no conflicts, no audit."""

from __future__ import annotations

import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import zstandard

LOG, BODY = "log.db", "body.zst"
_PAGE = 2000
_Raw = list[tuple[bytes, str, msgspec.Raw]]


def fill(folder: Path, entries: _Raw, body: bytes) -> None:
    """Prepare `folder`: a log of (id, entity, row as JSON), and the ready body, compressed."""
    folder.mkdir(parents=True)
    (folder / BODY).write_bytes(zstandard.ZstdCompressor(level=3).compress(body))
    log = sqlite3.connect(folder / LOG)
    log.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, id BLOB UNIQUE, entity TEXT, row BLOB)")
    log.executemany(
        "INSERT INTO log (id, entity, row) VALUES (?, ?, ?)", [(i, e, bytes(r)) for i, e, r in entries]
    )
    log.commit()
    log.close()


class _Server:
    def __init__(self, folder: Path) -> None:
        self._ready = (folder / BODY).read_bytes()
        self._log = sqlite3.connect(folder / LOG, isolation_level=None, check_same_thread=False)
        self._log.execute("PRAGMA journal_mode = WAL")
        self._log.execute("PRAGMA synchronous = FULL")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            await self._answer(send, [self._ready], 0)
            return
        sent = await _body(receive)
        since = int(scope["path"].rpartition("/")[2])
        mine = self._take(sent) if sent else 0
        head = self._log.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()[0]
        await self._answer(send, self._after(since, head - mine), head)

    def _take(self, sent: bytes) -> int:
        entries = msgspec.json.decode(zstandard.ZstdDecompressor().decompress(sent), type=_Raw)
        self._log.execute("BEGIN IMMEDIATE")
        self._log.executemany(
            "INSERT OR REPLACE INTO log (id, entity, row) VALUES (?, ?, ?)",
            [(i, e, bytes(r)) for i, e, r in entries],
        )
        self._log.execute("COMMIT")
        return len(entries)

    def _after(self, since: int, until: int) -> list[bytes]:
        """What came after, as compressed lines `{"entity":…,"rows":[…]}`, a page each."""
        packer = zstandard.ZstdCompressor(level=3).compressobj()
        parts: list[bytes] = []
        while True:
            rows = self._log.execute(
                "SELECT seq, entity, row FROM log WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                (since, until, _PAGE),
            ).fetchall()
            if not rows:
                return [*parts, packer.flush()]
            by_entity: dict[str, list[bytes]] = {}
            for _, entity, row in rows:
                by_entity.setdefault(entity, []).append(row)
            page = b",".join(b'"%s":[%s]' % (e.encode(), b",".join(found)) for e, found in by_entity.items())
            parts.append(packer.compress(b"{" + page + b"}\n"))
            since = rows[-1][0]

    @staticmethod
    async def _answer(send: Any, parts: list[bytes], head: int) -> None:
        headers = [(b"x-head", str(head).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _body(receive: Any) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def main(folder: Path) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    config = uvicorn.Config(
        _Server(folder), log_level="error", access_log=False, lifespan="off", timeout_keep_alive=3600
    )
    uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
