"""What a node says of itself: name, typed number of members, contact post, office phone; for an area its declared
number of residents and its borders."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.models.tree_plan import Plain
from gridworker.store.queries.organisation import NodeDetail
from gridworker.store.rows import TreeKind
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

_FIELDS = {
    TreeKind.ORG: ("name", "contact_post", "phone", "member_count"),
    TreeKind.AREA: ("name", "resident_count_declared", "boundary_note"),
}
_NUMBERS = ("member_count", "resident_count_declared")


class UnitDialog(FormDialog):
    """`asked` carries the plain values by field."""

    def __init__(self, theme: Theme, wording: Wording, detail: NodeDetail, parent: QWidget) -> None:
        title = wording("organisation.unit_title", name=detail.name)
        super().__init__(theme, wording, title, wording("organisation.save"), parent)
        self.edits: dict[str, QLineEdit] = {}
        for name in _FIELDS[detail.tree]:
            value = detail.values[name]
            self.edits[name] = QLineEdit("" if value is None else str(value))
            self.add_field(name, wording(f"organisation.unit.{name}"), self.edits[name])
        self.finish(self.edits["name"], self.form)

    def form(self) -> Plain:
        found: Plain = {}
        for name, edit in self.edits.items():
            text = edit.text().strip()
            number = name in _NUMBERS and text.isascii() and text.isdigit()
            found[name] = int(text) if number else text or None
        return found
