"""The order in which Tab goes through what stands in a layout: as it is read, whenever it was put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def order_keyboard(root: QWidget, *layouts: QLayout) -> None:
    """Let Tab go through `layouts` of `root` one after the other. What is placed without a layout keeps its order."""
    alone: dict[QWidget, int] = {}
    whole: dict[QWidget, int] = {}
    for place, (part, ended) in enumerate(found for layout in layouts for found in _parts(layout)):
        (whole if ended else alone)[part] = place
    reached = [one for one in _chain(root) if _place(one, alone, whole) is not None]
    ordered = sorted(reached, key=lambda one: _place(one, alone, whole) or 0)
    if ordered != reached:  # a page is shown often, and its order is right from the first time on
        for before, after in pairwise(ordered):
            QWidget.setTabOrder(before, after)


def _place(widget: QWidget, alone: Mapping[QWidget, int], whole: Mapping[QWidget, int]) -> int | None:
    """Where a widget is read: as a part itself, else at the end of the part that it stands in."""
    place = alone.get(widget)
    above = widget.parentWidget()
    while place is None and above is not None:
        place, above = whole.get(above), above.parentWidget()
    return place


def _chain(root: QWidget) -> Iterator[QWidget]:
    """What Tab reaches in `root`."""
    window, widget = root.window(), root.nextInFocusChain()
    while widget is not None and widget is not root:
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and root.isAncestorOf(widget)
        if reached and widget.window() is window:
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
