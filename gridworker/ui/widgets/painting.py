"""Chips, count badges, key caps and fact lines as paint functions, shared by delegates and widgets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPen

from gridworker.ui.states import StateLook
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme

_CHIP_PAD = 6
_ICON_GAP = 4
_DOT_SIDE = 6
_DOT = 2
_LEAST_CHARACTERS = 5
_KEY_PAD = 5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_line(painter: QPainter, start: QPoint, end: QPoint, colour: QColor) -> None:
    """A crisp 1 px line, level or upright, both ends included."""
    painter.fillRect(QRect(start, end), colour)


def paint_text(
    painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor, *, right: bool = False
) -> int:
    """Text centred in height, elided at the end when `rect` is too narrow. Returns the width it took in px."""
    metrics = QFontMetrics(font)
    width = metrics.horizontalAdvance(text)
    if width > rect.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        width = metrics.horizontalAdvance(text)
    painter.setFont(font)
    painter.setPen(colour)
    exact = QFontMetricsF(font)
    spare = rect.height() - exact.height()
    if right or spare < 0 or "\n" in text:
        painter.drawText(rect, _RIGHT if right else _LEFT, text)
    else:  # the same place, without laying out lines: half the time
        painter.drawText(QPointF(rect.left(), rect.top() + spare / 2 + exact.ascent()), text)
    return width


def paint_rounded(
    painter: QPainter,
    rect: QRect,
    radius: int,
    fill: QColor | None,
    edge: QColor | None,
    *,
    dashed: bool = False,
) -> None:
    """A rounded box with an optional fill and an optional 1 px edge inside `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if edge is not None:
        painter.setPen(QPen(edge, 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    if fill is not None:
        painter.setBrush(fill)
    inset = 0.5 if edge is not None else 0.0
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.restore()


def chip_width(theme: Theme, text: str, icon: str | None) -> int:
    """Width in px of a chip with this word and, where not None, an icon."""
    width = theme.metrics("caption").horizontalAdvance(text) + 2 * _CHIP_PAD
    return width + (theme.tokens.icon(SIZES.icon_small) + _ICON_GAP if icon else 0)


def paint_chip(
    painter: QPainter,
    theme: Theme,
    rect: QRect,
    look: StateLook | None,
    text: str,
    *,
    filled: bool = True,
    right: bool = False,
) -> QRect:
    """A state chip (icon + word) centred in height in `rect`, at its left or right end.

    `filled=False` inside dense tables and boards. `look=None` paints a mute category chip without an icon.
    Returns the rectangle the chip took."""
    icon = look.icon if look else None
    width = min(chip_width(theme, text, icon), rect.width())
    height = min(theme.tokens.chip(), rect.height())
    left = rect.right() + 1 - width if right else rect.left()
    box = QRect(left, rect.top() + (rect.height() - height) // 2, width, height)
    colour = look.colour if look else "mute"
    has_fill = filled and (look is None or look.filled)
    _paint_chip_box(
        painter, theme, box, colour, filled=has_fill, dashed=bool(look and look.dashed and filled)
    )
    inner = box.adjusted(_CHIP_PAD, 0, -_CHIP_PAD, 0)
    if icon:
        size = theme.tokens.icon(SIZES.icon_small)
        theme.icons.paint(
            painter, icon, QRect(inner.left(), inner.top(), size, height), size, theme.colour(colour)
        )
        inner.setLeft(inner.left() + size + _ICON_GAP)
    paint_text(painter, inner.adjusted(0, 0, 2, 0), text, theme.font("caption"), theme.colour(colour))
    return box


def _paint_chip_box(
    painter: QPainter, theme: Theme, box: QRect, colour: str, *, filled: bool, dashed: bool
) -> None:
    contrast = theme.tokens.scheme is Scheme.CONTRAST
    if dashed:
        paint_rounded(painter, box, SIZES.radius_chip, None, theme.colour("ctl"), dashed=True)
    elif filled and contrast:
        paint_rounded(painter, box, SIZES.radius_chip, None, theme.colour(colour))
    elif filled:
        paint_rounded(painter, box, SIZES.radius_chip, theme.colour(f"{colour}.tint"), None)


def badge_width(theme: Theme, text: str) -> int:
    """Width in px of a count pill; never narrower than high."""
    return max(theme.metrics("caption_bold").horizontalAdvance(text) + 12, badge_height(theme))


def badge_height(theme: Theme) -> int:
    return theme.tokens.chip() - 2


def paint_badge(painter: QPainter, theme: Theme, rect: QRect, text: str, colour: str = "late") -> QRect:
    """A count pill centred in height at the left of `rect`. Returns the rectangle it took."""
    width, height = badge_width(theme, text), badge_height(theme)
    box = QRect(rect.left(), rect.top() + (rect.height() - height) // 2, width, height)
    contrast = theme.tokens.scheme is Scheme.CONTRAST
    fill = None if contrast else theme.colour(f"{colour}.tint")
    paint_rounded(painter, box, height // 2, fill, theme.colour(colour) if contrast else None)
    painter.setFont(theme.font("caption_bold"))
    painter.setPen(theme.colour(colour))
    painter.drawText(box, _CENTRE, text)
    return box


def key_width(theme: Theme, key: str) -> int:
    """Width in px of a printed key cap."""
    return max(theme.metrics("caption").horizontalAdvance(key) + 2 * _KEY_PAD + 2, theme.tokens.chip() - 2)


def paint_key(painter: QPainter, theme: Theme, rect: QRect, key: str, *, ink: QColor | None = None) -> QRect:
    """A printed key (`Ctrl+N`) centred in height at the left of `rect`.

    `ink` is given on filled buttons: edge and text take that colour. Returns the rectangle it took."""
    height = theme.tokens.chip() - 2
    box = QRect(rect.left(), rect.top() + (rect.height() - height) // 2, key_width(theme, key), height)
    fill = None if ink is not None else theme.colour("alt")
    paint_rounded(painter, box, SIZES.radius_chip, fill, ink or theme.colour("line"))
    painter.setFont(theme.font("caption"))
    painter.setPen(ink or theme.colour("text2"))
    painter.drawText(box, _CENTRE, key)
    return box


def facts_width(metrics: QFontMetrics, facts: Sequence[str]) -> int:
    """Width in px of facts with their dots between."""
    gaps = max(len(facts) - 1, 0) * (_DOT + 2 * _DOT_SIDE)
    return sum(metrics.horizontalAdvance(fact) for fact in facts) + gaps


def paint_facts(painter: QPainter, rect: QRect, facts: Sequence[str], font: QFont, colour: QColor) -> int:
    """Facts in one line with a drawn 2 px dot between; what does not fit is elided, and nothing is drawn where not a
    few characters have room. A figure is left out rather than cut: half of it would be another one; so is a fact with
    a figure in it, where another stands before. Returns the width taken in px."""
    metrics = QFontMetrics(font)
    x, least = rect.left(), _LEAST_CHARACTERS * metrics.averageCharWidth()
    for position, fact in enumerate(fact for fact in facts if fact):
        start = x + (_DOT + 2 * _DOT_SIDE if position else 0)
        room, whole = rect.right() + 1 - start, metrics.horizontalAdvance(fact)
        figure = fact[0].isdigit() or (position > 0 and any(sign.isdigit() for sign in fact))
        if room < min(least, whole) or (room < whole and figure):
            break
        if position:
            _paint_dot(painter, x + _DOT_SIDE, rect, colour)
        x = start + paint_text(painter, QRect(start, rect.top(), room, rect.height()), fact, font, colour)
        if whole > room:
            break
    return x - rect.left()


def _paint_dot(painter: QPainter, x: int, rect: QRect, colour: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x + _DOT / 2, rect.center().y() + 1), _DOT / 2, _DOT / 2)
    painter.restore()


def paint_row_back(
    painter: QPainter, theme: Theme, rect: QRect, *, selected: bool, hovered: bool, focused: bool
) -> None:
    """Background of a table or list row: hover, selection with its 3 px mark, focus ring inside the row."""
    if selected:
        painter.fillRect(rect, theme.colour("sel"))
        painter.fillRect(rect.left(), rect.top(), SIZES.mark, rect.height(), theme.colour("accent"))
        if theme.tokens.scheme is Scheme.CONTRAST:
            paint_rounded(painter, rect, 0, None, theme.colour("sel_edge"))
    elif hovered:
        painter.fillRect(rect, theme.colour("hover"))
    if focused:
        paint_focus_inside(painter, theme, rect, SIZES.radius_chip)


def paint_focus_inside(painter: QPainter, theme: Theme, rect: QRect, radius: int) -> None:
    """The 2 px focus ring inside a row or cell."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("accent"), SIZES.ring))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()
