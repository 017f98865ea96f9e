"""What there is to give and what is talked over: the pages of the three lists, of deliberation, and of the catalogues
that both choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from gridworker.ui.background import Background
from gridworker.ui.desk_rounds import DELIBERATION, LISTS, TODAY, Around, DeskRounds, made_and_kept
from gridworker.ui.main_window import PageSpec
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.pages.catalogues.page import CataloguesPage
    from gridworker.ui.pages.choosing_page import ChoosingPage
    from gridworker.ui.pages.deliberation.page import DeliberationPage
    from gridworker.ui.pages.lists.page import ListsPage

CATALOGUES = "catalogues"


class DeskLists:
    """`rounds` leads from a record to any other and prints; `only` are the pages of somebody who has few, None for
    all: whoever has no tab of these pages is led to them by Today, search and links, and back by Esc."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        around: Around,
        rounds: DeskRounds,
        *,
        only: Sequence[str] | None,
    ) -> None:
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self._around, self._rounds, self._only = around, rounds, only

    def beside(self, keep: Callable[[str, PageFrame], QWidget]) -> list[PageSpec]:
        """The two tabs. `keep` remembers a page once it was made."""
        made = (
            (LISTS, "lists.title", "layout-grid", self.lists),
            (DELIBERATION, "deliberation.title", "vote", self.deliberation),
        )
        return [
            PageSpec(
                key, title, icon, partial(made_and_kept, keep, key, make), tab=self._has_tab(key), under=TODAY
            )
            for key, title, icon, make in made
        ]

    def aside(self, keep: Callable[[str, PageFrame], QWidget]) -> list[PageSpec]:
        """The page without a tab."""
        make = partial(made_and_kept, keep, CATALOGUES, self.catalogues)
        return [PageSpec(CATALOGUES, "catalogues.title", "list-checks", make, tab=False)]

    def lists(self) -> ListsPage:
        """Needs, resources, tasks and projects."""
        from gridworker.ui.pages.lists.page import ListsPage
        from gridworker.ui.pages.lists.source import ListsSource

        source, tab = ListsSource(self._store), self._has_tab(LISTS)
        page = ListsPage(self._theme, self._wording, self._background, source, simple=not tab)
        self._lead(LISTS, page, tab=tab)
        return page

    def deliberation(self) -> DeliberationPage:
        """Issues, meetings and resolutions."""
        from gridworker.ui.pages.deliberation.page import DeliberationPage
        from gridworker.ui.pages.deliberation.source import DeliberationSource

        source, tab = DeliberationSource(self._store), self._has_tab(DELIBERATION)
        page = DeliberationPage(self._theme, self._wording, self._background, source, simple=not tab)
        self._lead(DELIBERATION, page, tab=tab)
        page.paper_wanted.connect(lambda name, record: self._rounds.papers.deliberation(name, record, page))
        return page

    def catalogues(self) -> CataloguesPage:
        """Sources, categories, limits and rules."""
        from gridworker.ui.pages.catalogues.page import CataloguesPage
        from gridworker.ui.pages.catalogues.source import CataloguesSource

        page = CataloguesPage(self._theme, self._wording, self._background, CataloguesSource(self._store))
        page.changed.connect(self._around.changed)
        page.left.connect(self._around.left)
        return page

    def _lead(self, key: str, page: ChoosingPage, *, tab: bool) -> None:
        page.changed.connect(self._around.changed)
        page.record_wanted.connect(self._rounds.open_record)
        if not tab:
            page.left.connect(self._around.left)
        self._rounds.lead_to(key, page)

    def _has_tab(self, key: str) -> bool:
        return self._only is None or key in self._only
