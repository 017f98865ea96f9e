"""A door of the matrix in words: the short form in its cell, the whole sentence, the line that is copied. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from gridworker.models.days import plus_days
from gridworker.store.rows import HouseholdRow, Matrix, MatrixRoom, MatrixUnit, Plan
from gridworker.ui.pages.words import DOT, plan_shown
from gridworker.ui.states import StateLook
from gridworker.wording import Wording

#: Coverage looks back half a year, as in the reports.
HALF_YEAR_DAYS = 182


def cell_state(row: HouseholdRow, wording: Wording) -> tuple[StateLook, str]:
    """Look and short word of a cell: a visited door shows only its day."""
    shown = plan_shown(row, wording)
    if row.plan is not Plan.VISITED:
        return shown.look, shown.word
    return shown.look, row.last_met_on[5:] if row.last_met_on else wording("households.state.visited")


def cell_sentence(matrix: Matrix, room: MatrixRoom, wording: Wording) -> str:
    """Tooltip and accessible text: where the door is and all that is known of its service plan."""
    if room.household is None:
        unit = next((unit.name for unit in matrix.units if unit.id == room.unit_id), "")
        door = " ".join(part for part in (matrix.building.name, unit, room.room) if part)
        return DOT.join((door, wording("matrix.outside_sentence")))
    row = room.household
    parts = [f"{row.estate} {row.door}", plan_shown(row, wording, matrix.today).sentence]
    if room.demands:
        parts.append(wording("matrix.demands", count=room.demands))
    return DOT.join(parts)


def copied_lines(rooms: Iterable[MatrixRoom], wording: Wording, today: str) -> str:
    """One line a door, columns parted by tabs so that it pastes into a sheet: door, state, last met, next due, open
    demands."""
    lines = []
    for room in rooms:
        row = room.household
        if row is not None:
            state = plan_shown(row, wording, today).word
            open_demands = str(room.demands or "")
            lines.append(
                "\t".join((row.door, state, row.last_met_on or "", row.next_due_on or "", open_demands))
            )
    return "\n".join(lines)


def unit_title(unit: MatrixUnit, wording: Wording) -> str:
    """`2单元`, marked where it belongs to another scope."""
    return unit.name if unit.in_scope else DOT.join((unit.name, wording("matrix.outside")))


def plan_counts(matrix: Matrix) -> Mapping[Plan, int]:
    return Counter(room.household.plan for room in matrix.rooms if room.household is not None)


def demand_count(matrix: Matrix) -> int:
    """Demands of the doors in scope that are not closed yet."""
    return sum(room.demands for room in matrix.rooms)


def outside_count(matrix: Matrix) -> int:
    return sum(room.household is None for room in matrix.rooms)


def met_share(matrix: Matrix) -> int | None:
    """Per cent of the households that can be visited who were met within half a year; None if there are none."""
    since = plus_days(matrix.today, -HALF_YEAR_DAYS)
    rows = [room.household for room in matrix.rooms if room.household is not None]
    reachable = [row for row in rows if row.plan not in (Plan.OPTED_OUT, Plan.VACANT)]
    met = sum(bool(row.last_met_on and row.last_met_on >= since) for row in reachable)
    return met * 100 // len(reachable) if reachable else None
