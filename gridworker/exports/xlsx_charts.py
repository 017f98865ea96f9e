"""Charts of a workbook: its own, drawn by whoever opens it from the cells of the table they stand under."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gridworker.exports.chart_layout import axis_ticks
from gridworker.exports.chart_lines import line_ticks, panels
from gridworker.exports.chart_paper import spoken
from gridworker.exports.chart_parts import FILLS, PAPER_INK
from gridworker.exports.document import Chart, ChartKind

_LEAST_WIDE = 560  # px at 100 %
_LINE_HIGH, _ROW_HIGH, _AROUND = 300, 26, 110
_ROW, _COLUMN, _CHARACTER = 20, 64, 7  # px of an empty row, of an empty column, and of a character's width
_ON_ONE_PAGE = 20  # rows of a table that are printed with their chart
_DASHES = ("solid", "dash", "round_dot", "long_dash_dot")
_MARKS = ("circle", "square", "triangle", "diamond")
_PATTERNS = {
    "rising": "wide_upward_diagonal",
    "falling": "wide_downward_diagonal",
    "crossed": "diagonal_cross",
    "level": "narrow_horizontal",
}


def _height(chart: Chart) -> int:
    if chart.kind is ChartKind.LINE:
        return _LINE_HIGH
    bars = len(chart.series) if chart.kind is ChartKind.BAR else 1
    return _AROUND + _ROW_HIGH * len(chart.labels) * max(1, bars * 2 // 3)


def add_charts(
    book: Any, sheet: Any, charts: Sequence[Chart], first: int, last: int, widths: Sequence[float], font: str
) -> tuple[int, int]:
    """Draw `charts` below their table, whose first row of values is `first`, whose last row of all is `last` and whose
    columns are `widths` characters wide. Rows count from 0. Returns the last row and column that are printed."""
    table_wide = round(sum(widths) * _CHARACTER)
    wide, row, column = max(_LEAST_WIDE, table_wide), last, len(widths) - 1
    for chart in charts:
        if chart.is_empty:
            row += 1
            sheet.write_string(row, 0, f"{chart.caption}: {chart.empty}")
        elif chart.kind is ChartKind.HEAT:
            _bars_in_cells(sheet, chart, first)
        else:
            drawn, high = _drawn(book, sheet.get_name(), chart, first, font), _height(chart)
            drawn.set_size({"width": wide, "height": high})
            words = spoken(chart)
            sheet.insert_chart(row + 1, 0, drawn, {"object_position": 1, "y_offset": 8, "description": words})
            row += (high + 8) // _ROW + 2
            column = len(widths) - 1 + math.ceil(max(0, wide - table_wide) / _COLUMN)
            sheet.fit_to_pages(1, int(len(chart.labels) <= _ON_ONE_PAGE))
    return row, column


def _drawn(book: Any, sheet: str, chart: Chart, first: int, font: str) -> Any:
    kind = {"type": "line"} if chart.kind is ChartKind.LINE else {"type": "bar"}
    if chart.kind is ChartKind.STACKED:
        kind["subtype"] = "stacked"
    drawn, last = book.add_chart(kind), first + len(chart.labels) - 1
    small = _small(chart)
    for style, series in enumerate(chart.series):
        drawn.add_series(
            {
                "name": [sheet, first - 1, series.column],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, series.column, last, series.column],
                **({"y2_axis": True} if style in small else {}),
                **(_line_look(style) if chart.kind is ChartKind.LINE else _bar_look(style, chart, font)),
            }
        )
    _set_axes(drawn, chart, font)
    return drawn


def _small(chart: Chart) -> tuple[int, ...]:
    """The series, by their numbers, that have an axis of their own at the right."""
    return panels(chart)[1] if chart.kind is ChartKind.LINE and len(panels(chart)) > 1 else ()


def _line_look(style: int) -> dict[str, Any]:
    colour = PAPER_INK.of(style)
    return {
        "line": {"color": colour, "width": 1.75, "dash_type": _DASHES[style % len(_DASHES)]},
        "marker": {
            "type": _MARKS[style % len(_MARKS)],
            "size": 6,
            "border": {"color": colour},
            "fill": {"color": PAPER_INK.surface if style else colour},
        },
    }


def _bar_look(style: int, chart: Chart, font: str) -> dict[str, Any]:
    colour, fill = PAPER_INK.of(style), FILLS[style % len(FILLS)]
    look: dict[str, Any] = {"border": {"color": colour}, "gap": 60}
    if fill in _PATTERNS:
        look["pattern"] = {"pattern": _PATTERNS[fill], "fg_color": colour, "bg_color": PAPER_INK.surface}
    else:
        look["fill"] = {"color": colour if fill == "solid" else PAPER_INK.surface}
    if chart.kind is ChartKind.BAR:
        look["data_labels"] = {"value": True, "font": {"name": font, "size": 9}}
    return look


def _set_axes(drawn: Any, chart: Chart, font: str) -> None:
    letters = {"name": font, "size": 9, "color": PAPER_INK.text}
    drawn.set_title(
        {"name": chart.caption, "name_font": {"name": font, "size": 11, "bold": True}, "overlay": False}
    )
    names: dict[str, Any] = {"num_font": letters, "line": {"color": PAPER_INK.quiet}}
    values: dict[str, Any] = {
        "num_font": letters,
        "major_gridlines": {"visible": True, "line": {"color": PAPER_INK.grid}},
    }
    if chart.is_share:
        values |= {"num_format": "0%", "max": 1}
    ticks = [float(tick) for tick in axis_ticks(chart)]
    if not (chart.is_share and chart.kind is not ChartKind.LINE):
        values |= {"max": ticks[-1], "major_unit": ticks[1] - ticks[0]}
    if chart.kind is ChartKind.LINE:
        drawn.set_x_axis(names)
        drawn.set_y_axis(values | {"min": ticks[0]})
        small = _small(chart)
        if small:
            right = [float(tick) for tick in line_ticks(chart, small)]
            drawn.set_y2_axis(
                {
                    "num_font": letters,
                    "name": "、".join(chart.series[style].name for style in small),
                    "name_font": letters,
                    "min": right[0],
                    "max": right[-1],
                    "major_unit": right[1] - right[0],
                }
            )
    else:  # lying bars: the names stand at the upright axis, the first row of the table on top
        drawn.set_x_axis(values | {"min": 0})
        drawn.set_y_axis(names | {"reverse": True})
    drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": letters})


def _bars_in_cells(sheet: Any, chart: Chart, first: int) -> None:
    limits: dict[str, Any] = {"min_type": "num", "min_value": 0}
    if chart.is_share:
        limits |= {"max_type": "num", "max_value": 1}
    rule = {"type": "data_bar", "bar_color": PAPER_INK.tones[-1], **limits}
    for series in chart.series:
        last = first + len(chart.labels) - 1
        sheet.conditional_format(first, series.column, last, series.column, rule)
