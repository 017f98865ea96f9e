"""What every chapter of the headless story stands on: the account of its steps, and the processes of server and
laptops."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridworker.errors import StepFailed

CHIEF, SECRETARY, STEWARD, STREET = "wangge07", "shuji", "mg1602", "yunxi"
#: Seconds until a process that was asked to end must have ended.
READY_SECONDS = 30


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
        return run_process([sys.executable, "-m", "gridworker", *flags, *arguments], fails=fails)

    def server(self, *arguments: str) -> Any:
        flags = ["--data", str(self.out / "server"), "--json"]
        return run_process([sys.executable, "-m", "gridworker.server", *arguments, *flags])

    def server_rows(self, *arguments: str) -> list[Any]:
        """The answer of a server verb that prints a document for each row."""
        flags = ["--data", str(self.out / "server"), "--json"]
        return run_rows([sys.executable, "-m", "gridworker.server", *arguments, *flags])

    def hand(self, login: str, act: str, *arguments: str) -> Any:
        """What a person does on a laptop where there is no verb for it (story_hand)."""
        module = [sys.executable, "-m", "gridworker.commands.story_hand"]
        return run_process([*module, str(self.out / login), str(self.passphrase), act, *arguments])

    @contextmanager
    def losing(self, port: int, server_port: int, answers: int) -> Iterator[None]:
        """A line at `port` to the server that loses its first answers, for the length of the block."""
        command = [sys.executable, "-m", "gridworker.commands.story_proxy", str(port), str(server_port)]
        process = subprocess.Popen([*command, str(answers)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            json.loads(process.stdout.readline())
            yield
        finally:
            process.terminate()
            process.wait(READY_SECONDS)
            process.stdout.close()

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
            process.wait(READY_SECONDS)
            process.stdout.close()
            log.close()


def run_rows(command: list[str]) -> list[Any]:
    """Every line a process prints, as JSON. Raises ValueError when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    if done.returncode:
        raise ValueError(f"{' '.join(command[2:])}: exit {done.returncode}: {done.stderr[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_process(command: list[str], *, fails: bool = False) -> Any:
    """The last line a process prints, as JSON. Raises ValueError unless it ends as it must."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    answer = json.loads(done.stdout.strip().split("\n")[-1]) if done.stdout.strip() else {}
    if (done.returncode != 0) is not fails:
        raise ValueError(f"{' '.join(command[2:])}: exit {done.returncode}: {answer or done.stderr[-400:]}")
    return answer


@contextmanager
def served(cast: Cast, account: Account, port: int = 0) -> Iterator[str]:
    """A server for the length of the block; that it starts is a step of its own."""
    with ExitStack() as stack:
        with account.step("server: listens") as facts:
            url = stack.enter_context(cast.serving(port))
            facts["url"] = url
        yield url


def expect(facts: dict[str, object], name: str, holds: Callable[[Any], bool]) -> None:
    if not holds(facts[name]):
        raise ValueError(f"{name} is {facts[name]!r}")
