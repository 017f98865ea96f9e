"""The ways between a household and its demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridworker.store.demand_rows import DemandFilter, DemandPage
from gridworker.store.queries import demands
from gridworker.ui.background import Background
from gridworker.ui.pages.households.page import HouseholdsPage

_MOST = 8


def lead_from_household(
    page: HouseholdsPage,
    background: Background,
    store: Any,
    open_demand: Callable[[bytes], None],
    register: Callable[[bytes | None], None],
) -> None:
    """The panel shows the newest demands of its household and leads to them; Ctrl+D registers another."""
    panel = page.panel

    def ask(household_id: bytes) -> None:
        wanted = DemandFilter(place=("household_id", household_id))

        def show(found: DemandPage) -> None:
            if panel.detail is not None and panel.detail.row.id == household_id:
                panel.demands.show_rows(found.rows, demands.now_of(store))

        panel.demands.show_rows((), "")
        background.run(
            lambda: demands.demands(store, None, wanted, order="new", limit=_MOST),
            show,
            page.show_error,
            topic="household.demands",
            owner=panel,
        )

    def new() -> None:
        register(page.presenter.selected_id)

    panel.shown.connect(ask)
    panel.demands.demand_wanted.connect(open_demand)
    panel.demands.new_wanted.connect(new)
    page.bind_keys({"Ctrl+D": new})
