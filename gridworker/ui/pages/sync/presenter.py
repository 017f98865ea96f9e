"""What the sync page does: which stage or waiting matter is shown, and what the person decides about it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.services.conflicts import Choice
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.store.queries.sync import ConflictCase, FleetRow, RoadLine
from gridworker.store.rows import Road
from gridworker.ui.pages.running import Run

Matter = ConflictCase | StuckOp | HeldRow


@dataclass(frozen=True)
class Overview:
    """Everything the page shows at once. `lines` are the records of the chosen stage, `matters` wait for a person."""

    counts: Mapping[Road, int]
    lines: tuple[RoadLine, ...]
    matters: tuple[Matter, ...]
    fleet: tuple[FleetRow, ...]
    alone: bool


class SyncSource(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def overview(self, stage: Road) -> Overview: ...

    def choose(self, choices: Sequence[Choice]) -> Changes: ...

    def try_again(self, op_id: bytes) -> None: ...

    def give_up(self, op_id: bytes, reason: str) -> Changes: ...

    def mend(self, matter: StuckOp, text: str) -> Changes: ...

    def accept_held(self, held_id: bytes) -> Changes: ...

    def reject_held(self, held_id: bytes, reason: str) -> Changes: ...


class SyncView(Protocol):
    """What the presenter tells the page."""

    def show_overview(self, overview: Overview, stage: Road) -> None: ...

    def tell(self, key: str) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class SyncPresenter:
    def __init__(
        self, source: SyncSource, run: Run, view: SyncView, changed: Callable[[Changes], None]
    ) -> None:
        self._source, self._run, self._view, self._changed = source, run, view, changed
        self.stage = Road.ATTENTION

    def show_stage(self, stage: Road) -> None:
        """List the records of `stage`; ATTENTION lists what waits for a person."""
        self.stage = stage
        self.read()

    def read(self) -> None:
        """Ask for everything again."""
        stage = self.stage
        self._run(
            lambda: self._source.overview(stage),
            lambda found: self._view.show_overview(found, stage),
            self._view.show_error,
            topic="sync.overview",
        )

    # -- what the person decides -----------------------------------------------------------------------------------

    def choose(self, choices: Sequence[Choice]) -> None:
        self._act(lambda: self._source.choose(choices), "chosen")

    def try_again(self, op_id: bytes) -> None:
        def again() -> Changes:
            self._source.try_again(op_id)
            return Changes()

        self._act(again, "hurried")

    def give_up(self, op_id: bytes, reason: str) -> None:
        self._act(lambda: self._source.give_up(op_id, reason), "given_up")

    def mend(self, matter: StuckOp, text: str) -> None:
        self._act(lambda: self._source.mend(matter, text), "mended")

    def accept_held(self, held_id: bytes) -> None:
        self._act(lambda: self._source.accept_held(held_id), "accepted")

    def reject_held(self, held_id: bytes, reason: str) -> None:
        self._act(lambda: self._source.reject_held(held_id, reason), "rejected")

    def _act(self, work: Callable[[], Changes], told: str) -> None:
        def done(changes: Changes) -> None:
            self._changed(changes)
            self._view.tell(f"sync.told.{told}")
            self.read()

        self._run(work, done, self._view.show_error, lane="serial")
