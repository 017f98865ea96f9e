"""Verbs about records: list, search, log."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.errors import NotFound
from gridworker.models.days import Week
from gridworker.models.ids import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridworker.store.rows import Hit, HouseholdRow
    from gridworker.store.store import Store


def plain(value: Any) -> Any:
    """A row as JSON can hold it: ids in their written form, enums as their codes."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, bytes):
        return text_of(value) if len(value) == 16 else value.hex()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    return value


#: More households than one computer keeps.
_ALL = 1_000_000


def show(call: Call) -> list[Any]:
    """`list households|visits|drafts|nodes`."""
    from gridworker.store.queries import households, tree, unvisited, visits

    what = call.arguments.what
    limit = call.arguments.limit
    with call.opened() as store:
        if what == "nodes":
            return [plain(node) for node in (*tree.org_tree(store), *tree.area_tree(store))[:limit]]
        if what == "drafts":
            return [plain(row) for row in visits.draft_rows(store)[:limit]]
        scope = call.scope(store)
        if what == "visits":
            week = week_of(call, store)
            return [plain(row) for row in visits.week_visits(store, scope, week)[:limit]]
        days = call.arguments.unvisited
        if days is not None:
            found = unvisited.unvisited(store, scope, days, limit or _ALL)
            call.say("cli.unvisited", count=found.count, days=days)
            return [plain(row) for row in found.first]
        rids = households.household_ids(store, scope)[:limit]
        return [plain(row) for row in households.household_rows(store, rids)]


def week_of(call: Call, store: Store) -> Week:
    """The week of `--period`, else the present one. Raises PeriodInvalid."""
    from gridworker.errors import PeriodInvalid

    text = getattr(call.arguments, "period", None)
    if not text:
        return Week.of_day(store.clock.today())
    try:
        return Week.parse(text)
    except ValueError as error:
        raise PeriodInvalid(period=text) from error


#: With a node given, so many more are looked up before those outside it are left out.
_LOOKED_THROUGH = 5000


def search(call: Call) -> list[Any]:
    """Households, residents, shops, spots, visits and nodes, each with `kind` and `match`. A household and a resident
    carry the row of the household as `list households` has it."""
    from gridworker.store.queries import households
    from gridworker.store.queries.find import find
    from gridworker.store.rows import HitKind

    given = call.arguments
    with call.opened() as store:
        while store.index_some():  # what an older version left without its keys
            pass
        if given.node:
            units = call.scope(store).unit_ids
            hits = [hit for hit in find(store, given.text, _LOOKED_THROUGH) if hit.unit_id in units][
                : given.limit
            ]
        else:
            hits = list(find(store, given.text, given.limit))
        homes = [hit.household_id for hit in hits if hit.household_id and hit.kind is not HitKind.VISIT]
        rows = {row.id: row for row in households.rows_of(store, homes)}
        return [_told(hit, rows) for hit in hits]


def _told(hit: Hit, rows: Mapping[bytes, HouseholdRow]) -> Any:
    from gridworker.store.rows import HitKind

    found = {"kind": hit.kind, "match": hit.match, "title": hit.title, "facts": hit.facts}
    home = rows.get(hit.household_id or b"")
    if home is not None:
        resident = {"resident_id": hit.id} if hit.kind is HitKind.RESIDENT else {}
        return plain({**asdict(home), **resident, **found})  # a door first, as ever
    belongs = (
        {"household_id": hit.household_id} if hit.household_id else {"tree": hit.tree} if hit.tree else {}
    )
    return plain({**found, "id": hit.id, "state": hit.state, **belongs})


def log(call: Call) -> dict[str, object]:
    """Log a visit to the household with this code."""
    from gridworker.services.visits import VisitForm, log_visit

    given = call.arguments
    with call.opened() as store:
        form = VisitForm(
            household_id=household_named(store, given.household),
            visited_on=given.on or store.clock.today(),
            outcome=given.outcome,
            mode=given.mode,
            said=given.said,
            next_step=given.next_step,
            next_on=given.next_on,
        )
        logged = log_visit(store, form)
    return {"no": logged.no, "visit": text_of(logged.visit_id)}


def household_named(store: Store, code: str) -> bytes:
    """The id of the household with this code. Raises NotFound."""
    with store.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT id FROM household WHERE code = ? AND deleted = 0", (code,)
        ).scalar()
    if not isinstance(found, bytes):
        raise NotFound(what="household", wanted=code)
    return found
