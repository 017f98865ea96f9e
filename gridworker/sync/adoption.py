"""Brings a community that stands alone on this computer to an empty server: its rows in rank order, request by request,
then one commit here by which the server is its authority. May be interrupted anywhere and begun again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from gridworker import __version__
from gridworker.errors import AlreadyJoined, FieldInvalid, OnlySecretary, ServerAnswerUnreadable
from gridworker.models import ids
from gridworker.models.op import Value
from gridworker.models.registry import ENTITIES
from gridworker.models.sums import EMPTY, Sum, added, content_of
from gridworker.store import audit, outbox, state
from gridworker.store.connection import Connection
from gridworker.store.ending import start_day
from gridworker.store.sight import Sight
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.answers import read_answer
from gridworker.sync.asking import HEADERS
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.adoption import (
    ADOPT,
    AdoptReply,
    AdoptRequest,
    Content,
    Reached,
    RowRefused,
)
from gridworker.sync.protocol.bodies import ACCEPTED, deflate
from gridworker.sync.protocol.messages import PROOF, Community, EnrolReply, Limits, WirePart
from gridworker.sync.protocol.wire_rows import columns
from gridworker.sync.transport import Transport

#: local_state: the attempt under way.
ATTEMPT = "sync.adoption"
SECRETARY = "community_secretary"
_RUN = 250
#: Told how many rows of how many the server has.
Progress = Callable[[int, int], None]


class Attempt(msgspec.Struct, frozen=True):
    """What an interrupted adoption goes on with: the server, this device's key for it, and the pictures that were sent,
    each with the last op of this device in it. The last one is the present one; if the end of an earlier one was not
    heard of here, the server has that."""

    url: str
    key: bytes
    pictures: tuple[tuple[bytes, int], ...]
    authority: bytes = b""


def adopt(
    store: Store,
    url: str,
    code: str,
    transport: Transport,
    *,
    authority: bytes = b"",
    progress: Progress = lambda _done, _all: None,
) -> None:
    """Bring the community of `store` to the empty server at `url`. Called again after an interruption it goes on where
    the server stands; `code` counts once. Afterwards the profile belongs to the server, and exchanges as any other.

    Raises AlreadyJoined, OnlySecretary, ServerOccupied, CodeInvalid, PracticeMix, FieldInvalid (a row the server cannot
    keep), ServerAway, ServerAnswerUnreadable, ServerRefused: then this computer's community is as it was."""
    if store.known.authority == "server":
        raise AlreadyJoined(url=store.known.server_url)
    if not any(grant.role.code == SECRETARY for grant in store.grants()):
        raise OnlySecretary()
    start_day(store)
    attempt = _attempt(store, url, authority)
    told = _sent(store, attempt, code, transport, progress)
    upto = dict(attempt.pictures).get(told.snapshot)
    enrolled = told.enrolled
    if enrolled is msgspec.UNSET or upto is None or not _is_ours(store, enrolled):
        raise ServerAnswerUnreadable(why="adoption")
    _take_over(store, attempt, enrolled, upto)


def _is_ours(store: Store, enrolled: EnrolReply) -> bool:
    """What was said to be taken over is this community, for this member."""
    known = store.known
    return (enrolled.community.id, enrolled.account.member_id) == (known.community_id, known.member_id)


def under_way(store: Store) -> Attempt | None:
    """The attempt that was begun and did not come to its end."""
    raw = store.state(ATTEMPT)
    return msgspec.json.decode(raw, type=Attempt) if raw else None


def _attempt(store: Store, url: str, authority: bytes) -> Attempt:
    """The attempt under way at this server, else a new one; what was saved since makes a new picture."""
    with store.database.write() as connection:
        raw = state.get(connection, ATTEMPT)
        before = msgspec.json.decode(raw, type=Attempt) if raw else None
        upto = outbox.next_seq(connection) - 1
        if before is None or (before.url, before.authority) != (url, authority):
            before = Attempt(url, proofs.new_key(), (), authority)
        if before.pictures and before.pictures[-1][1] == upto:
            return before
        fresh = msgspec.structs.replace(before, pictures=(*before.pictures, (os.urandom(16), upto)))
        state.put(connection, {ATTEMPT: msgspec.json.encode(fresh)})
        return fresh


# -- sending -------------------------------------------------------------------------------------------------------


def _sent(store: Store, attempt: Attempt, code: str, transport: Transport, progress: Progress) -> AdoptReply:
    """Send everything and return the answer that ends it."""
    first, whole = _first(store, attempt, code), _content(store)
    told = _ask(store, transport, attempt, first)
    limits = told.limits
    while told.enrolled is msgspec.UNSET:
        progress(told.rows, whole.n)
        with store.database.read() as connection:
            parts = tuple(_parts(connection, told.after, limits))
        request = msgspec.structs.replace(first, code="", after=told.after, parts=parts)
        if not parts:
            request = msgspec.structs.replace(request, whole=Content(*whole))
        before, told = told, _ask(store, transport, attempt, request)
        if told.enrolled is msgspec.UNSET and (not parts or told.after == before.after):
            raise ServerAnswerUnreadable(why="adoption")
    return told


def _first(store: Store, attempt: Attempt, code: str) -> AdoptRequest:
    known, found = store.known, store.identity
    assert known.member_id is not None
    return AdoptRequest(
        snapshot=attempt.pictures[-1][0],
        device_key=proofs.public_key(attempt.key),
        incarnation=known.incarnation,
        device_no=known.device_no,
        community=Community(known.community_id, found.community_name, found.community_code),
        member_id=known.member_id,
        practice=known.practice,
        app=__version__,
        code=code,
    )


def _ask(store: Store, transport: Transport, attempt: Attempt, request: AdoptRequest) -> AdoptReply:
    body, encoding = deflate(msgspec.json.encode(request), ACCEPTED)
    proof = keeping.base64_of(proofs.sign(attempt.key, proofs.adoption_message(body)))
    headers = {**HEADERS, PROOF: proof, **({"Content-Encoding": encoding} if encoding else {})}
    reply = read_answer(transport.send(ADOPT, body, headers), AdoptReply)
    if reply.refused is not msgspec.UNSET:
        raise _refusal(store, reply.refused)
    return reply


def _refusal(store: Store, refused: RowRefused) -> FieldInvalid:
    name = ids.text_of(refused.record)[-6:] if len(refused.record) == 16 else ""
    declared = next((entity for entity in ENTITIES if entity.name == refused.entity), None)
    called = (
        next((f.name for f in declared.fields if f.name in ("code", "no", "name")), "") if declared else ""
    )
    if declared and called:
        with store.database.read() as connection:
            row = run(
                connection, f"SELECT {called} FROM {declared.name} WHERE id = ?", (refused.record,)
            ).fetchone()
        name = str(row[0]) if row and row[0] else name
    return FieldInvalid(entity=refused.entity, record=name, field=refused.field, reason=refused.reason)


def _parts(connection: Connection, after: Reached | None, limits: Limits) -> Iterator[WirePart]:
    """The rows that follow `after`, as many as one request carries."""
    left, room = limits.rows, limits.up_bytes // 2
    passed = after is None
    for entity in ENTITIES:
        place = after.id if after and after.entity == entity.name else b""
        if not passed and not place:
            continue
        passed = True
        while left > 0 and room > 0:
            rows = _rows(connection, entity.name, place, min(_RUN, left))
            if not rows:
                break
            raw = msgspec.json.encode(rows)
            left, room, place = left - len(rows), room - len(raw), rows[-1][0]
            yield WirePart(entity.name, b"", columns(entity.name), msgspec.Raw(raw))


def _rows(connection: Connection, entity: str, after: Value, most: int) -> Sequence[Any]:
    sql = f"SELECT {', '.join(columns(entity))} FROM {entity} WHERE id > ? ORDER BY id LIMIT ?"
    return list(run(connection, sql, (after, most)))


def _content(store: Store) -> Sum:
    """What this computer holds of the community, every row and every value of it."""
    found = EMPTY
    with store.database.read() as connection:
        for entity in ENTITIES:
            after: Value = b""
            while rows := _rows(connection, entity.name, after, _RUN):
                found, after = added(found, content_of(entity.name, rows)), rows[-1][0]
    return found


# -- the change of authority -----------------------------------------------------------------------------------------


def _take_over(store: Store, attempt: Attempt, enrolled: EnrolReply, upto: int) -> None:
    """In one commit: the server is the authority from now on, and what was saved after op `upto` waits to be sent."""
    after = msgspec.structs.replace(
        store.known,
        authority="server",
        device_id=enrolled.device_id,
        device_no=enrolled.device_no,
        login=enrolled.account.login,
        server_url=attempt.url,
    )
    facts = {
        state.IDENTITY: msgspec.json.encode(after),
        keeping.DEVICE_KEY: attempt.key,
        **keeping.tokens(enrolled),
    }
    if attempt.authority:
        facts[keeping.SERVER_CA] = attempt.authority
    now = store.clock.milliseconds()
    with store.database.write() as connection:
        outbox.hand_over(connection, upto)
        state.put(connection, facts)
        state.drop(connection, (ATTEMPT,))
        audit.note(connection, audit.Act("adopted", "device", enrolled.device_id), after.member_id, now)
    store.known, store.sight = after, Sight(after)
    store.forget_cached()
