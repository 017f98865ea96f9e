"""What of the demands is listed: words, category, source, state, and only those that are overdue or were
returned twice."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.models.demand_machine import ENDS, OPEN
from gridworker.models.limits import Standing
from gridworker.store.demand_rows import DemandFilter
from gridworker.ui.pages.demands.words import Names, category_word, source_word
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import row
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

_TYPING_MS = 150
_FIELD_PX = 220
_ARROW_PX = 20
_STATES: dict[str, frozenset[str]] = {"open": frozenset(OPEN), "ended": frozenset(ENDS), "all": frozenset()}


class FilterRow(FlowRow):
    """`changed(DemandFilter)` after every choice and every pause in typing. `digest` asks for the week's sheet."""

    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._with_states = False
        self._holders: dict[QWidget, QWidget] = {}
        self.text = SearchField(
            theme, wording("demands.find"), clear=wording("widgets.clear"), icon="list-filter", key="Ctrl+F"
        )
        self.category, self.source, self.states = QComboBox(), QComboBox(), QComboBox()
        self.overdue = Button(theme, wording("demands.only_overdue"), "outcome", icon="circle-alert")
        self.surfaced = Button(theme, wording("demands.only_surfaced"), "outcome", icon="corner-up-left")
        self.digest = Button(theme, wording("demands.digest.button"), "quiet", icon="printer")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        for state in _STATES:
            self.states.addItem(wording(f"demands.states.{state}"), state)
        for name, box in (("category", self.category), ("source", self.source), ("states", self.states)):
            box.setAccessibleName(wording(f"demands.filter.{name}"))
        for part in (self.text, self.category, self.source, self.states):
            holder = QWidget()  # whose hint keeps to the width that the part is given
            holder.setLayout(row(part))
            self.add(holder)
            self._holders[part] = holder
        self.add(self.overdue)
        self.add(self.surfaced)
        self.add(self.digest)
        self._connect()
        self.show_names(Names())
        self._restyle()

    def _connect(self) -> None:
        self.text.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(self.tell)
        for box in (self.category, self.source, self.states):
            box.activated.connect(lambda _: self.tell())
        for button in (self.overdue, self.surfaced):
            button.clicked.connect(lambda _: self.tell())
        self._theme.changed.connect(self._restyle)

    def tell(self) -> None:
        """What is chosen now."""
        self._typing.stop()
        self.changed.emit(self.wanted())

    def wanted(self) -> DemandFilter:
        category, source = self.category.currentData(), self.source.currentData()
        state = str(self.states.currentData())
        overdue, surfaced = self.overdue.isChecked(), self.surfaced.isChecked()
        return DemandFilter(
            states=_STATES[state] if self._with_states and not overdue and not surfaced else frozenset(),
            standings=frozenset((Standing.OVERDUE,)) if overdue else frozenset(),
            categories=frozenset((category,)) if category else frozenset(),
            sources=frozenset((source,)) if source else frozenset(),
            words=self.text.text().strip(),
            surfaced=surfaced,
        )

    def count(self) -> int:
        """How many of the limits are set."""
        chosen = (self.text.text().strip(), self.category.currentData(), self.source.currentData())
        return sum(1 for one in (*chosen, self.overdue.isChecked(), self.surfaced.isChecked()) if one)

    def with_states(self, on: bool) -> None:
        """The board shows what is open; in the table one may look at what has ended too."""
        self._with_states = on
        self._holders[self.states].setVisible(on)

    def clear(self) -> None:
        """No limits, without telling."""
        with QSignalBlocker(self.text):
            self.text.clear()
        for box in (self.category, self.source, self.states):
            box.setCurrentIndex(0)
        self.overdue.setChecked(False)
        self.surfaced.setChecked(False)
        self._typing.stop()

    def show_names(self, names: Names) -> None:
        """The community's catalogues, once they are known or were changed."""
        wording = self._wording
        categories = ((code, category_word(wording, names, code)) for code in names.categories)
        sources = ((code, source_word(wording, names, code)) for code in names.sources)
        _refill(self.category, wording("demands.every_category"), categories)
        _refill(self.source, wording("demands.every_source"), sources)
        for box in (self.category, self.source):
            self._fit_words(box)

    def take_focus(self) -> None:
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.text.selectAll()

    def _fit_words(self, box: QComboBox) -> None:
        """Wide enough for its longest words."""
        metrics = self._theme.metrics()
        longest = max(metrics.horizontalAdvance(box.itemText(at)) for at in range(box.count()))
        box.setMinimumWidth(longest + self._theme.tokens.icon(_ARROW_PX) + SIZES.gap_6)

    def _restyle(self) -> None:
        self.text.setFixedWidth(round(_FIELD_PX * self._theme.tokens.growth))
        for box in (self.category, self.source, self.states):
            fit_control(self._theme, box)
            self._fit_words(box)


def _refill(box: QComboBox, every: str, items: Iterable[tuple[str, str]]) -> None:
    wanted = [(every, ""), *((word, code) for code, word in items)]
    present = [(box.itemText(at), box.itemData(at)) for at in range(box.count())]
    if wanted == present:
        return
    chosen = box.currentData()
    box.clear()
    for word, code in wanted:
        box.addItem(word, code)
    box.setCurrentIndex(max(box.findData(chosen), 0))
