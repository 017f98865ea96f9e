"""The window: header, tree, tabs over pages, status bar. It is given its state and tells what the person wants.

It opens no database and knows no page by name: a page registers itself with one PageSpec."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gridworker.ui.header_bar import HeaderBar
from gridworker.ui.notice_strip import NoticeStrip
from gridworker.ui.page import PageFrame
from gridworker.ui.shell_state import ShellState, StatusLine, SyncLine
from gridworker.ui.status_bar import StatusBar
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.tree.tree_memory import TreeMemory
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.ui.tree.tree_panel import TreePanel
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.tab_bar import TabBar, TabButton
from gridworker.wording import Wording

SETTINGS = "settings"
_NUMBERED = 9


@dataclass(frozen=True)
class PageSpec:
    """One page: its key, the wording key of its tab, its icon, and how to make it. Made on the first visit. A page
    without a `tab` is opened by its `shortcut` or from elsewhere, and left for the tab that was shown before. The key
    `everywhere` is answered by this page where the page that is shown has no use for it; `otherwise` only opens it
    then. While a page without a tab is shown, the tab `under` is marked, else the one to which Esc leads back."""

    key: str
    title_key: str
    icon: str
    make: Callable[[], QWidget]
    tab: bool = True
    shortcut: str = ""
    everywhere: str = ""
    otherwise: str = ""
    under: str = ""


class MainWindow(QMainWindow):
    """`node_selected(tree_kind, node_id)` · `page_changed(key)` · `lock_requested` · `tree_remembered(TreeMemory)` ·
    `tree_fold_changed(width, folded)` · `approached`: somebody turns to another page. SETTINGS is at the right end."""

    node_selected = Signal(str, object)
    page_changed = Signal(str)
    lock_requested = Signal()
    tree_remembered = Signal(object)
    tree_fold_changed = Signal(int, bool)
    approached = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        pages: Sequence[PageSpec],
        state: ShellState,
        *,
        with_demands: bool = True,
    ) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._specs = [spec for spec in pages if spec.tab and spec.key != SETTINGS]
        self._aside = {spec.key: spec for spec in pages if not spec.tab or spec.key == SETTINGS}
        self._settings = self._aside.get(SETTINGS)
        self._pages: dict[str, QWidget] = {}
        self._current = ""
        self._tree_px = state.tree_width
        self.header = HeaderBar(theme, wording, practice=state.practice)
        self.tree = TreePanel(
            theme, wording, with_demands=with_demands, memory=state.tree, remember=self._tree_changed
        )
        self.tabs = TabBar(theme)
        self.settings_tab = TabButton(theme, "settings", wording("shell.settings"))
        self.stack = QStackedWidget()
        self.status = StatusBar(theme, wording)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._build(state)
        self._connect()
        self._bind_keys()
        self._show_state(state)

    def _build(self, state: ShellState) -> None:
        self.setWindowTitle(
            self._wording("shell.window_title_practice" if state.practice else "shell.product")
        )
        self.setMinimumSize(SIZES.window_min_width, SIZES.window_min_height)
        for spec in self._specs:
            self.tabs.addTab(self._wording(spec.title_key))
        self.tabs.setAccessibleName(self._wording("shell.pages"))
        if self._settings is None:
            self.settings_tab.hide()
        self.settings_tab.setToolTip(f"{self._wording('shell.settings')} Ctrl+,")
        self.splitter.setHandleWidth(SIZES.line)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.tree)
        self.splitter.addWidget(self._build_right())
        self.splitter.setStretchFactor(1, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self._fit_tree()
        self.tree.setVisible(not state.tree_folded)

    def _build_right(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("Tabs")
        line = QHBoxLayout(bar)
        line.setContentsMargins(SIZES.gap_3, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.tabs, 1)
        line.addWidget(self.settings_tab)
        self.notice = NoticeStrip(self._theme, self._wording)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        return right

    def _connect(self) -> None:
        self.header.lock_requested.connect(self.lock_requested)
        self.tree.node_selected.connect(self.node_selected)
        self.tabs.tabBarClicked.connect(self._tab_clicked)
        self.tabs.currentChanged.connect(self._tab_clicked)
        self.tabs.entered.connect(self.approached)
        self.settings_tab.clicked.connect(lambda: self.show_page(SETTINGS))
        self.splitter.splitterMoved.connect(self._splitter_moved)
        self._theme.changed.connect(self._fit_tree)

    def _bind_keys(self) -> None:
        for position, spec in enumerate(self._specs[:_NUMBERED]):
            _bind(self, f"Alt+{position + 1}", partial(self.show_page, spec.key, focus=True))
            self.tabs.setTabToolTip(position, f"Alt+{position + 1}")
        if self._settings is not None:
            _bind(self, "Ctrl+,", lambda: self.show_page(SETTINGS, focus=True))
        for spec in self._aside.values():
            if spec.shortcut:
                _bind(self, spec.shortcut, partial(self.show_page, spec.key, focus=True))
        _bind(self, "Ctrl+K", self.header.search.take_focus)
        _bind(self, "F4", self.fold_tree)
        _bind(self, "F1", self.show_help)
        _bind(self, "Ctrl+L", self.lock_requested.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that nothing under the keyboard took: in the tree or on a tab the page's keys work all the same."""
        if event.key() == Qt.Key.Key_Alt:
            self.approached.emit()
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if not held or not _press(self, QKeySequence(event.keyCombination())):
            super().keyPressEvent(event)

    def _show_state(self, state: ShellState) -> None:
        self.show_person(state.person, state.post)
        self.show_sync_state(state.sync)
        self.show_status(state.status)
        if self._specs:
            self.show_page(self._specs[0].key)

    # What the window is told

    def show_sync_state(self, line: SyncLine) -> None:
        self.header.sync.show_line(line)

    def show_status(self, line: StatusLine) -> None:
        self.status.show_status(line)

    def show_person(self, name: str, post: str) -> None:
        self.header.show_person(name, post)

    def show_tree(self, kind: str, nodes: Sequence[TreeNode]) -> None:
        """Rows of the tree `"org"` or `"area"`, parents first."""
        self.tree.show_tree(kind, nodes)

    def set_count(self, key: str, count: int, spoken: str) -> None:
        """The pill at a page's tab: only for overdue or needs-attention. 0 takes it away."""
        self.tabs.set_count(self._position(key), count, spoken)

    # Pages

    def _position(self, key: str) -> int:
        return next(at for at, spec in enumerate(self._specs) if spec.key == key)

    def page(self, key: str) -> QWidget:
        """The page of `key`, made now if it was not visited yet. Raises StopIteration for an unknown key."""
        if key not in self._pages:
            spec = self._aside.get(key) or self._specs[self._position(key)]
            page = self._pages[key] = spec.make()
            if isinstance(page, PageFrame):
                page.hints_changed.connect(self._show_hints)
            self.stack.addWidget(page)
        return self._pages[key]

    def page_specs(self) -> tuple[tuple[PageSpec, ...], tuple[PageSpec, ...]]:
        """The pages with a tab, in their order, and those without."""
        return tuple(self._specs), tuple(self._aside.values())

    def visited(self) -> dict[str, QWidget]:
        """The pages made so far, by key."""
        return dict(self._pages)

    @property
    def current_page(self) -> str:
        return self._current

    def show_page(self, key: str, *, focus: bool = False) -> None:
        """Bring a page to the front; with `focus` the keyboard goes to its first control."""
        page = self.page(key)
        self.stack.setCurrentWidget(page)
        self.settings_tab.setChecked(key == SETTINGS)
        self.tabs.set_quiet(key == SETTINGS)
        self._mark_tab(self._aside[key].under if key in self._aside else key)
        if focus:
            first = page.first_focus() if isinstance(page, PageFrame) else None
            (first or self.tabs).setFocus(Qt.FocusReason.ShortcutFocusReason)
        if key != self._current:
            was, self._current = self._current, key
            self._show_hints()
            self.page_changed.emit(key)
            if was:
                self.approached.emit()

    def _mark_tab(self, key: str) -> None:
        """Mark a tab without going to its page; a key that has none here leaves the mark where it is."""
        with QSignalBlocker(self.tabs):
            self.tabs.setCurrentIndex(
                next((at for at, spec in enumerate(self._specs) if spec.key == key), self.tabs.currentIndex())
            )

    def go_back(self) -> None:
        """From a page without a tab to the tab that was shown before."""
        if self._current in self._aside and self._specs:
            self.show_page(self._specs[max(self.tabs.currentIndex(), 0)].key, focus=True)

    def _tab_clicked(self, position: int) -> None:
        if position >= 0 and self._specs[position].key != self._current:
            self.show_page(self._specs[position].key)

    def _hints(self) -> tuple[KeyHint, ...]:
        page = self._pages.get(self._current)
        return page.hints if isinstance(page, PageFrame) else ()

    def _show_hints(self) -> None:
        page = self._pages.get(self._current)
        in_status = isinstance(page, PageFrame) and page.hints_in_status
        self.status.show_hints(self._hints() if in_status else ())

    def show_help(self) -> None:
        """F1: the keys of this page, then those of the window."""
        _show_help(self, self._theme, self._wording)

    # The tree

    def fold_tree(self) -> None:
        """F4: fold the tree away or bring it back."""
        folded = self.tree.isVisible()
        self.tree.setVisible(not folded)
        self.tree_fold_changed.emit(self._tree_px, folded)

    @property
    def tree_width(self) -> int:
        """Width of the tree panel in px at 100 %."""
        return round(self.tree.width() / self._growth())

    def _growth(self) -> float:
        """The panel grows less than the text: pages need the room more."""
        return 1 + 0.46 * (self._theme.tokens.scale - 1)

    def _fit_tree(self) -> None:
        growth = self._growth()
        self.tree.setMinimumWidth(round(SIZES.tree_min * growth))
        self.tree.setMaximumWidth(round(SIZES.tree_max * growth))
        self.splitter.setSizes([round(self._tree_px * growth), 10_000])

    def _splitter_moved(self) -> None:
        self._tree_px = self.tree_width
        self.tree_fold_changed.emit(self._tree_px, False)

    def _tree_changed(self, memory: TreeMemory) -> None:
        self.tree_remembered.emit(memory)


def _press(window: MainWindow, key: QKeySequence) -> bool:
    """Let the page that is shown answer `key`, else the one that answers it everywhere; False if none does."""
    page = window.visited().get(window.current_page)
    if isinstance(page, PageFrame) and page.answer(key):
        return True
    for spec in window.page_specs()[0]:
        if spec.everywhere and key == QKeySequence(spec.everywhere):
            window.show_page(spec.key, focus=True)
            page = window.page(spec.key)
            return isinstance(page, PageFrame) and page.answer(key)
    for spec in window.page_specs()[1]:
        if spec.otherwise and key == QKeySequence(spec.otherwise):
            window.show_page(spec.key, focus=True)
            return True
    return False


def _show_help(window: MainWindow, theme: Theme, wording: Wording) -> None:
    from gridworker.ui.dialogs.help_dialog import HelpDialog

    page = window.visited().get(window.current_page)
    hints = (*page.hints, *page.further_hints) if isinstance(page, PageFrame) else ()
    tabs, aside = window.page_specs()
    spec = next((spec for spec in (*tabs, *aside) if spec.key == window.current_page), None)
    title = wording(spec.title_key) if spec else wording("shell.settings")
    opened = [
        KeyHint(spec.shortcut, wording(spec.title_key))
        for spec in sorted((*tabs, *aside), key=lambda spec: (len(spec.shortcut), spec.shortcut))
        if spec.shortcut
    ]
    HelpDialog(theme, wording, title, hints, opened, window).exec()


def _bind(window: MainWindow, key: str, act: Callable[[], None]) -> None:
    """`key` does `act` wherever the keyboard is; one that the page has as well means what it says there."""

    def nearer() -> None:
        page = window.page(window.current_page)
        if not (isinstance(page, PageFrame) and page.answer(QKeySequence(key))):
            act()

    shortcut = QShortcut(QKeySequence(key), window)
    shortcut.activated.connect(act)
    shortcut.activatedAmbiguously.connect(nearer)
