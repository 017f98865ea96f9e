"""Plays schedules by their seeds, makes a failing one short, and counts how often each rule fired. Also a command for
long runs: `python -m tests.sync.play --from 0 --to 100000 --log FILE`; begun again with the same FILE it goes on where
it had stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridworker.server.database import ServerDatabase
from gridworker.sync.protocol.messages import Limits
from tests.contract.rig import Rig
from tests.contract.village import Hands, create, found_village, named
from tests.sync.agreement import Agreement
from tests.sync.schedule import HOMES, MEMORY, Beginning, Step
from tests.sync.test_scope_moves import LOGINS

#: A schedule is as many steps that did something.
STEPS = 32
#: rule → how often it is drawn
WIDE = {
    "edit": 4,
    "visit": 3,
    "poison": 1,
    "transition": 3,
    "delete_or_restore": 2,
    "merge_alias": 2,
    "pull": 4,
    "push": 2,
    "lose_answer": 2,
    "duplicate_answer": 1,
    "deliver_again": 1,
    "crash_before_commit": 1,
    "crash_after_commit": 1,
    "server_crashes": 1,
    "clock": 1,
    "copy": 2,
    "server_copy": 2,
    "full_disk": 1,
    "full_server": 1,
    "upgrade": 1,
    "move_household": 2,
    "move_micro_grid": 1,
    "give_post": 1,
    "take_post": 1,
    "revoke": 1,
}
#: The schemas of what devices save when a schedule begins, as often as they are drawn.
SCHEMAS = (1, 2, 2, 3, 3, 3)
#: What a step may be counted as.
COUNTED = frozenset(
    (*WIDE.keys() - {"transition", "delete_or_restore", "merge_alias", "copy", "server_copy"}, "event")
) | frozenset(("delete", "restore", "merge", "unmerge", "keep_copy", "restore_copy", "keep_server"))
COUNTED |= {"put_back_server", "go_on_server", "refused_save", "refused_exchange"}


@dataclass(frozen=True)
class Failure:
    """`steps` are those that led to it, from `beginning`; `why` is a traceback."""

    beginning: Beginning
    steps: tuple[Step, ...]
    why: str


def begin(seed: int) -> tuple[Beginning, Iterator[Step]]:
    """What the schedule of `seed` begins with, and its steps without end."""
    chance = random.Random(seed)
    rows, synced = chance.choice((4, 15, 5000, 5000)), chance.choice((True, True, False))
    schemas = tuple(chance.choice(SCHEMAS) for _ in LOGINS)
    return Beginning(rows, synced, schemas), _steps(chance)


def _steps(chance: random.Random) -> Iterator[Step]:
    names, weights = list(WIDE), list(WIDE.values())
    while True:
        (name,) = chance.choices(names, weights)
        yield name, chance.randrange(1000), chance.randrange(1000), chance.randrange(1000)


def play(
    templates: tuple[Path, Path], seed: int, fired: Counter[str], trace: list[str] | None = None
) -> Failure | None:
    """Play the schedule of `seed`; `fired` gets the rules it fired. None if everybody agreed."""
    beginning, steps = begin(seed)
    return _played(templates, beginning, steps, fired, trace)


def replayed(templates: tuple[Path, Path], beginning: Beginning, steps: Sequence[Step]) -> Failure | None:
    """Play just these steps, every one of which must find something to do."""
    village = Agreement(templates, beginning)
    try:
        for step in steps:
            if not village.play(step):
                raise AssertionError(f"{step} did nothing")
        village.settle_and_compare()
    except Exception:  # noqa: BLE001 - whatever it was, the steps that led to it are wanted
        return Failure(beginning, tuple(steps), traceback.format_exc())
    finally:
        village.close()
    return None


def _played(
    templates: tuple[Path, Path],
    beginning: Beginning,
    steps: Iterator[Step],
    fired: Counter[str],
    trace: list[str] | None = None,
) -> Failure | None:
    village, done = Agreement(templates, beginning, trace), list[Step]()
    try:
        for step in steps:
            done.append(step)
            if not village.play(step):
                done.pop()
            elif len(done) == STEPS:
                break
        village.settle_and_compare()
    except Exception:  # noqa: BLE001 - whatever it was, the steps that led to it are wanted
        return Failure(beginning, tuple(done), traceback.format_exc())
    finally:
        fired += village.fired
        village.close()
    return None


def shortened(templates: tuple[Path, Path], failure: Failure) -> Failure:
    """The same failure with as few steps as leaving some out can find."""
    last = _told(failure)
    length = max(len(failure.steps) // 2, 1)
    while True:
        for start in range(0, len(failure.steps), length):
            fewer = failure.steps[:start] + failure.steps[start + length :]
            found = _played(templates, failure.beginning, iter(fewer), Counter())
            if found and _told(found) == last:
                failure = found
                break
        else:
            if length == 1:
                return failure
            length //= 2


def _told(failure: Failure) -> str:
    """What was found, without the numbers that change with every step left out."""
    return re.sub(r"\d+", "#", failure.why.strip().splitlines()[-1])[:60]


def traced(templates: tuple[Path, Path], failure: Failure) -> list[str]:
    """What happened in it."""
    trace: list[str] = []
    _played(templates, failure.beginning, iter(failure.steps), Counter(), trace)
    return trace


# -- where schedules begin ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def templates() -> Iterator[tuple[Path, Path]]:
    """The village with its devices enrolled: before their first exchange, and after it. On the same file system as
    its copies, so that these are not taken for copies."""
    above = Path(tempfile.mkdtemp(prefix="gridworker-agreement-", dir=MEMORY))
    try:
        yield _found(above / "fresh", synced=False), _found(above / "synced", synced=True)
    finally:
        shutil.rmtree(above)


def _found(folder: Path, *, synced: bool) -> Path:
    hands = Hands()
    found_village(folder / "server", hands).close()
    database = ServerDatabase.open(folder / "server", hands.clock())
    rig = Rig(database, hands, "in_process", folder, Limits())
    rig.service.rates.monotonic = iter(range(0, 10**9, 3600)).__next__
    desks = [rig.desk(login) for login in LOGINS]
    _plan(rig)
    if synced:
        for desk in desks:
            desk.sync()
    rig.close()
    return folder


def _plan(rig: Rig) -> None:
    """A visit to each home stands in the plan of the week."""
    drafts = [
        create("plan_item", f"plan_{name}", household_id=named(name), week="2026-W48", reason="by_hand")
        for name in HOMES
    ]
    rig.command(*drafts)


def tell(*what: object, sep: str = " ") -> None:
    """Say `what` to whoever called this as a command."""
    sys.stdout.write(sep.join(map(str, what)) + "\n")
    sys.stdout.flush()


# -- long runs ---------------------------------------------------------------------------------------------------


@dataclass
class Account:
    """What a long run has come to; kept in a file so that it can go on."""

    next: int
    played: int
    failed: list[int]
    fired: dict[str, int]


def run(first: int, last: int, log: Path | None) -> Account:
    """Play the seeds from `first` up to `last`, going on where `log` says; a failing one is told and passed."""
    account = Account(first, 0, [], {})
    if log and log.exists():
        account = Account(**json.loads(log.read_text("utf-8")))
    begun, before = time.monotonic(), account.played
    with templates() as found:
        while account.next < last:
            fired = Counter(account.fired)
            failure = play(found, account.next, fired)
            account.fired = dict(sorted(fired.items()))
            if failure:
                account.failed.append(account.next)
                tell(f"seed {account.next}: {failure.why.strip().splitlines()[-1][:200]}")
            account.next, account.played = account.next + 1, account.played + 1
            if log and (account.played % 20 == 0 or account.next == last):
                log.write_text(json.dumps(account.__dict__), "utf-8")
    spent = time.monotonic() - begun
    tell(
        f"{account.played - before} schedules in {spent:.0f} s; {account.played} in all, failed {account.failed}"
    )
    tell(", ".join(f"{name} {account.fired.get(name, 0)}" for name in sorted(COUNTED)))
    return account


def explain(seed: int) -> int:
    """Show the schedule of `seed`, shortened if it fails."""
    with templates() as found:
        failure = play(found, seed, Counter())
        if failure is None:
            tell(f"seed {seed}: everybody agrees")
            return 0
        short = shortened(found, failure)
        tell(short.why, *traced(found, short), sep="\n")
        tell(short.beginning, *short.steps, sep="\n")
    return 1


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sync.play", description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="last", type=int, default=1000)
    parser.add_argument("--log", type=Path, help="where the account is kept, to go on later")
    parser.add_argument("--explain", type=int, help="show this one seed, shortened")
    asked = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    if asked.explain is not None:
        return explain(asked.explain)
    return int(bool(run(asked.first, asked.last, asked.log).failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
