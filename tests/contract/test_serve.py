"""The server as somebody runs it: a process of its own, found by the port it prints, stopped by a signal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker.models.days import Clock
from gridworker.server import copies
from gridworker.server.cli import main
from gridworker.server.verbs import serving
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.session import sync_now
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import CHEAP, PASSPHRASE

FOUNDING = ("--name", "青石社区", "--code", "330481001001", "--secretary", "李书记", "--login", "shuji")


def test_a_real_process_serves_a_real_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "server")
    assert main(["init", "--data", data, *FOUNDING]) == 0
    command = (
        sys.executable,
        "-m",
        "gridworker.server",
        "serve",
        "--data",
        data,
        "--port",
        "0",
        "--json",
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        assert ready["event"] == "ready"
        capsys.readouterr()
        assert main(["invite", "--data", data, "--login", "shuji", "--json"]) == 0  # while it serves
        code = json.loads(capsys.readouterr().out)["code"]
        transport = HttpTransport(ready["url"])
        store = join(tmp_path / "desk", PASSPHRASE, ready["url"], code, transport, Clock(), CHEAP)
        account = sync_now(Client(store, transport))
        assert (account.requests, account.rows) == (1, 6)
        assert store.identity.community_name == "青石社区"
        assert store.identity.server_url == ready["url"]
        store.close()
        transport.close()
        server.terminate()
        assert server.wait(15) is not None


def test_who_is_told_to_come_again_finds_the_connection_open() -> None:
    assert serving.KEEP_ALIVE > 2 * copies.AGAIN
