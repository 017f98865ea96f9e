"""What is handed out on paper: walk lists and rosters, made away from the window, shown as they will print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gridworker.changes import Changes
from gridworker.exports.deliberation import agenda_document, minutes_document, outcome_document
from gridworker.exports.demand_digest import digest_document
from gridworker.exports.document import Document
from gridworker.exports.html import render_html
from gridworker.exports.roster import roster_document
from gridworker.exports.slip import SlipFacts, slip_document
from gridworker.exports.walk_list import WalkList, chosen_walk, planned_walk, walk_list_document, week_words
from gridworker.models.days import Week
from gridworker.services import plan as plans
from gridworker.services import sheets, slips
from gridworker.services.acts import Done
from gridworker.services.catalogues import entries
from gridworker.services.exports import record_export
from gridworker.services.undo import undo_at_once
from gridworker.store.queries import demand_detail, tree
from gridworker.store.queries.deliberation import issue, meeting
from gridworker.store.queries.demand_digest import digest
from gridworker.store.queries.households import household_rows
from gridworker.store.queries.roster import roster
from gridworker.store.queries.week_plan import week_plan
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.demands.words import entry_word
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


@dataclass(frozen=True)
class Paper:
    """A document ready to be shown, and what goes on record once it was handed out; `done` is what was saved for it,
    `walk` whose doors it names."""

    document: Document
    html: str
    what: str
    node_id: bytes
    period: str
    done: Done | None = None
    walk: WalkList | None = None


class DeskPapers(QObject):
    """`failed(error)` says what could not be made. The dialogs open over `parent`; `dialog` is the last one."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        failed: Callable[[Exception], None],
    ) -> None:
        super().__init__()
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self._failed = failed
        self.dialog: QWidget | None = None

    def walk_list(self, scope: Scope, period: str, parent: QWidget) -> None:
        """The walk list of a week (`2026-W47`) or a day (`2026-11-20`) of the plan."""
        self._make(lambda: self._planned(scope, period), parent)

    def chosen(self, scope: Scope, rids: Sequence[int], parent: QWidget) -> None:
        """The walk list of households somebody chose, by row number, in the order given."""
        if rids:
            self._make(lambda: self._chosen(scope, tuple(rids)), parent)

    def roster(self, area_id: bytes, week: str, parent: QWidget) -> None:
        """The roster of a node in a week."""
        self._make(lambda: self._roster(area_id, Week.parse(week)), parent)

    def digest(self, scope: Scope, parent: QWidget) -> None:
        """What the two committees look at every week: the demands of this week by source, sides and category."""
        self._make(lambda: self._digest(scope), parent)

    def deliberation(self, name: str, record: bytes, parent: QWidget) -> None:
        """The agenda or minutes of a meeting, or the public notice of an issue: `name` is one of these."""
        self._make(lambda: self._deliberated(name, record), parent)

    def slip(self, demand_id: bytes, parent: QWidget, changed: Callable[[Changes], None]) -> None:
        """A resident's slip with a code of its own. One that is neither printed nor written is taken back."""
        self._make(lambda: self._slip(demand_id), parent, changed)

    def _make(
        self, work: Callable[[], Paper], parent: QWidget, changed: Callable[[Changes], None] = lambda _: None
    ) -> None:
        def show(paper: Paper) -> None:
            from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog

            handed = list[str]()
            dialog = NoticeDialog(self._theme, self._wording, paper.document, paper.html, parent)
            dialog.handed_out.connect(lambda form: self._record(paper, form))
            dialog.handed_out.connect(handed.append)
            dialog.finished.connect(lambda _: self._keep(paper, changed) if handed else self._undo(paper))
            dialog.open()
            self.dialog = dialog

        self._background.run(work, show, self._failed, topic="paper", owner=self)

    def _keep(self, paper: Paper, changed: Callable[[Changes], None]) -> None:
        """What was made for the paper stands, and goes out with the next exchange."""
        if paper.done is not None:
            changed(paper.done.changes)

    def _undo(self, paper: Paper) -> None:
        done, store, reason = paper.done, self._store, self._wording("history.reason")
        if done is not None:
            self._background.run(
                lambda: undo_at_once(store, done.txns, reason), lambda _: None, self._failed, lane="serial"
            )

    def _record(self, paper: Paper, form: str) -> None:
        self._background.run(
            lambda: self._put_on_record(paper, form),
            lambda _: None,
            self._failed,
            lane="serial",
        )

    def _put_on_record(self, paper: Paper, form: str) -> None:
        record_export(self._store, paper.what, paper.node_id, paper.period, form)
        if paper.walk is not None:
            doors = [line.home.id for line in paper.walk.lines]
            sheets.keep_sheet(self._store, paper.node_id, paper.walk.node_name, paper.period, doors)

    def _now(self) -> str:
        return str(self._store.clock.moment().strftime("%Y-%m-%d %H:%M"))

    def _planned(self, scope: Scope, period: str) -> Paper:
        day = "" if "W" in period else period
        week = Week.of_day(day) if day else Week.parse(period)
        downwards = plans.capacity(self._store).downwards
        found = week_plan(self._store, scope, week, downwards=downwards)
        words = day or week_words(week.first, week.last, str(week), self._wording)
        walk = planned_walk(self._store.identity, scope.name, words, found.rows, day or None)
        return self._walk_paper(walk, scope.node_id, period)

    def _chosen(self, scope: Scope, rids: tuple[int, ...]) -> Paper:
        today = str(self._store.clock.today())
        walk = chosen_walk(self._store.identity, scope.name, today, household_rows(self._store, rids))
        return self._walk_paper(walk, scope.node_id, today)

    def _walk_paper(self, walk: WalkList, node_id: bytes, period: str) -> Paper:
        document = walk_list_document(walk, self._wording, self._now())
        return replace(self._paper(document, "walk_list", node_id, period), walk=walk)

    def _roster(self, area_id: bytes, week: Week) -> Paper:
        found = roster(self._store, area_id, week)
        words = week_words(week.first, week.last, str(week), self._wording)
        document = roster_document(
            self._store.identity, found.area, words, found.rows, self._wording, self._now()
        )
        return self._paper(document, "duty_roster", area_id, str(week))

    def _digest(self, scope: Scope) -> Paper:
        store, wording, week = self._store, self._wording, Week.of_day(self._store.clock.today())
        found = digest(store, week, scope)

        def named(catalogue: str) -> Callable[[str], str]:
            known = {entry.code: entry for entry in entries(store, catalogue, all_of_them=True)}
            return lambda code: entry_word(wording, catalogue, known, code)

        parts = (
            ("source", found.by_source, named("demand_source")),
            ("conflict_pair", found.by_pair, named("conflict_pair")),
            ("category", found.by_category, named("demand_category")),
        )
        words = week_words(week.first, week.last, str(week), wording)
        document = digest_document(store.identity, scope.name, words, parts, wording, self._now())
        return self._paper(document, "demand_digest", scope.node_id, str(week))

    def _deliberated(self, name: str, record: bytes) -> Paper:
        identity, now = self._store.identity, self._now()
        if name == "notice":
            issued = issue(self._store, record)
            document = outcome_document(identity, issued, self._wording, now)
            return self._paper(document, "public_notice", issued.row.area_id, issued.row.no)
        make = agenda_document if name == "agenda" else minutes_document
        held = meeting(self._store, record)
        document = make(identity, held, self._wording, now)
        return self._paper(document, f"meeting_{name}", held.row.area_id, held.row.no)

    def _slip(self, demand_id: bytes) -> Paper:
        store, wording = self._store, self._wording
        row = demand_detail.demand(store, demand_id).row
        names = {entry.code: entry for entry in entries(store, "demand_category", all_of_them=True)}
        made = slips.make(store, demand_id)
        facts = SlipFacts(
            community=store.identity.community_name,
            no=row.no,
            category=entry_word(wording, "demand_category", names, row.category),
            reported_at=row.reported_at,
            due=row.due_at,
            answers=row.owner,
            phone=demand_detail.office_phone(store),
            code=made.code,
            practice=store.known.practice,
        )
        document = slip_document(facts, wording, self._now())
        node = tree.area_tree(store)[0].id
        return Paper(document, render_html(document), "demand_slip", node, row.no, made.done)

    def _paper(self, document: Document, what: str, node_id: bytes, period: str) -> Paper:
        return Paper(document, render_html(document), what, node_id, period)
