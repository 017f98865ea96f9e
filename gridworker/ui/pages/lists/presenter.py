"""What the page of the three lists does: what is shown, which record is chosen, what is saved and taken back. No Qt."""

from __future__ import annotations

from gridworker.ui.pages.lists.source import Board, Chosen
from gridworker.ui.pages.paging import PagedPresenter

_CONCERNING = (
    "need", "resource", "resource_promise", "task", "task_claim", "project", "project_need", "project_entry",
    "project_milestone", "project_screening", "project_budget", "closed_year", "issue", "issue_need",
)  # fmt: skip


class ListsPresenter(PagedPresenter[Board, Chosen]):
    """The lists are the community's, whatever node is selected."""

    topic = "lists"
    concerning = _CONCERNING
