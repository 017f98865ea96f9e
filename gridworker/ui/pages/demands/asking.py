"""The boxes of the demands page: registering, and what a next step asks for. A step that asks nothing is taken at
once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gridworker.services.demands import NextStep
from gridworker.ui.pages.demands.picker import Found
from gridworker.ui.pages.demands.presenter import Choices, Demands, DemandsPresenter, Offer, Opened, StepForm
from gridworker.ui.pages.demands.register_dialog import RegisterDialog
from gridworker.ui.pages.demands.register_draft import RegisterDraft
from gridworker.ui.pages.demands.step_dialog import StepDialog
from gridworker.ui.pages.demands.words import asks
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


class Asking:
    """`dialog` is the box that was opened last."""

    def __init__(
        self, theme: Theme, wording: Wording, source: Demands, presenter: DemandsPresenter, page: QWidget
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page = presenter, page
        self.dialog: RegisterDialog | StepDialog | None = None

    # -- registering ---------------------------------------------------------------------------------------------

    def register(
        self,
        household_id: bytes | None = None,
        visit_id: bytes | None = None,
        back: Callable[[], None] | None = None,
    ) -> None:
        """Open the form; at a household and with a visit if they are given. `back` once it was answered or left."""
        scope, presenter = self._presenter.scope, self._presenter
        if scope is None:
            return
        presenter.run(
            lambda: self._source.offer(scope, household_id, visit_id),
            partial(self._open_form, back=back),
            self._tell,
            topic="demands.offer",
        )

    def _open_form(self, offer: Offer, back: Callable[[], None] | None) -> None:
        scope, presenter = self._presenter.scope, self._presenter
        if scope is None:
            return
        find = partial(self._source.places, scope)
        made = RegisterDialog(
            self._theme, self._wording, presenter.run, offer, (find, self._source), self._page
        )
        made.asked.connect(
            lambda form: presenter.register(form, offer.draft_id, made.accept, made.show_failure)
        )
        if offer.visit_id is None:
            self._keep_draft(made, offer, back)
        if back is not None:  # what was registered is told first
            made.finished.connect(lambda _code: QTimer.singleShot(0, self._page, back))
        self.dialog = made
        made.open()

    def _keep_draft(self, made: RegisterDialog, offer: Offer, back: Callable[[], None] | None) -> None:
        """What is typed stays as a draft until it is registered or thrown away."""
        presenter, draft = self._presenter, offer.draft_id
        target = offer.place.id if offer.place is not None and offer.place.household else None

        def keep(body: Mapping[str, object]) -> None:
            presenter.run(partial(self._source.keep, draft, body), lambda _: None, self._tell, lane="serial")

        def drop() -> None:
            self.draft.forget()
            made.blockSignals(True)  # another box follows: nobody goes back yet
            made.reject()
            again = partial(self.register, target, None, back)
            presenter.run(partial(self._source.drop, draft), lambda _: again(), self._tell, lane="serial")

        self.draft = RegisterDraft(made, keep)
        self._keep_at_once = partial(self._source.keep, draft)
        made.dropped.connect(drop)

    def keep_now(self) -> None:
        """Put what is being typed on the disk before this returns: the window is about to lock or close."""
        if isinstance(self.dialog, RegisterDialog) and self.dialog.isVisible() and self.draft.is_open():
            self._keep_at_once(self.dialog.drafted())

    # -- steps ---------------------------------------------------------------------------------------------------

    def step(self, step: NextStep, opened: Opened) -> None:
        """Take a step, or open its box."""
        presenter, row = self._presenter, opened.detail.row
        if not asks(step, row.state):
            presenter.step(StepForm(step.event))
            return
        presenter.run(
            lambda: self._source.choices(row.id, step.event),
            lambda choices: self._open_box(step, opened, choices),
            self._tell,
            topic="demands.choices",
        )

    def _open_box(self, step: NextStep, opened: Opened, choices: Choices) -> None:
        presenter = self._presenter

        def find(text: str, shown: Callable[[Found], None]) -> None:
            presenter.run(
                lambda: self._source.mergeable(opened.detail.row.id, text),
                shown,
                self._tell,
                topic="demands.pick",
            )

        made = StepDialog(self._theme, self._wording, step, opened, choices, find, self._page)
        made.asked.connect(lambda form: presenter.step(form, made.accept, made.show_failure))
        self.dialog = made
        made.open()

    def _tell(self, error: Exception) -> None:
        self._presenter.tell(error)
