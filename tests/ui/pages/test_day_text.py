"""Days and times are understood the way people type them."""

from __future__ import annotations

import pytest

from gridworker.ui.pages.visits.day_text import typed_day, typed_time

TODAY = "2026-11-20"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-27", "2026-11-27"),
        ("2026/1/5", "2026-01-05"),
        ("２０２６－１１－２７", "2026-11-27"),
        ("2026年11月27日", "2026-11-27"),
        ("11-18", "2026-11-18"),
        ("11月21日", "2026-11-21"),
        ("12-30", "2025-12-30"),
        ("19", "2026-11-19"),
        ("25", "2026-10-25"),
        ("+0", "2026-11-20"),
        ("", None),
        ("2026-02-30", None),
        ("13-01", None),
        ("明天", None),
    ],
)
def test_a_day_that_was(text: str, meant: str | None) -> None:
    assert typed_day(text, TODAY) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("+7", "2026-11-27"),
        ("27", "2026-11-27"),
        ("5", "2026-12-05"),
        ("1-8", "2027-01-08"),
        ("11-20", TODAY),
    ],
)
def test_a_day_to_come(text: str, meant: str) -> None:
    assert typed_day(text, TODAY, ahead=True) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9:20", "09:20"),
        ("0920", "09:20"),
        ("920", "09:20"),
        ("9", "09:00"),
        ("９：２０", "09:20"),
        ("21.05", "21:05"),
        ("24:00", None),
        ("9:75", None),
        ("早上", None),
    ],
)
def test_a_time(text: str, meant: str | None) -> None:
    assert typed_time(text) == meant
