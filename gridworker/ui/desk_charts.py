"""The ways from the values of a chart to the records behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import SignalInstance

if TYPE_CHECKING:
    from gridworker.exports.dashboard import Lead

HOUSEHOLDS, DEMANDS = "households", "demands"


class Pages(Protocol):
    """What these ways ask of the desk's pages."""

    page_wanted: SignalInstance
    node_wanted: SignalInstance

    def made(self, key: str) -> Any: ...


def follow(pages: Pages, lead: Lead) -> None:
    """A grid limits every page to it, a building also leads to its households; a category or a source leads to its
    demands."""
    if isinstance(lead.value, bytes):
        pages.node_wanted.emit(lead.value)
        if lead.kind == "building":
            pages.page_wanted.emit(HOUSEHOLDS)
    else:
        _show_demands(pages, **{lead.kind: str(lead.value)})


def _show_demands(pages: Pages, category: str = "", source: str = "") -> None:
    from gridworker.ui.pages.demands.presenter import TABLE

    pages.page_wanted.emit(DEMANDS)
    demands = pages.made(DEMANDS)
    demands.filter.only(category, source)
    demands.show_view(TABLE)
