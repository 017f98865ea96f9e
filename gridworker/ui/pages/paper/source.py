"""The paper page's questions and saves, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.services import plan as plans
from gridworker.services import sheets
from gridworker.services.visits import log_visits, void_visits
from gridworker.store.queries.history import written_since
from gridworker.store.queries.round_places import rows_of_targets
from gridworker.store.queries.shops import target_of
from gridworker.store.queries.week_plan import doors_named, week_plan
from gridworker.store.rows import HouseholdRow, Scope
from gridworker.ui.pages.paper.lines import PaperLine, PaperList, PaperSheet, kept_lines, storable, visit_form
from gridworker.ui.pages.paper.presenter import Outcome

#: The one draft of this kind.
_KEPT, _KIND = bytes.fromhex("5f7a2d1c0b9e5a3c8d4e6f7081920314"), "paper"
_TARGETS = ("household", "shop", "public_spot")


class PaperSource:
    """`store` is the open profile; the window passes it on to queries and services."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def alone(self) -> bool:
        """Whether this computer is the whole community, so that nothing waits to be sent."""
        return bool(self._store.known.authority == "self")

    def lines(self, scope: Scope, wanted: str | None = None) -> PaperList:
        """What was typed and not saved; else what is not entered of the sheet `wanted`, or for None of the newest one
        printed for this node; else what the plan of the week still holds, in stair order."""
        kept = self._store.drafts.body(_KEPT)
        found = kept_lines(kept.get("lines")) if kept else ()
        if any(line.filled for line in found):
            return PaperList(found)
        offered = {str(sheet.at): sheet for sheet in sheets.sheets(self._store)}
        listed = tuple(
            PaperSheet(key, sheet.node, sheet.period, len(sheet.records)) for key, sheet in offered.items()
        )
        usual = [key for key, sheet in offered.items() if sheet.node_id == scope.node_id]
        for key in usual if wanted is None else [wanted] if wanted in offered else ():
            rest = self._rest(offered[key])
            if rest or wanted:
                return PaperList(rest, key, listed)
        return PaperList(self._planned(scope), "", listed)

    def _rest(self, sheet: sheets.Sheet) -> tuple[PaperLine, ...]:
        """The doors of a sheet that were not entered since it was handed out, with the numbers printed on it."""
        wanted = [(target, record) for record in sheet.records for target in _TARGETS]
        homes, entered = rows_of_targets(self._store, wanted), sheets.entered(self._store, sheet)
        several = len({home.estate for home in homes.values()}) > 1
        return tuple(
            _line(homes[record], several, str(number))
            for number, record in enumerate(sheet.records, 1)
            if record in homes and record not in entered
        )

    def _planned(self, scope: Scope) -> tuple[PaperLine, ...]:
        week = Week.of_day(self.today())
        plan = week_plan(self._store, scope, week, downwards=plans.capacity(self._store).downwards)
        open_rows = [row for row in plan.rows if row.open]
        entered = self._entered_today([row.visit_id for row in open_rows if row.visit_id is not None])
        rows = sorted(
            (row for row in open_rows if row.visit_id not in entered), key=lambda row: row.stair_place
        )
        several = len({row.home.estate for row in rows}) > 1
        return tuple(_line(row.home, several) for row in rows)

    def _entered_today(self, visits: Sequence[bytes]) -> frozenset[bytes]:
        """The visits in vain that were written down today: those lines of the paper are done with. A door tried once
        more on the same day is typed into a free line."""
        now = self._store.clock.moment()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return written_since(self._store, "visit", visits, int(midnight.timestamp() * 1000))

    def keep(self, lines: Sequence[PaperLine]) -> None:
        """Store the lines as a draft; no lines, no draft."""
        if lines:
            self._store.drafts.keep(_KEPT, None, {"lines": storable(lines)}, _KIND)
        else:
            self._store.drafts.drop(_KEPT)

    def save(self, scope: Scope, lines: Sequence[PaperLine]) -> Outcome:
        """Find the households and log the visits in one act, which ends the draft; what is wrong comes back by line."""
        today = self.today()
        faults: dict[int, dict[str, str]] = {}
        forms = []
        for place, line in enumerate(lines):
            home = bytes.fromhex(line.household_id) if line.household_id else None
            if home is None:
                found = doors_named(self._store, scope, line.door)
                if len(found) != 1:
                    faults[place] = {"door": "door_ambiguous" if found else "door_unknown"}
                    continue
                home = found[0].id
            forms.append(visit_form(home, line, today, target_of(self._store, home)))
            if forms[-1].visited_on > today:
                faults[place] = {"day": "in_future"}
        if faults:
            return Outcome(faults=faults)
        return Outcome(logged=log_visits(self._store, forms, draft_id=_KEPT))

    def void(self, visit_ids: Sequence[bytes], reason: str) -> Changes:
        return void_visits(self._store, visit_ids, reason)


def _line(home: HouseholdRow, several: bool, no: str = "") -> PaperLine:
    """An empty line; `several` estates stand on the list, so that a door alone would not say which is meant."""
    return PaperLine(door=(home.estate if several else "") + home.door, household_id=home.id.hex(), no=no)
