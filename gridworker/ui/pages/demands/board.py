"""The board: lanes by level, columns by stage, a list of cards in each cell. Arrows go across the lists."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gridworker.store.demand_rows import BoardCell
from gridworker.store.queries.demand_board import LANES, STAGES
from gridworker.ui.pages.demands.card_list import CardList, card_height
from gridworker.ui.pages.demands.words import Names
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import IconLabel, Rule, TextLabel, row
from gridworker.wording import Wording

_LANE_ICONS = {"micro_grid": "house", "grid": "layout-grid", "community": "building-2", "street": "landmark"}
_LANE_PX = 64
_MOST_CARDS = 4
_STAGE_KEYS = tuple(key for key, _ in STAGES)


class _Head(QWidget):
    """A stage with its count."""

    def __init__(self, theme: Theme, word: str) -> None:
        super().__init__()
        self._theme = theme
        self.word = TextLabel(theme, word, "body_bold")
        self.count = TextLabel(theme, "", "body", "text2")
        line = row(self.word, self.count, None, gap=SIZES.gap_2)
        line.setContentsMargins(SIZES.gap_3, 0, SIZES.gap_2, 0)
        self.setLayout(line)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.height(SIZES.table_row))


class _LaneLabel(QWidget):
    """A level with its icon and count."""

    def __init__(self, theme: Theme, icon: str, word: str) -> None:
        super().__init__()
        self._theme = theme
        self.word = TextLabel(theme, word, "body_bold")
        self.count = TextLabel(theme, "", "caption", "text2")
        column = QVBoxLayout(self)
        column.setContentsMargins(2, SIZES.gap_1, 2, SIZES.gap_1)
        column.setSpacing(2)
        column.addStretch(1)
        self.icon = IconLabel(theme, icon, "text2")
        for part in (self.icon, self.word, self.count):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        words = self._theme.metrics("body_bold").horizontalAdvance(self.word.text())
        self.setFixedWidth(max(self._theme.tokens.width(_LANE_PX), words + SIZES.gap_3))


class Board(Card):
    """`chosen(demand id)` when the person moves to a card, `opened` on Enter, `left` on Esc, `rest_wanted` from the
    line that says how many more there are, `picked(ids)` when the person chose other ones to be done together."""

    chosen = Signal(object)
    picked = Signal(object)
    opened = Signal()
    left = Signal()
    rest_wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.heads = {key: _Head(theme, wording(f"demands.stage.{key}")) for key in _STAGE_KEYS}
        self.lanes = {
            lane: _LaneLabel(theme, _LANE_ICONS[lane], wording(f"demands.lane.{lane}")) for lane in LANES
        }
        self.lists = {(lane, stage): self._list(lane, stage) for lane in LANES for stage in _STAGE_KEYS}
        self._grid = QGridLayout()
        self._current: bytes | None = None
        self._picked: dict[bytes, None] = {}
        self._fill()
        self.setAccessibleName(wording("demands.board_name"))
        theme.changed.connect(self._fit_lanes)

    def _list(self, lane: str, stage: str) -> CardList:
        name = self._wording(
            "demands.cell_name",
            lane=self._wording(f"demands.lane.{lane}"),
            stage=self._wording(f"demands.stage.{stage}"),
        )
        made = CardList(self._theme, self._wording, name)
        made.crossed.connect(lambda dx, dy: self._cross(lane, stage, dx, dy))
        made.moved.connect(lambda demand_id: self._moved(made, demand_id))
        made.entered_card.connect(self.opened)
        made.rest_wanted.connect(self.rest_wanted)
        made.left.connect(self.left)
        made.pick_wanted.connect(self._pick)
        return made

    def _fill(self) -> None:
        grid = self._grid
        grid.setSpacing(0)
        grid.setContentsMargins(0, 0, 0, 0)
        corner = _Head(self._theme, self._wording("demands.level"))
        corner.count.hide()
        grid.addWidget(corner, 0, 0)
        for at, stage in enumerate(_STAGE_KEYS):
            grid.addWidget(Rule(vertical=True), 0, 2 * at + 1, 2 * len(LANES) + 1, 1)
            grid.addWidget(self.heads[stage], 0, 2 * at + 2)
            grid.setColumnStretch(2 * at + 2, 1)
        for at, lane in enumerate(LANES):
            grid.addWidget(Rule(), 2 * at + 1, 0, 1, 2 * len(_STAGE_KEYS) + 1)
            grid.addWidget(self.lanes[lane], 2 * at + 2, 0)
            for place, stage in enumerate(_STAGE_KEYS):
                grid.addWidget(self.lists[lane, stage], 2 * at + 2, 2 * place + 2)
        self.body.addLayout(grid)

    # What the page tells

    def show_cells(
        self, cells: Sequence[BoardCell], names: Names, now: str, chosen: bytes | None = None
    ) -> None:
        """Every cell anew; the chosen card stays chosen, without telling. The keyboard that waited on an empty board
        begins at the first card."""
        self._current, waited = chosen, self.is_empty()
        here = {row.id for cell in cells for row in cell.rows}
        if not self._picked.keys() <= here:
            self.pick([one for one in self._picked if one in here])
        focused = next((one for one in self.lists.values() if one.hasFocus()), None)
        for cell in cells:
            self.lists[cell.lane, cell.stage].show_cell(cell, names, now, chosen)
        for stage, head in self.heads.items():
            head.count.setText(f"{sum(one.count for one in cells if one.stage == stage):,}")
        for lane, label in self.lanes.items():
            count = sum(one.count for one in cells if one.lane == lane)
            label.count.setText(self._wording("demands.count", count=f"{count:,}"))
        self._fit_lanes()
        holder = self.list_of(chosen)
        if focused is not None and holder is not None and holder is not focused:
            holder.setFocus(Qt.FocusReason.OtherFocusReason)
        elif focused is not None and waited and chosen is None and not self.is_empty():
            first = self.first_list()
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            first.begin()

    def list_of(self, demand_id: bytes | None) -> CardList | None:
        """The list in which a demand stands; None if it is not on the board."""
        return next((one for one in self.lists.values() if one.place_of(demand_id) is not None), None)

    def first_list(self) -> CardList:
        """Where the keyboard begins: at the chosen card, else in the first cell that has any."""
        holder = self.list_of(self._current)
        filled = next((one for one in self.lists.values() if one.rows()), None)
        return holder or filled or next(iter(self.lists.values()))

    def is_empty(self) -> bool:
        return not any(one.rows() for one in self.lists.values())

    def mark(self, demand_id: bytes | None) -> None:
        """This card is the chosen one now, or none, without telling."""
        self._current = demand_id
        for one in self.lists.values():
            one.mark(demand_id)

    def chosen_keys(self) -> list[object]:
        """What was chosen to be done together, in that order."""
        return list(self._picked)

    def pick(self, demand_ids: Sequence[bytes]) -> None:
        """These are chosen to be done together now."""
        self._picked = dict.fromkeys(demand_ids)
        for one in self.lists.values():
            one.show_picked(frozenset(self._picked))
        self.picked.emit(self.chosen_keys())

    # What the person does

    def _pick(self, demand_id: bytes) -> None:
        others = [one for one in self._picked if one != demand_id]
        self.pick(others if demand_id in self._picked else [*self._picked, demand_id])

    def _moved(self, here: CardList, demand_id: bytes) -> None:
        self._current = demand_id
        for other in self.lists.values():
            if other is not here:
                other.clearSelection()
        self.chosen.emit(demand_id)

    def _cross(self, lane: str, stage: str, dx: int, dy: int) -> None:
        """To the next cell with cards: sideways in the lane, up and down in the column."""
        lanes, stages = list(LANES), list(_STAGE_KEYS)
        at, place = lanes.index(lane), stages.index(stage)
        if dy:
            ways = [(one, stage) for one in (lanes[at + 1 :] if dy > 0 else lanes[:at][::-1])]
        else:
            columns = stages[place + 1 :] if dx > 0 else stages[:place][::-1]
            near = sorted(lanes, key=lambda one: abs(lanes.index(one) - at))
            ways = [(one, column) for column in columns for one in near]
        there = next((self.lists[way] for way in ways if self.lists[way].rows()), None)
        if there is None:
            return
        last = there.model().rowCount() - 1 if dy < 0 else 0
        there.setFocus(Qt.FocusReason.OtherFocusReason)
        there.selectionModel().setCurrentIndex(
            there.model().index(last, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    # How it is laid out

    def _fit_lanes(self) -> None:
        """Lanes share the height by their longest cell, each at least one card high."""
        for at, lane in enumerate(LANES):
            most = max(self.lists[lane, stage].model().rowCount() for stage in _STAGE_KEYS)
            self._grid.setRowStretch(2 * at + 2, min(max(most, 1), _MOST_CARDS))
            self._grid.setRowMinimumHeight(
                2 * at + 2, max(card_height(self._theme), self.lanes[lane].sizeHint().height())
            )
