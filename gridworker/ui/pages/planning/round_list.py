"""A list in walking order: heads, and lines of two rows with number, door, who, why, when it suits and state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QModelIndex, QPoint, QRect, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QListView

from gridworker.ui.pages.planning.round_items import RoundItem
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.headed_list import HEAD, HeadedDelegate, HeadedList
from gridworker.ui.widgets.painting import (
    chip_width,
    key_width,
    paint_chip,
    paint_facts,
    paint_key,
    paint_line,
    paint_rounded,
    paint_text,
)

_PAD, _GAP = 12, 12
_KEY = "↵"
#: Below this width (px at 100 %) the line keeps number, door, who and state.
_ROOMY = 520
#: The same for the button of a line: it comes before the time of day.
_FOR_ACTION = 440


class RoundDelegate(HeadedDelegate):
    """Doors, times and states never elide; who and why give way."""

    row_px = SIZES.two_line_row

    def __init__(self, theme: Theme, view: QListView, door: str, action: str, states_right: bool) -> None:
        super().__init__(theme, view)
        self._door, self._action, self._states_right = door, action, states_right

    def paint_head(self, painter: QPainter, rect: QRect, item: object) -> None:
        assert isinstance(item, RoundItem)
        theme = self._theme
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        paint_text(painter, room, item.end, theme.font("caption"), theme.colour("text2"), right=True)
        ends = theme.metrics("caption").horizontalAdvance(item.end) + _GAP
        room = room.adjusted(0, 0, -ends, 0)
        taken = paint_text(painter, room, item.title, theme.font("caption_bold"), theme.colour("text"))
        paint_facts(
            painter,
            room.adjusted(taken + _GAP, 0, 0, 0),
            item.who,
            theme.font("caption"),
            theme.colour("text2"),
        )

    def paint_row(self, painter: QPainter, rect: QRect, item: object, selected: bool) -> None:
        assert isinstance(item, RoundItem)
        theme = self._theme
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room = rect.adjusted(_PAD, 0, -_PAD, -1)
        button = self.action_rect(rect)
        if not button.isNull():
            if selected and item.starts:
                self._paint_action(painter, button)
            room.setRight(button.left() - _GAP)
        room = self._paint_state(painter, room, item)
        room = self._paint_door(painter, room, item, selected)
        if item.when and rect.width() / theme.tokens.scale >= _ROOMY:
            width = theme.tokens.width(84)
            place = QRect(room.right() - width, room.top(), width, room.height())
            paint_text(painter, place, item.when, theme.font("caption"), theme.colour("text2"))
            room = room.adjusted(0, 0, -width - _GAP, 0)
        self._paint_facts(painter, room, item, selected)

    def action_rect(self, rect: QRect) -> QRect:
        """Where the act of a line stands in its rectangle; null where there is none or no room."""
        theme = self._theme
        if not self._action or rect.width() / theme.tokens.scale < _FOR_ACTION:
            return QRect()
        width = (
            theme.metrics("body_bold").horizontalAdvance(self._action) + key_width(theme, _KEY) + 2 * _GAP + 8
        )
        height = theme.height(SIZES.control_small)
        top = rect.top() + (rect.height() - height) // 2
        return QRect(rect.right() + 1 - _PAD - width, top, width, height)

    def _paint_action(self, painter: QPainter, box: QRect) -> None:
        theme, ink = self._theme, self._theme.colour("on_accent")
        paint_rounded(painter, box, SIZES.radius_control, theme.colour("accent"), None)
        inside = box.adjusted(_GAP, 0, -_GAP, 0)
        taken = paint_text(painter, inside, self._action, theme.font("body_bold"), ink)
        paint_key(painter, theme, inside.adjusted(taken + 8, 0, 0, 0), _KEY, ink=ink)

    def _paint_state(self, painter: QPainter, room: QRect, item: RoundItem) -> QRect:
        if item.shown is None:
            return room
        theme = self._theme
        width = max(chip_width(theme, item.shown.word, item.shown.look.icon), theme.tokens.width(96))
        place = QRect(room.right() + 1 - width, room.top(), width, room.height())
        paint_chip(painter, theme, place, item.shown.look, item.shown.word, right=self._states_right)
        return room.adjusted(0, 0, -width - _GAP, 0)

    def _paint_door(self, painter: QPainter, room: QRect, item: RoundItem, selected: bool) -> QRect:
        theme = self._theme
        numbers = theme.metrics("caption").horizontalAdvance("000") + _GAP if item.number else 0
        if item.number:
            place = QRect(room.left(), room.top(), numbers - _GAP, room.height())
            paint_text(painter, place, item.number, theme.font("caption"), theme.colour("text3"), right=True)
        room = room.adjusted(numbers, 0, 0, 0)
        ink = theme.colour("text2" if item.quiet else "text")
        font = theme.font("body" if item.quiet and not selected else "body_bold")
        taken = paint_text(painter, room, item.title, font, ink)
        column = theme.metrics("body_bold").horizontalAdvance(self._door)
        return room.adjusted(max(taken, column) + _GAP, 0, 0, 0)

    def _paint_facts(self, painter: QPainter, room: QRect, item: RoundItem, selected: bool) -> None:
        theme = self._theme
        half = room.height() // 2
        upper = QRect(room.left(), room.top() + 4, room.width(), half - 2)
        lower = QRect(room.left(), room.top() + half - 1, room.width(), half - 3)
        ink = theme.colour("text2" if item.quiet else "text")
        if not any(item.why):
            paint_facts(painter, room, item.who, theme.font("body"), ink)
            return
        paint_facts(painter, upper, [who for who in item.who if who], theme.font("body"), ink)
        paint_facts(
            painter, lower, [why for why in item.why if why], theme.font("caption"), theme.colour("text2")
        )


class RoundList(HeadedList):
    """`opened(item)` on Enter or double click, `pointed(item)` when another line is chosen. Arrows pass over heads;
    without `points` no line is chosen before the keyboard is there. `action` is the button in the chosen line."""

    opened = Signal(object)
    pointed = Signal(object)

    def __init__(
        self, theme: Theme, name: str, door: str = "10-2-3302", *, points: bool = True, action: str = ""
    ) -> None:
        super().__init__(theme, name)
        self._points = points
        self._pressed = QModelIndex()
        self._delegate = RoundDelegate(theme, self, door, action, states_right=not points)
        self.setItemDelegate(self._delegate)
        self.doubleClicked.connect(self.open_at)
        self.selectionModel().currentChanged.connect(lambda *_: self.pointed.emit(self.selected()))

    @property
    def items(self) -> tuple[RoundItem, ...]:
        return cast(tuple[RoundItem, ...], self.lines.items)

    def show_items(self, items: Sequence[RoundItem]) -> None:
        """Another list; the line of the same door stays chosen, else the one at the same place."""
        before, place = self.selected(), self.currentIndex().row()
        self.lines.show_items(items)
        rows = [at for at, item in enumerate(items) if item.kind != HEAD]
        same = [at for at in rows if before is not None and _same(items[at], before)]
        waiting = [at for at in rows if not items[at].quiet]
        near = [at for at in rows if at >= place] if place >= 0 else waiting or rows
        chosen = next(iter(same or near or rows[-1:]), None)
        if chosen is not None and (self._points or self.hasFocus()):
            self.choose_line(chosen)
        else:
            self.pointed.emit(None)

    def selected(self) -> RoundItem | None:
        return cast(RoundItem | None, self.chosen_line())

    def open_line(self, item: object) -> None:
        self.opened.emit(item)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The button of a line is there once the line is chosen: the click that chooses it presses nothing."""
        self._pressed = self._button_at(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, QModelIndex()
        if pressed.isValid() and self._button_at(event.position().toPoint()) == pressed:
            self.open_at(pressed)

    def _button_at(self, place: QPoint) -> QModelIndex:
        index, item = self.currentIndex(), self.selected()
        if item is None or not item.starts:
            return QModelIndex()
        return index if self._delegate.action_rect(self.visualRect(index)).contains(place) else QModelIndex()


def _same(item: RoundItem, before: RoundItem) -> bool:
    """The same record, else the same door: a duty has the same words every day."""
    mine, theirs = getattr(item.key, "id", None), getattr(before.key, "id", None)
    if mine is not None and theirs is not None:
        return bool(mine == theirs)
    return item.title == before.title and item.who == before.who
