"""The households page's questions and saves, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridworker.exports.consent_notice import NoticeFacts, consent_notice
from gridworker.exports.document import Document
from gridworker.exports.html import render_html
from gridworker.imports.addresses import Places, read_door
from gridworker.imports.values import Unreadable
from gridworker.models.days import Week
from gridworker.models.household import CONSENT_PURPOSES, NOTICE_VERSION
from gridworker.models.op import Value
from gridworker.services import acts, residents
from gridworker.services import households as services
from gridworker.services import plan as plans
from gridworker.services.acts import Done
from gridworker.services.exports import record_export
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import households as queries
from gridworker.store.queries import matrix as matrices
from gridworker.store.queries import places
from gridworker.store.queries.households import HouseholdFilter
from gridworker.store.queries.links import Linker, linkers
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan
from gridworker.ui.pages.households.acts import PERSON_FIELDS
from gridworker.ui.pages.households.door_field import DoorAnswer
from gridworker.ui.pages.households.matrix.presenter import MatrixAnswer, MatrixQuery
from gridworker.ui.pages.households.presenter import HouseholdEdit, Listing, Query
from gridworker.ui.pages.households.row_pages import PAGE_ROWS
from gridworker.ui.pages.words import contact_name
from gridworker.wording import Wording


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

    def save(self, seen: HouseholdDetail, edit: HouseholdEdit) -> Done:
        """Save what differs from what was seen. The phone goes first: it is the only part that is often refused."""
        saved: list[Done] = []
        contact = next((person for person in seen.residents if person.is_contact), None)
        if contact is not None:
            before: dict[str, Value] = {"phone": contact.phone}
            wanted: dict[str, Value] = {"phone": residents.plain_phone(edit.phone)}
            saved.append(residents.edit_resident(self._store, contact.id, before, wanted, edit.ground))
        names = ("occupancy", "member_count", "preferred_time")
        home: dict[str, Value] = {name: getattr(seen.row, name) for name in names}
        home |= {"preferred_channel": seen.preferred_channel, "note": seen.note or None}
        home |= {"visit_interval_days": seen.visit_interval_days}
        wish: dict[str, Value] = {name: getattr(edit, name) for name in home}
        wish["note"] = edit.note.strip() or None
        saved.append(services.edit_household(self._store, seen.row.id, home, wish))
        if edit.opted_out != (seen.row.plan is Plan.OPTED_OUT):
            saved.append(
                services.opt_out(self._store, seen.row.id, on=edit.opted_out, reason=edit.opt_out_reason)
            )
        return acts.joined(saved)

    def act(self, work: Callable[..., Done], *arguments: object) -> Done:
        return work(self._store, *arguments)

    def homes(self, rids: Sequence[int]) -> tuple[bytes, ...]:
        """The households with these row numbers, in this order."""
        return tuple(row.id for row in queries.household_rows(self._store, rids))

    def plan(self, rids: Sequence[int]) -> Done:
        """Put households into the plan of this week, as far as they want visits and are not in it."""
        week = Week.of_day(self._store.clock.today())
        return plans.add_several(self._store, self.homes(rids), week)

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)

    def notice(self, wording: Wording) -> tuple[Document, str]:
        """The notice to print, and how it looks on paper."""
        identity = self._store.identity
        purposes = [code for code in CONSENT_PURPOSES if code != "other"]
        facts = NoticeFacts(identity.community_name, NOTICE_VERSION, purposes, identity.practice)
        document = consent_notice(facts, wording, self._store.clock.moment().strftime("%Y-%m-%d %H:%M"))
        return document, render_html(document)

    def record_notice(self, form: str) -> None:
        record_export(self._store, "consent_notice", self._store.known.community_id, NOTICE_VERSION, form)

    def person(self, resident_id: bytes) -> dict[str, Value]:
        return acts.present_values(self._store, "resident", resident_id, PERSON_FIELDS)

    def linkers(self) -> tuple[Linker, ...]:
        return linkers(self._store)

    def twins(self, name: str, phone: str, home: bytes) -> tuple[str, ...]:
        """The doors behind which the same person is registered, but for `home`."""
        found = places.same_person(self._store, name, phone)
        return tuple(f"{row.estate} {row.door}" for row in found if row.id != home)

    def door(self, text: str, near: bytes | None) -> DoorAnswer:
        """What a typed door means; a bare room number lies in the stairwell `near`."""
        if not text.strip():
            return DoorAnswer(text, reason="required")
        units = places.known_units(self._store)
        here = next((unit for unit in units if unit.id == near), None)
        found = read_door(text)
        if found is None and here is not None and text.strip().isalnum():
            found = read_door(f"{here.building}{here.unit}{text.strip()}")
        if found is None:
            return DoorAnswer(text, reason="address_unknown")
        try:
            unit = Places(units).unit_of(
                found.estate, found.building, found.unit, here.estate if here else ""
            )
        except Unreadable as unreadable:
            return DoorAnswer(text, reason=str(unreadable))
        rows = places.behind_door(self._store, unit.id, found.room)
        homes = tuple(
            (row.id, " ".join(part for part in (row.door, contact_name(row), row.code) if part))
            for row in rows
        )
        said = f"{unit.estate} {unit.building} {unit.unit} {found.room}"
        return DoorAnswer(text, unit.id, found.room, found.floor, said, homes=homes)
