"""The ways from the values of a chart to the records behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import SignalInstance

if TYPE_CHECKING:
    from gridworker.exports.dashboard import Lead

HOUSEHOLDS = "households"


class Pages(Protocol):
    """What these ways ask of the desk's pages."""

    page_wanted: SignalInstance
    node_wanted: SignalInstance


def follow(pages: Pages, lead: Lead) -> None:
    """A grid limits every page to it, a building also leads to its households."""
    if isinstance(lead.value, bytes):
        pages.node_wanted.emit(lead.value)
        if lead.kind == "building":
            pages.page_wanted.emit(HOUSEHOLDS)
