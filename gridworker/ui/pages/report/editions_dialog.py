"""The editions of a report: what was frozen when, under which number and check code; opening one, its supplement, and
freezing the next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridworker.complaints import complaint
from gridworker.exports.frozen import check_code, edition_words
from gridworker.store.frozen_rows import Edition
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording

_WIDTH, _HEIGHT = 860, 220


class EditionsDialog(DialogFrame):
    """`freeze_wanted(Edition or None)`: a new edition, or the supplement of one; `export_wanted(Edition)`,
    `supplement_wanted(Edition)`: a file of it."""

    freeze_wanted = Signal(object)
    export_wanted = Signal(object)
    supplement_wanted = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, parent: QWidget, *, may_freeze: bool) -> None:
        super().__init__(theme, wording("frozen.page.editions_title"), parent)
        self._wording, self._may_freeze = wording, may_freeze
        self._told: Edition | None = None
        room = parent.window().width() - 2 * SIZES.gap_6
        self.setFixedWidth(min(round(_WIDTH * theme.tokens.growth), max(room, 480)))
        self.note = Banner(theme, "ok", "check")
        self.progress = ProgressPanel(theme, wording)
        self.table = LinesTable(theme, wording("frozen.page.editions_title"), _columns(wording))
        self.export_button = Button(theme, wording("frozen.page.export"), icon="download")
        self.supplement_button = Button(theme, wording("frozen.page.supplement"), icon="download")
        self.keep_button = Button(theme, wording("frozen.page.freeze_supplement"))
        self.close_button = Button(theme, wording("frozen.page.done"), key="Esc")
        self.freeze_button = Button(theme, wording("frozen.page.freeze"), "primary", key="Ctrl+Enter")
        self._fill()
        self._connect()
        self.show_editions(())

    def _fill(self) -> None:
        card = Card(self._theme, flush=True)
        card.body.addWidget(self.table)
        card.setMinimumHeight(_HEIGHT)
        acts = QWidget()
        acts.setLayout(row(self.export_button, self.supplement_button, self.keep_button, None))
        self.none = TextLabel(self._theme, self._wording("frozen.page.none"), "body", "text2", wrap=True)
        for part in (
            TextLabel(self._theme, self._wording("frozen.page.for_good"), "caption", "text2", wrap=True),
            self.none,
            card,
            acts,
            self.progress,
            self.note,
        ):
            self.body.addWidget(part)
        self._listed = (card, acts)
        self.add_acts(self.close_button, self.freeze_button)
        if not self._may_freeze:
            why = self._wording("frozen.page.only_secretary")
            self.freeze_button.say_why_disabled(why)

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.reject)
        self.freeze_button.clicked.connect(lambda: self._freeze(None))
        self.keep_button.clicked.connect(lambda: self._freeze(self.chosen()))
        self.export_button.clicked.connect(lambda: self.export_wanted.emit(self.chosen()))
        self.supplement_button.clicked.connect(lambda: self.supplement_wanted.emit(self.chosen()))
        self.table.chosen.connect(lambda _: self._show_acts())
        self.table.opened.connect(self.export_wanted)
        self.bind_go(self.freeze_button.click)

    def _freeze(self, of: Edition | None) -> None:
        for button in (self.freeze_button, self.keep_button):
            button.setEnabled(False)
        self.note.hide()
        self.show_freezing(self._wording("frozen.page.reading"), 0, 0)
        self.freeze_wanted.emit(of)

    def reject(self) -> None:
        """Esc and Close stop a freezing first: it cannot be taken back, and must not go on unseen."""
        if self.progress.isVisible():
            self.progress.cancel_button.click()
        else:
            super().reject()

    def chosen(self) -> Edition | None:
        """The edition the keyboard is on."""
        key = self.table.current_key()
        return key if isinstance(key, Edition) else None

    # What the strip tells

    def show_editions(self, editions: tuple[Edition, ...]) -> None:
        """Newest first."""
        lines = [self._line(edition) for edition in reversed(editions)]
        self.table.show_lines(lines)
        self.none.setVisible(not lines)
        for part in self._listed:
            part.setVisible(bool(lines))
        if lines:
            self.table.selectRow(0)
        self.freeze_button.setEnabled(self._may_freeze)
        self._show_acts()
        self._tell_number(editions)
        self.fit()
        (self.table if lines else self.freeze_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_acts(self) -> None:
        edition = self.chosen()
        self.export_button.setEnabled(edition is not None and edition.whole)
        self.supplement_button.setEnabled(edition is not None)
        self.keep_button.setEnabled(edition is not None and self._may_freeze)

    def show_freezing(self, words: str, done: int, total: int) -> None:
        """How far a freezing is."""
        self.progress.show_progress(words, done, total)
        self.fit()

    def show_stopped(self) -> None:
        """It was stopped; nothing was kept."""
        self._show_idle()
        self.say(self._wording("frozen.page.stopped"), "info", "info")

    def _show_idle(self) -> None:
        self.progress.finish()
        self.freeze_button.setEnabled(self._may_freeze)
        self._show_acts()

    def _tell_number(self, editions: tuple[Edition, ...]) -> None:
        """What was said of a provisional edition is said again with its number."""
        told = self._told
        if told is not None and not told.edition:
            numbered = next((one for one in editions if one.id == told.id and one.edition), None)
            if numbered is not None:
                self.show_frozen(numbered)

    def show_frozen(self, edition: Edition) -> None:
        self._told = edition
        self.progress.finish()
        said = edition_words(edition, self._wording)
        key = "frozen" if edition.edition else "frozen_provisional"
        self.say(self._wording(f"frozen.page.{key}", edition=said, code=check_code(edition.digest)))

    def say(self, words: str, colour: str = "ok", icon: str = "check") -> None:
        self.note.set_colour(colour, icon)
        self.note.say(words)
        self.fit()

    def show_failure(self, error: Exception) -> None:
        """Say what failed and the next step; nothing was kept."""
        told = complaint(error, self._wording)
        self.note.set_colour("late", "circle-alert")
        self.note.say(f"{told.what} {told.next}")
        self._show_idle()
        self.fit()

    def _line(self, edition: Edition) -> Line:
        wording = self._wording
        kept = "kept" if edition.whole else "gone"
        cells = (
            edition_words(edition, wording),
            edition.frozen_at,
            check_code(edition.digest),
            wording("frozen.page.unsent", count=edition.unsent_here),
            wording(f"frozen.page.{kept}"),
        )
        return Line(edition, cells, " · ".join(cells), dim=not edition.whole)


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    def column(name: str, usual: str, wide: bool = False, gives_way: int = 0) -> LineColumn:
        return LineColumn(wording(f"frozen.page.column.{name}"), usual, wide, gives_way)

    return (
        column("edition", "第 2 版（对第 1 版的补报）", wide=True),
        column("frozen_at", "2026-11-20 17:42"),
        column("code", "3f9a-2b7c-11d0"),
        column("unsent", "12 条", gives_way=2),
        column("files", "已撤下", gives_way=1),
    )
