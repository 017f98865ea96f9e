"""`python -m benchmarks.window_child bare|product START FOLDER`: one window in a process of its own, seen from inside.
Prints when it was first painted and when it was usable (ms since START, a monotonic clock), and its idle memory."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_POLL_MS, _IDLE_MS = 5, 1500


class _Watch:
    """Notes the moments, prints them and ends the program once it has been idle for a while."""

    def __init__(self, start_ns: int) -> None:
        self._start = start_ns
        self.seen: dict[str, float] = {}

    def note(self, name: str) -> None:
        self.seen.setdefault(name, (time.monotonic_ns() - self._start) / 1e6)

    def finish(self, close: Callable[[], None] = lambda: None) -> None:
        """`close` closes the profile: one that was left open is checked as a whole the next time."""
        self.seen["idle MiB"] = _resident_mib()
        print(json.dumps(self.seen), flush=True)
        close()
        os._exit(0)  # how a window is closed is no part of this


def _resident_mib() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(text for text in status.read_text("ascii").splitlines() if text.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def _watch_paint(window: QWidget, painted: Callable[[], None]) -> Any:
    """Calls `painted` once, after the first paint of `window` is over."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Painting(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                window.removeEventFilter(self)
                QTimer.singleShot(0, painted)
            return False

    watching = Painting(window)
    window.installEventFilter(watching)
    return watching


def bare(watch: _Watch) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])
    window = QMainWindow()
    window.resize(1366, 728)

    def painted() -> None:
        watch.note("first paint")
        watch.note("usable")
        QTimer.singleShot(_IDLE_MS, watch.finish)

    _watch_paint(window, painted)
    window.show()
    application.exec()


def product(watch: _Watch, folder: str) -> None:
    """The program's own entry, on a profile. The passphrase is given as soon as the window stands there."""
    from benchmarks.prepared_passphrase import PASSPHRASE
    from gridworker import cli
    from gridworker.ui.plain_imports import use_plain_imports

    use_plain_imports()  # as the program does before it loads its window
    from gridworker.ui import window as shell

    class Watched(shell.Window):
        def run(self) -> int:
            from PySide6.QtCore import QTimer

            timer = QTimer(self)
            timer.setInterval(_POLL_MS)
            timer.timeout.connect(lambda: self._look(timer))
            _watch_paint(self, lambda: self._painted(timer))
            return super().run()

        def _painted(self, timer: Any) -> None:
            from gridworker.ui.dialogs.unlock import UnlockPage

            watch.note("first paint")
            page = self.door.currentWidget()
            assert isinstance(page, UnlockPage)
            page.unlock_requested.emit(PASSPHRASE)
            timer.start()

        def _look(self, timer: Any) -> None:
            """Usable: the desk stands there, scoped, and nothing is being read any more."""
            from PySide6.QtCore import QTimer

            if self.desk is None or self.desk.scope is None or self.busy:
                return
            timer.stop()
            self.repaint()
            watch.note("usable")
            QTimer.singleShot(_IDLE_MS, lambda: watch.finish(self.open_store.close))

    shell.Window = Watched  # type: ignore[misc]
    cli.main(["--profile", folder])


def main(kind: str, start_ns: int, folder: str) -> None:
    watch = _Watch(start_ns)
    if kind == "bare":
        bare(watch)
    else:
        product(watch, folder)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
