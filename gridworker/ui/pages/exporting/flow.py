"""From the button 导出 to the file: ask, choose where, write, say where it lies. One for every page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QWidget

from gridworker.store.export_rows import ExportLog, Release, Written
from gridworker.ui import file_choice
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.dialog import ExportAnswer, ExportDialog, ExportOffer
from gridworker.ui.pages.exporting.log_dialog import ExportLogDialog
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

ChooseFile = Callable[[QWidget, str, str, str], str]


class Exports(Protocol):
    """What it asks of the open profile, away from the window (ExportSource)."""

    def before(self) -> tuple[Release | None, bool]: ...

    def check(self, export: Export, form: str, release: Release) -> None: ...

    def let_out(self, export: Export, form: str, release: Release, target: Path) -> Written: ...

    def note(self, export: Export, form: str) -> None: ...

    def log(self) -> ExportLog: ...


def choose_target(parent: QWidget, title: str, start: str, kind: str) -> str:
    """Ask where to save; "" when the person changes their mind. The ending is that of the one `kind`."""
    name = file_choice.choose_target(parent, title, start, kind)
    ending = kind[kind.rindex("*") + 1 :].rstrip(")")
    return name if not name or name.lower().endswith(ending) else name + ending


class Exporting(QObject):
    """`done(Written)` and `failed(error)` are told on the window's thread; dialogs open over `parent`."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Exports,
        parent: QWidget,
        choose: ChooseFile = choose_target,
    ) -> None:
        super().__init__(parent)
        self._theme, self._wording, self._background, self._source = theme, wording, background, source
        self._parent, self._choose = parent, choose
        self._folder: Path | None = None
        self.dialog: ExportDialog | None = None

    def begin(
        self, export: Export, done: Callable[[Written], None], failed: Callable[[Exception], None]
    ) -> None:
        """Ask, and write what was agreed on."""

        def ask(before: tuple[Release | None, bool]) -> None:
            last, may_unmask = before
            offer = ExportOffer(
                export.title, export.name, export.forms, may_unmask and export.can_unmask, last
            )
            self.dialog = dialog = ExportDialog(self._theme, self._wording, offer, self._parent)
            dialog.asked.connect(lambda answer: self._agreed(export, answer, done, failed))
            dialog.open()

        self._background.run(self._source.before, ask, failed, topic="export.ask", owner=self)

    def _agreed(
        self,
        export: Export,
        answer: ExportAnswer,
        done: Callable[[Written], None],
        failed: Callable[[Exception], None],
    ) -> None:
        dialog = self.dialog
        assert dialog is not None

        def where(_: None) -> None:
            target = self._target(export, answer)
            if target is None:
                dialog.go_button.setEnabled(True)
                return
            dialog.accept()
            self._folder = target.parent
            self._background.run(
                lambda: self._source.let_out(export, answer.form, answer.release, target),
                done,
                failed,
                lane="serial",
                owner=self,
            )

        self._background.run(
            lambda: self._source.check(export, answer.form, answer.release),
            where,
            dialog.show_failure,
            topic="export.check",
            owner=dialog,
        )

    def _target(self, export: Export, answer: ExportAnswer) -> Path | None:
        ending = "zip" if answer.release.passphrase else answer.form
        name = "".join("_" if letter in '\\/:*?"<>|' else letter for letter in export.name)
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        start = str((self._folder or Path(home)) / f"{name}.{ending}")
        wording = self._wording
        chosen = self._choose(
            self._parent, wording("export.save_title"), start, wording(f"export.kind.{ending}")
        )
        return Path(chosen) if chosen else None

    def note(self, export: Export, form: str, failed: Callable[[Exception], None]) -> None:
        """Put on record that it was printed."""
        self._background.run(
            lambda: self._source.note(export, form), lambda _: None, failed, lane="serial", owner=self
        )

    def show_log(self, failed: Callable[[Exception], None]) -> None:
        """What left, newest first."""

        def show(log: ExportLog) -> None:
            ExportLogDialog(self._theme, self._wording, log, self._parent).open()

        self._background.run(self._source.log, show, failed, topic="export.log", owner=self)
