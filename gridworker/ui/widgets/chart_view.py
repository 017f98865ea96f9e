"""A chart on the screen: drawn from tokens, walked through by keyboard, its figures told in words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gridworker.exports.chart_layout import laid_out
from gridworker.exports.chart_paper import spoken, spoken_value
from gridworker.exports.chart_parts import Drawing, Ink, Spot
from gridworker.exports.charts import FontRuler, paint_drawing
from gridworker.exports.document import Chart
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Colours, Scheme
from gridworker.ui.widgets.painting import paint_focus_inside, paint_rounded

#: How much of the accent the fields of a heat map take on, from least to most.
_TONES = (0.0, 0.1, 0.2, 0.3, 0.4)
_BACK = (Qt.Key.Key_Up, Qt.Key.Key_Left)
_ON = (Qt.Key.Key_Down, Qt.Key.Key_Right)
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def chart_ink(colours: Colours, scheme: Scheme) -> Ink:
    """The colours of charts in one scheme. In high contrast fields have no tone: their gauge and number tell."""
    tones = () if scheme is Scheme.CONTRAST else tuple(_mixed(colours, share) for share in _TONES)
    return Ink(
        colours.surface, colours.text, colours.text2, colours.line, (colours.accent, colours.text3), tones
    )


def _mixed(colours: Colours, share: float) -> str:
    pairs = ((colours.surface[at : at + 2], colours.accent[at : at + 2]) for at in (1, 3, 5))
    return "#" + "".join(
        f"{round(int(ground, 16) * (1 - share) + int(ink, 16) * share):02x}" for ground, ink in pairs
    )


class ChartView(QWidget):
    """`opened(label, series)` on click or Enter at a value, where the chart leads somewhere; a series of -1 is all of
    them. `moved(rect)` to the value that the keyboard is at."""

    opened = Signal(int, int)
    moved = Signal(QRect)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chart: Chart | None = None
        self._drawing = Drawing(0, 0)
        self._at = -1
        self._leads = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self._lay_out)

    @property
    def chart(self) -> Chart | None:
        return self._chart

    @property
    def drawing(self) -> Drawing:
        return self._drawing

    @property
    def current(self) -> Spot | None:
        """The value that the keyboard is at."""
        return self._drawing.spots[self._at] if 0 <= self._at < len(self._drawing.spots) else None

    def show_chart(self, chart: Chart, *, leads: bool = False) -> None:
        """`leads`: a click on a value opens its records."""
        same = self._chart is not None and self._chart.labels == chart.labels
        self._chart, self._leads = chart, leads
        self._at = self._at if same else -1
        self.setAccessibleName(chart.caption)
        self.setAccessibleDescription(spoken(chart))
        self._lay_out()

    def _lay_out(self) -> None:
        if self._chart is None:
            return
        ruler = FontRuler(self._theme.font("caption"))
        least = 20 * ruler.line
        self.setMinimumWidth(round(least))
        self._drawing = laid_out(self._chart, max(self.width() - 1.0, least), ruler)
        self.setFixedHeight(round(self._drawing.height) + 1)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIZES.side_panel, round(self._drawing.height) + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, spot = self._theme, QPainter(self), self.current
        if spot is not None and self.hasFocus():
            paint_rounded(painter, self._rect(spot), SIZES.radius_chip, theme.colour("sel"), None)
        ink = chart_ink(theme.tokens.colours, theme.tokens.scheme)
        paint_drawing(painter, self._drawing, ink, theme.font("caption"))
        if self.hasFocus():
            rect = self._rect(spot) if spot is not None else self.rect()
            paint_focus_inside(painter, theme, rect, SIZES.radius_chip)

    # By mouse

    def _spot_at(self, at: QPointF) -> int:
        found = (
            number
            for number, spot in enumerate(self._drawing.spots)
            if spot.box.left <= at.x() < spot.box.right and spot.box.top <= at.y() < spot.box.bottom
        )
        return next(found, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._leads and self._spot_at(event.position()) >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._go_to(place)
            self._open()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._spot_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._said(place) if place >= 0 else "", self)
            return True
        return super().event(event)

    # By keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._drawing.spots) - 1
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or last < 0:
            super().keyPressEvent(event)
        elif key in _BACK:
            self._go_to(max(self._at - 1, 0))
        elif key in _ON:
            self._go_to(min(self._at + 1, last))
        elif key == Qt.Key.Key_Home:
            self._go_to(0)
        elif key == Qt.Key.Key_End:
            self._go_to(last)
        elif key in _OPEN:
            self._open()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _go_to(self, place: int) -> None:
        self._at = place
        self.setAccessibleName(self._said(place))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self.moved.emit(self._rect(self._drawing.spots[place]))
        self.update()

    def _open(self) -> None:
        spot = self.current
        if spot is not None and self._leads:
            self.opened.emit(spot.label, spot.series)

    def _said(self, place: int) -> str:
        spot = self._drawing.spots[place]
        return spoken_value(self._chart, spot.label, spot.series) if self._chart is not None else ""

    def _rect(self, spot: Spot) -> QRect:
        box = spot.box
        return QRect(round(box.left), round(box.top), round(box.width), round(box.height))
