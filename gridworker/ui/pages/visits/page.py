"""The visits page: who is next, the form, this household. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.services.visits import Logged
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.confirm import confirmed
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.visits.begin_pane import BeginPane
from gridworker.ui.pages.visits.form_card import VisitFormCard
from gridworker.ui.pages.visits.form_values import FormValues
from gridworker.ui.pages.visits.household_card import HouseholdCard
from gridworker.ui.pages.visits.plan_card import PlanCard
from gridworker.ui.pages.visits.presenter import Opening, Plan, SavedVisit, Visits, VisitsPresenter
from gridworker.ui.pages.visits.saved_acts import SavedVisitActs
from gridworker.ui.pages.visits.visit_card import VisitCard
from gridworker.ui.pages.words import reason_words, scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

#: A draft is on the disk at most this long after a key was pressed (and the time of one write).
KEEP_MS = 500
_LIST_PX, _CARD_PX = 256, 248
_PARTS = ("list", "form", "household")


class VisitsPage(RecordsPage):
    """`changed(Changes)` after every save; the window passes it back to every page through `records_changed`.

    The window tells it `show_scope`, `records_changed`, `begin(household_id)`, and `keep_now()` before it locks."""

    presenter: VisitsPresenter

    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Visits) -> None:
        super().__init__(theme, wording, wording("visit.title"))
        self._source = source
        self._me = self._my_id = ""
        self._to_void: bytes | None = None
        self._count = ""
        self.presenter = VisitsPresenter(source, partial(background.run, owner=self), self)
        self.plan_card = PlanCard(theme, wording, self.presenter.show_needs)
        self.list, self.needs = self.plan_card.list, self.plan_card.needs
        self.begin_pane = BeginPane(theme, wording, background, source.find)
        self.form = VisitFormCard(theme, wording)
        self.visit_card = VisitCard(theme, wording)
        self.acts = SavedVisitActs(theme, wording, source, self.presenter, self.visit_card, self)
        self.household = HouseholdCard(theme, wording, alone=source.alone())
        self.parts = Segment(
            theme, [(key, wording(f"visit.part.{key}")) for key in _PARTS], name=wording("visit.parts")
        )
        self._keeping = QTimer(self)
        self._fill()
        self._connect()
        self._bind_keys()
        self._lay_out()

    def _fill(self) -> None:
        self.middle = QStackedWidget()
        for part in (self.begin_pane, self.form, self.visit_card):
            self.middle.addWidget(part)
        self.add_view_switch(self.parts)
        columns = QHBoxLayout()
        columns.setSpacing(SIZES.gap_3)
        columns.addWidget(self.plan_card)
        columns.addWidget(self.middle, 1)
        columns.addWidget(self.household)
        self.body.addLayout(columns, 1)
        self.undo_bar.undo_button.set_label(self._wording("visit.void"))
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(KEEP_MS)

    def _connect(self) -> None:
        self.list.household_opened.connect(self.begin)
        self.list.visit_opened.connect(self.presenter.open_visit)
        self.begin_pane.first_asked.connect(self.presenter.begin_first)
        self.begin_pane.record_chosen.connect(self.begin)
        self.form.changed.connect(self._edited)
        self._keeping.timeout.connect(self.presenter.keep_draft)
        self.form.save_asked.connect(self._save)
        self.form.aside_asked.connect(self._leave)
        self.form.discard_asked.connect(self._discard)
        self.visit_card.closed.connect(self._leave)
        self.parts.chosen.connect(lambda _: self._lay_out())
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Ctrl+Return": lambda: self._save(True),
                "Ctrl+Enter": lambda: self._save(True),
                "Ctrl+S": lambda: self._save(False),
                "Ctrl+N": self.presenter.begin_first,
                "F2": self.acts.amend,
                "Esc": self._leave,
            }
        )
        hint = self._wording
        keys = ("1–5", "Tab", "Alt+S", "Alt+D", "Ctrl+↵", "Ctrl+S", "Esc")
        names = ("outcome", "next_field", "said", "more", "save_next", "save", "aside")
        hints = [KeyHint(key, hint(f"visit.hint.{name}")) for key, name in zip(keys, names, strict=True)]
        self.set_hints(hints, in_status=True)
        self.add_further_hints(KeyHint("F2", hint("visit.hint.amend")))

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the list to a node. A form that is open stays open."""
        self._show_scope_line(scope)
        self.presenter.show_scope(scope)

    def _show_scope_line(self, scope: Scope) -> None:
        self.set_scope_line((*scope_facts(scope, narrow=True), "" if self.is_narrow else self._count))

    def begin(self, household_id: bytes) -> None:
        """Write down a visit to this household (from here or from another page); without one its door is asked for."""
        if not household_id:
            self.ask_door()
        elif household_id == self.presenter.open_household:
            self._show_part("form")
            self.form.fields.outcome.take_focus()
        else:
            self.presenter.begin(household_id)

    def keep_now(self) -> None:
        """Put the draft on the disk before this returns; for locking and closing."""
        self._keeping.stop()
        self.presenter.keep_now()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._keeping.stop()
        self.presenter.keep_draft()

    def first_focus(self) -> QWidget | None:
        if self.middle.currentIndex() == 0:
            return self.begin_pane.field if self.plan_card.is_empty else self.list
        began = self.middle.currentWidget() is self.form
        if not began:  # a saved visit
            return self.list if self.list.isVisible() else self.visit_card.back_button
        return self.form.focusWidget()  # a visit goes on where it was left

    # What the presenter tells

    def show_plan(self, plan: Plan) -> None:
        self._me, self._my_id = plan.me, plan.my_id
        self.plan_card.show_plan(plan, self._source.today())
        self.begin_pane.start_button.setVisible(bool(plan.round))
        self._count = self._wording("visit.due_count", count=f"{plan.waiting:,}")
        if self.presenter.scope is not None:
            self._show_scope_line(self.presenter.scope)

    def show_form(self, opening: Opening, values: FormValues, next_door: str) -> None:
        today = self._source.today()
        self.form.show_opening(opening, values, today=today, me=(self._me, self._my_id))
        self.form.show_next(next_door)
        self.household.show_detail(opening.detail, today, writing=True)
        self.list.point_at(opening.detail.row.id)
        self.middle.setCurrentWidget(self.form)
        self._show_part("form")
        self.form.fields.outcome.take_focus()

    def show_next(self, next_door: str) -> None:
        self.form.show_next(next_door)

    def show_nothing(self) -> None:
        self.middle.setCurrentIndex(0)
        self.household.show_detail(None, "")
        self._show_part("list")
        (self.list if self.list.isVisible() else self.begin_pane.field).setFocus(
            Qt.FocusReason.OtherFocusReason
        )

    def ask_door(self) -> None:
        """Nobody is next: whoever was visited is found by door, name or the end of a phone number."""
        if self.middle.currentIndex():
            self.presenter.put_aside()
        self._show_part("form")
        self.begin_pane.take_focus()

    def show_visit(self, visit: SavedVisit) -> None:
        self.visit_card.show_row(visit.row, visit.record, correctable=visit.correctable)
        self.household.show_detail(visit.detail, self._source.today())
        self.list.point_at(visit.row.id)
        self.middle.setCurrentWidget(self.visit_card)
        self._show_part("form")
        wanted, self._to_void = self._to_void, None
        if wanted == visit.row.id:
            self.acts.void()

    def about(self) -> tuple[bytes | None, bytes | None]:
        """The household and the saved visit that are shown, as far as there are any."""
        if self.middle.currentWidget() is self.visit_card and self.visit_card.row is not None:
            return self.visit_card.row.household_id, self.visit_card.row.id
        return self.presenter.open_household, None

    def show_kept(self, at: str) -> None:
        self.form.show_kept(at)

    def show_faults(self, found: Mapping[str, str]) -> None:
        if not self.form.fields.show_faults(found):
            words = ", ".join(reason_words(self._wording, reason) for reason in found.values())
            self.undo_bar.tell_error(words, "")

    def show_saving(self, saving: bool) -> None:
        self.form.show_saving(saving)

    def visit_saved(self, logged: Logged, door: str) -> None:
        """Where it is now, and the honest way back: a void, since a saved visit never changes."""
        key = "visit.saved_alone" if self._source.alone() else "visit.saved"
        words = self._wording(key, door=door, no=logged.no)
        self.undo_bar.tell(words, lambda: self._void_saved(logged.visit_id))

    def records_saved(self, changes: Changes) -> None:
        if changes:
            self.changed.emit(changes)

    # What the person does

    def _edited(self) -> None:
        self.presenter.edited(self.form.fields.values())
        if not self._keeping.isActive():  # not put off by further typing
            self._keeping.start()

    def _save(self, then_next: bool) -> None:
        if self.middle.currentWidget() is not self.form or not self.form.fields.isEnabled():
            return
        self._keeping.stop()
        self.presenter.edited(self.form.fields.values())
        self.presenter.save(then_next=then_next)

    def _leave(self) -> None:
        if self.middle.currentIndex() == 0:
            return
        self._keeping.stop()
        if self.middle.currentWidget() is self.form:
            self.presenter.edited(self.form.fields.values())
        self.presenter.put_aside()

    def _discard(self) -> None:
        door = self.form.header.title.text()
        if confirmed(self._theme, self._wording, "visit.discard_ask", self, door=door):
            self._keeping.stop()
            self.presenter.discard()

    def _void_saved(self, visit_id: bytes) -> None:
        self._to_void = visit_id
        self.presenter.open_visit(visit_id)

    # How it is laid out

    def _show_part(self, part: str) -> None:
        self.parts.choose(part)
        self._lay_out()

    def _lay_out(self) -> None:
        """Three columns, or one at a time behind a segment where the page is narrow."""
        narrow, part = self.is_narrow, self.parts.current() or "list"
        self.parts.choose(part)
        self.parts.setVisible(narrow)
        for name, widget in zip(_PARTS, (self.plan_card, self.middle, self.household), strict=True):
            widget.setVisible(not narrow or name == part)
        growth = 1 + 0.46 * (self._theme.tokens.scale - 1)
        # The right column wraps its words: with larger text the room goes to the form.
        for card, width in ((self.plan_card, round(_LIST_PX * growth)), (self.household, _CARD_PX)):
            card.setMinimumWidth(0 if narrow else width)
            card.setMaximumWidth(16_777_215 if narrow else width)
        self.form.set_narrow(narrow)
        self.visit_card.set_narrow(narrow)
        if self.presenter.scope is not None:
            self._show_scope_line(self.presenter.scope)
