"""Who is asking: one-time codes, devices, and tokens bound to a device's key. Keeps digests only, and knows nothing
of what an account may see."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import msgspec

from gridworker.models.ids import new_id
from gridworker.server import trail
from gridworker.server.database import Domain, lock_domain
from gridworker.server.refusal import Refusal, unauthorised
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import (
    ACTIVE,
    DRAINING,
    PROTOCOL,
    REVOKED,
    AccountFacts,
    Community,
    EnrolReply,
    EnrolRequest,
    Hello,
    IncarnationRequest,
    TokenReply,
    WipedRequest,
    WireHead,
)

ACCESS_SECONDS = 15 * 60
#: The state of tokens in a restored copy of the past: they were renewed since, and nobody knows to what.
RESTORED = "restored"
REFRESH_MS = 30 * 24 * 3600 * 1000
CODE_MS = 15 * 60 * 1000
#: No letter or digit that is mistaken for another when read aloud or typed.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Device:
    """One enrolled device and the account it acts for."""

    domain_id: bytes
    id: bytes
    number: int
    account_id: bytes
    member_id: bytes
    login: str
    incarnation: bytes
    last_seq: int
    state: str


@dataclass(frozen=True)
class Account:
    id: bytes
    member_id: bytes
    member_name: str
    login: str


#: The columns of a Device, of the table device as `d`.
DEVICE_COLUMNS = (
    "d.domain_id, d.device_id, d.number, d.account_id, d.member_id, d.login, "
    "d.incarnation, d.last_seq, d.state"
)


def account_by(connection: Connection, domain_id: bytes, column: str, value: object) -> Account | None:
    """The active account whose `column` (id or login) is `value`."""
    row = connection.exec_driver_sql(
        "SELECT a.id, a.member_id, m.name, a.login FROM account a JOIN member m "
        "ON m.domain_id = a.domain_id AND m.id = a.member_id "
        f"WHERE a.domain_id = ? AND a.{column} = ? AND a.deleted = 0 AND m.deleted = 0 AND a.state = 'active'",
        (domain_id, value),
    ).fetchone()
    return Account(*row) if row else None


# -- one-time codes ----------------------------------------------------------------------------------------------


def new_code() -> str:
    """A fresh one-time code as it is shown to a person."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def code_digest(pepper: bytes, code: str) -> bytes:
    """All that is kept of a code; case, blanks and dashes do not matter."""
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.new(pepper, bare.encode(), hashlib.sha256).digest()


def invite(connection: Connection, domain: Domain, pepper: bytes, account: Account, now: int) -> str:
    """A fresh code for `account`, good once within 15 minutes. Only its digest is kept."""
    code = new_code()
    connection.exec_driver_sql(
        "INSERT INTO invitation (domain_id, code, account_id, until) VALUES (?, ?, ?, ?)",
        (domain.id, code_digest(pepper, code), account.id, now + CODE_MS),
    )
    trail.note(connection, domain.id, Act("invited", "account", account.id), None, now)
    return code


def use_code(connection: Connection, pepper: bytes, code: str, now: int) -> tuple[bytes, Account]:
    """The community and account a code is for; the code is spent. Raises Refusal for any other code."""
    digest = code_digest(pepper, code)
    row = connection.exec_driver_sql(  # looked up and spent in one statement: of two devices at once only one gets it
        "UPDATE invitation SET used_at = ? WHERE code = ? AND used_at IS NULL AND until >= ? "
        "RETURNING domain_id, account_id",
        (now, digest, now),
    ).fetchone()
    account = account_by(connection, row[0], "id", row[1]) if row else None
    if row is None or account is None:
        raise Refusal(403, "code_invalid", "unknown, used or expired code", noted=True)
    return row[0], account


# -- devices -----------------------------------------------------------------------------------------------------


def _shown(text: str, most: int) -> str:
    """What a device says of itself, fit for the operator's terminal: no control sequences."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-+ ") else "?" for c in text[:most])


def add_device(
    connection: Connection,
    domain_id: bytes,
    account: Account,
    asked: EnrolRequest | IncarnationRequest,
    now: int,
    above: int = 0,
) -> Device:
    """Enrol a device; its number is the next one of the community, higher than `above`, and is never given again."""
    lock_domain(connection, domain_id)
    highest = connection.exec_driver_sql(
        "SELECT max(number) FROM device WHERE domain_id = ?", (domain_id,)
    ).scalar()
    number = max(int(highest or 0), above) + 1
    device = Device(
        domain_id,
        new_id(),
        number,
        account.id,
        account.member_id,
        account.login,
        asked.incarnation,
        0,
        ACTIVE,
    )
    connection.exec_driver_sql(
        "INSERT INTO device (domain_id, device_id, number, account_id, member_id, login, public_key, incarnation, "
        "last_seq, state, app, protocol, enrolled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
        (
            *(domain_id, device.id, number, account.id, account.member_id, account.login, asked.device_key),
            *(asked.incarnation, ACTIVE, _shown(asked.app, 40), _shown(asked.protocol, 10), now),
        ),
    )
    trail.note(
        connection, domain_id, Act("enrolled", "device", device.id, {"number": number}), account.id, now
    )
    return device


def revoke_device(connection: Connection, domain_id: bytes, number: int, now: int) -> bool:
    """Stop a device: effective on its next request. False when there is no such active device."""
    row = connection.exec_driver_sql(
        "UPDATE device SET state = ? WHERE domain_id = ? AND number = ? AND state <> ? RETURNING device_id",
        (REVOKED, domain_id, number, REVOKED),
    ).fetchone()
    if row is None:
        return False
    connection.exec_driver_sql(
        "UPDATE token SET state = ? WHERE domain_id = ? AND device_id = ?", (REVOKED, domain_id, row[0])
    )
    trail.note(connection, domain_id, Act("revoked", "device", row[0], {"number": number}), None, now)
    return True


def knows_receipt(connection: Connection, device: Device, hello: Hello) -> bool:
    """True unless `hello` brings a purge receipt or a head of the device's audit that was not noted yet."""
    if not hello.audit and not hello.purged:
        return True
    purged, number, digest = connection.exec_driver_sql(
        "SELECT purged_epoch, audit_n, audit_hash FROM device WHERE domain_id = ? AND device_id = ?",
        (device.domain_id, device.id),
    ).one()
    has_head = not hello.audit or (hello.audit.n, hello.audit.hash) == (number, digest)
    return has_head and (not hello.purged or hello.purged == purged)


def keep_receipt(connection: Connection, device: Device, hello: Hello, now: int) -> None:
    """Note that everything outside the scope of an epoch is gone from a device, and how far its audit goes."""
    if hello.audit:
        _keep_head(connection, device, hello.audit, now)
    if not hello.purged or knows_receipt(
        connection, device, msgspec.structs.replace(hello, audit=msgspec.UNSET)
    ):
        return
    connection.exec_driver_sql(
        "UPDATE device SET purged_epoch = ? WHERE domain_id = ? AND device_id = ?",
        (hello.purged, device.domain_id, device.id),
    )
    act = Act("purged", "device", device.id, {"epoch": hello.purged})
    trail.note(connection, device.domain_id, act, device.account_id, now)


def drain_device(connection: Connection, domain_id: bytes, number: int, now: int) -> bool:
    """Let a device send what it holds and then nothing more. False when there is no such active device."""
    row = connection.exec_driver_sql(
        "UPDATE device SET state = ? WHERE domain_id = ? AND number = ? AND state = ? RETURNING device_id",
        (DRAINING, domain_id, number, ACTIVE),
    ).fetchone()
    if row is None:
        return False
    trail.note(connection, domain_id, Act("draining", "device", row[0], {"number": number}), None, now)
    return True


def _keep_head(connection: Connection, device: Device, head: WireHead, now: int) -> None:
    """A chain only grows: one that became shorter, or says something else at the same place, was tampered with. The
    head noted before stays then, and the fact goes into the server's own chain, once for a device."""
    number, digest = connection.exec_driver_sql(
        "SELECT audit_n, audit_hash FROM device WHERE domain_id = ? AND device_id = ?",
        (device.domain_id, device.id),
    ).one()
    if number is not None and (head.n < number or (head.n == number and head.hash != bytes(digest))):
        said = connection.exec_driver_sql(
            "SELECT 1 FROM audit WHERE domain_id = ? AND act = 'device_audit_broken' AND record_id = ?",
            (device.domain_id, device.id),
        ).fetchone()
        if said is None:
            act = Act("device_audit_broken", "device", device.id, {"noted": number, "shown": head.n})
            trail.note(connection, device.domain_id, act, device.account_id, now)
        return
    connection.exec_driver_sql(
        "UPDATE device SET audit_n = ?, audit_hash = ? WHERE domain_id = ? AND device_id = ?",
        (head.n, head.hash, device.domain_id, device.id),
    )


def welcome(
    domain: Domain,
    device: Device,
    account: Account,
    roles: tuple[str, ...],
    tokens: TokenReply,
    bundle_key: bytes,
) -> EnrolReply:
    """What a device is told when it is let in."""
    return EnrolReply(
        device_id=device.id,
        device_no=device.number,
        community=Community(domain.id, domain.name, domain.code),
        account=AccountFacts(account.login, account.member_id, account.member_name, roles),
        access=tokens.access,
        expires_in=tokens.expires_in,
        refresh=tokens.refresh,
        server_time=tokens.server_time,
        bundle_key=bundle_key,
    )


# -- tokens ------------------------------------------------------------------------------------------------------


def issue(connection: Connection, device: Device, now: int, previous: bytes | None) -> TokenReply:
    """New tokens for a device. `previous` is the digest of the refresh token they replace."""
    access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    connection.exec_driver_sql(
        "INSERT INTO token (domain_id, device_id, access, access_until, refresh, previous, until, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (domain_id, device_id) DO UPDATE SET access = excluded.access, "
        "access_until = excluded.access_until, refresh = excluded.refresh, previous = excluded.previous, "
        "until = excluded.until, state = excluded.state",
        (
            *(device.domain_id, device.id, proofs.digest(access), now + ACCESS_SECONDS * 1000),
            *(proofs.digest(refresh), previous, now + REFRESH_MS, ACTIVE),
        ),
    )
    return TokenReply(access, ACCESS_SECONDS, refresh, now)


def renew(connection: Connection, device_id: bytes, refresh: str, proof: bytes, now: int) -> TokenReply:
    """Rotate a device's tokens. The refresh token before the present one is accepted until the present one was used:
    the answer that brought it may have been lost. Any older one means a copy is about: everything is revoked.

    Raises Refusal 401 or 403."""
    connection.exec_driver_sql(
        "UPDATE token SET state = state WHERE device_id = ?", (device_id,)
    )  # one at a time
    row = connection.exec_driver_sql(
        f"SELECT {DEVICE_COLUMNS}, d.public_key, t.refresh, t.previous, t.until, t.state FROM device d JOIN token t "
        "ON t.domain_id = d.domain_id AND t.device_id = d.device_id WHERE d.device_id = ?",
        (device_id,),
    ).fetchone()
    if row is None:
        raise unauthorised("unknown device", noted=True)
    device, (public_key, current, previous, until, state) = Device(*row[:9]), row[9:]
    if not proofs.is_signed(public_key, proof, proofs.token_message(device_id, refresh)):
        raise unauthorised("the request is not signed by the device", noted=True)
    refuse_stopped(device.state, state)
    if until < now:
        raise Refusal(403, "device_lapsed", "not seen for 30 days: a new code is needed", noted=True)
    shown = proofs.digest(refresh)
    known = hmac.compare_digest(shown, current) or hmac.compare_digest(shown, previous or b"")
    if not known and state != RESTORED:
        connection.exec_driver_sql(
            "UPDATE token SET state = ? WHERE domain_id = ? AND device_id = ?",
            (REVOKED, device.domain_id, device.id),
        )
        act = Act("token_family_revoked", "device", device.id)
        trail.note(connection, device.domain_id, act, device.account_id, now)
        raise Refusal(403, "tokens_copied", "an old token was used again: a new code is needed")
    return issue(connection, device, now, shown)


def identify(connection: Connection, access: str, proof: bytes, body: bytes, now: int) -> Device:
    """The device that sent `body`. Raises Refusal 401 for a token that is unknown, expired or not this device's own,
    403 for a revoked device."""
    row = connection.exec_driver_sql(
        f"SELECT {DEVICE_COLUMNS}, d.public_key, t.access_until, t.state FROM token t JOIN device d "
        "ON d.domain_id = t.domain_id AND d.device_id = t.device_id WHERE t.access = ?",
        (proofs.digest(access),),
    ).fetchone()
    if row is None:
        raise unauthorised("unknown token")
    device, (public_key, until, state) = Device(*row[:9]), row[9:]
    if not proofs.is_signed(public_key, proof, proofs.sync_message(access, body)):
        raise unauthorised("the request is not signed by the device", noted=True)
    refuse_stopped(device.state, state)
    if until < now:
        raise unauthorised("expired token")
    return device


def device_by(connection: Connection, device_id: bytes) -> tuple[Device, bytes]:
    """An enrolled device and its public key, for what it signed without a token. Raises Refusal 401 for an unknown
    device, 403 for a revoked one."""
    row = connection.exec_driver_sql(
        f"SELECT {DEVICE_COLUMNS}, d.public_key, t.state FROM device d LEFT JOIN token t "
        "ON t.domain_id = d.domain_id AND t.device_id = d.device_id WHERE d.device_id = ?",
        (device_id,),
    ).fetchone()
    if row is None or row[9] is None:
        raise unauthorised("unknown device", noted=True)
    refuse_stopped(row[8], row[10])
    return Device(*row[:9]), bytes(row[9])


def refuse_stopped(device: str, token: str, *, noted: bool = False) -> None:
    """Raises Refusal 403 for the states of a revoked device, or of tokens of which a copy is about. Only the first
    means that somebody wanted this device to end."""
    if device == REVOKED:
        raise Refusal(403, "device_revoked", "this device was revoked", noted=noted)
    if token == REVOKED:
        raise Refusal(403, "tokens_copied", "an old token was used again: a new code is needed")


def note_wiped(connection: Connection, asked: WipedRequest, now: int) -> None:
    """Note that a device destroyed what it held; one that still had rights has none any more. Raises Refusal 401."""
    row = connection.exec_driver_sql(
        f"SELECT {DEVICE_COLUMNS}, d.public_key FROM device d WHERE d.device_id = ?", (asked.device_id,)
    ).fetchone()
    if row is None or row[9] is None:
        raise unauthorised("unknown device", noted=True)
    if not proofs.is_signed(bytes(row[9]), asked.proof, proofs.wiped_message(asked.device_id)):
        raise unauthorised("the receipt is not signed by the device", noted=True)
    device = Device(*row[:9])
    revoke_device(connection, device.domain_id, device.number, now)
    said = connection.exec_driver_sql(
        "SELECT 1 FROM audit WHERE domain_id = ? AND act = 'wiped' AND record_id = ?",
        (device.domain_id, device.id),
    ).fetchone()
    if said is None:
        act = Act("wiped", "device", device.id, {"number": device.number})
        trail.note(connection, device.domain_id, act, device.account_id, now)


def check_protocol(protocol: str) -> None:
    """Raises Refusal 426 for another major version."""
    if protocol.partition(".")[0] != PROTOCOL.partition(".")[0]:
        raise Refusal(426, "protocol_unknown", f"this server speaks {PROTOCOL}")
