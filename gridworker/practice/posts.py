"""The Party tree, the people who hold posts, and their logins. None of them is a resident of the community."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from gridworker.models.op import Draft, Value
from gridworker.practice.places import Layout, number_word
from gridworker.practice.seeded import HOUR, Calendar, Namer, SeededIds, create, milliseconds, phone, source
from gridworker.practice.size import COMMUNITY_NAME, Size, shares

COMMITTEE, WORKERS, PART_TIME, ADVISERS = 7, 7, 12, 2
#: The last of the workers lead every grid in their charge, which gives two of them two posts.
_DOUBLE = 2


@dataclass
class Posts:
    """Who holds which post: `leaders` by micro-grid, `grid_leaders` and `grid_workers` by grid, `logins` to members."""

    drafts: list[Draft] = field(default_factory=list)
    secretary_id: bytes = b""
    logins: dict[str, bytes] = field(default_factory=dict)
    leaders: list[bytes] = field(default_factory=list)
    grid_leaders: list[bytes] = field(default_factory=list)
    grid_workers: list[bytes] = field(default_factory=list)
    people: int = 0


class _Clerk:
    """Writes the organisation down, from the community's secretary to the micro-grid groups."""

    def __init__(self, seed: int, size: Size, layout: Layout) -> None:
        calendar, chance = Calendar(size.weeks), source(seed, "posts")
        self._ids = SeededIds(chance, milliseconds(calendar.founded) + HOUR)
        self._namer, self._chance = Namer(chance), chance
        self._valid_from = calendar.valid_from
        self._layout, self._size = layout, size
        self._top = self._ids.next()
        self._groups: list[bytes] = []
        self._names: set[str] = set()
        self.posts = Posts()

    def _add(self, entity: str, values: dict[str, Value]) -> bytes:
        record = self._ids.next()
        self.posts.drafts.append(create(entity, record, values))
        return record

    def raise_party_tree(self) -> None:
        """1 community organisation, its branches by grids, one group for each micro-grid."""
        counts = shares(self._size.party_members, [1] * len(self._layout.micro_grids))
        values: dict[str, Value] = {
            "kind": "community_party_org",
            "name": f"{COMMUNITY_NAME}党组织",
            "sort_no": 1,
        }
        values.update(member_count=self._size.party_members, contact_post="书记", phone=self._phone())
        self.posts.drafts.append(create("org_unit", self._top, values))
        start = sort = 0
        for index, plan in enumerate(self._layout.plans):
            grids = [g for g, estate in enumerate(self._layout.grid_estates) if estate == index]
            split = shares(len(grids), [1] * plan.branches)
            for turn, taken in enumerate(split, start=1):
                mine, grids = set(grids[:taken]), grids[taken:]
                stop = start + sum(micro.grid in mine for micro in self._layout.micro_grids)
                sort += 1
                ordinal = f"第{number_word(turn)}" if plan.branches > 1 else ""
                self._branch(f"{plan.name}{ordinal}党支部", sort, counts, range(start, stop))
                start = stop

    def _branch(self, name: str, sort: int, counts: list[int], micros: range) -> None:
        total = sum(counts[m] for m in micros)
        branch = self._add(
            "org_unit",
            {"kind": "grid_branch", "name": name, "parent_id": self._top, "sort_no": sort, "member_count": total,
             "contact_post": "支部书记", "phone": self._phone()},
        )  # fmt: skip
        for place, index in enumerate(micros, start=1):
            micro = self._layout.micro_grids[index]
            group = self._add(
                "org_unit",
                {"kind": "micro_grid_group", "name": f"{micro.label} 微网格党小组", "parent_id": branch,
                 "sort_no": place, "member_count": counts[index], "contact_post": "微网格长"},
            )  # fmt: skip
            self._groups.append(group)
            self._add(
                "org_cover", {"org_unit_id": group, "area_unit_id": micro.id, "valid_from": self._valid_from}
            )

    def _phone(self) -> str:
        self.posts.people += 1
        return phone(self.posts.people)

    def _member(self, org_unit: bytes, login: str = "", surname: str = "") -> bytes:
        name = ""
        while (
            not name or name in self._names
        ):  # two colleagues of one name would be hard to tell apart in a lesson
            family = surname or self._namer.surname()
            name = self._namer.full(family, woman=self._chance.random() < 0.55)
        self._names.add(name)
        values: dict[str, Value] = {"name": name, "org_unit_id": org_unit}
        values.update(work_phone=self._phone(), joined_on=self._valid_from)
        member = self._add("member", values)
        if login:
            self.posts.logins[login] = member
        return member

    def _appoint(self, member: bytes, role: str, area: bytes, duties: str = "") -> None:
        values: dict[str, Value] = {"member_id": member, "role_code": role, "area_unit_id": area}
        values["valid_from"] = self._valid_from
        if duties:
            values["duties_text"] = duties
        self._add("appointment", values)

    def fill_posts(self) -> None:
        community = self._layout.community_id
        secretary = self.posts.secretary_id = self._member(self._top, "shuji", surname="林")
        self._appoint(secretary, "community_secretary", community, "主持社区全面工作。")
        committee = [self._member(self._top, f"liangwei{n:02d}") for n in range(1, COMMITTEE + 1)]
        for member in committee:
            self._appoint(member, "committee_member", community)
        self._fill_grids([secretary, *committee])
        for micro, group in zip(self._layout.micro_grids, self._groups, strict=True):
            leader = self._member(group, f"mg{micro.label}")
            self.posts.leaders.append(leader)
            self._appoint(leader, "micro_grid_leader", micro.id)
        # Members of the two committees are posted to the estates and sit there with the property company.
        for estate, member in zip(self._layout.estates, cycle(committee), strict=False):
            self._appoint(member, "red_steward", estate, "派驻小区，与物业、业委会合署办公。")
        for role, count in (("part_time_member", PART_TIME), ("legal_expert", ADVISERS)):
            for _ in range(count):
                self._appoint(self._member(self._top), role, community)

    def _fill_grids(self, others: list[bytes]) -> None:
        """Every grid has one full-time worker and one leader; most leaders are not its worker."""
        grids = self._layout.grids
        workers = [self._member(self._top, f"wangge{n:02d}") for n in range(1, WORKERS + 1)]
        next_grid = self._charges()
        leaders: dict[int, bytes] = {}
        charged: dict[int, bytes] = {}
        for place, (member, charge) in enumerate(zip(workers, next_grid, strict=True)):
            for grid in charge:
                self._appoint(member, "full_time_grid_worker", grids[grid])
                charged.setdefault(grid, member)
            for grid in charge if place >= WORKERS - _DOUBLE else charge[:1]:
                leaders.setdefault(grid, member)
        spare = cycle(others)
        for grid, area in enumerate(grids):
            leader = leaders.get(grid) or next(spare)
            self.posts.grid_leaders.append(leader)
            self.posts.grid_workers.append(charged[grid])
            self._appoint(leader, "grid_leader", area)

    def _charges(self) -> Iterator[list[int]]:
        """The grids of each worker: neighbours where there are enough, shared where there are not."""
        count = len(self._layout.grids)
        if count < WORKERS:
            yield from ([worker % count] for worker in range(WORKERS))
            return
        extra = count % WORKERS
        start = 0
        for worker in range(WORKERS):
            stop = start + count // WORKERS + (worker < extra)
            yield list(range(start, stop))
            start = stop

    def open_accounts(self) -> None:
        for login, member in self.posts.logins.items():
            self._add("account", {"member_id": member, "login": login, "state": "active"})


def found_posts(seed: int, size: Size, layout: Layout) -> Posts:
    """The organisation over `layout`, as drafts with parents first."""
    clerk = _Clerk(seed, size, layout)
    clerk.raise_party_tree()
    clerk.fill_posts()
    clerk.open_accounts()
    return clerk.posts
