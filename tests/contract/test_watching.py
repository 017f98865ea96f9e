"""What the server lets go of, counts, slows down and tells its operator of, when devices do what honest ones do not."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import msgspec
import pytest
import requests

from gridworker.models.ids import new_id
from gridworker.models.op import Outcome
from gridworker.server import app
from gridworker.server.app import create_app
from gridworker.server.cli import main
from gridworker.server.database import only_domain
from gridworker.server.figures import figures
from gridworker.server.rates import NOTES
from gridworker.server.refusal import Refusal
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.bodies import UP_SENT
from gridworker.sync.protocol.messages import SYNC, Bootstrap, Pull, TokenRequest
from tests.contract.rig import Desk, Rig, ask, op, served, signed
from tests.contract.village import home, visit

DAY = 24 * 3600


def alarms(rig: Rig) -> int:
    with rig.database.read() as connection:
        return int(figures(connection, only_domain(connection), rig.now())["alarms_last_day"])


def from_the_start(desk: Desk) -> Pull:
    return Pull()


def from_cursor_nought(desk: Desk) -> Pull:
    return Pull(cursor=0)


def by_buckets(desk: Desk) -> Pull:
    kept = desk.kept()
    return Pull(cursor=kept.cursor, bootstrap=Bootstrap(kept.cursor or 0, None, tuple(kept.scope)))


@pytest.mark.parametrize("way", [from_the_start, from_cursor_nought, by_buckets])
def test_who_reads_everything_again_and_again_is_told_of_once_a_day(
    rig: Rig, way: Callable[[Desk], Pull]
) -> None:
    desk, honest = rig.desk("secretary"), rig.desk("grid_a")
    honest.sync()
    desk.sync()
    for _ in range(2):
        ask(desk, [], way(desk))
    assert alarms(rig) == 0
    for _ in range(6):
        ask(desk, [], way(desk))
        honest.sync()
    assert alarms(rig) == 1
    assert rig.rows("SELECT record_id FROM audit WHERE act = 'bulk_reading'") == [
        (desk.store.known.device_id,)
    ]
    assert 'gridworker_alarms_total{kind="bulk_reading"} 1' in rig.service.metrics.text()
    rig.hands.now += DAY + 1
    assert alarms(rig) == 0


def test_ops_are_counted_by_how_they_end(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    ask(desk, [op(1, visit(home("a1", 1), "一")), op(2, visit(home("b1", 1), "二"))])
    text = rig.service.metrics.text()
    assert 'gridworker_ops_total{outcome="applied"} 1' in text
    assert 'gridworker_ops_total{outcome="rejected"} 1' in text


def test_what_ops_are_recognised_by_goes_after_thirty_days(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    first = op(1, visit(home("a1", 1), "一"))
    ask(desk, [first])
    for days, left in ((29, 1), (2, 0)):
        rig.hands.now += days * DAY
        rig.desk("viewer").sync()  # anybody's first request of the day
        assert rig.one("SELECT count(*) FROM device_op WHERE mac IS NOT NULL OR salt IS NOT NULL") == left
        desk.client.renew()
    assert ask(desk, [first]).results[0].outcome is Outcome.APPLIED  # place and id still do
    assert rig.one("SELECT count(*) FROM visit") == 1


def test_thousands_of_forged_ops_are_noted_once(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    ask(desk, [op(n, visit(home("a1", 1), str(n))) for n in range(1, 21)])
    other = [op(n, visit(home("a1", 2), str(n))) for n in range(1, 21)]
    assert {result.code for result in ask(desk, other).results} == {"device_fork"}
    assert rig.acts().count("device_fork") == 1


def test_a_streets_laptops_renew_behind_one_address_and_one_device_does_not_without_end(rig: Rig) -> None:
    rig.service.rates.monotonic = lambda: 0.0

    def status(device: bytes) -> int:
        with pytest.raises(Refusal) as refused:
            rig.service.token(msgspec.json.encode(TokenRequest(device, "no", b"x" * 64)), "10.0.0.1")
        return refused.value.status

    assert {status(new_id()) for _ in range(300)} == {401}
    one = new_id()
    assert [status(one) for _ in range(21)] == [401] * 20 + [429]


def test_a_body_that_does_not_come_ends(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BODY_SECONDS", 0.3)
    with served(create_app(make_rig().service)) as url:
        waiting = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        waiting.putrequest("POST", "/v1/enrol")
        waiting.putheader("Content-Length", "100")
        waiting.endheaders(b"{")
        begun = time.monotonic()
        answer = waiting.getresponse()
        assert (answer.status, b"bad_request" in answer.read()) == (400, True)
        assert time.monotonic() - begun < 15
        waiting.close()


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_cap(make_rig: Callable[..., Rig]) -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        for _ in range(3 * UP_SENT // 65_536):
            read.append(65_536)
            yield b"x" * 65_536

    with served(create_app(make_rig().service)) as url:
        try:
            answer = requests.post(f"{url}/v1/sync", data=endless(), timeout=30)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        except requests.ConnectionError:  # the server had hung up before everything was sent
            assert sum(read) < 3 * UP_SENT


def test_what_lay_on_a_lost_laptop(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    steward, viewer = rig.desk("steward_a1"), rig.desk("viewer")
    for desk in (steward, viewer):
        desk.sync()
    steward.save(visit(home("a1", 1), "一"))
    steward.sync()
    where = ("--database" if "://" in rig.address else "--data", rig.address)
    number = str(steward.store.known.device_no)
    assert main(["devices", *where, "--device", number, "--json"]) == 0
    whose, *held = map(json.loads, capsys.readouterr().out.splitlines())
    assert (whose["login"], whose["state"], whose["heard_on"]) == ("steward_a1", "active", "2026-11-20")
    assert held == [{"area": "a1", "bucket": "case", "household": 3, "resident": 3, "visit": 1}]
    assert main(["devices", *where, "--device", str(viewer.store.known.device_no)]) == 0
    assert "household" not in capsys.readouterr().out
    assert main(["devices", *where, "--device", "99"]) == 1
    capsys.readouterr()
    assert main(["devices", *where, "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {key for line in listed for key in line} == {
        "number",
        "login",
        "state",
        "app",
    }  # no work by person


def test_refusals_without_end_do_not_fill_the_trail(make_rig: Callable[..., Rig]) -> None:
    """Nobody who is not let in has a rate of their own: what they leave behind is limited for all together."""
    rig = make_rig()
    desk, stranger = rig.desk("steward_a1"), proofs.new_key()
    rig.service.rates.monotonic = lambda: 0.0
    forged = signed(desk, b"{}", key=stranger)
    assert {desk.wire.inner.send(SYNC, b"{}", forged).status for _ in range(NOTES.burst + 20)} == {401}
    assert rig.acts().count("request_refused") == NOTES.burst
