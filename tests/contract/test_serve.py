"""The server as somebody runs it: a process of its own, found by the port it prints, stopped by a signal."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import warnings
from pathlib import Path

import msgspec
import pytest
import requests

from gridworker.models.days import Clock
from gridworker.server import copies
from gridworker.server.cli import main
from gridworker.server.rates import ENROL
from gridworker.server.verbs import serving
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.protocol.messages import EnrolRequest
from gridworker.sync.session import sync_now
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import CHEAP, PASSPHRASE
from tests.contract.test_authority import make_papers

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
        guess = msgspec.json.encode(EnrolRequest("2222-2222-2222", bytes(32), bytes(16), False, "guess"))
        for source, statuses in (("203.0.113.7", {403, 429}), ("203.0.113.8", {403})):  # what a proxy says
            forwarded = {"X-Forwarded-For": source}
            tries = range(ENROL.burst + 4 if 429 in statuses else 1)
            door = f"{ready['url']}/v1/enrol"
            seen = [requests.post(door, guess, headers=forwarded, timeout=10) for _ in tries]
            assert {answer.status_code for answer in seen} == statuses
        server.terminate()
        assert server.wait(15) is not None


def test_a_process_with_a_certificate_speaks_no_old_tls_and_logs_nobody(tmp_path: Path) -> None:
    """As it is run without a proxy: what strangers plant in paths, headers and bodies is not in what it writes."""
    data, papers = str(tmp_path / "server"), make_papers(tmp_path, "own")
    assert main(["init", "--data", data, *FOUNDING]) == 0
    secure = ("--cert", str(papers.certificate), "--key", str(papers.key))
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
        *secure,
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        url, port = ready["url"], ready["port"]
        assert url.startswith("https://")
        verify = str(papers.authority)
        for path in ("/v1/enrol", "/v1/sync", "/v1/张三", "/v1/health?who=李四"):
            headers = {"Authorization": "Bearer zhaoliu", "User-Agent": "wangwu", "X-Forwarded-For": "sunqi"}
            said = '{"code":"周八","app":"吴九"}'.encode()
            requests.post(url + path, said, headers=headers, verify=verify, timeout=10)
        assert requests.get(f"{url}/v1/health", verify=verify, timeout=10).json() == {"status": "ok"}
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")  # it is for the server to refuse it
        with socket.create_connection(("127.0.0.1", port), 10) as door, pytest.raises(ssl.SSLError):
            old.wrap_socket(door)
        with socket.create_connection(("127.0.0.1", port), 10) as door:
            door.sendall("GET /郑十 HTTP/1.1\r\n\r\n".encode())  # plain words at an encrypted door
            door.recv(64)
        server.terminate()
        _, written = server.communicate(timeout=90)
    assert "refused /v1/enrol bad_request" in written
    for word in (
        "张三",
        "李四",
        "zhaoliu",
        "wangwu",
        "sunqi",
        "周八",
        "吴九",
        "郑十",
        "%E5",
        "127.0.0.1",
        "203.0.113",
    ):
        assert word not in written, word


def test_a_process_with_a_certificate_ends_although_a_laptop_keeps_its_connection(tmp_path: Path) -> None:
    data, papers = str(tmp_path / "server"), make_papers(tmp_path, "own")
    assert main(["init", "--data", data, *FOUNDING]) == 0
    arguments = ("--port", "0", "--json", "--cert", str(papers.certificate), "--key", str(papers.key))
    command = (sys.executable, "-m", "gridworker.server", "serve", "--data", data, *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, requests.Session() as laptop:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        assert laptop.get(f"{url}/v1/health", verify=str(papers.authority), timeout=10).ok
        server.terminate()
        server.wait(serving.STOP_SECONDS + 12)  # TLS alone would wait half a minute for the farewell


def test_who_is_told_to_come_again_finds_the_connection_open() -> None:
    assert serving.KEEP_ALIVE > 2 * copies.AGAIN
