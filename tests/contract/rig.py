"""One server and its devices over one of the two transports: what the contract tests play with."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Op, encode_ops
from gridworker.server import auth, authority
from gridworker.server.app import create_app, run_here
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.service import Service
from gridworker.server.verbs.serving import KEEP_ALIVE, listen
from gridworker.store.audit import Act
from gridworker.store.keys import KdfCost
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.answers import read_answer
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import SYNC, Hello, Limits, Pull, SyncReply, SyncRequest
from gridworker.sync.session import Account, sync_now
from gridworker.sync.transport import Reply, Transport
from gridworker.sync.transport.http import HttpTransport
from gridworker.sync.transport.in_process import InProcessTransport
from tests.contract.village import UNNUMBERED, Hands

PASSPHRASE = "four plain words here"
CHEAP = KdfCost(memory=8, passes=1, lanes=1)


class Wire:
    """A transport that counts, remembers and, if told so, loses answers."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.requests: list[tuple[str, bytes, dict[str, str]]] = []
        self.replies: list[Reply] = []
        self.lose_next: Callable[[], Exception] | None = None

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.requests.append((path, body, dict(headers)))
        reply = self.inner.send(path, body, headers)
        if self.lose_next is not None:
            error, self.lose_next = self.lose_next(), None
            raise error
        self.replies.append(reply)
        return reply

    def again(self) -> Reply:
        """The last request once more, byte for byte."""
        return self.inner.send(*self.requests[-1])

    def close(self) -> None:
        self.inner.close()


class Desk:
    """One device: its profile, its wire, its client."""

    def __init__(self, store: Store, wire: Wire) -> None:
        self.store, self.wire = store, wire
        self.client = Client(store, wire)

    def sync(self) -> Account:
        return sync_now(self.client)

    def save(self, *changes: Any) -> None:
        self.store.save([numbered(change, self.store) for change in changes], Act("test"))

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def one(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def holds(self, entity: str) -> set[bytes]:
        return {row[0] for row in self.rows(f"SELECT id FROM {entity}")}

    def kept(self) -> keeping.Kept:
        return keeping.read(self.store.state)


class Rig:
    """A served village. `transport()` makes a new connection to it."""

    def __init__(
        self,
        database: ServerDatabase,
        hands: Hands,
        over: str,
        folder: Path,
        limits: Limits,
        address: str = "",
    ) -> None:
        self.address = address
        self.database, self.hands, self.folder = database, hands, folder
        self.service = Service(database, limits)
        self._open = contextlib.ExitStack()
        self._number = 0
        if over in ("http", "postgres"):
            self._url = self._open.enter_context(served(create_app(self.service)))
            self.transport: Callable[[], Transport] = lambda: HttpTransport(self._url)
        else:
            app = create_app(self.service, run_here)
            self.transport = lambda: InProcessTransport(app)

    def code(self, login: str) -> str:
        with self.database.write() as connection:
            domain = only_domain(connection)
            account = auth.account_by(connection, domain.id, "login", login)
            assert account is not None
            return auth.invite(connection, domain, self.database.pepper, account, self.now())

    def now(self) -> int:
        return self.database.clock.milliseconds()

    def command(self, *drafts: Draft) -> None:
        """What only the authority does: no device may change tree or posts one by one."""
        moment = (self.database.clock.today(), self.now())
        with self.database.write() as connection:
            authority.act(connection, only_domain(connection), drafts, Act("commanded"), moment)

    def desk(self, login: str, code: str | None = None) -> Desk:
        """A new device of `login`, enrolled and still empty."""
        self._number += 1
        wire = Wire(self.transport())
        self._open.callback(wire.close)
        folder = self.folder / f"desk{self._number}"
        store = join(
            folder,
            PASSPHRASE,
            "test",
            code or self.code(login),
            wire,
            self.hands.clock(),
            CHEAP,
            practice=True,
        )
        self._open.callback(store.close)
        wire.requests.clear()
        wire.replies.clear()
        return Desk(store, wire)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, values)]

    def one(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def acts(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT act FROM audit ORDER BY n")]

    def close(self) -> None:
        self._open.close()
        self.database.close()


@contextlib.contextmanager
def served(app: Any) -> Any:
    """The URL of `app` behind real HTTP on a free port of this computer."""
    door = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="error", access_log=False, lifespan="off", timeout_keep_alive=KEEP_ALIVE
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()
        assert not thread.is_alive()


def signed(desk: Desk, body: bytes, *, access: str | None = None, key: bytes | None = None) -> dict[str, str]:
    """The headers of an exchange as a stranger's client would write them."""

    kept = desk.kept()
    token = kept.access if access is None else access
    proof = proofs.sign(key or kept.device_key, proofs.sync_message(token, body))
    return {"Authorization": f"Bearer {token}", "X-Gridworker-Proof": base64.b64encode(proof).decode()}


def numbered(made: Any, store: Store) -> Any:
    """A draft or op of the village with a number of this device, where it has none of any device."""
    no = made.set.get("no")
    if not isinstance(no, str) or not no.startswith(UNNUMBERED):
        return made
    mine = f"V26-{store.known.device_no:02d}-{int(no.removeprefix(UNNUMBERED), 16):04d}"
    return msgspec.structs.replace(made, set={**made.set, "no": mine})


def op(seq: int, draft: Any, **more: Any) -> Op:
    """An op made by hand from a draft, an act of its own."""
    return Op(new_id(), seq, new_id(), draft.entity, draft.record, draft.kind, draft.set, draft.base, **more)


def ask(desk: Desk, ops: list[Op], pull: Pull | None = None, **changes: Any) -> SyncReply:
    """One exchange made by hand, not through the outbox."""
    known, kept = desk.store.known, desk.kept()
    hello = Hello(
        "1.0", known.device_id, known.incarnation, known.community_id, True, kept.epoch, kept.server_epoch
    )
    own = [numbered(one, desk.store) for one in ops]
    request = SyncRequest(msgspec.structs.replace(hello, **changes), msgspec.Raw(encode_ops(own)), pull)
    body = msgspec.json.encode(request)
    return read_answer(desk.wire.inner.send(SYNC, body, signed(desk, body)), SyncReply)
