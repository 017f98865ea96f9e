"""P18: 300 first copies at once while somebody else sends, what a community costs where there are many, and two
processes on one PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

from benchmarks import prepared
from benchmarks.devices import Device, Line, enrolled, visit
from benchmarks.rounds import Reading, interleaved, percentile, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Table
from benchmarks.table import Line as Row
from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.server.copying import copy_all
from gridworker.server.database import ServerDatabase
from gridworker.server.service import Service, Signed
from gridworker.sync.protocol.messages import Pull
from tests.postgres import cluster

CROWD, PAIR = 300, 24
FEW, MANY = 10, 10_000
_SERVER = "import sys; from gridworker.server.cli import main; sys.exit(main())"


@contextmanager
def _process(*place: str) -> Iterator[str]:
    command = [sys.executable, "-c", _SERVER, "serve", *place, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()


def _all_copy(devices: list[Device], urls: list[str]) -> tuple[int, int]:
    """Every device copies at once, in a thread of its own. Returns (rows, how many failed)."""
    rows: list[int] = []
    failed: list[Exception] = []

    def copy(device: Device, url: str) -> None:
        line = Line(device, url)
        try:
            rows.append(line.copy())
        except Exception as error:  # noqa: BLE001 - counted
            failed.append(error)
        finally:
            line.close()

    threads = [
        threading.Thread(target=copy, args=(device, urls[n % len(urls)])) for n, device in enumerate(devices)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rows), len(failed)


def _crowd(url: str, devices: list[Device], sender: Device, home: bytes, on: str) -> Reading:
    """Everybody's first copy, and the time of every small push that one device sends meanwhile."""
    done = threading.Event()
    took: list[float] = []

    def send() -> None:
        line = Line(sender, url)
        while not done.is_set():
            began = time.perf_counter()
            line.ask([visit(home, on, "忙时", sender)], None)
            took.append(time.perf_counter() - began)
            time.sleep(0.3)
        line.close()

    sending = threading.Thread(target=send)
    sending.start()
    found: list[tuple[int, int]] = []
    reading = timed(lambda: found.append(_all_copy(devices, [url])))
    done.set()
    sending.join()
    rows, failed = found[0]
    facts = {
        "copies": len(devices),
        "rows each": rows / len(devices),
        "failed": failed,
        "pushes": len(took),
        "push p95 ms": percentile(took, 0.95) * 1000,
    }
    return Reading(reading.seconds, facts)


def _home(database: ServerDatabase) -> bytes:
    with database.read() as connection:
        row: tuple[bytes] = connection.exec_driver_sql("SELECT id FROM household ORDER BY id LIMIT 1").one()
    return row[0]


def _crowd_table(setting: Setting, size: int) -> Table:
    folder = setting.copy(prepared.server(setting, prepared.size_of_records(1000)), "server")
    clock = Clock()
    readings: list[Reading] = []
    for _ in range(min(setting.rounds, 2)):
        with closing(ServerDatabase.open(folder, clock)) as database:
            devices = enrolled(database, prepared.LOGIN, size + 1)
            home = _home(database)
        with _process("--data", str(folder)) as url:
            readings.append(_crowd(url, devices[1:], devices[0], home, clock.today()))
    lines = (
        Row("none fails", readings, limit=Limit(0, "failed")),
        Row("a push meanwhile", readings, limit=Limit(2000, "push p95 ms")),
    )
    note = f"{os.cpu_count()} processors, shared by server and crowd."
    return Table("P18", f"{size} first copies at once", lines, (note,))


def _look(service: Service, device: Device, cursor: int | None) -> Callable[[], Reading]:
    body = device.body([], Pull(cursor=cursor))
    import base64

    proof = base64.b64decode(device.headers(body)["X-Gridworker-Proof"])

    def work() -> None:
        for _ in range(50):
            service.rates._buckets.clear()
            service.sync(Signed(device.access, proof, body, lambda: body))

    return lambda: timed(work)


def _many_table(setting: Setting) -> Table:
    clock = Clock()
    rows: dict[str, Callable[[], Reading]] = {}
    with ExitStack() as open_:
        for number in (FEW, MANY):
            folder = setting.copy(prepared.server(setting, prepared.size_of_records(1000)), f"of{number}")
            database = open_.enter_context(closing(ServerDatabase.open(folder, clock)))
            with database.write() as connection:
                connection.exec_driver_sql(
                    "INSERT INTO domain_head (domain_id, head, server_epoch, tree_version, name, code, practice) "
                    "VALUES (?, 1, ?, 0, '', '', 1)",
                    [(b"\xff" + new_id()[1:], new_id()) for _ in range(number - 1)],
                )
            service, device = Service(database), enrolled(database, prepared.LOGIN, 1)[0]
            rows[f"{number:,} communities"] = _look(service, device, None)
        found = interleaved(rows, setting.rounds)
    few, many = (f"{number:,} communities" for number in (FEW, MANY))
    lines = (Row(few, found[few]), Row(many, found[many], few, Limit(1.2)))
    return Table("P18", "50 first pages of one community among others", lines)


def _pair_table(setting: Setting, size: int) -> Table:
    clock = Clock()
    folder = prepared.server(setting, prepared.size_of_records(1000))
    running = cluster(durable=True)
    name = running.make()
    with ExitStack() as open_:
        open_.callback(running.drop, name)
        with (
            closing(ServerDatabase.open(setting.copy(folder, "source"), clock)) as source,
            closing(ServerDatabase.create(running.url(name), clock)) as database,
        ):
            copy_all(source, database)
            crowds = [enrolled(database, prepared.LOGIN, size) for _ in range(2 * (setting.rounds + 1))]
        urls = [open_.enter_context(_process("--database", running.url(name))) for _ in range(2)]
        one = {"one process": lambda: _copies(crowds.pop(), urls[:1])}
        found = interleaved({**one, "two processes": lambda: _copies(crowds.pop(), urls)}, setting.rounds)
    lines = (
        Row("one process", found["one process"]),
        Row("two processes", found["two processes"], "one process", Limit(1 / 1.6, text="1/1.6 ×")),
    )
    note = f"{size} first copies at once, on {os.cpu_count()} processors that database and crowd share."
    return Table("P18", "two processes on one PostgreSQL", lines, (note,))


def _copies(devices: list[Device], urls: list[str]) -> Reading:
    found: list[tuple[int, int]] = []
    reading = timed(lambda: found.append(_all_copy(devices, urls)))
    assert found[0][1] == 0
    return reading


def run(setting: Setting) -> list[Table]:
    large = setting.records >= 5000
    return [
        _crowd_table(setting, CROWD if large else 12),
        _many_table(setting),
        _pair_table(setting, PAIR if large else 4),
    ]
