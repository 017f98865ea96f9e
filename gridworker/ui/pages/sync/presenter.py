"""What the sync page does: which stage or waiting matter is shown, and what the person decides about it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gridworker.changes import Changes
from gridworker.services.acts import Done
from gridworker.services.conflicts import Choice
from gridworker.services.rights import Erasure
from gridworker.services.undo import Undone
from gridworker.store.queries.device import DeviceFacts
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.store.queries.sync import ConflictCase, FleetRow, RoadLine
from gridworker.store.rows import Hit, Road
from gridworker.ui.pages.running import Run

Failed = Callable[[Exception], None]
Matter = ConflictCase | StuckOp | HeldRow


@dataclass(frozen=True)
class Overview:
    """Everything the page shows at once. `lines` are the records of the chosen stage, `matters` wait for a person.
    `may_decide` about held acts, `may_erase`: what this account's posts allow. `may_join`: this community could be
    brought to a server; `joining` is the address of an attempt that was cut off. `device`: None where there is no
    server."""

    counts: Mapping[Road, int]
    lines: tuple[RoadLine, ...]
    matters: tuple[Matter, ...]
    fleet: tuple[FleetRow, ...]
    alone: bool
    may_decide: bool = True
    may_erase: bool = False
    may_join: bool = False
    joining: str = ""
    device: DeviceFacts | None = None


class SyncSource(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def overview(self, stage: Road) -> Overview: ...

    def device(self) -> DeviceFacts: ...

    def choose(self, choices: Sequence[Choice]) -> Done: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...

    def try_again(self, op_id: bytes) -> None: ...

    def give_up(self, op_id: bytes, reason: str) -> Changes: ...

    def mend(self, matter: StuckOp, text: str) -> Changes: ...

    def take_out(self, op_id: bytes, target: Path) -> None: ...

    def accept_held(self, held_id: bytes, remark: str) -> Changes: ...

    def areas(self) -> Sequence[tuple[bytes, str]]: ...

    def hand_over(self, held_id: bytes, owner_id: bytes, remark: str) -> Changes: ...

    def reject_held(self, held_id: bytes, reason: str) -> Changes: ...

    def find(self, text: str) -> Sequence[Hit]: ...

    def would_erase(self, entity: str, record_id: bytes) -> Erasure: ...

    def erase(self, entity: str, record_id: bytes, reason: str) -> Changes: ...


class SyncView(Protocol):
    """What the presenter tells the page."""

    def show_overview(self, overview: Overview, stage: Road) -> None: ...

    def tell(self, key: str) -> None: ...

    def told_choice(self, done: Done) -> None: ...

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
        def done(chosen: Done) -> None:
            self._changed(chosen.changes)
            self._view.told_choice(chosen)
            self.read()

        self._run(lambda: self._source.choose(choices), done, self._view.show_error, lane="serial")

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None:
        def gone(undone: Undone) -> None:
            taken(undone)
            self.read()

        self._run(lambda: self._source.take_back(done, reason), gone, self._view.show_error, lane="serial")

    def try_again(self, op_id: bytes) -> None:
        def again() -> Changes:
            self._source.try_again(op_id)
            return Changes()

        self._act(again, "hurried")

    def give_up(self, op_id: bytes, reason: str) -> None:
        self._act(lambda: self._source.give_up(op_id, reason), "given_up")

    def mend(self, matter: StuckOp, text: str) -> None:
        self._act(lambda: self._source.mend(matter, text), "mended")

    def take_out(self, op_id: bytes, target: Path) -> None:
        def out() -> Changes:
            self._source.take_out(op_id, target)
            return Changes()

        self._act(out, "taken_out")

    def accept_held(self, held_id: bytes, remark: str = "") -> None:
        self._act(lambda: self._source.accept_held(held_id, remark), "accepted")

    def ask_areas(self, answered: Callable[[Sequence[tuple[bytes, str]]], None]) -> None:
        """The areas to which a held act may be passed on."""
        self._run(self._source.areas, answered, self._view.show_error, topic="sync.areas")

    def ask_device(self, answered: Callable[[DeviceFacts], None]) -> None:
        """What this computer is to its server."""
        self._run(self._source.device, answered, self._view.show_error, topic="sync.device")

    def hand_over(
        self, held_id: bytes, owner_id: bytes, remark: str, form: tuple[Callable[[], None], Failed]
    ) -> None:
        self._act(lambda: self._source.hand_over(held_id, owner_id, remark), "handed_over", form)

    def erase(
        self, entity: str, record_id: bytes, reason: str, form: tuple[Callable[[], None], Failed]
    ) -> None:
        self._act(lambda: self._source.erase(entity, record_id, reason), "erased", form)

    def reject_held(self, held_id: bytes, reason: str) -> None:
        self._act(lambda: self._source.reject_held(held_id, reason), "rejected")

    def _act(
        self,
        work: Callable[[], Changes],
        told: str,
        form: tuple[Callable[[], None], Failed] | None = None,
    ) -> None:
        """`form`: what closes the form it came from, and what shows an error in it."""

        def done(changes: Changes) -> None:
            if form is not None:
                form[0]()
            self._changed(changes)
            self._view.tell(f"sync.told.{told}")
            self.read()

        self._run(work, done, form[1] if form else self._view.show_error, lane="serial")
