"""Every verb of the command line, as somebody types it: what it prints as text and as JSON, and how it ends."""

from __future__ import annotations

import getpass
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridworker import __version__, app, cli, practice_desk
from gridworker.commands import story
from gridworker.models.days import Clock
from gridworker.practice import community
from gridworker.practice.size import Size
from gridworker.server.cli import main as server_main
from gridworker.server.database import ServerDatabase
from gridworker.store import keys
from gridworker.store.store import Store
from gridworker.sync.transport.in_process import InProcessTransport
from tests.desks import COST, Desk, make_desk

REAL = ("--name", "青石社区", "--code", "330481001001", "--secretary", "李书记", "--login", "shuji")
DOOR = "XF-1-1-102"
Run = Callable[..., Any]
#: What is answered before a file leaves.
FOR = ("--purpose", "周例会", "--recipient", "街道")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("cli") / "practice")


@pytest.fixture
def desk(template: Desk, tmp_path: Path) -> Desk:
    return template.copied(tmp_path / "practice")


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "calibrated", lambda: COST)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A call that must succeed; its JSON answer."""

    def call(*arguments: str) -> Any:
        assert cli.main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    """A call that must be refused; the error."""

    def call(*arguments: str) -> Any:
        assert cli.main([*arguments, "--json"]) == 1
        printed = capsys.readouterr()
        assert printed.err == ""
        (error,) = json.loads(printed.out).values()
        assert set(error) == {"code", "what", "next", "field"}
        assert error["what"] and error["next"]
        return error

    return call


def wrong(*arguments: str) -> int:
    """A call that is no call; the exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return int(str(ended.value.code))


# -- flags and wrong calls -----------------------------------------------------------------------------------------


def test_flags_may_stand_before_and_after_the_verb(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    profile, file = desk.flags[:2], desk.flags[2:]
    calls = (
        [*profile, *file, "--json", "list", "drafts"],
        ["list", "drafts", *profile, *file, "--json"],
        [*profile, "list", *file, "drafts", "--json"],
    )
    for call in calls:
        assert cli.main(call) == 0
        assert json.loads(capsys.readouterr().out) == []


def test_a_flag_after_the_verb_wins(desk: Desk, tmp_path: Path, run: Run) -> None:
    assert run("--profile", str(tmp_path / "nowhere"), "doctor", *desk.flags)["healthy"] is True


@pytest.mark.parametrize(
    "call",
    [
        ("fly",),
        ("list",),
        ("list", "people"),
        ("list", "households", "--limit", "0"),
        ("list", "households", "--limit", "-3"),
        ("search",),
        ("log", "--household", DOOR),
        ("log", "--household", DOOR, "--outcome", "angry"),
        ("log", "--household", DOOR, "--outcome", "met", "--mode", "telepathy"),
        ("report",),
        ("report", "daily"),
        ("report", "weekly", "--edition", "secret"),
        ("report", "demands"),
        ("ledger", "people"),
        ("ledger", "visits", "--format", "pdf"),
        ("report", "weekly", "--format", "doc"),
        ("report", "weekly", "--format", "xlsx,"),
        ("walklist", "--format", "xlsx"),
        ("plan", "--accept", "yes"),
        ("join", "--server", "https://a.example"),
        ("restore",),
        ("--language", "fr", "doctor"),
        ("doctor", "--prof", "x"),
    ],
)
def test_a_wrong_call_ends_with_two(call: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong(*call) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and "usage: gridworker" in printed.err


@pytest.mark.parametrize(
    "call", [(), ("--profile", "a"), ("--profile=a", "--json"), ("--language", "en"), ("--self-test",)]
)
def test_a_call_without_a_verb_is_understood_as_all_are(call: tuple[str, ...]) -> None:
    """The window does not wait for the verbs; what it is told is the same."""
    assert cli._given(call) == cli._parser().parse_args(call)


def test_version_and_help_are_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong("--version") == 0
    assert capsys.readouterr().out.strip() == f"gridworker {__version__}"
    assert wrong("--help") == 0
    helped = capsys.readouterr().out
    verbs = (
        "new join sync bundle wipe backup restore doctor list search log plan walklist roster report ledger fill demo "
        "screenshots"
    ).split()
    assert [verb for verb in verbs if f"\n    {verb} " not in helped] == []


def test_every_verb_is_carried_out_by_somebody() -> None:
    assert set(cli._verbs()) == set(
        "new join sync bundle wipe backup restore doctor list search log plan walklist roster report close-week "
        "ledger fill import demo "
        "screenshots".split()
    )


# -- reading -------------------------------------------------------------------------------------------------------


def test_list_households(desk: Desk, run: Run) -> None:
    rows = run("list", "households", *desk.flags)
    assert len(rows) == 96
    assert rows[1]["code"] == DOOR and rows[1]["door"] == "1-1-102" and rows[1]["road"] == "server"
    assert run("list", "households", "--limit", "2", *desk.flags) == rows[:2]


def test_list_visits_of_a_week(desk: Desk, run: Run) -> None:
    present = run("list", "visits", *desk.flags)
    assert present == run("list", "visits", "--period", "2026-W47", *desk.flags)
    assert all("2026-11-16" <= visit["on"] <= "2026-11-22" for visit in present)
    before = run("list", "visits", "--period", "2026-W46", *desk.flags)
    assert before and not {v["no"] for v in before} & {v["no"] for v in present}
    assert len(run("list", "visits", "--limit", "1", *desk.flags)) == 1


def test_list_nodes_and_go_by_their_names(desk: Desk, run: Run, refused: Run) -> None:
    nodes = run("list", "nodes", *desk.flags)
    assert {node["tree"] for node in nodes} == {"org", "area"}
    grid = next(node for node in nodes if node["kind"] == "grid")
    inside = run("list", "households", "--node", grid["name"], *desk.flags)
    assert 0 < len(inside) < 96
    assert refused("list", "households", "--node", "月球", *desk.flags)["code"] == "not_found"


def test_a_node_goes_by_its_code_too(desk: Desk, run: Run) -> None:
    everything = run("list", "households", "--node", "990101001001", *desk.flags)
    assert len(everything) == 96


def test_search(desk: Desk, run: Run) -> None:
    (found,) = run("search", "1-1-102", *desk.flags)
    assert found["code"] == DOOR
    assert run("search", found["contact"], "--limit", "1", *desk.flags)[0]["contact"] == found["contact"]
    assert run("search", "没有这个人", *desk.flags) == []


def test_people_read_lines_without_ids(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["search", "1-1-102", *desk.flags]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("1-1-102 · 学府院 · ") and f" · {DOOR} · " in line
    assert cli.main(["list", "nodes", "--limit", "1", *desk.flags]) == 0
    (node,) = capsys.readouterr().out.splitlines()
    assert "{" not in node and "锦澜社区" in node


# -- writing -------------------------------------------------------------------------------------------------------


def test_log_sync_and_find_it_again(desk: Desk, run: Run) -> None:
    said = "楼道灯不亮"
    logged = run("log", "--household", DOOR, "--outcome", "met", "--said", said, *desk.flags)
    assert logged["no"].startswith("Z26-02-")
    (visit,) = [v for v in run("list", "visits", *desk.flags) if v["no"] == logged["no"]]
    assert (visit["id"], visit["said"], visit["road"]) == (logged["visit"], said, "here")
    first = run("sync", *desk.flags)
    assert (first["sent"], first["conflicts"], first["rejected"]) == (2, 0, 0)
    assert run("sync", *desk.flags)["sent"] == 0
    (visit,) = [v for v in run("list", "visits", *desk.flags) if v["no"] == logged["no"]]
    assert visit["road"] != "here"


def test_the_folder_of_the_practice_community_is_its_laptop(desk: Desk, run: Run) -> None:
    flags = ["--profile", str(desk.folder), *desk.flags[2:]]
    assert run("doctor", *flags)["healthy"] is True
    assert run("sync", *flags)["rejected"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (("--said", "身份证 11010519491231002X"), "field_invalid", "said"),
        (("--on", "2027-01-01"), "field_invalid", "visited_on"),
        (("--on", "昨天"), "field_invalid", "visited_on"),
        (("--next-on", "2026-02-30", "--on", "2026-01-01"), "field_invalid", "next_on"),
        (("--next-on", "2026-01-01"), "field_invalid", "next_on"),
        (("--household", "XF-99-9-999"), "not_found", ""),
    ],
)
def test_what_cannot_be_logged_is_not(
    desk: Desk, run: Run, refused: Run, arguments: tuple[str, ...], code: str, field: str
) -> None:
    before = len(run("list", "visits", *desk.flags))
    error = refused("log", "--household", DOOR, "--outcome", "met", *arguments, *desk.flags)
    assert (error["code"], error["field"]) == (code, field)
    assert len(run("list", "visits", *desk.flags)) == before


def test_a_rescheduled_visit_needs_a_day(desk: Desk, run: Run, refused: Run) -> None:
    call = ("log", "--household", DOOR, "--outcome", "rescheduled", *desk.flags)
    assert refused(*call)["field"] == "next_on"
    assert run(*call, "--next-on", "2026-11-27", "--next-step", "再来")["no"]


def test_a_file_leaves_for_a_purpose_and_a_recipient(
    desk: Desk, tmp_path: Path, run: Run, refused: Run
) -> None:
    call = ("report", "weekly", "--period", "2026-W47", "--out", str(tmp_path), *desk.flags)
    error = refused(*call)
    assert (error["code"], error["field"]) == ("field_invalid", "export_purpose")
    assert not list(tmp_path.glob("*.xlsx"))
    secret = tmp_path / "secret"
    secret.write_text("short\n")
    locked = (*call, *FOR, "--zip-passphrase-file", str(secret))
    assert refused(*locked)["field"] == "zip_passphrase"
    secret.write_text("KXM2P-9QRST-ABCDE\n")
    (file,) = run(*locked)["files"]
    assert file.endswith(".xlsx.zip") and Path(file).exists() and not list(tmp_path.glob("*.xlsx"))
    assert run(*call)["files"], "purpose and recipient are remembered"
    assert refused(*call, "--zip-passphrase-file", str(tmp_path / "none"))["code"] == "passphrase_needed"


def test_report_writes_what_it_says(desk: Desk, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "a" / "b"
    flags = ("--period", "2026-W47", "--format", "xlsx,html", "--out", str(out), *desk.flags)
    made = run("report", "weekly", *flags, *FOR)
    assert made["period"] == "2026-W47" and made["total"]["visits"]["attempts"] > 0
    assert [Path(name).suffix for name in made["files"]] == [".xlsx", ".html"]
    assert all(Path(name).stat().st_size > 1000 for name in made["files"])
    assert {path.name for path in out.iterdir()} == {Path(name).name for name in made["files"]}


@pytest.mark.parametrize(
    ("kind", "period", "title"),
    [
        ("monthly", "2026-11", "月报（2026年11月）"),
        ("quarterly", "2026-Q4", "季分析"),
        ("annual", "2026", "亮晒"),
    ],
)
def test_every_kind_of_period_is_written(
    desk: Desk, tmp_path: Path, run: Run, refused: Run, kind: str, period: str, title: str
) -> None:
    flags = ("--format", "html", "--out", str(tmp_path), *desk.flags)
    (file,) = run("report", kind, "--period", period, *flags, *FOR)["files"]
    text = Path(file).read_text("utf-8")
    assert title in text
    assert ("重点诉求" in text) == (kind != "annual")  # the public edition holds counts only
    assert refused("report", kind, "--period", "2026-W47", *flags)["code"] == "period_invalid"


def test_a_period_that_has_not_begun_is_refused(desk: Desk, tmp_path: Path, refused: Run) -> None:
    error = refused("report", "monthly", "--period", "2026-12", "--out", str(tmp_path / "o"), *desk.flags)
    assert error["code"] == "period_ahead" and "2026-12-01" in error["what"]
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("kind", ["visits", "demands", "lists", "deliberation"])
def test_a_ledger_is_written_for_any_period(kind: str, desk: Desk, tmp_path: Path, run: Run) -> None:
    import openpyxl

    out = tmp_path / "out"
    flags = ("--format", "xlsx,csv", "--out", str(out), *desk.flags, *FOR)
    made = run("ledger", kind, "--period", "2026-Q4", *flags)
    assert (made["period"], made["ledger"], len(made["files"])) == ("2026-Q4", kind, 2)
    text = next(Path(name) for name in made["files"] if name.endswith(".csv")).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and "演示".encode() in text
    book = openpyxl.load_workbook(next(name for name in made["files"] if name.endswith(".xlsx")))
    rows = sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int))
    assert rows == made["rows"] and (rows > 10 or kind != "visits")
    assert run("ledger", kind, *flags)["period"] == "2026-W47"


def test_names_leave_only_with_a_reason(desk: Desk, tmp_path: Path, run: Run, refused: Run) -> None:
    call = ("ledger", "visits", "--format", "csv", "--out", str(tmp_path), *desk.flags, *FOR)
    (name,) = run(*call)["files"]
    masked = Path(name).read_text("utf-8-sig")
    assert run(*call, "--unmask", "入户核对")["files"] == [name]
    whole = Path(name).read_text("utf-8-sig")
    door = re.compile(r",[^,]* \d+-\d+-\d+,")
    assert door.search(whole) and not door.search(masked)
    assert refused(*call, "--period", "2026-13")["code"] == "period_invalid"


def test_a_report_leaves_the_folder_as_it_was(desk: Desk, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "open"
    out.mkdir(mode=0o755)
    out.chmod(0o755)
    (out / "mine.txt").write_text("x")
    run("report", "weekly", "--out", str(out), *desk.flags, *FOR)
    assert out.stat().st_mode & 0o777 == 0o755
    assert (out / "mine.txt").read_text() == "x"


def test_a_report_into_a_file_is_refused(desk: Desk, tmp_path: Path, refused: Run) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        error = refused("report", "weekly", "--out", str(out), *desk.flags, *FOR)
        assert error["code"] == "target_not_writable"


def test_a_form_is_filled_with_what_the_report_says(
    desk: Desk, tmp_path: Path, run: Run, refused: Run
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = "项目", "走访户次"
    book.active["B1"] = "本周"
    form, mapping = tmp_path / "街道表.xlsx", tmp_path / "m.json"
    book.save(form)
    place = {"figure": "visits.attempts", "left": ["走访户次"], "above": ["本周"]}
    mapping.write_text(json.dumps({"version": 1, "places": [place]}))
    figures = run("report", "weekly", "--out", str(tmp_path), *desk.flags, *FOR)["figures"]
    call = (
        "fill",
        "--template",
        str(form),
        "--mapping",
        str(mapping),
        "--out",
        str(tmp_path / "out"),
        *desk.flags,
    )
    filled = Path(run(*call)["file"])
    assert openpyxl.load_workbook(filled).active["B2"].value == figures["visits.attempts"] > 0

    filled.unlink()
    mapping.write_text(json.dumps({"version": 1, "places": [place, {**place, "left": ["没有"]}]}))
    assert refused(*call)["code"] == "place_not_found"
    assert list(filled.parent.iterdir()) == []


@pytest.mark.usefixtures("qapp")
def test_the_plan_is_shown_accepted_and_printed(desk: Desk, tmp_path: Path, run: Run) -> None:
    week = ("--period", "2026-W49")
    shown = run("plan", *week, *desk.flags)
    assert shown["accepted"] == 0 and shown["planned"] == [] and shown["proposed"]
    assert all(
        one["reason"] and one["planned_on"] and one["target"] and one["door"] for one in shown["proposed"]
    )
    accepted = run("plan", *week, "--accept", *desk.flags)
    assert accepted["accepted"] == len(accepted["planned"]) == len(shown["proposed"])
    assert accepted["total"]["planned"] == accepted["accepted"]
    assert run("plan", *week, *desk.flags)["proposed"] == []
    out = tmp_path / "paper"
    made = run("walklist", *week, "--format", "pdf,html", "--out", str(out), *desk.flags)
    assert made["households"] == accepted["accepted"]
    pdf, html = (Path(name) for name in made["files"])
    assert pdf.read_bytes()[:5] == b"%PDF-"
    paper = html.read_text("utf-8")
    doors = [one["door"] for one in accepted["planned"]]
    assert all(f">{door}<" in paper for door in doors) and "100-0000-" not in paper
    day = accepted["planned"][0]["planned_on"]
    on_day = run("walklist", *week, "--on", day, "--format", "html", "--out", str(out), *desk.flags)
    assert on_day["households"] == sum(one["planned_on"] == day for one in accepted["planned"])


def test_the_roster_is_listed(desk: Desk, run: Run) -> None:
    rows = run("roster", "--period", "2026-W47", *desk.flags)
    assert {row["area"] for row in rows} == {"锦澜社区", "第一网格", "第二网格"}
    assert all(row["member"].startswith("演示·") for row in rows)


@pytest.mark.parametrize("period", ["2026-W54", "2026-47", "今年"])
def test_a_week_that_is_none(desk: Desk, refused: Run, period: str) -> None:
    assert refused("report", "weekly", "--period", period, *desk.flags)["code"] == "period_invalid"
    assert refused("list", "visits", "--period", period, *desk.flags)["code"] == "period_invalid"


# -- the profile ---------------------------------------------------------------------------------------------------


def founded(folder: Path, file: Path) -> list[str]:
    file.write_text("一句够长的新口令\r\n", "utf-8")
    return ["--profile", str(folder), "--passphrase-file", str(file)]


def test_new_and_alone(tmp_path: Path, run: Run, refused: Run) -> None:
    flags = founded(tmp_path / "own", tmp_path / "pw")
    assert run("new", *REAL, *flags) == {"community": "青石社区", "code": "330481001001", "login": "shuji"}
    assert run("sync", *flags) == {"alone": True}
    assert run("doctor", *flags)["findings"] == []
    assert refused("new", *REAL, *flags)["code"] == "profile_exists"


@pytest.mark.parametrize(
    ("flag", "value", "code"),
    [
        ("--code", "12", "field_invalid"),
        ("--code", "990481001001", "practice_mix"),
        ("--name", "", "field_invalid"),
        ("--secretary", "x" * 60, "field_invalid"),
        ("--login", "", "field_invalid"),
    ],
)
def test_a_community_that_is_refused_leaves_nothing(
    tmp_path: Path, run: Run, refused: Run, flag: str, value: str, code: str
) -> None:
    flags = founded(tmp_path / "own", tmp_path / "pw")
    bad = list(REAL)
    bad[bad.index(flag) + 1] = value
    assert refused("new", *bad, *flags)["code"] == code
    assert refused("doctor", *flags)["code"] == "profile_missing"
    assert run("new", *REAL, *flags)["login"] == "shuji"


def test_new_practice(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = community.founding_drafts
    monkeypatch.setattr(community, "founding_drafts", lambda: whole(scale=Size.tiny()))
    flags = founded(tmp_path / "own", tmp_path / "pw")
    assert run("new", "--practice", *flags)["code"].startswith("99")
    assert len(run("list", "households", *flags)) == 96
    assert run("sync", *flags) == {"alone": True}


def at_an_address(database: ServerDatabase) -> Callable[..., InProcessTransport]:
    """What makes a transport to the server of `database`, which has the address that was asked for."""

    def made(url: str, **_: object) -> InProcessTransport:
        transport = practice_desk._transport(database)
        vars(transport)["url"] = url
        return transport

    return made


def test_join_and_the_codes_it_takes(
    desk: Desk, tmp_path: Path, run: Run, refused: Run, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    data = ["--data", str(desk.folder / "server"), "--json"]
    assert server_main(["invite", "--login", "mg101", *data]) == 0
    code = json.loads(capsys.readouterr().out)["code"]
    flags = founded(tmp_path / "second", tmp_path / "pw")
    database = ServerDatabase.open(desk.folder / "server", Clock())

    monkeypatch.setattr("gridworker.sync.transport.http.HttpTransport", at_an_address(database))
    server = ("--server", "https://street.example.cn", "--code")
    missing = str(tmp_path / "ca.pem")
    assert refused("join", *server, code, "--ca", missing, *flags)["code"] == "authority_invalid"
    assert refused("join", *server, code, *flags)["code"] == "practice_mix"
    assert refused("join", *server, "AAAA-AAAA-AAAA", "--practice", *flags)["code"] == "code_invalid"
    joined = run("join", *server, code, "--practice", *flags)
    assert joined["login"] == "mg101" and joined["received"] > 0
    again = founded(tmp_path / "third", tmp_path / "pw")
    assert refused("join", *server, code, "--practice", *again)["code"] == "code_invalid"
    assert 0 < len(run("list", "households", *flags)) < 96
    assert run("sync", *flags)["received"] == 0
    database.close()


def test_a_community_that_started_alone_is_brought_to_a_server(
    tmp_path: Path,
    run: Run,
    refused: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = founded(tmp_path / "own", tmp_path / "pw")
    run("new", *REAL, *flags)
    slot = ["--data", str(tmp_path / "slot"), "--json"]
    assert server_main(["init", "--adopt", *slot]) == 0
    code = json.loads(capsys.readouterr().out)["code"]
    database = ServerDatabase.open(tmp_path / "slot", Clock())
    monkeypatch.setattr("gridworker.sync.transport.http.HttpTransport", at_an_address(database))
    server = ("--server", "https://street.example.cn", "--code")
    assert refused("join", "--adopt", *server, "AAAA-AAAA-AAAA", *flags)["code"] == "code_invalid"
    brought = run("join", "--adopt", *server, code, *flags)
    assert brought["login"] == "shuji" and brought["received"] == 6
    assert run("join", "--adopt", *server, code, *flags)["received"] == 0  # once more is an ordinary exchange
    assert refused("join", "--adopt", "--server", "https://b.example", "--code", code, *flags)["code"] == (
        "already_joined"
    )
    late = founded(tmp_path / "late", tmp_path / "pw")
    run("new", *REAL, *late)
    assert refused("join", "--adopt", *server, code, *late)["code"] == "server_occupied"
    capsys.readouterr()
    assert cli.main(["join", "--adopt", *server, code, *late]) == 1
    assert f"import --from-profile {tmp_path / 'late'}" in capsys.readouterr().err  # and the way that is left
    assert server_main(["invite", "--login", "shuji", *slot]) == 0
    database.close()


def test_join_needs_encryption(tmp_path: Path, refused: Run) -> None:
    flags = founded(tmp_path / "own", tmp_path / "pw")
    error = refused("join", "--server", "http://street.example.cn", "--code", "x", *flags)
    assert error["code"] == "plain_http_refused" and "http://street.example.cn" in error["what"]
    assert not (tmp_path / "own").exists()


def test_a_backup_takes_nothing_away(desk: Desk, tmp_path: Path, run: Run) -> None:
    place = tmp_path / "stick"
    place.mkdir()
    (place / "letters.txt").write_text("mine")
    first, second = (run("backup", "--to", str(place), *desk.flags) for _ in range(2))
    assert first["backup"] != second["backup"] and first["bytes"] > 0
    assert (place / "letters.txt").read_text() == "mine"
    kept = Path(run("backup", *desk.flags)["backup"])
    assert kept.parent == desk.laptop / "backups"


def test_a_backup_is_restored_as_a_new_incarnation(
    desk: Desk, tmp_path: Path, run: Run, refused: Run
) -> None:
    run("log", "--household", DOOR, "--outcome", "met", "--said", "留着", *desk.flags)
    made = run("backup", "--to", str(tmp_path / "copies"), *desk.flags)["backup"]
    flags = ["--profile", str(tmp_path / "back"), *desk.flags[2:]]
    assert run("restore", made, *flags) == {"restored": str(tmp_path / "back"), "community": "锦澜社区"}
    assert any(visit["said"] == "留着" for visit in run("list", "visits", *flags))
    assert (desk.laptop / "incarnation").read_text() != (tmp_path / "back" / "incarnation").read_text()
    assert run("doctor", *flags)["healthy"] is True
    assert refused("restore", made, *flags)["code"] == "profile_exists"
    assert not list((tmp_path / "back").glob("*.part"))


def test_a_backup_that_is_none_changes_nothing(desk: Desk, tmp_path: Path, run: Run, refused: Run) -> None:
    flags = ["--profile", str(tmp_path / "back"), *desk.flags[2:]]
    assert refused("restore", str(tmp_path), *flags)["code"] == "backup_invalid"
    copy = Path(run("backup", "--to", str(tmp_path / "copies"), *desk.flags)["backup"])
    whole = (copy / "database.db").read_bytes()
    (copy / "database.db").write_bytes(whole[:9000] + bytes(4096) + whole[13096:])
    assert refused("restore", str(copy), *flags)["code"] == "backup_invalid"
    assert not (tmp_path / "back" / "gridworker.db").exists()
    assert {path.name for path in copy.iterdir()} == {"database.db", "keys.json"}
    (copy / "database.db").write_bytes(whole)
    assert run("restore", str(copy), *flags)["community"] == "锦澜社区"


def test_the_doctor_finds_a_wrong_figure(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(desk.laptop, practice_desk.PASSPHRASE)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE household_stat SET last_met_on = '2020-01-01'")
    store.close()
    assert cli.main(["doctor", "--json", *desk.flags]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is False and "household_stat" in found["findings"][0]


# -- passphrases and other trouble ---------------------------------------------------------------------------------


def test_a_wrong_passphrase(desk: Desk, run: Run, refused: Run) -> None:
    error = refused("list", "drafts", *desk.flags_with("ein falsches Wort"))
    assert error["code"] == "wrong_passphrase" and "1" in error["what"]
    assert run("list", "drafts", *desk.flags) == []


def test_a_passphrase_file_from_a_windows_editor(desk: Desk, run: Run) -> None:
    desk.passphrase_file.write_bytes(b"\xef\xbb\xbf" + practice_desk.PASSPHRASE.encode() + b"\r\nmore\r\n")
    assert run("list", "drafts", *desk.flags) == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_passphrase_that_cannot_be_read(
    desk: Desk, tmp_path: Path, refused: Run, content: bytes | None
) -> None:
    file = tmp_path / "pw"
    if content:
        file.write_bytes(content)
    error = refused("doctor", "--profile", str(desk.laptop), "--passphrase-file", str(file))
    assert error["code"] == "passphrase_needed" and str(file) in error["what"]


def test_nobody_to_ask(desk: Desk, refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("typed\n"))
    assert refused("doctor", "--profile", str(desk.laptop))["code"] == "passphrase_needed"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_typed_at_a_terminal(desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: practice_desk.PASSPHRASE)
    assert run("doctor", "--profile", str(desk.laptop))["healthy"] is True


def test_a_new_passphrase_is_typed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["first try 1", "first trz 1", "一句够长的新口令", "一句够长的新口令"])
    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(typed))
    folder = str(tmp_path / "own")
    assert cli.main(["new", *REAL, "--profile", folder, "--language", "en"]) == 0
    assert "differ" in capsys.readouterr().err
    flags = founded(tmp_path / "own", tmp_path / "pw")
    assert cli.main(["doctor", *flags]) == 0


def test_errors_as_text_go_to_stderr_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = founded(tmp_path / "own", tmp_path / "pw")
    for language, words in (("zh_CN", "没有网格工作台的数据"), ("en", "holds no Gridworker data")):
        assert cli.main(["doctor", "--language", language, *flags]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert words in printed.err and printed.err.strip().endswith("[profile_missing]")


def test_what_nobody_foresaw_is_said_too(desk: Desk, refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise LookupError("张三 13800000000")

    monkeypatch.setattr("gridworker.store.queries.health.examine", stumble)
    error = refused("doctor", *desk.flags)
    assert error["code"].startswith("internal/LookupError/profiles:")
    assert "张三" not in json.dumps(error, ensure_ascii=False)


@pytest.mark.parametrize(("number", "code"), [(13, "folder_read_only"), (28, "disk_full"), (5, "internal")])
def test_what_the_system_refuses_is_said(
    desk: Desk, refused: Run, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "refused", "/some/place")

    monkeypatch.setattr("gridworker.store.queries.health.examine", refuse)
    error = refused("doctor", *desk.flags)
    assert error["code"].split("/")[0] == code
    assert ("/some/place" in error["what"]) is (code != "internal")


def test_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gridworker.store.queries.health.examine", interrupt)
    assert cli.main(["doctor", *desk.flags]) == 130
    monkeypatch.undo()
    assert cli.main(["doctor", *desk.flags]) == 0  # and the profile was closed


# -- window, demo, self-test ---------------------------------------------------------------------------------------


def test_no_verb_opens_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "run_window", lambda call: 40 + len(call.arguments.profile))
    assert cli.main(["--profile", "xy"]) == 42


def test_demo_opens_the_practice_community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "run_practice", lambda _call: 0)
    assert wrong("demo") == 0


def without_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_display_the_window_says_so(refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    without_display(monkeypatch)
    assert refused()["code"] == "no_display"


def test_without_a_display_the_demo_is_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_display(monkeypatch)
    played: list[str] = []

    def play(call: Any) -> dict[str, object]:
        played.append(call.arguments.out)
        return {"failed": False}

    monkeypatch.setattr(story, "play", play)
    assert cli.main(["demo", "--out", "somewhere", "--language", "en"]) == 0
    assert played == ["somewhere"]
    assert "somewhere" in capsys.readouterr().err


def test_a_failed_story_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "play", lambda _call: {"failed": True})
    assert cli.main(["demo", "--headless", "--json"]) == 1


def test_a_failed_self_test_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridworker.commands.self_test.run", lambda: {"healthy": False, "findings": ["x"]})
    assert cli.main(["--self-test", "--json"]) == 1


def test_the_log_of_a_lost_database_is_not_played_into_the_restored_one(
    desk: Desk, tmp_path: Path, run: Run
) -> None:
    made = run("backup", "--to", str(tmp_path / "copies"), *desk.flags)["backup"]
    store = Store.open(desk.laptop, practice_desk.PASSPHRASE)
    store.set_state({"later": b"than the backup"})
    log = (desk.laptop / "gridworker.db-wal").read_bytes()
    store.close()
    (desk.laptop / "gridworker.db").unlink()
    (desk.laptop / "gridworker.db-wal").write_bytes(log)
    flags = ["--profile", str(desk.laptop), *desk.flags[2:]]
    assert run("restore", made, *flags)["community"] == "锦澜社区"
    assert run("doctor", *flags)["healthy"] is True
    store = Store.open(desk.laptop, practice_desk.PASSPHRASE)
    assert store.state("later") is None
    store.close()
    assert (desk.laptop / "gridworker.db-wal.lost").read_bytes() == log


@pytest.mark.parametrize("name", ["1/2栋网格", "..\\..\\x", "a:b*?"])
def test_a_nodes_name_never_leads_out_of_the_folder(desk: Desk, tmp_path: Path, run: Run, name: str) -> None:
    store = Store.open(desk.laptop, practice_desk.PASSPHRASE)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE area_unit SET name = ? WHERE parent_id IS NULL", (name,))
    store.close()
    out = tmp_path / "out"
    made = run(
        "report", "weekly", "--period", "2026-W47", "--node", name, "--out", str(out), *desk.flags, *FOR
    )
    (file,) = (Path(path) for path in made["files"])
    assert file.parent == out and file.exists() and not set(file.name) & set('\\/:*?"<>|')
