"""The frame every page stands in: title row, scope line, controls, content, undo bar, and the keys it offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gridworker.ui.pages.words import error_words
from gridworker.ui.reading_order import order_keyboard
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import FactLine, TextLabel
from gridworker.ui.widgets.undo_bar import UndoBar
from gridworker.wording import Wording


class PageFrame(QWidget):
    """Add content to `body`. `narrow_changed(bool)` tells when the page becomes too narrow for columns."""

    narrow_changed = Signal(bool)
    hints_changed = Signal()

    def __init__(self, theme: Theme, wording: Wording, title: str) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.is_narrow = False
        self.hints: tuple[KeyHint, ...] = ()
        self.further_hints: tuple[KeyHint, ...] = ()
        self.hints_in_status = False
        self._keys: dict[QKeySequence, Callable[[], object]] = {}
        self.title = TextLabel(theme, title, "page")
        self.scope_line = FactLine(theme, (), "body", "text2")
        self.undo_bar = UndoBar(theme, wording)
        self.body = QVBoxLayout()
        self.body.setSpacing(SIZES.gap_2)
        self._buttons: list[Button] = []
        self._title_row = QWidget()
        self._outer = QVBoxLayout(self)
        self._build()
        self.setAccessibleName(title)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _build(self) -> None:
        titles = QHBoxLayout(self._title_row)
        titles.setContentsMargins(0, 0, 0, 0)
        titles.setSpacing(SIZES.gap_3)
        titles.addWidget(self.title)
        self._switch_place = QHBoxLayout()
        titles.addLayout(self._switch_place)
        titles.addWidget(self.scope_line, 1)
        self._controls = QHBoxLayout()
        self._controls.setSpacing(SIZES.gap_3)
        titles.addLayout(self._controls)
        self._outer.setSpacing(SIZES.gap_2)
        self._outer.addWidget(self._title_row)
        self._outer.addLayout(self.body, 1)
        self._outer.addWidget(self.undo_bar)

    def set_scope_line(self, facts: Sequence[str]) -> None:
        """What the page is limited to, beside the title."""
        self.scope_line.show_facts(facts)

    def add_control(self, control: QWidget) -> None:
        """A button or segment at the right of the title row; add the primary one last."""
        self._controls.addWidget(control)
        if isinstance(control, Button):
            self._buttons.append(control)
            self._fit_keys()

    def add_view_switch(self, switch: QWidget) -> None:
        """A segment right after the title."""
        self._switch_place.addWidget(switch)

    def set_hints(self, hints: Sequence[KeyHint], *, in_status: bool = False) -> None:
        """The page's keys for F1; with `in_status` they stand in the status bar instead of its facts."""
        self.hints, self.hints_in_status = tuple(hints), in_status
        self.hints_changed.emit()

    def add_further_hints(self, *hints: KeyHint) -> None:
        """Keys that F1 tells beside those of the view that is shown."""
        self.further_hints = (*self.further_hints, *hints)

    def bind_keys(self, keys: Mapping[str, Callable[[], object]]) -> None:
        """Keys that work while the keyboard is anywhere in this page."""
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
            shortcut.activatedAmbiguously.connect(act)  # the window has that key too: the nearer one counts
            self._keys[QKeySequence(key)] = act

    def answer(self, key: QKeySequence) -> bool:
        """Do what `key` does in this page, pressed while the keyboard was beside it; False if it does nothing here."""
        act = self._keys.get(key)
        if act is not None:
            act()
        return act is not None

    def show_error(self, error: Exception) -> None:
        """Say what failed and what to do next, with the code to copy."""
        self.undo_bar.tell_error(*error_words(self._wording, error))

    def first_focus(self) -> QWidget | None:
        """Where the keyboard goes when the page is opened by key; None leaves it where it is."""
        return None

    def page_shown(self) -> None:
        """Called each time the page comes to the front."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_keys()  # only now every control of the title row is in it
        self.order_keyboard()
        self.page_shown()

    def order_keyboard(self) -> None:
        """Tab goes through the title row, then through the body as it is read; again after parts were added."""
        order_keyboard(self, self._switch_place, self._controls, self.body)

    def minimumSizeHint(self) -> QSize:
        """Small: a page rearranges itself when it is narrow, and must never keep the window from getting there."""
        return QSize(SIZES.side_panel, SIZES.side_panel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        side = max(SIZES.page_pad_x, (self.width() - SIZES.content_max) // 2)
        self._outer.setContentsMargins(side, SIZES.page_pad_y, side, SIZES.page_pad_y)
        narrow = self.width() / self._theme.tokens.scale < SIZES.narrow
        if narrow != self.is_narrow:
            self.is_narrow = narrow
            self.narrow_changed.emit(narrow)
        self._fit_keys()

    def _fit_keys(self) -> None:
        """Before a word of the title row is cut or one control lies on another, the keys leave its buttons, then the
        title leaves a page that has a switch beside it: its tab says the same."""
        steps = ((not self.is_narrow, True), (False, True), (False, not self._switch_place.count()))
        for keys, title in steps:
            self.title.setVisible(title)
            for button in self._buttons:
                button.set_key_shown(keys)
            self._controls.invalidate()  # Qt tells only the outermost layout that a button has changed
            wanted = (
                self._switch_place.sizeHint().width() + self._controls.sizeHint().width() + 3 * SIZES.gap_3
            )
            wanted += self.title.sizeHint().width() if title else 0
            margins = self._outer.contentsMargins()
            if wanted + self.scope_line.minimumWidth() <= self.width() - margins.left() - margins.right():
                return

    def _restyle(self) -> None:
        self._title_row.setFixedHeight(self._theme.height(SIZES.title_row))
        self._fit()
