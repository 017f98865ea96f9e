"""Rows of a long list: a page is asked for once, the oldest pages are let go."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.ui.pages.households.row_pages import PAGE_ROWS, RowPages
from tests.ui.pages.immediate import household_row


def test_a_page_is_asked_for_once_and_then_read() -> None:
    asked: list[tuple[int, int]] = []
    pages = RowPages(lambda page, ids: asked.append((page, len(ids))))
    pages.start(tuple(range(100)))
    assert pages.row(0) is None
    assert pages.row(5) is None
    assert pages.row(99) is None
    assert asked == [(0, PAGE_ROWS), (1, 100 - PAGE_ROWS)]
    assert pages.put(1, [household_row(n) for n in range(PAGE_ROWS, 100)])
    assert pages.row(99) == household_row(99)


def test_an_answer_of_another_length_is_refused() -> None:
    pages = RowPages(lambda page, ids: None)
    pages.start((1, 2, 3))
    assert not pages.put(0, [household_row(1)])
    assert pages.row(0) is None


def test_the_page_not_looked_at_longest_goes() -> None:
    asked: list[int] = []

    def fetch(page: int, ids: Sequence[int]) -> None:
        asked.append(page)
        pages.put(page, [household_row(n) for n in ids])

    pages = RowPages(fetch, kept=2)
    pages.start(tuple(range(3 * PAGE_ROWS)))
    for index in (0, PAGE_ROWS, 0, 2 * PAGE_ROWS):  # page 1 is the oldest when page 2 comes
        pages.row(index)
    assert pages.row(0) is not None
    pages.row(PAGE_ROWS)
    assert asked == [0, 1, 2, 1]
