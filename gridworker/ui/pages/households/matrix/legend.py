"""What the symbols of the matrix mean, with how many doors each stands for, and how many are chosen."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from gridworker.store.rows import Matrix, Plan
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.households.matrix.words import demand_count, outside_count, plan_counts
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.labels import Chip, TextLabel
from gridworker.wording import Wording

_ORDER = (Plan.VISITED, Plan.DUE, Plan.CALLBACK, Plan.LATE, Plan.ABSENT, Plan.OPTED_OUT, Plan.VACANT)


class MatrixLegend(QWidget):
    """The states there are in this building, its open demands, and how many doors lie outside the scope. Zero is
    blank."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self._chips = {plan: Chip(theme, look("plan", plan.value), "", filled=False) for plan in _ORDER}
        self.demands = Chip(theme, look("mark", "demands"), "", filled=False)
        self.outside = TextLabel(theme, "", "caption", "text3")
        self.chosen = TextLabel(theme, "", "caption_bold", "accent")
        self._flow = FlowRow(gap=SIZES.gap_1)
        for chip in self._chips.values():
            self._flow.add(chip)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, SIZES.gap_1, 0)
        line.setSpacing(SIZES.gap_2)
        line.addWidget(self._flow, 1)
        line.addWidget(self.demands)
        line.addWidget(self.outside)
        line.addWidget(self.chosen)
        self.show_chosen(0)

    def show_matrix(self, matrix: Matrix) -> None:
        wording, counts, others = self._wording, plan_counts(matrix), outside_count(matrix)
        for plan, chip in self._chips.items():
            word = wording(f"households.state.{plan.value}")
            chip.show_state(look("plan", plan.value), f"{word} {counts.get(plan, 0)}")
            chip.setVisible(counts.get(plan, 0) > 0)
        asked = demand_count(matrix)
        mark = look("mark", "demands")
        self.demands.show_state(mark, f"{wording(mark.wording_key)} {asked}")
        self.demands.setVisible(asked > 0)
        self.outside.setText(wording("matrix.outside_count", count=others))
        self.outside.setVisible(others > 0)

    def words(self) -> list[str]:
        """The legend as it is read aloud."""
        chips = (*self._chips.values(), self.demands)
        return [chip.accessibleName() for chip in chips if not chip.isHidden()]

    def show_chosen(self, count: int) -> None:
        """How many doors are selected; one is not worth a word."""
        self.chosen.setText(self._wording("matrix.chosen", count=count) if count > 1 else "")
        self.chosen.setVisible(count > 1)
