"""What the server keeps of every op it has answered: a keyed hash of its bytes and its result, by its place in the
device's order. An op that comes again is recognised; one that was only announced is still to be judged."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from gridworker.models.op import POSTPONED, SERVER_BUG, OpResult, Outcome
from gridworker.server import trail
from gridworker.server.auth import Device
from gridworker.server.incoming import Incoming
from gridworker.store.audit import Act
from gridworker.store.connection import Connection

#: Results with these codes are no last word: the op may come again, as a whole or for the first time.
UNSETTLED = frozenset((POSTPONED, SERVER_BUG))
#: How long an op is told from another one by its content.
KEPT_MS = 30 * 24 * 3600 * 1000
_RUN = 2_000
_result = msgspec.json.Decoder(OpResult)


@dataclass(frozen=True)
class Place:
    """Whose ops they are, in which community, and the server's time (ms)."""

    domain_id: bytes
    device: Device
    now: int


@dataclass
class Known:
    """`results` are settled, `fresh` ops are to be judged; `announced` are the ids of those among them of which an
    unsettled result is kept already, under this place or that of a copy. `forked`: one of them was another op."""

    results: dict[int, OpResult] = field(default_factory=dict)
    fresh: list[Incoming] = field(default_factory=list)
    announced: set[bytes] = field(default_factory=set)
    forked: bool = False


@dataclass(frozen=True)
class _Stored:
    salt: bytes | None
    mac: bytes | None
    result: OpResult
    op_id: bytes


def rejected(item: Incoming, code: str) -> OpResult:
    return OpResult(item.envelope.seq, Outcome.REJECTED, code=code)


def known(connection: Connection, place: Place, incoming: Sequence[Incoming], last_seq: int) -> Known:
    """Which of `incoming` were here before, and how they ended."""
    stored = _stored(connection, place, [s for i in incoming if (s := i.envelope.seq) <= last_seq])
    found = Known()
    elsewhere = _elsewhere(connection, place, [i for i in incoming if i.envelope.seq not in stored])
    for item in incoming:
        seq, op_id = item.envelope.seq, item.envelope.op_id
        before = stored.get(seq)
        if before is not None:
            _meet_again(connection, place, item, before, found)
        elif op_id in found.announced:  # it came at its own place, too
            found.results[seq] = msgspec.structs.replace(_taken(place), seq=seq)
        elif op_id in elsewhere and elsewhere[op_id].code in UNSETTLED:
            found.fresh.append(item)
            found.announced.add(op_id)
        elif op_id in elsewhere:
            found.results[seq] = msgspec.structs.replace(elsewhere[op_id], seq=seq)
        else:
            found.fresh.append(item)
    return found


def _stored(connection: Connection, place: Place, seqs: Sequence[int]) -> dict[int, _Stored]:
    found: dict[int, _Stored] = {}
    for start in range(0, len(seqs), _RUN):
        run = seqs[start : start + _RUN]
        rows = connection.exec_driver_sql(
            "SELECT seq, salt, mac, result, op_id FROM device_op WHERE domain_id = ? AND device_id = ? "
            f"AND incarnation = ? AND seq IN ({', '.join('?' * len(run))})",
            (place.domain_id, place.device.id, place.device.incarnation, *run),
        )
        found.update((row[0], _Stored(row[1], row[2], _whole(row[3], row[2]), row[4])) for row in rows)
    return found


def _whole(kept: bytes, mac: bytes | None) -> OpResult:
    """A result as it was given: its receipt lies beside it."""
    result = _result.decode(kept)
    return msgspec.structs.replace(result, hash=mac.hex()) if mac and not result.hash else result


def _meet_again(connection: Connection, place: Place, item: Incoming, before: _Stored, found: Known) -> None:
    seq = item.envelope.seq
    same = item.envelope.op_id == before.op_id
    if same and item.envelope.postponed:
        found.results[seq] = before.result
    elif same and before.result.code in UNSETTLED:
        found.fresh.append(item)
        found.announced.add(before.op_id)
    elif _is_same(item, before):
        found.results[seq] = before.result
    else:
        if not found.forked:  # once a request: thousands of notes would keep everybody else waiting
            act = Act("device_fork", "device", place.device.id, {"seq": seq})
            trail.note(connection, place.domain_id, act, place.device.account_id, place.now)
            found.forked = True
        found.results[seq] = OpResult(seq, Outcome.REJECTED, code="device_fork", at=place.now)


def _is_same(item: Incoming, before: _Stored) -> bool:
    """True for the bytes that came before. Of an op whose content was erased its place and its id must do."""
    if before.mac is None or before.salt is None:
        return item.envelope.op_id == before.op_id
    return hmac.compare_digest(_mac(before.salt, item.raw), before.mac)


def _mac(salt: bytes, raw: bytes) -> bytes:
    return hashlib.blake2b(raw, key=salt, digest_size=16).digest()


def _elsewhere(connection: Connection, place: Place, items: Sequence[Incoming]) -> dict[bytes, OpResult]:
    """Op ids that took effect under another key: those of the same account, whose devices may be copies of one
    another, have their stored result; anybody else's, or one id twice in a batch, are refused."""
    found: dict[bytes, OpResult] = {}
    ids = [item.envelope.op_id for item in items]
    known = _ids_known(connection, place, ids)
    own = _own_devices(connection, place) if known else ()
    for op_id in known:  # hardly ever any: only of a device that was copied or put back
        device_id, result, mac = connection.exec_driver_sql(
            "SELECT device_id, result, mac FROM device_op WHERE domain_id = ? AND op_id = ?",
            (place.domain_id, op_id),
        ).one()
        found[op_id] = _whole(result, mac) if device_id in own else _taken(place)
    for op_id, times in Counter(ids).items():
        if times > 1 and (op_id not in found or found[op_id].code in UNSETTLED):
            found[op_id] = _taken(place)
    return found


def _ids_known(connection: Connection, place: Place, ids: Sequence[bytes]) -> list[bytes]:
    """Those of `ids` under which something was answered before. Nothing but the id is asked for, so that its index
    alone is read: for more the embedded database, which has no figures of its tables, would go through every receipt
    of the community."""
    known: list[bytes] = []
    for start in range(0, len(ids), _RUN):
        run = ids[start : start + _RUN]
        rows = connection.exec_driver_sql(
            f"SELECT op_id FROM device_op WHERE domain_id = ? AND op_id IN ({', '.join('?' * len(run))})",
            (place.domain_id, *run),
        )
        known += (row[0] for row in rows)
    return known


def _own_devices(connection: Connection, place: Place) -> frozenset[bytes]:
    rows = connection.exec_driver_sql(
        "SELECT device_id FROM device WHERE domain_id = ? AND account_id = ?",
        (place.domain_id, place.device.account_id),
    )
    return frozenset(row[0] for row in rows)


def _taken(place: Place) -> OpResult:
    return OpResult(0, Outcome.REJECTED, code="op_id_taken", at=place.now)


def keep(
    connection: Connection, place: Place, about: Known, results: Mapping[int, OpResult], head: int
) -> dict[int, OpResult]:
    """Store every result under its op's key, with a keyed hash of the op as it was sent and `head`, its batch's place
    in the community's order."""
    kept: dict[int, OpResult] = {}
    rows = []
    domain, device, life, now = place.domain_id, place.device.id, place.device.incarnation, place.now
    encode = msgspec.json.Encoder().encode
    salts = os.urandom(16 * len(about.fresh))
    for number, item in enumerate(about.fresh):
        salt = salts[16 * number : 16 * number + 16]
        mac, seq = _mac(salt, item.raw), item.envelope.seq
        r = results[seq]
        said = (r.seq, r.outcome, r.row_version, r.code, r.field, r.values)
        result = OpResult(*said, "", now, head)
        kept[seq] = OpResult(*said, mac.hex(), now, head)
        about_record = item.op.record if item.op else None
        kept_result = encode(result)
        kept_mac: bytes | None = mac
        kept_salt: bytes | None = salt
        if is_about_erased(result):
            kept_mac = kept_salt = None
        rows.append(
            (
                domain,
                device,
                life,
                seq,
                item.envelope.op_id,
                kept_salt,
                kept_mac,
                kept_result,
                now,
                about_record,
            )
        )
    _forget(connection, place.domain_id, about.announced)
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO device_op (domain_id, device_id, incarnation, seq, op_id, salt, mac, result, at, record_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    return kept


def forget_old(connection: Connection, domain_id: bytes, now: int) -> int:
    """Let go of what ops are recognised by that came more than 30 days before `now` (ms): place and id must do for it,
    as no device keeps them longer. Returns how many."""
    rows = connection.exec_driver_sql(
        "UPDATE device_op SET salt = NULL, mac = NULL WHERE domain_id = ? AND at < ? AND mac IS NOT NULL RETURNING seq",
        (domain_id, now - KEPT_MS),
    ).fetchall()
    return len(rows)


def is_about_erased(result: OpResult) -> bool:
    """True for an answer after which nothing of the op is kept."""
    return result.code == "erased" and result.outcome is Outcome.HELD


def _forget(connection: Connection, domain_id: bytes, op_ids: Iterable[bytes]) -> None:
    """Make room for the settled results of ops that had an unsettled one."""
    keys = [(domain_id, op_id) for op_id in sorted(op_ids)]
    if keys:
        connection.exec_driver_sql("DELETE FROM device_op WHERE domain_id = ? AND op_id = ?", keys)
