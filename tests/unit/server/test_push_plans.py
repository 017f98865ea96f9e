"""How the embedded database finds what a push asks for: by keys, so that a batch costs what it brings and not what the
community has sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from gridworker.models.ids import new_id
from gridworker.models.op import Op, OpKind, encode_ops
from gridworker.server import auth, push
from gridworker.server.auth import Device
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.scope import Scopes
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import EnrolRequest
from tests.contract.village import Hands, found_village, visit

#: Of these a community has few, or a push needs all: they may be read from end to end.
SMALL = ("area_unit", "device", "domain_head", "erasure")


@pytest.fixture
def village(tmp_path: Path) -> Iterator[ServerDatabase]:
    database = found_village(tmp_path / "server", Hands())
    yield database
    database.close()


def sender(connection: Connection) -> Device:
    domain = only_domain(connection)
    account = auth.account_by(connection, domain.id, "login", "steward_a1")
    assert account is not None
    asked = EnrolRequest("", b"k" * 32, new_id(), domain.practice, "test")
    return auth.add_device(connection, domain.id, account, asked, 1)


def visits(count: int, first: int) -> list[Op]:
    drafts = [visit("home_a1_1", f"text {n}") for n in range(count)]
    return [
        Op(new_id(), seq, new_id(), d.entity, d.record, OpKind.CREATE, {**d.set, "no": f"V26-02-{seq:04d}"})
        for seq, d in enumerate(drafts, first)
    ]


def asked_by_a_push(village: ServerDatabase, ops: Sequence[Op], device: Device) -> list[str]:
    """The statements of a push, their values filled in."""
    seen: list[str] = []
    today = village.clock.today()
    with village.write() as connection:
        device, domain = push.lock(connection, device)
        view = Scopes().view(connection, domain, device, today)
        driver = connection.connection.driver_connection
        driver.set_trace_callback(seen.append)
        context = push.Context(domain, device, view, today, 1)
        pushed = push.take_in(connection, context, msgspec.Raw(encode_ops(ops)), domain.head)
        driver.set_trace_callback(None)
        assert {result.outcome.value for result in pushed.results} == {"applied"}
    return seen


@pytest.mark.parametrize("count", [2, 30, 2000])
def test_a_push_reads_nothing_that_grows_from_end_to_end(village: ServerDatabase, count: int) -> None:
    with village.write() as connection:
        device = sender(connection)
    asked_by_a_push(village, visits(2, 1), device)
    seen = {sql for sql in asked_by_a_push(village, visits(count, 3), device) if sql.startswith("SELECT")}
    assert [sql for sql in seen if "device_op" in sql], "the receipts were not asked"
    with village.read() as connection:
        for sql in seen:
            for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"):
                whole = step.startswith("SCAN ") or step.endswith("(domain_id=?)")
                assert not whole or step.split()[1] in SMALL, (step, sql[:300])
