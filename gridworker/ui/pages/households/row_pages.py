"""Rows of a long list, kept a page at a time: the newest used pages stay, the rest is asked for again. No Qt."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from gridworker.store.rows import HouseholdRow

PAGE_ROWS = 64
_KEPT_PAGES = 24


class RowPages:
    """`ids` are row numbers in display order. `fetch(page, ids of the page)` is called once for a page that is not
    here; its answer comes back through `put`."""

    def __init__(self, fetch: Callable[[int, Sequence[int]], None], kept: int = _KEPT_PAGES) -> None:
        self._fetch, self._kept = fetch, kept
        self._pages: OrderedDict[int, tuple[HouseholdRow, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self.ids: tuple[int, ...] = ()

    def start(self, ids: tuple[int, ...]) -> None:
        """Another list: forget every row."""
        self.ids = ids
        self._pages.clear()
        self._asked.clear()

    def page_ids(self, page: int) -> tuple[int, ...]:
        return self.ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]

    def put(self, page: int, rows: Sequence[HouseholdRow]) -> bool:
        """Keep the rows of a page. False if they are not as many as its ids: the list is out of date."""
        self._asked.discard(page)
        if len(rows) != len(self.page_ids(page)):
            return False
        self._pages[page] = tuple(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)
        return True

    def forget_request(self, page: int) -> None:
        """The page could not be read: ask again when it is next looked at."""
        self._asked.discard(page)

    def row(self, index: int) -> HouseholdRow | None:
        """The row at `index`, or None while its page is on the way."""
        page, place = divmod(index, PAGE_ROWS)
        found = self._pages.get(page)
        if found is not None:
            self._pages.move_to_end(page)
            return found[place]
        if page not in self._asked and self.page_ids(page):
            self._asked.add(page)
            self._fetch(page, self.page_ids(page))
        return None
