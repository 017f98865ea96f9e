"""The ways between a household and its demands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from gridworker.store.demand_rows import DemandFilter, DemandPage
from gridworker.store.queries import demands
from gridworker.ui.background import Background
from gridworker.ui.pages.households.page import HouseholdsPage
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

if TYPE_CHECKING:  # a box opens when it is asked for
    from gridworker.services.demands import DemandForm
    from gridworker.store.rows import Scope
    from gridworker.ui.pages.demands.presenter import Offer
    from gridworker.ui.pages.visits.page import VisitsPage

_MOST = 8


def demand_switch(theme: Theme, wording: Wording, shown: str, go: Callable[[str], None]) -> Segment:
    """Own demands or what others referred: one segment on both pages, which says what the page shows."""
    kinds = [(key, wording(f"referrals.switch.{key}")) for key in ("demands", "referrals")]
    made = Segment(theme, kinds, name=wording("referrals.switch.name"), small=True)
    made.choose(shown)

    def chosen(key: str) -> None:
        made.choose(shown)
        go(key)

    made.chosen.connect(chosen)
    return made


def ask_with_visit(
    theme: Theme, wording: Wording, background: Background, store: Any, page: VisitsPage, scope: Scope
) -> None:
    """Ask for a demand over the form of a visit; it is kept with the visit's draft and registered with it."""
    from gridworker.ui.pages.demands.form_body import body_of
    from gridworker.ui.pages.demands.register_dialog import RegisterDialog
    from gridworker.ui.pages.demands.source import DemandSource

    source, run = DemandSource(store), partial(background.run, owner=page)
    household = page.presenter.open_household

    def ask(offer: Offer) -> None:
        find = partial(source.places, scope)
        made = RegisterDialog(theme, wording, run, replace(offer, body=None), (find, source), page)

        def checked(form: DemandForm) -> None:
            made.accept()
            page.form.fields.demands.add(body_of(form))

        def go(form: DemandForm) -> None:
            run(partial(source.check, form), lambda _: checked(form), made.show_failure)

        made.asked.connect(go)
        made.open()

    run(lambda: source.offer(scope, household, None), ask, page.show_error, topic="visits.demand")


def lead_from_household(
    page: HouseholdsPage,
    background: Background,
    store: Any,
    open_demand: Callable[[bytes], None],
    register: Callable[[bytes | None], None],
) -> None:
    """The panel shows what its household asked for and leads there; Ctrl+D registers another."""
    panel = page.panel

    def ask(household_id: bytes) -> None:
        wanted = DemandFilter(place=("household_id", household_id))

        def show(found: DemandPage) -> None:
            if panel.detail is not None and panel.detail.row.id == household_id:
                panel.demands.show_rows(found.rows, demands.now_of(store), whole=found.next is None)

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
