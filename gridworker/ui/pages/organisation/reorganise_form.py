"""The fields of one act of a reorganisation: what is done with the node, where to, under which name, with which
stairwells. Only the fields that the act needs are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gridworker.models.organisation import ORG_KINDS
from gridworker.models.tree_plan import LEVELS
from gridworker.services.buildings import Site
from gridworker.store.queries.organisation import NodeChoice, NodeDetail, StairChoice
from gridworker.store.rows import TreeKind
from gridworker.ui.pages.organisation.presenter import Wish
from gridworker.ui.pages.organisation.words import kind_word
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import row
from gridworker.wording import Wording

#: The acts by what they are done to, and the fields each of them needs.
_NEEDS = {
    "move": ("to",),
    "rename": ("name",),
    "create": ("kind", "name", "code"),
    "build": ("estate", "buildings", "stairs", "floors"),
    "split": ("name", "code", "units"),
    "pass_on": ("to", "units"),
    "merge": ("to",),
    "close": (),
}
_ACTS = {
    "micro_grid": ("move", "rename", "build", "split", "pass_on", "merge", "close"),
    "grid": ("move", "rename", "create", "close"),
    "estate": ("move", "rename", "create", "close"),
    "community": ("rename", "create"),
}
_ORG_ACTS = ("move", "rename", "create", "close")
_SITE = ("estate", "buildings", "stairs", "floors")
_STAIRS_SHOWN = 4


class ReorganiseForm(QWidget):
    """`stairs_wanted` when the stairwells of the node are needed; answer with `show_stairs`."""

    stairs_wanted = Signal()

    def __init__(
        self, theme: Theme, wording: Wording, detail: NodeDetail, choices: Sequence[NodeChoice]
    ) -> None:
        super().__init__()
        self._theme, self._wording, self._detail, self._choices = theme, wording, detail, choices
        self.act, self.to, self.kind = QComboBox(), QComboBox(), QComboBox()
        self.name, self.code = QLineEdit(), QLineEdit()
        self.estate, self.buildings, self.stairs, self.floors = (QLineEdit() for _ in range(4))
        self.units = QListWidget()
        stairs = Card(theme, flush=True)
        stairs.body.addWidget(self.units)
        self.fields = {
            name: FieldRow(theme, wording(f"organisation.wish.{name}"), control)
            for name, control in (
                ("act", self.act), ("to", self.to), ("kind", self.kind), ("name", self.name), ("code", self.code),
                ("units", stairs), ("estate", self.estate), ("buildings", self.buildings), ("stairs", self.stairs),
                ("floors", self.floors),
            )
        }  # fmt: skip
        self._fill()
        self.act.currentIndexChanged.connect(self._show_fields)
        self._show_fields()

    def _fill(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_2)
        for name in ("act", "to", "kind"):
            layout.addWidget(self.fields[name])
        layout.addLayout(row(self.fields["name"], self.fields["code"], gap=SIZES.gap_3))
        layout.addWidget(self.fields["estate"])
        layout.addLayout(row(*(self.fields[name] for name in _SITE[1:]), gap=SIZES.gap_3))
        for name in _SITE[1:]:
            self.fields[name].set_note(self._wording(f"organisation.wish.{name}_note"))
        self.estate.setText(_estate_above(self._detail, self._choices))
        layout.addWidget(self.fields["units"])
        org = self._detail.tree is TreeKind.ORG
        for act in _ORG_ACTS if org else _ACTS.get(self._detail.kind, ("rename",)):
            self.act.addItem(self._wording(f"organisation.act.{act}"), act)
        level = LEVELS.get(self._detail.kind, 9)
        kinds = [kind for kind, below in LEVELS.items() if below > level]
        for kind in ORG_KINDS if self._detail.tree is TreeKind.ORG else kinds:
            self.kind.addItem(kind_word(self._wording, kind), kind)
        self.units.setAccessibleName(self._wording("organisation.wish.units"))
        self.units.setFixedHeight(_STAIRS_SHOWN * self._theme.height(SIZES.tree_row))

    def current_act(self) -> str:
        return str(self.act.currentData())

    def _needs(self) -> tuple[str, ...]:
        """The fields of the present act; organisations have no codes."""
        coded = self._detail.tree is TreeKind.AREA
        return tuple(name for name in _NEEDS[self.current_act()] if coded or name != "code")

    def choose_act(self, act: str) -> None:
        self.act.setCurrentIndex(max(self.act.findData(act), 0))

    def _show_fields(self) -> None:
        needs = self._needs()
        for name, field in self.fields.items():
            field.setVisible(name == "act" or name in needs)
        self.name.setText(self._detail.name if self.current_act() == "rename" else "")
        if "to" in needs:
            self._show_targets()
        if "units" in needs and not self.units.count():
            self.stairs_wanted.emit()

    def _show_targets(self) -> None:
        """Where the node, or what it holds, may go."""
        detail, act = self._detail, self.current_act()
        self.to.clear()
        below = _below(self._choices, detail.id)
        for node in self._choices:
            if act == "move":
                fits = node.id not in below and node.id != detail.parent_id
                if detail.tree is TreeKind.AREA:
                    fits = fits and LEVELS.get(node.kind, 9) < LEVELS.get(detail.kind, 0)
            else:
                fits = node.kind == detail.kind and node.id != detail.id
            if fits:
                self.to.addItem(f"{'　' * node.depth}{node.name}", node.id)

    def show_stairs(self, stairs: Sequence[StairChoice]) -> None:
        self.units.clear()
        for stair in stairs:
            words = self._wording("organisation.wish.stair", name=stair.name, count=stair.households)
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, stair.id)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            )
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, self._theme.height(SIZES.tree_row)))
            self.units.addItem(item)

    def wish(self) -> Wish:
        """The act as it is filled in."""
        act, to = self.current_act(), self.to.currentData()
        needs = self._needs()
        checked = [
            bytes(item.data(Qt.ItemDataRole.UserRole))
            for item in map(self.units.item, range(self.units.count()))
            if item.checkState() is Qt.CheckState.Checked
        ]
        return Wish(
            act="close" if act == "merge" else act,
            tree=self._detail.tree,
            node_id=self._detail.id,
            to=bytes(to) if "to" in needs and to else None,
            name=self.name.text() if "name" in needs else "",
            code=self.code.text() if "code" in needs else "",
            kind=str(self.kind.currentData()) if "kind" in needs else "",
            units=tuple(checked) if "units" in needs else (),
            site=Site(*(getattr(self, name).text() for name in _SITE)) if "estate" in needs else None,
        )

    def missing(self) -> str:
        """The name of the first field that is still empty, "" when the act is complete."""
        wish, needs = self.wish(), self._needs()
        empty = {"to": wish.to is None, "name": not wish.name.strip(), "code": not wish.code.strip(),
                 "units": not wish.units}  # fmt: skip
        empty |= {name: not getattr(self, name).text().strip() for name in _SITE[:3]}
        return next((name for name in needs if empty.get(name)), "")


def _estate_above(detail: NodeDetail, choices: Sequence[NodeChoice]) -> str:
    """The estate that the node lies in, by the tree; "" where there is none."""
    nodes = {node.id: node for node in choices}
    node = nodes.get(detail.id)
    while node is not None and node.kind != "estate":
        node = nodes.get(node.parent_id) if node.parent_id else None
    return node.name if node else ""


def _below(choices: Sequence[NodeChoice], node_id: bytes) -> set[bytes]:
    """The node and everything under it; `choices` hold parents first."""
    found = {node_id}
    for node in choices:
        if node.parent_id in found:
            found.add(node.id)
    return found
