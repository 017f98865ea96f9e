"""Paints a chart with QPainter: on the screen, on a page of a PDF or into a picture, from the same drawing."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QImageWriter,
    QPainter,
    QPen,
    QPolygonF,
)

from gridworker.exports.chart_parts import (
    FILLS,
    Bar,
    Box,
    Dot,
    Drawing,
    Field,
    Ink,
    Label,
    Line,
    Stroke,
    corners,
    dash,
    hatching,
    shape,
)
from gridworker.exports.chart_svg import WIDTHS
from gridworker.exports.document import Align

#: Text copied out of a PDF must be the text that is seen: some families fail that.
FAMILIES = ("Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "Noto Sans CJK SC")
PRINT_DPI = 300
_SIDES = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight,
}


class FontRuler:
    """Measures text in a font as the painter will draw it."""

    def __init__(self, font: QFont) -> None:
        self._plain = QFontMetricsF(font)
        self._bold = QFontMetricsF(_bold(font))

    @property
    def line(self) -> float:
        return max(self._plain.height(), self._bold.height())

    def width(self, text: str, bold: bool = False) -> float:
        # A pixel more: letters may lean out of what they are said to take.
        return (self._bold if bold else self._plain).horizontalAdvance(text) + 1


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


def paper_font(size: float) -> QFont:
    """The font of charts on paper, `size` in 1/96 inch, the same at every resolution."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(round(size))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def painting_application() -> QGuiApplication:
    """The running application, or one without a display: without any, Qt has no fonts. Hold on to it while painting."""
    application = QGuiApplication.instance()
    if not isinstance(application, QGuiApplication):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QGuiApplication(["gridworker"])
    return application


def png_of(
    drawings: Sequence[Drawing], ink: Ink, font: QFont, *, dpi: int = PRINT_DPI, margin: float = 0
) -> bytes:
    """A PNG picture of `drawings` below each other at `dpi`, `margin` (1/96 inch) free around them."""
    scale = dpi / 96
    wide = max(drawing.width for drawing in drawings) + 2 * margin
    high = sum(drawing.height for drawing in drawings) + 2 * margin
    image = QImage(round(wide * scale), round(high * scale), QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    image.fill(QColor(ink.surface))
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(margin, margin)
    for drawing in drawings:
        paint_drawing(painter, drawing, ink, font)
        painter.translate(0, drawing.height)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def paint_drawing(painter: QPainter, drawing: Drawing, ink: Ink, font: QFont) -> None:
    """Paint `drawing` with its corner at the painter's origin. The ground is left as it is."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for field in drawing.fields:
        _field(painter, field, ink)
    for line in drawing.lines:
        _line(painter, line, ink)
    for bar in drawing.bars:
        _bar(painter, bar, ink)
    for dot in drawing.dots:
        _dot(painter, dot, ink)
    for label in drawing.labels:
        _label(painter, label, ink, font)
    painter.restore()


def _rect(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)


def _crisp(box: Box) -> QRectF:
    """The box on half pixels, so that an edge of one pixel is one pixel."""
    left, top = round(box.left) + 0.5, round(box.top) + 0.5
    return QRectF(left, top, max(round(box.right) - 0.5 - left, 0.5), max(round(box.bottom) - 0.5 - top, 0.5))


def _field(painter: QPainter, field: Field, ink: Ink) -> None:
    edge = QPen(QColor(ink.grid), 1)
    if field.share is None:
        edge.setDashPattern([3, 3])
    painter.setPen(edge)
    painter.setBrush(QColor(ink.tone(field.share)))
    painter.drawRect(_crisp(field.box))
    if field.gauge.width > 0:
        painter.fillRect(_rect(field.gauge), QColor(ink.of(0)))


def _line(painter: QPainter, line: Line, ink: Ink) -> None:
    series = line.stroke is Stroke.SERIES
    colour = ink.of(line.style) if series else ink.grid if line.stroke is Stroke.GRID else ink.quiet
    pen = QPen(QColor(colour), WIDTHS[line.stroke])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if series and dash(line.style):
        pen.setDashPattern(list(dash(line.style)))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = line.points if series else [(round(x) + 0.5, round(y) + 0.5) for x, y in line.points]
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _bar(painter: QPainter, bar: Bar, ink: Ink) -> None:
    colour = QColor(ink.of(bar.style))
    solid = FILLS[bar.style % len(FILLS)] == "solid"
    painter.setPen(QPen(colour, 0.75))
    painter.drawLines([QLineF(*ends) for ends in hatching(bar)])
    painter.setPen(QPen(colour, 1))
    painter.setBrush(QBrush(colour) if solid else QBrush(Qt.BrushStyle.NoBrush))
    painter.drawRect(_rect(bar.box))


def _dot(painter: QPainter, dot: Dot, ink: Ink) -> None:
    colour = QColor(ink.of(dot.style))
    painter.setPen(QPen(colour, 1.25))
    if shape(dot.style) == "round":
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(dot.x, dot.y), dot.radius, dot.radius)
    else:
        painter.setBrush(QColor(ink.surface))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners(dot)]))


def _label(painter: QPainter, label: Label, ink: Ink, font: QFont) -> None:
    painter.setFont(_bold(font) if label.bold else font)
    painter.setPen(QColor(ink.quiet if label.quiet else ink.text))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    painter.drawText(_rect(label.box), int(flags | _SIDES[label.side]), label.text)
