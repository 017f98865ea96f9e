"""The exchange by a stick as the window offers it: a request into a folder, the answer from there, told in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridworker.store.store import Store
    from gridworker.ui.background import Report

Told = tuple[str, dict[str, object]]


class ProfileStick:
    """For a profile with a server. Use from one thread at a time, never beside an exchange. Steps and
    answers are keys below `sync.stick`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, folder: Path, report: Report) -> Told:
        """Write everything unsent into a new file in `folder`.

        Raises BundleNeedsNetwork, TargetNotWritable, DiskFull."""
        from gridworker.sync.carrying import Carrier

        report("writing", 0, 1)
        written = Carrier(self._store).write_request(folder)
        report("writing", 1, 1)
        return "written", {"n": written.ops, "file": written.path.name}

    def read(self, folder: Path, report: Report) -> Told:
        """Take in the answer in `folder`. Raises BundleMisdirected, BundleOutdated, BundleUnreadable, PracticeMix."""
        from gridworker.sync.carrying import Carrier

        carrier = Carrier(self._store)
        report("checking", 0, 3)
        answer = carrier.newest_answer(folder)
        report("taking", 1, 3)
        done = carrier.take_answer(answer)
        report("indexing", 2, 3)
        while self._store.index_some():
            if report.cancelled:  # what is left is made findable in the background
                break
        report("indexing", 3, 3)
        again = done.unsent or done.more or done.copying
        waits = done.conflicts + done.rejected + done.held
        return "again" if again else "taken", {"sent": done.sent, "rows": done.rows, "waits": waits}
