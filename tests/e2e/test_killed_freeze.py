"""SIGKILL while reports are frozen and their files made: whatever edition is there afterwards is whole and checks, and
every acknowledged one is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from gridworker.store.queries.frozen import editions, frozen_figures, kept_file
from gridworker.store.queries.tree import default_scope
from tests.community import clock_at, founded_store, open_store
from tests.desks import ROOT

PROGRAM = """
import sys
from pathlib import Path
from gridworker.models.period import Period
from gridworker.store.queries.tree import default_scope
from gridworker.store.store import Store
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.wording import Wording
from tests.community import PASSPHRASE, clock_at
store = Store.open(Path(sys.argv[1]), PASSPHRASE, clock_at())
source, scope = EditionSource(store, Wording.load("zh_CN")), default_scope(store)
while True:
    edition = source.freeze(scope, Period.parse("2026-W47"))
    source.file(edition.id, "html")
    print(edition.id.hex(), flush=True)
"""
ROUNDS = 6


def test_a_killed_freeze_leaves_no_half_of_one(tmp_path: Path) -> None:
    folder, dice = tmp_path / "profile", random.Random(47)
    founded_store(folder).close()
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert process.stdout is not None
        with process.stdout as said:
            acknowledged.add(said.readline().strip())
            time.sleep(dice.uniform(0.0, 0.4))
            process.kill()
            process.wait(30)
            acknowledged |= {line.strip() for line in said if len(line.strip()) == 32}
    store = open_store(folder, clock_at())
    found = editions(store, default_scope(store).node_id, "2026-W47")
    assert acknowledged <= {edition.id.hex() for edition in found}
    assert [edition.edition for edition in found] == list(range(1, len(found) + 1))
    for edition in found:
        assert frozen_figures(store, edition.id)["figures"]
        assert kept_file(store, edition.id, "document", 0)
        if edition.id.hex() in acknowledged:
            assert kept_file(store, edition.id, "html", edition.edition)
    store.close()
