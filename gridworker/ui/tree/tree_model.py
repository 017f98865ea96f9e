"""The tree as a Qt model over frozen TreeNode rows. People of a node are rows under it that cannot be selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gridworker.ui.tree.tree_node import Person, TreeNode
from gridworker.wording import Wording

NODE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
PERSON_ROLE: Final = Qt.ItemDataRole.UserRole + 2

_Index = QModelIndex | QPersistentModelIndex
_ROOT = -1
_FEW = 40
_NODE_TYPE = "application/x-gridworker-node"


@dataclass(slots=True)
class _Row:
    """One line of the tree: its node, and the person where the line is one. `children` are positions in the list;
    of them `shown` pass the filter, and `place` is the line's own among its parent's shown ones, -1 for none."""

    node: TreeNode
    person: Person | None
    parent: int
    place: int
    children: list[int] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)


class TreeModel(QAbstractItemModel):
    """One column. `NODE_ROLE` gives the TreeNode, `PERSON_ROLE` the Person of a person's row. Filtering is done here,
    over rows in memory: a proxy would ask for each of thousands of rows several times."""

    refreshed = Signal()

    def __init__(
        self, wording: Wording, *, with_demands: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wording, self._with_demands = wording, with_demands
        self._rows: list[_Row] = []
        self._roots: list[int] = []
        self._by_id: dict[bytes, int] = {}
        self._words: list[str] = []
        self._shown_roots: list[int] = []
        self.wanted = ""

    def set_nodes(self, nodes: Sequence[TreeNode]) -> bool:
        """Show these rows, parents first. True when the shape changed (the model was reset), False when only
        names and numbers did. Raises ValueError for a parent that does not come before its child."""
        if len(nodes) == len(self._by_id) and all(map(_same_shape, nodes, self._rows)):
            self._refresh(nodes)
            return False
        fresh, roots, by_id = _arrange(nodes)
        self.beginResetModel()
        self._rows, self._roots, self._by_id, self._words = fresh, roots, by_id, []
        self._narrow()
        self.endResetModel()
        return True

    def _refresh(self, nodes: Sequence[TreeNode]) -> None:
        """Other names and numbers in the same places. Where they are many only the roots are told; `refreshed` asks
        for everything to be painted again."""
        changed: list[int] = []
        for at, node in enumerate(nodes):
            row = self._rows[at]
            if row.node is not node and row.node != node:
                row.node = node
                changed.append(at)
                people = (child for child in row.children if self._rows[child].person is not None)
                for child, person in zip(people, node.people, strict=True):
                    self._rows[child].node, self._rows[child].person = node, person
        self._words = [] if changed else self._words
        shown = [at for at in changed if self._rows[at].place >= 0]
        if len(shown) > _FEW and self._shown_roots:
            # A view looks each told row up among all it shows: for thousands that would take seconds.
            self.dataChanged.emit(self._index_at(self._shown_roots[0]), self._index_at(self._shown_roots[-1]))
        else:
            for at in shown:
                self.dataChanged.emit(self._index_at(at), self._index_at(at))
        self.refreshed.emit()

    def filter_by(self, text: str) -> None:
        """Show only nodes and people that have `text` in their name, of nodes in pinyin too, with what is above and
        below them; everything for ""."""
        self.beginResetModel()
        self.wanted = text.strip().casefold()
        self._narrow()
        self.endResetModel()

    def _narrow(self) -> None:
        rows, wanted = self._rows, self.wanted
        if wanted and not self._words:
            self._words = [_words(row).casefold() for row in rows]
        passes = [wanted in words for words in self._words] if wanted else [True] * len(rows)
        for at, row in enumerate(
            rows
        ):  # parents come before their children: what matches brings all below it
            if row.parent != _ROOT and passes[row.parent]:
                passes[at] = True
        for at in range(len(rows) - 1, -1, -1):  # and all above it
            if passes[at] and rows[at].parent != _ROOT:
                passes[rows[at].parent] = True
        for row in rows:
            row.shown = row.children if not wanted else [child for child in row.children if passes[child]]
            row.place = -1
        self._shown_roots = [at for at in self._roots if passes[at]]
        for siblings in (self._shown_roots, *(row.shown for row in rows)):
            for place, at in enumerate(siblings):
                rows[at].place = place

    def to_open(self, most: int) -> list[QModelIndex]:
        """The rows to open so that at most `most` rows are seen, level by level."""
        seen, waiting, found = len(self._shown_roots), list(self._shown_roots), []
        while waiting:
            below: list[int] = []
            for at in waiting:
                children = self._rows[at].shown
                if children and seen + len(children) <= most:
                    seen += len(children)
                    found.append(self._index_at(at))
                    below += children
            waiting = below
        return found

    def index_of(self, node_id: bytes) -> QModelIndex:
        """The index of a node, invalid when it is not in the tree or does not pass the filter."""
        at = self._by_id.get(node_id)
        return QModelIndex() if at is None or self._rows[at].place < 0 else self._index_at(at)

    def first_match(self) -> QModelIndex:
        """The first node one may choose whose own name has what is filtered by; invalid without a filter."""
        for at, words in enumerate(self._words if self.wanted else ()):
            row = self._rows[at]
            if row.person is None and row.node.in_scope and self.wanted in words:
                return self._index_at(at)
        return QModelIndex()

    def nodes(self) -> list[TreeNode]:
        return [row.node for row in self._rows if row.person is None]

    def _index_at(self, at: int) -> QModelIndex:
        return self.createIndex(self._rows[at].place, 0, at)

    def _children(self, parent: _Index) -> list[int]:
        return self._rows[int(parent.internalId())].shown if parent.isValid() else self._shown_roots

    def hasChildren(self, parent: _Index = QModelIndex()) -> bool:  # noqa: B008
        return bool(self._children(parent))

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


def _words(row: _Row) -> str:
    """What a line is found by; people go by their written name only."""
    return row.person.name if row.person else "\n".join((row.node.name, *row.node.spelled))


def _same_shape(node: TreeNode, row: _Row) -> bool:
    known = row.node
    return (
        node.id == known.id
        and node.parent_id == known.parent_id
        and len(node.people) == len(known.people)
        and row.person is None
    )


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
