"""What ends a transaction for no fault of what is in it. Lost races: what PostgreSQL says when it must be done again as
a whole, and how often that is tried (the embedded database has one writer and loses none). And a disk without room."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from gridworker.errors import DatabaseBusy
from gridworker.store.database import says_full

#: Serialization failure and deadlock.
LOST_RACE = frozenset(("40001", "40P01"))
NO_ROOM = "53100"
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = 0.02, 1.0
T = TypeVar("T")


class LostRace(Exception):
    """The transaction was rolled back by the database; nothing of it was kept. Do it again from its beginning."""


def lost_race(error: BaseException) -> bool:
    """Whether `error`, from the driver or wrapped, ends the whole transaction for no fault of its own."""
    return isinstance(error, LostRace) or _state(error) in LOST_RACE


def spoils_all(error: BaseException) -> bool:
    """Whether `error` is no fault of the op during which it came, so that no op may be answered for it: a lost race, or
    a disk without room."""
    return lost_race(error) or _state(error) == NO_ROOM or says_full(error)


def _state(error: BaseException) -> object:
    return getattr(getattr(error, "orig", error), "sqlstate", None)


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
