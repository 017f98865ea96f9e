"""The building matrix with its chooser, legend and keys. Widgets only; which building is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from gridworker.store.rows import Matrix, MatrixBuilding, MatrixRoom
from gridworker.ui.background import Background
from gridworker.ui.pages.households.matrix.grid import Grid
from gridworker.ui.pages.households.matrix.legend import MatrixLegend
from gridworker.ui.pages.households.matrix.model import MatrixModel
from gridworker.ui.pages.households.matrix.presenter import Matrices, MatrixAnswer, MatrixPresenter
from gridworker.ui.pages.households.matrix.view import MatrixView
from gridworker.ui.pages.households.matrix.words import met_share
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.key_hints import KeyHint, KeyHintRow
from gridworker.ui.widgets.labels import Chip, FactLine, Rule, TextLabel, row
from gridworker.wording import Wording


class MatrixPane(QWidget):
    """`door_chosen(row number, household id)`, `opened` when it is to be looked at, `visit_asked`, `left`,
    `failed(Exception)`; `lost` when the open household is not in the building that is shown now."""

    door_chosen = Signal(object, object)
    opened = Signal()
    visit_asked = Signal()
    left = Signal()
    lost = Signal()
    failed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Matrices) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._open: bytes | None = None
        self.presenter = MatrixPresenter(source, partial(background.run, owner=self), self)
        self.model = MatrixModel(wording)
        self.view = MatrixView(theme, wording, self.model)
        self.legend = MatrixLegend(theme, wording)
        self.title = TextLabel(theme, "", "strong")
        self.previous = IconButton(theme, "chevron-left", wording("matrix.previous"))
        self.next = IconButton(theme, "chevron-right", wording("matrix.next"))
        self.buildings = QComboBox()
        self.partial = Chip(theme)
        self.facts = FactLine(theme, (), "body", "text2")
        self.met = TextLabel(theme, "", "body", "text2")
        self.promise = TextLabel(theme, wording("matrix.promise"), "caption", "text2")
        self.hints = tuple(
            KeyHint(key, wording(name if "." in name else f"matrix.hint.{name}")) for key, name in _KEYS
        )
        self.keys = KeyHintRow(theme, self.hints[:_SHOWN])
        self._build()
        self._connect()

    def _build(self) -> None:
        self.buildings.setAccessibleName(self._wording("matrix.building_name"))
        self.promise.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.promise.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        card = Card(self._theme, flush=True)
        self._head = QWidget()
        parts = (self.previous, self.buildings, self.next, self.title, self.partial, self.facts)
        head = row(*parts, self.met)
        head.setStretch(parts.index(self.facts), 1)
        head.setContentsMargins(SIZES.card_pad, 0, SIZES.card_pad, 0)
        self._head.setLayout(head)
        foot = row(self.keys, self.promise, gap=SIZES.gap_4)
        foot.setContentsMargins(0, 0, SIZES.gap_1, 0)
        inside = QVBoxLayout()
        inside.setContentsMargins(SIZES.gap_2, SIZES.gap_1, SIZES.gap_2, SIZES.gap_1)
        inside.setSpacing(SIZES.gap_1)
        inside.addWidget(self.legend)
        inside.addWidget(self.view, 1)
        inside.addLayout(foot)
        card.body.addWidget(self._head)
        card.body.addWidget(Rule())
        card.body.addLayout(inside, 1)
        empty = Card(self._theme)
        self.nothing = EmptyState(self._theme, "building-2", self._wording("matrix.empty"))
        empty.body.addWidget(self.nothing)
        self._stack = QStackedWidget()
        self._stack.addWidget(card)
        self._stack.addWidget(empty)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.view.moved.connect(self._moved)
        self.view.opened.connect(self.opened)
        self.view.visit_asked.connect(self.visit_asked)
        self.view.left.connect(self.left)
        self.view.chosen.connect(self.legend.show_chosen)
        self.previous.clicked.connect(lambda: self.presenter.step_building(-1))
        self.next.clicked.connect(lambda: self.presenter.step_building(1))
        self.buildings.activated.connect(
            lambda _: self.presenter.choose_building(bytes(self.buildings.currentData()))
        )
        for key, by in (("Ctrl+PgUp", -1), ("Ctrl+PgDown", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.presenter.step_building, by))
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._head.setFixedHeight(self._theme.height(SIZES.card_header))
        fit_control(self._theme, self.buildings, SIZES.control_small)
        names = (self.buildings.itemText(at) for at in range(self.buildings.count()))
        widest = max((self._theme.metrics().horizontalAdvance(name) for name in names), default=0)
        self.buildings.setFixedWidth(widest + self._theme.tokens.width(_ARROW))

    def set_narrow(self, narrow: bool) -> None:
        """Without the key caps and the share; the keys stay in F1."""
        self.keys.setVisible(not narrow)
        self.promise.setWordWrap(narrow)
        self.met.setVisible(not narrow)

    def enter(self, household_id: bytes | None) -> None:
        """The matrix comes to the front, at the household that is open."""
        self._open = household_id
        self.presenter.enter(household_id)

    def forget_open(self) -> None:
        """The side panel was closed."""
        self._open = None

    def _moved(self) -> None:
        room = self.view.room()
        if room is not None and room.household is not None:
            self._open = room.household.id
            self.door_chosen.emit(room.rid, room.household.id)

    # What the presenter tells

    def show_matrix(self, answer: MatrixAnswer, grid: Grid) -> None:
        matrix = answer.matrix
        self._stack.setCurrentIndex(0 if matrix is not None and matrix.rooms else 1)
        if self._open is not None and grid.place_of(self._open) is None:
            self._open = None
            self.lost.emit()
        self.view.show_matrix(matrix, grid, self._open)
        self._show_buildings(answer.buildings)
        if matrix is not None:
            self._show_head(matrix, grid)
            self.legend.show_matrix(matrix)

    def show_error(self, error: Exception) -> None:
        self.failed.emit(error)

    def _show_buildings(self, buildings: tuple[MatrixBuilding, ...]) -> None:
        shown = self.presenter.building_id
        several, estates = len(buildings) > 1, len({building.estate for building in buildings}) > 1
        if [self.buildings.itemData(at) for at in range(self.buildings.count())] != [b.id for b in buildings]:
            self.buildings.clear()
            for building in buildings:
                name = f"{building.estate} {building.name}" if estates else building.name
                self.buildings.addItem(name, building.id)
            self._restyle()
        at = next((at for at, building in enumerate(buildings) if building.id == shown), 0)
        self.buildings.setCurrentIndex(at)
        for part in (self.previous, self.buildings, self.next):
            part.setVisible(several)
        self.title.setVisible(not several)
        self.previous.setEnabled(at > 0)
        self.next.setEnabled(at < len(buildings) - 1)

    def _show_head(self, matrix: Matrix, grid: Grid) -> None:
        wording, building = self._wording, matrix.building
        self.title.setText(building.name)
        self.partial.setVisible(building.partial)
        self.partial.show_state(None, wording("matrix.partial"), wording("matrix.partial_sentence"))
        self.facts.show_facts(
            (
                wording("matrix.units", count=len(matrix.units)),
                wording("matrix.floors", count=sum(floor is not None for floor in grid.floors)),
                wording("matrix.households", count=len(grid.reading_order())),
            )
        )
        share = met_share(matrix)
        self.met.setText("" if share is None else wording("matrix.met", percent=share))

    def chosen_rooms(self) -> list[MatrixRoom]:
        """The selected doors in reading order."""
        return self.view.chosen_rooms()


_KEYS = (
    ("← ↑ ↓ →", "move"),
    ("↵", "visit"),
    ("T", "table"),
    ("Ctrl+PgDn", "building"),
    ("Space", "open"),
    ("Shift+↓", "choose"),
    ("Ctrl+C", "copy"),
    ("F2", "edit"),
    ("Esc", "close"),
    ("Ctrl+H", "link"),
    ("W", "homes.chosen.plan"),
    ("P", "homes.chosen.print"),
)
_SHOWN = 4
_ARROW = 44  # px at 100 % around the name in the list of buildings
