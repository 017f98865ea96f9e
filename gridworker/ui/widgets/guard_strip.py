"""The strip under a free text that noticed an identity number, a bank card or a phone. It shows what it is given."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.strip import Strip
from gridworker.wording import Wording

KINDS = ("identity", "bank_card", "phone", "name")


@dataclass(frozen=True)
class Noticed:
    """One thing the free-text guard found. `blocks` means that it must be masked before the record can be saved."""

    kind: str
    excerpt: str
    start: int
    end: int
    blocks: bool = False


class GuardStrip(Strip):
    """Due tint: what was noticed, 遮住 (Alt+M), 保留. An identity number has no 保留.

    `masked` and `kept` carry the Noticed."""

    masked = Signal(object)
    kept = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, "due", "triangle-alert", px=SIZES.control_small, radius=SIZES.radius_chip)
        self._wording = wording
        self._noticed: Noticed | None = None
        self.mask_button = Button(
            theme, wording("widgets.guard.mask"), "quiet", key="Alt+M", shortcut=True, small=True
        )
        self.keep_button = Button(theme, wording("widgets.guard.keep"), "quiet", small=True)
        self.acts.addWidget(self.mask_button)
        self.acts.addWidget(self.keep_button)
        self.mask_button.clicked.connect(self._mask)
        self.keep_button.clicked.connect(self._keep)

    def show_noticed(self, noticed: Noticed | None) -> None:
        """Show one find, or hide with None. An identity number is said in the late colour and offers no 保留."""
        self._noticed = noticed
        if noticed is None:
            self.hide()
            return
        self.set_colour("late" if noticed.blocks else "due", "triangle-alert")
        self.keep_button.setVisible(not noticed.blocks)
        self.say(self._wording(f"widgets.guard.{noticed.kind}", excerpt=noticed.excerpt))

    def _mask(self) -> None:
        if self._noticed is not None:
            self.masked.emit(self._noticed)

    def _keep(self) -> None:
        if self._noticed is not None:
            self.kept.emit(self._noticed)
