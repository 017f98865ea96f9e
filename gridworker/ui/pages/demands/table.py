"""The table of demands: what stands in its columns."""

from __future__ import annotations

from gridworker.models.demand_machine import ENDS
from gridworker.store.demand_rows import DemandRow
from gridworker.ui.pages.demands.words import (
    Names,
    category_word,
    clock_shown,
    row_spoken,
    source_word,
    state_shown,
)
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording

#: Key, what it usually holds, and how early it gives way.
_COLUMNS = (
    ("title", "电动车坡道太陡老人难", 0),
    ("place", "10-2-3302", 0),
    ("state", "", 1),
    ("clock", "", 0),
    ("category", "", 5),
    ("owner", "演示·欧阳小明", 2),
    ("source", "", 7),
    ("no", "S26-02-0001", 3),
    ("reported", "12-30", 6),
)


def demand_table(theme: Theme, wording: Wording) -> LinesTable:
    """An empty table."""
    usual = {
        "state": f"　{wording('choices.demand.state.not_accepted')}",
        "clock": f"　{wording('states.clock.over_hours', hours=23)}",
        "category": wording("catalogue.demand_category.care_service"),
        "source": wording("catalogue.demand_source.hotline_12345"),
    }
    columns = [
        LineColumn(wording(f"demands.column.{key}"), usual.get(key, words), key == "title", gives_way)
        for key, words, gives_way in _COLUMNS
    ]
    return LinesTable(theme, wording("demands.table_name"), columns, several=True)


def demand_line(row: DemandRow, names: Names, wording: Wording, now: str) -> Line:
    """One demand as a row."""
    state, clock = state_shown(row, wording), clock_shown(row, wording, now)
    ended = row.state in ENDS
    cells = {
        "title": row.title,
        "place": row.place,
        "state": state.word,
        "clock": clock.word if clock != state else "",
        "category": category_word(wording, names, row.category),
        "owner": row.owner,
        "source": source_word(wording, names, row.source),
        "no": row.no,
        "reported": row.reported_at[5:10] if row.reported_at[:4] == now[:4] else row.reported_at[:10],
    }
    looks = {"state": state.look, "clock": clock.look}
    return Line(
        row.id,
        tuple(cells[key] for key, _, _ in _COLUMNS),
        row_spoken(row, names, wording, now),
        dim=ended,
        looks=tuple(looks.get(key) if cells[key] else None for key, _, _ in _COLUMNS),
    )
