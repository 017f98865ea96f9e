"""Who may stop a laptop: its server alone. Whatever else on the way says 403 – a proxy, a portal, a forger with our own
words – is no server, and the work goes on when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import pytest

from gridworker.errors import DeviceRevoked, ServerAnswerUnreadable
from gridworker.store import notices
from gridworker.store.sight import SEALED
from gridworker.store.wiping import NOTICE
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import MARK, SYNC, TOKEN, ErrorBody
from gridworker.sync.transport import Reply, Transport
from tests.contract.rig import Desk, Rig
from tests.contract.village import home, visit

OURS = {"content-type": "application/json", MARK.lower(): "1"}


class Between:
    """Something on the way that answers itself what it chooses to."""

    def __init__(self, inner: Transport, answer: Callable[[str, bytes], Reply | None]) -> None:
        self.inner, self._answer = inner, answer

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        return self._answer(path, body) or self.inner.send(path, body, headers)

    def close(self) -> None:
        self.inner.close()


def said(code: str, proof: bytes = b"") -> Reply:
    return Reply(403, OURS, msgspec.json.encode(ErrorBody(code, "go away", proof)))


def working(rig: Rig) -> Desk:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "未发"))
    return desk


def is_stopped(desk: Desk) -> bool:
    with desk.store.read() as connection:
        return notices.has(connection, NOTICE)


def goes_on(rig: Rig, desk: Desk, between: Between) -> None:
    """Nothing was hidden or noted, and what waits is sent as soon as nobody stands between."""
    assert not is_stopped(desk)
    assert not desk.store.state(SEALED)
    desk.wire.inner = between.inner
    desk.sync()
    assert rig.rows("SELECT said FROM visit") == [("未发",)]


@pytest.mark.parametrize("code", ["device_revoked", "account_closed", "device_lapsed", "tokens_copied"])
def test_f38_a_stop_that_the_server_did_not_sign_is_no_answer(rig: Rig, code: str) -> None:
    desk = working(rig)
    stranger = proofs.new_key()

    def forged(path: str, body: bytes) -> Reply | None:
        return said(code, proofs.sign(stranger, proofs.refusal_message(body, code))) if path == SYNC else None

    between = desk.wire.inner = Between(desk.wire.inner, forged)
    with pytest.raises(ServerAnswerUnreadable):
        desk.sync()
    goes_on(rig, desk, between)


def test_f38_nor_is_one_in_place_of_new_tokens(rig: Rig) -> None:
    desk = working(rig)
    rig.hands.now += 3600
    between = desk.wire.inner = Between(
        desk.wire.inner, lambda path, _: said("device_revoked") if path == TOKEN else None
    )
    with pytest.raises(ServerAnswerUnreadable):
        desk.sync()
    goes_on(rig, desk, between)


def test_f38_the_page_of_a_proxy_stops_nobody(rig: Rig) -> None:
    desk = working(rig)
    page = Reply(403, {"content-type": "text/html"}, b"<h1>Forbidden</h1>")
    between = desk.wire.inner = Between(desk.wire.inner, lambda *_: page)
    with pytest.raises(ServerAnswerUnreadable):
        desk.sync()
    goes_on(rig, desk, between)


def test_a_stop_that_was_overheard_stops_no_other_request(rig: Rig) -> None:
    """A device that was handed back and is served again: yesterday's word says nothing about today's request."""
    desk = working(rig)
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET state = 'revoked'")
    with pytest.raises(DeviceRevoked):
        desk.sync()
    overheard = desk.wire.replies[-1]
    assert overheard.status == 403 and is_stopped(desk)
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET state = 'active'")
    desk.save(visit(home("a1", 2), "又能发了"))
    between = desk.wire.inner = Between(desk.wire.inner, lambda path, _: overheard if path == SYNC else None)
    with pytest.raises(ServerAnswerUnreadable):
        desk.sync()
    desk.wire.inner = between.inner
    desk.sync()
    assert not is_stopped(desk)
    assert sorted(rig.rows("SELECT said FROM visit")) == [("又能发了",), ("未发",)]
