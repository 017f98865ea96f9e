"""A plan as plain values for the command line (docs/import-format.md). Says codes, never cells."""

from __future__ import annotations

from typing import Any

from gridworker.imports.layout import Column, Layout
from gridworker.imports.plan import Plan


def plan_as_values(plan: Plan) -> dict[str, Any]:
    """`rows`, `columns`, `sheets` and `counts` of a plan."""
    return {
        "rows": [
            {
                "sheet": v.sheet,
                "row": v.row,
                "verdict": str(v.verdict),
                "reason": v.reason,
                "column": v.column,
                "record": v.record,
                "notes": list(v.notes),
            }
            for v in plan.verdicts
        ],
        "columns": [_column(layout, column) for layout in plan.layouts for column in layout.columns],
        "sheets": [
            {"sheet": layout.sheet, "header": list(layout.header), "trouble": layout.trouble}
            for layout in plan.layouts
        ],
        "counts": plan.counts,
        "refused": None,
    }


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
