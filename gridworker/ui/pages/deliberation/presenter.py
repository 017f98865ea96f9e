"""What the page of deliberation does: the node it shows, the stage it is limited to, what is chosen.
No Qt."""

from __future__ import annotations

from gridworker.models.deliberation import STAGES
from gridworker.store.queries.deliberation import IssueRow, ResolutionRow
from gridworker.store.rows import Scope
from gridworker.ui.pages.choosing import ChoosingPresenter, ChoosingView
from gridworker.ui.pages.deliberation.source import Board, Chosen, DeliberationSource
from gridworker.ui.pages.running import Run

ALL = "all"


class DeliberationPresenter(ChoosingPresenter[Board, Chosen]):
    """Issues stand in the order 提 审 议 落, in each the newest first; `stage` limits them to one of the four."""

    topic = "deliberation"
    concerning = (
        "issue", "issue_need", "meeting", "agenda_item", "meeting_attendance", "meeting_vote", "resolution",
        "resolution_note", "need", "member", "org_unit", "area_unit",
    )  # fmt: skip

    def __init__(self, source: DeliberationSource, run: Run, view: ChoosingView[Board, Chosen]) -> None:
        super().__init__(source, run, view)
        self._source = source
        self.stage = ALL

    def show_scope(self, scope: Scope) -> None:
        self._source.scope = scope
        super().show_scope(scope)

    def issues(self) -> list[IssueRow]:
        """The issues of the stage that is shown."""
        rows = self.board.issues if self.board is not None else ()
        kept = [row for row in rows if self.stage in (ALL, row.stage)]
        return sorted(kept, key=lambda row: STAGES.index(row.stage))

    def resolutions(self) -> list[ResolutionRow]:
        """Open ones first, in each what is due first."""
        rows = self.board.resolutions if self.board is not None else ()
        return sorted(rows, key=lambda row: row.state in ("done", "stopped"))

    def counts(self) -> dict[str, int]:
        """How many issues are at each stage, and in all."""
        rows = self.board.issues if self.board is not None else ()
        return {ALL: len(rows), **{stage: sum(row.stage == stage for row in rows) for stage in STAGES}}
