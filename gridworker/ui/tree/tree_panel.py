"""The left panel: organisation | area, a filter, the tree. Selecting a node scopes every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.tree.tree_delegate import NumberColumns, TreeDelegate
from gridworker.ui.tree.tree_memory import KINDS, ORG, TreeMemory
from gridworker.ui.tree.tree_model import TreeModel
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.ui.tree.tree_view import TreeView
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.search_field import SearchField
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


class TreePanel(QFrame):
    """`node_selected(tree_kind, node_id)` when the person selects a node or changes to the other tree, `details_wanted`
    on Enter or the button at the foot, `move_wanted(tree_kind, node_id, parent_id)` when a node is dropped on another.

    `remember` is called with the new TreeMemory after every change of selection, tree or expansion."""

    node_selected = Signal(str, object)
    details_wanted = Signal()
    move_wanted = Signal(str, object, object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        *,
        with_demands: bool = False,
        memory: TreeMemory | None = None,
        remember: Callable[[TreeMemory], None] | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._wording, self._remember = theme, wording, remember
        self.setObjectName("Tree")
        heads = (wording("shell.tree.visits_due"), wording("shell.tree.demands"))
        self._delegate = TreeDelegate(theme, NumberColumns(theme, with_demands=with_demands), heads)
        self.segment = self._make_segment()
        self.filter = self._make_filter()
        self._views = {kind: self._make_view(kind, with_demands) for kind in KINDS}
        self._legend = TextLabel(theme, wording("shell.tree.outside_legend"), "caption", "text3", wrap=True)
        self._no_match = TextLabel(theme, wording("shell.tree.no_match"), "body", "text2", wrap=True)
        self.details = Button(theme, wording("shell.tree.details"), "quiet", icon="user-round", small=True)
        self._heads = _Heads(theme, self._delegate, lambda: self._views[self.kind].viewport().width())
        self._build()
        self._connect()
        self._recall(memory or TreeMemory())

    def _make_segment(self) -> Segment:
        say = self._wording
        options = [(kind, say(f"shell.tree.{kind}")) for kind in KINDS]
        return Segment(self._theme, options, name=say("shell.tree.which"), small=True, stretch=True)

    def _make_filter(self) -> SearchField:
        hint, clear = self._wording("shell.tree.filter"), self._wording("widgets.clear")
        return SearchField(self._theme, hint, clear=clear, icon="list-filter", px=SIZES.control_small)

    def _make_view(self, kind: str, with_demands: bool) -> TreeView:
        model = TreeModel(self._wording, with_demands=with_demands)
        return TreeView(self._theme, model, self._delegate, self._wording(f"shell.tree.{kind}_name"))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SIZES.gap_2, 0, SIZES.gap_2)
        layout.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(SIZES.gap_3, 0, SIZES.gap_3, 0)
        top.setSpacing(SIZES.gap_2)
        top.addWidget(self.segment)
        top.addWidget(self.filter)
        layout.addLayout(top)
        layout.addWidget(self._heads)
        self._stack = QStackedWidget()
        for view in self._views.values():
            self._stack.addWidget(view)
        for label in (self._no_match, self._legend):
            label.setContentsMargins(SIZES.gap_4, SIZES.gap_1, SIZES.gap_3, 0)
            label.hide()
        layout.addWidget(self._no_match)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._legend)
        foot = QVBoxLayout()
        foot.setContentsMargins(SIZES.gap_3, SIZES.gap_1, SIZES.gap_3, 0)
        foot.addWidget(self.details)
        layout.addLayout(foot)
        self.details.setToolTip(self._wording("shell.tree.details_tip"))

    def _connect(self) -> None:
        self.segment.chosen.connect(self._change_tree)
        self.filter.textChanged.connect(self._filter_changed)
        self.filter.installEventFilter(self)
        self.details.clicked.connect(self.details_wanted)
        for kind, view in self._views.items():
            view.details_wanted.connect(self.details_wanted)
            view.move_wanted.connect(partial(self.move_wanted.emit, kind))
            view.node_selected.connect(self._node_chosen)
            view.expansion_changed.connect(self._keep)

    def _recall(self, memory: TreeMemory) -> None:
        kind = memory.kind if memory.kind in KINDS else ORG
        for name, view in self._views.items():
            view.open_nodes(memory.expanded.get(name, frozenset()))
            if name in memory.selected:
                view.select(memory.selected[name])
        self.segment.choose(kind)
        self._stack.setCurrentWidget(self._views[kind])

    @property
    def kind(self) -> str:
        """The tree shown: ORG or AREA."""
        return self.segment.current()

    def view(self, kind: str) -> TreeView:
        return self._views[kind]

    def show_tree(self, kind: str, nodes: Sequence[TreeNode]) -> None:
        """Rows of one tree, parents first. Selection and open nodes are kept by id."""
        self._views[kind].set_nodes(nodes)
        self._show_legend()

    def select(self, kind: str, node_id: bytes) -> bool:
        """Show a tree and select a node in it without a signal. False when the tree does not have the node."""
        self.segment.choose(kind)
        self._stack.setCurrentWidget(self._views[kind])
        self._show_legend()
        return self._views[kind].select(node_id)

    def allow_moves(self, allowed: bool) -> None:
        """Whether nodes may be dragged onto others."""
        for view in self._views.values():
            view.allow_moves(allowed)

    def selected(self) -> tuple[str, bytes] | None:
        node_id = self._views[self.kind].selected()
        return None if node_id is None else (self.kind, node_id)

    def memory(self) -> TreeMemory:
        chosen = {kind: view.selected() for kind, view in self._views.items()}
        return TreeMemory(
            self.kind,
            {kind: node_id for kind, node_id in chosen.items() if node_id is not None},
            {kind: view.open_ids() for kind, view in self._views.items()},
        )

    def _keep(self) -> None:
        if self._remember is not None:
            self._remember(self.memory())

    def _node_chosen(self, node_id: bytes) -> None:
        self._keep()
        self.node_selected.emit(self.kind, node_id)

    def _change_tree(self, kind: str) -> None:
        view = self._views[kind]
        self._stack.setCurrentWidget(view)
        self._filter_changed(self.filter.text())
        self._show_legend()
        self._keep()
        node_id = view.selected()
        if node_id is not None:
            self.node_selected.emit(kind, node_id)

    def _filter_changed(self, text: str) -> None:
        view = self._views[self.kind]
        view.filter_by(text)
        self._no_match.setVisible(bool(text.strip()) and view.is_empty())

    def _show_legend(self) -> None:
        nodes = self._views[self.kind].nodes()
        self._legend.setVisible(any(not node.in_scope for node in nodes))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow down and Enter go from the filter into the tree, Enter to the first node found."""
        if (
            watched is not self.filter
            or event.type() != QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
        ):
            return False
        if event.key() not in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        view = self._views[self.kind]
        if event.key() != Qt.Key.Key_Down:
            view.choose_match()  # first: a tree without a current row takes its root when it gets the keys
        view.setFocus(Qt.FocusReason.TabFocusReason)
        return True


class _Heads(QWidget):
    """The line with the column heads above the tree."""

    def __init__(self, theme: Theme, delegate: TreeDelegate, line_width: Callable[[], int]) -> None:
        super().__init__()
        self._theme, self._delegate, self._line_width = theme, delegate, line_width
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.tokens.chip() + SIZES.gap_1)

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.tokens.chip())

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.paint_heads(QPainter(self), QRect(0, 0, self._line_width(), self.height()))
