"""A free text with the guard under it: identity numbers must be masked, phones and cards may be kept."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QTextCursor
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from gridworker.models.guard import Finding, Found, holds_identity_number, mask, named, notice
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import FieldRow, NoteEdit
from gridworker.ui.widgets.guard_strip import GuardStrip, Noticed
from gridworker.wording import Wording

_KINDS = {Found.IDENTITY: "identity", Found.CARD: "bank_card", Found.PHONE: "phone", Found.NAME: "name"}


class GuardedText(QWidget):
    """A labelled text of `lines` lines; 0 makes it a one-line field. `changed` on every edit by person or mask,
    `noticed` when the strip came, went or asks about something else."""

    changed = Signal()
    noticed = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        label: str,
        *,
        lines: int = 3,
        note: str = "",
        key: QWidget | None = None,
    ) -> None:
        super().__init__()
        self.edit: NoteEdit | QLineEdit = NoteEdit(theme, lines=lines) if lines else QLineEdit()
        self.field = FieldRow(theme, label, self.edit, note=note, trailing=key)
        self.strip = GuardStrip(theme, wording)
        self._kept: set[str] = set()
        self._names: tuple[str, ...] = ()
        self._quiet = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_1)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.strip)
        self.setFocusProxy(self.edit)
        self.edit.textChanged.connect(self._edited)
        self.strip.masked.connect(self._mask)
        self.strip.kept.connect(self._keep)

    def grow(self) -> None:
        """Take the height that others leave."""
        self.edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def text(self) -> str:
        return self.edit.text() if isinstance(self.edit, QLineEdit) else self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Show another text without `changed`; what was kept before is asked about again."""
        self._quiet = True
        self._kept.clear()
        if isinstance(self.edit, QLineEdit):
            self.edit.setText(text)
        else:
            self.edit.setPlainText(text)
        self._quiet = False
        self._look()

    def watch_names(self, names: Iterable[str]) -> None:
        """Ask about these people too, where they are named."""
        self._names = tuple(names)
        self._look()

    def holds_identity_number(self) -> bool:
        return holds_identity_number(self.text())

    def show_error(self, text: str) -> None:
        self.field.show_error(text)

    def take_focus(self) -> None:
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _edited(self) -> None:
        self._look()
        if not self._quiet:
            self.field.show_error("")
            self.changed.emit()

    def _open_finding(self) -> Finding | None:
        """The first find to ask about: identity numbers before everything else."""
        seen = (*notice(self.text()), *named(self.text(), self._names))
        found = [f for f in seen if f.kind is Found.IDENTITY or f.text not in self._kept]
        return min(found, key=lambda f: (f.kind is not Found.IDENTITY, f.start), default=None)

    def _look(self) -> None:
        finding = self._open_finding()
        if finding is None:
            self.strip.show_noticed(None)
        else:
            blocks = finding.kind is Found.IDENTITY
            self.strip.show_noticed(
                Noticed(_KINDS[finding.kind], finding.text, finding.start, finding.end, blocks)
            )
        self.noticed.emit()

    def asks(self) -> bool:
        """Whether the strip waits for an answer."""
        return self._open_finding() is not None

    def take_mask_key(self, takes: bool) -> None:
        """Alt+M can belong to one strip only: the form gives it to the first that asks."""
        self.strip.mask_button.setShortcut(QKeySequence("Alt+M") if takes else QKeySequence())
        self.strip.mask_button.set_key_shown(takes)

    def _mask(self) -> None:
        finding = self._open_finding()
        if finding is None:
            return
        masked = mask(self.text(), (finding,))
        # As if typed, so that it can be taken back with Ctrl+Z.
        if isinstance(self.edit, QLineEdit):
            self.edit.selectAll()
            self.edit.insert(masked)
        else:
            cursor = self.edit.textCursor()
            place = cursor.position()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(masked)
            cursor.setPosition(min(place, len(masked)))
            self.edit.setTextCursor(cursor)
        self.take_focus()

    def _keep(self, noticed: Noticed) -> None:
        self._kept.add(noticed.excerpt)
        self._look()
        self.take_focus()
