"""Pages are laid out by one thread and painted by another."""

from __future__ import annotations

import subprocess
import sys

_PAINTED_LATER = """
import gc
from PySide6.QtCore import QRectF, QThread
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication
from gridworker.exports.page_setup import USUAL
from gridworker.exports.pdf import lay_out, paint_page
application, found = QApplication([]), []
html = "<h1>周报</h1>" + "".join(f"<p>走访 {n} 户次</p><table><tr><td>{n}</td></tr></table>" for n in range(40))
class Worker(QThread):
    def run(self):
        found.append(lay_out(html, QFont("", 10)))
worker = Worker()
worker.start()
worker.wait()
del worker
gc.collect()
image = QImage(800, 1200, QImage.Format.Format_ARGB32)
image.fill(0xFFFFFFFF)
painter = QPainter(image)
paint_page(painter, found[0], 0, "1", QRectF(0, 0, 800, 1200), USUAL)
painter.end()
print(sum(image.pixelColor(x, y).lightness() < 128 for x in range(800) for y in range(0, 400, 4)))
"""


def test_a_page_is_painted_when_the_thread_that_laid_it_out_has_ended() -> None:
    """Fonts end with their thread: what a layout kept of them crashed the window half a minute later."""
    run = subprocess.run(
        [sys.executable, "-c", _PAINTED_LATER], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 100  # letters on the paper
