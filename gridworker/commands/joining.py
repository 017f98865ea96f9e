"""Bringing a community that stands alone to a server, as the window offers it: a look at what would go, then the
adoption itself, which may be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.errors import AdoptionStopped

if TYPE_CHECKING:
    from gridworker.store.store import Store
    from gridworker.ui.background import Report
    from gridworker.ui.open_profile import AdoptionPlan, OpenProfile


class ProfileAdoption:
    """For a real profile without a server. Use from one thread at a time. `opened` makes the profile that has one."""

    def __init__(self, store: Store, opened: Callable[[Store], OpenProfile]) -> None:
        self._store, self._opened = store, opened

    def begun(self) -> str:
        """The address of an attempt that did not come to its end, "" for none."""
        from gridworker.sync.adoption import under_way

        attempt = under_way(self._store)
        return attempt.url if attempt else ""

    def look(self) -> AdoptionPlan:
        """What would go, and what an attempt that was cut off was begun with. Sends nothing."""
        from gridworker.store.queries.adopting import whole_community
        from gridworker.sync.adoption import under_way
        from gridworker.sync.transport.authorities import write_authority
        from gridworker.ui.open_profile import AdoptionPlan

        attempt = under_way(self._store)
        file = write_authority(self._store, attempt.authority) if attempt and attempt.authority else ""
        return AdoptionPlan(whole_community(self._store), attempt.url if attempt else "", str(file))

    def bring(self, server: str, code: str, authority: str, report: Report) -> OpenProfile:
        """Bring everything to the empty server at `server`; steps are keys below `sync.adopt`. `authority`: a PEM file,
        "" for what this computer trusts.

        Raises as `sync.adoption.adopt` does, AuthorityInvalid, PlainHttpRefused, and AdoptionStopped where
        `report.cancelled`: then this computer's community is as it was."""
        from gridworker.sync.adoption import adopt
        from gridworker.sync.transport.authorities import read_authority
        from gridworker.sync.transport.http import HttpTransport

        def tell(done: int, total: int) -> None:
            if report.cancelled:
                raise AdoptionStopped(done=done, total=total)
            report("sending" if done < total else "checking", done, total)

        file = Path(authority) if authority else None
        kept = read_authority(file) if file else b""
        report("asking", 0, 0)
        transport = HttpTransport(server, authority=file)
        try:
            adopt(self._store, transport.url, code, transport, authority=kept, progress=tell)
        finally:
            transport.close()
        return self._opened(self._store)
