"""Every bar runs at a tiny size and prints a whole table. What it measures is not looked at: no test is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.rounds import Reading
from benchmarks.table import HEAD, MS, OVER, Limit, Line, Table

SMALL = ["--rounds", "1", "--size", "120", "--records", "700", "--no-peers"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


def _rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in text.splitlines()
        if row.startswith("|")
    ]


@pytest.mark.parametrize(
    "bar",
    [
        pytest.param(
            bar,
            marks=pytest.mark.long
            if bar in ("P1", "P2", "P3", "P6", "P11", "P14", "P15", "P16", "P18")
            else (),
        )  # real processes
        for bar in benchmarks.BARS
    ],
)
def test_bar_prints_its_table_and_writes_it(
    bar: str, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "results.json"
    assert benchmarks.main([bar, *SMALL, "--cache", str(cache), "--out", str(out)]) == 0
    rows = _rows(capsys.readouterr().out)
    assert rows[0] == list(HEAD)
    assert all(len(row) == len(HEAD) for row in rows)
    written = json.loads(out.read_text("utf-8"))["tables"]
    assert written
    assert all(
        line["seconds"] or line["verdict"].startswith("not run")
        for table in written
        for line in table["lines"]
    )
    assert any(line["limit"] and line["seconds"] for table in written for line in table["lines"])


def _readings(*milliseconds: float, **facts: float) -> list[Reading]:
    return [Reading(value / 1000, facts) for value in milliseconds]


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (Limit(3), "met"),
        (Limit(2), "within 2×"),
        (Limit(1), "not yet"),
        (Limit(30, MS), "met"),
        (Limit(29, MS), "within 2×"),
        (Limit(20, OVER), "met"),
        (Limit(9, OVER), "not yet"),
        (Limit(1, "requests"), "within 2×"),
    ],
)
def test_a_limit_is_held_against_the_median(limit: Limit, verdict: str) -> None:
    ours = Line("ours", _readings(30, 90, 20, requests=2), "floor", limit)
    table = Table("P0", "t", (Line("floor", _readings(10)), ours))
    assert table.ratio(ours) == pytest.approx(3)
    assert table.verdict(ours) == verdict


def test_what_was_not_run_says_so() -> None:
    peer = Line("a peer", limit=Limit(1))
    ours = Line("ours", _readings(30), "a peer", Limit(1))
    table = Table("P0", "t", (peer, ours))
    assert table.verdict(peer) == "not run"
    assert table.verdict(ours) == "no peer"
    assert "| a peer | – | – |" in table.markdown()
