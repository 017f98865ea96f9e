"""Closing a micro-grid's week: whoever works there says that nothing more is to come, and at grid level that there was
nothing at all (零报告). What comes later all the same is taken, and told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridworker.models.days import Week
from gridworker.models.entity import BucketClass
from gridworker.models.frozen import WEEK_CLOSE, ZERO_REPORT, week_close_id
from gridworker.models.op import Draft, OpKind
from gridworker.models.roles import AreaTree, may
from gridworker.services.acts import Done, create, do
from gridworker.store.audit import Act
from gridworker.store.queries.completeness import records_of
from gridworker.store.store import Store


@dataclass(frozen=True)
class Closed:
    """`closed` micro-grids by this act, `zero` of them without anything; `done` takes it back."""

    done: Done
    closed: int
    zero: int


def close_weeks(store: Store, micro_grid_ids: Iterable[bytes], week: Week) -> Closed:
    """Close the week of these micro-grids in one act; those closed already stay as they are. One in which nothing is
    known here is closed with a zero report.

    Raises FieldInvalid `in_future` for a week that has not begun, NotAllowed (a zero report is confirmed by who works
    for the grid); then nothing was changed."""
    wanted = list(dict.fromkeys(micro_grid_ids))
    with store.read() as connection:
        closed = _closed(store, week)
        records = records_of(connection, wanted, week.first, week.last)
    at = f"{store.clock.moment():%Y-%m-%d %H:%M}"
    waiting = [node for node in wanted if node not in closed]
    drafts = [
        create(
            WEEK_CLOSE.name,
            week_close_id(node, str(week)),
            {
                "micro_grid_id": node,
                "week": str(week),
                "zero_report": int(not records.get(node)),
                "closed_at": at,
            },
        )
        for node in waiting
    ]
    record = drafts[0].record if drafts else b""
    facts: dict[str, object] = {"week": str(week), "micro_grids": len(drafts)}
    done = do(store, drafts, Act("week_closed", WEEK_CLOSE.name, record or None, facts), record)
    return Closed(done, len(drafts), sum(draft.set["zero_report"] == 1 for draft in drafts))


def closable(store: Store, micro_grid_ids: Iterable[bytes]) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Of these micro-grids those whose week this account closes, and those for which it confirms a zero report."""
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, parent_id FROM area_unit WHERE deleted = 0").fetchall()
    tree, grants, wanted = AreaTree({row[0]: row[1] for row in rows}), store.grants(), set(micro_grid_ids)

    def those(right: str) -> frozenset[bytes]:
        return frozenset(node for node in wanted if may(grants, right, node, BucketClass.COMMON, tree))

    return those(WEEK_CLOSE.write), those(ZERO_REPORT)


def reopen_weeks(store: Store, micro_grid_ids: Iterable[bytes], week: Week) -> Done:
    """Take back that the week was closed. Micro-grids whose week is open are left out. Raises NotAllowed."""
    closed = _closed(store, week)
    drafts = [
        Draft(WEEK_CLOSE.name, week_close_id(node, str(week)), OpKind.DELETE, {})
        for node in dict.fromkeys(micro_grid_ids)
        if node in closed
    ]
    record = drafts[0].record if drafts else b""
    return do(
        store, drafts, Act("week_reopened", WEEK_CLOSE.name, record or None, {"week": str(week)}), record
    )


def _closed(store: Store, week: Week) -> set[bytes]:
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT micro_grid_id FROM week_close WHERE week = ? AND deleted = 0", (str(week),)
        )
        return {row[0] for row in rows}
