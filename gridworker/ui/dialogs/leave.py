"""What a person is asked before a stopped laptop is wiped: what goes, what was never sent, and where to write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridworker.complaints import complaint
from gridworker.services.leaving import write_unsent
from gridworker.store.queries.leaving import Leaving
from gridworker.ui.background import Background
from gridworker.ui.file_choice import choose_target
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

ChooseFile = Callable[[QWidget, str, str, str], str]


class LeaveDialog(DialogFrame):
    """`wipe_wanted` once the person means it. The safe side is the default."""

    wipe_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        going: Leaving,
        parent: QWidget,
    ) -> None:
        super().__init__(theme, wording("leave.title"), parent)
        self._wording, self._background, self._store, self._going = wording, background, store, going
        self.choose_file: ChooseFile = choose_target
        waits = bool(going.unsent or going.drafts)
        self.told = TextLabel(theme, "", "body", "ok", wrap=True)
        self.save_button = Button(theme, wording("leave.save"))
        self.stay_button = Button(theme, wording("leave.stay"), key="Esc")
        self.go_button = Button(theme, wording("leave.go_anyway" if waits else "leave.go"), "danger")
        self._fill(waits)
        self.save_button.clicked.connect(self._save)
        self.stay_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._go)

    def _fill(self, waits: bool) -> None:
        say, going = self._wording, self._going
        first = "unsent" if waits else "nothing_unsent"
        lines = [
            (say("leave.what", copies=going.copies), "text"),
            (say(f"leave.{first}", unsent=going.unsent, drafts=going.drafts), "due" if waits else "text"),
            (say("leave.not_reached"), "text2"),
            *([(say("leave.sealed_file"), "text2")] if waits else []),
        ]
        for text, colour in lines:
            self.body.addWidget(TextLabel(self._theme, text, "body", colour, wrap=True))
        self.told.hide()
        self.body.addWidget(self.told)
        self.body.addStretch(1)
        self.save_button.setVisible(waits)
        self.add_acts(self.save_button, self.go_button, self.stay_button)
        self.stay_button.setDefault(True)
        self.stay_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        say = self._wording
        name = say("leave.file", login=self._store.known.login)
        target = self.choose_file(self, say("leave.save"), name, say("leave.kinds"))
        if not target:
            return

        def saved(count: int) -> None:
            self.go_button.set_label(say("leave.go"))
            self._tell(say("leave.saved", n=count, file=target), "ok")

        self._background.run(
            lambda: write_unsent(self._store, Path(target)),
            saved,
            self.show_failure,
            owner=self,
            lane="serial",
        )

    def _go(self) -> None:
        self.go_button.setEnabled(False)
        self.wipe_wanted.emit()

    def show_failure(self, error: Exception) -> None:
        """Something could not be written or removed: what, and what to do next."""
        found = complaint(error, self._wording)
        self.go_button.setEnabled(True)
        self._tell(f"{found.what} {found.next}", "late")

    def _tell(self, text: str, colour: str) -> None:
        self.told.setText(text)
        self.told.set_colour(colour)
        self.told.show()
        self.fit()


class WipedDialog(DialogFrame):
    """The last word: everything is gone, and whether the server knows."""

    def __init__(self, theme: Theme, wording: Wording, parent: QWidget, *, receipt: bool) -> None:
        super().__init__(theme, wording("leave.done_title"), parent)
        for key in ("done", "receipt" if receipt else "no_receipt"):
            self.body.addWidget(TextLabel(theme, wording(f"leave.{key}"), "body", wrap=True))
        ok = Button(theme, wording("leave.ok"), "primary", key="↵")
        self.add_acts(ok)
        ok.setDefault(True)
        ok.clicked.connect(self.accept)
