"""What random schedules have found, each as short as it could be made: everybody must agree in the end. What can be
said in one exchange is in tests/contract/test_unseen.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync import play
from tests.sync.schedule import Beginning, Step
from tests.sync.test_scope_moves import LOGINS

LEADER, STEWARD, OTHER = range(len(LOGINS))  # of grid a, of a1, of b1
A1_1, A1_2, A2_1, B1_1 = range(4)  # homes
TO_FIRST, TO_SECOND = range(2)  # of the micro-grids where it does not lie yet
OPT_OUT = 3
SYNCED, SMALL_PAGES = Beginning(5000, synced=True), Beginning(4, synced=True)
FRESH_SMALL = Beginning(15, synced=False)


@pytest.fixture(scope="module")
def templates() -> Iterator[tuple[Path, Path]]:
    with play.templates() as found:
        yield found


def upgraded_later(*schemas: int) -> Beginning:
    return Beginning(5000, synced=True, schemas=schemas)


def step(name: str, who: int = LEADER, place: int = 0, pick: int = 0) -> Step:
    return name, who, place, pick


def disagreement(templates: tuple[Path, Path], beginning: Beginning, *steps: Step) -> str:
    """What did not agree after these steps; "" if everything did."""
    failure = play.replayed(templates, beginning, steps)
    return failure.why if failure is not None else ""


def test_f29_what_the_server_failed_on_arrives_from_a_copy(templates: tuple[Path, Path]) -> None:
    """Its unsettled answer under the copied device's number is no last word for the copy either."""
    steps = step("poison", STEWARD), step("push", STEWARD), step("copy", STEWARD), step("copy", STEWARD)
    assert disagreement(templates, SYNCED, *steps) == ""


def test_f29_and_from_a_copy_of_the_copy(templates: tuple[Path, Path]) -> None:
    twice = [step("copy", STEWARD)] * 4
    assert disagreement(templates, SYNCED, step("poison", STEWARD), step("push", STEWARD), *twice) == ""


def test_f16_a_visit_kept_back_lies_where_its_home_has_moved(templates: tuple[Path, Path]) -> None:
    steps = step("poison", LEADER, A2_1), step("pull"), step("move_household", LEADER, A2_1, TO_FIRST)
    assert disagreement(templates, SMALL_PAGES, *steps) == ""


def test_f16_a_visit_kept_back_follows_its_home_there_and_back(templates: tuple[Path, Path]) -> None:
    """The server has not judged it, so that it cannot bring it along."""
    there, back = step("move_household", LEADER, A2_1, 0), step("move_household", LEADER, A2_1, 0)
    steps = step("edit", LEADER, A2_1), step("poison", LEADER, A2_1), there, step("pull", LEADER), back
    assert disagreement(templates, SYNCED, *steps) == ""


def test_f15_a_merge_whose_loser_has_left_is_held(templates: tuple[Path, Path]) -> None:
    moved = step("move_household", LEADER, A1_2, TO_SECOND)
    assert disagreement(templates, SYNCED, moved, step("merge_alias", STEWARD)) == ""


def test_f15_a_merge_that_others_made_meanwhile_out_of_sight_is_held(templates: tuple[Path, Path]) -> None:
    moved = step("move_household", LEADER, A1_1, TO_FIRST)
    assert disagreement(templates, SYNCED, step("merge_alias"), moved, step("merge_alias", STEWARD)) == ""


def test_f15_undoing_a_held_merge_is_held_with_it(templates: tuple[Path, Path]) -> None:
    moved, merge = step("move_household", LEADER, A1_1, TO_FIRST), step("merge_alias", STEWARD)
    assert disagreement(templates, SYNCED, step("merge_alias"), moved, merge, merge) == ""


def test_f15_a_held_visit_does_not_stay_when_its_home_comes_back(templates: tuple[Path, Path]) -> None:
    away = step("move_household", LEADER, A1_1, TO_FIRST)
    back = step("move_household", LEADER, A1_1, TO_FIRST)
    assert (
        disagreement(
            templates, SYNCED, step("visit", STEWARD, A1_1), away, step("lose_answer", STEWARD), back
        )
        == ""
    )


def test_f16_unsent_work_comes_back_with_its_home(templates: tuple[Path, Path]) -> None:
    """It went from the computer when the home left; when it arrives nobody would send it there again."""
    away = step("move_household", LEADER, A1_2, TO_SECOND)
    back = step("move_household", LEADER, A1_2, TO_FIRST)
    assert (
        disagreement(templates, SMALL_PAGES, step("poison", STEWARD, A1_2), away, step("pull", STEWARD), back)
        == ""
    )


def test_f16_and_also_when_it_is_seen_before_the_work_is_answered(templates: tuple[Path, Path]) -> None:
    away = step("move_household", LEADER, A1_2, TO_SECOND)
    back = step("move_household", LEADER, A1_2, TO_FIRST)
    seen = step("pull", STEWARD)
    assert disagreement(templates, SYNCED, step("poison", STEWARD, A1_2), away, seen, back, seen) == ""


def test_f15_a_held_edit_is_taken_back_when_the_post_is_given_again(templates: tuple[Path, Path]) -> None:
    edited, given = step("edit", OTHER, 0, OPT_OUT), step("give_post", OTHER, 2)
    assert disagreement(templates, SYNCED, step("take_post", OTHER), edited, step("push", OTHER), given) == ""


def test_f20_what_left_during_a_first_copy_that_began_anew_is_gone(templates: tuple[Path, Path]) -> None:
    moves = (
        step("move_household", LEADER, A1_2, TO_SECOND),
        step("move_micro_grid", LEADER, 2),
        step("move_household", LEADER, A2_1, TO_SECOND),
        step("move_household", LEADER, B1_1, TO_SECOND),
    )
    edited = step("edit", OTHER, B1_1, OPT_OUT)
    assert (
        disagreement(templates, FRESH_SMALL, step("pull", OTHER), step("pull", OTHER), *moves, edited) == ""
    )


# -- full disks, a server put back, upgrades ---------------------------------------------------------------------

NO_PAGE_MORE = 0  # room for nothing that needs another page of the file
server_copy = step("server_copy")  # it is made, put back, and its window is closed


def test_f26_a_server_without_room_fails_on_no_op(templates: tuple[Path, Path]) -> None:
    """It answered 500, for which a device sets what it sent aside: SQLite ends the transaction by itself."""
    assert disagreement(templates, SYNCED, step("full_server", LEADER, A2_1, NO_PAGE_MORE)) == ""


def test_f30_a_laptop_and_the_server_put_back_together_lose_nothing(templates: tuple[Path, Path]) -> None:
    """What the laptop's copy had answers to stayed behind in its earlier life."""
    visited, copied = step("visit", LEADER, A2_1), step("copy", LEADER)
    steps = server_copy, visited, step("push", LEADER), server_copy, copied, copied
    assert disagreement(templates, SYNCED, *steps) == ""
    assert disagreement(templates, SYNCED, *steps[:4], server_copy, copied, copied) == ""


def test_f30_a_laptop_put_back_while_the_server_collects_counts_anew(templates: tuple[Path, Path]) -> None:
    """It took what it had offered under its old numbers for what it offers under the new ones."""
    visited, copied, pulled = step("visit", LEADER), step("copy", LEADER), step("pull", LEADER)
    steps = server_copy, visited, server_copy, pulled, pulled, visited, server_copy, copied, copied
    assert disagreement(templates, SYNCED, *steps) == ""


def test_f30_f33_a_device_of_another_major_version_closes_the_gap_too(templates: tuple[Path, Path]) -> None:
    """What it sent came after something that the server had forgotten, and was refused for ever."""
    visited, pushed = step("visit", LEADER), step("push", LEADER)
    steps = server_copy, visited, pushed, server_copy, server_copy, visited, pushed
    assert disagreement(templates, upgraded_later(1, 3, 3), *steps) == ""
