"""The tree as a Qt model over frozen TreeNode rows. People of a node are rows under it that cannot be selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from gridworker.ui.tree.tree_node import Person, TreeNode
from gridworker.wording import Wording

NODE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
PERSON_ROLE: Final = Qt.ItemDataRole.UserRole + 2
FILTER_ROLE: Final = Qt.ItemDataRole.UserRole + 3

_Index = QModelIndex | QPersistentModelIndex
_ROOT = -1
_NODE_TYPE = "application/x-gridworker-node"


@dataclass
class _Row:
    """One line of the tree: its node, and the person where the line is one. `children` are positions in the list."""

    node: TreeNode
    person: Person | None
    parent: int
    place: int
    children: list[int] = field(default_factory=list)


class TreeModel(QAbstractItemModel):
    """One column. `NODE_ROLE` gives the TreeNode, `PERSON_ROLE` the Person of a person's row."""

    def __init__(
        self, wording: Wording, *, with_demands: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wording, self._with_demands = wording, with_demands
        self._rows: list[_Row] = []
        self._roots: list[int] = []
        self._by_id: dict[bytes, int] = {}

    def set_nodes(self, nodes: Sequence[TreeNode]) -> bool:
        """Show these rows, parents first. True when the shape changed (the model was reset), False when only
        names and numbers did. Raises ValueError for a parent that does not come before its child."""
        fresh, roots, by_id = _arrange(nodes)
        if [_shape(row) for row in fresh] == [_shape(row) for row in self._rows]:
            self._refresh(fresh)
            return False
        self.beginResetModel()
        self._rows, self._roots, self._by_id = fresh, roots, by_id
        self.endResetModel()
        return True

    def _refresh(self, fresh: list[_Row]) -> None:
        changed = [at for at, row in enumerate(fresh) if row.node != self._rows[at].node]
        self._rows = fresh
        for at in changed:
            index = self._index_at(at)
            self.dataChanged.emit(index, index)

    def index_of(self, node_id: bytes) -> QModelIndex:
        """The index of a node, invalid when it is not in the tree."""
        at = self._by_id.get(node_id)
        return QModelIndex() if at is None else self._index_at(at)

    def nodes(self) -> list[TreeNode]:
        return [row.node for row in self._rows if row.person is None]

    def _index_at(self, at: int) -> QModelIndex:
        return self.createIndex(self._rows[at].place, 0, at)

    def _children(self, parent: _Index) -> list[int]:
        return self._rows[int(parent.internalId())].children if parent.isValid() else self._roots

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        children = self._children(parent)
        if column != 0 or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, child: _Index | None = None) -> Any:
        """Without an argument the QObject's parent: Qt gives both questions the same name."""
        if child is None:
            return super().parent()
        if not child.isValid():
            return QModelIndex()
        at = self._rows[int(child.internalId())].parent
        return QModelIndex() if at == _ROOT else self._index_at(at)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._children(parent)) if parent.column() <= 0 else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[int(index.internalId())]
        if row.person is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
        movable = row.node.parent_id is not None and row.node.kind not in ("building", "linked")
        return plain | Qt.ItemFlag.ItemIsDragEnabled if movable else plain

    def mimeTypes(self) -> list[str]:
        return [_NODE_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """A dragged node by its id; it means nothing outside this tree."""
        data = QMimeData()
        data.setData(_NODE_TYPE, self._rows[int(indexes[0].internalId())].node.id)
        return data

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[int(index.internalId())]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.person.name if row.person else row.node.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._spoken(row)
        if role == NODE_ROLE:
            return row.node
        if role == PERSON_ROLE:
            return row.person
        if role == FILTER_ROLE:  # people go by their written name only
            return row.person.name if row.person else "\n".join((row.node.name, *row.node.spelled))
        return None

    def _spoken(self, row: _Row) -> str:
        """The line as one sentence: name, numbers, lateness."""
        say, node = self._wording, row.node
        if row.person is not None:
            return say("shell.tree.spoken_person", name=row.person.name, post=row.person.post)
        if not node.in_scope:
            return say("shell.tree.spoken_outside", name=node.name)
        parts = [node.name]
        if node.visits_due:
            parts.append(say("shell.tree.spoken_visits", count=node.visits_due))
        if self._with_demands and node.demands:
            parts.append(say("shell.tree.spoken_demands", count=node.demands))
        if node.unsent:
            parts.append(say("shell.tree.spoken_unsent", count=node.unsent))
        if node.overdue:
            parts.append(say("shell.tree.spoken_overdue"))
        return say("shell.tree.spoken_joint").join(parts)


def node_of(data: QMimeData) -> bytes | None:
    """The id of the node that is dragged, None for anything else."""
    return bytes(data.data(_NODE_TYPE).data()) if data.hasFormat(_NODE_TYPE) else None


def _shape(row: _Row) -> tuple[bytes, int, bool]:
    return row.node.id, row.parent, row.person is not None


def _arrange(nodes: Sequence[TreeNode]) -> tuple[list[_Row], list[int], dict[bytes, int]]:
    rows: list[_Row] = []
    roots: list[int] = []
    by_id: dict[bytes, int] = {}

    def add(node: TreeNode, person: Person | None, parent: int) -> None:
        siblings = roots if parent == _ROOT else rows[parent].children
        rows.append(_Row(node, person, parent, len(siblings)))
        siblings.append(len(rows) - 1)

    for node in nodes:
        if node.parent_id is not None and node.parent_id not in by_id:
            raise ValueError(f"the parent of {node.name!r} does not come before it")
        parent = _ROOT if node.parent_id is None else by_id[node.parent_id]
        add(node, None, parent)
        by_id[node.id] = len(rows) - 1
    for node in nodes:  # after the nodes below: a long list of posts must not push the branches out of sight
        for person in node.people:
            add(node, person, by_id[node.id])
    return rows, roots, by_id
