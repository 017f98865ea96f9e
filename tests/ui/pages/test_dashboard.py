"""The dashboard by keyboard and by mouse: figures as drawings, tables and words; where values lead; what may leave."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gridworker.exports.chart_files import chart_bytes
from gridworker.exports.dashboard import KEYS, DashboardChart, Lead, dashboard_charts
from gridworker.exports.document import Chart, ChartKind, Column, ColumnKind, Document, Measure, Series, Table
from gridworker.models.period import Period
from gridworker.store.dashboard_rows import BuildingLine, Dashboard, ReplyLine, StairwellLine
from gridworker.store.report_rows import Behind, CodeLine, DemandFigures, HomeFigures, Summary, Totals
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.desk_charts import follow
from gridworker.ui.pages.exporting.source import ExportSource
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.ui.pages.report.page import ReportPage
from gridworker.ui.pages.report.report_card import CHARTS, PAPER
from gridworker.ui.pages.report.source import ReportSource
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import COLOURS, Scheme, contrast_ratio
from gridworker.ui.widgets.chart_view import ChartView, chart_ink
from gridworker.wording import Wording

Settle = Callable[[], None]


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, scope: Scope, settle: Settle,
    tmp_path: Path,
) -> ReportPage:  # fmt: skip
    made = ReportPage(
        theme,
        zh,
        background,
        ReportSource(store, zh),
        ExportSource(store),
        EditionSource(store, zh),
        lambda *_: str(tmp_path / "chart.out"),
    )
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    made.show_scope(scope)
    settle()
    return made


@pytest.fixture
def charts(page: ReportPage, qtbot: QtBot, settle: Settle) -> ReportPage:
    """The page after the key for charts."""
    page.card.area.setFocus()
    QTest.keyClick(page.card.area, Qt.Key.Key_C)
    settle()
    return page


def view_of(page: ReportPage, key: str) -> ChartView:
    return page.card.dashboard.cards[key].view


def test_charts_are_read_when_somebody_turns_to_them(page: ReportPage, qtbot: QtBot, settle: Settle) -> None:
    assert not page.card.dashboard.cards
    page.card.area.setFocus()
    QTest.keyClick(page.card.area, Qt.Key.Key_C)
    settle()
    assert tuple(page.card.dashboard.cards) == KEYS
    assert page.card.view == CHARTS
    assert page.card.dashboard.isVisible()
    assert page.first_focus() is view_of(page, "visits")
    assert page.window().focusWidget() is view_of(page, "visits")  # T and Enter work at once
    QTest.keyClick(view_of(page, "visits"), Qt.Key.Key_C)
    assert page.card.view == PAPER
    assert page.card.area.isVisible()


def test_another_week_is_drawn_too(charts: ReportPage, settle: Settle) -> None:
    before = view_of(charts, "visits").chart
    charts.picker.back.click()
    settle()
    after = view_of(charts, "visits").chart
    assert before is not None
    assert after is not None
    assert (before.labels[-1], after.labels[-1]) == ("47周", "46周")


def test_figures_are_told_in_words(charts: ReportPage) -> None:
    visits = view_of(charts, "visits")
    assert visits.accessibleName() == "走访"
    assert "47周 走访户次 10" in visits.accessibleDescription()
    for card in charts.card.dashboard.cards.values():
        assert card.switch.accessibleName().endswith(card.chart.caption)
        assert card.view.accessibleDescription().startswith(card.chart.caption)
        assert card.table.accessibleName() == card.chart.caption


def test_arrows_walk_through_the_values_and_say_each(charts: ReportPage, qtbot: QtBot) -> None:
    view = view_of(charts, "coverage")
    view.setFocus()
    assert view.current is None
    said = []
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
        Qt.Key.Key_Up,
        Qt.Key.Key_End,
        Qt.Key.Key_Home,
    ):
        QTest.keyClick(view, key)
        said.append(view.accessibleName())
    first, last = "第一网格 71.1%", "第二网格 66.0%"
    assert said == [first, last, last, first, last, first]


def test_a_week_leads_to_its_own_report(charts: ReportPage, qtbot: QtBot, settle: Settle) -> None:
    view = view_of(charts, "visits")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Home)
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Return)
    settle()
    assert charts.presenter.report is not None
    assert charts.presenter.report.figures.period == Period.parse("2026-W44")
    assert charts.card.view == CHARTS


def test_a_grid_leads_to_its_node_by_key_and_by_click(charts: ReportPage, qtbot: QtBot) -> None:
    led: list[Lead] = []
    charts.led.connect(led.append)
    view = view_of(charts, "coverage")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Space)
    box = view.drawing.spots[-1].box
    middle = QPointF(box.left + box.width / 2, box.middle).toPoint()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle)
    assert len(led) == 2
    assert led[0] == led[1]
    assert led[0].kind == "node"
    assert charts.presenter.report is not None
    assert led[0].value == charts.presenter.report.figures.lines[-1].node_id


def test_the_records_behind_a_value_are_listed_and_opened(
    charts: ReportPage, qtbot: QtBot, settle: Settle
) -> None:
    opened: list[Behind] = []
    charts.card.dashboard.record_wanted.connect(opened.append)
    charts.card.dashboard.presenter.look_behind("visits.attempts")
    settle()
    dialog = charts.card.dashboard.dialog
    assert dialog is not None
    assert charts.presenter.report is not None
    assert len(dialog.table.lines()) == charts.presenter.report.figures.now.visits.attempts == 10
    dialog.table.choose(0)
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert [record.entity for record in opened] == ["visit"]


def test_what_leads_nowhere_does_nothing(charts: ReportPage, qtbot: QtBot) -> None:
    led: list[Lead] = []
    charts.led.connect(led.append)
    view = view_of(charts, "levels")
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(view, key)
    assert not led


def test_the_table_takes_the_place_of_the_drawing(charts: ReportPage, qtbot: QtBot) -> None:
    card = charts.card.dashboard.cards["coverage"]
    card.view.setFocus()
    QTest.keyClick(card.view, Qt.Key.Key_T)
    assert card.table.isVisible()
    assert not card.view.isVisible()
    assert card.table.hasFocus()
    model = card.table.model()
    cells = [model.index(0, column).data() for column in range(model.columnCount())]
    assert cells == ["第一网格", "71.1%", "32", "45"]
    spoken = model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "第一网格 半年覆盖率 71.1%"
    QTest.keyClick(card.table, Qt.Key.Key_T)
    assert card.view.hasFocus()


@pytest.mark.parametrize("form", ["png", "xlsx", "csv"])
def test_the_chart_with_the_keyboard_leaves_after_it_was_asked_for(
    charts: ReportPage, qtbot: QtBot, settle: Settle, store: Store, tmp_path: Path, form: str
) -> None:
    view = view_of(charts, "coverage")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settle()
    dialog = charts.exporting.dialog
    assert dialog is not None
    dialog.form.choose(form)
    dialog.purpose.setText("两委例会")
    dialog.recipient.setText("街道")
    dialog.go_button.click()
    settle()
    content = (tmp_path / "chart.out").read_bytes()
    if form == "png":
        image = QImage.fromData(content)
        assert image.width() > 1500
        assert image.dotsPerMeterX() == round(300 / 0.0254)
    elif form == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert sheets[1]["A2"].value == "演示数据"
        assert len(sheets[1]._charts) == 1
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0] == ["演示数据"]
        assert rows[1] == ["网格", "半年覆盖率", "见过户数", "可走访户数"]
        assert rows[2] == ["第一网格", "71.1%", "32", "45"]
    line = ExportSource(store).log().lines[0]
    assert (line.what, line.form, line.purpose, line.recipient) == ("chart", form, "两委例会", "街道")


def test_on_a_narrow_page_the_cards_stand_below_each_other(charts: ReportPage, qtbot: QtBot) -> None:
    cards = list(charts.card.dashboard.cards.values())
    assert cards[0].y() == cards[1].y()
    charts.resize(700, 640)
    qtbot.waitUntil(lambda: cards[0].y() < cards[1].y())
    assert {card.x() for card in cards} == {cards[0].x()}
    assert all(card.view.width() >= card.view.drawing.width - 1 for card in cards)


def test_drawings_follow_the_look(charts: ReportPage, theme: Theme) -> None:
    view = view_of(charts, "coverage")
    low = view.height()
    for appearance, scheme in (("light", Scheme.LIGHT), ("dark", Scheme.DARK), ("contrast", Scheme.CONTRAST)):
        theme.choose(appearance=appearance)
        image = view.grab().toImage()
        seen = {
            image.pixelColor(x, y).name().upper()
            for x in range(image.width())
            for y in range(0, image.height(), 2)
        }
        assert COLOURS[scheme].accent in seen, appearance
    theme.choose(appearance="light", text_size=200)
    assert view.height() > 1.6 * low


@pytest.mark.parametrize("scheme", Scheme)
def test_words_can_be_read_on_every_tone(scheme: Scheme) -> None:
    ink = chart_ink(COLOURS[scheme], scheme)
    for ground in (ink.surface, *ink.tones):
        assert contrast_ratio(ink.text, ground) >= 4.5, ground
    assert contrast_ratio(ink.quiet, ink.surface) >= 4.5
    assert all(contrast_ratio(colour, ink.surface) >= 3 for colour in ink.series)


class Around(QObject):
    """The desk's pages, as far as charts lead to them."""

    changed, page_wanted, node_wanted = Signal(object), Signal(str), Signal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []
        self.page_wanted.connect(self.seen.append)
        self.node_wanted.connect(self.seen.append)


def test_values_lead_to_nodes_and_buildings() -> None:
    around = Around()
    for lead in (Lead("node", b"grid"), Lead("building", b"house")):
        follow(around, lead)
    assert around.seen == [b"grid", b"house", "households"]


# -- without a window ------------------------------------------------------------------------------------


def homes(met: int, reachable: int) -> HomeFigures:
    return HomeFigures(reachable, reachable, met)


def building(place: int, estate: str = "学府院") -> BuildingLine:
    line = StairwellLine(bytes([place, 1]), "1单元", homes(place, 20))
    return BuildingLine(bytes([place]), estate, f"{place}栋", (line,))


def made(zh: Wording, more: Dashboard, **other: Any) -> dict[str, DashboardChart]:
    period = Period.parse("2026-W47")
    nothing = Totals()
    summary = Summary(
        "锦澜社区", b"n", "锦澜社区", period, period.last, True, True, nothing, nothing, nothing, (), ()
    )
    return {one.chart.key: one for one in dashboard_charts(replace(summary, **other), more, zh)}


def test_categories_and_sources_lead_to_the_demands_of_the_period(zh: Wording) -> None:
    two = CodeLine("parking", "", DemandFigures(registered=2)), CodeLine("noise", "", DemandFigures(open=1))
    charts = made(zh, Dashboard("", "", (), (), ()), categories=two, sources=two[:1])
    assert charts["categories"].lead(0, 0) == Lead("records", "demands.registered/category=parking")
    assert charts["categories"].lead(1, 0) is None  # nothing of it was registered in the period
    assert charts["sources"].lead(0, 0) == Lead("records", "demands.registered/source=parking")


def test_few_buildings_show_their_stairwells_and_many_their_estates(zh: Wording) -> None:
    few = made(zh, Dashboard("", "", (), (), tuple(building(place) for place in range(1, 4))))["buildings"]
    assert few.chart.labels == ("1栋", "2栋", "3栋")
    assert [series.name for series in few.chart.series] == ["1单元"]
    assert few.lead(2, 0) == Lead("building", b"\x03")
    lines = tuple(building(place, "甲院" if place < 12 else "乙院") for place in range(1, 25))
    many = made(zh, Dashboard("", "", (), (), lines))["buildings"]
    assert many.chart.labels == ("甲院", "乙院")
    assert many.chart.kind is ChartKind.HEAT
    assert many.lead(1, 11) == Lead("building", bytes([12]))
    assert many.lead(1, 0) is None


def test_a_grid_without_a_reply_has_no_bar_and_no_nought(zh: Wording) -> None:
    lines = (ReplyLine(b"1", "第一网格", 2, Fraction(7, 2)), ReplyLine(b"2", "第二网格", 0, None))
    chart = made(zh, Dashboard("", "", (), lines, ()))["replies"].chart
    assert chart.table.rows == (("第一网格", Measure(Fraction(7, 2)), 2), ("第二网格", None, 0))
    assert chart.values(chart.series[0]) == (Fraction(7, 2), None)


def test_nothing_at_all_is_said_to_be_nothing(zh: Wording) -> None:
    for key, one in made(zh, Dashboard("", "", (), (), ())).items():
        assert one.chart.is_empty, key
        assert not one.leads, key


def chart_document(table: Table, *marks: str) -> Document:
    chart = Chart("k", "t", ChartKind.LINE, (Series("n", 1),), table, "nothing")
    return Document("t", "s", "n", (chart,), "en", "2026-11-20 09:00", marks)


def test_nothing_in_a_csv_becomes_a_formula_and_the_practice_mark_goes_with_it() -> None:
    table = Table(
        "t", (Column("=a"), Column("n", ColumnKind.NUMBER)), (("+86", -5), ("@x", None)), total=("-", 1200)
    )
    written = chart_bytes(chart_document(table, "Practice"), "csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))
    assert rows == [["Practice"], ["'=a", "n"], ["'+86", "-5"], ["'@x", ""], ["'-", "1200"]]


def test_a_chart_has_no_other_form() -> None:
    table = Table("t", (Column("a"), Column("n", ColumnKind.NUMBER)), (("x", 1),))
    with pytest.raises(ValueError, match="'gif'"):
        chart_bytes(chart_document(table), "gif")
