"""What can be done with what was promised for the chosen record, and with the claims of a chosen task: given, taken
again, let go of."""

from __future__ import annotations

from functools import partial

from gridworker.models.entity import Kind
from gridworker.models.registry import BY_NAME
from gridworker.store.queries.steps import NextStep
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.project_acting import Ask
from gridworker.ui.pages.lists.shown import Verb
from gridworker.ui.pages.lists.source import Bound, Chosen, ListsSource
from gridworker.ui.pages.record_form import FormPlan
from gridworker.wording import Wording


class PromiseActs:
    """Makes the verbs; the form of one that asks for something is opened by `ask`."""

    def __init__(self, wording: Wording, source: ListsSource, presenter: ListsPresenter, ask: Ask) -> None:
        self._wording, self._source, self._presenter, self._ask = wording, source, presenter, ask

    def verbs(self, chosen: Chosen) -> list[Verb]:
        """The possible steps of every promise or claim, each with what it is about where there are several."""
        several = len(chosen.bound) > 1
        return [
            Verb(
                self._words(bound, step, several=several),
                partial(self._step, chosen, bound, step),
                wide=several,
            )
            for bound in chosen.bound
            for step in bound.steps
        ]

    def _words(self, bound: Bound, step: NextStep, *, several: bool) -> str:
        words = self._wording(f"lists.bound.{bound.entity}.{step.event}")
        if not several:
            return words
        asks = "…" if words.endswith("…") else ""
        return self._wording("lists.bound.of", step=words.rstrip("…"), name=bound.name) + asks

    def _step(self, chosen: Chosen, bound: Bound, step: NextStep) -> None:
        words = self._wording(
            "lists.told.step", name=bound.name, step=self._words(bound, step, several=False)
        )
        work = partial(self._source.cause, bound.entity, bound.id, step.event)
        if not step.needs:
            self._presenter.act(lambda: work({}), words)
            return
        declared = BY_NAME[bound.entity]
        today = {n: self._source.today() for n in step.needs if declared.field(n).kind is Kind.DAY}
        title = self._words(bound, step, several=True).rstrip("…")
        self._ask(title, FormPlan(bound.entity, step.needs, frozenset(step.needs), today), work, words)
