"""The paper of what is printed, and whether both sides are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.exports.page_setup import PageSetup, Paper
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.labels import row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_ONE, _TWO = "one", "two"


class PaperChoice(QWidget):
    """`chosen(PageSetup)`."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, page: PageSetup) -> None:
        super().__init__()
        papers = [(paper.value, paper.value) for paper in Paper]
        sides = [(side, wording(f"export.sides.{side}")) for side in (_ONE, _TWO)]
        self.paper = Segment(theme, papers, name=wording("export.paper"), small=True)
        self.sides = Segment(theme, sides, name=wording("export.both_sides"), small=True)
        self.paper.choose(page.paper.value)
        self.sides.choose(_TWO if page.two_sided else _ONE)
        self.setLayout(row(self.paper, self.sides, None, gap=SIZES.gap_3))
        for segment in (self.paper, self.sides):
            segment.chosen.connect(lambda _: self.chosen.emit(self.page()))

    def page(self) -> PageSetup:
        return PageSetup(Paper(self.paper.current()), self.sides.current() == _TWO)
