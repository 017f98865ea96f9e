"""The households page's questions and saves, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.services import households as services
from gridworker.services import residents
from gridworker.store.queries import households as queries
from gridworker.store.queries import matrix as matrices
from gridworker.store.queries.households import HouseholdFilter
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan
from gridworker.ui.pages.households.matrix.presenter import MatrixAnswer, MatrixQuery
from gridworker.ui.pages.households.presenter import HouseholdEdit, Listing, Query
from gridworker.ui.pages.households.row_pages import PAGE_ROWS


class HouseholdSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def listing(self, query: Query, around: int | None) -> Listing:
        """Ids, counts by state and the page that holds the row number `around` (else the first)."""
        store, scope = self._store, query.scope
        ids = queries.household_ids(store, scope, HouseholdFilter(query.text, query.plans), query.sort)
        counts = queries.plan_counts(store, scope, query.text)
        page = ids.index(around) // PAGE_ROWS if around in ids else 0
        rows = queries.household_rows(store, ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS])
        whole = query.sort == "door" and not query.plans and not query.text.strip()
        everybody = ids if whole else queries.household_ids(store, scope)
        return Listing(ids, counts, self._many_estates(everybody), page, rows)

    def _many_estates(self, ids: Sequence[int]) -> bool:
        """Whether a door number alone is ambiguous here: first and last in stair order stand in different estates."""
        ends = queries.household_rows(self._store, [ids[0], ids[-1]]) if len(ids) > 1 else ()
        return len({row.estate for row in ends}) > 1

    def rows(self, rids: Sequence[int]) -> tuple[HouseholdRow, ...]:
        return queries.household_rows(self._store, rids)

    def detail(self, household_id: bytes) -> HouseholdDetail:
        return queries.household_detail(self._store, household_id)

    def matrix(self, query: MatrixQuery) -> MatrixAnswer:
        """The buildings of the scope, and the one asked for, else the open household's, else the first."""
        buildings = matrices.buildings_of(self._store, query.scope)
        known = {building.id for building in buildings}
        at_home = matrices.building_of(self._store, query.household_id) if query.household_id else None
        chosen = next((one for one in (query.building_id, at_home) if one in known), None)
        if chosen is None and buildings:
            chosen = buildings[0].id
        shown = matrices.matrix(self._store, query.scope, chosen) if chosen is not None else None
        return MatrixAnswer(buildings, shown)

    def row_number(self, household_id: bytes) -> int:
        return queries.row_number_of(self._store, household_id)

    def save(self, seen: HouseholdDetail, edit: HouseholdEdit) -> Changes:
        """Save what differs from what was seen. The phone goes first: it is the only part that is often refused."""
        saved: list[Changes] = []
        contact = next((person for person in seen.residents if person.is_contact), None)
        if contact is not None:
            before = {"phone": contact.phone}
            wanted = {"phone": residents.plain_phone(edit.phone)}
            saved.append(residents.edit_resident(self._store, contact.id, before, wanted).changes)
        home = {"preferred_time": seen.row.preferred_time, "note": seen.note or None}
        wish = {"preferred_time": edit.preferred_time, "note": edit.note.strip() or None}
        saved.append(services.edit_household(self._store, seen.row.id, home, wish).changes)
        if edit.opted_out != (seen.row.plan is Plan.OPTED_OUT):
            saved.append(
                services.opt_out(
                    self._store, seen.row.id, on=edit.opted_out, reason=edit.opt_out_reason
                ).changes
            )
        return Changes.of(
            (name, record) for part in saved for name, ids in part.touched.items() for record in ids
        )
