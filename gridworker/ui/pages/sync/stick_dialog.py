"""The exchange by a stick: write what is unsent, carry it, read the answer. Says what was written and what came."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from gridworker.changes import ALL_CHANGED, Changes
from gridworker.complaints import complaint
from gridworker.ui.background import Background, Report
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording

ChooseFolder = Callable[[QWidget, str], str]


class Stick(Protocol):
    """The way by a stick; both run away from the window and answer with a key and the values of its sentence."""

    def write(self, folder: Path, report: Report) -> tuple[str, dict[str, object]]: ...

    def read(self, folder: Path, report: Report) -> tuple[str, dict[str, object]]: ...


def choose_folder(parent: QWidget, title: str) -> str:
    """Ask for the stick's folder; "" when the person changes their mind."""
    return QFileDialog.getExistingDirectory(parent, title)


class StickDialog(DialogFrame):
    """`changed` is called with what came in."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        stick: Stick,
        changed: Callable[[Changes], None],
        parent: QWidget,
    ) -> None:
        super().__init__(theme, wording("sync.stick.title"), parent)
        self._wording, self._background, self._stick, self._changed = wording, background, stick, changed
        self.choose_folder: ChooseFolder = choose_folder
        self.told = TextLabel(theme, "", "body", "ok", wrap=True)
        self.progress = ProgressPanel(theme, wording)
        self.write_button = Button(theme, wording("sync.stick.write"), "primary", icon="arrow-up")
        self.read_button = Button(theme, wording("sync.stick.read"), icon="download")
        self.close_button = Button(theme, wording("sync.stick.close"), key="Esc")
        self._fill(theme)
        self.write_button.clicked.connect(lambda: self._go("write"))
        self.read_button.clicked.connect(lambda: self._go("read"))
        self.close_button.clicked.connect(self.reject)

    def _fill(self, theme: Theme) -> None:
        for key in ("steps", "safe"):
            self.body.addWidget(
                TextLabel(theme, self._wording(f"sync.stick.{key}"), "body", "text2", wrap=True)
            )
        self.body.addWidget(self.progress)
        self.body.addWidget(self.told)
        self.body.addStretch(1)
        self.progress.hide()
        self.told.hide()
        self.add_acts(self.close_button, self.read_button, self.write_button)
        self.write_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, way: str) -> None:
        folder = self.choose_folder(self, self._wording(f"sync.stick.{way}"))
        if not folder:
            return
        self._busy(busy=True)
        self.told.hide()
        work = self._stick.write if way == "write" else self._stick.read
        self._background.run_with_progress(
            lambda report: work(Path(folder), report),
            self._done,
            self._failed,
            progress=self._show_step,
            owner=self,
            lane="network",  # never beside an exchange over the network
        )

    def _show_step(self, step: str, done: int, total: int) -> None:
        self.progress.show_progress(self._wording(f"sync.stick.{step}"), done, total)

    def _busy(self, *, busy: bool) -> None:
        for button in (self.write_button, self.read_button):
            button.setEnabled(not busy)
        self.progress.setVisible(busy)
        self.fit()

    def _done(self, answer: tuple[str, dict[str, object]]) -> None:
        key, values = answer
        self._busy(busy=False)
        self._tell(self._wording(f"sync.stick.{key}", **values), "ok" if key != "again" else "due")
        self._changed(ALL_CHANGED)

    def _failed(self, error: Exception) -> None:
        self._busy(busy=False)
        found = complaint(error, self._wording)
        self._tell(f"{found.what} {found.next} [{found.code}]", "late")

    def _tell(self, text: str, colour: str) -> None:
        self.told.setText(text)
        self.told.set_colour(colour)
        self.told.show()
        self.fit()
