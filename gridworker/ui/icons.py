"""Icons: Lucide outlines drawn in the colour of the text beside them, cached by name, size, colour and pixel ratio."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gridworker.resources import resource_dir

_SMALL = 14
_SMALL_STROKE = b'stroke-width="2.25"'


class IconSet:
    """The shipped icons. One per theme; asks for unknown names raise FileNotFoundError."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._sources: dict[str, bytes] = {}
        self._pixmaps: dict[tuple[str, int, int, float], QPixmap] = {}

    @cached_property
    def _root(self) -> Path:
        return self._folder or resource_dir() / "icons"

    def _source(self, name: str) -> bytes:
        if name not in self._sources:
            self._sources[name] = (self._root / f"{name}.svg").read_bytes()
        return self._sources[name]

    def pixmap(self, name: str, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
        """The icon as a square pixmap, `size` logical px, drawn for device pixel ratio `ratio`."""
        key = (name, size, colour.rgba(), ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._draw(name, size, colour, ratio)
        return found

    def _draw(self, name: str, size: int, colour: QColor, ratio: float) -> QPixmap:
        svg = self._source(name).replace(b"currentColor", colour.name().encode())
        if size <= _SMALL:
            svg = svg.replace(b'stroke-width="2"', _SMALL_STROKE)
        edge = max(1, round(size * ratio))
        pixmap = QPixmap(edge, edge)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, edge, edge))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def paint(self, painter: QPainter, name: str, rect: QRect, size: int, colour: QColor) -> None:
        """Draw the icon centred in `rect`, `size` logical px."""
        ratio = painter.device().devicePixelRatio()
        at = QPoint(rect.x() + (rect.width() - size) // 2, rect.y() + (rect.height() - size) // 2)
        painter.drawPixmap(at, self.pixmap(name, size, colour, ratio))

    def icon(self, name: str, colour: QColor, disabled: QColor | None = None) -> QIcon:
        """A QIcon for actions and tool buttons, drawn at whatever size is asked for."""
        self._source(name)
        return QIcon(_Engine(self, name, colour, disabled or colour))


class _Engine(QIconEngine):
    """Draws one icon of an IconSet on demand, so that no bitmap is stretched."""

    def __init__(self, icons: IconSet, name: str, colour: QColor, disabled: QColor) -> None:
        super().__init__()
        self._icons, self._name, self._colour, self._disabled = icons, name, colour, disabled

    def clone(self) -> QIconEngine:
        return _Engine(self._icons, self._name, self._colour, self._disabled)

    def _ink(self, mode: QIcon.Mode) -> QColor:
        return self._disabled if mode == QIcon.Mode.Disabled else self._colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = min(rect.width(), rect.height())
        self._icons.paint(painter, self._name, rect, size, self._ink(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._icons.pixmap(self._name, min(size.width(), size.height()), self._ink(mode))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """`size` is in device pixels here."""
        edge = round(min(size.width(), size.height()) / scale)
        return self._icons.pixmap(self._name, edge, self._ink(mode), scale)
