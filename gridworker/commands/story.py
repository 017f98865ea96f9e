"""`gridworker demo --headless`: the story with real processes and files. A server and three laptops; a week planned
and its walk list written, visits logged without a network, a draft that outlives a power cut, all counted in the weekly
table; a day of the office (story_office) and its Friday (story_friday); what must be refused is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridworker.commands.call import Call
from gridworker.commands.stage import CHIEF, READY_SECONDS, SECRETARY, STEWARD, Account, Cast, expect, served
from gridworker.commands.story_demands import days_of_demands
from gridworker.commands.story_friday import friday
from gridworker.commands.story_office import office_day
from gridworker.errors import ProfileExists, StepFailed
from gridworker.files import plain_errors

SAID = "坡道的事告诉她了，物业已来量尺寸。她说 2 单元门口的灯晚上太暗。"
NEXT_WEEK = "2026-W48"


def play(call: Call) -> dict[str, object]:
    """Play the story into `--out`; the account says `failed` if a step did not do what it must."""
    out = _cleared(Path(call.arguments.out).resolve())
    cast, account = Cast(out), Account()
    _keep(out, Account(failed=True))
    cast.passphrase.write_text("lianxi-practice\n", "utf-8")
    try:
        _play(cast, account)
    except StepFailed:
        account.failed = True
    except Exception as error:  # noqa: BLE001 - what goes wrong between two steps belongs into the account too
        account.fail("between the steps", error)
    finally:
        cast.close()
    return _keep(out, account)


def _cleared(out: Path) -> Path:
    """`out`, empty. Only what an earlier story wrote is cleared away: raises ProfileExists for anything else."""
    if out.exists():
        if not out.is_dir() or (any(out.iterdir()) and not (out / "account.json").exists()):
            raise ProfileExists(folder=str(out))
        shutil.rmtree(out)
    with plain_errors(out):
        out.mkdir(parents=True)
    return out


def _keep(out: Path, account: Account) -> dict[str, object]:
    """The account, also as `account.json`, which marks the folder as a story's."""
    result: dict[str, object] = {"failed": account.failed, "out": str(out), "steps": account.steps}
    (out / "account.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), "utf-8")
    return result


def _play(cast: Cast, account: Account) -> None:
    with _drawing(cast) as drawing:
        _days(cast, account)
        _pictures(cast, account, drawing)


def _days(cast: Cast, account: Account) -> None:
    with account.step("server: invent the practice community") as facts:
        facts |= cast.server("init", "--practice")
    with served(cast, account) as url:
        port = int(url.rsplit(":", 1)[1])
        for login in (CHIEF, SECRETARY, STEWARD):
            _join(cast, account, login, url)
        _nothing_without_a_code(cast, account, url)
    _monday(cast, account)
    no = _offline_visit(cast, account)
    _power_cut(cast, account)
    with served(cast, account, port):
        _send_and_receive(cast, account, no)
        _plan_travels(cast, account)
    _week(cast, account, no)
    days_of_demands(cast, account, port)
    office_day(cast, account, port)
    friday(cast, account, port)
    _refusals(cast, account)
    _check_and_back_up(cast, account)


def _join(cast: Cast, account: Account, login: str, url: str) -> None:
    with account.step(f"{login}: join with a one-time code") as facts:
        code = cast.server("invite", "--login", login)["code"]
        facts |= cast.laptop(login, "join", "--server", url, "--code", code, "--practice")
        expect(facts, "received", lambda rows: rows > 0)


def _nothing_without_a_code(cast: Cast, account: Account, url: str) -> None:
    with account.step("a used or invented code opens nothing") as facts:
        used = cast.laptop(
            "stranger", "join", "--server", url, "--code", "AAAA-AAAA-AAAA", "--practice", fails=True
        )
        facts["refused"] = used["error"]["code"]
        expect(facts, "refused", lambda code: code == "code_invalid")


def _monday(cast: Cast, account: Account) -> None:
    """The steward plans the week to come and prints it; nothing of it needs a network."""
    with account.step(f"{STEWARD}: accepts the plan of the coming week") as facts:
        plan = cast.laptop(STEWARD, "plan", "--period", NEXT_WEEK, "--accept")
        facts |= {"accepted": plan["accepted"], "planned": len(plan["planned"])}
        facts["without_reason"] = sum(not row["reason"] for row in plan["planned"])
        expect(facts, "accepted", lambda count: count > 0)
        expect(facts, "without_reason", lambda count: count == 0)
        again = cast.laptop(STEWARD, "plan", "--period", NEXT_WEEK, "--accept")
        facts["accepted_again"] = again["accepted"]
        expect(facts, "accepted_again", lambda count: count == 0)
    with account.step(f"{STEWARD}: the walk list is written to be printed") as facts:
        out = str(cast.out / "walklist")
        facts |= cast.laptop(STEWARD, "walklist", "--period", NEXT_WEEK, "--format", "pdf,html", "--out", out)
        paper = next(Path(name) for name in facts["files"] if name.endswith(".html")).read_text("utf-8")  # type: ignore[attr-defined]
        facts["phones"] = paper.count("100-0000-")
        expect(facts, "households", lambda count: count >= plan["accepted"])
        expect(facts, "phones", lambda count: count == 0)
    with account.step(f"{STEWARD}: a planned visit in the stairwell ends its item") as facts:
        planned = cast.laptop(STEWARD, "plan")["planned"]
        row = next(r for r in planned if r["state"] == "planned" and r["target"] == "household")
        facts |= cast.laptop(STEWARD, "log", "--household", row["code"], "--outcome", "met", "--said", SAID)
        after = cast.laptop(STEWARD, "plan")["planned"]
        facts["state"] = next(r["state"] for r in after if r["code"] == row["code"])
        expect(facts, "state", "done".__eq__)


def _power_cut(cast: Cast, account: Account) -> None:
    with account.step(f"{CHIEF}: the power fails in the middle of an entry, the draft is there") as facts:
        home = cast.laptop(CHIEF, "list", "households", "--limit", "1")[0]
        command = [sys.executable, "-m", "gridworker.commands.half_written", str(cast.out / CHIEF)]
        process = subprocess.Popen(
            [*command, str(cast.passphrase), home["code"], SAID], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        with process.stdout as said:
            facts["typed"] = said.readline().decode().strip()
            process.kill()
            process.wait(READY_SECONDS)
        facts["drafts"] = [row["door"] for row in cast.laptop(CHIEF, "list", "drafts")]
        expect(facts, "drafts", [home["door"]].__eq__)


def _plan_travels(cast: Cast, account: Account) -> None:
    with account.step(f"{SECRETARY}: sees the steward's plan once both have synced") as facts:
        facts |= cast.laptop(STEWARD, "sync")
        cast.laptop(SECRETARY, "sync")
        node = ("--period", NEXT_WEEK, "--node", "1602 微网格")
        plans = [cast.laptop(login, "plan", *node)["planned"] for login in (STEWARD, SECRETARY)]
        facts["planned"] = [len(plan) for plan in plans]
        expect(facts, "planned", lambda counts: counts[0] == counts[1] > 0)
        facts["on_duty"] = len(cast.laptop(SECRETARY, "roster"))
        expect(facts, "on_duty", lambda count: count > 0)


def _offline_visit(cast: Cast, account: Account) -> str:
    with account.step(f"{CHIEF}: find 3-2-501 and log a visit without a network") as facts:
        home = next(row for row in cast.laptop(CHIEF, "search", "3-2-501") if row["door"] == "3-2-501")
        facts |= cast.laptop(CHIEF, "log", "--household", home["code"], "--outcome", "met", "--said", SAID)
        facts |= {"door": home["door"], "estate": home["estate"]}
    with account.step(f"{CHIEF}: the server is away, nothing is lost") as facts:
        facts["refused"] = cast.laptop(CHIEF, "sync", fails=True)["error"]["code"]
        expect(facts, "refused", lambda code: code == "server_away")
    return str(account.steps[-2]["no"])


def _send_and_receive(cast: Cast, account: Account, no: str) -> None:
    with account.step(f"{CHIEF}: the network is back, the visit is sent") as facts:
        facts |= cast.laptop(CHIEF, "sync")
        expect(facts, "sent", lambda ops: ops == 2)
    with account.step(f"{CHIEF}: once more sends nothing twice") as facts:
        facts |= cast.laptop(CHIEF, "sync")
        expect(facts, "sent", lambda ops: ops == 0)
    with account.step(f"{SECRETARY}: receives it") as facts:
        facts |= cast.laptop(SECRETARY, "sync")
        visits = cast.laptop(SECRETARY, "list", "visits", "--period", "2026-W47")
        facts["found"] = [row["said"] for row in visits if row["no"] == no]
        expect(facts, "found", lambda found: found == [SAID])


def _week(cast: Cast, account: Account, no: str) -> None:
    with account.step(f"{SECRETARY}: the weekly table holds the visit") as facts:
        out = str(cast.out / "report")
        written = cast.laptop(
            SECRETARY,
            *("report", "weekly", "--period", "2026-W47", "--format", "xlsx,html", "--ledger", "--out", out),
            *("--purpose", "两委例会", "--recipient", "锦澜社区"),
        )
        facts |= {"files": written["files"], "attempts": written["total"]["visits"]["attempts"]}
        listed = len(cast.laptop(SECRETARY, "list", "visits", "--period", "2026-W47"))
        book = next(name for name in written["files"] if name.endswith(".xlsx"))
        with zipfile.ZipFile(book) as archive:
            texts = archive.read("xl/sharedStrings.xml").decode("utf-8")
        facts["in_workbook"] = no in texts
        facts["void"] = listed - int(written["total"]["visits"]["attempts"])
        expect(facts, "in_workbook", bool)
        expect(facts, "void", lambda void: 0 <= void < 5)


def _refusals(cast: Cast, account: Account) -> None:
    cases = (
        ("an identity number is never stored", "field_invalid", ("--said", "身份证 11010519491231002X")),
        ("a date in the future", "field_invalid", ("--said", "好", "--on", "2027-01-01")),
        ("a household that is not there", "not_found", ("--household", "XF-99-9-999")),
    )
    for name, expected, arguments in cases:
        with account.step(f"refused: {name}") as facts:
            first = () if "--household" in arguments else ("--household", "XF-3-2-501")
            answer = cast.laptop(SECRETARY, "log", *first, "--outcome", "met", *arguments, fails=True)
            facts["refused"] = answer["error"]["code"]
            expect(facts, "refused", expected.__eq__)


def _check_and_back_up(cast: Cast, account: Account) -> None:
    for login in (CHIEF, SECRETARY):
        with account.step(f"{login}: the doctor finds nothing") as facts:
            facts |= cast.laptop(login, "doctor")
    with account.step(f"{SECRETARY}: a backup is written and restored") as facts:
        made = cast.laptop(SECRETARY, "backup", "--to", str(cast.out / "copy"))
        facts |= cast.laptop("restored", "restore", made["backup"])
        facts["visits"] = len(cast.laptop("restored", "list", "visits", "--period", "2026-W47"))


@contextmanager
def _drawing(cast: Cast) -> Iterator[subprocess.Popen[str]]:
    """The pictures of every page, drawn from a community of their own by a process beside the story."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [
        sys.executable,
        "-m",
        "gridworker",
        "--json",
        "screenshots",
        "--out",
        str(cast.out / "pictures"),
    ]
    with (cast.out / "pictures.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=environment
        )
        try:
            yield process
        finally:
            process.kill()  # it has ended long ago, unless the story broke off
            process.communicate()


def _pictures(cast: Cast, account: Account, drawing: subprocess.Popen[str]) -> None:
    with account.step("a picture of every page") as facts:
        said, _ = drawing.communicate(timeout=600)
        if drawing.returncode:
            raise ValueError((cast.out / "pictures.log").read_text("utf-8")[-400:])
        facts |= json.loads(said.strip().split("\n")[-1])
