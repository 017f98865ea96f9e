"""The verdicts of a preview as a table: one line for each row of the file, filtered by what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gridworker.imports.verdicts import FieldSaid, RowVerdict, Verdict
from gridworker.models.op import Value
from gridworker.ui.pages.values import value_words
from gridworker.ui.states import StateLook
from gridworker.wording import Wording

COLUMNS = ("sheet", "row", "verdict", "record", "column", "said", "code")
#: Columns that say something else where the rows are records of another profile.
_OF_RECORDS = ("sheet", "record")
VERDICT_ROLE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
LOOKS: Mapping[Verdict, StateLook] = MappingProxyType(
    {
        Verdict.NEW: StateLook("plus", "import.verdict.new", "ok"),
        Verdict.UPDATE: StateLook("pencil-line", "import.verdict.update", "info"),
        Verdict.DIFFERS: StateLook("equal-not", "import.verdict.differs", "due"),
        Verdict.UNCHANGED: StateLook("check", "import.verdict.unchanged", "mute"),
        Verdict.DUPLICATE: StateLook("copy", "import.verdict.duplicate", "due"),
        Verdict.REFUSED: StateLook("circle-alert", "import.verdict.refused", "late"),
        Verdict.SKIPPED: StateLook("minus", "import.verdict.skipped", "mute"),
    }
)


class VerdictTable(QAbstractTableModel):
    """Holds what the plan says and repeats none of it."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self._all: Sequence[RowVerdict] = ()
        self._shown: Sequence[RowVerdict] = ()
        self._only: Verdict | None = None
        self._by_kind = False

    def show_verdicts(self, verdicts: Sequence[RowVerdict], *, by_kind: bool = False) -> None:
        """`by_kind`: they are records of another profile, told by what they are."""
        self._all, self._by_kind = verdicts, by_kind
        self.show_only(None)

    def show_only(self, verdict: Verdict | None) -> None:
        """The rows with this verdict, or all."""
        self.beginResetModel()
        self._only = verdict
        self._shown = self._all if verdict is None else [v for v in self._all if v.verdict is verdict]
        self.endResetModel()

    def verdict(self, place: int) -> RowVerdict:
        return self._shown[place]

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            name = COLUMNS[section]
            named = self._by_kind and name in _OF_RECORDS
            return self._wording(f"import.table.{'record_' if named else ''}{name}")
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        verdict = self._shown[index.row()]
        if role == VERDICT_ROLE:
            return verdict
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(verdict, COLUMNS[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole and COLUMNS[index.column()] == "said":
            return self.words(verdict, "said")
        return None

    def words(self, verdict: RowVerdict, column: str) -> str:
        """What stands in a column."""
        if column == "verdict":
            return self._wording(LOOKS[verdict.verdict].wording_key)
        if column == "said":
            said = [self._wording(f"import.reason.{verdict.reason}")] if verdict.reason else []
            said += [self._wording(f"import.note.{note}") for note in verdict.notes]
            said += [self._field(verdict.sheet, each) for each in verdict.fields]
            return self._wording("import.page.between").join(said)
        if column == "code":
            return " ".join(filter(None, (verdict.reason, *verdict.notes)))
        if column == "sheet" and self._by_kind:
            return self._wording(f"errors.entity.{verdict.sheet}")
        if column == "record" and verdict.who:
            return f"{verdict.record} {verdict.who}"
        return str(getattr(verdict, column))

    def _field(self, entity: str, said: FieldSaid) -> str:
        """A field that is filled in, replaced, or stays although the other side says otherwise."""
        key = f"errors.field.{said.field}"
        name = self._wording(key) if self._wording.has(key) else said.field
        here, there = (_words(self._wording, entity, said.field, value) for value in (said.here, said.there))
        how = "filled" if said.here is None else "replaced" if said.taken else "kept"
        return self._wording(f"import.said.{how}", field=name, here=here, there=there)


def _words(wording: Wording, entity: str, field: str, value: Value) -> str:
    """A value as a person reads it; what points to another record has no words."""
    if isinstance(value, bytes):
        return wording("import.said.another")
    return value_words(wording, entity, field, "" if value is None else str(value))
