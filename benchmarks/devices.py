"""Devices as a crowd has them: enrolled straight into the server's database, speaking HTTP by hand, keeping nothing."""

from __future__ import annotations

import base64
import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Op, OpKind, Values, encode_ops
from gridworker.server import auth
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.bodies import DOWN_INFLATED, inflate
from gridworker.sync.protocol.messages import PROOF, SYNC, EnrolRequest, Hello, Pull, SyncReply, SyncRequest


@dataclass
class Device:
    """One of the crowd. `seq` is the last op it sent."""

    known: auth.Device
    key: bytes
    access: str
    practice: bool
    seq: int = 0
    epoch: int = 0
    server_epoch: bytes = b""

    def body(self, drafts: list[Draft], pull: Pull | None) -> bytes:
        hello = Hello(
            "1.0",
            self.known.id,
            self.known.incarnation,
            self.known.domain_id,
            self.practice,
            self.epoch,
            self.server_epoch,
        )
        return msgspec.json.encode(SyncRequest(hello, msgspec.Raw(encode_ops(self.ops(drafts))), pull))

    def ops(self, drafts: list[Draft]) -> list[Op]:
        """The drafts as this device's next ops, an act each."""
        first = self.seq + 1
        self.seq += len(drafts)
        return [
            Op(new_id(), first + n, new_id(), d.entity, d.record, d.kind, d.set, d.base)
            for n, d in enumerate(drafts)
        ]

    def headers(self, body: bytes) -> dict[str, str]:
        proof = proofs.sign(self.key, proofs.sync_message(self.access, body))
        return {
            "Authorization": f"Bearer {self.access}",
            PROOF: base64.b64encode(proof).decode(),
            "Content-Type": "application/json",
            "Accept-Encoding": "zstd",
        }


def enrolled(database: ServerDatabase, login: str, number: int) -> list[Device]:
    """`number` devices of the account `login`."""
    made: list[Device] = []
    with database.write() as connection:
        domain = only_domain(connection)
        account = auth.account_by(connection, domain.id, "login", login)
        assert account is not None
        for _ in range(number):
            key = proofs.new_key()
            asked = EnrolRequest("", proofs.public_key(key), new_id(), domain.practice, "crowd")
            now = database.clock.milliseconds()
            known = auth.add_device(connection, domain.id, account, asked, now)
            tokens = auth.issue(connection, known, now, None)
            made.append(Device(known, key, tokens.access, domain.practice))
    return made


class Line:
    """A device's kept-alive connection."""

    def __init__(self, device: Device, url: str) -> None:
        self.device = device
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def ask(self, drafts: list[Draft], pull: Pull | None) -> SyncReply:
        """One exchange; comes again as long as the server says when. Raises RuntimeError for any other refusal."""
        body = self.device.body(drafts, pull)
        while True:
            self._http.request("POST", SYNC, body, self.device.headers(body))
            answer = self._http.getresponse()
            found = inflate(answer.read(), answer.headers.get("content-encoding", ""), DOWN_INFLATED)
            if answer.status == 200:
                reply = msgspec.json.decode(found, type=SyncReply)
                self.device.epoch, self.device.server_epoch = reply.hello.epoch, reply.hello.server_epoch
                return reply
            wait = answer.headers.get("retry-after")
            if wait is None:
                raise RuntimeError(f"{answer.status} {found[:200]!r}")
            time.sleep(float(wait))

    def copy(self) -> int:
        """A first copy; returns how many rows it brought."""
        rows, pull = 0, Pull()
        while True:
            page = self.ask([], pull).page
            assert page is not None
            rows += sum(len(msgspec.json.decode(part.rows, type=list[msgspec.Raw])) for part in page.parts)
            if page.bootstrap is None:
                return rows
            pull = Pull(bootstrap=page.bootstrap)

    def close(self) -> None:
        self._http.close()


def visit(household: bytes, on: str, text: str, device: Device) -> Draft:
    """A visit as the laptop `device` sends it."""
    record = new_id()
    values: Values = {
        "no": f"Z26-{device.known.number:02d}-{int.from_bytes(record[-4:]):010d}",
        "household_id": household,
        "visited_on": on,
        "mode": "door",
    }
    return Draft(
        "visit", record, OpKind.CREATE, {**values, "outcome": "met", "purpose": "routine", "said": text}
    )
