"""`python -m benchmarks.blocking_child FOLDER SHEET SAVES TEXTS`: the program's own window on a practice community,
worked in while a heartbeat listens. Prints what was done → longest gap and longest own work, and where the gaps
were."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from benchmarks.heartbeat import Heartbeat
from gridworker.app import Doors
from gridworker.services.visits import VisitForm, log_visit
from gridworker.settings import Settings
from gridworker.store.queries.road import sync_counts
from gridworker.ui.application import create_application
from gridworker.ui.plain_imports import use_plain_imports
from gridworker.ui.window import Window
from gridworker.wording import Wording

_TEXTS = ("张伟", "zhangw", "老人", "3-2-502", "电梯", "liy", "漏水", "王")
_REST_MS = 150
#: Longer than any busy machine takes: whoever waits so long waits for something that never comes.
_LONGEST_MS = 1_200_000


def wait(until: Callable[[], bool]) -> None:
    """Let the window live until something is so, and a little longer. Raises TimeoutError."""
    loop, timer, seen = QEventLoop(), QTimer(), [False]

    def look() -> None:
        if until():
            seen[0] = True
            loop.quit()

    timer.timeout.connect(look)
    timer.start(10)
    QTimer.singleShot(_LONGEST_MS, loop.quit)
    loop.exec()
    timer.stop()
    if not seen[0]:
        raise TimeoutError
    QTimer.singleShot(_REST_MS, loop.quit)
    loop.exec()


class _Work:
    """What a person does in an hour, one after the other."""

    def __init__(
        self, window: Window, beat: Heartbeat, sheet: Path, out: Path, *, saves: int, texts: int
    ) -> None:
        self._window, self._beat, self._sheet, self._out = window, beat, sheet, out
        self._saves, self._texts = saves, _TEXTS[:texts]

    def _idle(self) -> None:
        wait(lambda: not self._window.busy)

    @property
    def _desk(self) -> Any:
        return self._window.desk

    def open(self) -> None:
        wait(lambda: self._desk is not None and self._desk.scope is not None and not self._window.busy)

    def pages_first(self) -> None:
        for key in ("visits", "report", "import", "households"):
            self._desk.window.show_page(key, focus=True)
            self._idle()

    pages_again = pages_first

    def search(self) -> None:
        field = self._desk.window.header.search
        field.take_focus()
        for text in self._texts:
            field.clear()
            for char in text:
                key = QInputMethodEvent()
                key.setCommitString(char)
                QApplication.sendEvent(field, key)
                QTimer.singleShot(0, lambda: None)
                self._idle()
        field.close_list()

    def sync(self) -> None:
        store, desk = self._window.open_store, self._desk
        with store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT id FROM household WHERE deleted = 0 AND occupancy <> 'vacant' AND "
                "coalesce(visit_opt_out, 0) = 0 LIMIT ?", (self._saves,)
            ).fetchall()  # fmt: skip
        said, today = "家里平安，提醒注意用电", store.clock.today()

        def save() -> None:
            for row in rows:
                log_visit(store, VisitForm(row[0], today, "met", said=said))

        def sent() -> bool:
            counts = sync_counts(store)
            return bool(saved) and not self._window.busy and counts.unsent + counts.sending == 0

        def ask(_none: None) -> None:
            saved.append(len(rows))
            desk.pilot.ask()

        saved: list[int] = []
        self._window._background.run(save, ask, lane="serial")
        wait(sent)

    def export(self) -> None:
        self._desk.window.show_page("report", focus=True)
        self._idle()
        page, target = self._desk.pages.made("report"), self._out / "weekly.xlsx"
        page.exporting._choose = lambda *_asked: str(target)
        page.export_button.click()
        wait(lambda: page.exporting.dialog is not None)
        dialog = page.exporting.dialog
        dialog.form.choose("xlsx")
        dialog.purpose.setText("周例会")
        dialog.recipient.setText("街道")
        dialog.go_button.click()
        wait(target.exists)
        self._idle()

    def import_(self) -> None:
        from gridworker.imports.plan import Ground

        self._desk.window.show_page("import", focus=True)
        page = self._desk.pages.made("import")
        page.open_file(self._sheet)
        self._idle()
        page.presenter.preview(Ground("consent", "2026-01"))
        self._idle()
        page.presenter.apply()
        self._idle()

    def all(self) -> None:
        steps = (
            self.open,
            self.pages_first,
            self.pages_again,
            self.search,
            self.sync,
            self.export,
            self.import_,
        )
        names = ("open", "pages, first time", "pages again", "search", "sync", "export", "import")
        for name, step in zip(names, steps, strict=True):
            self._beat.during = name
            try:
                step()
            except TimeoutError as error:
                raise TimeoutError(f"{name} did not end in {_LONGEST_MS // 1000} s") from error
        self._beat.during = "end"


def main(folder: Path, sheet: Path, saves: int, texts: int) -> None:
    use_plain_imports()  # as the program does before it loads its window
    application = create_application([], Settings(appearance="light"))
    doors = Doors(Wording.load("zh_CN"), folder, folder, straight_in=True)
    window = Window(application, Settings(appearance="light"), doors, lambda _changed: None)
    window.resize(1366, 728)
    with tempfile.TemporaryDirectory() as out, Heartbeat() as beat:
        window.show()
        window.begin()
        _Work(window, beat, sheet, Path(out), saves=saves, texts=texts).all()
    longest = {name: list(seconds) for name, seconds in beat.longest.items() if name != "end"}
    print(json.dumps({"longest": longest, "gaps": [asdict(gap) for gap in beat.gaps]}), flush=True)
    os._exit(0)  # how a window is closed is no part of this


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
