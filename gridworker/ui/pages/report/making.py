"""The report page with everything it asks of the open profile."""

from __future__ import annotations

from typing import Any

from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.source import ExportSource
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.ui.pages.report.page import ReportPage
from gridworker.ui.pages.report.source import ReportSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


def report_page(theme: Theme, wording: Wording, background: Background, store: Any) -> ReportPage:
    """The page over the profile `store`."""
    sources = ReportSource(store, wording), ExportSource(store), EditionSource(store, wording)
    return ReportPage(theme, wording, background, *sources)
