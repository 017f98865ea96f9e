"""The server's commands, as somebody types them."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from gridworker.errors import DatabaseFromFuture, KeyFileDamaged, ProfileMissing
from gridworker.models.days import Clock
from gridworker.server.cli import main
from gridworker.server.database import ServerDatabase

REAL = ("--name", "青石社区", "--code", "330481001001", "--secretary", "李书记", "--login", "shuji")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main([*arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def failing(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--json"]) == 1
    return str(json.loads(capsys.readouterr().err)["error"])


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(tmp_path / "server")
    assert run(capsys, "init", "--data", folder, *REAL) == [
        {"community": "青石社区", "code": "330481001001", "rows": 6}
    ]
    return folder


def test_an_invitation_is_a_typable_code(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = run(capsys, "invite", "--data", data, "--login", "shuji")
    assert [len(group) for group in made["code"].split("-")] == [4, 4, 4]
    assert not set(made["code"]) & set("01ILOU")
    assert made["minutes"] == 15


def test_an_empty_server_waits_for_a_community(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "slot")
    (first,) = run(capsys, "init", "--data", folder, "--adopt")
    (second,) = run(capsys, "invite", "--data", folder, "--adopt")
    assert (first["adopt"], first["minutes"]) == (True, 15) and first["code"] != second["code"]
    assert failing(capsys, "invite", "--data", folder, "--login", "shuji") == "profile_missing"
    assert failing(capsys, "init", "--data", folder, *REAL) == "profile_exists"


def test_an_occupied_server_gives_no_code_for_a_community(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(capsys, "invite", "--data", data, "--adopt") == "server_occupied"


def test_people_see_text(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--data", data]) == 0
    assert capsys.readouterr().out.startswith("01  active")


def test_the_server_itself_is_device_one(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    devices = run(capsys, "devices", "--data", data)
    assert [(one["number"], one["app"]) for one in devices] == [(1, "server")]


def test_a_device_is_revoked_once(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "revoke", "--data", data, "--device", "1") == [{"number": 1, "state": "revoked"}]
    assert failing(capsys, "revoke", "--data", data, "--device", "1") == "not_found"


def test_unknown_logins_and_folders_are_said(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert failing(capsys, "invite", "--data", data, "--login", "nobody") == "not_found"
    assert failing(capsys, "devices", "--data", str(tmp_path / "nowhere")) == "profile_missing"
    assert main(["devices", "--data", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err
    assert "This folder holds no Gridworker data" in said and "[profile_missing]" in said


def test_an_operator_is_spoken_to_in_the_language_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert main(["devices", "--data", str(tmp_path / "nowhere")]) == 1
    assert "这个文件夹里没有网格工作台的数据" in capsys.readouterr().err


def test_a_server_is_made_once(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(capsys, "init", "--data", data, *REAL) == "profile_exists"


@pytest.mark.parametrize(("code", "error"), [("990481001001", "practice_mix"), ("12", "field_invalid")])
def test_a_real_community_needs_a_real_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, error: str
) -> None:
    arguments = [code if value == "330481001001" else value for value in REAL]
    assert failing(capsys, "init", "--data", str(tmp_path / "s"), *arguments) == error
    assert not (tmp_path / "s" / "server.db").exists()


def test_a_secretary_with_a_bad_name_founds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["x" * 100 if value == "李书记" else value for value in REAL]
    assert failing(capsys, "init", "--data", str(tmp_path / "s"), *arguments) == "field_invalid"
    assert not list((tmp_path / "s").glob("server.*"))


def test_init_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--name --code --secretary --login"):
        main(["init", "--data", str(tmp_path / "s")])


def test_plain_http_is_not_served_to_others(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(capsys, "serve", "--data", data, "--host", "0.0.0.0") == "plain_http_refused"
    assert failing(capsys, "serve", "--data", data, "--host", "example.cn") == "plain_http_refused"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_key_is_readable_by_this_user_alone(data: str) -> None:
    assert stat.S_IMODE((Path(data) / "server.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(data).stat().st_mode) == 0o700


def test_a_server_that_cannot_be_opened_says_why(data: str) -> None:
    folder = Path(data)
    key = (folder / "server.key").read_text()
    for spoilt in ("", "zz", key[:20]):
        (folder / "server.key").write_text(spoilt)
        with pytest.raises(KeyFileDamaged):
            ServerDatabase.open(folder, Clock())
    (folder / "server.key").write_text(key)
    database = ServerDatabase.open(folder, Clock())
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    database.close()
    with pytest.raises(DatabaseFromFuture):
        ServerDatabase.open(folder, Clock())
    with pytest.raises(ProfileMissing):
        ServerDatabase.open(folder / "elsewhere", Clock())


def test_a_port_in_use_is_said_in_a_line(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert failing(capsys, "serve", "--data", data, "--port", port) == "system"
        assert main(["serve", "--data", data, "--port", port]) == 1
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1 and "listening" not in said.out


@pytest.mark.parametrize("flag", ["--cert", "--key"])
def test_a_certificate_and_its_key_go_together(data: str, flag: str) -> None:
    with pytest.raises(SystemExit, match="go together"):
        main(["serve", "--data", data, flag, "file.pem"])
