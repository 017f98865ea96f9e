"""Every fault the sync is built against has a test that is named after it, where docs/faults.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: F24 and F25 are about attachments.
FAULTS = [number for number in range(1, 45) if number not in (24, 25)]
ROW = re.compile(r"^\| F(\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"^def test_f(\d\d)_\w+", re.MULTILINE)


def table() -> dict[int, tuple[set[str], str]]:
    """Fault → the files its row names, and the profiles."""
    rows = ROW.findall((ROOT / "docs" / "faults.md").read_text("utf-8"))
    assert len(rows) == len({number for number, *_ in rows}), "a fault has two rows"
    return {int(number): (set(re.findall(r"`([^`]+)`", files)), profile) for number, files, profile in rows}


def named_tests() -> dict[int, set[str]]:
    """Fault → the files with a test named after it."""
    found: dict[int, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for number in TEST.findall(path.read_text("utf-8")):
            found.setdefault(int(number), set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_every_fault_has_a_row() -> None:
    assert sorted(table()) == FAULTS


@pytest.mark.parametrize("number", FAULTS, ids=lambda number: f"F{number}")
def test_the_row_names_the_files_with_its_tests(number: int) -> None:
    files, profile = table()[number]
    assert files, "no test"
    assert files <= named_tests().get(number, set())
    assert profile.split(";")[0] in ("normal", "long")
