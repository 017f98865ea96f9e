"""PySide6 6.12.0 on Python 3.11 loses a reference to `True` with every emit and aborts the process within a few
hundred: nobody may upgrade into that unseen (docs/decisions/0001)."""

from __future__ import annotations

import subprocess
import sys

EMITS = 3_000

PROGRAM = f"""
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Bell(QObject):
    rung = Signal(int)
    plain = Signal()

application = QCoreApplication([])
bell = Bell()
heard = []
bell.rung.connect(heard.append)
before = sys.getrefcount(True)
for number in range({EMITS}):
    bell.rung.emit(number)
    bell.plain.emit()
lost = before - sys.getrefcount(True)
print(len(heard), "heard,", "references lost:", lost if lost > 100 else 0)
"""


def test_three_thousand_signals_leave_the_interpreter_alive() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split("\n")[0] == f"{EMITS} heard, references lost: 0"
