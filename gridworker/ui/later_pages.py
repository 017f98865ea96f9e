"""The modules of the pages that are not the first: loaded behind the window as soon as somebody turns to another page,
not before, because whoever stays on the first page has no use for them."""

from __future__ import annotations

import gc
import importlib

from PySide6.QtCore import QObject, QTimer

from gridworker.ui.background import Background

#: In the order in which they are wanted most.
_MODULES = (
    "gridworker.store.apply",  # the first save needs it
    "gridworker.store.queries.find",
    "gridworker.ui.pages.households.page",
    "gridworker.ui.pages.households.source",
    "gridworker.ui.pages.visits.page",
    "gridworker.ui.pages.visits.source",
    "gridworker.ui.pages.demands.page",
    "gridworker.ui.pages.demands.source",
    "gridworker.ui.pages.referrals.page",
    "gridworker.ui.pages.lists.page",
    "gridworker.ui.pages.deliberation.page",
    "gridworker.ui.pages.report.page",
    "gridworker.ui.pages.report.source",
    "gridworker.ui.pages.fill.page",
    "gridworker.ui.pages.fill.source",
    "gridworker.ui.pages.organisation.page",
    "gridworker.ui.pages.organisation.source",
    "gridworker.ui.pages.plan.page",
    "gridworker.ui.pages.plan.source",
    "gridworker.ui.pages.sync.page",
    "gridworker.ui.pages.sync.source",
    "gridworker.ui.pages.imports.page",
    "gridworker.ui.pages.imports.source",
    "gridworker.ui.pages.places.page",
    "gridworker.ui.pages.places.source",
    "gridworker.ui.pages.roster.page",
    "gridworker.ui.pages.roster.source",
    "gridworker.ui.pages.paper.page",
    "gridworker.ui.pages.paper.source",
    "gridworker.ui.pages.catalogues.page",
    "gridworker.ui.pages.history.page",
    "gridworker.ui.pages.history.source",
    "gridworker.ui.dialogs.settings_page",
)
_PAUSE_MS = 30


class LaterPages(QObject):
    """Loads one module after the other while nothing else is waited for; a page that is asked for sooner waits."""

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._left = list(_MODULES)
        self._begun = False

    def load(self) -> None:
        """Begin, unless that was done."""
        if not self._begun:
            self._begun = True
            self._go_on()

    def _go_on(self) -> None:
        if not self._left:
            gc.freeze()  # modules stay: looking through them again and again would hold up the window
        elif self._background.busy:
            QTimer.singleShot(_PAUSE_MS, self, self._go_on)
        else:
            name = self._left.pop(0)
            self._background.run(lambda: importlib.import_module(name), self._loaded, owner=self)

    def _loaded(self, _module: object) -> None:
        self._go_on()
