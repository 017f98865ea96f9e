"""What the three requests do: who asks, what they may, what changes, what they get. Speaks messages and bytes, not
HTTP; one call is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from gridworker import __version__
from gridworker.models.ids import text_of
from gridworker.models.mark import is_practice_code
from gridworker.server import auth, ending, feed, fleet, lives, push, recovery, rehoming, sums, trail
from gridworker.server.asking import asks_for_copy, check_numbers, decode, goes_on, is_served, scope_for
from gridworker.server.auth import Device
from gridworker.server.database import Domain, ServerDatabase, domain_of, only_domain, some_domain
from gridworker.server.day import Days
from gridworker.server.incoming import is_empty
from gridworker.server.metrics import Metrics
from gridworker.server.push import Context, Pushed
from gridworker.server.rates import ENROL, ENROL_ALL, NOTES, SYNC, TOKEN, TOKEN_ALL, Rates
from gridworker.server.refusal import Refusal, bad_request, practice_mix, unauthorised
from gridworker.server.scope import Scopes, View, note_epoch, noted_epoch, refuse_closed
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import (
    ACTIVE,
    DRAINING,
    EnrolReply,
    EnrolRequest,
    IncarnationReply,
    IncarnationRequest,
    Limits,
    ServerHello,
    SyncReply,
    SyncRequest,
    TokenReply,
    TokenRequest,
    WipedReply,
    WipedRequest,
    WireRecovering,
)

M = TypeVar("M", bound=msgspec.Struct)


@dataclass(frozen=True)
class Signed:
    """An exchange as it came: the token, the device's signature, the body as sent and what it inflates to. `inflated`
    raises Refusal; it is asked only once the sender is known, so that a stranger costs no memory."""

    access: str
    proof: bytes
    sent: bytes
    inflated: Callable[[], bytes]

    def identify(self, connection: Connection, now: int) -> Device:
        """The device that sent it. Raises Refusal."""
        return auth.identify(connection, self.access, self.proof, self.sent, now)


@dataclass(frozen=True)
class Asked:
    """A request that was looked at. `answer` is there if a look was enough. `pulls`: it sends no ops, so that only its
    sender has to be noted; `copies`: it wants a page of a first copy, which must not keep others waiting; `following`:
    some households do not lie yet where the tree says."""

    signed: Sender
    request: SyncRequest
    answer: SyncReply | None
    pulls: bool = False
    copies: bool = False
    following: bool = False


class Sender(Protocol):
    """Who speaks and what was said, whichever way it came."""

    @property
    def inflated(self) -> Callable[[], bytes]: ...

    def identify(self, connection: Connection, now: int) -> Device: ...


class _Turned(Exception):
    """A request turned away, with what its note in the trail needs once the reading has ended."""

    def __init__(self, refused: Refusal, domain: Domain, device_id: bytes | None) -> None:
        super().__init__(refused)
        self.refused, self.domain, self.device_id = refused, domain, device_id


@dataclass
class Service:
    """The server's work. Safe to call from several threads: the database has one writer and many readers."""

    database: ServerDatabase
    limits: Limits = field(default_factory=Limits)
    rates: Rates = field(default_factory=lambda: Rates(time.monotonic))
    scopes: Scopes = field(default_factory=Scopes)
    days: Days = field(default_factory=Days)
    metrics: Metrics = field(default_factory=Metrics)

    def _now(self) -> int:
        return self.database.clock.milliseconds()

    def check(self) -> None:
        """Raises what keeps the server from working: DatabaseUnreachable, DatabaseBusy, DatabaseDamaged."""
        with self.database.read() as connection:
            connection.exec_driver_sql("SELECT 1 FROM server_state LIMIT 1").scalar_one()

    # -- letting devices in --------------------------------------------------------------------------------------

    def enrol(self, body: bytes, source: str) -> EnrolReply:
        """Exchange a one-time code for a device's identity. Raises Refusal."""
        self.rates.spend("enrol", source, ENROL)
        self.rates.spend("enrol", "*", ENROL_ALL)
        asked = decode(body, EnrolRequest)
        auth.check_protocol(asked.protocol)
        if len(asked.device_key) != 32 or len(asked.incarnation) != 16:
            raise bad_request("device key or incarnation")
        with self.database.read() as connection:
            domain = some_domain(connection)
        if domain is None:
            raise Refusal(403, "code_invalid", "no community is here yet")
        try:
            return self.database.transact(partial(self._enrol, asked))
        except Refusal as refused:
            self._note_refusal(None, refused, None)
            raise

    def _enrol(self, asked: EnrolRequest, connection: Connection) -> EnrolReply:
        now = self._now()
        domain_id, account = auth.use_code(connection, self.database.pepper, asked.code, now)
        domain = domain_of(connection, domain_id)
        if asked.practice != domain.practice:
            raise practice_mix()
        device = auth.add_device(connection, domain_id, account, asked, now)
        tokens = auth.issue(connection, device, now, None)
        view = self.scopes.view(connection, domain, device, self.database.clock.today())
        roles = tuple(dict.fromkeys(grant.role.code for grant in view.grants))
        welcome = auth.welcome(domain, device, account, roles, tokens, self.database.bundle_keys.public)
        return sums.with_room(connection, view.ids, asked, welcome)

    def incarnation(self, body: bytes) -> IncarnationReply:
        """Give a restored or copied database a device of its own. Raises Refusal."""
        asked = decode(body, IncarnationRequest)
        if len(asked.device_id) != 16:
            raise bad_request("device")
        self.rates.spend("incarnation", text_of(asked.device_id), ENROL)
        auth.check_protocol(asked.protocol)
        if len(asked.device_key) != 32 or len(asked.incarnation) != 16:
            raise bad_request("device key or incarnation")
        try:
            begun = self.database.transact(lambda connection: lives.begin(connection, asked, self._now()))
            return msgspec.structs.replace(begun, bundle_key=self.database.bundle_keys.public)
        except Refusal as refused:
            self._note_refusal(None, refused, None)
            raise

    def token(self, body: bytes, source: str) -> TokenReply:
        """Renew a device's tokens. Raises Refusal."""
        self.rates.spend("token", source, TOKEN_ALL)
        asked = decode(body, TokenRequest)
        self.rates.spend("token of", asked.device_id.hex()[:32], TOKEN)
        answer = self.database.transact(partial(self._renew, asked))
        if isinstance(answer, Refusal):
            raise answer
        return msgspec.structs.replace(answer, bundle_key=self.database.bundle_keys.public)

    def _renew(self, asked: TokenRequest, connection: Connection) -> TokenReply | Refusal:
        try:
            return auth.renew(connection, asked.device_id, asked.refresh, asked.proof, self._now())
        except Refusal as refused:  # what it noted and revoked must be kept
            if refused.noted and self.rates.wait("note", "*", NOTES) == 0:
                _note(None, refused, asked.device_id, self._now(), connection)
            return refused

    # -- the exchange --------------------------------------------------------------------------------------------

    def sync(self, signed: Sender) -> bytes:
        """One exchange: ops in, results and a page out, as JSON. Raises Refusal."""
        return self.finish(self.begin(signed))

    def begin(self, signed: Sender) -> Asked:
        """What is asked and by whom, with the answer if a look is enough. Raises Refusal."""
        self.days.begin(self.database)
        try:
            asked = self._look(signed)
        except _Turned as turned:
            self._note_refusal(turned.domain, turned.refused, turned.device_id)
            raise turned.refused from None
        if asked.following:
            rehoming.go_on(self.database, rehoming.PATIENCE if asked.pulls else None)
        return asked

    def finish(self, asked: Asked) -> bytes:
        """The answer, as JSON. Raises Refusal."""
        answer = asked.answer
        if answer is None and asked.pulls:
            answer = self._answer_after_noting(asked)
        if answer is None:
            work = partial(self._writing_answer, asked.signed, asked.request)
            answer = rehoming.once_done(self.database, work)
            self.metrics.count_ops(result.outcome for result in answer.results)
        return msgspec.json.encode(answer)

    def _look(self, signed: Sender) -> Asked:
        """What is asked, and the answer if nothing has to be written for it, in one snapshot."""
        device: Device | None = None
        domain: Domain | None = None
        with self.database.read() as connection:
            try:
                device = signed.identify(connection, self._now())
                domain = domain_of(connection, device.domain_id)
                request = self._admitted(signed, device, domain)
                if recovery.life_of(connection, domain.id).recovering_until:
                    return Asked(signed, request, None)
                if asks_for_copy(request) and device.state == ACTIVE:
                    return Asked(signed, request, None, pulls=True, copies=True)
                answer = self._quiet_answer(connection, domain, device, request)
                pulls = is_empty(request.ops) and device.state == ACTIVE
                return Asked(
                    signed, request, answer, pulls, following=rehoming.left(connection, domain.id) > 0
                )
            except Refusal as refused:
                at = domain or only_domain(connection)
                raise _Turned(refused, at, device.id if device else None) from refused

    def _admitted(self, signed: Sender, device: Device, domain: Domain) -> SyncRequest:
        self.rates.spend("sync", text_of(device.id), SYNC)
        asked = decode(signed.inflated(), SyncRequest)
        if asked.pull is not None:  # ops are taken from every version
            auth.check_protocol(asked.hello.protocol)
        hello = asked.hello
        check_numbers(asked)
        if hello.practice != domain.practice or domain.practice != is_practice_code(domain.code):
            raise practice_mix()
        if hello.device_id != device.id or hello.community_id != domain.id:
            raise unauthorised("the token belongs to another device", noted=True)
        if hello.incarnation != device.incarnation:
            raise Refusal(403, "incarnation_unknown", "this database was restored or copied", noted=True)
        return asked

    def _quiet_answer(
        self, connection: Connection, domain: Domain, device: Device, asked: SyncRequest
    ) -> SyncReply | None:
        """The answer if nothing has to be written, in the snapshot that was read; else None."""
        view = self.scopes.view(connection, domain, device, self.database.clock.today())
        if is_empty(asked.ops) and device.state == ACTIVE:
            refuse_closed(view)
        epoch = noted_epoch(connection, device, view)
        if (
            epoch is None
            or not is_empty(asked.ops)
            or device.state != ACTIVE
            or not auth.knows_receipt(connection, device, asked.hello)
            or not fleet.is_current(connection, device, asked, self._now())
        ):
            return None
        return self._reply(connection, Pushed(domain=domain), view, epoch, asked, device.state)

    def _answer_after_noting(self, asked: Asked) -> SyncReply | None:
        """The answer of a request without ops, read while nobody is kept from writing: what is to be noted about its
        sender is noted first, by itself. A pull waits for nobody's push."""
        for _ in range(2):
            with self.database.read() as connection:
                device, domain = _identified(self, connection, asked.signed)
                answer = self._quiet_answer(connection, domain, device, asked.request)
            if answer is not None:
                return answer
            self.database.transact(partial(_note_sender, self, asked))
        return None

    def _writing_answer(self, signed: Sender, asked: SyncRequest, connection: Connection) -> SyncReply:
        """The answer of a request with ops, or of the first one after a change of scope."""
        now, today = self._now(), self.database.clock.today()
        known = signed.identify(connection, now)
        device, domain = push.lock(connection, known)
        if recovery.life_of(connection, domain.id).recovering_until:
            offered = recovery.collect(connection, device, asked, now)
            if not recovery.may_close(connection, domain.id, now):
                return _collecting(self, device, domain, asked, offered)
            recovery.close(connection, domain.id, today, now)
            device, domain = push.lock(connection, known)
        view = self.scopes.view(connection, domain, device, today)
        pushed = Pushed(domain=domain)
        if not is_empty(asked.ops):
            rehoming.check_done(connection, domain.id)
            cursor = asked.pull.cursor if asked.pull else None
            pushed = push.take_in(connection, Context(domain, device, view, today, now), asked.ops, cursor)
            assert pushed.domain is not None
            ending.end_needs(connection, domain.id, today)
            view = _view_after(connection, domain, pushed.domain, device, view, today)
        elif device.state == DRAINING:
            if not asked.hello.unsent:  # else it looks for what the server fails on, and still has it
                auth.revoke_device(connection, domain.id, device.number, now)
        else:
            refuse_closed(view)
        epoch = asked.hello.epoch if view.closed else note_epoch(connection, device, view)
        auth.keep_receipt(connection, device, asked.hello, now)
        fleet.note(connection, device, asked, now)
        state = DRAINING if view.closed else device.state
        reply = self._reply(connection, pushed, view, epoch, asked, state)
        if reply.page is None and pushed.domain is not None:
            push.show_later(connection, pushed.domain, view, pushed.shown)
        return reply

    def _reply(
        self, connection: Connection, pushed: Pushed, view: View, epoch: int, asked: SyncRequest, state: str
    ) -> SyncReply:
        domain = pushed.domain
        assert domain is not None
        hello = ServerHello(
            *(self._now(), epoch, domain.server_epoch, state, self.limits),
            app=__version__,
            recovering=recovery.for_latecomer(connection, domain, asked.hello),
            lease_days=msgspec.UNSET if domain.lease_days is None else domain.lease_days,
        )
        if asked.pull is None or state != ACTIVE:
            return SyncReply(hello, pushed.results, None)
        scope = scope_for(asked, view, epoch, domain)
        floor = recovery.life_of(connection, domain.id).floor
        if not goes_on(asked, asked.pull, view, epoch, domain) or not is_served(asked.pull, floor, domain):
            return SyncReply(hello, pushed.results, None, scope_changed=True, scope=scope)
        page = feed.page(
            connection, domain, view, asked.pull, self.limits, clean=pushed.clean, shown=pushed.shown
        )
        return SyncReply(
            hello,
            pushed.results,
            sums.with_sums(connection, domain.id, view.ids, asked.pull, page),
            scope=scope,
            **fleet.told(connection, domain, view, self.database.clock.today(), asked.hello.fleet),
        )

    # -- the trail -----------------------------------------------------------------------------------------------

    def _note_refusal(self, domain: Domain | None, refused: Refusal, device_id: bytes | None) -> None:
        if refused.noted and self.rates.wait("note", "*", NOTES) == 0:  # a flood must not fill the disk
            self.database.transact(partial(_note, domain, refused, device_id, self._now()))


def take_receipt(service: Service, body: bytes, source: str) -> WipedReply:
    """Note that a device destroyed what it held. Raises Refusal."""
    service.rates.spend("wiped", source, ENROL)
    asked, now = decode(body, WipedRequest), service._now()
    service.database.transact(lambda connection: auth.note_wiped(connection, asked, now))
    return WipedReply(now)


def _identified(service: Service, connection: Connection, signed: Sender) -> tuple[Device, Domain]:
    device = signed.identify(connection, service._now())
    return device, domain_of(connection, device.domain_id)


def _note_sender(service: Service, asked: Asked, connection: Connection) -> None:
    device, domain = _identified(service, connection, asked.signed)
    view = service.scopes.view(connection, domain, device, service.database.clock.today())
    hello = asked.request.hello
    if noted_epoch(connection, device, view) is None or not auth.knows_receipt(connection, device, hello):
        device, domain = push.lock(connection, device)
        view = service.scopes.view(connection, domain, device, service.database.clock.today())
        refuse_closed(view)
        note_epoch(connection, device, view)
        auth.keep_receipt(connection, device, hello, service._now())
    fleet.note(connection, device, asked.request, service._now())


def _note(
    domain: Domain | None, refused: Refusal, device_id: bytes | None, now: int, connection: Connection
) -> None:
    act = Act("request_refused", "device" if device_id else "", device_id, {"code": refused.code})
    trail.note(connection, (domain or only_domain(connection)).id, act, None, now)


def _collecting(
    service: Service, device: Device, domain: Domain, asked: SyncRequest, offered: WireRecovering
) -> SyncReply:
    now = service.database.clock.milliseconds()
    hello = ServerHello(
        *(now, asked.hello.epoch, domain.server_epoch, device.state, service.limits),
        app=__version__,
        recovering=offered,
    )
    return SyncReply(hello, (), None)


def _view_after(
    connection: Connection, before: Domain, after: Domain, device: Device, view: View, today: str
) -> View:
    """The view once the ops are in. It is not remembered: the transaction may still be rolled back."""
    if before.tree_version == after.tree_version:
        return view
    now = Scopes().view(connection, after, device, today)
    return view if now.closed else now  # who closed their own account is refused at the next request
