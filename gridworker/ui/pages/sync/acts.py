"""What a person does on the sync page beyond choosing between values: decide, pass on, take out, erase, carry by a
stick. Opens the small forms; the presenter does the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gridworker.changes import Changes
from gridworker.store.queries.device import DeviceFacts
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.ui.background import Background
from gridworker.ui.file_choice import choose_target
from gridworker.ui.pages.running import Run
from gridworker.ui.pages.sync.device_dialog import DeviceDialog
from gridworker.ui.pages.sync.erase_dialog import EraseDialog, EraseWish
from gridworker.ui.pages.sync.hand_over_dialog import HandOver, HandOverDialog
from gridworker.ui.pages.sync.presenter import SyncPresenter, SyncSource
from gridworker.ui.pages.sync.stick_dialog import Stick, StickDialog
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

ChooseFile = Callable[[QWidget, str, str, str], str]


class SyncActs:
    """`dialog` is the form that is open, or was last."""

    def __init__(
        self, theme: Theme, wording: Wording, presenter: SyncPresenter, page: QWidget, now: Callable[[], None]
    ) -> None:
        self._theme, self._wording, self._presenter = theme, wording, presenter
        self._page, self._now = page, now
        self.choose_file: ChooseFile = choose_target
        self.dialog: QWidget | None = None

    def on_held(self, name: str, matter: HeldRow, text: str) -> None:
        if name == "accept":
            self._presenter.accept_held(matter.id, text)
        elif name == "hand_over":
            self._presenter.ask_areas(partial(self._hand_over, matter))
        elif name == "reject":
            self._presenter.reject_held(matter.id, text)

    def on_stuck(self, name: str, matter: StuckOp, text: str) -> None:
        if name == "again":
            self._presenter.try_again(matter.op_id)
            self._now()
        elif name == "mend":
            self._presenter.mend(matter, text)
        elif name == "give_up":
            self._presenter.give_up(matter.op_id, text)
        elif name == "take_out":
            self._take_out(matter)

    def copy(self, code: str) -> None:
        """The code alone, without anything of the record, for whoever is asked for help."""
        QGuiApplication.clipboard().setText(code)

    def _take_out(self, matter: StuckOp) -> None:
        say = self._wording
        name = f"{matter.entity}-{matter.op_id.hex()[-8:]}.gwunsent"
        target = self.choose_file(self._page, say("sync.act.take_out"), name, say("leave.kinds"))
        if target:
            self._presenter.take_out(matter.op_id, Path(target))

    def _hand_over(self, matter: HeldRow, areas: Sequence[tuple[bytes, str]]) -> None:
        dialog = HandOverDialog(self._theme, self._wording, areas, self._page)

        def go(form: HandOver) -> None:
            self._presenter.hand_over(
                matter.id, form.owner_id, form.remark, (dialog.accept, dialog.show_failure)
            )

        dialog.asked.connect(go)
        dialog.open()
        self.dialog = dialog

    def erase(self, run: Run, source: SyncSource) -> None:
        """Find somebody or a household, see what goes, type the name, erase."""
        dialog = EraseDialog(self._theme, self._wording, run, source, self._page)

        def go(wish: EraseWish) -> None:
            form = (dialog.accept, dialog.show_failure)
            self._presenter.erase(wish.entity, wish.record_id, wish.reason, form)

        dialog.asked.connect(go)
        dialog.open()
        self.dialog = dialog

    def show_device(self, facts: DeviceFacts) -> None:
        """This computer and its server."""
        self.dialog = dialog = DeviceDialog(self._theme, self._wording, facts, self._page)
        dialog.open()

    def carry(self, background: Background, stick: Stick, changed: Callable[[Changes], None]) -> None:
        """Write to a stick, or read its answer."""
        dialog = StickDialog(self._theme, self._wording, background, stick, changed, self._page)
        dialog.open()
        self.dialog = dialog
