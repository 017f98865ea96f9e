"""What the window is given when a profile is open: the store to pass on to queries and services, and the few acts
only the composition root can offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from gridworker.models.bringing import Brought
    from gridworker.store.queries.adopting import Whole
    from gridworker.ui.background import Report
    from gridworker.ui.sync_pilot import Perform


@dataclass(frozen=True)
class AdoptionPlan:
    """What bringing a community to a server takes along. `begun`: the address of an attempt that was cut off, and
    `authority` the file of certificates it was begun with; "" for none."""

    goes: Whole
    begun: str = ""
    authority: str = ""


class Adoption(Protocol):
    """The way of a community that stands alone to a server; all of it runs away from the window."""

    def begun(self) -> str: ...

    def look(self) -> AdoptionPlan: ...

    def bring(self, server: str, code: str, authority: str, report: Report) -> OpenProfile: ...


class Others(Protocol):
    """The other profiles of this computer, by the names of their folders."""

    def names(self) -> tuple[str, ...]: ...

    def read(self, name: str, passphrase: str, progress: Callable[[str, int, int], None]) -> Brought: ...


@dataclass(frozen=True)
class OpenProfile:
    """`store` is passed on, never asked. `perform` carries out exchanges, None for a community that stands alone.
    `index_some()` makes pulled records findable, 0 when all are. `close()` closes everything. `wipe()` takes a
    stopped profile off this computer instead and says whether the server noted it. `stick` carries the exchange without
    a network; None where that makes no sense. `rest()` gives back memory that only the opening needed.
    `adoption` brings a community that stands alone to a server; None for every other profile. `others` are the
    profiles beside it; None for the practice community, which meets none."""

    store: Any
    perform: Perform | None
    index_some: Callable[[], int]
    close: Callable[[], None]
    wipe: Callable[[], bool]
    stick: Any = None
    rest: Callable[[], None] = lambda: None
    adoption: Adoption | None = None
    others: Others | None = None
