"""What can be done with the chosen issue, meeting or resolution, as buttons with their forms: only what is possible now
for this account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from gridworker.models.days import plus_days
from gridworker.models.entity import Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services.acts import Done
from gridworker.store.queries.steps import NextStep
from gridworker.ui.pages.deliberation import agenda
from gridworker.ui.pages.deliberation.attendance import AttendanceForm
from gridworker.ui.pages.deliberation.presenter import DeliberationPresenter
from gridworker.ui.pages.deliberation.source import (
    ISSUE,
    MEETING,
    RESOLUTION,
    Board,
    Chosen,
    DeliberationSource,
)
from gridworker.ui.pages.deliberation.telling import meeting_name
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.lists.shown import Verb
from gridworker.ui.pages.record_form import Choices, FormPlan, RecordForm
from gridworker.ui.pages.words import code_word
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

_FORM = {
    ISSUE: (
        "title", "area_unit_id", "level", "raised_from", "category", "residents_count", "background",
        "stakeholders", "options",
    ),
    MEETING: (
        "kind", "area_unit_id", "held_on", "start_at", "place_text", "convenor_id", "chair_id", "recorder_id",
        "members_due",
    ),
    RESOLUTION: (
        "issue_id", "task_text", "owner_org_id", "owner_member_id", "helper_names", "budget_fen", "due_on",
    ),
}  # fmt: skip
_NEEDED = {
    ISSUE: frozenset(("title", "area_unit_id", "level", "raised_from")),
    MEETING: frozenset(("kind", "area_unit_id", "held_on")),
    RESOLUTION: frozenset(("issue_id", "task_text", "owner_org_id", "due_on")),
}
#: Where a record stands is said once; what a resolution is about too.
_ONCE = ("area_unit_id", "issue_id")
#: Days the service fills in, and the step back, which is the undo of the bar.
_BY_ITSELF = ("reviewed_on", "decided_on", "fed_back_on")
_NOT_ALONE = ("take_back",)
#: Steps aside and back stand behind those that lead on.
_BACK = ("discuss_again", "reopen", "reopen_minutes", "plan_again", "cancel", "stop", "delay")
_VOTE = ("issue_id", "method", "votes_for", "votes_against", "votes_abstain")
_ON_AGENDAS = ("accepted", "deliberating", "decided")

Save = Callable[[dict[str, Value]], Done]
Papers = Callable[[str, bytes], None]


def _offered(board: Board, say: Wording) -> dict[str, Choices]:
    categories = [
        (code, name or code_word(say, "catalogue.demand_category", code)) for code, name in board.categories
    ]
    people = dict.fromkeys(("convenor_id", "chair_id", "recorder_id", "owner_member_id"), board.members)
    return {
        "category": categories,
        "area_unit_id": board.areas,
        "owner_org_id": board.orgs,
        "merged_into_id": [(row.id, f"{row.no} {row.title}") for row in board.issues],
        **people,
    }


def _coming(chosen: Chosen, board: Board, say: Wording) -> list[tuple[bytes, str]]:
    """Meetings to come that do not treat the chosen issue yet."""
    return [
        (row.id, meeting_name(row, say))
        for row in board.meetings
        if row.state in ("planned", "called") and row.id not in chosen.linked
    ]


def _treatable(chosen: Chosen, board: Board) -> list[tuple[bytes, str]]:
    """Issues that may still be put on the agenda of the chosen meeting."""
    there = {row.id for row in chosen.meeting.agenda} if chosen.meeting else set()
    return [(row.id, row.title) for row in board.issues if row.state in _ON_AGENDAS and row.id not in there]


def _unlinked(chosen: Chosen, board: Board) -> list[tuple[bytes, str]]:
    """Open needs out of which the chosen issue was not raised yet."""
    known = {need.id for need in chosen.issue.needs} if chosen.issue else set()
    return [pair for pair in board.needs if pair[0] not in known]


def _asked_for(step: NextStep) -> tuple[str, ...]:
    """The fields that the box of a step asks for; a step without any needs no box."""
    return tuple(name for name in (*step.needs, *step.sets) if name not in _BY_ITSELF)


class DeliberationActs:
    """Makes the verbs of a record and opens their forms over `page`. `papers(name, record)` shows a paper."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: DeliberationSource,
        presenter: DeliberationPresenter,
        page: QWidget,
        papers: Papers,
    ) -> None:
        self._theme, self._wording, self.source = theme, wording, source
        self._presenter, self._page, self._papers = presenter, page, papers
        self.form: FormDialog | None = None

    def verbs(self, chosen: Chosen, board: Board) -> list[Verb]:
        """What belongs to its kind and state, the possible steps, papers, then editing and deleting; the first is the
        main one."""
        kind, say = chosen.kind, self._wording
        may = self.may_change(kind, board)
        steps = [
            Verb(
                say(f"choices.{kind}.event.{step.event}") + ("…" if _asked_for(step) else ""),
                partial(self._step, chosen, board, step),
            )
            for step in sorted(chosen.steps, key=lambda one: one.event in _BACK)
            if step.event not in _NOT_ALONE and not step.missing
        ]
        own = self._of_issue(chosen, board) if kind == ISSUE else self._of_meeting(chosen, board)
        if kind == RESOLUTION:
            own = [("note", partial(self._note, chosen), may)]
        found = [*steps, *(Verb(say(f"deliberation.act.{name}"), do) for name, do, allowed in own if allowed)]
        edit = Verb(say("lists.act.edit"), partial(self.edit, chosen, board), key="F2")
        if may and kind == MEETING and any(step.missing for step in chosen.steps):
            found.insert(0, edit)  # what is missing is filled in before the meeting goes on
        found[:1] = [replace(verb, kind="primary") for verb in found[:1]]
        found += self._of_paper(chosen)
        if may:
            if all(verb.key != edit.key for verb in found):
                found.append(edit)
            found.append(Verb(say("lists.act.remove"), partial(self._remove, chosen), "quiet"))
        return found

    def may_change(self, kind: str, board: Board) -> bool:
        return board.may_meet if kind == MEETING else board.may_raise

    def _of_issue(self, chosen: Chosen, board: Board) -> list[tuple[str, Callable[[], None], bool]]:
        is_open = chosen.values["state"] not in ("closed", "merged", "rejected")
        treated = board.may_meet and chosen.values["state"] in _ON_AGENDAS
        return [
            ("meet", partial(self._plan_for, chosen, board), treated),
            (
                "put_on",
                partial(self._put_on, chosen, board),
                treated and bool(_coming(chosen, board, self._wording)),
            ),
            (
                "link",
                partial(self._link, chosen, board),
                board.may_raise and is_open and bool(_unlinked(chosen, board)),
            ),
            (
                "unlink",
                partial(agenda.unlink, self, chosen),
                board.may_raise and is_open and bool(chosen.issue and chosen.issue.needs),
            ),
        ]

    def _of_meeting(self, chosen: Chosen, board: Board) -> list[tuple[str, Callable[[], None], bool]]:
        state, meeting = chosen.values["state"], chosen.meeting
        listed = bool(meeting and meeting.agenda)
        coming, held = state in ("planned", "called"), state == "held"
        return [
            ("attend", partial(self._attend, chosen), board.may_meet and state in ("called", "held")),
            ("expert", partial(agenda.advise, self, chosen, board), board.may_meet and held),
            ("vote", partial(self._vote, chosen), board.may_meet and listed and held),
            (
                "resolve",
                partial(self._resolve, chosen, board),
                board.may_raise and listed and state in ("held", "minuted"),
            ),
            (
                "add_item",
                partial(agenda.add_item, self, chosen, _treatable(chosen, board)),
                board.may_meet and coming and bool(_treatable(chosen, board)),
            ),
            ("drop_item", partial(agenda.drop_item, self, chosen), board.may_meet and listed and coming),
            (
                "order",
                partial(agenda.order, self, chosen),
                board.may_meet and coming and len(agenda.items_of(chosen)) > 1,
            ),
        ]

    def _of_paper(self, chosen: Chosen) -> list[Verb]:
        if chosen.meeting is not None:
            names = ["agenda"] + ["minutes"] * (chosen.values["state"] in ("held", "minuted"))
        else:
            names = ["notice"] if chosen.kind == ISSUE and chosen.values["decision_text"] else []
        return [
            Verb(self._wording(f"deliberation.paper.{name}"), partial(self._papers, name, chosen.record))
            for name in names
        ]

    # -- forms -------------------------------------------------------------------------------------------------------

    def _ask(self, title: str, plan: FormPlan, save: Save, words: str, *, then: str = "") -> None:
        say = self._wording
        form = RecordForm(
            self._theme, say, title, say("lists.form.save"), plan, self.source.today(), self._page
        )
        self._open(form, save, words, then)

    def _open(self, form: FormDialog, save: Callable[..., Done], words: str, then: str = "") -> None:
        def go(values: object) -> None:
            self._presenter.act(lambda: save(values), words, form.accept, form.show_failure, then=then)

        form.asked.connect(go)
        self.form = form
        form.open()

    def new(self, kind: str, board: Board, issues: tuple[bytes, ...] = (), **seen: Value) -> None:
        """A form for a new issue or meeting; `issues` are put on the agenda of the meeting."""
        scope = self._presenter.scope
        shown: dict[str, Value] = {"area_unit_id": scope.node_id if scope is not None else None, **seen}
        plan = FormPlan(kind, _FORM[kind], _NEEDED[kind], shown, _offered(board, self._wording))
        title = self._wording(f"deliberation.new.{kind}")
        words = self._wording(f"deliberation.told.added.{kind}")
        self._ask(title, plan, lambda values: self.source.add(kind, values, issues), words, then=kind)

    def edit(self, chosen: Chosen, board: Board) -> None:
        """The form of what is known of a record."""
        kind = chosen.kind
        names = tuple(name for name in _FORM[kind] if name not in _ONCE)
        plan = FormPlan(kind, names, _NEEDED[kind], chosen.values, _offered(board, self._wording))
        work = partial(self.source.edit, kind, chosen.record, chosen.values)
        self._ask(self._wording(f"deliberation.edit.{kind}"), plan, work, self._wording("lists.told.saved"))

    # -- steps -------------------------------------------------------------------------------------------------------

    def _step(self, chosen: Chosen, board: Board, step: NextStep) -> None:
        kind, say, today = chosen.kind, self._wording, self.source.today()
        title = say(f"choices.{kind}.event.{step.event}")
        words = say("lists.told.step", name=self._name(chosen), step=title)
        work = partial(self.source.cause, kind, chosen.record, step.event)
        names = _asked_for(step)
        if not names:
            self._presenter.act(lambda: work({}), words)
            return
        seen: dict[str, Value] = {n: today for n in names if BY_NAME[kind].field(n).kind is Kind.DAY}
        seen |= {name: None for name in names if name == "extended_to"}
        if "notice_to" in names:
            seen["notice_to"] = plus_days(today, self.source.rule("public_notice_days") - 1)
        if step.event == "minute":
            seen["summary"] = chosen.values["summary"]
        offered = _offered(board, self._wording)
        others = [(row.id, f"{row.no} {row.title}") for row in board.issues if row.id != chosen.record]
        plan = FormPlan(kind, names, frozenset(step.needs), seen, {**offered, "merged_into_id": others})
        self._ask(title, plan, work, words)

    def _name(self, chosen: Chosen) -> str:
        if chosen.meeting is not None:
            return meeting_name(chosen.meeting.row, self._wording)
        return str(chosen.values["title" if chosen.kind == ISSUE else "task_text"])

    def _remove(self, chosen: Chosen) -> None:
        words = self._wording("lists.told.removed", name=self._name(chosen))
        self._presenter.act(partial(self.source.remove, chosen.kind, chosen.record), words)

    def small_form(
        self,
        act: str,
        entity: str,
        names: tuple[str, ...],
        save: Save,
        offered: dict[str, Choices],
        **seen: Value,
    ) -> None:
        """A form whose references and numbers are all needed."""
        self.ask(act, FormPlan(entity, names, frozenset(names), seen, offered), save)

    def ask(self, act: str, plan: FormPlan, save: Save) -> None:
        """Open the form of an act of this page."""
        title = self._wording(f"deliberation.act.{act}").rstrip("…")
        self._ask(title, plan, save, self._wording("lists.told.saved"))

    # -- of an issue -------------------------------------------------------------------------------------------------

    def _plan_for(self, chosen: Chosen, board: Board) -> None:
        self.new(MEETING, board, (chosen.record,), area_unit_id=chosen.values["area_unit_id"])

    def _put_on(self, chosen: Chosen, board: Board) -> None:
        save = partial(self.source.put_on, chosen.record)
        self.small_form(
            "put_on",
            "agenda_item",
            ("meeting_id",),
            save,
            {"meeting_id": _coming(chosen, board, self._wording)},
        )

    def _link(self, chosen: Chosen, board: Board) -> None:
        save = partial(self.source.link_need, chosen.record)
        self.small_form("link", "issue_need", ("need_id",), save, {"need_id": _unlinked(chosen, board)})

    # -- of a meeting ------------------------------------------------------------------------------------------------

    def _attend(self, chosen: Chosen) -> None:
        known = chosen.meeting.attendance if chosen.meeting else ()
        form = AttendanceForm(self._theme, self._wording, known, self._page)
        save = partial(self.source.attend, chosen.record)
        self._open(form, save, self._wording("lists.told.saved"))

    def _vote(self, chosen: Chosen) -> None:
        assert chosen.meeting is not None
        known = chosen.meeting.votes[0] if len(chosen.meeting.agenda) == 1 and chosen.meeting.votes else None
        seen: dict[str, Value] = (
            {name: getattr(known, name) for name in _VOTE}
            if known
            else {"votes_against": 0, "votes_abstain": 0}
        )
        save = partial(self.source.vote, chosen.record)
        self.small_form("vote", "meeting_vote", _VOTE, save, {"issue_id": agenda.items_of(chosen)}, **seen)

    def _resolve(self, chosen: Chosen, board: Board) -> None:
        offered = {**_offered(board, self._wording), "issue_id": agenda.items_of(chosen)}
        plan = FormPlan(RESOLUTION, _FORM[RESOLUTION], _NEEDED[RESOLUTION], {}, offered)
        save = partial(self.source.resolve, chosen.record)
        title = self._wording("deliberation.act.resolve").rstrip("…")
        self._ask(title, plan, save, self._wording("lists.told.saved"))

    def _note(self, chosen: Chosen) -> None:
        save = partial(self.source.note, chosen.record)
        self.small_form("note", "resolution_note", ("text",), save, {})
