"""A plan as plain values for the command line (docs/import-format.md). Says codes, never cells."""

from __future__ import annotations

from typing import Any

from gridworker.imports.layout import Column, Layout
from gridworker.imports.plan import Plan
from gridworker.imports.verdicts import RowVerdict


def plan_as_values(plan: Plan) -> dict[str, Any]:
    """`rows`, `columns`, `sheets` and `counts` of a plan; of another profile `stays`, and the `fields` of each row."""
    found = {
        "rows": [_row(verdict, fields=plan.stays is not None) for verdict in plan.verdicts],
        "columns": [_column(layout, column) for layout in plan.layouts for column in layout.columns],
        "sheets": [
            {"sheet": layout.sheet, "header": list(layout.header), "trouble": layout.trouble}
            for layout in plan.layouts
        ],
        "counts": plan.counts,
        "refused": None,
    }
    return found if plan.stays is None else {**found, "stays": dict(plan.stays)}


def _row(verdict: RowVerdict, *, fields: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sheet": verdict.sheet,
        "row": verdict.row,
        "verdict": str(verdict.verdict),
        "reason": verdict.reason,
        "column": verdict.column,
        "record": verdict.record,
        "notes": list(verdict.notes),
    }
    if fields:
        found["fields"] = [{"field": said.field, "taken": said.taken} for said in verdict.fields]
    return found


def _column(layout: Layout, column: Column) -> dict[str, Any]:
    use = "field" if column.field else "refused" if column.refused else "ignored"
    return {
        "sheet": layout.sheet,
        "letter": column.letter,
        "header": column.header,
        "use": use,
        "field": column.field,
        "reason": column.why,
    }
