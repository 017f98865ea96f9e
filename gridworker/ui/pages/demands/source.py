"""The demands page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gridworker.errors import FieldInvalid
from gridworker.models.deliberation import ISSUE_MACHINE
from gridworker.models.demand import DEMAND
from gridworker.models.demand_machine import OPEN
from gridworker.models.ids import new_id
from gridworker.models.limits import Standing
from gridworker.models.project import PROJECT_MACHINE
from gridworker.services import catalogues, packages, slips
from gridworker.services import demands as services
from gridworker.services.acts import Done
from gridworker.services.demands import DemandForm
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.demand_rows import DemandFilter, DemandRow
from gridworker.store.queries import (
    deliberation,
    demand_board,
    demand_detail,
    demands,
    links,
    places,
    projects,
)
from gridworker.store.queries import packages as package_reading
from gridworker.store.queries.deliberation import IssueRow
from gridworker.store.queries.doors import number_of
from gridworker.store.queries.find import find
from gridworker.store.queries.households import household_detail
from gridworker.store.queries.organisation import node_choices
from gridworker.store.queries.packages import PackageRow
from gridworker.store.queries.projects import ProjectRow
from gridworker.store.queries.shops import visit_target
from gridworker.store.queries.ways import ways
from gridworker.store.rows import Hit, HitKind, Scope, TreeKind
from gridworker.ui.pages.demands.form_body import id_of
from gridworker.ui.pages.demands.presenter import (
    PAGE_ROWS,
    BoardShown,
    Choices,
    Figures,
    Offer,
    Opened,
    Place,
    StepForm,
    TableShown,
)
from gridworker.ui.pages.demands.words import Names
from gridworker.ui.pages.referrals.source import package_area
from gridworker.ui.pages.words import DOT

_OPEN = frozenset(OPEN)
_MOST_RECORDS = 300
_DRAFT = "demand"
_MOST_PLACES, _MOST_OTHERS = 20, 40
_PLACE_FIELDS = {
    HitKind.HOUSEHOLD: "household_id",
    HitKind.RESIDENT: "household_id",
    HitKind.SHOP: "shop_id",
    HitKind.SPOT: "public_spot_id",
}


class DemandSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def now(self) -> str:
        return demands.now_of(self._store)

    # -- what is shown -------------------------------------------------------------------------------------------

    def board(self, scope: Scope, wanted: DemandFilter) -> BoardShown:
        cells = demand_board.cells(self._store, scope, wanted)
        if wanted == DemandFilter():
            figures = Figures(sum(cell.count for cell in cells), sum(cell.overdue for cell in cells))
        else:
            figures = self._figures(scope)
        return BoardShown(cells, figures, self._names())

    def table(self, scope: Scope, wanted: DemandFilter, after: tuple[str, int] | None) -> TableShown:
        page = demands.demands(self._store, scope, wanted, after=after, limit=PAGE_ROWS)
        return TableShown(page, self._figures(scope), self._names())

    def _figures(self, scope: Scope) -> Figures:
        late = DemandFilter(standings=frozenset((Standing.OVERDUE,)))
        return Figures(
            demands.count(self._store, scope, DemandFilter(states=_OPEN)),
            demands.count(self._store, scope, late),
        )

    def _names(self) -> Names:
        found = (
            catalogues.entries(self._store, name, all_of_them=True)
            for name in ("demand_source", "demand_category")
        )
        sources, categories = ({entry.code: entry for entry in entries} for entries in found)
        return Names(sources, categories)

    def opened(self, demand_id: bytes) -> Opened:
        return Opened(
            demand_detail.demand(self._store, demand_id),
            services.next_steps(self._store, demand_id),
            self._names(),
            self.now(),
            ways(self._store, "demand", demand_id),
        )

    def choices(self, demand_id: bytes, event: str) -> Choices:
        """What the boxes of a step choose from, with the people whom its words need not name."""
        return replace(self._chosen_from(demand_id, event), people=self._known_people(demand_id))

    def _known_people(self, demand_id: bytes) -> tuple[str, ...]:
        detail = demand_detail.demand(self._store, demand_id)
        home = detail.row.household_id
        there = household_detail(self._store, home).residents if home is not None else ()
        return tuple({name: None for name in (detail.reporter, *(one.name for one in there)) if name})

    def _chosen_from(self, demand_id: bytes, event: str) -> Choices:
        match event:
            case "assign":
                return Choices(members=tuple((one.id, one.name) for one in links.linkers(self._store)))
            case "refer_up":
                above = demand_board.areas_above(self._store, demand_id)
                levels = tuple((node, "grid" if kind == "estate" else kind) for node, kind, _ in above)
                own = frozenset(grant.node_id for grant in self._store.grants())
                return Choices(areas=tuple((node, name) for node, _, name in above), levels=levels, own=own)
            case "transfer" | "route":
                nodes = node_choices(self._store, TreeKind.AREA)
                return Choices(areas=tuple((node.id, node.name) for node in nodes))
            case "merge":
                return Choices(demands=self._others(demand_id))
            case "to_issue":
                issues = deliberation.issues(self._store, limit=_MOST_RECORDS)
                return Choices(records=_going_on(issues, ISSUE_MACHINE.ends))
            case "to_project":
                found = projects.projects(self._store, limit=_MOST_RECORDS)
                return Choices(records=_going_on(found, PROJECT_MACHINE.ends))
        return Choices()

    def _others(self, demand_id: bytes) -> tuple[tuple[bytes, str], ...]:
        """The open demands of the same category, the most pressing first."""
        row = demand_detail.demand(self._store, demand_id).row
        return self._named(demand_id, DemandFilter(states=_OPEN, categories=frozenset((row.category,))))

    def mergeable(self, demand_id: bytes, text: str) -> Sequence[tuple[bytes, str]]:
        """The open demands that `text` finds by number, title or outside number, without this one. One whose number was
        typed whole is found whatever became of it: the rule says itself why it cannot be."""
        found = self._named(demand_id, DemandFilter(states=_OPEN, words=text))
        if found:
            return found
        exact = demands.demands(self._store, None, DemandFilter(words=text), limit=_MOST_OTHERS).rows
        return tuple(_merge_words(one) for one in exact if one.no.upper() == text.strip().upper())

    def _named(self, demand_id: bytes, wanted: DemandFilter) -> tuple[tuple[bytes, str], ...]:
        found = demands.demands(self._store, None, wanted, limit=_MOST_OTHERS).rows
        return tuple(_merge_words(one) for one in found if one.id != demand_id)

    # -- registering ---------------------------------------------------------------------------------------------

    def offer(self, scope: Scope, household_id: bytes | None, visit_id: bytes | None) -> Offer:
        names = self._names()
        offered = Names(
            {code: entry for code, entry in names.sources.items() if entry.offered},
            {code: entry for code, entry in names.categories.items() if entry.offered},
        )
        source = "visit" if household_id is not None else "duty"
        place = self._target(household_id) if household_id is not None else None
        drafts, record = self._store.drafts, place.id if place is not None else None
        draft = drafts.of_target(record, _DRAFT) if record is not None else drafts.newest(_DRAFT)
        body = drafts.body(draft) if draft is not None and visit_id is None else None
        return Offer(offered, self._area(scope), place, visit_id, source, draft or new_id(), body)

    def keep(self, draft_id: bytes, body: Mapping[str, object]) -> None:
        """Put a demand that is being typed on the disk; it goes with the record that it is about."""
        self._store.drafts.keep(draft_id, id_of(body.get("place_id")), body, _DRAFT)

    def drop(self, draft_id: bytes) -> None:
        self._store.drafts.drop(draft_id)

    def check(self, form: DemandForm) -> None:
        """Raises FieldInvalid for what could not be registered."""
        services.check(self._store, form)

    def _target(self, record: bytes) -> Place:
        row = visit_target(self._store, record).row
        field = {"shop": "shop_id", "public_spot": "public_spot_id"}.get(row.target, "household_id")
        words = DOT.join(part for part in (row.door, row.contact) if part)
        return Place(field, record, words, household=field == "household_id")

    def _area(self, scope: Scope) -> Place:
        """The area of the node that is selected; the whole community where it stands for none."""
        nodes = node_choices(self._store, TreeKind.AREA)
        own = next((node for node in nodes if node.id == scope.node_id), None)
        if own is None and len(scope.micro_grid_ids) == 1:
            own = next((node for node in nodes if node.id in scope.micro_grid_ids), None)
        found = own or next(node for node in nodes if node.parent_id is None)
        return Place("area_unit_id", found.id, found.name)

    def places(self, scope: Scope, text: str) -> Sequence[Place]:
        """Where a demand may be about, by door, name, pinyin or stairwell; those of the scope first."""
        typed = text.strip().casefold()
        stairs = [
            (
                unit.id in scope.unit_ids,
                Place("unit_id", unit.id, f"{unit.estate} {unit.building} {unit.unit}"),
            )
            for unit in places.known_units(self._store)
            if typed in (f"{number_of(unit.building)}-{number_of(unit.unit)}", unit.code.casefold())
        ]
        hits = [
            (hit.unit_id in scope.unit_ids, place)
            for hit in find(self._store, text)
            if (place := _place_of(hit)) is not None
        ]
        found = sorted((*stairs, *hits), key=lambda pair: not pair[0])
        return tuple(dict.fromkeys(place for _, place in found))[:_MOST_PLACES]

    def people(self, household_id: bytes) -> Sequence[tuple[bytes, str]]:
        """Who lives there: (id, name and form of address), the contact first."""
        residents = household_detail(self._store, household_id).residents
        ordered = sorted(residents, key=lambda person: not person.is_contact)
        return tuple(
            (one.id, " ".join(part for part in (one.name, one.salutation) if part)) for one in ordered
        )

    # -- what is done --------------------------------------------------------------------------------------------

    def register(self, form: DemandForm, draft_id: bytes) -> tuple[Done, str]:
        saved = services.register(self._store, form, draft_id=draft_id)
        return Done(saved.changes, saved.demand_id, saved.txns), saved.no

    def step(self, demand_id: bytes, form: StepForm) -> Done:
        """Take a step; a reopened demand gets its new limit here. What it becomes must be there: the outcome is fed
        back from it."""
        if form.event in ("to_issue", "to_project") and not form.fields.get("became_no"):
            raise FieldInvalid(entity=DEMAND.name, record="", field="became_no", reason="required")
        if form.event == "reopen":
            return services.reopen(self._store, demand_id, form.note)
        return services.cause(self._store, demand_id, form.event, form.note, "", **form.fields)

    def packages(self, scope: Scope) -> tuple[PackageRow, ...]:
        """The joint submissions that still take more in. Raises NotFound for who makes none."""
        package_area(self._store, scope)
        return tuple(row for row in package_reading.packages(self._store) if row.state == "collecting")

    def collect(
        self, scope: Scope, title: str, demand_ids: Sequence[bytes], into: bytes | None
    ) -> tuple[Done, str]:
        """Put demands into a joint submission, a new one where `into` is None; and its number."""
        members = packages.Members(tuple(demand_ids))
        if into is not None:
            done = packages.add(self._store, into, members)
        else:
            done = packages.collect(self._store, package_area(self._store, scope), title, members)
        return done, package_reading.package(self._store, done.record).row.no

    def accept_all(self, demand_ids: Sequence[bytes]) -> Done:
        return services.accept_all(self._store, demand_ids)

    def rate(self, demand_id: bytes, code: str, satisfaction: str, reason: str) -> tuple[Done, str]:
        """The resident's rating with the code of a slip, and what it counts as."""
        done = slips.rate(self._store, demand_id, code, satisfaction, reason)
        kept = demand_detail.demand(self._store, demand_id).values["satisfaction"]
        return done, str(kept or "")

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)


def _place_of(hit: Hit) -> Place | None:
    words = DOT.join(part for part in (hit.title, *hit.facts) if part)
    if hit.kind in _PLACE_FIELDS:
        field = _PLACE_FIELDS[hit.kind]
        record = hit.household_id if field == "household_id" and hit.household_id else hit.id
        person = hit.id if hit.kind is HitKind.RESIDENT else None
        return Place(field, record, words, household=field == "household_id", person=person)
    if hit.kind is HitKind.NODE and hit.tree is TreeKind.AREA:
        return Place("area_unit_id", hit.id, words)
    return None


def _going_on(rows: Sequence[IssueRow | ProjectRow], ends: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((row.no, DOT.join((row.no, row.title))) for row in rows if row.state not in ends)


def _merge_words(row: DemandRow) -> tuple[bytes, str]:
    return row.id, DOT.join(part for part in (row.no, row.title, row.place) if part)
