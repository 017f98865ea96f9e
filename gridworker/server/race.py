"""Lost races: what PostgreSQL says when a transaction must be done again as a whole though nothing is wrong with it,
and how often that is tried. The embedded database has one writer and loses none."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from gridworker.errors import DatabaseBusy

#: Serialization failure and deadlock.
LOST_RACE = frozenset(("40001", "40P01"))
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = 0.02, 1.0
T = TypeVar("T")


class LostRace(Exception):
    """The transaction was rolled back by the database; nothing of it was kept. Do it again from its beginning."""


def lost_race(error: BaseException) -> bool:
    """Whether `error`, from the driver or wrapped, ends the whole transaction for no fault of its own."""
    return (
        isinstance(error, LostRace) or getattr(getattr(error, "orig", error), "sqlstate", None) in LOST_RACE
    )


def until_won(
    work: Callable[[], T], where: str, sleep: Callable[[float], None] = time.sleep, tries: int = TRIES
) -> T:
    """Do `work`, again after a lost race, at most `tries` times with a wait of full jitter. Raises DatabaseBusy."""
    for attempt in range(tries):
        try:
            return work()
        except LostRace:
            if attempt + 1 < tries:
                sleep(random.uniform(0, min(FIRST_WAIT * 2**attempt, LONGEST_WAIT)))
    raise DatabaseBusy(path=where)
