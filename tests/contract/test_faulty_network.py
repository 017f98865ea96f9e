"""F2, F20, F21, F37, F42: real HTTP through a proxy that cuts, stalls and resets; nothing is lost, doubled or kept by
half."""

from __future__ import annotations

import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gridworker.errors import DeviceRevoked, ServerAnswerUnreadable, ServerAway
from gridworker.models.registry import ENTITIES
from gridworker.server import auth
from gridworker.server.app import create_app
from gridworker.sync.protocol.messages import Limits
from gridworker.sync.session import sync_now
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import Desk, Rig, Wire, served
from tests.contract.test_exchange import copies_agree
from tests.contract.village import home, named, visit

#: Every byte of an answer in the long profile; else the first ones, the last ones, and some between.
EVERY_BYTE = os.environ.get("HYPOTHESIS_PROFILE") == "long"


class FaultProxy:
    """Passes bytes on between a device and the server. `down` and `up` say after how many bytes the next connection
    is cut in that direction; with `stall` it then falls silent instead."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.down: int | None = None
        self.up: int | None = None
        self.stall = False
        self.passed_down = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.clients: list[HttpTransport] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._start(self._accept)

    def heal(self) -> None:
        self.down = self.up = None
        self.stall = False

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for one in self._open:
            _hang_up(one)
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()
        for client in self.clients:
            client.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._open += [near, far]
            self.passed_down = 0
            self._start(self._pass, near, far, self.up, False)
            self._start(self._pass, far, near, self.down, True)

    def _pass(self, source: socket.socket, target: socket.socket, left: int | None, down: bool) -> None:
        try:
            while part := source.recv(4096):
                if left is not None:
                    part, left = part[:left], left - len(part[:left])
                target.sendall(part)
                if down:
                    self.passed_down += len(part)
                if left == 0:
                    if self.stall:
                        return
                    break
        except OSError:
            return
        _hang_up(source)
        _hang_up(target)


def _hang_up(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


@contextmanager
def proxied(rig: Rig) -> Iterator[FaultProxy]:
    proxy = FaultProxy(int(rig._url.rsplit(":", 1)[1]))
    try:
        yield proxy
    finally:
        proxy.close()


def through(rig: Rig, proxy: FaultProxy, login: str = "steward_a1", *, read_seconds: float = 30.0) -> Desk:
    """A device whose every exchange is a connection of its own through the proxy."""
    desk = rig.desk(login)
    desk.sync()
    return rerouted(desk, proxy, read_seconds=read_seconds)


def rerouted(desk: Desk, proxy: FaultProxy, *, read_seconds: float = 30.0) -> Desk:
    proxy.clients.append(HttpTransport(proxy.url, read_seconds=read_seconds))
    return Desk(desk.store, Wire(proxy.clients[-1]))


def unhurried(make_rig: Callable[..., Rig], limits: Limits | None = None) -> Rig:
    rig = make_rig("http", limits)
    rig.service.rates.monotonic = itertools.count(0, 3600).__next__
    return rig


def fails(proxy: FaultProxy, desk: Desk, *, read_seconds: float = 30.0) -> None:
    """One exchange on a fresh connection that goes wrong as the proxy was told."""
    again = rerouted(desk, proxy, read_seconds=read_seconds)
    with pytest.raises((ServerAway, ServerAnswerUnreadable)):
        again.client.exchange(2000, 10**6, 5000)
    proxy.heal()


def said(rig: Rig) -> list[str]:
    return sorted(row[0] for row in rig.rows("SELECT said FROM visit"))


def test_f02_an_answer_cut_at_any_byte_has_its_effect_once(make_rig: Callable[..., Rig]) -> None:
    rig = unhurried(make_rig)
    with proxied(rig) as proxy:
        desk = through(rig, proxy)
        desk.save(visit(home("a1", 1), "0"))
        desk.sync()
        whole = proxy.passed_down
        assert whole > 200
        places = range(whole) if EVERY_BYTE else (0, 1, 17, whole // 3, whole // 2, whole - 2, whole - 1)
        for number, place in enumerate(places, 1):
            desk.save(visit(home("a1", 1), str(number)))
            proxy.down = place
            if place == 0:
                proxy.down = 1
            fails(proxy, desk)
            assert desk.one("SELECT count(*) FROM outbox WHERE state <> 'done'") == 1
            rerouted(desk, proxy).sync()
            assert desk.one("SELECT count(*) FROM outbox WHERE state <> 'done'") == 0
        assert said(rig) == sorted(str(number) for number in range(len(places) + 1))
        copies_agree(rig, desk)


def test_f02_a_request_cut_at_any_byte_has_none_or_all(make_rig: Callable[..., Rig]) -> None:
    rig = unhurried(make_rig)
    with proxied(rig) as proxy:
        desk = through(rig, proxy)
        for number, place in enumerate((1, 40, 300, 600), 1):
            desk.save(visit(home("a1", 1), str(number)))
            proxy.up = place
            fails(proxy, desk)
            assert len(said(rig)) == number - 1
            rerouted(desk, proxy).sync()
        assert said(rig) == ["1", "2", "3", "4"]


def test_f20_a_first_copy_cut_at_every_page_goes_on_there(make_rig: Callable[..., Rig]) -> None:
    rig = unhurried(make_rig, Limits(rows=9))
    with proxied(rig) as proxy:
        desk = rerouted(rig.desk("secretary"), proxy)
        total = sum(rig.one(f"SELECT count(*) FROM {entity.name}") for entity in ENTITIES)
        held, pages = 0, 0
        while held < total:
            proxy.down = 300
            fails(proxy, desk)
            assert sum(len(desk.holds(entity.name)) for entity in ENTITIES) == held
            more = rerouted(desk, proxy).client.exchange(10, 10_000, 9).more
            now = sum(len(desk.holds(entity.name)) for entity in ENTITIES)
            assert now == min(held + 9, total)
            held, pages = now, pages + 1
            if more:
                assert desk.kept().cursor is None  # not complete: nothing counts on it
        assert pages > 5
        rerouted(desk, proxy).sync()
        copies_agree(rig, desk)


def test_f21_first_copies_wait_in_a_queue_and_pushes_do_not(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many first copies as devices are stuck in their reading; a push beside them is answered at once."""
    rig = unhurried(make_rig)
    worker = rig.desk("steward_a1")
    worker.sync()
    newcomers = [rig.desk(login) for login in ("grid_a", "steward_a2", "steward_b1", "secretary")]
    gate, reading = threading.Event(), threading.Semaphore(0)
    finish = type(rig.service).finish

    def slow(service: Any, asked: Any) -> Any:
        if asked.copies:
            reading.release()
            gate.wait(20)
        return finish(service, asked)

    monkeypatch.setattr(type(rig.service), "finish", slow)
    with served(create_app(rig.service, copies=2)) as url:
        for desk in (worker, *newcomers):
            desk.wire.inner = HttpTransport(url)
        threads = [threading.Thread(target=desk.sync) for desk in newcomers]
        for thread in threads:
            thread.start()
        assert reading.acquire(timeout=20) and reading.acquire(timeout=20)
        assert not reading.acquire(timeout=0.2)  # the others wait for their turn
        worker.save(visit(home("a1", 1), "währenddessen"))
        worker.sync()
        assert said(rig) == ["währenddessen"]
        assert not newcomers[0].holds("household")
        gate.set()
        for thread in threads:
            thread.join(20)
        for desk in (worker, *newcomers):
            copies_agree(rig, desk)


def acts_of_three(desk: Desk, acts: int) -> None:
    for act in range(acts):
        desk.save(*(visit(home("a1", 1 + part % 2), f"{act}.{part}") for part in range(3)))


def whole_acts(rig: Rig) -> int:
    """How many acts arrived; none of them by half."""
    texts = said(rig)
    acts = {text.split(".")[0] for text in texts}
    assert texts == sorted(f"{act}.{part}" for act in acts for part in range(3))
    return len(acts)


def test_f37_a_token_that_expires_between_two_batches_leaves_no_half_act(
    make_rig: Callable[..., Rig],
) -> None:
    rig = unhurried(make_rig)
    desk = rig.desk("steward_a1")
    desk.sync()
    acts_of_three(desk, 5)
    desk.client.exchange(7, 10**6, 5000)
    assert whole_acts(rig) == 2
    rig.hands.now += 15 * 60 + 1
    before = desk.kept().access
    desk.sync()
    assert desk.kept().access != before
    assert whole_acts(rig) == 5


def test_f37_a_device_revoked_between_two_batches_leaves_no_half_act(make_rig: Callable[..., Rig]) -> None:
    rig = unhurried(make_rig)
    desk = rig.desk("steward_a1")
    desk.sync()
    acts_of_three(desk, 5)
    desk.client.exchange(7, 10**6, 5000)
    with rig.database.write() as connection:
        assert auth.revoke_device(connection, named("root"), desk.store.known.device_no, rig.now())
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert whole_acts(rig) == 2
    assert desk.one("SELECT count(*) FROM outbox WHERE state <> 'done'") == 9  # kept, and said to be unsent


def test_f42_a_connection_that_falls_silent_ends_and_the_next_try_is_clean(
    make_rig: Callable[..., Rig],
) -> None:
    """Sleep, or another Wi-Fi: the connection is there and nothing comes any more, up or down."""
    rig = unhurried(make_rig)
    with proxied(rig) as proxy:
        desk = through(rig, proxy)
        for number, (up, down) in enumerate([(120, None), (None, 60)], 1):
            desk.save(visit(home("a1", 1), str(number)))
            proxy.up, proxy.down, proxy.stall = up, down, True
            fails(proxy, desk, read_seconds=0.3)
            account = sync_now(rerouted(desk, proxy).client)
            assert account.sent == 1
        assert said(rig) == ["1", "2"]
        copies_agree(rig, desk)
        desk.wire.close()
