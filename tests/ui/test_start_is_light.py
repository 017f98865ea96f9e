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


#: What only the first save, search, report, side panel or table of referrals needs.
LATER = (
    "gridworker.store.apply",
    "gridworker.store.erasing",
    "gridworker.store.reorganising",
    "gridworker.store.frozen_rows",
    "gridworker.store.report_rows",
    "gridworker.store.queries.find",
    "gridworker.store.queries.care",
    "gridworker.store.queries.typed",
    "gridworker.ui.widgets.lines_table",
)


def test_a_day_begins_without_what_only_writes_searches_or_reports() -> None:
    """A profile is opened and Today shown; docs/decisions/0046-pages-are-loaded-when-approached.md."""
    begun = ("store.store", "services.day", "ui.desk", "ui.pages.today.page", "ui.pages.today.source")
    code = ";".join(f"import gridworker.{name}" for name in begun)
    code += f";import sys;print([n for n in {LATER!r} if n in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert out.stdout.strip() == "[]"
