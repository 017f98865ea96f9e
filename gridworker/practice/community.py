"""The practice community as drafts, ready for whoever applies them. Builds nothing twice and writes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridworker.models.op import Draft
from gridworker.practice.demands import Casebook, Seen
from gridworker.practice.homes import Settlement
from gridworker.practice.lists import Lists
from gridworker.practice.meetings import Deliberation
from gridworker.practice.places import Layout, found_places
from gridworker.practice.posts import Posts, found_posts
from gridworker.practice.rosters import roster_drafts
from gridworker.practice.rounds import visit_drafts
from gridworker.practice.size import COMMUNITY_CODE, COMMUNITY_NAME, Size
from gridworker.practice.streets import Streets

DEMO = Size()
SEED = 2026


@dataclass(frozen=True)
class Practice:
    """One practice community. `logins` leads from a login to its member; `expected` is about how many drafts come,
    for a progress bar (within a few per cent)."""

    seed: int
    size: Size
    layout: Layout
    posts: Posts
    name: str = COMMUNITY_NAME
    code: str = COMMUNITY_CODE

    @property
    def community_id(self) -> bytes:
        return self.layout.community_id

    @property
    def secretary_id(self) -> bytes:
        return self.posts.secretary_id

    @property
    def logins(self) -> dict[str, bytes]:
        return dict(self.posts.logins)

    @property
    def expected(self) -> int:
        homes = sum(plan.rooms + plan.occupied + plan.residents for plan in self.layout.plans)
        visits = 2 * self.size.weeks * self.size.attempts_per_week
        planned = 5 * self.size.attempts_per_week + 25 * (len(self.layout.grids) + 2)
        beside = self.size.shops + 4 * len(self.layout.estates) + 11 * len(self.layout.micro_grids)
        asked = 7 * self.size.weeks * self.size.demands_per_week
        listed = 750 if self.size.lists else 0
        return (
            len(self.layout.drafts)
            + len(self.posts.drafts)
            + homes
            + visits
            + planned
            + beside
            + asked
            + listed
        )

    def drafts(self) -> Iterator[Draft]:
        """Every create, parents first and the community's area node before all; made while they are taken. The same
        each time."""
        yield from self.layout.drafts
        yield from self.posts.drafts
        yield from roster_drafts(self.seed, self.layout, self.posts)
        settlement = Settlement(self.seed, self.size, self.layout, self.posts.people)
        yield from settlement.drafts()
        around = (self.seed, self.size, self.layout, self.posts, settlement.homes)
        seen = Seen()
        yield from seen.watch(Streets(*around).drafts())
        yield from seen.watch(visit_drafts(*around))
        asked = Casebook(*around, seen)
        yield from asked.drafts()
        if self.size.lists:
            yield from Lists(self.seed, self.layout, self.posts).drafts()
            yield from Deliberation(self.seed, self.layout, self.posts, asked.case).drafts()


def practice_community(seed: int = SEED, scale: Size = DEMO) -> Practice:
    """The community of `seed` and `scale`: places and posts at once, the rest when its drafts are taken."""
    layout = found_places(seed, scale)
    return Practice(seed, scale, layout, found_posts(seed, scale, layout))


def founding_drafts(seed: int = SEED, scale: Size = DEMO) -> Iterator[Draft]:
    """The drafts of `practice_community(seed, scale)`."""
    return practice_community(seed, scale).drafts()
