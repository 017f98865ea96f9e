"""The page that asks for the passphrase. It never keeps it: the text goes out once with the signal and is cleared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.ui.dialogs.form_page import FormPage
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, PassphraseEdit
from gridworker.wording import Wording


class UnlockPage(FormPage):
    """`unlock_requested(passphrase)`; then the caller answers with `show_wrong`, `show_failure` or by going on.

    `profile_chosen(place)` for another of `profiles`, `other_requested` when the person wants to begin one."""

    unlock_requested = Signal(str)
    other_requested = Signal()
    profile_chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        profile: str,
        *,
        practice: bool = False,
        hint: str = "",
        profiles: Sequence[str] = (),
    ) -> None:
        super().__init__(
            theme,
            wording,
            wording("unlock.title", profile=profile),
            wording("unlock.text"),
            practice=practice,
        )
        self.profiles = self._add_profiles(profiles, profile)
        self.passphrase = PassphraseEdit(theme, wording)
        self.field = FieldRow(theme, wording("unlock.passphrase"), self.passphrase, note=hint)
        self.form.addWidget(self.field)
        self.other_button = Button(theme, wording("unlock.other"), "quiet")
        self.unlock_button = Button(theme, wording("unlock.act"), "primary", icon="log-in", key="Enter")
        self.acts.addWidget(self.other_button)
        self.acts.addStretch(1)
        self.acts.addWidget(self.unlock_button)
        self._wait_left = 0
        self._wait = QTimer(self, interval=1000)
        self._wait.timeout.connect(self._second_passed)
        self._connect()

    def _connect(self) -> None:
        self.passphrase.submitted.connect(self._submit)
        self.passphrase.edited.connect(self._forget_error)
        self.unlock_button.clicked.connect(self._submit)
        self.other_button.clicked.connect(self.other_requested)

    def _add_profiles(self, names: Sequence[str], shown: str) -> QComboBox:
        """The choice between several profiles of this computer; with one there is nothing to choose."""
        choice = QComboBox()
        choice.addItems(list(names))
        choice.setCurrentText(shown)
        choice.view().setAccessibleName(self._wording("unlock.profile"))
        choice.activated.connect(self.profile_chosen)
        line = FieldRow(self._theme, self._wording("unlock.profile"), choice)
        self.form.addWidget(line)
        line.setVisible(len(names) > 1)
        return choice

    def first_focus(self) -> QWidget:
        return self.passphrase

    def _submit(self) -> None:
        if self._wait_left or not self.unlock_button.isEnabled():
            return
        if not self.passphrase.text():
            self.field.show_error(self._wording("unlock.empty"))
            return
        text = self.passphrase.text()
        self.show_busy()
        self.unlock_requested.emit(text)

    def _forget_error(self) -> None:
        if not self._wait_left:
            self.field.show_error("")
            self.show_problem("")

    def show_busy(self) -> None:
        """While the key is made and the database opens."""
        self._enable(False)
        self.show_problem("")
        self.field.show_error("")
        self.unlock_button.set_label(self._wording("unlock.opening"))

    def show_progress(self, words: str, done: int, total: int) -> None:
        """When opening takes longer, e.g. a migration: what it is doing and how far it is."""
        self.progress.cancel_button.hide()  # changing the file is whole or not at all
        self.progress.show_progress(words, done, total)

    def show_wrong(self, wait_seconds: int = 0) -> None:
        """The passphrase was wrong; after many tries the next one must wait `wait_seconds`."""
        self._come_back()
        self.passphrase.clear()
        self.field.show_error(self._wording("unlock.wrong"))
        if wait_seconds > 0:
            self._wait_left = wait_seconds
            self._enable(False)
            self._show_wait()
            self._wait.start()
        else:
            self.passphrase.setFocus()

    def show_failure(self, what: str, next_step: str) -> None:
        """It could not be opened for another reason; both sentences come from the error's wording."""
        self._come_back()
        self.show_problem(f"{what}\n{next_step}")

    def _come_back(self) -> None:
        self.progress.finish()
        self._enable(True)
        self.unlock_button.set_label(self._wording("unlock.act"))

    def _enable(self, enabled: bool) -> None:
        for part in (self.profiles, self.passphrase, self.unlock_button, self.other_button):
            part.setEnabled(enabled)

    def _second_passed(self) -> None:
        self._wait_left -= 1
        if self._wait_left > 0:
            self._show_wait()
            return
        self._wait.stop()
        self._wait_left = 0
        self._come_back()
        self.field.show_error("")
        self.passphrase.setFocus()

    def _show_wait(self) -> None:
        self.field.show_error(self._wording("unlock.wait", seconds=self._wait_left))
