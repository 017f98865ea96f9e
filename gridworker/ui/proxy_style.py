"""Fusion with this product's edges: radius 6 round everything you type in, own check and radio marks, quiet focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleOption,
    QStyleOptionComplex,
    QWidget,
)

from gridworker.ui.tokens import SIZES

if TYPE_CHECKING:
    from gridworker.ui.theme import Theme

_State = QStyle.StateFlag
_Primitive = QStyle.PrimitiveElement
_Complex = QStyle.ComplexControl
_Part = QStyle.SubControl
_FIELDS = (_Primitive.PE_PanelLineEdit, _Primitive.PE_FrameLineEdit)


class GridworkerStyle(QProxyStyle):
    """Overrides painting only, never metrics: those are asked for too often to be answered from Python."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(QStyleFactory.create("Fusion"))
        self._theme = theme

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element in _FIELDS and widget is not None:
            self._draw_field(option, painter, widget)
        elif element == _Primitive.PE_FrameFocusRect:
            self._draw_focus(option, painter, widget)
        elif element == _Primitive.PE_IndicatorCheckBox:
            self._draw_check(option, painter)
        elif element == _Primitive.PE_IndicatorRadioButton:
            self._draw_radio(option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if control == _Complex.CC_ComboBox and widget is not None:
            self._draw_combo(option, painter, widget)
        elif control == _Complex.CC_SpinBox and widget is not None:
            self._draw_spin(option, painter, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        rect = super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        if control == _Complex.CC_ComboBox and part == _Part.SC_ComboBoxEditField:
            return rect.adjusted(SIZES.gap_1 + 1, 0, 0, 0)
        return rect

    def _draw_field(self, option: QStyleOption, painter: QPainter, widget: QWidget) -> None:
        if _is(widget.parentWidget(), "QSpinBox") or widget.property("bare"):
            return  # the box round it has the edge already
        self._box(painter, option.rect, option, fill=not widget.property("noFill"))

    def _box(self, painter: QPainter, rect: QRect, option: QStyleOption, *, fill: bool = True) -> None:
        theme = self._theme
        on = bool(option.state & _State.State_Enabled)
        focused = on and bool(option.state & _State.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if focused else "ctl" if on else "line"), 1))
        if fill:
            painter.setBrush(theme.colour("surface" if on else "alt"))
        radius = SIZES.radius_control
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.restore()

    def _draw_focus(self, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> None:
        # Controls get the ring outside their edge (focus_ring.py); only rows of lists have it inside.
        if not _is(widget, "QAbstractItemView"):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), SIZES.ring))
        painter.drawRoundedRect(
            QRectF(option.rect).adjusted(1, 1, -1, -1), SIZES.radius_chip, SIZES.radius_chip
        )
        painter.restore()

    def _mark_colours(self, option: QStyleOption) -> tuple[QColor, QColor]:
        """Edge and fill of a check box or radio button in its present state."""
        theme = self._theme
        if not option.state & _State.State_Enabled:
            return theme.colour("line"), theme.colour("alt")
        chosen = bool(option.state & (_State.State_On | _State.State_NoChange))
        return theme.colour("accent" if chosen else "ctl"), theme.colour("accent" if chosen else "surface")

    def _draw_check(self, option: QStyleOption, painter: QPainter) -> None:
        edge, fill = self._mark_colours(option)
        rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(QPen(self._theme.colour("on_accent"), 2, c=Qt.PenCapStyle.RoundCap))
        x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
        if option.state & _State.State_On:
            points = [QPointF(x + w * a, y + h * b) for a, b in ((0.22, 0.52), (0.42, 0.72), (0.78, 0.3))]
            painter.drawPolyline(points)
        elif option.state & _State.State_NoChange:
            painter.drawLine(QPointF(x + w * 0.25, y + h / 2), QPointF(x + w * 0.75, y + h / 2))
        painter.restore()

    def _draw_radio(self, option: QStyleOption, painter: QPainter) -> None:
        edge, fill = self._mark_colours(option)
        rect = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(fill)
        painter.drawEllipse(rect)
        if option.state & _State.State_On:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("on_accent"))
            painter.drawEllipse(rect.center(), rect.width() * 0.2, rect.height() * 0.2)
        painter.restore()

    def _draw_combo(self, option: QStyleOptionComplex, painter: QPainter, widget: QWidget) -> None:
        self._box(painter, option.rect, option)
        arrow = self.subControlRect(_Complex.CC_ComboBox, option, _Part.SC_ComboBoxArrow, widget)
        self._chevron(painter, "chevron-down", arrow, SIZES.icon)

    def _draw_spin(self, option: QStyleOptionComplex, painter: QPainter, widget: QWidget) -> None:
        self._box(painter, option.rect, option)
        parts = ((_Part.SC_SpinBoxUp, "chevron-up"), (_Part.SC_SpinBoxDown, "chevron-down"))
        for part, name in parts:
            rect = self.subControlRect(_Complex.CC_SpinBox, option, part, widget)
            if rect.isValid():
                self._chevron(painter, name, rect, 12)

    def _chevron(self, painter: QPainter, name: str, rect: QRect, size: int) -> None:
        theme = self._theme
        theme.icons.paint(painter, name, rect, theme.tokens.icon(size), theme.colour("text2"))


def _is(widget: QWidget | None, name: str) -> bool:
    """Asked by name: making a class known to Python that a window does not use yet costs its first paint."""
    return widget is not None and widget.inherits(name)
