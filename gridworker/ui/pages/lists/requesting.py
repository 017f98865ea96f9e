"""What two people may ask for and one can have: a resource promised, a task claimed; and what the server answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.services.lists import Asked
from gridworker.ui.pages.lists.presenter import ListsPresenter
from gridworker.ui.pages.lists.project_acting import Ask
from gridworker.ui.pages.lists.source import NEED, RESOURCE, Board, Chosen, ListsSource
from gridworker.ui.pages.lists.telling import name_of
from gridworker.ui.pages.record_form import Choices, FormPlan
from gridworker.wording import Wording


def name_of_chosen(chosen: Chosen) -> str:
    """What the chosen record is called."""
    return str(chosen.values["name"] if chosen.kind == RESOURCE else chosen.values["title"])


def promisable(chosen: Chosen, board: Board, wording: Wording) -> Choices:
    """Every resource that may be promised, as (id, name): what fits the chosen need first, last what is promised to
    somebody, which says so: on other days it may be free."""
    first = {fit.resource_id: place for place, fit in enumerate(chosen.suggestions)}
    taken = {row.id for row in board.resources if row.status == "reserved"}
    found = sorted(
        board.open_ones[RESOURCE], key=lambda pair: (pair[0] in taken, first.get(pair[0], len(first)))
    )
    return [
        (record, wording("lists.taken_one", name=name) if record in taken else name) for record, name in found
    ]


class Requests:
    """Asks by a form that `ask` opens; `follow` hears the answer."""

    def __init__(self, wording: Wording, source: ListsSource, presenter: ListsPresenter, ask: Ask) -> None:
        self._wording, self._source, self._presenter, self._ask = wording, source, presenter, ask
        self._asked: Asked | None = None
        self._waiting: tuple[str, str] | None = None
        self._name = ""

    def promise(self, chosen: Chosen, board: Board) -> None:
        """From a need or from a resource: the other one is chosen in the form, what fits stands first."""
        asked = "resource_id" if chosen.kind == NEED else "need_id"
        offered: dict[str, Choices] = {
            "resource_id": promisable(chosen, board, self._wording),
            "need_id": board.open_ones[NEED],
        }
        names = (asked, "amount", "from_on", "to_on")
        plan = FormPlan("resource_promise", names, frozenset(names[:2]), {"amount": 1}, offered)

        def save(values: dict[str, Value]) -> Done:
            own = "need_id" if chosen.kind == NEED else "resource_id"
            both = {**values, own: chosen.record}
            resource = both.pop("resource_id")
            found = resource if isinstance(resource, bytes) else b""
            self._name = name_of(board, found)
            self._asked = self._source.promise(found, both)
            return self._asked.done

        self._ask(
            self._title("promise" if chosen.kind == NEED else "promise_this", chosen),
            plan,
            save,
            partial(self._answer, "promised", name_of_chosen(chosen)),
        )

    def _title(self, act: str, chosen: Chosen) -> str:
        """What is done, and for what: the card lies below the form."""
        words = self._wording(f"lists.act.{act}").rstrip("…")
        return self._wording("lists.bound.of", step=words, name=name_of_chosen(chosen))

    def claim(self, chosen: Chosen, board: Board) -> None:
        plan = FormPlan(
            "task_claim",
            ("org_unit_id", "note"),
            frozenset(("org_unit_id",)),
            {},
            {"org_unit_id": board.orgs},
        )

        def save(values: dict[str, Value]) -> Done:
            self._name = name_of_chosen(chosen)
            self._asked = self._source.claim(chosen.record, values)
            return self._asked.done

        words = partial(self._answer, "claimed", name_of_chosen(chosen))
        self._ask(self._title("claim", chosen), plan, save, words)

    def _answer(self, granted: str, name: str) -> str:
        """What became of a request: only one of two can have it."""
        asked, self._waiting = self._asked, None
        if asked is None or asked.state == "requested":
            self._waiting = (granted, name)
            return self._wording("lists.requested", name=name)
        if asked.refusal:
            return self._refused(granted, asked.refusal)
        return self._wording(f"lists.told.{granted}", name=name)

    def _refused(self, wanted: str, refusal: str) -> str:
        """Why it was not granted, and what can be done now."""
        why = self._wording(f"choices.resource_promise.refusal.{refusal}")
        return self._wording(f"lists.not_granted.{wanted}", name=self._name, why=why)

    def follow(self, tell: Callable[[str, Done, bool], None]) -> None:
        """The records have changed: if the server has answered what was asked last, `tell` its words, the act, and
        whether it was granted."""
        asked, waiting = self._asked, self._waiting
        if asked is None or waiting is None:
            return
        granted, name = waiting
        entity = "task_claim" if granted == "claimed" else "resource_promise"

        def heard(answer: tuple[str, str]) -> None:
            state, refusal = answer
            if self._asked is not asked or self._waiting is None or state == "requested":
                return
            self._waiting = None
            if refusal:
                tell(self._refused(granted, refusal), asked.done, False)
            elif state == "confirmed":
                tell(self._wording(f"lists.told.{granted}", name=name), asked.done, True)

        self._presenter.run(
            lambda: self._source.answer(entity, asked.done.record), heard, self._forget, topic="lists.answer"
        )

    def _forget(self, _error: Exception) -> None:
        """It was taken back meanwhile: nobody waits for an answer any more."""
        self._waiting = None
