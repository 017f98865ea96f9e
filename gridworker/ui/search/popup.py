"""The card under the search field. It lies over the page inside the window, so that the keyboard stays in the
field and no platform has a say in where it goes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from gridworker.ui.search.find_list import FindList
from gridworker.ui.search.finds import Find
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_WIDTH = 480
_EDGE = 4  # the card's frame and margin, above and below
_LINES = 9


def _home_of(field: QWidget) -> QWidget:
    """The window of the desk: the card goes when that goes, also where several stand in one frame."""
    above: QWidget | None = field
    while above is not None and not isinstance(above, QMainWindow):
        above = above.parentWidget()
    return above or field.window()


class FindPopup(Card):
    """Shown below `field` by `show_finds`, as high as its lines need and the window has room for."""

    def __init__(self, theme: Theme, wording: Wording, field: QWidget) -> None:
        super().__init__(theme, flush=True)
        self._theme, self._wording, self._field = theme, wording, field
        self.list = FindList(theme, wording)
        self.nothing = TextLabel(theme, "", "body", "text2", wrap=True)
        self.nothing.setContentsMargins(SIZES.gap_3, SIZES.gap_3, SIZES.gap_3, SIZES.gap_3)
        self.body.addWidget(self.list)
        self.body.addWidget(self.nothing)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(wording("search.list_name"))
        self.hide()
        theme.changed.connect(self.place)

    def show_finds(self, finds: Sequence[Find], text: str) -> None:
        self.list.show_finds(finds)
        self.list.setVisible(bool(finds))
        self.nothing.setVisible(not finds)
        self.nothing.setText(self._wording("search.nothing", text=text) if not finds else "")
        home = _home_of(self._field)
        if self.parentWidget() is not home:
            self.setParent(home)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Under the field, no wider and no higher than the window."""
        top = self.parentWidget()
        if top is None:
            return
        tokens = self._theme.tokens
        at = self._field.mapTo(top, QPoint(0, self._field.height() + SIZES.gap_1))
        room = top.width() - at.x() - SIZES.gap_3
        width = min(max(self._field.width(), round(_WIDTH * tokens.growth)), room)
        most = min(top.height() - at.y() - SIZES.gap_4, _LINES * self._theme.height(SIZES.two_line_row))
        if self.list.isHidden():
            height = max(self.nothing.heightForWidth(width - 2), self._theme.height(SIZES.two_line_row))
        else:
            height = self.list.wanted_height()
        self.setGeometry(at.x(), at.y(), width, min(height + _EDGE, most))
