"""Letting devices in: one-time codes, tokens bound to a device's key, and what is refused."""

from __future__ import annotations

import base64
import gc
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.errors import (
    CodeInvalid,
    DeviceRevoked,
    PracticeMix,
    ProfileExists,
    ServerAway,
    ServerRefused,
    WeakPassphrase,
)
from gridworker.server import auth, trail
from gridworker.server.database import only_domain
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.answers import ServerBusy, TokenRefused, read_answer
from gridworker.sync.asking import HEADERS
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import (
    ENROL,
    SYNC,
    TOKEN,
    EnrolReply,
    EnrolRequest,
    TokenReply,
    TokenRequest,
)
from gridworker.sync.session import sync_now
from tests.contract.rig import CHEAP, PASSPHRASE, Rig, ask, signed
from tests.contract.village import CODE, NAME, named


def request_of(code: str, **changes: Any) -> bytes:
    key = proofs.public_key(proofs.new_key())
    return msgspec.json.encode(
        msgspec.structs.replace(EnrolRequest(code, key, b"i" * 16, True, "t"), **changes)
    )


def enrol(rig: Rig, body: bytes) -> EnrolReply:
    return read_answer(rig.transport().send(ENROL, body, HEADERS), EnrolReply)


def test_a_code_lets_one_device_in(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    known = desk.store.known
    assert (known.community_id, known.device_no, known.practice) == (named("root"), 2, True)
    assert (known.login, known.member_id, known.authority) == (
        "steward_a1",
        named("member_steward_a1"),
        "server",
    )
    assert rig.desk("secretary").store.known.device_no == 3
    desk.sync()
    assert desk.store.identity.community_name == "root"
    assert desk.store.identity.role_codes == ("micro_grid_leader",)


def test_the_answer_names_community_and_account(rig: Rig) -> None:
    reply = enrol(rig, request_of(rig.code("grid_a")))
    assert (reply.community.name, reply.community.code) == (NAME, CODE)
    assert (reply.account.login, reply.account.roles) == ("grid_a", ("grid_leader",))
    assert 0 < reply.expires_in <= 15 * 60
    assert reply.server_time == rig.now()


def test_a_code_may_be_typed_as_people_type(rig: Rig) -> None:
    assert enrol(rig, request_of(rig.code("viewer").lower().replace("-", " "))).device_no == 2


def test_a_code_works_once(rig: Rig) -> None:
    code = rig.code("viewer")
    enrol(rig, request_of(code))
    with pytest.raises(CodeInvalid):
        enrol(rig, request_of(code))
    assert rig.acts()[-1] == "request_refused"


def test_a_code_expires(rig: Rig) -> None:
    code = rig.code("viewer")
    rig.hands.now += 15 * 60 + 1
    with pytest.raises(CodeInvalid):
        enrol(rig, request_of(code))


def test_codes_are_kept_as_digests_only(rig: Rig) -> None:
    code = rig.code("viewer")
    stored = rig.one("SELECT code FROM invitation")
    assert isinstance(stored, bytes)
    assert len(stored) == 32
    assert code.encode() not in stored


def test_guessing_codes_is_slowed_down(rig: Rig) -> None:
    with pytest.raises(ServerBusy) as caught:
        for _ in range(20):
            with pytest.raises(CodeInvalid):
                enrol(rig, request_of("AAAA-AAAA-AAAA"))
    assert caught.value.retry_after >= 1


def test_practice_and_real_never_meet(rig: Rig, tmp_path: Path) -> None:
    code = rig.code("viewer")
    with pytest.raises(PracticeMix):
        enrol(rig, request_of(code, practice=False))
    with pytest.raises(PracticeMix):
        join(tmp_path / "real", PASSPHRASE, "test", code, rig.transport(), rig.hands.clock(), CHEAP)
    assert not (tmp_path / "real").exists()
    assert enrol(rig, request_of(code)).device_no == 2  # the code was not spent


def test_a_device_that_turns_from_practice_to_real_is_refused(rig: Rig) -> None:
    desk = rig.desk("viewer")
    with pytest.raises(PracticeMix):
        ask(desk, [], practice=False)
    assert ask(desk, [], practice=True).page is None


def test_a_client_refuses_a_server_of_the_other_kind(rig: Rig, tmp_path: Path) -> None:
    class Liar:
        def send(self, path: str, body: bytes, headers: Any) -> Any:
            honest = msgspec.structs.replace(msgspec.json.decode(body, type=EnrolRequest), practice=True)
            return rig.transport().send(path, msgspec.json.encode(honest), headers)

        def close(self) -> None: ...

    with pytest.raises(PracticeMix):
        join(tmp_path / "real", PASSPHRASE, "test", rig.code("viewer"), Liar(), rig.hands.clock(), CHEAP)
    assert not (tmp_path / "real").exists()


def test_what_can_be_known_before_is_checked_before_the_code_is_spent(rig: Rig, tmp_path: Path) -> None:
    code = rig.code("viewer")
    with pytest.raises(WeakPassphrase):
        join(tmp_path / "p", "short", "test", code, rig.transport(), rig.hands.clock(), CHEAP, practice=True)
    taken = rig.desk("secretary").store.folder
    with pytest.raises(ProfileExists):
        join(taken, PASSPHRASE, "test", code, rig.transport(), rig.hands.clock(), CHEAP, practice=True)
    assert rig.desk("viewer", code).store.known.login == "viewer"


@pytest.mark.parametrize(
    "changes", [{"device_key": b"short"}, {"incarnation": b""}, {"protocol": "2.0"}, {"code": ""}]
)
def test_malformed_enrolments_are_refused(make_rig: Callable[..., Rig], changes: Any) -> None:
    rig = make_rig()
    code = rig.code("viewer")
    with pytest.raises((ServerRefused, CodeInvalid)):
        enrol(rig, request_of(**{"code": code, **changes}))
    assert enrol(rig, request_of(code)).device_no == 2


# -- tokens ------------------------------------------------------------------------------------------------------


def test_no_token_no_answer(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    path, body, headers = desk.wire.requests[-1]
    assert path == SYNC
    for missing in ("Authorization", "X-Gridworker-Proof"):
        with pytest.raises(TokenRefused):
            poorer = {name: value for name, value in headers.items() if name != missing}
            read_answer(desk.wire.inner.send(SYNC, body, poorer), EnrolReply)


def test_f37_a_token_expires_and_is_renewed_without_being_asked(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    before = desk.kept()
    rig.hands.now += 15 * 60 + 1
    with pytest.raises(TokenRefused):
        desk.client.exchange(10, 10_000, 10)
    desk.sync()
    after = desk.kept()
    assert before.access != after.access
    assert before.refresh != after.refresh


def test_a_stolen_token_is_useless(rig: Rig) -> None:
    victim, thief = rig.desk("secretary"), rig.desk("viewer")
    victim.sync()
    _, body, headers = victim.wire.requests[-1]
    encoding = {k: v for k, v in headers.items() if k == "Content-Encoding"}
    for forged in (
        signed(thief, body, access=victim.kept().access),  # the thief's own key
        signed(victim, b"another body")
        | {"Authorization": headers["Authorization"]},  # a proof of something else
        signed(thief, body),  # the thief's own token with the victim's hello
    ):
        with pytest.raises(TokenRefused):
            read_answer(thief.wire.inner.send(SYNC, body, encoding | forged), EnrolReply)


def test_the_last_refresh_token_but_one_is_good_for_a_lost_answer(rig: Rig) -> None:
    desk = rig.desk("secretary")
    for _ in range(3):
        desk.wire.lose_next = lambda: ServerAway(url="test")
        with pytest.raises(ServerAway):
            desk.client.renew()
    desk.client.renew()
    desk.sync()


def test_an_older_refresh_token_revokes_the_family(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    stolen = desk.kept()
    desk.client.renew()
    desk.client.renew()
    desk.store.set_state({keeping.REFRESH: stolen.refresh.encode()})
    with pytest.raises(DeviceRevoked):
        desk.client.renew()
    assert "token_family_revoked" in rig.acts()
    with pytest.raises(DeviceRevoked):
        desk.sync()


def test_renewing_needs_the_devices_signature(rig: Rig) -> None:
    desk, other = rig.desk("secretary"), rig.desk("viewer")
    kept, known = desk.kept(), desk.store.known
    message = proofs.token_message(known.device_id, kept.refresh)
    body = msgspec.json.encode(
        TokenRequest(known.device_id, kept.refresh, proofs.sign(other.kept().device_key, message))
    )
    with pytest.raises(TokenRefused):
        read_answer(rig.transport().send(TOKEN, body, HEADERS), TokenReply)
    desk.client.renew()


def test_a_device_not_seen_for_thirty_days_needs_a_new_code(rig: Rig) -> None:
    desk = rig.desk("secretary")
    rig.hands.now += 31 * 24 * 3600
    with pytest.raises(DeviceRevoked):
        desk.sync()


def test_revocation_takes_effect_on_the_next_request(rig: Rig) -> None:
    desk, other = rig.desk("secretary"), rig.desk("viewer")
    desk.sync()
    with rig.database.write() as connection:
        assert auth.revoke_device(connection, named("root"), 2, rig.now())
        assert not auth.revoke_device(connection, named("root"), 2, rig.now())
    for talk in (desk.sync, desk.client.renew):  # for good: a laptop that hears this destroys what it holds
        with pytest.raises(DeviceRevoked) as stopped:
            talk()
        assert stopped.value.values["code"] == "device_revoked"
    other.sync()


def test_a_closed_account_is_refused(rig: Rig) -> None:
    desk, secretary = rig.desk("viewer"), rig.desk("secretary")
    desk.sync()
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE account SET state = 'closed' WHERE login = 'viewer'")
        connection.exec_driver_sql("UPDATE domain_head SET tree_version = tree_version + 1")
    with pytest.raises(DeviceRevoked):
        desk.sync()
    secretary.sync()


def test_tokens_are_kept_as_digests_only(rig: Rig) -> None:
    desk = rig.desk("secretary")
    kept = desk.kept()
    stored = b"".join(
        value for row in rig.rows("SELECT * FROM token") for value in row if isinstance(value, bytes)
    )
    assert kept.access.encode() not in stored
    assert kept.refresh.encode() not in stored
    assert proofs.digest(kept.access) in stored


def test_the_trail_tells_who_came_and_still_verifies(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    assert rig.acts() == ["founded", "invited", "enrolled"]
    with rig.database.read() as connection:
        assert trail.broken_at(connection, named("root")) is None
    with pytest.raises(Exception, match="append-only"), rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET act = 'x' WHERE n = 2")


def test_the_trail_finds_an_altered_payload(rig: Rig) -> None:
    rig.desk("secretary")
    with rig.database.write() as connection:
        domain = only_domain(connection)
        connection.exec_driver_sql("UPDATE audit_payload SET payload = ? WHERE n = 3", (b"{}",))
    with rig.database.read() as connection:
        assert trail.broken_at(connection, domain.id) == 3


def test_device_keys_and_tokens_never_lie_in_plain_files(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    secrets = (desk.kept().device_key, desk.kept().access.encode(), base64.b64encode(desk.kept().device_key))
    for path in desk.store.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret in content for secret in secrets), path
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(desk.store.folder / "gridworker.db").execute("SELECT * FROM local_state")


def test_a_profile_is_never_without_its_key(
    make_rig: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power fails right after the profile was made: what is on the disk can speak to the server."""
    rig = make_rig()

    def power_cut(*_arguments: object) -> None:
        raise SystemExit("power")

    code = rig.code("viewer")
    with monkeypatch.context() as cut:
        cut.setattr(Store, "set_state", power_cut)
        cut.setattr(Store, "note", power_cut)
        wire = rig.transport()
        with pytest.raises(SystemExit):
            join(tmp_path / "d", PASSPHRASE, "test", code, wire, rig.hands.clock(), CHEAP, practice=True)
    gc.collect()
    kept = tmp_path / "again"  # what a fresh process would find, without the dead one's lock
    shutil.copytree(tmp_path / "d", kept)
    store = Store.open(kept, PASSPHRASE, rig.hands.clock())
    assert sync_now(Client(store, wire)).rows > 0
    store.close()
    wire.close()


def test_what_a_device_says_of_itself_is_fit_for_a_terminal(rig: Rig) -> None:
    asked = EnrolRequest(rig.code("viewer"), bytes(32), bytes(16), True, "\x1b[2J\u202e9.9-x", "1.\x1b[31m")
    wire = rig.transport()
    read_answer(wire.send(ENROL, msgspec.json.encode(asked), HEADERS), EnrolReply)
    wire.close()
    assert rig.rows("SELECT app, protocol FROM device WHERE number > 1") == [("??2J?9.9-x", "1.??31m")]
