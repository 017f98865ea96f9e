"""What the practice community has beside households: shops along the street, public spots, linked households, and a few
consents and service needs. Each has a source of chance of its own, so that nothing else changes with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridworker.models.household import NEEDS, NOTICE_VERSION, link_id
from gridworker.models.op import Draft, Value
from gridworker.practice.homes import Home
from gridworker.practice.places import Layout, Stair
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import HOUR, Calendar, Namer, SeededIds, create, milliseconds, source, texts
from gridworker.practice.size import Size

_LINKED, _AGREED = 8, 2
#: The days on which needs end, after the practice day; one ends so soon that its end can be watched.
_ENDS = ("2026-11-30", "2026-12-31", "2027-03-31")


class Streets:
    """Yields shops, spots, links, consents and needs for a layout whose homes are known."""

    def __init__(
        self, seed: int, size: Size, layout: Layout, posts: Posts, homes: Sequence[Sequence[Home]]
    ) -> None:
        self._chance = source(seed, "streets")
        calendar = Calendar(size.weeks)
        self._ids = SeededIds(self._chance, milliseconds(calendar.founded) + 3 * HOUR)
        self._namer = Namer(self._chance)
        self._words = texts("places")
        self._day = calendar.valid_from
        self._size, self._layout, self._posts, self._homes = size, layout, posts, homes

    def drafts(self) -> Iterator[Draft]:
        yield from self._shops()
        yield from self._spots()
        for place, homes in enumerate(self._homes):
            yield from self._links(self._posts.leaders[place], homes[:_LINKED])
            yield from self._agreed(homes[:_AGREED], needs=place % 2 == 0)

    def _one_of(self, options: Sequence[str]) -> str:
        return options[int(self._chance.random() * len(options))]

    def _shops(self) -> Iterator[Draft]:
        """All in the mixed micro-grid, one after the other along its stairwells."""
        stairs = [s for s in self._layout.stairs if self._layout.micro_grids[s.micro_grid].mixed]
        kinds: list[list[str]] = self._words["shops"]
        for number in range(1, self._size.shops + 1):
            stair = stairs[number % len(stairs)]
            what, kind = kinds[number % len(kinds)]
            name = f"演示·{self._one_of(self._words['names'])}{self._one_of(self._words['names'])}{what}"
            values: dict[str, Value] = {"name": name, "code": f"SH-{number:03d}", "kind": kind}
            values |= {"unit_id": stair.id, "front": self._one_of(self._words["fronts"]).format(no=number)}
            values["contact_person"] = self._namer.full(self._namer.surname(), woman=number % 2 == 0)
            values |= {"open_hours": self._one_of(self._words["hours"]), "visit_interval_days": 90}
            values["status"] = "closed" if number % 20 == 0 else "open"
            yield create("shop", self._ids.next(), values)

    def _spots(self) -> Iterator[Draft]:
        """One of each kind in every estate, at four different stairwells."""
        for estate in range(len(self._layout.estates)):
            stairs: list[Stair] = [s for s in self._layout.stairs if s.estate == estate]
            plan = self._layout.plans[estate]
            for place, (name, kind) in enumerate(self._words["spots"]):
                stair = stairs[place * len(stairs) // len(self._words["spots"])]
                values: dict[str, Value] = {
                    "name": f"演示·{plan.name}{name}",
                    "kind": kind,
                    "unit_id": stair.id,
                }
                values |= {"code": f"{plan.code}-P{place + 1}", "visit_interval_days": 30}
                yield create("public_spot", self._ids.next(), values)

    def _links(self, member: bytes, homes: Sequence[Home]) -> Iterator[Draft]:
        for home in homes:
            values: dict[str, Value] = {"household_id": home.id, "member_id": member, "valid_from": self._day}
            yield create("household_link", link_id(home.id, member), values)

    def _agreed(self, homes: Sequence[Home], *, needs: bool) -> Iterator[Draft]:
        for place, home in enumerate(homes):
            asked = needs and place == 0
            consent = self._ids.next()
            values: dict[str, Value] = {
                "resident_id": home.contact_id,
                "purposes": "service_need" if asked else "visit,contact",
                "notice_version": NOTICE_VERSION,
                "method": "paper",
                "given_on": self._day,
                "separate": int(asked),
            }
            yield create("consent", consent, values)
            if asked:
                yield self._need(home.contact_id, consent)

    def _need(self, resident: bytes, consent: bytes) -> Draft:
        values: dict[str, Value] = {
            "resident_id": resident,
            "need": self._one_of(NEEDS),
            "consent_id": consent,
        }
        values |= {"requested_by_self": 1, "valid_until": self._one_of(_ENDS)}
        values["note"] = self._one_of(self._words["need_notes"])
        return create("service_need", self._ids.next(), values)
