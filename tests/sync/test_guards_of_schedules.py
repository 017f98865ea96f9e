"""Schedules can fail: each guard against full disks, a server put back and older versions is broken once, and a few
steps that agree with it disagree without it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gridworker.models import op as ops
from gridworker.server import push, race, recovery
from gridworker.store import database as store_database
from gridworker.store import outbox, parked
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from tests.sync.schedule import Step
from tests.sync.test_found_by_schedules import (
    A1_1,
    A2_1,
    LEADER,
    NO_PAGE_MORE,
    OTHER,
    STEWARD,
    SYNCED,
    disagreement,
    server_copy,
    step,
    templates,
    upgraded_later,
)

__all__ = ["templates"]
NOTE, WHEN = 0, 1  # what is edited
OLD = upgraded_later(2, 2, 2)


@contextlib.contextmanager
def by_half(self: Database) -> Iterator[Connection]:
    """A transaction whose beginning stays when there is no room for its end."""
    with self._writing, self.plain_errors(), self._pool.lend() as connection:
        driver = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            driver.execute("COMMIT")
        except BaseException as error:
            real = getattr(driver, "_driver", driver)
            real.execute("COMMIT" if store_database.says_full(error) else "ROLLBACK")
            raise


def latest_device_first(connection: Connection, domain_id: bytes) -> Iterator[tuple[bytes, bytes]]:
    sql = "SELECT device_id, raw FROM reoffered WHERE domain_id = ? ORDER BY device_id DESC, seq"
    yield from connection.exec_driver_sql(sql, (domain_id,)).fetchall()


def nothing(*_: Any) -> int:
    return 0


pushed, copied, visited = step("push", LEADER), step("copy", LEADER), step("visit", LEADER, A2_1)
put_back, pulled = server_copy, step("pull", LEADER)
two_edits = tuple(
    done for who in (LEADER, STEWARD) for done in (step("edit", who, A1_1, WHEN + 4 * who), step("push", who))
)
written = step("edit", OTHER, 0, NOTE), step("push", OTHER), step("give_post", LEADER, 2)


@pytest.mark.parametrize(
    ("where", "guard", "broken", "beginning", "steps"),
    [
        (Database, "write", by_half, SYNCED, (step("full_disk", LEADER, 0, 3 * 7 + 1),)),
        (push, "spoils_all", race.lost_race, SYNCED, (step("full_server", LEADER, 0, NO_PAGE_MORE),)),
        (outbox, "reopen", nothing, SYNCED, (server_copy, visited, pushed, put_back)),
        (outbox, "reopen_older", nothing, SYNCED, (server_copy, visited, pushed, put_back, copied, copied)),
        (recovery, "_in_old_order", latest_device_first, SYNCED, (server_copy, *two_edits, put_back)),
        (ops, "bring_up", lambda payload, *_: payload, OLD, (step("transition", LEADER, 0, 1), pushed)),
        (parked, "replay_fields", nothing, upgraded_later(2, 3, 3), (*written, pulled, pulled)),
    ],
    ids=["save", "full server", "offered again", "by a copy", "old order", "upcasting", "parked fields"],
)
def test_a_schedule_notices_that_a_guard_is_broken(
    templates: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    guard: str,
    broken: Callable[..., Any],
    beginning: Any,
    steps: tuple[Step, ...],
) -> None:
    assert disagreement(templates, beginning, *steps) == ""
    monkeypatch.setattr(where, guard, broken)
    assert disagreement(templates, beginning, *steps) != ""
