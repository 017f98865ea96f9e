"""The right column of the page Today: promises, duty, drafts, and what is overdue or not sent. Cards that have nothing
to say are not shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gridworker.models.days import day as date_of
from gridworker.models.demand_machine import REFERRAL_KINDS
from gridworker.models.plan import DUTY_PARTS
from gridworker.store.demand_rows import DemandRow
from gridworker.store.queries.matters import Matter
from gridworker.store.queries.referrals import ReferralRow
from gridworker.store.queries.roster import DutyRow
from gridworker.store.rows import DraftRow, HouseholdRow
from gridworker.ui.pages.demands.words import clock_shown
from gridworker.ui.pages.planning.round_items import RoundItem
from gridworker.ui.pages.planning.round_list import RoundList
from gridworker.ui.pages.referrals.due import due_words
from gridworker.ui.pages.today.presenter import Beside
from gridworker.ui.pages.words import Shown, contact_name, plan_shown, short_day, weekday
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.wording import Wording

_MOST_LINES = 5
MATTERS = ("not_promised", "not_claimed", "meeting", "resolution", "promise", "task", "need")


class ListCard(Card):
    """A card with a short list that is as high as its lines; `first` is as wide as its first column. `opened(item)`."""

    opened = Signal(object)

    def __init__(
        self, theme: Theme, title: str, icon: str, *controls: QWidget, first: str = "2-2-302"
    ) -> None:
        super().__init__(theme, flush=True)
        self.header = CardHeader(theme, title, icon=icon, controls=list(controls))
        self.list = RoundList(theme, title, first, points=False)
        self.add_header(self.header)
        self.body.addWidget(self.list)
        self.list.opened.connect(self.opened)
        theme.changed.connect(self._fit)

    def show_items(self, items: Sequence[RoundItem]) -> None:
        self.list.show_items(items)
        self._fit()
        self.setVisible(bool(items))

    def _fit(self) -> None:
        heads = sum(item.kind == "head" for item in self.list.items)
        lines = min(len(self.list.items) - heads, _MOST_LINES)
        theme = self._theme
        height = lines * theme.height(SIZES.two_line_row) + heads * theme.height(SIZES.group_row)
        self.list.setFixedHeight(height + 2)


class SideColumn(QWidget):
    """`home_wanted(household_id)` to visit, `demand_wanted(demand_id)`, `referral_wanted(referral_id)`,
    `matter_wanted(kind, record)`, `roster_wanted`, `swap_answered(duty, accepted)`."""

    home_wanted = Signal(bytes)
    demand_wanted = Signal(bytes)
    referral_wanted = Signal(bytes)
    matter_wanted = Signal(str, bytes)
    roster_wanted = Signal()
    swap_answered = Signal(object, bool)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._swap: DutyRow | None = None
        self.roster_button = Button(theme, wording("today.roster"), "quiet", key="F6", small=True)
        self.promised = ListCard(theme, wording("today.promised"), "phone-call")
        longest = max((wording(f"today.duty_part.{part}") for part in DUTY_PARTS), key=len)
        self.duty = ListCard(theme, wording("today.duty"), "calendar-days", self.roster_button, first=longest)
        self.drafts = ListCard(theme, wording("today.drafts"), "pencil-line")
        self.demands = ListCard(theme, wording("today.demands"), "ticket")
        kinds = (wording(f"choices.referral.refer_kind.{kind}") for kind in REFERRAL_KINDS)
        self.referred = ListCard(theme, wording("today.referred"), "inbox", first=max(kinds, key=len))
        whys = (wording(f"today.matter.{why}") for why in MATTERS)
        self.matters = ListCard(theme, wording("today.matters"), "list-checks", first=max(whys, key=len))
        self.swap = Card(theme)
        self.facts = Card(theme)
        self._fill()
        self.roster_button.clicked.connect(self.roster_wanted)
        for card in (self.promised, self.drafts):
            card.opened.connect(lambda item: self.home_wanted.emit(item.key))
        self.demands.opened.connect(lambda item: self.demand_wanted.emit(item.key))
        self.referred.opened.connect(lambda item: self.referral_wanted.emit(item.key))
        self.matters.opened.connect(lambda item: self.matter_wanted.emit(*item.key))
        self.duty.opened.connect(lambda _: self.roster_wanted.emit())

    def _fill(self) -> None:
        theme, wording = self._theme, self._wording
        self.swap_words = TextLabel(theme, "", wrap=True)
        self.accept_button = Button(theme, wording("today.swap_accept"), small=True)
        self.decline_button = Button(theme, wording("today.swap_decline"), "quiet", small=True)
        self.swap.body.addWidget(self.swap_words)
        self.swap.body.addLayout(row(None, self.decline_button, self.accept_button))
        self.accept_button.clicked.connect(lambda: self._answer(True))
        self.decline_button.clicked.connect(lambda: self._answer(False))
        self.late = TextLabel(theme, "", "body", "late")
        self.unsent = TextLabel(theme, "", "body", "due")
        self._late_line, self._unsent_line = QWidget(), QWidget()
        self._late_line.setLayout(row(IconLabel(theme, "circle-alert", "late"), self.late, None))
        self._unsent_line.setLayout(row(IconLabel(theme, "laptop", "due"), self.unsent, None))
        self.facts.body.addWidget(self._late_line)
        self.facts.body.addWidget(self._unsent_line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_3)
        for card in (
            self.swap,
            self.drafts,
            self.referred,
            self.demands,
            self.matters,
            self.promised,
            self.duty,
            self.facts,
        ):
            card.hide()  # until it is known what stands in it
            column.addWidget(card)
        column.addStretch(1)

    def _answer(self, accepted: bool) -> None:
        if self._swap is not None:
            self.swap_answered.emit(self._swap, accepted)

    def show_beside(self, beside: Beside, now: str) -> None:
        """Everything beside the round, as it is at the moment `now`."""
        wording = self._wording
        self.demands.show_items([demand_item(row, wording, now) for row in beside.demands])
        self.demands.header.facts.show_facts((wording("today.count", count=f"{beside.demands_pressing:,}"),))
        self.referred.show_items([referral_item(row, wording, now) for row in beside.referrals])
        waiting = sum(row.state == "open" for row in beside.referrals)
        self.referred.header.facts.show_facts(
            (wording("referrals.waiting", count=waiting),) if waiting else ()
        )
        self.matters.show_items([matter_item(one, wording, beside.day) for one in beside.matters])
        self.matters.header.facts.show_facts((wording("today.count", count=len(beside.matters)),))
        self.promised.show_items([_promise(home, wording, beside.day) for home in beside.promised])
        self.promised.header.facts.show_facts((wording("today.count", count=len(beside.promised)),))
        self.duty.show_items([duty_item(duty, wording) for duty in beside.duties[:_MOST_LINES]])
        self.duty.setVisible(True)
        self.drafts.show_items([_draft(draft, wording) for draft in beside.drafts])
        self._swap = beside.swaps[0] if beside.swaps else None
        self.swap.setVisible(self._swap is not None)
        if self._swap is not None:
            day = f"{short_day(self._swap.on, beside.day)} {weekday(self._swap.on, wording)}"
            part = wording(f"today.duty_part.{self._swap.part}")
            words = wording(
                "today.swap_asked", who=self._swap.member, day=day, part=part, area=self._swap.area
            )
            self.swap_words.setText(words)
        self.late.setText(wording("today.late", count=f"{beside.late:,}"))
        self._late_line.setVisible(beside.late > 0)
        self.unsent.setText(wording("today.unsent", count=beside.unsent))
        self._unsent_line.setVisible(beside.unsent > 0)
        self.facts.setVisible(beside.late + beside.unsent > 0)


def duty_item(duty: DutyRow, wording: Wording) -> RoundItem:
    """One duty: part of the day, who, where, and what became of it."""
    names = {"planned": "on_duty", "asked": "swap_asked", "done": "handed_over"}
    state = look("task", names[duty.state])
    word = wording(state.wording_key)
    said = wording("today.swap_with", who=duty.swap_with) if duty.swap_with else ""
    who = wording("today.me", name=duty.member) if duty.mine else duty.member
    sentence = f"{word} {duty.swap_with}".strip()
    notes = duty.notes[-1].text if duty.notes else ""
    return RoundItem(
        "row",
        wording(f"today.duty_part.{duty.part}"),
        duty,
        who=(who,),
        why=(duty.area, said, notes),
        shown=Shown(state, word, sentence) if duty.state != "planned" else None,
        quiet=duty.state == "done",
    )


def demand_item(row: DemandRow, wording: Wording, now: str) -> RoundItem:
    """One demand: where, what, whether it was returned twice, and what is left of its limit."""
    why = (wording("demands.only_surfaced"),) if row.surfaced else ()
    return RoundItem(
        "row", row.place, row.id, who=(row.title,), why=why, shown=clock_shown(row, wording, now)
    )


def referral_item(row: ReferralRow, wording: Wording, now: str) -> RoundItem:
    """What was referred here: how, what, and what is left of its limit."""
    kind = wording(f"choices.referral.refer_kind.{row.kind}")
    due, clock = due_words(row, wording, now)
    shown = Shown(clock, due, due) if clock is not None else None
    return RoundItem("row", kind, row.id, who=(row.title,), why=(row.from_unit,), shown=shown)


def matter_item(one: Matter, wording: Wording, today: str) -> RoundItem:
    """One matter of the lists or of deliberation: what, when, and by how much it is late."""
    name = wording(f"deliberation.kind.{one.form}") if one.form else one.name
    day = wording("plan.today") if one.day == today else short_day(one.day, today) if one.day else ""
    when = " ".join(part for part in (day, one.at) if part)
    shown = None
    if one.late:
        state = look("clock", "over_days")
        over = (date_of(today) - date_of(one.day)).days
        word = wording(state.wording_key, days=over)
        shown = Shown(state, word, word)
    said = wording("lists.unmatched") if one.why == "need" else ""
    why = [when, one.place, said]
    if one.refusal:  # first why, then for what: the end of a long line is not seen
        why = [wording(f"choices.resource_promise.refusal.{one.refusal}"), one.place]
    return RoundItem(
        "row", wording(f"today.matter.{one.why}"), (one.kind, one.id), who=(name,), why=tuple(why),
        shown=shown,
    )  # fmt: skip


def _promise(home: HouseholdRow, wording: Wording, today: str) -> RoundItem:
    shown = plan_shown(home, wording, today)
    day = wording("plan.today") if home.next_due_on == today else short_day(home.next_due_on, today)
    return RoundItem("row", home.door, home.id, who=(contact_name(home),), why=(day,), shown=shown)


def _draft(draft: DraftRow, wording: Wording) -> RoundItem:
    state = look("outcome", "draft")
    word = wording(state.wording_key)
    return RoundItem(
        "row", draft.door, draft.household_id, who=(draft.contact,), shown=Shown(state, word, word)
    )
