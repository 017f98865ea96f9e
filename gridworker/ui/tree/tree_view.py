"""The QTreeView of one tree: draws whole lines itself, keeps its own filter, selection and expansion by node id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QTreeView

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.tree.tree_delegate import TreeDelegate
from gridworker.ui.tree.tree_model import NODE_ROLE, PERSON_ROLE, TreeModel, node_of
from gridworker.ui.tree.tree_node import TreeNode

_LEFT = 12
#: So many rows a filter opens; more than anybody reads.
_MOST_OPENED = 200
_DRAGGED = QAbstractItemView.DragDropMode.DragDrop


class TreeView(QTreeView):
    """`node_selected(id)` when the person selects another node; not when the program does. `details_wanted` on Enter,
    `move_wanted(id, parent_id)` when a node was dropped on another one; the tree itself changes nothing."""

    node_selected = Signal(object)
    details_wanted = Signal()
    move_wanted = Signal(object, object)
    expansion_changed = Signal()

    def __init__(self, theme: Theme, model: TreeModel, delegate: TreeDelegate, name: str) -> None:
        super().__init__()
        self._theme, self._source, self._delegate = theme, model, delegate
        self._quiet = False
        self._wanted: set[bytes] = set()
        self._chosen: bytes | None = None
        self.setModel(model)
        self.setItemDelegate(delegate)
        self._set_up(name)
        self.expanded.connect(self._was_expanded)
        self.collapsed.connect(self._was_collapsed)
        self.selectionModel().currentChanged.connect(self._current_moved)
        theme.changed.connect(self._restyle)
        model.refreshed.connect(self.viewport().update)

    def _set_up(self, name: str) -> None:
        self.setObjectName("TreeView")
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(SIZES.indent)
        self.setRootIsDecorated(True)
        self.setAnimated(False)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def _restyle(self) -> None:
        self.doItemsLayout()
        self.viewport().update()

    def set_nodes(self, nodes: Sequence[TreeNode]) -> None:
        """Show these rows, keeping selection and expansion by id. The first time the roots are open."""
        first = not self._source.nodes()
        self._quiet = True
        if self._source.set_nodes(nodes):
            if first and not self._wanted:
                self._wanted = {node.id for node in nodes if node.parent_id is None}
            self._open_shown()
            if self._chosen is not None:
                self._point_at(self._chosen)
        self._quiet = False

    def _open_shown(self) -> None:
        """What the person opened; while filtering as much of what was found as can be read."""
        if self._source.wanted:
            for index in self._source.to_open(_MOST_OPENED):
                self.setExpanded(index, True)
        else:
            self._apply_expansion()

    def nodes(self) -> list[TreeNode]:
        """Every node of the tree, also those that do not pass the filter."""
        return self._source.nodes()

    def select(self, node_id: bytes) -> bool:
        """Select a node without a signal, opening its ancestors. False when the tree does not have it."""
        self._chosen = node_id
        self._quiet = True
        found = self._point_at(node_id)
        self._quiet = False
        return found

    def _point_at(self, node_id: bytes) -> bool:
        index = self._source.index_of(node_id)
        if not index.isValid():
            return False
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def selected(self) -> bytes | None:
        return self._chosen

    def open_ids(self) -> frozenset[bytes]:
        """The ids of the open nodes, to be remembered."""
        return frozenset(self._wanted)

    def open_nodes(self, ids: Iterable[bytes]) -> None:
        self._wanted = set(ids)
        self._apply_expansion()

    def filter_by(self, text: str) -> None:
        """Show only nodes and people whose name has `text`, of nodes in pinyin too, with their ancestors; everything
        again for ""."""
        self._quiet = True
        self._source.filter_by(text)
        self._open_shown()
        if not text.strip() and self._chosen is not None:
            self._point_at(self._chosen)
        self._quiet = False

    def choose_match(self) -> None:
        """Select the first node that the filter found, as if the person had moved to it."""
        index = self._source.first_match()
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def is_empty(self) -> bool:
        return self._source.rowCount() == 0

    def _apply_expansion(self) -> None:
        before, self._quiet = self._quiet, True
        self.collapseAll()
        for node_id in self._wanted:
            index = self._source.index_of(node_id)
            if index.isValid():
                self.setExpanded(index, True)
        self._quiet = before

    def _was_expanded(self, index: QModelIndex) -> None:
        self._fold_changed(index, is_open=True)

    def _was_collapsed(self, index: QModelIndex) -> None:
        self._fold_changed(index, is_open=False)

    def _fold_changed(self, index: QModelIndex, *, is_open: bool) -> None:
        if self._quiet or self._source.wanted:
            return
        node_id = index.data(NODE_ROLE).id
        if is_open:
            self._wanted.add(node_id)
        else:
            self._wanted.discard(node_id)
        self.expansion_changed.emit()

    def _current_moved(self, current: QModelIndex) -> None:
        if self._quiet or not current.isValid() or current.data(PERSON_ROLE) is not None:
            return
        node_id = current.data(NODE_ROLE).id
        if node_id != self._chosen:
            self._chosen = node_id
            self.node_selected.emit(node_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.details_wanted.emit()
        else:
            super().keyPressEvent(event)

    def allow_moves(self, allowed: bool) -> None:
        """Whether nodes may be dragged onto others."""
        self.setDragEnabled(allowed)
        self.setAcceptDrops(allowed)
        self.setDragDropMode(_DRAGGED if allowed else QAbstractItemView.DragDropMode.NoDragDrop)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls at the edges and opens what is hovered long
        if self._dropped_on(event) is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the move; the plan decides, so the rows stay where they are until then."""
        target = self._dropped_on(event)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if target is not None:
            self.move_wanted.emit(node_of(event.mimeData()), target)

    def _dropped_on(self, event: QDropEvent) -> bytes | None:
        """The node under the pointer that could become the parent of what is dragged."""
        index, dragged = self.indexAt(event.position().toPoint()), node_of(event.mimeData())
        if dragged is None or not index.isValid() or index.data(PERSON_ROLE) is not None:
            return None
        target: TreeNode = index.data(NODE_ROLE)
        own = self._source.index_of(dragged).data(NODE_ROLE)
        if own is None or target.id in (dragged, own.parent_id):
            return None
        return target.id

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        plain = cast("QModelIndex", index)
        option = QStyleOptionViewItem(options)
        option.rect = QRect(0, options.rect.top(), self.viewport().width(), options.rect.height())
        option.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
        if self.selectionModel().isSelected(plain):
            option.state |= QStyle.StateFlag.State_Selected
        if self.hasFocus() and plain == self.currentIndex():
            option.state |= QStyle.StateFlag.State_HasFocus
        fold = ""
        if self.model().hasChildren(plain):
            fold = "chevron-down" if self.isExpanded(plain) else "chevron-right"
        self._delegate.paint_line(painter, option, plain, self._left_of(plain), fold)

    def _left_of(self, index: QModelIndex) -> int:
        depth, parent = 0, index.parent()
        while parent.isValid():
            depth, parent = depth + 1, parent.parent()
        return _LEFT - 4 + depth * SIZES.indent
