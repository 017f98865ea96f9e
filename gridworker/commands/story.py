"""`gridworker demo --headless`: the story so far with real processes and real files. A server and three laptops; a week
planned and its walk list written, visits logged without a network, a draft that outlives a power cut, all sent when the
network comes back and counted in the weekly table; what must be refused is refused. Prints one account of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridworker.commands.call import Call
from gridworker.errors import ProfileExists, StepFailed
from gridworker.files import plain_errors

CHIEF, SECRETARY, STEWARD = "wangge06", "shuji", "mg1602"
SAID = "坡道的事告诉她了，物业已来量尺寸。她说 2 单元门口的灯晚上太暗。"
NEXT_WEEK = "2026-W48"
_READY_SECONDS = 30


@dataclass
class Account:
    """What was done: each step with what it found and how long it took."""

    steps: list[dict[str, object]] = field(default_factory=list)
    failed: bool = False

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, object]]:
        """Time one step; an error ends the story and stays in the account."""
        facts: dict[str, object] = {"step": name, "ok": True}
        begun = time.perf_counter()
        try:
            yield facts
        except Exception as error:
            facts |= {"ok": False, "error": f"{type(error).__name__}: {error}"}
            self.failed = True
            raise StepFailed(step=name) from error
        finally:
            facts["seconds"] = round(time.perf_counter() - begun, 2)
            self.steps.append(facts)


@dataclass(frozen=True)
class Cast:
    """Who plays: folders of the server and the laptops, and the file with the passphrase."""

    out: Path

    @property
    def passphrase(self) -> Path:
        return self.out / "passphrase.txt"

    def laptop(self, login: str, *arguments: str, fails: bool = False) -> Any:
        """Run one verb on a laptop; its JSON answer. `fails`: it must be refused, and the refusal is the answer."""
        flags = ["--profile", str(self.out / login), "--passphrase-file", str(self.passphrase), "--json"]
        return _run([sys.executable, "-m", "gridworker", *flags, *arguments], fails=fails)

    def server(self, *arguments: str) -> Any:
        flags = ["--data", str(self.out / "server"), "--json"]
        return _run([sys.executable, "-m", "gridworker.server", *arguments, *flags])

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """A real server process for the length of the block; gives its address."""
        command = [
            sys.executable,
            "-m",
            "gridworker.server",
            "serve",
            "--data",
            str(self.out / "server"),
            "--json",
        ]
        log = (self.out / "server.log").open("ab")
        process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, stderr=log)
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            process.wait(_READY_SECONDS)
            process.stdout.close()
            log.close()


def _run(command: list[str], *, fails: bool = False) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    answer = json.loads(done.stdout.strip().split("\n")[-1]) if done.stdout.strip() else {}
    if (done.returncode != 0) is not fails:
        raise ValueError(f"{' '.join(command[2:])}: exit {done.returncode}: {answer or done.stderr[-400:]}")
    return answer


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
    with account.step("server: invent the practice community") as facts:
        facts |= cast.server("init", "--practice")
    with _served(cast, account) as url:
        port = int(url.rsplit(":", 1)[1])
        for login in (CHIEF, SECRETARY, STEWARD):
            _join(cast, account, login, url)
        _nothing_without_a_code(cast, account, url)
    _monday(cast, account)
    no = _offline_visit(cast, account)
    _power_cut(cast, account)
    with _served(cast, account, port):
        _send_and_receive(cast, account, no)
        _plan_travels(cast, account)
    _week(cast, account, no)
    _refusals(cast, account)
    _check_and_back_up(cast, account)
    _pictures(cast, account)


@contextmanager
def _served(cast: Cast, account: Account, port: int = 0) -> Iterator[str]:
    """A server for the length of the block; that it starts is a step of its own."""
    with ExitStack() as stack:
        with account.step("server: listens") as facts:
            url = stack.enter_context(cast.serving(port))
            facts["url"] = url
        yield url


def _join(cast: Cast, account: Account, login: str, url: str) -> None:
    with account.step(f"{login}: join with a one-time code") as facts:
        code = cast.server("invite", "--login", login)["code"]
        facts |= cast.laptop(login, "join", "--server", url, "--code", code, "--practice")
        _expect(facts, "received", lambda rows: rows > 0)


def _nothing_without_a_code(cast: Cast, account: Account, url: str) -> None:
    with account.step("a used or invented code opens nothing") as facts:
        used = cast.laptop(
            "stranger", "join", "--server", url, "--code", "AAAA-AAAA-AAAA", "--practice", fails=True
        )
        facts["refused"] = used["error"]["code"]
        _expect(facts, "refused", lambda code: code == "code_invalid")


def _monday(cast: Cast, account: Account) -> None:
    """The steward plans the week to come and prints it; nothing of it needs a network."""
    with account.step(f"{STEWARD}: accepts the plan of the coming week") as facts:
        plan = cast.laptop(STEWARD, "plan", "--period", NEXT_WEEK, "--accept")
        facts |= {"accepted": plan["accepted"], "planned": len(plan["planned"])}
        facts["without_reason"] = sum(not row["reason"] for row in plan["planned"])
        _expect(facts, "accepted", lambda count: count > 0)
        _expect(facts, "without_reason", lambda count: count == 0)
        again = cast.laptop(STEWARD, "plan", "--period", NEXT_WEEK, "--accept")
        facts["accepted_again"] = again["accepted"]
        _expect(facts, "accepted_again", lambda count: count == 0)
    with account.step(f"{STEWARD}: the walk list is written to be printed") as facts:
        out = str(cast.out / "walklist")
        facts |= cast.laptop(STEWARD, "walklist", "--period", NEXT_WEEK, "--format", "pdf,html", "--out", out)
        paper = next(Path(name) for name in facts["files"] if name.endswith(".html")).read_text("utf-8")  # type: ignore[attr-defined]
        facts["phones"] = paper.count("100-0000-")
        _expect(facts, "households", lambda count: count >= plan["accepted"])
        _expect(facts, "phones", lambda count: count == 0)
    with account.step(f"{STEWARD}: a planned visit in the stairwell ends its item") as facts:
        planned = cast.laptop(STEWARD, "plan")["planned"]
        row = next(r for r in planned if r["state"] == "planned" and r["target"] == "household")
        facts |= cast.laptop(STEWARD, "log", "--household", row["code"], "--outcome", "met", "--said", SAID)
        after = cast.laptop(STEWARD, "plan")["planned"]
        facts["state"] = next(r["state"] for r in after if r["code"] == row["code"])
        _expect(facts, "state", "done".__eq__)


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
            process.wait(_READY_SECONDS)
        facts["drafts"] = [row["door"] for row in cast.laptop(CHIEF, "list", "drafts")]
        _expect(facts, "drafts", [home["door"]].__eq__)


def _plan_travels(cast: Cast, account: Account) -> None:
    with account.step(f"{SECRETARY}: sees the steward's plan once both have synced") as facts:
        facts |= cast.laptop(STEWARD, "sync")
        cast.laptop(SECRETARY, "sync")
        node = ("--period", NEXT_WEEK, "--node", "1602 微网格")
        plans = [cast.laptop(login, "plan", *node)["planned"] for login in (STEWARD, SECRETARY)]
        facts["planned"] = [len(plan) for plan in plans]
        _expect(facts, "planned", lambda counts: counts[0] == counts[1] > 0)
        facts["on_duty"] = len(cast.laptop(SECRETARY, "roster"))
        _expect(facts, "on_duty", lambda count: count > 0)


def _offline_visit(cast: Cast, account: Account) -> str:
    with account.step(f"{CHIEF}: find 3-2-501 and log a visit without a network") as facts:
        home = next(row for row in cast.laptop(CHIEF, "search", "3-2-501") if row["door"] == "3-2-501")
        facts |= cast.laptop(CHIEF, "log", "--household", home["code"], "--outcome", "met", "--said", SAID)
        facts |= {"door": home["door"], "estate": home["estate"]}
    with account.step(f"{CHIEF}: the server is away, nothing is lost") as facts:
        facts["refused"] = cast.laptop(CHIEF, "sync", fails=True)["error"]["code"]
        _expect(facts, "refused", lambda code: code == "server_away")
    return str(account.steps[-2]["no"])


def _send_and_receive(cast: Cast, account: Account, no: str) -> None:
    with account.step(f"{CHIEF}: the network is back, the visit is sent") as facts:
        facts |= cast.laptop(CHIEF, "sync")
        _expect(facts, "sent", lambda ops: ops == 2)
    with account.step(f"{CHIEF}: once more sends nothing twice") as facts:
        facts |= cast.laptop(CHIEF, "sync")
        _expect(facts, "sent", lambda ops: ops == 0)
    with account.step(f"{SECRETARY}: receives it") as facts:
        facts |= cast.laptop(SECRETARY, "sync")
        visits = cast.laptop(SECRETARY, "list", "visits", "--period", "2026-W47")
        facts["found"] = [row["said"] for row in visits if row["no"] == no]
        _expect(facts, "found", lambda found: found == [SAID])


def _week(cast: Cast, account: Account, no: str) -> None:
    with account.step(f"{SECRETARY}: the weekly table holds the visit") as facts:
        out = str(cast.out / "report")
        written = cast.laptop(
            SECRETARY, "report", "weekly", "--period", "2026-W47", "--format", "xlsx,html", "--out", out
        )
        facts |= {"files": written["files"], "attempts": written["total"]["attempts"]}
        listed = len(cast.laptop(SECRETARY, "list", "visits", "--period", "2026-W47"))
        book = next(name for name in written["files"] if name.endswith(".xlsx"))
        with zipfile.ZipFile(book) as archive:
            texts = archive.read("xl/sharedStrings.xml").decode("utf-8")
        facts["in_workbook"] = no in texts
        facts["void"] = listed - int(written["total"]["attempts"])
        _expect(facts, "in_workbook", bool)
        _expect(facts, "void", lambda void: 0 <= void < 5)


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
            _expect(facts, "refused", expected.__eq__)


def _check_and_back_up(cast: Cast, account: Account) -> None:
    for login in (CHIEF, SECRETARY):
        with account.step(f"{login}: the doctor finds nothing") as facts:
            facts |= cast.laptop(login, "doctor")
    with account.step(f"{SECRETARY}: a backup is written and restored") as facts:
        made = cast.laptop(SECRETARY, "backup", "--to", str(cast.out / "copy"))
        facts |= cast.laptop("restored", "restore", made["backup"])
        facts["visits"] = len(cast.laptop("restored", "list", "visits", "--period", "2026-W47"))


def _pictures(cast: Cast, account: Account) -> None:
    with account.step("a picture of every page") as facts:
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
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
            env=environment,
        )
        if done.returncode:
            raise ValueError(done.stderr[-400:])
        facts |= json.loads(done.stdout.strip().split("\n")[-1])


def _expect(facts: dict[str, object], name: str, holds: Callable[[Any], bool]) -> None:
    if not holds(facts[name]):
        raise ValueError(f"{name} is {facts[name]!r}")
