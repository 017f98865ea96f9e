"""The page that starts a profile: practice, new, or joining with a code. It only collects the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.ui.dialogs.form_page import FormPage
from gridworker.ui.dialogs.passphrase_strength import is_accepted, rate_passphrase
from gridworker.ui.dialogs.welcome import JOIN, NEW, PRACTICE
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, PassphraseEdit
from gridworker.ui.widgets.file_field import authority_field
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


@dataclass(frozen=True)
class ProfileRequest:
    """The answers. `way` is PRACTICE, NEW or JOIN; fields that the way does not ask for are empty. `authority`: a file
    with the certificates of the organisation's own server, "" for what this computer trusts."""

    way: str
    passphrase: str = field(repr=False)
    name: str = ""
    number: str = ""
    person: str = ""
    login: str = ""
    server: str = ""
    code: str = field(default="", repr=False)
    authority: str = ""


_RATING_COLOURS: Mapping[str, str] = {
    "empty": "text2",
    "short": "late",
    "weak": "due",
    "fair": "ok",
    "strong": "ok",
}


class CreateProfilePage(FormPage):
    """`create_requested(ProfileRequest)` once the answers are complete, `back_requested`, and `cancel_requested`
    while it runs."""

    create_requested = Signal(object)
    back_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, wording: Wording, way: str) -> None:
        if way not in (PRACTICE, NEW, JOIN):
            raise ValueError(f"{way!r} is not a way to begin")
        practice = way == PRACTICE
        super().__init__(
            theme, wording, wording(f"welcome.{way}.title"), wording(f"welcome.{way}.form"), practice=practice
        )
        self.way = way
        self.fields: dict[str, FieldRow] = {}
        self._edits: dict[str, QLineEdit] = {}
        if way == NEW:
            for line in ("name", "number", "person", "login"):
                self._add_line(line)
        if way == JOIN:
            self._add_server()
        self.passphrase = PassphraseEdit(theme, wording)
        self.repeat = PassphraseEdit(theme, wording)
        self.strength = TextLabel(theme, "", "caption", "text2", wrap=True)
        if not practice:  # the practice community's passphrase is known to everybody
            self._add_passphrase("passphrase", self.passphrase)
            self.form.addWidget(self.strength)
            self._add_passphrase("repeat", self.repeat)
        self._build_acts()
        self.passphrase.edited.connect(self._rate)
        self._rate()

    def _add_server(self) -> None:
        self._add_line("server").setPlaceholderText("https://")
        self._add_line("code")
        self.authority = authority_field(self._theme, self._wording)
        self.fields["authority"] = self.authority
        self.form.addWidget(self.authority)
        self.authority.edit.returnPressed.connect(self._submit)
        self._login = TextLabel(self._theme, "", "body", "text2", wrap=True)
        self._login.hide()
        self.form.addWidget(self._login)

    def _build_acts(self) -> None:
        say = self._wording
        self.back_button = Button(self._theme, say("widgets.back"), "quiet", key="Esc", shortcut=True)
        self.create_button = Button(self._theme, say(f"welcome.{self.way}.create"), "primary", key="Enter")
        self.acts.addWidget(self.back_button)
        self.acts.addStretch(1)
        self.acts.addWidget(self.create_button)
        self.back_button.clicked.connect(self.back_requested)
        self.create_button.clicked.connect(self._submit)
        self.progress.cancelled.connect(self.cancel_requested)

    def _add_line(self, name: str) -> QLineEdit:
        edit = self._edits[name] = QLineEdit()
        edit.returnPressed.connect(self._submit)
        edit.textEdited.connect(lambda: self.fields[name].show_error(""))
        self._add_field(name, edit)
        return edit

    def _add_passphrase(self, name: str, edit: PassphraseEdit) -> None:
        edit.submitted.connect(self._submit)
        edit.edited.connect(lambda: self.fields[name].show_error(""))
        self._add_field(name, edit)

    def _add_field(self, name: str, control: QWidget) -> None:
        self.fields[name] = FieldRow(self._theme, self._wording(f"welcome.fields.{name}"), control)
        self.form.addWidget(self.fields[name])

    def first_focus(self) -> QWidget:
        return next((field.control for field in self.fields.values()), self.create_button)

    def set_answer(self, name: str, text: str) -> None:
        """Fill in a line beforehand (name, server, code)."""
        self._edits[name].setText(text)

    def show_login(self, text: str) -> None:
        """Whose account the code belongs to, once the server has said so (joining only)."""
        self._login.setText(self._wording("welcome.login", login=text))
        self._login.show()

    def _rate(self) -> None:
        rating = rate_passphrase(self.passphrase.text())
        self.strength.setText(self._wording(f"welcome.strength.{rating}"))
        self.strength.set_colour(_RATING_COLOURS[rating])

    def _complaints(self) -> dict[str, str]:
        """Wording keys of what is missing or wrong, by field."""
        found = {
            name: f"welcome.errors.{name}" for name, edit in self._edits.items() if not edit.text().strip()
        }
        if self.way == PRACTICE:
            return found
        rating = rate_passphrase(self.passphrase.text())
        if not is_accepted(rating):
            found["passphrase"] = (
                f"welcome.strength.{rating}" if rating == "short" else "welcome.errors.passphrase"
            )
        elif self.passphrase.text() != self.repeat.text():
            found["repeat"] = "welcome.errors.repeat"
        return found

    def _submit(self) -> None:
        if not self.create_button.isEnabled():
            return
        complaints = self._complaints()
        for name, row in self.fields.items():
            row.show_error(self._wording(complaints[name]) if name in complaints else "")
        if complaints:
            self.fields[next(name for name in self.fields if name in complaints)].control.setFocus()
            return
        texts = {name: edit.text().strip() for name, edit in self._edits.items()}
        if self.way == JOIN:
            texts["authority"] = self.authority.text()
        request = ProfileRequest(self.way, self.passphrase.text(), **texts)
        self.show_progress(self._wording("welcome.starting"), 0, 0)
        self.create_requested.emit(request)

    def show_progress(self, words: str, done: int, total: int) -> None:
        """While it is made: what it is doing and how far it is."""
        self._enable(False)
        self.show_problem("")
        self.progress.show_progress(words, done, total)

    def show_failure(self, what: str, next_step: str, field_name: str = "") -> None:
        """It failed: under the field it is about, or above the buttons. The answers stay, ready to try again."""
        self.progress.finish()
        self._enable(True)
        if field_name in self.fields:
            self.fields[field_name].show_error(f"{what} {next_step}")
            self.fields[field_name].control.setFocus()
        else:
            self.show_problem(f"{what}\n{next_step}")

    def _enable(self, enabled: bool) -> None:
        for row in self.fields.values():
            row.setEnabled(enabled)
        self.create_button.setEnabled(enabled)
        self.back_button.setEnabled(enabled)
