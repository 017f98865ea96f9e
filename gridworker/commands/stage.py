"""What every chapter of the headless story stands on: the account of its steps, and the processes of server and
laptops."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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
            facts |= _broken(error)
            self.failed = True
            raise StepFailed(step=name) from error
        finally:
            facts["seconds"] = round(time.perf_counter() - begun, 2)
            self.steps.append(facts)

    def fail(self, name: str, error: Exception) -> None:
        """Something went wrong that is no step."""
        self.steps.append({"step": name, **_broken(error), "seconds": 0.0})
        self.failed = True


def _broken(error: Exception) -> dict[str, object]:
    return {"ok": False, "error": f"{type(error).__name__}: {error}"}


class Player:
    """A process that carries out verbs (story_player); its own errors go to the file `log`."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        command = [sys.executable, "-m", "gridworker.commands.story_player"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )

    def play(self, kind: str, *words: str, fails: bool = False) -> list[Any]:
        """The lines that `kind` with `words` prints, as JSON. Raises ValueError unless it ends as it must."""
        into, out = self._process.stdin, self._process.stdout
        assert into is not None and out is not None
        into.write(json.dumps([kind, *words]).encode() + b"\n")
        into.flush()
        told = json.loads(out.readline() or b'{"code": -1, "said": "", "wrong": "the process has ended"}')
        if (told["code"] != 0) is not fails:
            why = told["said"][-400:] or told["wrong"][-400:]
            raise ValueError(f"{kind} {' '.join(words)}: exit {told['code']}: {why}")
        return [json.loads(line) for line in told["said"].splitlines() if line.strip()]

    def close(self) -> None:
        """Let it end; a process that does not is killed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):  # it has ended already
            self._process.stdin.close()
        try:
            self._process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(READY_SECONDS)
        self._process.stdout.close()
        self._log.close()


@dataclass(frozen=True)
class Cast:
    """Who plays: folders of the server and the laptops, the file with the passphrase, and a process for every laptop
    and one for the operator, begun when it is first needed."""

    out: Path
    players: dict[str, Player] = field(default_factory=dict)

    @property
    def passphrase(self) -> Path:
        return self.out / "passphrase.txt"

    def player(self, who: str) -> Player:
        if who not in self.players:
            self.players[who] = Player(self.out / "players.log")
        return self.players[who]

    def close(self) -> None:
        """End every process."""
        for player in self.players.values():
            player.close()
        self.players.clear()

    def laptop(self, login: str, *arguments: str, fails: bool = False) -> Any:
        """Run one verb on a laptop; its JSON answer. `fails`: it must be refused, and the refusal is the answer."""
        flags = ["--profile", str(self.out / login), "--passphrase-file", str(self.passphrase), "--json"]
        return self.player(login).play("laptop", *flags, *arguments, fails=fails)[-1]

    def server(self, *arguments: str) -> Any:
        """Run one verb of the operator; its JSON answer, the last it prints."""
        answers = self.server_rows(*arguments)
        return answers[-1] if answers else {}

    def server_rows(self, *arguments: str) -> list[Any]:
        """The answer of a server verb that prints a document for each row."""
        return self.player("").play("server", *arguments, "--data", str(self.out / "server"), "--json")

    def hand(self, login: str, act: str, *arguments: str) -> Any:
        """What a person does on a laptop where there is no verb for it (story_hand)."""
        own = (str(self.out / login), str(self.passphrase))
        return self.player(login).play("hand", *own, act, *arguments)[-1]

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
