"""The import page: file, columns, preview, applying, taking back. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.imports.plan import Plan
from gridworker.services.import_undo import Undone
from gridworker.services.imports import PastImport
from gridworker.ui.background import Background
from gridworker.ui.file_choice import choose_source, choose_target
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.confirm import confirmed
from gridworker.ui.pages.imports.bring_dialog import BringDialog
from gridworker.ui.pages.imports.columns_pane import ColumnsPane
from gridworker.ui.pages.imports.presenter import ImportPresenter, Imports, Opened, Stage
from gridworker.ui.pages.imports.preview_pane import PreviewPane, summary_of
from gridworker.ui.pages.imports.start_pane import StartPane
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording

ChooseFile = Callable[[QWidget, str, str, str], str]
_ENDINGS = "*.xlsx *.xls *.ods *.csv *.txt *.tsv *.xlsm"


class ImportPage(PageFrame):
    """`changed(Changes)` after applying or taking back · `left` when the person goes back to the households."""

    changed = Signal(object)
    left = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Imports,
        choose: ChooseFile = choose_source,
        target: ChooseFile = choose_target,
    ) -> None:
        super().__init__(theme, wording, wording("import.page.title"))
        self._choose, self._target = choose, target
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.back = Button(theme, wording("import.page.to_households"), icon="arrow-left")
        self.start, self.columns = StartPane(theme, wording), ColumnsPane(theme, wording)
        self.preview = PreviewPane(theme, wording)
        self.bringing: BringDialog | None = None
        self._others: Sequence[str] = ()
        self.progress = ProgressPanel(theme, wording)
        self._panes = QStackedWidget()
        run = partial(background.run, owner=self)
        long = partial(background.run_with_progress, owner=self)
        self.presenter = ImportPresenter(source, run, long, self)
        self._fill()
        self._connect()
        self._bind_keys()
        self.setAcceptDrops(True)
        self.show_stage(Stage.START)

    def _fill(self) -> None:
        self.add_control(self.back)
        for pane in (self.start, self.columns, self.preview):
            self._panes.addWidget(pane)
        self.body.addWidget(self.progress)
        self.body.addWidget(self._panes, 1)
        self.body.setSpacing(SIZES.gap_3)

    def _connect(self) -> None:
        presenter = self.presenter
        self.back.clicked.connect(self.left)
        self.start.file_wanted.connect(self._ask_file)
        self.start.template_wanted.connect(self._ask_target)
        self.start.undo_wanted.connect(self._take_back)
        self.start.bring_wanted.connect(self._ask_profile)
        self.columns.field_chosen.connect(
            lambda sheet, letter, name: presenter.choose_field(sheet, letter, name or None)
        )
        self.columns.header_chosen.connect(presenter.choose_header)
        self.columns.skip_chosen.connect(lambda sheet, on: presenter.leave_out(sheet, skip=on))
        self.columns.forget_wanted.connect(presenter.forget_choices)
        self.columns.preview_wanted.connect(self._preview)
        self.columns.fields.filled.connect(self.order_keyboard)
        self.columns.back_wanted.connect(presenter.back)
        self.preview.apply_wanted.connect(presenter.apply)
        self.preview.back_wanted.connect(presenter.back)
        self.preview.prefer_chosen.connect(presenter.prefer_theirs)
        self.progress.cancelled.connect(presenter.cancel)

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Ctrl+Shift+O": self._ask_file,
                "Esc": self._back,
                "Ctrl+Return": self._go,
                "Ctrl+Enter": self._go,
            }
        )
        words = {"Ctrl+Shift+O": "choose", "Ctrl+↵": "go", "Esc": "back"}
        self.set_hints([KeyHint(key, self._wording(f"import.hint.{name}")) for key, name in words.items()])

    # What the window tells

    def show_scope(self, scope: object) -> None:
        """An import concerns whatever its file names, not the node that is selected."""

    def records_changed(self, changes: Changes) -> None:
        """The preview says what was true when it was made; applying looks again."""

    def page_shown(self) -> None:
        if self.presenter.plan is None and self.presenter.opened is None and not self.presenter.busy:
            self.presenter.begin()

    def first_focus(self) -> QWidget | None:
        return self.start.choose_button if self._panes.currentWidget() is self.start else None

    def open_file(self, path: Path) -> None:
        """Begin with a file, whatever was open before."""
        self._folder = str(path.parent)
        self.undo_bar.hide()
        self.presenter.open(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None and not self.presenter.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_file(path)

    # What the presenter tells

    def show_stage(self, stage: Stage) -> None:
        pane = {Stage.START: self.start, Stage.COLUMNS: self.columns, Stage.PREVIEW: self.preview}[stage]
        at: QWidget | None = self.focusWidget()
        lost = self.isVisible() and self.window().focusWidget() is None  # it was on what is disabled by now
        focused = lost or (at is not None and self._panes.isAncestorOf(at))
        self._panes.setCurrentWidget(pane)
        named = self.presenter.opened or self.presenter.brought
        step = "brought" if self.presenter.brought else stage.value
        self.set_scope_line((self._wording(f"import.step.{step}"), named.name if named else ""))
        if focused or stage is not Stage.START:
            firsts = {Stage.COLUMNS: self.columns.first_focus(), Stage.PREVIEW: self.preview.table}
            firsts.get(stage, self.start.choose_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_working(self, words: str, done: int, total: int) -> None:
        if self.presenter.busy or not words:
            said = words or self._wording("import.doing.begin")
            self.progress.show_progress(said, done, total)
            self._panes.setEnabled(False)
            if self.bringing is not None and self.bringing.isVisible():  # the page lies behind it
                self.bringing.show_working(said, done, total)

    def show_idle(self) -> None:
        self.progress.finish()
        self._panes.setEnabled(True)
        if self.presenter.plan is not None:  # judging anew may have been stopped
            self.preview.prefer.setChecked(self.presenter.plan.prefers)

    def show_columns(self, opened: Opened) -> None:
        self.columns.show_columns(opened)

    def show_plan(self, plan: Plan) -> None:
        self.preview.show_plan(plan)

    def show_batches(self, batches: Sequence[PastImport]) -> None:
        self.start.show_batches(batches)

    def offer_profiles(self, names: Sequence[str]) -> None:
        self._others = names
        self.start.offer_profiles(any_there=bool(names))

    def brought(self) -> None:
        if self.bringing is not None:
            self.bringing.accept()

    def not_brought(self, error: Exception) -> None:
        if self.bringing is not None:
            self.bringing.show_failure(error)

    def applied(self, plan: Plan, changes: Changes) -> None:
        words = self._wording("import.page.applied", what=summary_of(self._wording, plan))
        self.undo_bar.tell(words, lambda: self.presenter.take_back(plan.batch))
        self.changed.emit(changes)

    def taken_back(self, what: Undone) -> None:
        key = "import.page.taken_back_partly" if what.kept else "import.page.taken_back"
        self.undo_bar.tell(self._wording(key, removed=what.removed, restored=what.restored, kept=what.kept))
        self.changed.emit(what.changes)

    def template_written(self, target: Path) -> None:
        self.undo_bar.tell(
            self._wording("import.page.template_written", name=target.name, folder=str(target.parent))
        )

    # What the person does

    def _ask_file(self) -> None:
        if self.presenter.busy:
            return
        kinds = f"{self._wording('import.page.file_kinds')} ({_ENDINGS});;* (*)"
        chosen = self._choose(self, self._wording("import.page.choose"), self._folder, kinds)
        if chosen:
            self.open_file(Path(chosen))

    def _ask_profile(self) -> None:
        """Which other profile, and its passphrase."""
        if not self.presenter.busy:
            self.bringing = BringDialog(self._theme, self._wording, self._others, self)
            self.bringing.asked.connect(lambda form: self.presenter.bring(*form))
            self.bringing.rejected.connect(self.presenter.cancel)
            self.bringing.open()

    def _ask_target(self) -> None:
        name = str(Path(self._folder) / f"{self._wording('import.page.template_name')}.xlsx")
        chosen = self._target(self, self._wording("import.page.template"), name, "Excel (*.xlsx)")
        if chosen:
            target = Path(chosen)
            self.presenter.write_template(target if target.suffix else target.with_suffix(".xlsx"))

    def _take_back(self, batch: str) -> None:
        if confirmed(self._theme, self._wording, "import.undo_question", self):
            self.presenter.take_back(batch)

    def _preview(self) -> None:
        if self.columns.preview_button.isEnabled():
            self.presenter.preview(self.columns.ground)

    def _go(self) -> None:
        """Ctrl+Enter: the main act of the step."""
        pane = self._panes.currentWidget()
        if pane is self.columns:
            self._preview()
        elif pane is self.preview and self.preview.apply_button.isEnabled():
            self.presenter.apply()

    def _back(self) -> None:
        if self._panes.currentWidget() is self.start:
            self.left.emit()
        else:
            self.presenter.back()


def _dropped(event: QDropEvent) -> Path | None:
    """The one file that was dropped."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
