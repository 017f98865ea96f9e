"""What every test gets: no display, folders of its own instead of the user's, and the two hypothesis profiles."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_HOME = Path(tempfile.mkdtemp(prefix="gridworker-tests-"))


def _private_folder(name: str) -> str:
    folder = _HOME / name
    folder.mkdir(mode=0o700)
    return str(folder)


# Before Qt or our own settings are imported by any test, and in each parallel worker anew.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _variable, _name in {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "share",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "runtime",
}.items():
    os.environ[_variable] = _private_folder(_name)
os.environ.pop("XDG_CURRENT_DESKTOP", None)  # a desktop's theme would change palettes and fonts

_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "ci",
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=_UNHURRIED,
)
settings.register_profile(
    "long", max_examples=1500, stateful_step_count=60, deadline=None, suppress_health_check=_UNHURRIED
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How often each rule of the schedules of sync fired, of all parts that were played side by side."""
    schedules, fired = 0, Counter[str]()
    for report in terminalreporter.getreports("passed"):
        told = dict(report.user_properties)
        schedules += told.get("schedules", 0)
        fired.update(told.get("fired", {}))
    if schedules:
        rules = ", ".join(f"{name} {count}" for name, count in sorted(fired.items()))
        terminalreporter.write_line(f"{schedules} schedules, {fired.total()} steps: {rules}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if postgres := sys.modules.get("tests.postgres"):
        postgres.stop_all()  # a parallel worker ends without running what waits for its exit
    shutil.rmtree(_HOME, ignore_errors=True)
