"""The practice clock starts at its moment and runs; code 99 and the practice mark go together."""

from __future__ import annotations

import pytest

from gridworker.errors import PracticeMix
from gridworker.models.days import Clock, Week
from gridworker.models.mark import check_mark, is_practice_code
from gridworker.practice.clock import PRACTICE_NOW, practice_clock


def test_the_clock_starts_on_that_friday_and_advances_with_the_real_one() -> None:
    real = [1_000_000.0]
    clock = practice_clock(Clock(lambda: real[0]))
    assert clock.moment() == PRACTICE_NOW
    assert clock.moment().strftime("%A %H:%M") == "Friday 09:00"
    assert str(Week.of_day(clock.today())) == "2026-W47"
    real[0] += 3600
    assert clock.moment().hour == 10
    real[0] -= 7200  # the computer's clock was set back
    assert clock.moment() == PRACTICE_NOW


def test_two_clocks_of_one_computer_each_have_their_own_start() -> None:
    real = [5.0]
    first = practice_clock(Clock(lambda: real[0]))
    real[0] = 65.0
    assert practice_clock(Clock(lambda: real[0])).moment() == PRACTICE_NOW
    assert first.moment().minute == 1


@pytest.mark.parametrize(("code", "practice"), [("990101001001", True), ("330203001001", False), ("", False)])
def test_code_and_mark_go_together(code: str, practice: bool) -> None:
    assert is_practice_code(code) is practice
    check_mark(code, practice=practice)
    with pytest.raises(PracticeMix):
        check_mark(code, practice=not practice)
