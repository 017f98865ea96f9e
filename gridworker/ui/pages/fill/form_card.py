"""The form at the left: its name, its sheets, and what will stand in them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QMenu

from gridworker.exports.filling.grid import Grid
from gridworker.exports.filling.reading import TEXT, BlankForm, Target
from gridworker.ui.pages.fill.form_view import FormView
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.fields import fit_control
from gridworker.wording import Wording


class FormCard(Card):
    """`view` is the grid; `load` and `save` are for the mapping as a file, `records_button` for what a cell counts."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._of_theme, self._wording = theme, wording
        self._form: BlankForm | None = None
        self._filled: Mapping[Target, tuple[str, str]] = {}
        self.records_button = Button(theme, wording("fill.records"), "quiet", small=True)
        self.more_button = IconButton(theme, "ellipsis", wording("fill.mapping_more"))
        menu = QMenu(self.more_button)
        self.load, self.save = menu.addAction(wording("fill.load")), menu.addAction(wording("fill.save"))
        below = self.more_button.rect().bottomLeft
        self.more_button.clicked.connect(lambda: menu.exec(self.more_button.mapToGlobal(below())))
        self.sheets = QComboBox()
        self.sheets.setAccessibleName(wording("fill.sheet"))
        controls = [self.records_button, self.sheets, self.more_button]
        self.head = CardHeader(theme, "", (), controls=controls)
        self.view = FormView(theme, wording("fill.grid_name"))
        self.add_header(self.head)
        self.body.addWidget(self.view)
        self.sheets.activated.connect(lambda _: self.show_sheet())
        theme.changed.connect(self._restyle_sheets)
        self._restyle_sheets()

    def _restyle_sheets(self) -> None:
        fit_control(self._of_theme, self.sheets, SIZES.control_small)

    def show_form(self, form: BlankForm) -> None:
        """The first sheet of a form, with nothing chosen yet."""
        wording = self._wording
        self._form, self._filled = form, {}
        self.head.title.setText(form.path.name)
        self.sheets.clear()
        for number, grid in enumerate(form.grids):
            name = grid.name if form.kind == "xlsx" else wording("fill.table", number=number + 1)
            self.sheets.addItem(name, number)
        if form.kind == "docx" and (form.placeholders or not form.grids):
            self.sheets.addItem(wording("fill.text"), TEXT)
        self.sheets.setVisible(self.sheets.count() > 1)
        self.show_sheet()

    def show_sheet(self) -> None:
        """The sheet that the box names."""
        form, number = self._form, self.sheets.currentData()
        if form is None:
            return
        if number == TEXT:
            spots = {(row, 1): text for row, text in enumerate(dict.fromkeys(form.placeholders), 1)}
            self.view.show_sheet(TEXT, Grid("", spots, {}, len(spots) - 1, 1))
        else:
            self.view.show_sheet(int(number), form.grids[int(number)])
        self.mark(self._filled)

    def mark(self, filled: Mapping[Target, tuple[str, str]]) -> None:
        """`filled`: value and name of what is chosen, by target."""
        self._filled = filled
        shown, spots = self.view.model_of_form, {}
        for target, said in filled.items():
            if target.sheet == shown.sheet:
                spot = target.spot
                if target.sheet == TEXT:
                    texts = shown.grid.texts.items()
                    spot = next(((at[0], 2) for at, text in texts if text == target.placeholder), (1, 2))
                spots[spot] = said
        self.view.mark(spots)
