"""The real server in a process of its own, and devices enrolled at it over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import prepared
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.store.store import Store
from gridworker.sync.answers import ServerBusy
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.session import Account, sync_now
from gridworker.sync.transport import Reply
from gridworker.sync.transport.http import HttpTransport

_SERVER = "import sys; from gridworker.server.cli import main; sys.exit(main())"


def _command(verb: str, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", _SERVER, verb, "--data", str(folder), "--json", *more]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The URL of `gridworker-server serve` over `folder`."""
    command = _command("serve", folder, "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()


def invite(folder: Path, login: str = prepared.LOGIN) -> str:
    """A one-time code, made by the server's own command."""
    made = subprocess.run(
        _command("invite", folder, "--login", login), capture_output=True, text=True, check=True
    )
    return str(json.loads(made.stdout)["code"])


class Counting:
    """A transport that counts requests and bytes; header lines are counted as they are given."""

    def __init__(self, url: str) -> None:
        self._inner = HttpTransport(url)
        self.reset()

    def reset(self) -> None:
        self.requests = self.up = self.down = self.all = 0

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        reply = self._inner.send(path, body, headers)
        self.requests += 1
        self.up += len(body)
        self.down += len(reply.body)
        lines = [*headers.items(), *reply.headers.items()]
        self.all += len(body) + len(reply.body) + len(path) + 30 + sum(len(n) + len(v) + 4 for n, v in lines)
        return reply

    def send_ahead(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Counted once its answer is taken."""
        self._inner.send_ahead(path, body, headers)

    def facts(self) -> dict[str, float]:
        return {"requests": self.requests, "kB up": self.up / 1000, "kB down": self.down / 1000}

    def close(self) -> None:
        self._inner.close()


class Desk:
    """One enrolled device, empty at first."""

    def __init__(self, store: Store, transport: Counting) -> None:
        self.store, self.transport = store, transport
        self.client = Client(store, transport)

    def sync(self) -> Account:
        return sync_now(self.client)

    def index_all(self) -> None:
        """Make everything findable, as the window does in the background."""
        while self.store.index_some():
            pass

    def settle(self) -> None:
        """What a client does on closing: bring the log into the file, so that what follows begins with an empty one."""
        self.store.database.checkpoint()
        self.transport.reset()

    def close(self) -> None:
        self.transport.close()
        self.store.close()


def enrol(url: str, server: Path, folder: Path) -> Desk:
    """Enrol a device with a fresh code; waits where the server asks for patience."""
    transport, code = Counting(url), invite(server)
    clock = practice_clock(Clock())
    while True:
        try:
            store = join(
                folder, prepared.PASSPHRASE, url, code, transport, clock, prepared.CHEAP, practice=True
            )
        except ServerBusy as busy:
            time.sleep(busy.retry_after + 0.1)
        else:
            transport.reset()
            return Desk(store, transport)
