"""Adopting a community that started alone into an empty server: a code for it, its rows request by request, and the one
transaction in which it becomes this server's. Until then nothing of it is seen, and anything may happen in between."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial

import msgspec

from gridworker.errors import PracticeMix, ServerOccupied
from gridworker.models.mark import check_mark
from gridworker.models.validation import Rules
from gridworker.server import auth, schema, snapshot, sums, trail
from gridworker.server.asking import decode
from gridworker.server.auth import DEVICE_COLUMNS, Device
from gridworker.server.database import ServerDatabase, domain_of, some_domain
from gridworker.server.init import put_domain
from gridworker.server.rates import ENROL, ENROL_ALL, SYNC, Rates
from gridworker.server.refusal import Refusal, bad_request, practice_mix, unauthorised
from gridworker.server.scope import grants_of
from gridworker.server.snapshot import Intake, RowWrong
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.adoption import AdoptReply, AdoptRequest, Reached, RowRefused
from gridworker.sync.protocol.messages import ACTIVE, EnrolRequest

#: server_state: the code that was given last, and the adoption that is under way or was the beginning of this server.
_CODE, _UNDER_WAY = "adoption_code", "adoption"
SECRETARY = "community_secretary"


class _Code(msgspec.Struct, frozen=True):
    digest: bytes
    until: int


class UnderWay(msgspec.Struct, frozen=True):
    """How far an adoption is. `device_id` is there once it has ended well."""

    snapshot: bytes
    device_key: bytes
    domain_id: bytes
    practice: bool
    rows: int = 0
    after: Reached | None = None
    device_id: bytes | None = None


def invite(connection: Connection, pepper: bytes, now: int) -> str:
    """A fresh code by which one community may become this empty server's, good once within 15 minutes; it takes the
    place of an older one. Raises ServerOccupied."""
    if some_domain(connection) is not None:
        raise ServerOccupied()
    code = auth.new_code()
    _put(connection, _CODE, _Code(auth.code_digest(pepper, code), now + auth.CODE_MS))
    return code


def answer(
    database: ServerDatabase,
    rates: Rates,
    source: str,
    proof: bytes,
    sent: bytes,
    inflated: Callable[[], bytes],
) -> AdoptReply:
    """Take in one request of an adoption: one transaction. `sent` is the body as it came. Raises Refusal."""
    rates.spend("adopt", source, SYNC)
    with database.read() as connection:
        begun = _state(connection)
        if begun is None or begun.device_id is None:
            _refuse_occupied(connection)
    asked = decode(inflated(), AdoptRequest)
    auth.check_protocol(asked.protocol)
    _check_form(asked)
    if not proofs.is_signed(asked.device_key, proof, proofs.adoption_message(sent)):
        raise unauthorised("the request is not signed by the device")
    if begun is None or not hmac.compare_digest(begun.device_key, asked.device_key):
        rates.spend("enrol", source, ENROL)
        rates.spend("enrol", "*", ENROL_ALL)
    found = database.transact(partial(_take_in, database, asked))
    if isinstance(found, Refusal):
        raise found
    return found


def _check_form(asked: AdoptRequest) -> None:
    ids = (asked.snapshot, asked.incarnation, asked.community.id, asked.member_id)
    after = asked.after
    if any(len(each) != 16 for each in ids) or len(asked.device_key) != 32:
        raise bad_request("ids or key")
    if not 0 < asked.device_no < 10_000 or (after is not None and len(after.id) != 16):
        raise bad_request("device number or place")
    try:
        check_mark(asked.community.code, practice=asked.practice)
    except PracticeMix as error:
        raise practice_mix() from error


def _refuse_occupied(connection: Connection) -> None:
    if some_domain(connection) is not None:
        raise Refusal(409, "server_occupied", "this server keeps a community already")


def _take_in(database: ServerDatabase, asked: AdoptRequest, connection: Connection) -> AdoptReply | Refusal:
    now = database.clock.milliseconds()
    _lock(connection)
    begun = _state(connection)
    own = begun is not None and hmac.compare_digest(begun.device_key, asked.device_key)
    if begun is not None and own and begun.device_id is not None:
        return _welcome_again(database, connection, begun, now)
    _refuse_occupied(connection)
    if begun is None or not own:
        _spend_code(connection, database.pepper, asked.code, now)
    if begun is None or not own or begun.snapshot != asked.snapshot:
        begun = _begin(connection, begun, asked)
    if asked.after != begun.after:
        return AdoptReply(begun.after, begun.rows)  # it goes on from where we are
    rules = Rules(practice=asked.practice)
    intake = Intake(connection, begun.domain_id, rules, database.clock.today(), begun.rows, begun.after)
    connection.exec_driver_sql("SAVEPOINT rows")
    try:
        intake.take(asked.parts)
    except RowWrong as wrong:
        connection.exec_driver_sql("ROLLBACK TO rows")
        return _stopped(connection, begun, wrong.refused)
    connection.exec_driver_sql("RELEASE rows")
    begun = msgspec.structs.replace(begun, rows=intake.begun, after=intake.reached)
    _put(connection, _UNDER_WAY, begun)
    if asked.whole is msgspec.UNSET:
        return AdoptReply(begun.after, begun.rows)
    return _finish(database, connection, begun, asked, now)


def _begin(connection: Connection, before: UnderWay | None, asked: AdoptRequest) -> UnderWay:
    """From nothing; what another attempt, or an older picture of this community, had brought goes."""
    if before is not None:
        snapshot.wipe(connection, before.domain_id)
    begun = UnderWay(asked.snapshot, asked.device_key, asked.community.id, asked.practice)
    _put(connection, _UNDER_WAY, begun)
    return begun


def _stopped(connection: Connection, begun: UnderWay, refused: RowRefused) -> AdoptReply:
    """Nothing of a community with such a row stays."""
    snapshot.wipe(connection, begun.domain_id)
    _put(connection, _UNDER_WAY, msgspec.structs.replace(begun, rows=0, after=None))
    return AdoptReply(refused=refused)


# -- the end -----------------------------------------------------------------------------------------------------


def _finish(
    database: ServerDatabase, connection: Connection, begun: UnderWay, asked: AdoptRequest, now: int
) -> AdoptReply | Refusal:
    """Compare, and make the community this server's. What does not agree is taken away again."""
    found, domain_id = snapshot.content(connection, begun.domain_id), begun.domain_id
    if not asked.whole or (found.n, found.total) != (asked.whole.n, asked.whole.total):
        _stopped(connection, begun, RowRefused("", b"", "", ""))
        return Refusal(409, "content_differs", f"{found.n} rows are here")
    wrong = snapshot.orphan(connection, domain_id) or _wrong_root(connection, begun, asked)
    if wrong is not None:
        return _stopped(connection, begun, wrong)
    account = auth.account_by(connection, domain_id, "member_id", asked.member_id)
    grants = grants_of(connection, domain_id, asked.member_id, database.clock.today())
    posts = [grant for grant in grants if grant.role.code == SECRETARY and grant.node_id == domain_id]
    if account is None or not posts:
        return _stopped(
            connection, begun, RowRefused("account", asked.member_id, "member_id", "no_secretary")
        )
    put_domain(connection, asked.community, asked.practice, now, head=begun.rows)
    sums.rebuild(connection, domain_id)
    schema.measure(connection)
    enrol = EnrolRequest("", asked.device_key, asked.incarnation, asked.practice, asked.app, asked.protocol)
    act = Act("adopted", payload={"rows": begun.rows, "practice": asked.practice})
    trail.note(connection, domain_id, act, account.id, now)
    device = auth.add_device(connection, domain_id, account, enrol, now, above=asked.device_no)
    done = msgspec.structs.replace(begun, device_id=device.id)
    _put(connection, _UNDER_WAY, done)
    return _welcome(database, connection, device, done, now)


def _wrong_root(connection: Connection, begun: UnderWay, asked: AdoptRequest) -> RowRefused | None:
    """The one root of the tree is the community that was announced."""
    roots = connection.exec_driver_sql(
        "SELECT id, code FROM area_unit WHERE domain_id = ? AND parent_id IS NULL AND deleted = 0 ORDER BY id",
        (begun.domain_id,),
    ).fetchall()
    if [tuple(root) for root in roots] == [(asked.community.id, asked.community.code)]:
        return None
    return RowRefused("area_unit", asked.community.id, "parent_id", "not_a_reference")


def _welcome_again(
    database: ServerDatabase, connection: Connection, done: UnderWay, now: int
) -> AdoptReply | Refusal:
    """The answer that was lost once more, as long as the device has never spoken: then it has its tokens."""
    row = connection.exec_driver_sql(
        f"SELECT {DEVICE_COLUMNS}, d.heard_at FROM device d WHERE d.domain_id = ? AND d.device_id = ?",
        (done.domain_id, done.device_id),
    ).fetchone()
    if row is None or row[9] is not None or row[8] != ACTIVE:
        return Refusal(409, "server_occupied", "this server keeps a community already")
    return _welcome(database, connection, Device(*row[:9]), done, now)


def _welcome(
    database: ServerDatabase, connection: Connection, device: Device, done: UnderWay, now: int
) -> AdoptReply:
    account = auth.account_by(connection, device.domain_id, "id", device.account_id)
    assert account is not None
    grants = grants_of(connection, device.domain_id, device.member_id, database.clock.today())
    roles = tuple(dict.fromkeys(grant.role.code for grant in grants))
    tokens = auth.issue(connection, device, now, None)
    domain = domain_of(connection, device.domain_id)
    enrolled = auth.welcome(domain, device, account, roles, tokens, database.bundle_keys.public)
    return AdoptReply(done.after, done.rows, enrolled=enrolled, snapshot=done.snapshot)


# -- what is kept ------------------------------------------------------------------------------------------------


def _spend_code(connection: Connection, pepper: bytes, code: str, now: int) -> None:
    raw = _get(connection, _CODE)
    known = msgspec.json.decode(raw, type=_Code) if raw else None
    if (
        known is None
        or known.until < now
        or not hmac.compare_digest(known.digest, auth.code_digest(pepper, code))
    ):
        raise Refusal(403, "code_invalid", "unknown, used or expired code")
    connection.exec_driver_sql("DELETE FROM server_state WHERE key = ?", (_CODE,))


def _lock(connection: Connection) -> None:
    """One request of an adoption at a time, on all processes of this server."""
    connection.exec_driver_sql("UPDATE server_state SET value = value WHERE key = 'pepper'")


def _state(connection: Connection) -> UnderWay | None:
    raw = _get(connection, _UNDER_WAY)
    return msgspec.json.decode(raw, type=UnderWay) if raw else None


def _get(connection: Connection, key: str) -> bytes | None:
    found = connection.exec_driver_sql("SELECT value FROM server_state WHERE key = ?", (key,)).scalar()
    return bytes(found) if found is not None else None


def _put(connection: Connection, key: str, value: msgspec.Struct) -> None:
    connection.exec_driver_sql(
        "INSERT INTO server_state (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, msgspec.json.encode(value)),
    )
