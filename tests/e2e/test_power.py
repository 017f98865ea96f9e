"""F27: the power goes. A small library writes down every write and sync of a saving process; the disk is made again as
it would be at any moment, without what was not synced, and every acknowledged save must be on it."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gridworker.store.store import Store
from tests.community import PASSPHRASE, clock_at, founded_store, household_of, new_profile, one
from tests.copies import copy_folder
from tests.desks import ROOT

COMPILER = shutil.which("cc") or shutil.which("gcc")
SAVES = 25
PROGRAM = """
import os, sys
from pathlib import Path
from gridworker.services.visits import VisitForm, log_visit
from gridworker.store.store import Store
from tests.community import PASSPHRASE, clock_at
folder = Path(sys.argv[1])
store = Store.open(folder, PASSPHRASE, clock_at())
home = bytes.fromhex(sys.argv[2])
acks = os.open(folder / "acks", os.O_WRONLY | os.O_CREAT)
for number in range(int(sys.argv[3])):
    log_visit(store, VisitForm(home, visited_on="2026-11-19", outcome="met", said=f"第{number}次"))
    os.write(acks, b"x")
    if number == 12:
        store.database.checkpoint()
os._exit(0)
"""


@dataclass
class Disk:
    """What is certain to be on the disk, and what was written since and may be lost or not."""

    certain: dict[str, bytearray] = field(default_factory=dict)
    loose: dict[str, list[tuple[str, int, bytes]]] = field(default_factory=dict)

    def take(self, kind: str, name: str, offset: int, data: bytes) -> None:
        if kind == "S":
            for change in self.loose.pop(name, []):
                _apply(self.certain.setdefault(name, bytearray()), *change)
        else:
            self.loose.setdefault(name, []).append((kind, offset, data))

    def after_a_cut(self, dice: random.Random | None) -> dict[str, bytes]:
        """The files: without anything loose, or with what chance lets through of it."""
        found = {name: bytearray(content) for name, content in self.certain.items()}
        for name, changes in self.loose.items() if dice else ():
            for change in changes:
                if dice is not None and dice.random() < 0.5:
                    _apply(found.setdefault(name, bytearray()), *change)
        return {name: bytes(content) for name, content in found.items()}


def _apply(content: bytearray, kind: str, offset: int, data: bytes) -> None:
    if kind == "T":
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


def _records(raw: bytes) -> Iterator[tuple[str, str, int, bytes]]:
    at = 0
    while at < len(raw):
        kind = chr(raw[at])
        (named,) = struct.unpack_from("<I", raw, at + 1)
        name = raw[at + 5 : at + 5 + named].decode()
        offset, size = struct.unpack_from("<qI", raw, at + 5 + named)
        at += 5 + named + 12
        yield kind, name, offset, raw[at : at + size]
        at += size


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if COMPILER is None or sys.platform != "linux":
        pytest.skip("needs a C compiler on Linux")
    made = tmp_path_factory.mktemp("power") / "power.so"
    source = Path(__file__).with_name("power.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_f27_no_acknowledged_save_is_lost_when_the_power_goes(
    shim: Path, tmp_path: Path, seed: int | None
) -> None:
    store = founded_store(tmp_path / "p", new_profile())
    home, before = household_of(store), one(store, "SELECT count(*) FROM visit")
    store.close()
    disk = Disk(
        {path.name: bytearray(path.read_bytes()) for path in (tmp_path / "p").iterdir() if path.is_file()}
    )
    copy_folder(tmp_path / "p", tmp_path / "live")
    log = tmp_path / "log"
    subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "live", home.hex(), str(SAVES)],
        cwd=ROOT,
        env={
            **os.environ,
            "LD_PRELOAD": str(shim),
            "POWER_LOG": str(log),
            "POWER_FOLDER": str(tmp_path / "live"),
        },
        check=True,
    )
    dice = random.Random(seed) if seed else None
    acknowledged = 0
    for kind, name, offset, data in _records(log.read_bytes()):
        if name == "acks":
            acknowledged += 1
            if acknowledged % 4 == 0 or acknowledged == SAVES:
                _check(disk.after_a_cut(dice), tmp_path, acknowledged, before)
        elif not name.endswith("-shm"):
            disk.take(kind, name, offset, data)
    assert acknowledged == SAVES


def _check(files: dict[str, bytes], tmp_path: Path, acknowledged: int, before: object) -> None:
    folder = tmp_path / f"after{acknowledged}"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "incarnation").unlink()
    os.link(tmp_path / "p" / "incarnation", folder / "incarnation")
    store = Store.open(folder, PASSPHRASE, clock_at())
    found = one(store, "SELECT count(*) FROM visit")
    assert isinstance(found, int)
    assert isinstance(before, int)
    assert before + acknowledged <= found <= before + acknowledged + 1
    assert store.database.integrity() == []
    store.close()
    shutil.rmtree(folder)
