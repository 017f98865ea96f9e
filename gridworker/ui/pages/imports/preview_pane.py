"""The third step of an import: what becomes of every row, before anything is saved."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QVBoxLayout, QWidget

from gridworker.imports.plan import Plan
from gridworker.imports.verdicts import Verdict
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.imports.verdict_model import LOOKS, VerdictTable
from gridworker.ui.pages.imports.verdict_view import VerdictView
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import SegmentButton
from gridworker.wording import Wording


class PreviewPane(QWidget):
    """`apply_wanted` · `back_wanted` · `prefer_chosen(bool)`: where both say something, what another profile says."""

    apply_wanted = Signal()
    back_wanted = Signal()
    prefer_chosen = Signal(bool)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.model = VerdictTable(wording)
        self.table = VerdictView(theme, wording, self.model)
        self.filters: dict[Verdict | None, SegmentButton] = {}
        self.summary = TextLabel(theme, "", "body_bold", wrap=True)
        self.prefer = QCheckBox(wording("import.page.prefer"))
        self.stays = TextLabel(theme, "", "caption", "text2", wrap=True)
        self.said = TextLabel(theme, "", "body", wrap=True)
        self.apply_button = Button(theme, wording("import.page.apply"), "primary", key="Ctrl+↵")
        self.back_button = Button(theme, wording("import.page.back"), key="Esc")
        self.apply_button.clicked.connect(self.apply_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self.prefer.clicked.connect(self.prefer_chosen)
        self.table.selectionModel().currentRowChanged.connect(lambda index: self._show_said(index.row()))
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self) -> None:
        theme = self._theme
        card = Card(theme, flush=True)
        card.body.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_2)
        layout.addWidget(self._filter_line())
        layout.addWidget(card, 1)
        layout.addWidget(self.said)
        layout.addWidget(self.prefer)
        layout.addWidget(self.stays)
        foot = row(self.summary, self.back_button, self.apply_button, gap=SIZES.gap_3)
        foot.setStretch(0, 1)
        layout.addLayout(foot)

    def _filter_line(self) -> FlowRow:
        line, self._group = FlowRow(gap=SIZES.gap_1), QButtonGroup(self)
        for verdict in (None, *LOOKS):
            icon = LOOKS[verdict].icon if verdict else ""
            button = SegmentButton(self._theme, "", icon, "only")
            button.clicked.connect(partial(self._show_only, verdict))
            self.filters[verdict] = button
            self._group.addButton(button)
            line.add(button)
        return line

    def show_plan(self, plan: Plan) -> None:
        """Counts, and every row."""
        wording, counts = self._wording, plan.counts["rows"]
        for verdict, button in self.filters.items():
            word = wording(LOOKS[verdict].wording_key) if verdict else wording("import.page.every_row")
            count = counts[str(verdict)] if verdict else len(plan.verdicts)
            button.setText(f"{word} {count:,}")
            button.setAccessibleName(button.text())
            button.setVisible(bool(count) or verdict is None)
            button.updateGeometry()
        self.filters[None].setChecked(True)
        self.model.show_verdicts(plan.verdicts, by_kind=plan.stays is not None)
        several = plan.stays is not None or len({layout.sheet for layout in plan.layouts}) > 1
        self.table.show_sheets(several=several, records=plan.stays is not None)
        self._show_choice(plan)
        self.summary.setText(summary_of(wording, plan))
        self.apply_button.say_why_disabled(None if plan.groups else wording("import.page.nothing_to_do"))

    def _show_choice(self, plan: Plan) -> None:
        """Of another profile: what counts where both say something, and what that profile keeps for itself."""
        differing = any(verdict.fields for verdict in plan.verdicts)
        self.prefer.setVisible(plan.stays is not None and differing)
        self.prefer.setChecked(plan.prefers)
        kept = [
            f"{self._wording(f'errors.entity.{name}')} {count:,}"
            for name, count in (plan.stays or {}).items()
        ]
        self.stays.setText(
            self._wording("import.stays", what=self._wording("import.summary.and").join(kept)) if kept else ""
        )
        self._show_said(-1)

    def _show_said(self, place: int) -> None:
        """All that was found in the chosen row, where the table has no room for it: instead of what stays."""
        words = self.table.cut_words(place) if place >= 0 else ""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.stays.setVisible(bool(self.stays.text()) and not words)

    def _show_only(self, verdict: Verdict | None) -> None:
        self.model.show_only(verdict)
        self._show_said(-1)

    def _restyle(self) -> None:
        for button in self.filters.values():
            button.setFixedHeight(self._theme.height(SIZES.control_small))


def summary_of(wording: Wording, plan: Plan) -> str:
    """`新增 3 户、7 人；更改 2 户、1 人` as far as there is anything."""
    said = []
    for what in ("created", "changed"):
        parts = [
            wording(f"import.summary.{entity}", count=f"{counts[what]:,}")
            for entity, counts in plan.counts.items()
            if entity not in ("rows", "basis") and counts[what]
        ]
        if parts:
            said.append(wording(f"import.summary.{what}", parts=wording("import.summary.and").join(parts)))
    return wording("import.page.between").join(said) or wording("import.page.nothing_to_do")
