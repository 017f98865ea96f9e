"""What is asked before a file leaves: in which form, what for, for whom; and whether it is locked, or not masked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.models.slip import ALPHABET
from gridworker.store.export_rows import Release
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, PassphraseEdit
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_GROUPS, _GROUP = 4, 5


@dataclass(frozen=True)
class ExportOffer:
    """What may leave: its `title` for people, the file's name without its ending, its forms (the first is usual),
    whether names and doors may leave with a reason, and what was answered last."""

    title: str
    name: str
    forms: tuple[str, ...]
    may_unmask: bool = False
    last: Release | None = None


@dataclass(frozen=True)
class ExportAnswer:
    form: str
    release: Release


def drawn_passphrase() -> str:
    """Twenty random signs in groups (99 bits), easy to read out on the telephone."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


class ExportDialog(FormDialog):
    """`asked(ExportAnswer)`; it stays open until `accept`, or `show_failure` says what is missing."""

    asked = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, offer: ExportOffer, parent: QWidget) -> None:
        super().__init__(
            theme, wording, wording("export.title", what=offer.title), wording("export.go"), parent
        )
        self._offer = offer
        forms = [(form, wording(f"export.form_name.{form}")) for form in offer.forms]
        self.form = Segment(theme, forms, name=wording("export.form"))
        self.purpose, self.recipient, self.reason = QLineEdit(), QLineEdit(), QLineEdit()
        self.lock, self.whole = QCheckBox(wording("export.lock")), QCheckBox(wording("export.whole"))
        self.passphrase = PassphraseEdit(theme, wording)
        self.draw = Button(theme, wording("export.draw"), "quiet", small=True)
        self.told = TextLabel(theme, "", "caption", "text2", wrap=True)
        self._fill()
        self._connect()
        first = self.go_button if offer.last else self.purpose
        self.finish(first, self._answer)

    def _fill(self) -> None:
        wording, offer = self._wording, self._offer
        self.form.choose(offer.forms[0])
        if len(offer.forms) > 1:
            self.body.addWidget(FieldRow(self._theme, wording("export.form"), self.form))
        for name, edit in (("purpose", self.purpose), ("recipient", self.recipient)):
            edit.setPlaceholderText(wording(f"export.{name}_hint"))
            edit.setText(getattr(offer.last, name, ""))
        self.add_field("export_purpose", wording("export.purpose"), self.purpose)
        self.add_field("recipient", wording("export.recipient"), self.recipient)
        self.body.addWidget(self.lock)
        secret = FieldRow(
            self._theme,
            wording("export.passphrase"),
            self.passphrase,
            note=wording("export.passphrase_note"),
            trailing=self.draw,
        )
        self.fields["zip_passphrase"] = secret
        self.body.addWidget(secret)
        self.body.addWidget(self.whole)
        self.add_field(
            "unmask_reason", wording("export.reason"), self.reason, note=wording("export.reason_note")
        )
        self.body.addWidget(self.told)
        self.whole.setVisible(offer.may_unmask)
        self._show_parts()

    def _connect(self) -> None:
        self.lock.toggled.connect(self._show_parts)
        self.whole.toggled.connect(self._show_parts)
        self.draw.clicked.connect(self._draw)

    def _show_parts(self) -> None:
        self.fields["zip_passphrase"].setVisible(self.lock.isChecked())
        self.fields["unmask_reason"].setVisible(self.whole.isChecked())
        self.told.setText(self._wording("export.unmasked" if self.whole.isChecked() else "export.masked"))
        self.told.set_colour("due" if self.whole.isChecked() else "text2")
        self.fit()

    def _draw(self) -> None:
        """Shown in the open: it must be written down before it is used."""
        self.passphrase.edit.setText(drawn_passphrase())
        self.passphrase.edit.setEchoMode(QLineEdit.EchoMode.Normal)

    def _go(self) -> None:
        if self.whole.isChecked() and not self.reason.text().strip():
            missing = FieldInvalid(entity="export", record="", field="unmask_reason", reason="required")
            self.show_failure(missing)
        else:
            super()._go()

    def _answer(self) -> ExportAnswer:
        return ExportAnswer(
            self.form.current(),
            Release(
                self.purpose.text().strip(),
                self.recipient.text().strip(),
                self.reason.text().strip() if self.whole.isChecked() else "",
                self.passphrase.text() if self.lock.isChecked() else "",
            ),
        )
