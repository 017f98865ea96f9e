"""Exchanges that arrive as files: who wrote them is proven by the device's key instead of a token; everything else is
judged, noted and answered as what comes over the network."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from gridworker.errors import (
    BundleMisdirected,
    BundleUnreadable,
    DeviceRevoked,
    GridworkerError,
    PracticeMix,
    ServerOlder,
    ServerRefused,
)
from gridworker.server import auth, recovery, trail
from gridworker.server.asking import decode
from gridworker.server.auth import Device
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.rates import Rates
from gridworker.server.refusal import Refusal
from gridworker.server.service import Service
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol import sealed
from gridworker.sync.protocol.bodies import UP_INFLATED
from gridworker.sync.protocol.messages import BundleReply, ErrorBody, Limits, Pull, SyncReply, SyncRequest
from gridworker.sync.protocol.sealed import ANSWER, REQUEST, Header

#: What a laptop can mend by itself once it is told.
_TOLD = "seq_gap"


@dataclass(frozen=True)
class _Carried:
    """What a device signed as part of a bundle that was checked."""

    device_id: bytes
    body: bytes

    @property
    def inflated(self) -> Callable[[], bytes]:
        return lambda: self.body

    def identify(self, connection: Connection, now: int) -> Device:  # noqa: ARG002 - no token, nothing that runs out
        return auth.device_by(connection, self.device_id)[0]


@dataclass(frozen=True)
class Taken:
    """How many ops a request brought, and how they ended by outcome. `missing`: earlier ones are missing here, and none
    was taken; the answer tells the laptop to send them again."""

    device_no: int
    ops: int
    outcomes: dict[str, int] = field(default_factory=dict)
    missing: bool = False


class Carrier:
    """Takes requests from files and writes their answers."""

    def __init__(self, database: ServerDatabase, limits: Limits | None = None) -> None:
        self.database = database
        # an operator's own hands are not slowed down: every look at this clock is an hour later
        self.service = Service(
            database, limits or Limits(), rates=Rates(partial(next, itertools.count(0.0, 3600.0)))
        )

    def take_in(self, path: Path) -> Taken:
        """Judge the ops of a request. Any number of times: each takes effect once.

        Raises BundleUnreadable, BundleMisdirected, PracticeMix, DeviceRevoked, ServerRefused."""
        header, device = self._checked(path)
        ended: dict[str, int] = {}
        count = 0
        for request in self._requests(path):
            reply = self._exchange(path, header, msgspec.structs.replace(request, pull=None))
            if isinstance(reply, ErrorBody):
                return Taken(device.number, 0, missing=True)
            count += len(reply.results)
            for result in reply.results:
                ended[result.outcome.value] = ended.get(result.outcome.value, 0) + 1
        return Taken(device.number, count, ended)

    def write_answer(self, path: Path, target: Path) -> int:
        """Write the results of a request and everything its device has to fetch, sealed for it alone, into the new file
        `target`. Ops that were not taken in yet are now. Returns the number of the device.

        Raises as `take_in` does, and TargetNotWritable, DiskFull, FolderReadOnly."""
        header, device = self._checked(path)
        own = self.database.bundle_keys
        answer = msgspec.structs.replace(header, kind=ANSWER, reply_key=b"")
        try:
            sealed.write(target, answer, self._answers(path, header), header.reply_key, own.signing)
        except ValueError as error:
            raise BundleUnreadable(file=str(path), reason="altered") from error
        with self.database.write() as connection:
            act = Act("bundle_answered", "device", device.id, {"bundle": header.id.hex()})
            now = self.database.clock.milliseconds()
            trail.note(connection, device.domain_id, act, device.account_id, now)
        return device.number

    def _checked(self, path: Path) -> tuple[Header, Device]:
        """Who wrote it; the file is whole, and for us."""
        header = sealed.read_header(path)
        if header.kind != REQUEST:
            raise BundleMisdirected(file=str(path), reason="answer")
        with self.database.read() as connection:
            domain = only_domain(connection)
            if header.practice != domain.practice:
                raise PracticeMix()
            if header.community_id != domain.id:
                raise BundleMisdirected(file=str(path), reason="other_community")
            try:
                device, public = auth.device_by(connection, header.device_id)
            except Refusal as refused:
                if refused.code in ("device_revoked", "tokens_copied"):
                    raise DeviceRevoked() from refused
                raise BundleMisdirected(file=str(path), reason="other_device") from refused
            collecting = recovery.life_of(connection, domain.id).recovering_until
        sealed.check(path, public)
        if header.incarnation != device.incarnation:
            raise BundleMisdirected(file=str(path), reason="other_life")
        if collecting:
            raise ServerRefused(code="recovering", message="restored, still waiting for devices: see recover")
        for _ in self._requests(path):  # all of it can be read, before anything is taken
            continue
        return header, device

    def _requests(self, path: Path) -> Iterator[SyncRequest]:
        opening = self.database.bundle_keys.opening
        for frame in sealed.read(path, opening, UP_INFLATED):
            try:
                yield decode(frame, SyncRequest)
            except Refusal as refused:
                raise BundleUnreadable(file=str(path), reason="altered") from refused

    def _exchange(self, path: Path, header: Header, request: SyncRequest) -> SyncReply | ErrorBody:
        carried = _Carried(header.device_id, msgspec.json.encode(request))
        try:
            return msgspec.json.decode(self.service.sync(carried), type=SyncReply)
        except Refusal as refused:
            if refused.code == _TOLD:
                return ErrorBody(refused.code, refused.message)
            raise _said(refused, path) from refused

    def _answers(self, path: Path, header: Header) -> Iterator[bytes]:
        """A frame for each request, each going on from where the one before ended; then the rest of what is new."""
        asked: SyncRequest | None = None
        more = False
        for request in self._requests(path):
            asked = request if asked is None else msgspec.structs.replace(asked, ops=request.ops)
            reply = self._exchange(path, header, asked)
            yield _frame(asked, reply)
            if isinstance(reply, ErrorBody):
                return
            asked, more = _gone_on(asked, reply), reply.page is not None and reply.page.more
        while more and asked is not None:
            asked = msgspec.structs.replace(asked, ops=msgspec.Raw(b"[]"))
            reply = self._exchange(path, header, asked)
            yield _frame(asked, reply)
            if isinstance(reply, ErrorBody):
                return
            asked, more = _gone_on(asked, reply), reply.page is not None and reply.page.more


def _frame(asked: SyncRequest, reply: SyncReply | ErrorBody) -> bytes:
    hello, pull = asked.hello, asked.pull or Pull()
    picture = (hello.epoch, hello.server_epoch, pull.cursor, pull.bootstrap)
    if isinstance(reply, ErrorBody):
        return msgspec.json.encode(BundleReply(*picture, refused=reply))
    return msgspec.json.encode(BundleReply(*picture, reply=reply))


def _gone_on(asked: SyncRequest, reply: SyncReply) -> SyncRequest:
    """What the device will ask once it has kept `reply`."""
    page, pull = reply.page, asked.pull
    if page is None or pull is None:
        return asked
    cursor = page.through_seq if page.bootstrap is None else None
    hello = asked.hello
    if reply.scope is not msgspec.UNSET:
        epochs = {"epoch": reply.hello.epoch, "server_epoch": reply.hello.server_epoch}
        hello = msgspec.structs.replace(hello, **epochs, sealed=msgspec.UNSET)
    return msgspec.structs.replace(
        asked, hello=hello, pull=msgspec.structs.replace(pull, cursor=cursor, bootstrap=page.bootstrap)
    )


def _said(refused: Refusal, path: Path) -> GridworkerError:
    match refused.code:
        case "device_revoked" | "account_closed":
            return DeviceRevoked()
        case "practice_mix":
            return PracticeMix()
        case "incarnation_unknown":
            return BundleMisdirected(file=str(path), reason="other_life")
        case "schema_newer":
            return ServerOlder(code=refused.code, message=str(refused))
        case _:
            return ServerRefused(code=refused.code, message=str(refused))
