"""What the page of deliberation does: the node it shows, the stage it is limited to, what is chosen.
No Qt."""

from __future__ import annotations

from gridworker.models.deliberation import STAGES
from gridworker.store.queries.deliberation import IssueRow, ResolutionRow
from gridworker.store.rows import Scope
from gridworker.ui.pages.choosing import ChoosingView
from gridworker.ui.pages.deliberation.source import Board, Chosen, DeliberationSource
from gridworker.ui.pages.paging import PagedPresenter
from gridworker.ui.pages.running import Run

ALL = "all"


class DeliberationPresenter(PagedPresenter[Board, Chosen]):
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

    def show_stage(self, stage: str) -> None:
        """Limit the issues to a stage; read anew where more of it may be beyond what was read."""
        self.stage = stage
        self._source.stage = "" if stage == ALL else stage
        if self.board is not None and len(self.board.issues) < sum(self.board.counts.values()):
            self.reload()

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
        return list(self.board.resolutions) if self.board is not None else []

    def counts(self) -> dict[str, int]:
        """How many issues are at each stage, and in all."""
        known = self.board.counts if self.board is not None else {}
        return {ALL: sum(known.values()), **{stage: known.get(stage, 0) for stage in STAGES}}
