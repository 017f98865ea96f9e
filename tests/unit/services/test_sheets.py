"""Walk lists that were handed out on paper: what is remembered of them, how long, and what is entered of them."""

from __future__ import annotations

import datetime as dt

from gridworker.services import sheets
from gridworker.services.visits import log_visit, void_visits
from gridworker.store.store import Store
from tests.community import NOW, clock_at, form, household_of

NODE = b"n" * 16


def at(store: Store, text: str) -> None:
    store.use_clock(clock_at(dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=NOW.tzinfo)))


def test_the_newest_sheet_comes_first_and_old_ones_go(alone: Store) -> None:
    homes = [household_of(alone, nth) for nth in range(3)]
    assert sheets.sheets(alone) == ()
    sheets.keep_sheet(alone, NODE, "第一网格", "2026-11-20", homes[:2])
    at(alone, "2026-11-20 10:00")
    sheets.keep_sheet(alone, NODE, "第一网格", "2026-W47", homes)
    assert [(one.period, one.records) for one in sheets.sheets(alone)] == [
        ("2026-W47", tuple(homes)),
        ("2026-11-20", tuple(homes[:2])),
    ]
    at(alone, "2026-11-20 11:00")
    sheets.keep_sheet(alone, NODE, "第一网格", "2026-11-20", homes[1:])  # printed once more
    assert [(one.period, one.records) for one in sheets.sheets(alone)] == [
        ("2026-11-20", tuple(homes[1:])),
        ("2026-W47", tuple(homes)),
    ]
    at(alone, "2026-12-20 09:00")
    assert sheets.sheets(alone) == ()


def test_what_was_written_down_since_the_print_is_entered(alone: Store) -> None:
    homes = [household_of(alone, nth) for nth in range(3)]
    log_visit(alone, form(homes[0]))  # before it was printed
    at(alone, "2026-11-20 15:00")
    sheets.keep_sheet(alone, NODE, "第一网格", "2026-11-20", homes)
    sheet = sheets.sheets(alone)[0]
    assert sheets.entered(alone, sheet) == frozenset()
    at(alone, "2026-11-21 09:00")
    logged = log_visit(alone, form(homes[1], visited_on="2026-11-21"))
    assert sheets.entered(alone, sheet) == {homes[1]}
    void_visits(alone, [logged.visit_id], "误录")
    assert sheets.entered(alone, sheet) == frozenset()
