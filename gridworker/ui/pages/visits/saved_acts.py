"""What can be done about a saved visit: the dialogs of correct, void and remark, and their saves."""

from __future__ import annotations

from collections.abc import Callable

from gridworker.changes import Changes
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.visits.act_dialogs import ActDialog, AmendDialog
from gridworker.ui.pages.visits.presenter import Visits, VisitsPresenter
from gridworker.ui.pages.visits.visit_card import VisitCard
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


class SavedVisitActs:
    """Opens the dialogs over `parent` for the visit that `card` shows."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: Visits,
        presenter: VisitsPresenter,
        card: VisitCard,
        parent: RecordsPage,
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._card, self._parent, self._tell = presenter, card, parent, parent.undo_bar
        card.amend_asked.connect(self.amend)
        card.void_asked.connect(self.void)
        card.comment_asked.connect(self.comment)

    def amend(self) -> None:
        visit, may = self._card.row, self._card.amend_button
        if visit is None or not (may.isVisible() and may.isEnabled()):
            return
        dialog = AmendDialog(self._theme, self._wording, visit, self._source.today(), self._parent)

        def work() -> Changes:
            return self._source.amend(visit.id, dialog.corrections(), dialog.text.text().strip())

        self._ask(dialog, "amend", work)

    def void(self) -> None:
        visit = self._card.row
        if visit is None or visit.void:
            return
        dialog = ActDialog(self._theme, self._wording, "void", visit, self._parent, danger=True)
        self._ask(dialog, "void", lambda: self._source.void(visit.id, dialog.text.text().strip()))

    def comment(self) -> None:
        visit = self._card.row
        if visit is None:
            return
        dialog = ActDialog(self._theme, self._wording, "comment", visit, self._parent)
        self._ask(dialog, "comment", lambda: self._source.comment(visit.id, dialog.text.text().strip()))

    def _ask(self, dialog: ActDialog, act: str, work: Callable[[], Changes]) -> None:
        visit = dialog.visit

        def done() -> None:
            dialog.accept()
            self._tell.tell(self._wording(f"visit.act.{act}.done", no=visit.no))

        dialog.asked.connect(lambda: self._presenter.act(visit.id, work, dialog.show_failure, done))
        dialog.open()
