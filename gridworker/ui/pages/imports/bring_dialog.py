"""Asks which other profile of this computer is to be brought over, and for its passphrase."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from gridworker.errors import FieldInvalid, TooManyTries, WrongPassphrase
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.words import field_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import PassphraseEdit
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording


class BringDialog(FormDialog):
    """`asked((name, passphrase))`; stays open while the profile is read and when it could not be."""

    def __init__(self, theme: Theme, wording: Wording, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(theme, wording, wording("import.bring.title"), wording("import.bring.go"), parent)
        self.profiles, self.passphrase = QComboBox(), PassphraseEdit(theme, wording)
        self.profiles.addItems(list(names))
        self.body.addWidget(TextLabel(theme, wording("import.bring.lead"), "body", "text2", wrap=True))
        self.add_field("profile", wording("import.bring.profile"), self.profiles)
        self.add_field("passphrase", wording("import.bring.passphrase"), self.passphrase)
        self.body.addWidget(TextLabel(theme, wording("import.bring.what"), "caption", "text2", wrap=True))
        self.progress = ProgressPanel(theme, wording, cancellable=False)
        self.body.addWidget(self.progress)
        self.passphrase.submitted.connect(self._go)
        self.finish(self.passphrase if len(names) == 1 else self.profiles, self._read_form)

    def _read_form(self) -> tuple[str, str]:
        if not self.passphrase.text():
            raise FieldInvalid(entity="import", record="", field="passphrase", reason="required")
        return self.profiles.currentText(), self.passphrase.text()

    def show_working(self, words: str, done: int, total: int) -> None:
        """How far opening the profile is."""
        self.progress.show_progress(words, done, total)
        self.fit()

    def show_failure(self, error: Exception) -> None:
        """A wrong passphrase under its field, to be typed once more."""
        self.progress.finish()
        if not isinstance(error, WrongPassphrase | TooManyTries):
            super().show_failure(error)
            return
        self.go_button.setEnabled(True)
        self.passphrase.clear()
        self.fields["passphrase"].show_error(field_words(self._wording, error))
        self.passphrase.setFocus()
        self.fit()
