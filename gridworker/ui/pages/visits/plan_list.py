"""The left column of the visits page: drafts, who waits for a visit, and what was done this week, in one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from PySide6.QtCore import QModelIndex, QRect, Signal
from PySide6.QtGui import QPainter

from gridworker.store.queries.week_plan import PlanRow
from gridworker.store.rows import DraftRow, HouseholdRow, VisitRow
from gridworker.ui.pages.planning.round_items import day_words, state_shown
from gridworker.ui.pages.visits.presenter import Plan
from gridworker.ui.pages.words import DOT, Shown, outcome_shown, plan_shown, short_day
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.headed_list import HEAD, HeadedDelegate, HeadedList
from gridworker.ui.widgets.painting import chip_width, paint_chip, paint_line, paint_text
from gridworker.wording import Wording

_PAD, _DOOR_GAP = 12, 10


@dataclass(frozen=True)
class PlanItem:
    """One line. `kind` is head, draft, due or done; `id` the household (draft, due) or the visit (done). A head has
    its title in `name` and its number in `door`."""

    kind: str
    id: bytes
    door: str
    name: str
    shown: Shown | None = None
    household_id: bytes = b""

    def spoken(self) -> str:
        parts = (self.name, self.door) if self.kind == HEAD else (self.door, self.name)
        return DOT.join(part for part in (*parts, self.shown.sentence if self.shown else "") if part)


def plan_items(plan: Plan, wording: Wording, today: str) -> tuple[PlanItem, ...]:
    """Drafts on top, then the plan by day and micro-grid, who waits beside it, and this week's visits, each under its
    head; empty groups are left out."""
    drafted = {draft.household_id for draft in plan.drafts}
    waiting = [_due(row, wording, today) for row in plan.due if row.id not in drafted]
    return (
        *_group("drafts", [_draft(row, wording) for row in plan.drafts], wording),
        *_planned([row for row in plan.planned if row.home.id not in drafted], wording, today),
        *_group("beside" if plan.planned else "due", waiting, wording),
        *_group("done", [_done(row, wording, today) for row in plan.done], wording),
    )


def _group(name: str, rows: list[PlanItem], wording: Wording) -> list[PlanItem]:
    if not rows:
        return []
    return [PlanItem(HEAD, b"", str(len(rows)), wording(f"visit.group.{name}")), *rows]


def _planned(rows: Sequence[PlanRow], wording: Wording, today: str) -> list[PlanItem]:
    """A head for each day and micro-grid with how much of it is done."""
    several = len({row.micro_grid for row in rows}) > 1
    items: list[PlanItem] = []
    for (day, micro), group in groupby(
        rows, key=lambda row: (row.planned_on, row.micro_grid if several else "")
    ):
        homes = list(group)
        title = day_words(day, wording, today)
        done = sum(row.state == "done" for row in homes)
        name = DOT.join(part for part in (title, micro) if part)
        items.append(PlanItem(HEAD, b"", f"{done} / {len(homes)}", name))
        items += [
            PlanItem(
                "due",
                row.home.id,
                row.home.door,
                row.home.contact,
                _brief(row, wording, today),
                row.home.id,
            )
            for row in homes
        ]
    return items


def _brief(row: PlanRow, wording: Wording, today: str) -> Shown:
    """What became of it without the time of day, which would cut the name; the sentence has it."""
    whole = state_shown(row, wording, today)
    return replace(whole, word=state_shown(replace(row, visited_at=""), wording, today).word)


def _draft(row: DraftRow, wording: Wording) -> PlanItem:
    word = wording("states.outcome.draft")
    shown = Shown(look("outcome", "draft"), word, word)
    return PlanItem("draft", row.household_id, row.door, row.contact, shown, row.household_id)


def _due(row: HouseholdRow, wording: Wording, today: str) -> PlanItem:
    return PlanItem("due", row.id, row.door, row.contact, plan_shown(row, wording, today), row.id)


def _done(row: VisitRow, wording: Wording, today: str) -> PlanItem:
    shown = outcome_shown(row.outcome, wording)
    day = wording("visit.void_mark") if row.void else short_day(row.on, today)
    sentence = DOT.join(part for part in (shown.sentence, row.on, day if row.void else "") if part)
    return PlanItem("done", row.id, row.door, day, Shown(shown.look, shown.word, sentence), row.household_id)


class PlanDelegate(HeadedDelegate):
    """Door, name, state at the right; the name gives way, door and state never."""

    def paint_head(self, painter: QPainter, rect: QRect, item: object) -> None:
        assert isinstance(item, PlanItem)
        theme = self._theme
        paint_line(painter, rect.topLeft(), rect.topRight(), theme.colour("line"))
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        paint_text(painter, room, item.name, theme.font("caption_bold"), theme.colour("text2"))
        paint_text(painter, room, item.door, theme.font("caption"), theme.colour("text2"), right=True)

    def paint_row(self, painter: QPainter, rect: QRect, item: object, selected: bool) -> None:
        assert isinstance(item, PlanItem)
        theme = self._theme
        room = rect.adjusted(_PAD, 0, -_PAD + 6, 0)
        if item.shown is not None:
            width = chip_width(theme, item.shown.word, item.shown.look.icon)
            paint_chip(painter, theme, room, item.shown.look, item.shown.word, filled=False, right=True)
            room = room.adjusted(0, 0, -width, 0)
        font = theme.font("body_bold" if selected else "body")
        taken = paint_text(painter, room.adjusted(0, 0, 6, 0), item.door, font, theme.colour("text"))
        column = theme.metrics("body_bold").horizontalAdvance("3-2-702")
        rest = room.adjusted(max(taken, column) + _DOOR_GAP, 0, 0, 0)
        if rest.width() > theme.metrics().averageCharWidth() * 3:
            paint_text(painter, rest, item.name, theme.font(), theme.colour("text2"))


class PlanList(HeadedList):
    """`household_opened(id)` and `visit_opened(id)` on Enter or click. Arrows move over heads."""

    household_opened = Signal(bytes)
    visit_opened = Signal(bytes)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, wording("visit.list_name"))
        self.setItemDelegate(PlanDelegate(theme, self))
        self.clicked.connect(self.open_at)

    @property
    def items(self) -> tuple[PlanItem, ...]:
        return cast(tuple[PlanItem, ...], self.lines.items)

    def show_items(self, items: Sequence[PlanItem]) -> None:
        """Another list; the selected line stays selected if it is still there."""
        item = self.selected()
        self.lines.show_items(items)
        if item is not None:
            self.point_at(item.id)
        if self.hasFocus() and self.selected() is None:
            self.step(1)

    def selected(self) -> PlanItem | None:
        return cast(PlanItem | None, self.chosen_line())

    def point_at(self, record_id: bytes) -> None:
        """Select the line of a household or visit, without opening it."""
        for at, item in enumerate(self.items):
            if item.id == record_id and item.kind != HEAD:
                self.choose_line(at)
                return
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def open_line(self, item: object) -> None:
        assert isinstance(item, PlanItem)
        if item.kind == "done":
            self.visit_opened.emit(item.id)
        else:
            self.household_opened.emit(item.id)
