"""One household's history as dots on a line: what happened, when, in whose words, and how far the record came."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.store.rows import Road, TimelineEntry
from gridworker.ui.pages.words import DOT, code_word, outcome_shown, road_shown
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import (
    chip_width,
    paint_chip,
    paint_facts,
    paint_focus_inside,
    paint_line,
    paint_text,
)
from gridworker.wording import Wording

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex
_RAIL = 22
_PAD = 6
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)


def entry_title(entry: TimelineEntry, wording: Wording) -> str:
    if entry.kind != "visit":
        return code_word(wording, "households.event", entry.kind)
    mode = code_word(wording, "visit.mode", entry.mode)
    return DOT.join([mode, outcome_shown(entry.outcome, wording).word])


def entry_spoken(entry: TimelineEntry, wording: Wording) -> str:
    """The whole entry for a screen reader."""
    parts = [entry.on, entry_title(entry, wording), *_facts(entry, wording), entry.text]
    return DOT.join(part for part in (*parts, road_shown(entry.road, wording).word) if part)


def _facts(entry: TimelineEntry, wording: Wording) -> list[str]:
    marks = [wording("households.void")] if entry.void else []
    marks += [wording("households.amended")] if entry.amended else []
    return [*marks, entry.no, *entry.visitors]


class TimelineModel(QAbstractListModel):
    """The entries, newest first."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self._entries: tuple[TimelineEntry, ...] = ()

    def show_entries(self, entries: Sequence[TimelineEntry]) -> None:
        if tuple(entries) == self._entries:
            return
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return entry_spoken(entry, self._wording)
        return None


class TimelineDelegate(QStyledItemDelegate):
    """Dot, title and day in one line; facts; the words that were said."""

    def __init__(self, theme: Theme, wording: Wording, view: QListView) -> None:
        super().__init__(view)
        self._theme, self._wording, self._view = theme, wording, view

    def _line(self) -> int:
        return self._theme.metrics().height() + 2

    def _small(self) -> int:
        return self._theme.metrics("caption").height() + 2

    def _text_height(self, text: str, width: int) -> int:
        if not text:
            return 0
        box = self._theme.metrics().boundingRect(QRect(0, 0, max(width, 40), 10_000), _WRAP, text)
        return box.height() + 2

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        entry = index.data(ENTRY_ROLE)
        width = self._view.viewport().width()
        text = self._text_height(entry.text, width - _RAIL - SIZES.gap_1)
        return QSize(width, self._line() + self._small() + text + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: TimelineEntry = index.data(ENTRY_ROLE)
        theme, rect = self._theme, option.rect
        self._paint_rail(painter, rect, entry, index)
        line = QRect(rect.left() + _RAIL, rect.top() + _PAD, rect.width() - _RAIL - SIZES.gap_1, self._line())
        day = theme.metrics("caption").horizontalAdvance(entry.on) + 2
        paint_text(painter, line, entry.on, theme.font("caption"), theme.colour("text2"), right=True)
        title = line.adjusted(0, 0, -day - SIZES.gap_2, 0)
        ink = theme.colour("text3" if entry.void else "text")
        parts = entry_title(entry, self._wording).split(DOT)
        paint_facts(painter, title, parts, theme.font("body_bold"), ink)
        self._paint_facts(painter, QRect(line.left(), line.bottom() + 1, line.width(), self._small()), entry)
        if entry.text:
            at = QRect(line.left(), line.bottom() + 1 + self._small(), line.width(), rect.height())
            font = QFont(theme.font())
            font.setStrikeOut(entry.void)
            painter.setFont(font)
            painter.setPen(theme.colour("text3" if entry.void else "text"))
            painter.drawText(at, _WRAP, entry.text)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            paint_focus_inside(painter, theme, rect, SIZES.radius_chip)

    def _paint_facts(self, painter: QPainter, line: QRect, entry: TimelineEntry) -> None:
        theme = self._theme
        room = line
        if entry.road not in (Road.ALONE, Road.COMMUNITY, Road.SERVER):
            shown = road_shown(entry.road, self._wording)
            width = chip_width(theme, shown.word, shown.look.icon)
            paint_chip(painter, theme, line, shown.look, shown.word, filled=False, right=True)
            room = line.adjusted(0, 0, -width - SIZES.gap_1, 0)
        facts = _facts(entry, self._wording)
        paint_facts(painter, room, facts, theme.font("caption"), theme.colour("text2"))

    def _paint_rail(self, painter: QPainter, rect: QRect, entry: TimelineEntry, index: _Index) -> None:
        theme = self._theme
        x, y = rect.left() + 8, rect.top() + _PAD + self._line() // 2
        last = index.row() == index.model().rowCount() - 1
        top = rect.top() if index.row() else y
        if top < y or not last:
            paint_line(painter, QPoint(x, top), QPoint(x, y if last else rect.bottom()), theme.colour("line"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        met = entry.outcome == "met" and not entry.void
        colour = theme.colour("accent" if met else "ctl")
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if met else theme.colour("surface"))
        painter.drawEllipse(QPointF(x + 0.5, y + 0.5), 4, 4)
        painter.restore()


class Timeline(QListView):
    """The list. Heights follow the width, so the words are never cut. `whole` makes it as high as its entries, to
    stand inside something that scrolls."""

    def __init__(self, theme: Theme, wording: Wording, *, whole: bool = False) -> None:
        super().__init__()
        self._whole = whole
        self._entries = TimelineModel(wording)
        self.setModel(self._entries)
        self.setItemDelegate(TimelineDelegate(theme, wording, self))
        self.setAccessibleName(wording("households.tab.timeline"))
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        if whole:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._fit)

    def show_entries(self, entries: Sequence[TimelineEntry]) -> None:
        self._entries.show_entries(entries)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.scheduleDelayedItemsLayout()
        if self._whole:
            rows = range(self._entries.rowCount())
            self.setFixedHeight(sum(self.sizeHintForRow(at) for at in rows) + 2)
