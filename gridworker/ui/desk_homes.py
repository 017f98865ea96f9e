"""Where people live and work: the pages of households, of shops and public spots, and of import, which lead to each
other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gridworker.ui.background import Background
from gridworker.ui.main_window import PageSpec
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.pages.households.page import HouseholdsPage
    from gridworker.ui.pages.imports.page import ImportPage
    from gridworker.ui.pages.places.page import PlacesPage

HOUSEHOLDS, PLACES, IMPORT = "households", "places", "import"


def kind_switch(theme: Theme, wording: Wording, chosen: Callable[[str], None]) -> Segment:
    """What the page lists."""
    kinds = [(key, wording(f"places.switch.{key}")) for key in ("household", "shop", "public_spot")]
    segment = Segment(theme, kinds, name=wording("places.switch_name"), small=True)
    segment.choose("household")
    segment.chosen.connect(chosen)
    return segment


class DeskHomes:
    """`pages` are those of the desk."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        pages: Any,
        *,
        may_import: bool,
    ) -> None:
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self._pages, self._go, self._may_import = pages, pages.page_wanted.emit, may_import
        self._switches: dict[str, Segment] = {}

    def households(self) -> HouseholdsPage:
        """The page of the tab."""
        from gridworker.ui.pages.households.page import HouseholdsPage
        from gridworker.ui.pages.households.source import HouseholdSource

        page = HouseholdsPage(self._theme, self._wording, self._background, HouseholdSource(self._store))
        page.visit_wanted.connect(self._pages.visit_wanted)
        page.history_wanted.connect(self._pages.show_history)
        page.changed.connect(self._pages.changed)
        self._add_switch(HOUSEHOLDS, page)
        if self._may_import:
            button = Button(self._theme, self._wording("import.page.open"), icon="upload")
            button.clicked.connect(lambda: self._go(IMPORT))
            page.add_control(button)
        return page

    def aside(self, keep: Callable[[str, Any], Any]) -> tuple[PageSpec, ...]:
        """The pages without a tab."""
        places: Callable[[], Any] = lambda: keep(PLACES, self._places())  # noqa: E731
        imports: Callable[[], Any] = lambda: keep(IMPORT, self._imports())  # noqa: E731
        return (
            PageSpec(PLACES, "places.switch.shop", "store", places, tab=False, under=HOUSEHOLDS),
            PageSpec(IMPORT, "import.page.title", "upload", imports, tab=False, under=HOUSEHOLDS),
        )

    def _places(self) -> PlacesPage:
        from gridworker.ui.pages.places.page import PlacesPage
        from gridworker.ui.pages.places.source import PlaceSource

        page = PlacesPage(self._theme, self._wording, self._background, PlaceSource(self._store))
        page.visit_wanted.connect(self._pages.visit_wanted)
        page.changed.connect(self._pages.changed)
        self._add_switch(PLACES, page)
        return page

    def _imports(self) -> ImportPage:
        from gridworker.ui.pages.imports.page import ImportPage
        from gridworker.ui.pages.imports.source import ImportSource

        source = ImportSource(self._store, self._wording, self._pages.others)
        page = ImportPage(self._theme, self._wording, self._background, source)
        page.changed.connect(self._pages.changed)
        page.left.connect(lambda: self._go(HOUSEHOLDS))
        return page

    def _add_switch(self, key: str, page: Any) -> None:
        self._switches[key] = kind_switch(self._theme, self._wording, self._show_kind)
        page.add_view_switch(self._switches[key])

    def _show_kind(self, kind: str) -> None:
        """Households, shops or public spots: one segment on both pages."""
        self._go(HOUSEHOLDS if kind == "household" else PLACES)
        if kind != "household":
            self._pages.made(PLACES).show_target(kind)
            self._switches[PLACES].choose(kind)
        if HOUSEHOLDS in self._switches:
            self._switches[HOUSEHOLDS].choose("household")  # each page says what it shows

    def open_place(self, target: str, record: bytes) -> None:
        """Go to a shop or public spot."""
        self._show_kind(target)
        self._pages.made(PLACES).open_place(record)
