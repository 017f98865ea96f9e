"""One exchange with the server: the request from the store, the answer into the store in one transaction. Decides
neither when nor how often; that is the engine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from gridworker import __version__
from gridworker.changes import Changes
from gridworker.errors import (
    OnlyAuthority,
    ServerAnswerUnreadable,
    ServerAway,
    ServerOlder,
    ServerRefused,
    VersionsApart,
)
from gridworker.models.op import OpResult, Outcome, decode_op
from gridworker.store import audit, lease, notices, outbox, purge, repair, state, stuck
from gridworker.store.receive import Gone, Part, receive
from gridworker.store.sight import COPY, LISTED, SEALED
from gridworker.store.store import Store
from gridworker.sync import agreement, asking, keeping, lives, reoffering, room, stopping
from gridworker.sync.answers import (
    Asking,
    IncarnationUnknown,
    OpsMissing,
    RequestSpoiled,
    RequestTooLarge,
    read_answer,
)
from gridworker.sync.asking import HEADERS, Heard, ask_ahead
from gridworker.sync.engine import Suspect
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import (
    PROTOCOL,
    TOKEN,
    Hello,
    Limits,
    Page,
    SyncReply,
    TokenReply,
    TokenRequest,
    WireHead,
)
from gridworker.sync.protocol.wire_rows import decode_rows, unknown_fields
from gridworker.sync.scoping import anchor_of, scope_of
from gridworker.sync.transport import Transport


@dataclass(frozen=True)
class Exchanged:
    """What one exchange did. `unsent`: ops are still waiting; `more`: the server has more for us; `copying`: the
    first copy is not complete; `offset_ms`: the server's clock minus ours."""

    changes: Changes
    sent: int
    conflicts: int
    rejected: int
    held: int
    rows: int
    unsent: bool
    more: bool
    copying: bool
    offset_ms: int
    limits: Limits

    def joined(self, later: Exchanged) -> Exchanged:
        """This exchange and the one that followed it, as one."""
        return replace(
            later,
            changes=self.changes.joined(later.changes),
            sent=self.sent + later.sent,
            conflicts=self.conflicts + later.conflicts,
            rejected=self.rejected + later.rejected,
            rows=self.rows + later.rows,
        )


class _Place(msgspec.Struct):
    seq: int
    txn: bytes


_place = msgspec.json.Decoder(_Place)


def place_of(payload: bytes) -> int:
    """The place of an op in the device's order."""
    return _place.decode(payload).seq


class Client:
    """Talks for one profile over one transport. Use from one thread at a time."""

    def __init__(self, store: Store, transport: Transport) -> None:
        """Raises OnlyAuthority for a profile that stands alone: it has no server."""
        if store.known.authority != "server":
            raise OnlyAuthority()
        self.store, self.transport = store, transport
        self.sending: Suspect | None = None
        self._failure = ""

    def exchange(
        self, ops: int, op_bytes: int, rows: int, *, pull: bool = True, push: bool = True
    ) -> Exchanged:
        """Send up to `ops` ops of `op_bytes` bytes and take in up to `rows` rows. `sending` says afterwards what was
        sent, also when it failed.

        Raises ServerAway, ServerAnswerUnreadable, PracticeMix, DeviceRevoked, TokenRefused, RequestTooLarge,
        ServerBusy, ServerRefused, and the store's errors; then nothing was changed here."""
        purge.finish(self.store)
        if pull and room.missing(self.store) is not None:
            rows = 1  # its page is not kept, but another scope comes with it
        if lives.is_unknown(self.store):
            lives.register(self.store, self.transport, HEADERS)
        try:
            return self._across_versions(ops, op_bytes, rows, pull=pull, push=push)
        except (IncarnationUnknown, OpsMissing) as error:  # one of the two was put back without saying so
            if isinstance(error, IncarnationUnknown) or not reoffering.mend_gap(self.store):
                lives.begin(self.store, "unknown")
                lives.register(self.store, self.transport, HEADERS)
            return self._across_versions(ops, op_bytes, rows, pull=pull, push=push)

    def _across_versions(self, ops: int, op_bytes: int, rows: int, *, pull: bool, push: bool) -> Exchanged:
        try:
            done = self._exchange(self._batch(ops, op_bytes) if push else [], rows, pull=pull)
        except VersionsApart as error:
            return self._with_other_version(error, ops if push else 0, op_bytes, rows)
        return self._with_stuck(done, rows) if push and pull else done

    def _with_other_version(self, error: VersionsApart, ops: int, op_bytes: int, rows: int) -> Exchanged:
        """A newer server takes what was saved here and gives nothing; an older one of the same major version gives and
        takes nothing: everything waits here, unharmed, until one side is upgraded."""
        waits = isinstance(error, ServerOlder)
        with self.store.read() as connection:
            handed_back = notices.has(connection, "draining")
        if waits and handed_back:  # a request without ops would say that it has nothing more to send
            raise error
        gives = waits and error.values.get("code") == "schema_newer"
        batch = [] if waits or not ops else self._batch(ops, op_bytes)
        done = self._exchange(batch, rows, pull=gives)
        with self.store.database.write() as connection:
            notices.put(connection, error.code, self.store.clock.milliseconds())
        return replace(done, unsent=done.unsent and not waits, copying=True)

    def _batch(self, ops: int, op_bytes: int) -> list[bytes]:
        """The ops of the next request."""
        with self.store.read() as connection:
            leaning = stuck.is_any(connection)
        if leaning:
            with self.store.database.write() as connection:
                stuck.hold_back(connection)
        with self.store.read() as connection:
            if notices.has(connection, ServerOlder.code):  # asked with one act whether that is over
                ops = 1
            offered = int(state.get(connection, keeping.OFFERED) or 0)
            return outbox.batch(connection, ops, op_bytes, offered)

    def _with_stuck(self, done: Exchanged, rows: int) -> Exchanged:
        """After an exchange that went well: one of the acts the server failed on, if its time has come, alone."""
        with self.store.read() as connection:
            payloads = stuck.due(connection, self.store.clock.milliseconds())
        if not payloads or done.more or self.store.state(keeping.COLLECTING):
            return done
        try:
            return done.joined(self._exchange(payloads, rows, pull=True))
        except (RequestSpoiled, RequestTooLarge) as error:
            with self.store.database.write() as connection:
                ids = [decode_op(payload).op_id for payload in payloads]
                stuck.failed(connection, ids, self.store.clock.milliseconds(), _why(error))
        except (ServerRefused, ServerAway, ServerAnswerUnreadable):  # says nothing about these ops
            return done
        return done

    def postpone(self) -> None:
        """Set the first act waiting aside: the server fails on it."""
        with self.store.database.write() as connection:
            stuck.set_aside(connection, self.store.clock.milliseconds(), self._failure)

    def _exchange(self, payloads: Sequence[bytes], rows: int, *, pull: bool) -> Exchanged:
        with self.store.read() as connection:
            kept = keeping.read(lambda key: state.get(connection, key))
            chain = audit.head(connection)
            sent_upto = outbox.sent_upto(connection)
        places = [_place.decode(payload) for payload in payloads]
        seqs = [place.seq for place in places]
        self.sending = Suspect(len(seqs), len({place.txn for place in places})) if seqs else None
        if seqs and seqs[-1] > sent_upto:
            with self.store.database.write() as connection:
                outbox.mark_sent(connection, seqs[-1])
        try:
            asked = agreement.own_digest(self.store, kept) if pull and not payloads else None
            heard = asking.ask(self, kept, payloads, kept.pull(rows, asked) if pull else None, chain, seqs)
        except (RequestSpoiled, RequestTooLarge) as error:
            self._failure = _why(error)
            raise
        answer, middle = heard.answer, heard.middle
        collecting = answer.hello.recovering
        if collecting is not msgspec.UNSET and not collecting.collecting:
            reoffering.catch_up(self.store, kept, collecting)
        elif collecting is not msgspec.UNSET:
            reoffering.note(self.store, kept, answer.hello, collecting, seqs)
            return _offering(self.store, kept, answer, answer.hello.server_time - middle)
        if [result.seq for result in answer.results] != seqs:
            raise ServerAnswerUnreadable(why="results")
        if lives.forked(self.store, answer.results):
            answer = msgspec.structs.replace(answer, results=(), page=None, scope=msgspec.UNSET)
            heard = replace(heard, answer=answer)
        noted = {audit.ANCHOR: anchor_of(chain)}  # what is cut off our audit from now on is missed (`doctor`)
        done = self._keep(kept, heard, noted, rows)
        if asked is not None:
            self.store.set_state({keeping.CHECKED_AT: keeping.number(self.store.clock.milliseconds())})
        purge.finish(self.store)
        purge.confirm_copies(self.store, answer.hello.epoch, answer.hello.server_time)
        return done

    def hello(self, kept: Kept, chain: tuple[int, bytes], sending: int) -> Hello:
        """Who asks, with a request of `sending` ops."""
        known = self.store.known
        return Hello(
            protocol=PROTOCOL,
            device_id=known.device_id,
            incarnation=known.incarnation,
            community_id=known.community_id,
            practice=known.practice,
            epoch=kept.epoch,
            server_epoch=kept.server_epoch,
            app=__version__,
            purged=kept.receipt or msgspec.UNSET,
            sealed=True if kept.sealed == COPY else msgspec.UNSET,
            unsent=self._left_behind(sending) or msgspec.UNSET,
            fleet=kept.fleet_tag or msgspec.UNSET,
            audit=msgspec.UNSET if anchor_of(chain) == kept.anchor else WireHead(*chain),
        )

    def _left_behind(self, sent: int) -> int:
        """How many ops stay here after this request."""
        with self.store.read() as connection:
            return max(outbox.waiting(connection) - sent, 0)

    def _keep(self, kept: Kept, heard: Heard, noted: Mapping[str, bytes], rows: int) -> Exchanged:
        """Take the answer in, and with it what it tells by having come (`noted`)."""
        answer, offset = heard.answer, heard.answer.hello.server_time - heard.middle
        more = answer.scope_changed or (answer.page is not None and answer.page.more)
        if kept.sealed == COPY and answer.scope is not msgspec.UNSET:
            more = True  # one exchange more, and it is unlocked
        in_vain = room.begins_in_vain(self.store, kept.copy, answer.page)
        if in_vain:
            answer, more = msgspec.structs.replace(answer, page=None), False
        facts, scope = {**self._facts(kept, answer, offset, more=more), **noted}, scope_of(kept, answer)
        ask_ahead(self, replace(heard, answer=answer), {**(scope.facts if scope else {}), **facts}, rows)
        parts, gone = page_rows(answer.page)  # read here while the server reads the next one
        ordinary = answer.scope is msgspec.UNSET and answer.page is not None
        if ordinary and agreement.is_held(self.store, parts, gone, more=more):
            answer, parts, gone = msgspec.structs.replace(answer, page=None), [], []
            facts, more = {**self._facts(kept, answer, offset, more=False), **noted}, False
        if kept.versions != _versions(answer):  # either side may know better now what it failed on
            with self.store.database.write() as connection:
                stuck.hurry(connection)
        stopping.note_served(self.store, answer.hello.device_state)
        facts |= room.coming(self.store, kept.copy, answer.page)
        changes, page = receive(self.store, answer.results, parts, gone, facts, scope), answer.page
        if page is not None and not page.more:
            agreement.came_together(self.store)
        if page is not None and page.bootstrap is None and not more:
            repair.sweep(self.store)
        elif answer.scope_changed and (answer.scope is msgspec.UNSET or _is_another_life(self.store, kept)):
            agreement.fetch_everything_again(self.store)
        with self.store.read() as connection:
            unsent = outbox.is_any_to_send(connection)
        done = Exchanged(
            changes=changes,
            sent=len(answer.results),
            conflicts=_count(answer.results, Outcome.CONFLICT),
            rejected=_count(answer.results, Outcome.REJECTED),
            held=_count(answer.results, Outcome.HELD),
            rows=sum(len(part.rows) for part in parts),
            unsent=unsent,
            more=more,
            copying=in_vain or answer.scope_changed or (page is not None and page.bootstrap is not None),
            offset_ms=offset,
            limits=answer.hello.limits,
        )
        if page is not None and page.sums is not msgspec.UNSET and not unsent:
            done = replace(done, more=agreement.compare(self.store, kept, page.sums))
        return done

    def _facts(self, kept: Kept, answer: SyncReply, offset: int, *, more: bool) -> dict[str, bytes]:
        heard, days = answer.hello.server_time, answer.hello.lease_days
        facts = {keeping.OFFSET: keeping.number(offset), keeping.VERSIONS: _versions(answer)}
        facts |= lease.renewed(
            heard, lease.DAYS if days is msgspec.UNSET else days, self.store.clock, self.store.sight.up
        )
        if kept.receipt:
            facts[purge.RECEIPT] = b""
        if kept.collecting:
            facts |= reoffering.ended()
        if answer.results:
            facts[keeping.GAP] = b""
        if answer.delivered is not msgspec.UNSET:
            facts[keeping.DELIVERED] = keeping.number(answer.delivered)
        if answer.fleet is not msgspec.UNSET:
            facts[keeping.FLEET] = msgspec.json.encode(answer.fleet.lines)
            facts[keeping.FLEET_TAG] = answer.fleet.tag.encode()
        page = answer.page
        if page is None:
            return facts
        if page.bootstrap is not None:
            return facts | {keeping.CURSOR: b"", keeping.COPY: msgspec.json.encode(page.bootstrap)}
        facts |= {keeping.CURSOR: keeping.number(page.through_seq), keeping.COPY: b""}
        if kept.copy or kept.cursor is None:  # a copy ended with this page
            now = kept.scope if answer.scope is msgspec.UNSET else frozenset(answer.scope.buckets)
            facts[keeping.WHOLE] = keeping.joined(now)
        if not more:
            facts[keeping.LAST_SYNC_AT] = keeping.number(self.store.clock.milliseconds())
            if kept.sealed == LISTED:  # everything since is here too: nothing is left that must not be seen
                facts[SEALED] = b""
        return facts

    def renew(self) -> None:
        """Renew the tokens. Raises as `exchange` does."""
        with self.store.read() as connection:
            kept = keeping.read(lambda key: state.get(connection, key))
        device_id = self.store.known.device_id
        proof = proofs.sign(kept.device_key, proofs.token_message(device_id, kept.refresh))
        body = msgspec.json.encode(TokenRequest(device_id, kept.refresh, proof))
        asking = Asking(body, kept.server_key)
        answer = read_answer(self.transport.send(TOKEN, body, HEADERS), TokenReply, asking)
        self.store.set_state(keeping.tokens(answer))


def _offering(store: Store, kept: Kept, answer: SyncReply, offset: int) -> Exchanged:
    """An exchange with a server that collects: nothing was answered, nothing came."""
    with store.read() as connection:
        offered = int(state.get(connection, keeping.OFFERED) or 0)
        more = outbox.is_any_to_send(connection, offered)
    fresh = kept.collecting != answer.hello.server_epoch
    return Exchanged(
        *(Changes(), 0, 0, 0, 0, 0, more),
        more=fresh,
        copying=False,
        offset_ms=offset,
        limits=answer.hello.limits,
    )


def _is_another_life(store: Store, kept: Kept) -> bool:
    """True once the picture of a server that was restored from a copy was given up for its present one."""
    now = store.state(keeping.SERVER_EPOCH)
    return bool(kept.server_epoch) and now != kept.server_epoch


def page_rows(page: Page | None) -> tuple[list[Part], list[Gone]]:
    """What a page brings, its rows decoded. Raises ServerAnswerUnreadable."""
    if page is None:
        return [], []
    try:
        parts = [
            Part(part.entity, part.bucket, decode_rows(part), unknown_fields(part)) for part in page.parts
        ]
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServerAnswerUnreadable(why="rows") from error
    return parts, [Gone(gone.entity, gone.id, gone.row_version) for gone in page.gone]


def _versions(answer: SyncReply) -> bytes:
    app = answer.hello.app
    return f"{__version__}/{'' if app is msgspec.UNSET else app}".encode()


def _why(error: ServerRefused) -> str:
    return str(error.values.get("code", error.code))


def _count(results: Sequence[OpResult], outcome: Outcome) -> int:
    return sum(result.outcome is outcome for result in results)
