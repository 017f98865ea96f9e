"""填表助手: the blank form at the left, what can go into it at the right. Widgets only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.grid import name_of
from gridworker.exports.filling.reading import BlankForm, Target
from gridworker.models.period import Period
from gridworker.store.export_rows import Written
from gridworker.store.report_rows import Behind
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.flow import ChooseFile, Exporting, Exports, choose_target
from gridworker.ui.pages.fill.choice_panel import ChoicePanel, Wish
from gridworker.ui.pages.fill.choices import Choice
from gridworker.ui.pages.fill.form_card import FormCard
from gridworker.ui.pages.fill.presenter import FillPresenter, Forms
from gridworker.ui.pages.fill.records_dialog import RecordsDialog
from gridworker.ui.pages.period_picker import PeriodPicker
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.wording import Wording

#: The width of the panel with the figures, and the part of a narrow page that it takes at most.
_PANEL, _MOST = 340, 0.55


def choose_form(parent: QWidget, title: str, start: str, kinds: str) -> str:
    """Ask which file to open; "" when the person changes their mind."""
    return QFileDialog.getOpenFileName(parent, title, start, kinds)[0]


class FillPage(RecordsPage):
    """`left` when Esc leads back to the report · `record_wanted(Behind)`: a record that is counted is to be opened."""

    left = Signal()
    record_wanted = Signal(object)
    presenter: FillPresenter

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Forms,
        exports: Exports,
        choose: tuple[ChooseFile, ChooseFile] = (choose_form, choose_target),
    ) -> None:
        super().__init__(theme, wording, wording("fill.title"))
        self._background, (self._choose, self._save_as) = background, choose
        self.exporting = Exporting(theme, wording, background, exports, self, choose[1])
        self.presenter = FillPresenter(source, partial(background.run, owner=self), self, wording)
        self.picker = PeriodPicker(theme, wording)
        self.open_button = Button(theme, wording("fill.open"), icon="upload", key="Ctrl+Shift+O")
        self.fill_button = Button(theme, wording("fill.fill"), "primary", icon="download", key="Ctrl+E")
        self.banner = Banner(theme, "info", "info")
        self.card = FormCard(theme, wording)
        self.view = self.card.view
        self.panel = ChoicePanel(theme, wording, self.presenter.look_for)
        self.empty = EmptyState(theme, "file-spreadsheet", wording("fill.empty"), self._opener())
        self.stack = QStackedWidget()
        self._fill()
        self._connect()

    def _opener(self) -> Button:
        button = Button(self._theme, self._wording("fill.open"), "primary", icon="upload")
        button.clicked.connect(self._open)
        return button

    def _fill(self) -> None:
        self.add_view_switch(self.picker)
        self.add_control(self.open_button)
        self.add_control(self.fill_button)
        side = self.side = Card(self._theme, flush=True)
        side.body.addWidget(self.panel)
        work, columns = QWidget(), QHBoxLayout()
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SIZES.gap_3)
        columns.addWidget(self.card, 1)
        columns.addWidget(side)
        work.setLayout(columns)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(work)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.stack, 1)
        self.banner.hide()
        self.undo_bar.undo_button.set_label(self._wording("report_page.open_folder"))
        self.undo_bar.undo_button.set_key_shown(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_panel()

    def _fit_panel(self) -> None:
        """With large text the form keeps a part of the page; what is on the buttons is short then."""
        wanted, most = round(_PANEL * self._theme.tokens.growth), round(self.width() * _MOST)
        self.side.setFixedWidth(min(wanted, most))
        for button, name in ((self.open_button, "open"), (self.fill_button, "fill")):
            words = self._wording(f"fill.{name}")
            label = self._wording(f"fill.short.{name}") if self.is_narrow else words
            if button.text() != label:
                button.set_label(label)
                button.setAccessibleName(words)

    def _connect(self) -> None:
        presenter = self.presenter
        for part in (self.panel, self.picker):  # with large text a page is narrow before it is told
            self.narrow_changed.connect(part.set_narrow)
            part.set_narrow(self.is_narrow)
        self.fill_button.setEnabled(False)
        self.picker.kind_chosen.connect(presenter.choose_kind)
        self.picker.stepped.connect(presenter.step)
        self.open_button.clicked.connect(self._open)
        self.fill_button.clicked.connect(self._export)
        self.card.load.triggered.connect(self._load)
        self.card.save.triggered.connect(self._save)
        self.card.records_button.clicked.connect(self._show_records)
        self.view.chosen.connect(self._show_target)
        self.view.wanted.connect(self.panel.take_focus)
        self.view.cleared.connect(self._clear)
        self.panel.put.connect(self._put)
        self.panel.cleared.connect(self._clear)
        self.panel.chosen.connect(self._suggest)
        self.bind_keys(
            {
                "Ctrl+Shift+O": self._open,
                "Ctrl+E": self._export,
                "Alt+R": self._show_records,
                "F3": self.panel.take_focus,
                "Ctrl+Return": self.panel.take,
                "Alt+Left": lambda: presenter.step(-1),
                "Alt+Right": lambda: presenter.step(1),
                "Esc": self.left.emit,
            }
        )
        say = self._wording
        keys = ("Ctrl+Shift+O", "F3", "Ctrl+↵", "Del", "Alt+R", "Ctrl+E", "Esc")
        names = ("open", "search", "put", "clear", "records", "fill", "back")
        self.set_hints(
            [KeyHint(key, say(f"fill.hint.{name}")) for key, name in zip(keys, names, strict=True)]
        )

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        self.presenter.show_scope(scope)
        self.set_scope_line(scope_facts(scope, narrow=True))

    def first_focus(self) -> QWidget | None:
        return self.view if self.presenter.form else self.open_button

    # What the presenter tells

    def show_period(self, period: Period, *, is_last: bool) -> None:
        self.picker.show_period(period, is_last=is_last)

    def show_form(self, form: BlankForm) -> None:
        self.stack.setCurrentIndex(1)
        self.card.show_form(form)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        self.panel.refresh()
        self._mark()

    def show_places(self, words: str, *, unsure: bool) -> None:
        self.banner.set_colour("due" if unsure else "info", "triangle-alert" if unsure else "info")
        self.banner.say(words)
        self.banner.show()
        self.fill_button.setEnabled(bool(self.presenter.places))
        self._mark()
        target = self.view.target()
        if target is not None:
            self._show_target(target)

    # What the person does

    def _mark(self) -> None:
        self.card.mark(self.presenter.filled())

    def _show_target(self, target: Target) -> None:
        where = target.placeholder or name_of(target.spot)
        self.panel.show_place(where, self.presenter.places.get(target))
        self.card.records_button.setEnabled(self.presenter.leads(target))
        choice = self.panel.choice()
        if choice is not None and target not in self.presenter.places:
            self._suggest(choice)

    def _suggest(self, choice: Choice) -> None:
        target = self.view.target()
        if target is not None and choice.is_list and target not in self.presenter.places:
            self.panel.suggest(*self.presenter.suggested(target, choice))

    def _put(self, wish: Wish) -> None:
        target = self.view.target()
        if target is None:
            return
        try:
            self.presenter.put(target, wish.choice, wish.form, wish.columns, wish.rows)
        except PlaceNotFound as error:
            self.show_error(error)
            return
        self.undo_bar.hide()  # what was said of another cell
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        target = self.view.target()
        if target is not None:
            self.presenter.clear(target)

    def _show_records(self) -> None:
        target = self.view.target()
        if target is not None:
            self.presenter.look_behind(target)

    def show_records(self, title: str, records: tuple[Behind, ...]) -> None:
        dialog = RecordsDialog(self._theme, self._wording, title, records, self)
        dialog.wanted.connect(self.record_wanted)
        dialog.open()

    def _open(self) -> None:
        wording = self._wording
        chosen = self._choose(self, wording("fill.open_title"), "", wording("fill.open_kinds"))
        if chosen:
            self.presenter.open(Path(chosen))

    def _load(self) -> None:
        wording = self._wording
        chosen = self._choose(self, wording("fill.load_title"), "", wording("fill.mapping_kinds"))
        if chosen:
            self.presenter.load(Path(chosen))

    def _save(self) -> None:
        form, wording = self.presenter.form, self._wording
        if form is None or not self.presenter.places:
            return
        start = str(form.path.with_suffix(".json"))
        chosen = self._save_as(self, wording("fill.save_title"), start, wording("fill.mapping_kinds"))
        if chosen:
            self.presenter.save(Path(chosen))

    def _export(self) -> None:
        export = self.presenter.to_export()
        if export is not None:
            self.exporting.begin(export, self._exported, self.show_error)

    def _exported(self, written: Written) -> None:
        folder = written.path.parent

        def open_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        words = self._wording("report_page.exported", name=written.path.name, folder=str(folder))
        self.undo_bar.tell(words, open_folder)
