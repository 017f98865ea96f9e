"""What can be done to the chosen line of a plan: another day, not at all, back again. Opens the dialogs and says what
was done, with its undo. Shared by the pages that show a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.store.queries.week_plan import PlanRow
from gridworker.ui.pages.words import short_day
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.undo_bar import UndoBar
from gridworker.wording import Wording

if TYPE_CHECKING:  # the dialogs are loaded when the first of them is asked for
    from gridworker.ui.pages.planning.act_dialogs import PlanDialog

Act = Callable[[Callable[[], Changes], Callable[[], None], Callable[[Exception], None] | None], None]


class Plans(Protocol):
    """What the acts ask of the open profile."""

    def today(self) -> str: ...

    def move(self, row: PlanRow, day: str, reason: str = "") -> Changes: ...

    def move_back(self, row: PlanRow, day: str) -> Changes: ...

    def drop(self, row: PlanRow, reason: str) -> Changes: ...

    def reinstate(self, row: PlanRow) -> Changes: ...


class RowActs:
    """`act(work, done, failed)` carries out one change; `tell` is where it is said."""

    def __init__(
        self, theme: Theme, wording: Wording, source: Plans, act: Act, tell: UndoBar, parent: QWidget
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._act, self._tell, self._parent = act, tell, parent

    def move(self, row: PlanRow | None) -> None:
        """Ask for another day, in this week or a later one."""
        if row is None or not row.open:
            return
        from gridworker.ui.pages.planning.act_dialogs import MoveDialog

        today = self._source.today()
        week = Week.of_day(row.planned_on or today)
        dialog = MoveDialog(self._theme, self._wording, row.home.door, (today, week), self._parent)

        def done() -> None:
            day = str(dialog.day_edit.day())
            dialog.accept()
            words = self._wording("plan.moved", door=row.home.door, day=short_day(day))
            self._tell.tell(words, lambda: self._undo(lambda: self._source.move_back(row, day)))

        def work() -> Changes:
            return self._source.move(row, str(dialog.day_edit.day()), dialog.text.text().strip())

        self._ask(dialog, work, done)

    def drop(self, row: PlanRow | None) -> None:
        """Ask why not this week."""
        if row is None or not row.open:
            return
        from gridworker.ui.pages.planning.act_dialogs import ReasonDialog

        dialog = ReasonDialog(self._theme, self._wording, "drop", self._parent, door=row.home.door)

        def done() -> None:
            dialog.accept()
            words = self._wording("plan.dropped", door=row.home.door)
            self._tell.tell(words, lambda: self._undo(lambda: self._source.reinstate(row)))

        self._ask(dialog, lambda: self._source.drop(row, dialog.text.text().strip()), done)

    def reinstate(self, row: PlanRow | None) -> None:
        """Back into the plan."""
        if row is None or row.state not in ("moved", "dropped"):
            return

        def done() -> None:
            self._tell.tell(self._wording("plan.reinstated", door=row.home.door))

        self._act(lambda: self._source.reinstate(row), done, None)

    def _undo(self, work: Callable[[], Changes]) -> None:
        self._act(work, lambda: None, None)

    def _ask(self, dialog: PlanDialog, work: Callable[[], Changes], done: Callable[[], None]) -> None:
        dialog.asked.connect(lambda: self._act(work, done, dialog.show_failure))
        dialog.open()
