"""The server's own description of itself, and what comes back when every kind of request it describes, and many it does
not, is thrown at it: an answer that the description knows, never a fault."""

from __future__ import annotations

import json
import resource
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from gridworker.server import openapi
from gridworker.server.app import create_app
from gridworker.server.rates import Rates
from gridworker.sync.protocol.messages import SYNC, ErrorBody
from tests.contract.rig import Desk, Rig, served, signed

SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.document()))
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory, village_template: Any) -> Iterator[tuple[Rig, str, Desk]]:
    """One server for all examples; its rates are opened, or everything would end as 429."""
    import shutil

    from gridworker.server.database import ServerDatabase
    from gridworker.sync.protocol.messages import Limits
    from tests.contract.village import Hands

    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(village_template, folder / "server")
    hands = Hands()
    made = Rig(ServerDatabase.open(folder / "server", hands.clock()), hands, "in_process", folder, Limits())
    clock = iter(range(10**9))
    made.service.rates = Rates(lambda: float(next(clock)) * 60)
    desk = made.desk("steward_a1")
    desk.sync()
    with served(create_app(made.service)) as url:
        yield made, url, desk
    made.close()


def test_the_description_is_served(rig: tuple[Rig, str, Desk]) -> None:
    found = requests.get(f"{rig[1]}/v1/openapi.json", timeout=10)
    assert found.status_code == 200 and found.json() == json.loads(openapi.document())
    assert {"/v1/enrol", "/v1/token", "/v1/sync", "/v1/health"} <= found.json()["paths"].keys()


@pytest.mark.parametrize(
    "path", ["/v1/enrol", "/v1/adopt", "/v1/token", "/v1/wiped", "/v1/incarnation", "/v1/sync"]
)
def test_what_the_description_allows_is_answered_as_it_says(rig: tuple[Rig, str, Desk], path: str) -> None:
    operation = SCHEMA[path]["POST"]
    answered: set[int] = set()

    @FUZZ
    @given(case=operation.as_strategy())
    def thrown(case: Any) -> None:
        answered.add(case.call_and_validate(base_url=rig[1], checks=CHECKS, timeout=20).status_code)

    thrown()
    assert answered and answered <= {int(code) for code in operation.definition.raw["responses"]}


def test_a_known_device_may_send_anything_described(rig: tuple[Rig, str, Desk]) -> None:
    """Signed and with a good token, so that bodies get past the door, with this device's own hello."""
    _, url, desk = rig
    known, kept = desk.store.known, desk.kept()
    seen: set[int] = set()

    @FUZZ
    @given(case=SCHEMA[SYNC]["POST"].as_strategy())
    def thrown(case: Any) -> None:
        body = case.body if isinstance(case.body, dict) else {}
        hello = {
            "protocol": "1.0",
            "device_id": known.device_id,
            "incarnation": known.incarnation,
            "community_id": known.community_id,
            "practice": True,
            "epoch": kept.epoch,
            "server_epoch": kept.server_epoch,
        }
        seen.add(send(url, desk, msgspec.json.encode({**body, "hello": hello})))

    thrown()
    assert seen <= {200, 400, 413} and 200 in seen


def send(url: str, desk: Desk, body: bytes, **more: str) -> int:
    headers = {**signed(desk, body), "Content-Type": "application/json", **more}
    reply = requests.post(f"{url}{SYNC}", data=body, headers=headers, timeout=30)
    assert reply.status_code < 500, (reply.status_code, body[:200])
    if reply.status_code != 200:
        assert msgspec.json.decode(reply.content, type=ErrorBody).code
    return reply.status_code


@FUZZ
@given(
    text=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["hello", "ops", "pull"]), inner)
        ),
    )
)
def test_any_json_at_all_is_refused_politely(rig: tuple[Rig, str, Desk], text: Any) -> None:
    body = json.dumps(text).encode("utf-8", "surrogatepass")
    assert send(rig[1], rig[2], body) in (400, 401, 403, 426)


# -- F39 ---------------------------------------------------------------------------------------------------------


def peak() -> int:
    """The most memory this process ever held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def bomb_gzip() -> bytes:
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packed.compress(bytes(1 << 20)) for _ in range(2048)) + packed.flush()


def bomb_zstd() -> bytes:
    packed = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join(packed.compress(bytes(1 << 20)) for _ in range(2048)) + packed.flush()


@pytest.mark.parametrize(
    ("make", "encoding"),
    [
        (bomb_gzip, "gzip"),
        (bomb_zstd, "zstd"),
        (lambda: zlib_of(b'{"ops":[' + b"{}," * 1_000_000 + b"{}]}"), "gzip"),
        (lambda: zlib_of(b'{"hello":{"app":"' + b"x" * 15_000_000 + b'"}}'), "gzip"),
        (lambda: zlib_of(b"[" * 8_000_000), "gzip"),
    ],
    ids=["gzip bomb of 2 GiB", "zstd bomb of 2 GiB", "10⁶ ops", "a string of 15 MB", "nested 8,000,000 deep"],
)
def test_f39_what_inflates_or_nests_without_end_costs_no_memory(
    rig: tuple[Rig, str, Desk], make: Callable[[], bytes], encoding: str
) -> None:
    body = make()
    before = peak()
    status = send(rig[1], rig[2], body, **{"Content-Encoding": encoding})
    assert status in (400, 413)
    assert peak() - before < 160 * 1024 * 1024


def zlib_of(plain: bytes) -> bytes:
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packed.compress(plain) + packed.flush()


def test_f39_who_throws_without_end_is_throttled(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig("http").desk("steward_a1")
    desk.sync()
    statuses = []
    for _ in range(300):
        reply = desk.wire.inner.send(SYNC, b"{", signed(desk, b"{"))
        statuses.append(reply.status)
    assert statuses[0] == 400 and statuses[-1] == 429
