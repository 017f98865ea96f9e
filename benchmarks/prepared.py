"""Communities of a wanted size, made once by the practice generator and kept in the cache: a profile that stands
alone, and a server folder. What is kept is tied to the tables, so that a change of them makes new ones."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from benchmarks.grown import grow
from benchmarks.prepared_passphrase import PASSPHRASE
from benchmarks.setting import Setting
from gridworker import practice_desk
from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.models.op import Draft
from gridworker.practice.clock import practice_clock
from gridworker.practice.community import SEED, Practice, practice_community
from gridworker.practice.size import EstatePlan, Size
from gridworker.server.init import Beginning
from gridworker.server.init import found as found_server
from gridworker.server.schema import definitions as server_statements
from gridworker.store import schema
from gridworker.store.audit import Act
from gridworker.store.incarnation import new_incarnation
from gridworker.store.keys import KdfCost
from gridworker.store.state import NewProfile
from gridworker.store.store import Store

LOGIN = "shuji"
#: Deriving the key is a deliberate half second that no bar is about.
CHEAP = KdfCost(memory=8192, passes=1, lanes=1)
BATCH = 8000
#: Visits that are founded row by row; a larger file is made of copies.
LARGEST = 100_000
_ROOMS, _WEEKS, _ENOUGH = 4636, 26, 2000
_VISITS_EACH = 6


def size_of_visits(visits: int) -> Size:
    """A community with about `visits` visits, six for each household as half a year has them."""
    if visits < _ENOUGH:
        return replace(Size.tiny(), attempts_per_week=max(14, visits // 6))
    repeat = max(1, round(visits / _VISITS_EACH / _ROOMS))
    return Size(repeat, _WEEKS, round(visits / _WEEKS))


def size_of_records(records: int) -> Size:
    """One estate with about `records` rows in all, more than half of them about visits."""
    if records < _ENOUGH:
        return Size.tiny()
    buildings = max(2, round(records / 1000))
    rooms = buildings * 80
    plan = EstatePlan(
        "锦苑一期", "JY1", buildings, 2, 20, 2, round(rooms * 0.99), round(rooms * 2.7), 4, 10, 2
    )
    visits = (records - rooms * 4.7 - 250) / 2.012
    return Size(1, _WEEKS, max(1, round(visits / _WEEKS)), (plan,))


def known_profile(practice: Practice) -> NewProfile:
    """The identity of a computer that stands alone with `practice`, seen as its secretary."""
    return NewProfile(
        practice.community_id, "self", True, new_id(), 1, new_incarnation(), practice.logins[LOGIN], LOGIN
    )


def batches(drafts: Iterator[Draft], rows: int = BATCH) -> Iterator[list[Draft]]:
    while batch := list(islice(drafts, rows)):
        yield batch


def profile(setting: Setting, size: Size, times: int = 1) -> Path:
    """The folder of a closed profile with a community of `size`, everything in it findable. `times`: its households
    and what belongs to them stand in it so often. Copy it before writing."""

    def make(folder: Path) -> None:
        practice = practice_community(SEED, size)
        store = Store.create(folder, PASSPHRASE, known_profile(practice), practice_clock(Clock()), CHEAP)
        store.found(batches(practice.drafts()), Act("community_founded"))
        grow(store, times)
        store.close()

    return _kept(setting, f"profile-{times}", size, schema.statements(), make)


def profile_of_visits(setting: Setting, visits: int) -> Path:
    """A profile with about `visits` visits: up to LARGEST founded as a person would, beyond that grown from it."""
    times = max(1, round(visits / LARGEST))
    return profile(setting, size_of_visits(min(visits, LARGEST)), times)


def server(setting: Setting, size: Size) -> Path:
    """The folder of a server with a community of `size`. Copy it before serving it."""

    def make(folder: Path) -> None:
        practice = practice_community(SEED, size)
        beginning = Beginning(practice.name, practice.code, True, practice.drafts())
        found_server(folder, beginning, practice_clock(Clock())).close()

    return _kept(setting, "server", size, server_statements(), make)


def practice(setting: Setting, size: Size) -> Path:
    """A practice community as the program makes it: its server and its laptop, everything findable."""

    def make(folder: Path) -> None:
        practice_desk.create(folder, cost=CHEAP, size=size).close()

    return _kept(setting, "practice", size, schema.statements() + server_statements(), make)


def _kept(setting: Setting, kind: str, size: Size, tables: list[str], make: Callable[[Path], None]) -> Path:
    facts = repr((kind, size, SEED, tables)).encode()
    folder = setting.cache / f"{kind}-{hashlib.sha256(facts).hexdigest()[:16]}"
    if not folder.exists():
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        make(making)
        making.rename(folder)
    return folder


__all__ = [
    "LOGIN",
    "PASSPHRASE",
    "batches",
    "known_profile",
    "practice",
    "profile",
    "server",
    "size_of_records",
    "size_of_visits",
]
