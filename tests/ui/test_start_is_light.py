"""The window's modules load none of the slow libraries: it must be painted before they are needed."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "sqlalchemy",
    "requests",
    "xlsxwriter",
    "alembic",
    "pypinyin",
    "cryptography",
    "sqlcipher3",
    "msgspec",
)


def test_importing_the_window_loads_nothing_heavy() -> None:
    names = (
        "main_window",
        "application",
        "background",
        "dialogs.welcome",
        "dialogs.unlock",
        "dialogs.create_profile",
    )
    code = ";".join(f"import gridworker.ui.{name}" for name in names)
    code += f";import sys;print([n for n in {HEAVY!r} if n in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert out.stdout.strip() == "[]"
