"""What closes a week, for a page that shows no report."""

from __future__ import annotations

from typing import Any

from gridworker.ui.background import Background
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.ui.pages.report.week_end_strip import WeekEndStrip
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


def week_strip(theme: Theme, wording: Wording, background: Background, store: Any) -> WeekEndStrip:
    """The strip over the profile `store`, with closing the week and nothing else."""
    return WeekEndStrip(theme, wording, background, EditionSource(store, wording))
