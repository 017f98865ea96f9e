"""Areas, places and which micro-grid looks after which stairwell. The community's root is the first draft."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridworker.models.op import Draft, Value
from gridworker.practice.seeded import Calendar, SeededIds, create, milliseconds, source
from gridworker.practice.size import COMMUNITY_CODE, COMMUNITY_NAME, EstatePlan, Size, shares

_DIGITS = "零一二三四五六七八九"
_PERMANENT, _TEMPORARY = 12375, 6748


@dataclass(frozen=True)
class MicroGrid:
    """`label` is what people say: `1602` is the second micro-grid of the sixteenth grid."""

    id: bytes
    label: str
    estate: int
    grid: int
    mixed: bool


@dataclass(frozen=True)
class Stair:
    """One stairwell (unit) with its rooms still to be filled."""

    id: bytes
    code: str
    estate: int
    micro_grid: int
    floors: int
    doors: int


@dataclass
class Layout:
    """The founded places; `estate`, `grid` and `micro_grid` above are indexes into these lists."""

    community_id: bytes
    plans: tuple[EstatePlan, ...]
    drafts: list[Draft] = field(default_factory=list)
    estates: list[bytes] = field(default_factory=list)
    grids: list[bytes] = field(default_factory=list)
    grid_estates: list[int] = field(default_factory=list)
    micro_grids: list[MicroGrid] = field(default_factory=list)
    stairs: list[Stair] = field(default_factory=list)


def number_word(number: int) -> str:
    """1 to 99 in Chinese as in 第十六网格; beyond, in digits."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


class _Surveyor:
    """Draws one estate after the other into a layout."""

    def __init__(self, seed: int, size: Size) -> None:
        calendar = Calendar(size.weeks)
        self._ids = SeededIds(source(seed, "places"), milliseconds(calendar.founded))
        self._valid_from = calendar.valid_from
        self._sort = 0
        self.layout = Layout(self._ids.next(), size.plans())
        residents = sum(plan.residents for plan in self.layout.plans)
        note = f"申报常住 {_PERMANENT} 人、暂住 {_TEMPORARY} 人" if residents == _PERMANENT else ""
        self._area(
            self.layout.community_id, "community", COMMUNITY_CODE, COMMUNITY_NAME, None,
            resident_count_declared=residents, boundary_note=note or None,
        )  # fmt: skip

    def _area(
        self, record: bytes, kind: str, code: str, name: str, parent: bytes | None, **more: Value
    ) -> None:
        self._sort += 1
        values: dict[str, Value] = {"kind": kind, "code": code, "name": name, "parent_id": parent}
        values.update(sort_no=self._sort, valid_from=self._valid_from, **more)
        self.layout.drafts.append(create("area_unit", record, values))

    def draw(self, index: int, plan: EstatePlan) -> None:
        area = self._ids.next()
        self.layout.estates.append(area)
        code = f"{COMMUNITY_CODE}E{index + 1:02d}"
        above = self.layout.community_id
        self._area(area, "estate", code, plan.name, above, resident_count_declared=plan.residents)
        stair_counts: list[int] = []
        micro_counts = shares(plan.micro_grids, [1] * plan.grids)
        for micros, stairs in zip(micro_counts, shares(plan.stairs, micro_counts), strict=True):
            self._grid(index, area, micros)
            stair_counts += shares(stairs, [1] * micros)
        first = len(self.layout.micro_grids) - plan.micro_grids
        owners = [first + micro for micro, count in enumerate(stair_counts) for _ in range(count)]
        self._buildings(index, plan, owners)

    def _grid(self, estate: int, parent: bytes, micros: int) -> None:
        number, grid = len(self.layout.grids) + 1, self._ids.next()
        self.layout.grids.append(grid)
        self.layout.grid_estates.append(estate)
        code = f"{COMMUNITY_CODE}{number:03d}"
        self._area(grid, "grid", code, f"第{number_word(number)}网格", parent, grid_kind="basic")
        for place in range(1, micros + 1):
            # The shops along the street lie in the last micro-grid of the first grid.
            mixed = number == 1 and place == micros
            micro = MicroGrid(self._ids.next(), f"{number}{place:02d}", estate, number - 1, mixed)
            self.layout.micro_grids.append(micro)
            kind = "mixed" if micro.mixed else "residential"
            self._area(
                micro.id, "micro_grid", f"{code}{place:02d}", f"{micro.label} 微网格", grid, micro_kind=kind
            )

    def _buildings(self, index: int, plan: EstatePlan, owners: list[int]) -> None:
        add, estate = self.layout.drafts.append, self._ids.next()
        add(create("estate", estate, {"code": plan.code, "name": plan.name, "sort_no": index + 1}))
        for number in range(1, plan.buildings + 1):
            building, code = self._ids.next(), f"{plan.code}-{number}"
            values: dict[str, Value] = {"estate_id": estate, "code": code, "name": f"{number}栋"}
            add(create("building", building, {**values, "floors": plan.floors, "sort_no": number}))
            for entrance in range(1, plan.units + 1):
                owner = owners[(number - 1) * plan.units + entrance - 1]
                stair = Stair(self._ids.next(), f"{code}-{entrance}", index, owner, plan.floors, plan.doors)
                self._stair(building, entrance, stair)

    def _stair(self, building: bytes, entrance: int, stair: Stair) -> None:
        self.layout.stairs.append(stair)
        unit: dict[str, Value] = {"building_id": building, "code": stair.code}
        unit.update(name=f"{entrance}单元", sort_no=entrance)
        cover: dict[str, Value] = {
            "micro_grid_id": self.layout.micro_grids[stair.micro_grid].id,
            "unit_id": stair.id,
        }
        cover["valid_from"] = self._valid_from
        self.layout.drafts += (create("unit", stair.id, unit), create("coverage", self._ids.next(), cover))


def found_places(seed: int, size: Size) -> Layout:
    """Every area, estate, building, stairwell and coverage, as drafts with parents first."""
    surveyor = _Surveyor(seed, size)
    for index, plan in enumerate(surveyor.layout.plans):
        surveyor.draw(index, plan)
    return surveyor.layout
