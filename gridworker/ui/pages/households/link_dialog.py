"""Giving the chosen households to a member who keeps in touch with them, or taking them away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.store.queries.links import Linker
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.words import DOT, code_word
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


class LinkHomesDialog(FormDialog):
    """`asked((member id, on))`: `on` False takes the households away from the member."""

    def __init__(
        self, theme: Theme, wording: Wording, count: int, members: Sequence[Linker], parent: QWidget
    ) -> None:
        title = wording("organisation.link_homes_title", count=count)
        super().__init__(theme, wording, title, wording("organisation.save"), parent)
        self.member, self.act = QComboBox(), QComboBox()
        for one in members:
            posts = wording("organisation.list_joint").join(
                code_word(wording, "shell.post", c) for c in one.role_codes
            )
            self.member.addItem(f"{one.name}{DOT}{posts}", one.id)
        for key, on in (("link_on", True), ("link_off", False)):
            self.act.addItem(wording(f"organisation.{key}"), on)
        self.add_field("member_id", wording("organisation.link_member"), self.member)
        self.add_field("act", wording("organisation.wish.act"), self.act)
        self.finish(self.member, self.form)

    def form(self) -> tuple[bytes, bool]:
        return bytes(self.member.currentData()), bool(self.act.currentData())
