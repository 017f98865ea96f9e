"""The dry run: every row of a file beside what is known, with its verdict, and the ops that applying it would save.
Writes nothing; the counts are those of the ops, and so the difference in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from gridworker.errors import ImportRefused
from gridworker.imports.choices import Choices
from gridworker.imports.demands import DEMAND_COLUMNS, Demands
from gridworker.imports.layout import AS_FOUND, Layout, find_layout
from gridworker.imports.reading import Reading, RowRefused
from gridworker.imports.readings import RowReader
from gridworker.imports.record import Record
from gridworker.imports.register import GROUNDED, Register, basis_draft, drafts_of
from gridworker.imports.sheets import Book, Sheet, SheetRow
from gridworker.imports.shops import SHOP_COLUMNS, Shops
from gridworker.imports.verdicts import RowSorter, RowVerdict, Verdict, reason_above
from gridworker.models.collector import collector_at_rest
from gridworker.models.household import HOUSEHOLD, RESIDENT
from gridworker.models.ids import new_id, text_of
from gridworker.models.ledger import Ledger
from gridworker.models.op import Draft, OpKind, Value

#: Told how many of how many rows were judged; what it raises ends the planning.
Watch = Callable[[int, int], None]
_OFTEN = 1000
CHANNEL = "excel"
ENTITIES = ("household", "resident", "basis", "consent", "shop", "public_spot", "demand")


@dataclass(frozen=True)
class Ground:
    """The basis asked for once per file: `kind` (models/household.BASIS_KINDS) and the version of the notice."""

    kind: str
    notice_version: str
    channel: str = CHANNEL

    def values(self, today: str, batch: str) -> dict[str, Value]:
        """What every basis of the file says, recorded today."""
        return {
            "kind": self.kind,
            "notice_version": self.notice_version,
            "recorded_on": today,
            "channel": self.channel,
            "import_batch": batch,
        }


@dataclass(frozen=True)
class Plan:
    """`groups` are the ops, one group per household, shop or demand: each may be refused without the others. `batch` is
    written into every basis of the file. `stays` counts, by entity, what another profile keeps for itself, None for a
    file; `prefers` says that where both say something that profile counts."""

    batch: str
    verdicts: tuple[RowVerdict, ...]
    layouts: tuple[Layout, ...]
    groups: tuple[tuple[Draft, ...], ...]
    stays: Mapping[str, int] | None = None
    prefers: bool = False

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """`rows` by verdict; every one of ENTITIES with `created` and `changed`; `removed` where something goes with a
        consent that was taken back."""
        rows = Counter(str(verdict.verdict) for verdict in self.verdicts)
        found: dict[str, dict[str, int]] = {"rows": {str(verdict): rows[str(verdict)] for verdict in Verdict}}
        made = Counter((draft.entity, draft.kind) for group in self.groups for draft in group)
        for entity in ENTITIES:
            found[entity] = {"created": made[entity, OpKind.CREATE], "changed": made[entity, OpKind.SET]}
        for (entity, kind), count in made.items():
            if kind is OpKind.DELETE:
                found.setdefault(entity, {"created": 0, "changed": 0})["removed"] = count
        return found


def plan_import(
    name: str,
    book: Book,
    ledger: Ledger,
    ground: Ground | None = None,
    choices: Choices = MappingProxyType({}),
    watch: Watch | None = None,
) -> Plan:
    """What importing `book` would do. Raises ImportRefused (`no_header`, `hidden_sheet`, `left_out`) if no sheet
    of it can be read."""
    layouts = tuple(find_layout(sheet, choices.get(sheet.name, AS_FOUND)) for sheet in book.sheets)
    readable = [layout for layout in layouts if not layout.trouble]
    if not readable:
        troubles = [layout.trouble for layout, sheet in zip(layouts, book.sheets, strict=True) if sheet.rows]
        order = ("no_header", "hidden_sheet", "left_out")
        raise ImportRefused(file=name, reason=next(t for t in order if t in troubles))
    with collector_at_rest():
        rows = sum(len(sheet.rows) for sheet in book.sheets)
        planner = _Planner(Register(ledger), ground, text_of(new_id()), watch, rows)
        for sheet, layout in zip(book.sheets, layouts, strict=True):
            planner.take(sheet, layout)
        plan = Plan(planner.batch, tuple(planner.verdicts), layouts, planner.groups(ledger.today))
        planner.let_go()
        return plan


@dataclass
class _Planner:
    register: Register
    ground: Ground | None
    batch: str
    watch: Watch | None
    rows: int
    verdicts: list[RowVerdict] = field(default_factory=list)
    _touched: dict[bytes, Record] = field(default_factory=dict)
    shops: Shops = field(init=False)
    demands: Demands = field(init=False)

    def __post_init__(self) -> None:
        self.shops = Shops(self.register)
        self.demands = Demands(self.register)

    def let_go(self) -> None:
        """The plan is made: what it was made from is freed."""
        self.register.let_go()
        while self._touched:
            self._touched.popitem()

    def groups(self, today: str) -> tuple[tuple[Draft, ...], ...]:
        """The ops by household, in the order in which the file names them."""
        made = []
        ground = self.ground.values(today, self.batch) if self.ground else {}
        for home in self._touched.values():
            drafts = drafts_of(self.register, home)
            if basis := basis_draft(self.register, home, ground):
                drafts.append(basis)
            if drafts:
                made.append(tuple(drafts))
        return (*made, *((draft,) for draft in self.shops.drafts()), *self.demands.groups())

    def take(self, sheet: Sheet, layout: Layout) -> None:
        """Give every row of `sheet` its verdict."""
        if layout.trouble:
            self._take_none(sheet, layout)
            return
        reader = RowReader(layout, self.register.places, merges_known=sheet.merges_known)
        sorter = RowSorter(layout, next((r for r in sheet.rows if r.number == layout.header[-1]), None))
        for row in sheet.rows:
            if self.watch and len(self.verdicts) % _OFTEN == 0:
                self.watch(len(self.verdicts), self.rows)
            if row.number in layout.header:
                self._say(sheet, row, Verdict.SKIPPED, "header")
            elif row.number < layout.header[0]:
                self._say(sheet, row, Verdict.SKIPPED, reason_above(row, layout.header[0]))
            elif reason := sorter.reason_to_skip(row):
                if reason != "blank":
                    reader.forget()
                self._say(sheet, row, Verdict.SKIPPED, reason)
            else:
                self.verdicts.append(self._judged(sheet, row, reader))

    def _take_none(self, sheet: Sheet, layout: Layout) -> None:
        """A sheet that is not read: every row of it is skipped."""
        for row in sheet.rows:
            self._say(sheet, row, Verdict.SKIPPED, layout.trouble)

    def _say(self, sheet: Sheet, row: SheetRow, verdict: Verdict, reason: str) -> None:
        self.verdicts.append(RowVerdict(sheet.name, row.number, verdict, reason))

    # -- one record ----------------------------------------------------------------------------------------------

    def _judged(self, sheet: Sheet, row: SheetRow, reader: RowReader) -> RowVerdict:
        try:
            reading = reader.read(row)
        except RowRefused as refused:
            ended = refused.reason == "closed_already"  # it stays in the ledger it comes from
            verdict = Verdict.SKIPPED if ended else Verdict.REFUSED
            return RowVerdict(sheet.name, row.number, verdict, refused.reason, refused.column)
        try:
            verdict, reason, record = self._taken(reading)
        except RowRefused as refused:
            names = SHOP_COLUMNS if reading.shop else DEMAND_COLUMNS if reading.demand else {}
            column = reader.letter(names.get(refused.column, refused.column))
            return RowVerdict(sheet.name, row.number, Verdict.REFUSED, refused.reason, column)
        notes = tuple(dict.fromkeys(reading.notes)) if reading.notes else ()
        return RowVerdict(sheet.name, row.number, verdict, reason, "", record, notes)

    def _taken(self, reading: Reading) -> tuple[Verdict, str, str]:
        """Judge first, then keep: a row that is refused or a double leaves nothing behind."""
        if reading.demand:
            return self.demands.take(reading)
        if reading.shop:
            return self.shops.take(reading, self.ground)
        register = self.register
        home = register.household_of(reading)
        unit = reading.unit or register.unit_of(home)
        if unit is None:
            raise RowRefused("address_unknown", "address")
        if not unit.allowed:
            raise RowRefused("not_allowed")
        fresh = home is None
        home = home or register.new_household(unit, reading)
        door = register.door_name(home)
        changed = self._household_changes(home, reading, fresh=fresh)
        if not reading.person:
            if home.listed:
                return Verdict.DUPLICATE, "twice_in_file", door
            home.listed = True
            return self._kept(home, changed, fresh=fresh), "", door
        person, double = register.person_of(None if fresh else home, reading)
        if double:
            return Verdict.DUPLICATE, double, door
        verdict = self._person_taken(home, person, changed, reading, fresh=fresh)
        return verdict, "", door

    def _household_changes(self, home: Record, reading: Reading, *, fresh: bool) -> dict[str, Value]:
        if fresh:
            self.register.check(HOUSEHOLD, home.given)
            if home.given.get("visit_opt_out"):
                home.given["visit_opt_out_on"] = self.register.rules.today
            return {}
        wanted = reading.household
        if reading.floor is not None and home.value("floor") is None:
            wanted.setdefault("floor", reading.floor)
        changed, contradicted = home.differences(wanted)
        if contradicted:
            reading.notes.append("differs_within_file")
        if changed:
            if changed.get("visit_opt_out"):
                changed["visit_opt_out_on"] = self.register.rules.today
            self.register.check(HOUSEHOLD, changed)
        return changed

    def _person_taken(
        self, home: Record, person: Record | None, changed: dict[str, Value], reading: Reading, *, fresh: bool
    ) -> Verdict:
        if not self.ground:
            self._leave_out_ungrounded(home, person, reading)
        new = person is None
        person = person or Record(next(self.register.ids), None, reading.person)
        if new:
            values = person.given
            values["household_id"] = home.id
        else:
            values, contradicted = person.differences(reading.person)
            if contradicted:
                reading.notes.append("differs_within_file")
        if reading.leads and not home.value("contact_resident_id"):
            values["is_contact"] = 1
            changed["contact_resident_id"] = person.id
        self.register.check(RESIDENT, values)
        if not new:
            person.given.update(values)
        person.listed = True
        if self.ground:
            home.wants_ground |= GROUNDED.intersection(values)
        kept = self._kept(home, changed, fresh=fresh)
        if new:
            self.register.keep_person(home, person)
            return Verdict.NEW
        return Verdict.UPDATE if values and kept is Verdict.UNCHANGED else kept

    def _leave_out_ungrounded(self, home: Record, person: Record | None, reading: Reading) -> None:
        """The file has no ground: personal fields it would change are left out where the household has none either."""
        brings = reading.person
        for name in GROUNDED - home.grounds:
            if name in brings and brings[name] not in (None, person and person.value(name)):
                del brings[name]
                reading.notes.append("basis_missing")

    def _kept(self, home: Record, changed: Mapping[str, Value], *, fresh: bool) -> Verdict:
        home.given.update(changed)
        if fresh:
            self.register.keep_household(home)
        self._touched.setdefault(home.id, home)
        return Verdict.NEW if fresh else Verdict.UPDATE if changed else Verdict.UNCHANGED
