"""The order in which Tab goes through what stands in a layout: as it is read, whenever it was put in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def order_keyboard(root: QWidget, *layouts: QLayout) -> None:
    """Let Tab go through `layouts` of `root` one after the other. What is placed without a layout keeps its order."""
    reached = [one for one in _chain(root) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    ordered: dict[QWidget, None] = {}
    for part, whole in (found for layout in layouts for found in _parts(layout)):
        ordered |= dict.fromkeys(one for one in reached if one is part or (whole and part.isAncestorOf(one)))
    for before, after in pairwise(ordered):
        QWidget.setTabOrder(before, after)


def _chain(root: QWidget) -> Iterator[QWidget]:
    widget = root.nextInFocusChain()
    while widget is not None and widget is not root:
        if root.isAncestorOf(widget) and widget.window() is root.window():
            yield widget
        widget = widget.nextInFocusChain()


def _parts(layout: QLayout) -> Iterator[tuple[QWidget, bool]]:
    """The parts in the order of the layouts, each alone and, after its own parts, with all that stands in it."""
    place = 0
    while (item := layout.itemAt(place)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from _within(widget)
        elif inner is not None:
            yield from _parts(inner)
        place += 1


def _within(widget: QWidget) -> Iterator[tuple[QWidget, bool]]:
    content = widget.widget() if isinstance(widget, QScrollArea) else None
    layout = widget.layout()
    yield widget, False
    if content is not None:
        yield from _within(content)
    elif layout is not None:
        yield from _parts(layout)
    yield widget, True  # what is placed by hand
