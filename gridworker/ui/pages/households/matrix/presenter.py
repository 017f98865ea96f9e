"""Which building the matrix shows and when it is read again. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.store.rows import Matrix, MatrixBuilding, Scope
from gridworker.ui.pages.households.matrix.grid import Grid, build_grid
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "household",
    "demand",
    "resident",
    "visit",
    "visit_amendment",
    "visit_void",
    "coverage",
    "estate",
    "building",
    "unit",
)


@dataclass(frozen=True)
class MatrixQuery:
    """`building_id` was asked for; else the building of `household_id`; else the first of the scope."""

    scope: Scope
    building_id: bytes | None = None
    household_id: bytes | None = None


@dataclass(frozen=True)
class MatrixAnswer:
    """The buildings of the scope, and the one shown (None where the scope has none)."""

    buildings: tuple[MatrixBuilding, ...]
    matrix: Matrix | None


class Matrices(Protocol):
    """What the matrix asks of the open profile; may run in another thread."""

    def matrix(self, query: MatrixQuery) -> MatrixAnswer: ...


class MatrixLook(Protocol):
    """What the presenter tells the pane."""

    def show_matrix(self, answer: MatrixAnswer, grid: Grid) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class MatrixPresenter:
    """Reads only while the matrix is the view in front; a scope or a change in between makes it stale."""

    def __init__(self, source: Matrices, run: Run, view: MatrixLook) -> None:
        self._source, self._run, self._view = source, run, view
        self._scope: Scope | None = None
        self._building: bytes | None = None
        self._buildings: tuple[MatrixBuilding, ...] = ()
        self._front = False
        self.stale = True

    @property
    def building_id(self) -> bytes | None:
        return self._building

    def show_scope(self, scope: Scope) -> None:
        """Another node: its first building."""
        if scope == self._scope and not self.stale:
            return
        if scope != self._scope:
            self._scope, self._building, self._buildings = scope, None, ()
        self._read_or_wait(None)

    def enter(self, household_id: bytes | None) -> None:
        """The matrix comes to the front: with the building of the household that is open, if it has one."""
        self._front = True
        if household_id is not None:
            self._building = None
        if self.stale or household_id is not None:
            self._read(household_id)

    def leave(self) -> None:
        """The table is in front again."""
        self._front = False

    def choose_building(self, building_id: bytes) -> None:
        if building_id != self._building:
            self._building = building_id
            self._read_or_wait(None)

    def step_building(self, by: int) -> None:
        """The next or previous building of the scope; nothing at the ends."""
        known = [building.id for building in self._buildings]
        at = known.index(self._building) + by if self._building in known else -1
        if 0 <= at < len(known):
            self.choose_building(known[at])

    def records_changed(self, changes: Changes, *, visible: bool) -> None:
        """Somebody saved something: read again now, or when the matrix is next looked at."""
        if not changes.concerns(*_CONCERNING):
            return
        self.stale = True
        if visible:
            self._read_or_wait(None)

    def refresh(self) -> None:
        """The page came to the front."""
        if self.stale:
            self._read_or_wait(None)

    def _read_or_wait(self, household_id: bytes | None) -> None:
        self.stale = True
        if self._front:
            self._read(household_id)

    def _read(self, household_id: bytes | None) -> None:
        if self._scope is None:
            return
        self.stale = False
        query = MatrixQuery(self._scope, self._building, household_id)
        self._run(
            lambda: self._source.matrix(query), self._show, self._view.show_error, topic="households.matrix"
        )

    def _show(self, answer: MatrixAnswer) -> None:
        self._buildings = answer.buildings
        self._building = answer.matrix.building.id if answer.matrix is not None else None
        grid = build_grid(answer.matrix) if answer.matrix is not None else Grid()
        self._view.show_matrix(answer, grid)
