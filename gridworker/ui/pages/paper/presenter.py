"""What the paper page does: the lines, keeping them while they are typed, and saving them all as one act. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gridworker.changes import Changes
from gridworker.services.visits import Logged
from gridworker.store.rows import Scope
from gridworker.ui.pages.paper.lines import PaperLine, PaperList, PaperSheet, line_faults
from gridworker.ui.pages.running import Run

#: So many empty lines stand below the last one.
_SPARE = 3


@dataclass(frozen=True)
class Outcome:
    """What saving came to: the visits, or what is wrong as line → column → reason."""

    logged: tuple[Logged, ...] = ()
    faults: dict[int, dict[str, str]] = field(default_factory=dict)


class Papers(Protocol):
    """What the page asks of the open profile; `today` is known at once, the rest may take time."""

    def today(self) -> str: ...

    def alone(self) -> bool: ...

    def lines(self, scope: Scope, wanted: str | None = None) -> PaperList: ...

    def keep(self, lines: Sequence[PaperLine]) -> None: ...

    def save(self, scope: Scope, lines: Sequence[PaperLine]) -> Outcome: ...

    def void(self, visit_ids: Sequence[bytes], reason: str) -> Changes: ...


class PaperView(Protocol):
    """What the presenter tells the page."""

    def show_lines(self, lines: Sequence[PaperLine]) -> None: ...

    def show_sheets(self, sheets: Sequence[PaperSheet], shown: str) -> None: ...

    def show_faults(self, faults: dict[int, dict[str, str]]) -> None: ...

    def show_saving(self, saving: bool) -> None: ...

    def saved(self, logged: Sequence[Logged]) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class PaperPresenter:
    """Lines typed are never replaced by those of the plan: only an untouched list follows the scope."""

    def __init__(self, source: Papers, run: Run, view: PaperView) -> None:
        self._source, self._run, self._view = source, run, view
        self._scope: Scope | None = None
        self._saving = False
        self._touched = False
        self._numbers: dict[str, int] = {}
        self._numbered_for: tuple[Scope | None, str, str] = (None, "", "")
        self._wanted: str | None = None
        self.lines: list[PaperLine] = []

    @property
    def scope(self) -> Scope | None:
        return self._scope

    @property
    def filled(self) -> int:
        """How many lines are to become visits."""
        return sum(line.filled for line in self.lines)

    def show_scope(self, scope: Scope) -> None:
        if scope != self._scope:
            self._scope, self._wanted = scope, None
            self.reload()

    def choose_sheet(self, key: str) -> None:
        """Another sheet is in hand; "" for the plan of the week. What was typed stays, and with it its sheet."""
        if key != self._wanted:
            self._wanted = key
            self.reload()

    def reload(self) -> None:
        """What was typed and kept, else the plan of the week."""
        scope, wanted = self._scope, self._wanted
        if scope is not None and not self._touched:
            self._run(
                lambda: self._source.lines(scope, wanted), self._loaded, self._view.show_error, topic="paper"
            )

    def _loaded(self, found: PaperList) -> None:
        if not self._touched:
            self.lines = [*self._numbered(found), *(PaperLine() for _ in range(_SPARE))]
            self._touched = any(line.filled for line in found.lines)
            self._wanted = found.shown if found.shown or self._wanted is not None else None
            self._view.show_lines(self.lines)
            self._view.show_sheets(found.sheets, found.shown)

    def _numbered(self, found: PaperList) -> list[PaperLine]:
        """With the numbers of the sheet; those of a plan stay for the day, however many lines were saved meanwhile."""
        lines, list_of = found.lines, (self._scope, self._source.today(), found.shown)
        if list_of != self._numbered_for:
            self._numbers, self._numbered_for = {}, list_of
        kept = ((line.household_id, line.no) for line in lines)
        self._numbers |= {home: int(no) for home, no in kept if home and no.isdecimal()}
        following = max(self._numbers.values(), default=0)
        for line in lines:
            if line.household_id and line.household_id not in self._numbers:
                following += 1
                self._numbers[line.household_id] = following
        return [replace(line, no=str(self._numbers.get(line.household_id, ""))) for line in lines]

    def typed(self, place: int, column: str, text: str) -> None:
        """Something was typed. The page calls `keep` within a second."""
        self._touched = True
        line = self.lines[place].with_value(column, text.strip() if column != "note" else text)
        if column == "outcome" and line.filled and not line.day:
            before = next((one.day for one in reversed(self.lines[:place]) if one.day), "")
            line = line.with_value("day", before or self._source.today())
        self.lines[place] = line
        if place >= len(self.lines) - 1 and line.door:
            self.lines.append(PaperLine())

    def keep(self) -> None:
        """Put what was typed on the disk."""
        if self._touched and not self._saving:
            lines = [line for line in self.lines if line.door or line.filled]
            self._run(lambda: self._source.keep(lines), lambda _: None, self._view.show_error, lane="serial")

    def keep_now(self) -> None:
        """Store before this returns: the window is about to lock or close."""
        if self._touched and not self._saving:
            self._source.keep([line for line in self.lines if line.door or line.filled])

    def save(self) -> None:
        """All filled lines, or none."""
        scope, today = self._scope, self._source.today()
        places = [place for place, line in enumerate(self.lines) if line.filled]
        if scope is None or self._saving or not places:
            return
        faults = {place: found for place in places if (found := line_faults(self.lines[place], today))}
        self._view.show_faults(faults)
        if faults:
            return
        self._saving = True
        self._view.show_saving(True)
        lines = [self.lines[place] for place in places]
        self._run(
            lambda: self._source.save(scope, lines),
            lambda outcome: self._answered(outcome, places),
            self._failed,
            lane="serial",
        )

    def _answered(self, outcome: Outcome, places: Sequence[int]) -> None:
        self._saving = False
        self._view.show_saving(False)
        if outcome.faults:
            self._view.show_faults({places[at]: found for at, found in outcome.faults.items()})
            return
        rest = [line for place, line in enumerate(self.lines) if place not in places and line.door]
        self.lines = [*rest, *(PaperLine() for _ in range(_SPARE))]
        self._touched = False
        self._view.show_lines(self.lines)
        self._view.saved(outcome.logged)
        self._view.records_saved(outcome.logged[0].changes)

    def _failed(self, error: Exception) -> None:
        """Everything typed stays."""
        self._saving = False
        self._view.show_saving(False)
        self._view.show_error(error)

    def void(self, logged: Sequence[Logged], reason: str) -> None:
        """Take back a whole list: the visits are void, what they ended is open again."""
        ids = [one.visit_id for one in logged]
        self._run(
            lambda: self._source.void(ids, reason),
            self._view.records_saved,
            self._view.show_error,
            lane="serial",
        )
