"""The completeness line above the report, with what ends a week: closing it for who works there, freezing for the
office."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal

from gridworker.changes import Changes
from gridworker.exports.completeness import completeness_brief, completeness_lines, is_unsure
from gridworker.models.period import Period
from gridworker.services.closing import Closed
from gridworker.store.export_rows import Written
from gridworker.store.frozen_rows import Edition
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.flow import ChooseFile, Exporting, Exports, choose_target
from gridworker.ui.pages.report.editions_dialog import EditionsDialog
from gridworker.ui.pages.report.editions_source import Standing
from gridworker.ui.pages.report.week_end import Editions, WeekEnd
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.wording import Wording


class WeekEndStrip(Banner):
    """`changed(Changes)` after an act; `told(words, undo or None)` for the page's undo bar; `failed(error)`. Without
    `exports` it is there for closing the week alone, and only where that can be done."""

    changed = Signal(object)
    told = Signal(str, object)
    failed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Editions,
        exports: Exports | None = None,
        choose: ChooseFile = choose_target,
    ) -> None:
        super().__init__(theme, "info", "info")
        self._wording, self._background, self._exports, self._choose = wording, background, exports, choose
        self.close_button = Button(theme, "", "quiet", key="Alt+W", small=True)
        self.editions_button = Button(
            theme, wording("frozen.page.editions"), "quiet", key="Alt+F", small=True
        )
        for button in (self.close_button, self.editions_button):
            button.hide()
            self.acts.addWidget(button)
        self.dialog: EditionsDialog | None = None
        self.exporting: Exporting | None = None
        self.week_end = WeekEnd(
            source,
            partial(background.run, owner=self),
            partial(background.run_with_progress, owner=self),
            self,
        )
        self.close_button.clicked.connect(self.close_week)
        self.editions_button.clicked.connect(self.open_editions)

    def show_about(self, scope: Scope, period: Period) -> None:
        """Show how far a node's period is."""
        self.week_end.show(scope, period)
        if self.dialog is not None and self.dialog.isVisible():
            self.week_end.list_editions()

    def show_narrow(self, narrow: bool) -> None:
        """Where room is short the keys are told on F1 alone."""
        for button in (self.close_button, self.editions_button):
            button.set_key_shown(not narrow)

    def close_week(self) -> None:
        if self.close_button.isEnabled() and not self.close_button.isHidden():
            self.week_end.close()

    def open_editions(self) -> None:
        """The list of editions, over the page."""
        standing = self.week_end.standing
        exports = self._exports
        if standing is None or exports is None or not standing.sees_editions:
            return
        dialog = EditionsDialog(self._theme, self._wording, self.window(), may_freeze=standing.may_freeze)
        self.exporting = Exporting(
            self._theme, self._wording, self._background, exports, dialog, self._choose
        )
        dialog.freeze_wanted.connect(lambda of: self.week_end.freeze(of, dialog.show_failure))
        dialog.progress.cancelled.connect(self.week_end.stop_freezing)
        dialog.export_wanted.connect(partial(self._export, supplement=False))
        dialog.supplement_wanted.connect(partial(self._export, supplement=True))
        self.dialog = dialog
        self.week_end.list_editions()
        dialog.open()

    def _export(self, edition: Edition, *, supplement: bool) -> None:
        export, dialog = self.week_end.to_export(edition, supplement=supplement), self.dialog
        if export is None or self.exporting is None or dialog is None:
            return

        def done(written: Written) -> None:
            dialog.say(
                self._wording("report_page.exported", name=written.path.name, folder=str(written.path.parent))
            )
            self.week_end.list_editions()

        self.exporting.begin(export, done, dialog.show_failure)

    # What the presenter tells

    def show_standing(self, standing: Standing) -> None:
        lines = completeness_lines(standing.known, self._wording)
        unsure = self._exports is not None and is_unsure(standing.known)
        self.set_colour("due" if unsure else "info", "triangle-alert" if unsure else "info")
        self.say(completeness_brief(standing.known, self._wording))  # the rest when the mouse rests on it
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription(" ".join(lines))
        self._show_close(standing)
        self.editions_button.setVisible(standing.sees_editions and self._exports is not None)
        if self._exports is None:
            self.setVisible(not self.close_button.isHidden())

    def _show_close(self, standing: Standing) -> None:
        wording, count = self._wording, len(standing.waiting)
        if standing.waiting:
            key = "zero" if standing.is_zero else "close"
            words = (
                wording(f"frozen.page.{key}")
                if count == 1
                else wording(f"frozen.page.{key}_several", count=count)
            )
        elif standing.closed:
            words = wording("frozen.page.reopen")
        else:
            words = wording("frozen.page.zero")
        self.close_button.set_label(words)
        for_others = standing.nothing_of_own and not standing.waiting
        self.close_button.say_why_disabled(wording("frozen.page.zero_at_grid") if for_others else None)
        self.close_button.setVisible(bool(standing.waiting or standing.closed or for_others))

    def show_closed(self, closed: Closed) -> None:
        words = self._wording("frozen.page.closed", count=closed.closed, zero=closed.zero)
        undo: Callable[[], None] = partial(self.week_end.take_back, closed)
        self.told.emit(words, undo)

    def show_editions(self, editions: tuple[Edition, ...]) -> None:
        if self.dialog is not None:
            self.dialog.show_editions(editions)

    def show_freezing(self, words: str, done: int, total: int) -> None:
        if self.dialog is not None:
            self.dialog.show_freezing(words, done, total)

    def show_frozen(self, edition: Edition) -> None:
        if self.dialog is not None:
            self.dialog.show_frozen(edition)

    def show_stopped(self) -> None:
        if self.dialog is not None:
            self.dialog.show_stopped()

    def records_saved(self, changes: Changes) -> None:
        self.changed.emit(changes)

    def show_error(self, error: Exception) -> None:
        self.failed.emit(error)
