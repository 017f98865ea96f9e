"""docs/sync-protocol.md is enough to write a client: tests/contract/stranger.py was written from it, and enrols, pulls,
pushes a visit and gets its receipt from our server."""

from __future__ import annotations

import ast
import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridworker.models.registry import ENTITIES
from gridworker.server import auth
from gridworker.server.database import only_domain
from gridworker.sync.protocol.messages import Limits
from tests.contract import stranger
from tests.contract.rig import Rig
from tests.contract.stranger import Refused, Stranger
from tests.contract.village import DAY, home, named

HOME = base64.b64encode(named(home("a1", 1))).decode()
VISIT = {"household_id": HOME, "visited_on": DAY, "mode": "door", "outcome": "met", "purpose": "routine"}


def test_it_knows_nothing_of_ours_and_is_short() -> None:
    source = Path(stranger.__file__).read_text("utf-8")
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports
    }
    assert not [name for name in names if name.split(".")[0] in ("gridworker", "tests")]
    assert len([line for line in source.splitlines() if line.strip()]) <= 115


def test_a_stranger_enrols_pulls_pushes_a_visit_and_sees_the_receipt(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("http", Limits(rows=7))  # pages enough to go through
    one = Stranger(rig._url, practice=True)
    one.enrol(rig.code("steward_a1"))
    one.sync()
    ours = rig.desk("steward_a1")
    ours.sync()
    for entity in ENTITIES:
        held = {base64.b64decode(record) for record in one.rows.get(entity.name, {})}
        assert held == ours.holds(entity.name), entity.name
    seq = one.create("visit", VISIT | {"no": f"V26-{one.device_no:02}-0001", "said": "从文档写的"})
    one.sync()
    receipt = one.receipts[seq]
    assert (receipt["outcome"], receipt["row_version"]) == ("applied", 1)
    assert receipt["hash"] and receipt["at"] == rig.now()
    assert one.outbox == []
    assert rig.rows("SELECT said FROM visit") == [("从文档写的",)]
    ours.sync()
    assert ours.rows("SELECT said FROM visit") == [("从文档写的",)]
    one.sync()
    assert rig.one("SELECT count(*) FROM visit") == 1


def test_what_it_may_not_do_it_is_told(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("http")
    one = Stranger(rig._url, practice=True)
    with pytest.raises(Refused, match="code_invalid"):
        one.enrol("2222-2222-2222")
    one.enrol(rig.code("steward_a1"))
    foreign = VISIT | {"household_id": base64.b64encode(named(home("b1", 1))).decode(), "no": "V26-90-0001"}
    seq = one.create("visit", foreign)
    one.sync()
    assert one.receipts[seq]["outcome"] == "rejected"
    assert rig.rows("SELECT id FROM visit") == []


def test_it_renews_its_tokens_and_believes_nobody_but_the_server_that_it_was_stopped(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig("http")
    one = Stranger(rig._url, practice=True)
    one.enrol(rig.code("steward_a1"))
    one.sync()
    rig.hands.now += 16 * 60
    with pytest.raises(Refused, match="token_invalid"):
        one.sync()
    one.renew()
    one.sync()
    with rig.database.write() as connection:
        assert auth.revoke_device(connection, only_domain(connection).id, one.device_no, rig.now())
    with pytest.raises(Refused, match="device_revoked"):
        one.sync()
    one.server_key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(ConnectionError, match="on the way refused"):
        one.sync()
