"""Practice communities as a person has them: a folder with a server and a laptop, made once and copied for each test.
Whoever starts a program on one uses `flags`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridworker import practice_desk
from gridworker.practice.size import Size
from gridworker.store.keys import KdfCost
from tests.copies import copy_folder

ROOT = Path(__file__).resolve().parents[1]
#: Cheap on purpose: real costs are tested once, in the tests of the keys.
COST = KdfCost(memory=8192, passes=1, lanes=1)


@dataclass(frozen=True)
class Desk:
    """A closed practice community: `folder` holds `server` and `laptop`."""

    folder: Path

    @property
    def laptop(self) -> Path:
        return self.folder / "laptop"

    @property
    def passphrase_file(self) -> Path:
        return self.folder / "passphrase.txt"

    @property
    def flags(self) -> list[str]:
        return ["--profile", str(self.laptop), "--passphrase-file", str(self.passphrase_file)]

    def copied(self, folder: Path) -> Desk:
        copy_folder(self.folder, folder)
        return Desk(folder)

    def flags_with(self, passphrase: str) -> list[str]:
        """The flags with another passphrase."""
        wrong = self.folder / "other.txt"
        wrong.write_text(passphrase + "\n", "utf-8")
        return ["--profile", str(self.laptop), "--passphrase-file", str(wrong)]


def make_desk(folder: Path) -> Desk:
    """The tiny practice community, seen as its secretary, closed again."""
    practice_desk.create(folder, cost=COST, size=Size.tiny()).close()
    desk = Desk(folder)
    desk.passphrase_file.write_text(practice_desk.PASSPHRASE + "\n", "utf-8")
    return desk


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """Its last line as JSON."""
        return json.loads(self.out.strip().split("\n")[-1])


def start(*arguments: str, environment: dict[str, str] | None = None, seconds: float = 120) -> Ended:
    """Run `python -m gridworker` with `arguments` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "gridworker", *arguments],
        cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, encoding="utf-8",
        timeout=seconds, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)
