"""The program's window imports modules without PySide's look into their source."""

from __future__ import annotations

import subprocess
import sys


def test_no_source_is_read_when_modules_are_imported() -> None:
    code = (
        "from gridworker.ui.plain_imports import use_plain_imports as use;use();use();"
        "import linecache,gridworker.ui.window;"
        "print([name for name in linecache.cache if 'gridworker' in name and 'plain_imports' not in name])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert out.stdout.strip() == "[]"
