"""PouchDB 9 against express-pouchdb as a peer, on Node and in a browser, installed from npm into the benchmarks' own
cache by the benchmark command alone. Where node, npm or a Chromium is missing, or nothing can be installed, it is not
run, and why is said."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import records
from benchmarks.records import Records
from benchmarks.rounds import Reading
from benchmarks.setting import Setting
from gridworker.models.ids import new_id

SOURCES = Path(__file__).parent / "pouch"
_INSTALL_SECONDS = 300
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


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


def chromium() -> str:
    """The browser's program: $CHROMIUM, or one that is on the path. Raises NotHere."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if not found:
        raise NotHere("not run: no Chromium here")
    return found


class Peer:
    """A process with devices of its own, which fetch from one database of a server and send to it."""

    def __init__(self, client: subprocess.Popen[str], scratch: Path) -> None:
        self._client, self._scratch, self._files = client, scratch, 0

    def ask(self, work: str, **more: str) -> Reading:
        """Do one thing; the seconds are those of the replication, `docs` how many documents it wrote."""
        assert self._client.stdin is not None and self._client.stdout is not None
        self._client.stdin.write(json.dumps({"work": work, **more}) + "\n")
        self._client.stdin.flush()
        answer = self._client.stdout.readline()
        if not answer:
            raise RuntimeError(f"the peer ended while it was asked to {work}")
        told: dict[str, Any] = json.loads(answer)
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


@dataclass(frozen=True)
class Server:
    """A running server of the peer. Each of the two kinds of devices has a database of its own there."""

    url: str
    folder: Path
    scratch: Path

    @contextmanager
    def on_node(self) -> Iterator[Peer]:
        """Devices in a process of Node."""
        with self._devices("node", "client.js") as found:
            yield found

    @contextmanager
    def in_browser(self) -> Iterator[Peer]:
        """Devices in a page of a browser without a window. Raises NotHere."""
        with self._devices("browser", "browser.js", chromium()) as found:
            yield found

    @contextmanager
    def _devices(self, name: str, program: str, *more: str) -> Iterator[Peer]:
        scratch = self.scratch / name
        scratch.mkdir()
        with _node(self.folder, program, f"{self.url}/{name}", str(scratch), *more) as process:
            yield Peer(process, self.scratch)


#: Where devices of the peer live, by the words of the tables.
PLACES: dict[str, Callable[[Server], AbstractContextManager[Peer]]] = {
    "on Node": Server.on_node,
    "in a browser": Server.in_browser,
}


@contextmanager
def serving(setting: Setting) -> Iterator[Server]:
    """A server over empty databases. Raises NotHere."""
    if not setting.peers:
        raise NotHere("not run: --no-peers")
    folder, scratch = installed(setting.cache), setting.fresh("pouch")
    (scratch / "there").mkdir(parents=True)
    with _node(folder, "server.js", str(scratch / "there")) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise NotHere("not run: the peer's server does not start")
        yield Server(f"http://127.0.0.1:{port}", folder, scratch)


def started(setting: Setting, open_: ExitStack) -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers that run here, by place, until `open_` is left; and why the others do not."""
    peers: dict[str, Peer] = {}
    why_not: dict[str, str] = {}
    try:
        server = open_.enter_context(serving(setting))
    except NotHere as error:
        return peers, dict.fromkeys(PLACES, str(error))
    for place, devices in PLACES.items():
        try:
            peers[place] = open_.enter_context(devices(server))
        except NotHere as error:
            why_not[place] = str(error)
    return peers, why_not


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
