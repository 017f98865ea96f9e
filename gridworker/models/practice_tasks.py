"""What a newcomer tries in the first quarter of an hour of the practice community. A task is done once one of its acts
stands in the audit; nobody has to tick anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """`key` is its name in the wording, `acts` what shows that it was done, `page` where it is done."""

    key: str
    acts: tuple[str, ...]
    page: str


TASKS = (
    Task("visit", ("visit_logged",), "visits"),
    Task("undo", ("act_undone",), "history"),
    Task("edit", ("household_edited", "resident_edited", "contact_set"), "households"),
    Task("opt_out", ("opted_out",), "households"),
    Task("plan", ("plan_accepted", "plan_added"), "plan"),
    Task("paper", ("visits_logged",), "paper"),
    Task("export", ("exported",), "report"),
    Task("amend", ("visit_amended", "visit_commented"), "visits"),
)


def done(acts: Iterable[str]) -> frozenset[str]:
    """The keys of the tasks that `acts` show to be done."""
    seen = set(acts)
    return frozenset(task.key for task in TASKS if seen & set(task.acts))
