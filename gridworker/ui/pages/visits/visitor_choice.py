"""Who went: the account's own member, or one keystroke away whoever keeps in touch with the household (联户)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from gridworker.ui.pages.visits.presenter import Opening
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class VisitorChoice(QWidget):
    """A name, or where others are linked with the household a choice; `changed` when the person chose."""

    changed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.name = TextLabel(theme, "", "body", "text2")
        self.choice = QComboBox()
        self.choice.setAccessibleName(wording("visit.field.visitor"))
        self.choice.setToolTip(wording("visit.visitor_key"))
        column = QHBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.name)
        column.addWidget(self.choice)
        self.choice.currentIndexChanged.connect(self.changed)

    def show_visitors(self, me: str, own: str, opening: Opening, chosen: str) -> None:
        """The own member `me` (id `own`, hex) first, then who is linked, alone and together with the own member."""
        linked, wording = opening.linked, self._wording
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItem(wording("visit.visitor_linked", name=me) if opening.mine else me, "")
        for member, name in linked:
            self.choice.addItem(wording("visit.visitor_linked", name=name), member.hex())
            if own:
                both = wording("visit.visitor_both", me=me, name=name)
                self.choice.addItem(both, f"{own},{member.hex()}")
        self.choice.setCurrentIndex(max(self.choice.findData(chosen), 0))
        self.choice.blockSignals(False)
        self.name.setText(self.choice.itemText(0))
        self.name.setVisible(not linked)
        self.choice.setVisible(bool(linked))

    def visitors(self) -> str:
        """As `FormValues.visitors`."""
        return str(self.choice.currentData() or "")

    def step(self) -> None:
        """The next one in the list, the first after the last."""
        if self.choice.count() > 1:
            self.choice.setCurrentIndex((self.choice.currentIndex() + 1) % self.choice.count())

    def fit(self) -> None:
        """After a change of the theme."""
        fit_control(self._theme, self.choice, SIZES.control_small)
