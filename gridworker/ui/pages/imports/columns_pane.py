"""The second step of an import: which column is which field, and on what ground phones are kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from gridworker.imports.choices import SheetChoice
from gridworker.imports.plan import Ground
from gridworker.models.household import BASIS_KINDS
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.imports.field_list import FieldList
from gridworker.ui.pages.imports.presenter import Opened
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

_NONE = ""
#: From this text size on the columns need the room of a sentence that only confirms.
_LARGE = 1.5
_WIDEST = 220


class ColumnsPane(QWidget):
    """`field_chosen(sheet, letter, field)` · `header_chosen(sheet, first, last)` · `skip_chosen(sheet, bool)` ·
    `forget_wanted(sheet)` · `preview_wanted` · `back_wanted`."""

    field_chosen = Signal(str, str, str)
    header_chosen = Signal(str, int, int)
    skip_chosen = Signal(str, bool)
    forget_wanted = Signal(str)
    preview_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._opened: Opened | None = None
        self.sheets = QComboBox()
        self.first, self.last = QSpinBox(), QSpinBox()
        self.skip = QCheckBox(wording("import.page.skip_sheet"))
        self.forget_button = Button(theme, wording("import.page.as_found"), "quiet", small=True)
        self.trouble = Banner(theme, "due", "triangle-alert")
        self.fields = FieldList(theme, wording)
        self.basis, self.notice = QComboBox(), QLineEdit()
        self.basis_said = TextLabel(theme, "", "caption", "text2", wrap=True)
        self.preview_button = Button(theme, wording("import.page.preview"), "primary", key="Ctrl+↵")
        self.back_button = Button(theme, wording("import.page.back"), key="Esc")
        self._fill()
        self._connect()
        self._restyle()

    def _fill(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_2)
        layout.addWidget(self._sheet_line())
        layout.addWidget(self.trouble)
        self.trouble.hide()
        card, area = Card(self._theme, flush=True), QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.fields)
        area.setAccessibleName(self._wording("import.step.columns"))
        card.body.addWidget(area)
        layout.addWidget(card, 1)
        layout.addWidget(self._basis_line())
        layout.addWidget(self.basis_said)
        layout.addLayout(row(None, self.back_button, self.preview_button, gap=SIZES.gap_3))

    def _sheet_line(self) -> FlowRow:
        wording, line = self._wording, FlowRow(gap=SIZES.gap_3)
        self.sheets.setAccessibleName(wording("import.page.sheet"))
        for spin, name in ((self.first, "import.page.header_first"), (self.last, "import.page.header_last")):
            spin.setRange(0, 100)
            spin.setKeyboardTracking(False)
            spin.setSpecialValueText("–")
            spin.setAccessibleName(wording(name))
        header = QWidget()
        header.setLayout(
            row(
                TextLabel(self._theme, wording("import.page.header"), "body", "text2"), self.first,
                TextLabel(self._theme, wording("import.page.header_to"), "body", "text2"), self.last,
            )
        )  # fmt: skip
        self._sheet_box = _held(self.sheets)
        for part in (self._sheet_box, header, self.skip, self.forget_button):
            line.add(part)
        return line

    def _basis_line(self) -> FlowRow:
        wording, line = self._wording, FlowRow(gap=SIZES.gap_3)
        self.basis.addItem(wording("import.basis.none"), _NONE)
        for kind in BASIS_KINDS:
            self.basis.addItem(wording(f"import.basis.{kind}"), kind)
        self.basis.setAccessibleName(wording("import.page.basis"))
        self.notice.setPlaceholderText(wording("import.page.notice"))
        self.notice.setAccessibleName(wording("import.page.notice"))
        self.notice.setMaxLength(30)
        name = TextLabel(self._theme, wording("import.page.basis"), "body_bold")
        for part in (name, _held(self.basis), _held(self.notice)):
            line.add(part)
        return line

    def _connect(self) -> None:
        self.sheets.activated.connect(lambda _: self._show_sheet())
        self.fields.chosen.connect(lambda letter, name: self.field_chosen.emit(self.sheet, letter, name))
        for spin in (self.first, self.last):
            spin.valueChanged.connect(lambda _: self._header_changed())
        self.skip.clicked.connect(lambda on: self.skip_chosen.emit(self.sheet, on))
        self.forget_button.clicked.connect(lambda: self.forget_wanted.emit(self.sheet))
        self.basis.activated.connect(lambda _: self._show_basis())
        self.notice.textChanged.connect(lambda _: self._show_basis())
        self.preview_button.clicked.connect(self.preview_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self._theme.changed.connect(self._restyle)

    @property
    def sheet(self) -> str:
        return str(self.sheets.currentData() or "")

    @property
    def ground(self) -> Ground | None:
        """The basis that was chosen for the whole file; None for none."""
        kind, notice = str(self.basis.currentData()), self.notice.text().strip()
        return Ground(kind, notice) if kind and notice else None

    def show_columns(self, opened: Opened) -> None:
        """The sheets of a file; of the same file the chosen sheet stays."""
        same = self._opened is not None and self._opened.book is opened.book
        self._opened = opened
        if not same:
            self.sheets.clear()
            for sheet in opened.book.sheets:
                self.sheets.addItem(sheet.name, sheet.name)
            first = next((n for n, at in enumerate(opened.layouts.values()) if not at.trouble), 0)
            self.sheets.setCurrentIndex(first)
            self.fields.choices = {}
        self._sheet_box.setVisible(len(opened.book.sheets) > 1)
        self._show_sheet()
        self._show_basis()

    def _show_sheet(self) -> None:
        opened = self._opened
        if opened is None or self.sheet not in opened.layouts:
            return
        layout, choice = opened.layouts[self.sheet], opened.choices.get(self.sheet, SheetChoice())
        for spin, at in ((self.first, 0), (self.last, -1)):
            spin.blockSignals(True)
            spin.setValue(layout.header[at] if layout.header else 0)
            spin.blockSignals(False)
        self.skip.setChecked(choice.skip)
        self.forget_button.setVisible(choice != SheetChoice())
        self.trouble.setVisible(bool(layout.trouble))
        if layout.trouble:
            self.trouble.say(self._wording(f"import.trouble.{layout.trouble}"))
        self.fields.setEnabled(not choice.skip)
        self.fields.show_layout(layout, opened.samples[self.sheet])

    def _header_changed(self) -> None:
        if self.first.value():
            self.header_chosen.emit(
                self.sheet, self.first.value(), max(self.first.value(), self.last.value())
            )

    def _show_basis(self) -> None:
        """Why a ground is asked for, and what is missing before going on."""
        wanted = self._opened is not None and self._opened.wants_ground
        kind = str(self.basis.currentData())
        self.basis.setVisible(wanted)
        self.notice.setVisible(wanted and bool(kind))
        key = "not_needed" if not wanted else "none_said" if not kind else "given"
        self.basis_said.setText(self._wording(f"import.basis.{key}"))
        self.basis_said.setVisible(key != "given" or self._theme.tokens.scale < _LARGE)
        missing = wanted and bool(kind) and not self.notice.text().strip()
        readable = self._opened is not None and any(not at.trouble for at in self._opened.layouts.values())
        reason = None
        if not readable:
            reason = self._wording("import.page.nothing_to_read")
        elif missing:
            reason = self._wording("import.page.notice_missing")
        self.preview_button.say_why_disabled(reason)

    def _restyle(self) -> None:
        for control in (self.sheets, self.first, self.last, self.basis, self.notice):
            fit_control(self._theme, control, SIZES.control_small)
        self.notice.setFixedWidth(self._theme.tokens.width(_WIDEST))
        self.skip.setFont(self._theme.font())

    def first_focus(self) -> QWidget:
        first = next(iter(self.fields.choices.values()), None)
        return first if first is not None else self.back_button

    def focus_sheet(self) -> None:
        self.sheets.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _held(control: QWidget) -> QWidget:
    """A control of a fixed height in a box that says so: a flow row asks what its parts would like."""
    box = QWidget()
    box.setLayout(row(control))
    return box
