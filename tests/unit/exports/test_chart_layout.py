"""Geometry of charts for random data: axes hold all values, every text is whole and over no other."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.exports.chart_layout import axis_ticks, laid_out
from gridworker.exports.chart_lines import panels
from gridworker.exports.chart_paper import cut, spoken, with_caption
from gridworker.exports.chart_parts import PAPER_INK, Bar, Box, Drawing, EstimatedRuler, Ink, Stroke, hatching
from gridworker.exports.chart_scale import broken, marked, nice_ticks, spread
from gridworker.exports.document import Chart, ChartKind, Column, ColumnKind, Ratio, Series, Table
from tests.unit.exports.charts import ALL, CATEGORIES, EMPTY, HEAT, LEVELS, WEEKS, counted

RULER = EstimatedRuler()
WIDTH = 400.0
NAMES = st.text(st.sampled_from("锦苑一期第网格停车0123abW-（）· "), min_size=1, max_size=24).map(
    lambda text: text.strip() or "网格"
)
COUNTS = st.none() | st.integers(0, 3) | st.integers(0, 2_000_000)
SHARES = st.none() | st.integers(0, 40).map(lambda met: Ratio(met, 40)) | st.just(Ratio(0, 0))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    kind = draw(st.sampled_from(ChartKind))
    shares = kind is not ChartKind.STACKED and draw(st.booleans())
    labels = draw(st.lists(NAMES, min_size=1, max_size=14))
    names = draw(st.lists(NAMES, min_size=1, max_size=5))
    column = ColumnKind.PERCENT if shares else ColumnKind.NUMBER
    rows = tuple((label, *(draw(SHARES if shares else COUNTS) for _ in names)) for label in labels)
    table = Table("表", (Column("项目"), *(Column(name, column) for name in names)), rows)
    series = tuple(Series(name, place + 1) for place, name in enumerate(names))
    return Chart("chart", "图", kind, series, table, EMPTY)


@given(st.fractions(-1000, 1000), st.fractions(0, 10_000), st.integers(3, 9), st.booleans())
def test_ticks_reach_over_the_data_and_are_few_and_even(
    low: Fraction, span: Fraction, most: int, whole: bool
) -> None:
    ticks = nice_ticks(low, low + span, most, whole=whole)
    assert 2 <= len(ticks) <= most
    assert ticks[0] <= low
    assert low + span <= ticks[-1]
    (step,) = {after - before for before, after in pairwise(ticks)}
    digits = step / Fraction(10) ** math.floor(math.log10(step) + 1e-12)
    assert digits in (1, 2, 5)
    assert not whole or all(tick.denominator == 1 for tick in ticks)


def test_ticks_do_not_waste_the_axis() -> None:
    assert list(nice_ticks(Fraction(164), Fraction(180), 5, whole=True)) == [160, 165, 170, 175, 180]
    assert list(nice_ticks(Fraction(0), Fraction(0), 5, whole=True)) == [0, 1]
    with pytest.raises(ValueError, match="from 2 to 1"):
        nice_ticks(Fraction(2), Fraction(1), 5, whole=True)


def test_marks_at_the_axis() -> None:
    assert marked(Fraction(12_500), percent=False) == "12,500"
    assert marked(Fraction(1, 4), percent=True) == "25%"
    assert marked(Fraction(-5, 2), percent=False) == "−2.5"


@given(NAMES, st.floats(10, 300))
def test_a_broken_text_is_whole_and_fits(text: str, room: float) -> None:
    lines = broken(text, room, RULER)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(RULER.width(line) <= max(room, RULER.width("锦")) for line in lines)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), min_size=1, max_size=5))
def test_spread_boxes_do_not_meet(wanted: list[tuple[float, float]]) -> None:
    middles, heights = zip(*wanted, strict=True)
    tops = spread(middles, heights, 0, 100)
    boxes = [Box(0, top, 1, high) for top, high in zip(tops, heights, strict=True)]
    assert all(box.top >= -1e-9 and box.bottom <= 100 + 1e-9 for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))


@given(charts())
def test_no_text_is_cut_or_over_another(chart: Chart) -> None:
    drawing = laid_out(chart, WIDTH, RULER)
    paper = Box(0, 0, drawing.width, drawing.height)
    for label in drawing.labels:
        box = label.box
        assert RULER.width(label.text, label.bold) <= box.width + 1e-6, label
        assert paper.left - 1e-6 <= box.left, label
        assert box.right <= paper.right + 1e-6, label
        assert paper.top - 1e-6 <= box.top, label
        assert box.bottom <= paper.bottom + 1e-6, label
    for one, other in combinations(drawing.labels, 2):
        assert not one.box.meets(other.box), (one, other)
    for bar in drawing.bars:
        assert bar.box.right <= paper.right
        assert not any(bar.box.meets(label.box) for label in drawing.labels), bar
    for dot in drawing.dots:
        assert 0 <= dot.x <= paper.right
        assert 0 <= dot.y <= paper.bottom


@given(charts())
def test_bars_are_as_long_as_their_values(chart: Chart) -> None:
    if chart.kind is not ChartKind.BAR or chart.is_empty:
        return
    drawing = laid_out(chart, WIDTH, RULER)
    values = [
        value
        for place in range(len(chart.labels))
        for series in chart.series
        if (value := chart.values(series)[place])
    ]
    swatches = len(chart.series) if len(chart.series) > 1 else 0
    lengths = [bar.box.width for bar in drawing.bars[swatches:]]
    assert len(lengths) == len(values)
    for length, value in zip(lengths, values, strict=True):
        assert length / lengths[0] == pytest.approx(float(value / values[0]))


@given(charts())
def test_every_value_can_be_pointed_at(chart: Chart) -> None:
    drawing = laid_out(chart, WIDTH, RULER)
    if chart.is_empty:
        assert not drawing.spots
    elif chart.kind is not ChartKind.HEAT:
        assert {spot.label for spot in drawing.spots} == set(range(len(chart.labels)))
    assert not any(one.box.meets(other.box) for one, other in combinations(drawing.spots, 2))


@pytest.mark.parametrize("kind", ChartKind)
def test_without_values_it_says_so_and_draws_no_axis(kind: ChartKind) -> None:
    drawing = laid_out(counted(kind, ("一", "二"), ("走访", (None, None))), WIDTH, RULER)
    assert [label.text for label in drawing.labels] == [EMPTY]
    assert not drawing.lines
    assert not drawing.bars
    assert not drawing.fields
    assert laid_out(counted(kind, (), ("走访", ())), WIDTH, RULER) == drawing


def texts(drawing: Drawing) -> list[str]:
    return [label.text for label in drawing.labels]


def test_a_line_says_its_name_and_last_value_at_its_end() -> None:
    drawing = laid_out(WEEKS, WIDTH, RULER)
    assert "计划 180" in texts(drawing)
    assert "实际 172" in texts(drawing)
    runs = [line for line in drawing.lines if line.stroke is Stroke.SERIES and line.style == 1]
    assert [len(line.points) for line in runs] == [3, 4]  # broken where there is no value


def test_no_bar_for_nought_and_none_for_nothing() -> None:
    drawing = laid_out(CATEGORIES, WIDTH, RULER)
    assert len(drawing.bars) == 6
    assert texts(drawing).count("0") == 1
    assert texts(drawing).count("—") == 1


def test_a_stacked_bar_adds_up() -> None:
    drawing = laid_out(LEVELS, WIDTH, RULER)
    assert texts(drawing).count("10") == 2
    assert [bar.style for bar in drawing.bars] == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2]


def test_a_field_without_a_unit_is_left_out_and_one_without_households_is_dashed() -> None:
    drawing = laid_out(HEAT, WIDTH, RULER)
    assert [field.share for field in drawing.fields] == [0.25, 1.0, None, pytest.approx(7 / 12), 0.0]


def test_series_differ_without_colour() -> None:
    """Printed in black and white, each bar of a stack has another filling."""
    fillings = {hatching(Bar(Box(0, 0, 40, 12), style)) for style in range(6)}
    assert len(fillings) == 5  # solid and empty have no lines, and differ by their ground


@given(st.floats(1, 300), st.floats(1, 40), st.integers(0, 5))
def test_hatching_stays_in_its_bar(width: float, height: float, style: int) -> None:
    box = Box(10, 20, width, height)
    for x1, y1, x2, y2 in hatching(Bar(box, style)):
        for x, y in ((x1, y1), (x2, y2)):
            assert box.left - 1e-6 <= x <= box.right + 1e-6
            assert box.top - 1e-6 <= y <= box.bottom + 1e-6


def test_equal_charts_are_equal_drawings() -> None:
    for chart in ALL:
        assert laid_out(chart, WIDTH, RULER) == laid_out(replace(chart), WIDTH, RULER)


def test_tones_go_from_least_to_most() -> None:
    assert PAPER_INK.tone(0.0) == PAPER_INK.tones[0]
    assert PAPER_INK.tone(1.0) == PAPER_INK.tones[-1]
    assert PAPER_INK.tone(None) == PAPER_INK.surface
    assert Ink("#000000", "", "", "", ("",)).tone(0.5) == "#000000"


@pytest.mark.parametrize("chart", ALL, ids=[chart.kind for chart in ALL])
def test_the_axis_reaches_over_all_values(chart: Chart) -> None:
    ticks = axis_ticks(chart)
    values = [value for series in chart.series for value in chart.values(series) if value is not None]
    assert max(values) <= ticks[-1]
    assert chart.kind is ChartKind.LINE or ticks[0] == 0
    assert chart is not LEVELS or ticks[-1] == 10


def test_what_is_too_high_for_a_page_is_cut_between_rows() -> None:
    labels = tuple(f"锦苑一期第{number}网格（含临街商铺与沿河步道）" for number in range(120))
    chart = counted(ChartKind.BAR, labels, ("走访", tuple(range(120))))
    whole = laid_out(chart, WIDTH, RULER)
    pieces = cut(whole, 500)
    assert len(pieces) > 4
    assert all(piece.height <= 500 for piece in pieces)
    assert sum(piece.height for piece in pieces) == pytest.approx(whole.height)
    for piece in pieces:
        for label in piece.labels:
            assert label.box.top >= -1e-6
            assert label.box.bottom <= piece.height + 1e-6
    assert [label.text for piece in pieces for label in piece.labels] == texts(whole)
    assert sum(len(piece.bars) for piece in pieces) == len(whole.bars) == 119
    assert cut(whole, 1e9) == (whole,)


def test_a_caption_stands_below_and_is_whole() -> None:
    drawing = laid_out(WEEKS, WIDTH, RULER)
    below = with_caption(drawing, "图1　近八周走访" * 6, RULER)
    added = below.labels[len(drawing.labels) :]
    assert "".join(label.text for label in added) == "图1　近八周走访" * 6
    assert all(drawing.height < label.box.top and label.box.bottom <= below.height for label in added)


def test_whoever_does_not_see_it_gets_the_figures() -> None:
    assert spoken(CATEGORIES).startswith("图2　诉求分类: 停车 3; 物业服务 2;")
    assert spoken(LEVELS).endswith("第47周 微网格 2, 网格/站 3, 社区 5, 街道 0")
    assert spoken(counted(ChartKind.BAR, ("一",), ("走访", (None,)))) == f"图: {EMPTY}"


def test_what_is_much_smaller_has_a_plot_of_its_own() -> None:
    both = counted(
        ChartKind.LINE, ("46", "47"), ("走访", (176, 118)), ("诉求", (12, 9)), ("没有", (None, None))
    )
    assert panels(both) == ((0,), (1,))
    assert panels(WEEKS) == ((0, 1),)
    drawing = laid_out(both, WIDTH, RULER)
    lines = {line.style: line.points for line in drawing.lines if line.stroke is Stroke.SERIES}
    assert max(y for _, y in lines[0]) < min(y for _, y in lines[1])
    assert {"180", "15", "0", "走访 118", "诉求 9"} <= set(texts(drawing))
    assert texts(drawing).count("46") == 1


@pytest.mark.parametrize(
    ("values", "first"),
    [((59, 60), 0), ((9, 12), 0), ((164, 180), 160), ((40, 180), 0), ((0, 0, 1), 0), ((25, 25), 0)],
)
def test_a_small_change_is_no_steep_road(values: tuple[int, ...], first: int) -> None:
    chart = counted(ChartKind.LINE, tuple("一二三"[: len(values)]), ("走访", values))
    assert axis_ticks(chart)[0] == first
