"""Passing a held act on to the people of another area: to whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import fit_control
from gridworker.wording import Wording


@dataclass(frozen=True)
class HandOver:
    """`owner_id` is the area whose people decide from now on."""

    owner_id: bytes
    remark: str


class HandOverDialog(FormDialog):
    def __init__(
        self, theme: Theme, wording: Wording, areas: Sequence[tuple[bytes, str]], parent: QWidget
    ) -> None:
        super().__init__(
            theme, wording, wording("sync.hand_over.title"), wording("sync.act.hand_over"), parent
        )
        self.areas = QComboBox()
        for area_id, name in areas:
            self.areas.addItem(name, area_id)
        self.remark = QLineEdit()
        for control in (self.areas, self.remark):
            fit_control(theme, control)
        self.add_field("owner_id", wording("sync.hand_over.to"), self.areas, wording("sync.hand_over.note"))
        self.add_field("decision", wording("sync.hand_over.remark"), self.remark)
        self.finish(self.areas, lambda: HandOver(self.areas.currentData(), self.remark.text().strip()))
