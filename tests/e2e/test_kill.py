"""Kills a process that saves visits, with SIGKILL at random moments, 200 times, and accounts for every save that was
acknowledged: it is there exactly once, whole, and the draft it was working on too."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gridworker.models.op import decode_op
from gridworker.store import audit, statistics
from gridworker.store.store import Store
from tests.community import founded_store, household_of, new_profile, one, open_store

ROUNDS = 40
KILLS_PER_ROUND = 5
ROOT = Path(__file__).resolve().parents[2]

#: Forks children off one warm parent, so that a kill costs milliseconds. Each child opens the profile, keeps a draft,
#: saves visits from it and amends some, and prints what was acknowledged: the line is out before the next save begins.
SAVER = """
import os, sys
from pathlib import Path
from gridworker.models.ids import new_id
from gridworker.services.visits import VisitForm, amend_visit, log_visit
from tests.community import open_store

folder, household = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])

def say(word, *values):
    os.write(1, (" ".join([word, *values]) + "\\n").encode())

def child():
    store = open_store(folder)
    say("open")
    turn = 0
    while True:
        turn += 1
        draft = new_id()
        store.drafts.keep(draft, household, {"said": f"draft {turn}"})
        say("draft", draft.hex())
        form = VisitForm(household, "2026-11-19", "met", said=f"turn {turn}", visitor_ids=(store.known.member_id,))
        logged = log_visit(store, form, draft_id=draft)
        say("saved", logged.no, logged.visit_id.hex(), draft.hex())
        if turn % 3 == 0:
            amend_visit(store, logged.visit_id, {"outcome": "absent", "said": "amended"}, "reason")
            say("amended", logged.visit_id.hex())

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        child()
    say("child", str(pid))
    os.waitpid(pid, 0)
    say("gone")
"""


class Saver:
    """The warm parent and what its children acknowledged before they were killed."""

    def __init__(self, folder: Path, household: bytes) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(folder), household.hex()],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.saved: dict[str, str] = {}
        self.amended: set[str] = set()
        self.drafts: set[str] = set()  # acknowledged and not known to have become a visit
        self.taken: set[str] = set()
        self.opened = 0

    def kill_one(self, after: float) -> None:
        """Start a child, let it open the profile, and kill it `after` seconds later."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        pid, killed = 0, False
        opened = self.opened
        for raw in self.process.stdout:
            word, *values = raw.decode().split()
            self._note(word, values)
            if word == "child":
                pid = int(values[0])
            elif word == "gone":
                assert killed, "the saving process ended by itself"
                return
            if pid and self.opened > opened and not killed:
                time.sleep(after)
                os.kill(pid, signal.SIGKILL)
                killed = True
        raise AssertionError("the parent of the saving processes died")

    def _note(self, word: str, values: list[str]) -> None:
        if word == "open":
            self.opened += 1
        elif word == "saved":
            assert values[0] not in self.saved, f"number {values[0]} was given twice"
            self.saved[values[0]] = values[1]
            self.taken.add(values[2])
            self.drafts.discard(values[2])
        elif word == "amended":
            self.amended.add(values[0])
        elif word == "draft":
            self.drafts.add(values[0])

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0
        assert self.process.stdout is not None
        self.process.stdout.close()


def account(store: Store, saver: Saver, before: int) -> None:
    """Every acknowledged save is there exactly once, and nothing is there by half."""
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT no, id, now_outcome, said FROM visit").fetchall()
        assert statistics.difference(connection) == []
        assert audit.broken_at(connection) is None
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is None
        seqs = [row[0] for row in connection.exec_driver_sql("SELECT seq FROM outbox ORDER BY seq")]
        ops = [decode_op(row[0]) for row in connection.exec_driver_sql("SELECT payload FROM outbox")]
    assert max(Counter(row[0] for row in rows).values()) == 1
    there = {row[0]: row[1].hex() for row in rows}
    assert saver.saved.items() <= there.items(), "an acknowledged save is gone"
    # A kill between the commit and the word leaves a save nobody was told of: at most one for each kill.
    unheard = len(rows) - before - len(saver.saved)
    assert 0 <= unheard <= saver.opened
    amended = {row[1].hex(): row[2] for row in rows if row[1].hex() in saver.amended}
    assert set(amended) == saver.amended
    assert set(amended.values()) <= {"absent"}
    assert (
        one(
            store,
            "SELECT count(*) FROM visit v WHERE NOT EXISTS (SELECT 1 FROM visit_visitor w WHERE w.visit_id = v.id)",
        )
        == 0
    )
    assert (
        one(
            store,
            "SELECT count(*) FROM (SELECT visit_id FROM visit_amendment WHERE reason = 'reason' "
            "GROUP BY visit_id HAVING count(*) <> 2)",
        )
        == 0
    )
    assert seqs == list(range(1, len(seqs) + 1))
    assert {op.record.hex() for op in ops if op.entity == "visit"} == set(there.values()) - set(
        list(there.values())[:before]
    )
    logged = one(store, "SELECT count(*) FROM audit WHERE act = 'visit_logged'")
    assert logged == len(rows) - before


def account_drafts(store: Store, saver: Saver) -> None:
    """Each draft that was acknowledged is there, or the visit that it became is: an unheard save took it with it."""
    kept = {bytes(row).hex() for row in column(store, "SELECT id FROM draft")}
    lost = saver.drafts - kept
    unheard = set(column(store, "SELECT no FROM visit WHERE said LIKE 'turn %' OR said = 'amended'")) - set(
        saver.saved
    )
    assert not kept & saver.taken, "a draft outlived the save that it became"
    assert len(lost) <= len(unheard)


def column(store: Store, sql: str) -> list[Any]:
    with store.read() as connection:
        return [row[0] for row in connection.exec_driver_sql(sql)]


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL")
def test_no_acknowledged_save_is_lost_in_200_kills(tmp_path: Path) -> None:
    store = founded_store(tmp_path / "p", new_profile())
    household, before = household_of(store), one(store, "SELECT count(*) FROM visit")
    assert isinstance(before, int)
    store.close()
    chance = random.Random(os.environ.get("GRIDWORKER_KILL_SEED", "kill"))
    saver = Saver(tmp_path / "p", household)
    kills = 0
    for _ in range(ROUNDS):
        for _ in range(KILLS_PER_ROUND):
            saver.kill_one(chance.uniform(0.002, 0.08))
            kills += 1
        store = open_store(tmp_path / "p")
        account(store, saver, before)
        account_drafts(store, saver)
        store.close()
    saver.end()
    assert kills >= 200
    assert len(saver.saved) > kills, "the kills came before anything was saved"
    store = open_store(tmp_path / "p")
    assert store.database.integrity() == []
    store.close()
