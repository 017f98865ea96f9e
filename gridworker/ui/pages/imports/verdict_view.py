"""The table of verdicts: rows drawn from tokens, columns that give way in a narrow page."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridworker.ui.pages.imports.verdict_model import COLUMNS, LOOKS, VERDICT_ROLE, VerdictTable
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import chip_width, paint_chip, paint_line, paint_row_back, paint_text
from gridworker.ui.widgets.row_hover import RowHover
from gridworker.wording import Wording

_PAD = 12
_STATE = QStyle.StateFlag
#: px at 100 % that each column wants; `said` takes the rest. The last ones named here give way first.
_WIDE = {"row": 56, "record": 104, "column": 44, "sheet": 104, "code": 168}
_GIVES_WAY = ("code", "sheet", "column")
#: A door with the name of who lives behind it.
_NAMED = 176
_LEAST_SAID = 200


class _VerdictDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._table, self._hover = theme, table, RowHover(table)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(40, self._theme.height(SIZES.table_row))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, rect, column = self._theme, option.rect, COLUMNS[index.column()]
        whole = QRect(0, rect.top(), self._table.viewport().width(), rect.height() - 1)
        focused = self._table.hasFocus() and index.row() == self._table.currentIndex().row()
        painter.save()
        painter.setClipRect(rect)
        paint_row_back(
            painter, theme, whole, selected=bool(option.state & _STATE.State_Selected),
            hovered=index.row() == self._hover.row, focused=focused,
        )  # fmt: skip
        painter.restore()
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room, words = rect.adjusted(_PAD, 0, -4, -1), str(index.data() or "")
        if column == "verdict":
            look = LOOKS[index.data(VERDICT_ROLE).verdict]
            paint_chip(painter, theme, room.adjusted(-6, 0, 4, 0), look, words, filled=False)
            return
        colour = "text" if column in ("record", "said", "row") else "text2"
        paint_text(painter, room, words, theme.font(), theme.colour(colour))


class VerdictView(QTableView):
    """Arrows, Home and End move; the whole row is chosen."""

    def __init__(self, theme: Theme, wording: Wording, model: VerdictTable) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._one_sheet, self._records = True, False
        self.setModel(model)
        self.setItemDelegate(_VerdictDelegate(theme, self))
        self.setAccessibleName(wording("import.table.name"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_sheets(self, *, several: bool, records: bool = False) -> None:
        """The sheet's name only where there are several; `records` of another profile have names instead of rows and
        columns."""
        self._one_sheet, self._records = not several, records
        self._fit_columns()

    def cut_words(self, place: int) -> str:
        """What was found in a row, where its column has no room for all of it; else ""."""
        at = COLUMNS.index("said")
        said = str(self.model().index(place, at).data() or "")
        room = self.columnWidth(at) - _PAD - 4
        return said if self._theme.metrics().horizontalAdvance(said) > room else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.height(SIZES.table_row))
        self.horizontalHeader().setFixedHeight(self._theme.height(SIZES.table_header))
        self._fit_columns()
        self.viewport().update()

    def _fit_columns(self) -> None:
        theme, small = self._theme, self._theme.metrics("caption_bold")
        wide = {}
        for name, px in _WIDE.items():
            title = small.horizontalAdvance(self._wording(f"import.table.{name}"))
            wide[name] = max(theme.tokens.width(px), title + 2 * _PAD)
        chips = (chip_width(theme, self._wording(look.wording_key), look.icon) for look in LOOKS.values())
        wide["verdict"] = max(chips) + _PAD
        shown = [name for name in wide if name != "sheet" or not self._one_sheet]
        if self._records:
            shown = [name for name in shown if name not in ("row", "column")]
            wide["record"] = theme.tokens.width(_NAMED)
        room = self.viewport().width()
        for name in _GIVES_WAY:
            if name in shown and sum(wide[n] for n in shown) + theme.tokens.width(_LEAST_SAID) > room:
                shown.remove(name)
        wide["said"] = max(room - sum(wide[name] for name in shown), 0)
        for at, name in enumerate(COLUMNS):
            self.setColumnHidden(at, name != "said" and name not in shown)
            self.setColumnWidth(at, wide[name])
