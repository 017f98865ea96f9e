"""PouchDB 9 against express-pouchdb as a peer on Node, installed from npm into the benchmarks' own cache by the
benchmark command alone. Where node or npm is missing, or nothing can be installed, it is not run, and why is said."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import records
from benchmarks.records import Records
from benchmarks.rounds import Reading
from benchmarks.setting import Setting
from gridworker.models.ids import new_id

SOURCES = Path(__file__).parent / "pouch"
_INSTALL_SECONDS = 300


class NotHere(Exception):
    """The peer cannot be run here; the text says why."""


def installed(cache: Path) -> Path:
    """The folder with the peer's programs and what they need, installed once. Raises NotHere."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise NotHere("not run: no node and npm here")
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()[
        :12
    ]
    folder = cache / f"pouchdb-{wanted}"
    if (folder / "ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCES, folder)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotHere(f"not run: npm install failed ({type(error).__name__})") from error
    (folder / "ready").touch()
    return folder


class Peer:
    """A server and a process with its devices."""

    def __init__(self, client: subprocess.Popen[str], scratch: Path) -> None:
        self._client, self._scratch, self._files = client, scratch, 0

    def ask(self, work: str, **more: str) -> Reading:
        """Do one thing; the seconds are those of the replication, `docs` how many documents it wrote."""
        assert self._client.stdin is not None and self._client.stdout is not None
        self._client.stdin.write(json.dumps({"work": work, **more}) + "\n")
        self._client.stdin.flush()
        told: dict[str, Any] = json.loads(self._client.stdout.readline())
        if "error" in told:
            raise RuntimeError(told["error"])
        return Reading(told["seconds"], {"docs": told["docs"]})

    def give(self, work: str, documents: Sequence[dict[str, Any]], **more: str) -> None:
        """Write documents, to the server (`fill`) or to one of the devices (`write`)."""
        self._files += 1
        file = self._scratch / f"documents-{self._files}.json"
        file.write_text(json.dumps(documents, ensure_ascii=False), "utf-8")
        self.ask(work, file=str(file), **more)
        file.unlink()


@contextmanager
def running(setting: Setting) -> Iterator[Peer]:
    """A peer over empty databases. Raises NotHere."""
    if not setting.peers:
        raise NotHere("not run: --no-peers")
    folder, scratch = installed(setting.cache), setting.fresh("pouch")
    for name in ("there", "here"):
        (scratch / name).mkdir(parents=True)
    with _node(folder, "server.js", str(scratch / "there")) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        if not port:
            raise NotHere("not run: the peer's server does not start")
        url = f"http://127.0.0.1:{port}/community"
        with _node(folder, "client.js", url, str(scratch / "here")) as client:
            yield Peer(client, scratch)


@contextmanager
def _node(folder: Path, program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        ["node", program, *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def documents_of(found: Records) -> list[dict[str, Any]]:
    """The rows a client holds, a document each."""
    return [_document(entity, row) for entity, rows in found.rows.items() for row in rows]


def fresh_documents(found: Records, count: int) -> list[dict[str, Any]]:
    """`count` new visits and visitors like the ones there are."""
    made = [
        _document(entity, row)
        for entity in ("visit", "visit_visitor")
        for row in found.rows[entity][: count // 2]
    ]
    return [{**document, "_id": new_id().hex()} for document in made]


def _document(entity: str, row: Sequence[Any]) -> dict[str, Any]:
    values = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in zip(records.names_of(entity), row, strict=True)
    }
    return {"_id": values.pop("id"), "type": entity, **values}
