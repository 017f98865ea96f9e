"""The flags and the verb of a Friday, as somebody types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks import Desk
from tests.unit.test_cli import DOOR, FOR, Run, cheap_keys, desk, refused, run, template

__all__ = ["cheap_keys", "desk", "refused", "run", "template"]
pytestmark = pytest.mark.usefixtures("qapp")
WEEK = ("--period", "2026-W47")


@pytest.fixture
def weekly(run: Run, desk: Desk, tmp_path: Path) -> Run:
    def call(*more: str) -> object:
        return run(*desk.flags, "report", "weekly", *WEEK, "--out", str(tmp_path / "out"), *FOR, *more)

    return call


def test_a_report_is_frozen_written_again_and_supplemented(
    run: Run, desk: Desk, weekly: Run, tmp_path: Path
) -> None:
    made = weekly("--freeze", "--format", "xlsx,docx,pdf,html")
    assert (made["edition"], len(made["sha256"]), made["period"]) == (0, 64, "2026-W47")
    assert all("暂编" in path for path in made["files"])  # no number before the server gave one
    run(*desk.flags, "sync")
    made = weekly("--frozen", "1", "--format", "xlsx,docx,pdf,html")
    assert all("第 1 版" in path for path in made["files"])
    first = {path: Path(path).read_bytes() for path in made["files"]}
    assert len(first) == 4
    for path in first:
        Path(path).unlink()
    again = weekly("--frozen", "1", "--format", "xlsx,docx,pdf,html")
    assert {path: Path(path).read_bytes() for path in again["files"]} == first
    run(*desk.flags, "log", "--household", DOOR, "--outcome", "met")
    later = weekly("--supplement-of", "1", "--format", "docx")
    assert (later["supplements"], later["changed"]) == (1, 1)
    assert later["figures"]["visits.attempts"]["now"] == later["figures"]["visits.attempts"]["frozen"] + 1
    kept = weekly("--supplement-of", "1", "--freeze", "--format", "html")
    assert kept["edition"] == 0
    assert "补报" in Path(kept["files"][0]).read_text("utf-8")


def test_an_edition_that_is_not_there_is_refused(refused: Run, desk: Desk, tmp_path: Path) -> None:
    for flag in ("--frozen", "--supplement-of"):
        error = refused(*desk.flags, "report", "weekly", *WEEK, flag, "7", "--out", str(tmp_path), *FOR)
        assert error["code"] == "not_found"


def test_nothing_is_frozen_for_files_that_may_not_leave(
    run: Run, refused: Run, desk: Desk, weekly: Run, tmp_path: Path
) -> None:
    error = refused(*desk.flags, "report", "weekly", *WEEK, "--freeze", "--out", str(tmp_path))
    assert error["code"] == "field_invalid"
    weekly("--freeze")
    run(*desk.flags, "sync")
    assert weekly("--frozen", "1")["edition"] == 1


def test_a_week_is_closed_and_opened_again(run: Run, refused: Run, desk: Desk) -> None:
    closed = run(*desk.flags, "close-week", *WEEK)
    assert closed["closed"] > 0
    assert any(f"{closed['closed']}/{closed['closed']}" in line for line in closed["rests_on"])
    assert run(*desk.flags, "close-week", *WEEK)["closed"] == 0
    assert any("0/" in line for line in run(*desk.flags, "close-week", *WEEK, "--reopen")["rests_on"])
    assert refused(*desk.flags, "close-week", "--period", "2026-11")["code"] == "period_invalid"
