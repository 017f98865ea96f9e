"""Another profile's community beside this one: every stairwell, household, person, consent, shop and spot of it with
its verdict, and the ops that bring over what is not here. What is here is found by its place and stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from gridworker.imports.addresses import place_key
from gridworker.imports.bringing_homes import Homes
from gridworker.imports.bringing_papers import by_field
from gridworker.imports.bringing_places import Stands, matched_units
from gridworker.imports.comparing import Said
from gridworker.imports.plan import Plan, Watch
from gridworker.imports.reading import RowRefused
from gridworker.imports.register import Register
from gridworker.imports.verdicts import RowVerdict, Verdict
from gridworker.models.bringing import Brought, Papers
from gridworker.models.collector import collector_at_rest
from gridworker.models.ids import new_id, text_of
from gridworker.models.ledger import KnownRecord, KnownUnit, Ledger
from gridworker.models.op import Draft, Value
from gridworker.models.place import PUBLIC_SPOT, SHOP

_OFTEN = 500


def plan_bringing(
    brought: Brought, ledger: Ledger, papers: Papers, *, prefer: bool = False, watch: Watch | None = None
) -> Plan:
    """What bringing `brought` over would do. Where both say something, what is here stays, unless `prefer`; a "do not
    visit" and a consent that was taken back count from whichever side they come. Writes nothing."""
    with collector_at_rest():
        batch, register = text_of(new_id()), Register(ledger)
        bringing = _Bringing(brought, register, papers, batch, prefer, watch)
        bringing.take()
        plan = Plan(batch, tuple(bringing.verdicts), (), bringing.groups(), brought.stays, prefer)
        register.let_go()
        return plan


class _Bringing:
    """Goes through everything that is offered, in the order in which a person looks for it."""

    def __init__(
        self,
        brought: Brought,
        register: Register,
        papers: Papers,
        batch: str,
        prefer: bool,
        watch: Watch | None,
    ) -> None:
        theirs, self._watch = brought.ledger, watch
        self._ledger, self._consents = theirs, by_field(brought.papers.consents, "resident_id")
        self._units = matched_units(theirs.units, register.places)
        self._known = {unit.id: unit for unit in theirs.units}
        self._homes = Homes(brought, register, papers, self._units, batch, prefer=prefer)
        self._stands = [
            (Stands(SHOP, register, self._units, prefer=prefer), theirs.shops),
            (Stands(PUBLIC_SPOT, register, self._units, prefer=prefer), theirs.spots),
        ]
        parts = (theirs.units, theirs.households, theirs.residents, brought.papers.consents)
        self._total = sum(map(len, parts)) + len(theirs.shops) + len(theirs.spots)
        self._numbers: Counter[str] = Counter()
        self.verdicts: list[RowVerdict] = []

    def take(self) -> None:
        """Give every record its verdict."""
        homes, people = self._homes, by_field(self._ledger.residents, "household_id")
        for unit in self._ledger.units:
            self._judge("unit", "", f"{unit.estate} {_stairwell(unit)}", partial(self._unit, unit))
        for home in self._ledger.households:
            door = f"{self._at(home)}-{home.values['room']!s}"
            self._judge("household", "", door, partial(homes.household, home))
            # whoever has a guardian comes after those who may be one
            for person in sorted(people.get(home.id, ()), key=lambda each: bool(_guardian(each))):
                who = str(person.values["name"])
                self._judge("resident", who, door, partial(homes.resident, person))
                for consent in self._consents.get(person.id, ()):
                    self._judge("consent", who, door, partial(homes.consent, consent))
        for stands, offered in self._stands:
            for known in offered:
                who, at = str(known.values["name"]), self._at(known)
                self._judge(stands.entity.name, who, at, partial(stands.take, known))

    def _unit(self, unit: KnownUnit) -> Said:
        found = self._units[unit.id]
        if isinstance(found, str):
            raise RowRefused(found)
        return Said(Verdict.UNCHANGED)

    def _at(self, known: KnownRecord) -> str:
        """The stairwell of a record."""
        unit = known.values["unit_id"]
        return _stairwell(self._known[unit]) if isinstance(unit, bytes) and unit in self._known else "?"

    def _judge(self, sheet: str, who: str, at: str, judge: Callable[[], Said]) -> None:
        if self._watch and len(self.verdicts) % _OFTEN == 0:
            self._watch(min(len(self.verdicts), self._total), self._total)
        try:
            said = judge()
        except RowRefused as refused:
            said = Said(Verdict.REFUSED, refused.reason)
        self._numbers[sheet] += 1
        notes, fields = tuple(dict.fromkeys(said.notes)), tuple(said.fields)
        self.verdicts.append(
            RowVerdict(sheet, self._numbers[sheet], said.verdict, said.reason, "", at, notes, who, fields)
        )

    def groups(self) -> tuple[tuple[Draft, ...], ...]:
        """The ops: a group for each household, shop and spot."""
        return (*self._homes.groups(), *((draft,) for stands, _ in self._stands for draft in stands.drafts()))


def _stairwell(unit: KnownUnit) -> str:
    """How a stairwell is written before a room: `3-2`."""
    return f"{place_key(unit.building)}-{place_key(unit.unit)}"


def _guardian(person: KnownRecord) -> Value:
    return person.values["guardian_resident_id"]
