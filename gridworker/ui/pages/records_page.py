"""A page of records of one node: it reads again when they changed, at the latest when it is next looked at."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.presenting import ScopedPresenter


class RecordsPage(PageFrame):
    """A page whose `presenter` shows a node. The window tells it `show_scope` and `records_changed`."""

    presenter: ScopedPresenter

    def records_changed(self, changes: Changes) -> None:
        self.presenter.records_changed(changes, visible=self.isVisible())

    def page_shown(self) -> None:
        if self.presenter.stale:
            self.presenter.reload()
