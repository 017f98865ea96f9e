"""Beside the report: the page that fills other people's forms, and the menu with it, the ledgers and the export log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from gridworker.ui.background import Background
from gridworker.ui.main_window import PageSpec
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import IconButton
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.report_rows import Behind
    from gridworker.ui.pages.fill.page import FillPage
    from gridworker.ui.pages.report.page import ReportPage

FILL, REPORT = "fill", "report"


#: Entity of a record → the page that opens it by its kind.
_BY_KIND = {
    **dict.fromkeys(("need", "resource", "project"), "lists"),
    **dict.fromkeys(("issue", "meeting", "resolution"), "deliberation"),
}


class DeskReports(QObject):
    """`pages` are those of the desk."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        pages: Any,
    ) -> None:
        super().__init__()
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self._pages, self._go = pages, pages.page_wanted.emit
        self.menu: QMenu | None = None

    def aside(self, keep: Callable[[str, Any], Any]) -> tuple[PageSpec, ...]:
        """The pages without a tab."""
        make: Callable[[], Any] = lambda: keep(FILL, self._fill())  # noqa: E731
        return (PageSpec(FILL, "fill.title", "file-spreadsheet", make, tab=False, under=REPORT),)

    def _fill(self) -> FillPage:
        from gridworker.ui.pages.exporting.source import ExportSource
        from gridworker.ui.pages.fill.page import FillPage
        from gridworker.ui.pages.fill.source import FormSource

        sources = FormSource(self._store, self._wording), ExportSource(self._store)
        page = FillPage(self._theme, self._wording, self._background, *sources)
        page.left.connect(lambda: self._go(REPORT))
        page.record_wanted.connect(self.show_record)
        return page

    def show_record(self, record: Behind) -> None:
        """Open a record that a figure counts, on its own page."""
        pages, kind = self._pages, record.entity
        if kind == "visit":
            self._go("visits")
            pages.open_visit(record.id)
        elif kind == "household":
            self._go("households")
            pages.open_household(record.id)
        elif kind == "demand":
            self._go("demands")
            pages.made("demands").open_demand(record.id)
        elif kind in _BY_KIND:
            self._go(_BY_KIND[kind])
            pages.made(_BY_KIND[kind]).open_record(kind, record.id)

    def report(self, changed: Callable[[object], None]) -> ReportPage:
        """The report page with a menu of what is done beside it."""
        from gridworker.ui.pages.report.making import report_page

        page = report_page(self._theme, self._wording, self._background, self._store)
        page.changed.connect(changed)
        page.card.dashboard.record_wanted.connect(self.show_record)
        self._add_menu(page)
        return page

    def _add_menu(self, page: ReportPage) -> None:
        say = self._wording
        button = IconButton(self._theme, "ellipsis", say("fill.more"))
        self.menu = menu = QMenu(button)
        menu.addAction(say("fill.menu"), lambda: self._go(FILL))
        menu.addAction(say("ledger.page.menu"), lambda: self._ask_ledger(page))
        menu.addAction(say("export.log.open"), lambda: page.exporting.show_log(page.show_error))
        button.clicked.connect(lambda: menu.exec(button.mapToGlobal(button.rect().bottomLeft())))
        page.add_control(button)

    def _ask_ledger(self, page: ReportPage) -> None:
        from gridworker.ui.pages.exporting.ledger_dialog import LedgerDialog
        from gridworker.ui.pages.exporting.ledger_source import LedgerSource

        scope = page.presenter.scope
        if scope is None:
            return
        source = LedgerSource(self._store, self._wording)
        dialog = LedgerDialog(self._theme, self._wording, source.days(), scope.name, page)

        def wanted(wish: Any) -> None:
            dialog.accept()
            page.exporting.begin(source.to_export(scope, wish), page.exported, page.show_error)

        dialog.asked.connect(wanted)
        dialog.open()
