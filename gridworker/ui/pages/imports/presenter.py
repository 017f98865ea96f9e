"""What the import page does: file, columns, preview, applying, taking back. Knows which step comes when; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from gridworker.changes import Changes
from gridworker.imports.choices import SheetChoice
from gridworker.imports.layout import Layout
from gridworker.imports.plan import Ground, Plan
from gridworker.imports.sheets import Book
from gridworker.models.bringing import Brought
from gridworker.services.import_undo import Undone
from gridworker.services.imports import PastImport
from gridworker.ui.pages.running import Report, Run, RunLong, Stopped, Ticket


class Stage(StrEnum):
    START = "start"
    COLUMNS = "columns"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Opened:
    """A file that was read. `found` are its layouts before any choice, `layouts` as they are with `choices`; `samples`
    is what stands in the first rows of each column, by sheet and letter, "" for what may not be shown."""

    name: str
    book: Book
    found: Mapping[str, Layout]
    layouts: Mapping[str, Layout]
    samples: Mapping[str, Mapping[str, str]]
    choices: Mapping[str, SheetChoice] = field(default_factory=dict)

    @property
    def wants_ground(self) -> bool:
        """True where a column brings a phone or a year of birth, which are kept only on a ground."""
        return any(not at.trouble and {"phone", "birth"} & at.fields.keys() for at in self.layouts.values())


class Imports(Protocol):
    """What the page asks of the open profile; all of it may take time."""

    def read(self, path: Path, report: Report) -> Opened: ...

    def laid_out(self, opened: Opened, choices: Mapping[str, SheetChoice]) -> Opened: ...

    def plan(self, opened: Opened, ground: Ground | None, report: Report) -> Plan: ...

    def others(self) -> Sequence[str]: ...

    def bring(self, name: str, passphrase: str, report: Report) -> Brought: ...

    def plan_brought(self, brought: Brought, report: Report, *, prefer: bool) -> Plan: ...

    def apply(self, name: str, plan: Plan, report: Report) -> Changes: ...

    def batches(self) -> Sequence[PastImport]: ...

    def take_back(self, batch: str, report: Report) -> Undone: ...

    def write_template(self, target: Path) -> Path: ...


class ImportView(Protocol):
    """What the presenter tells the page."""

    def show_stage(self, stage: Stage) -> None: ...

    def show_working(self, words: str, done: int, total: int) -> None: ...

    def show_idle(self) -> None: ...

    def show_columns(self, opened: Opened) -> None: ...

    def show_plan(self, plan: Plan) -> None: ...

    def show_batches(self, batches: Sequence[PastImport]) -> None: ...

    def offer_profiles(self, names: Sequence[str]) -> None: ...

    def brought(self) -> None: ...

    def not_brought(self, error: Exception) -> None: ...

    def applied(self, plan: Plan, changes: Changes) -> None: ...

    def taken_back(self, what: Undone) -> None: ...

    def template_written(self, target: Path) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ImportPresenter:
    """One file, or one other profile, at a time. `busy` while something long is under way."""

    def __init__(self, source: Imports, run: Run, run_long: RunLong, view: ImportView) -> None:
        self._source, self._run, self._run_long, self._view = source, run, run_long, view
        self._ticket: Ticket | None = None
        self.opened: Opened | None = None
        self.brought: Brought | None = None
        self.prefer = False
        self.plan: Plan | None = None
        self.ground: Ground | None = None

    @property
    def busy(self) -> bool:
        return self._ticket is not None

    # -- file and columns ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first step again; what was read is forgotten."""
        if not self.busy:
            self.opened = self.plan = self.brought = None
            self._view.show_stage(Stage.START)
            self._run(
                self._source.others, self._view.offer_profiles, self._view.show_error, topic="import.others"
            )
            self._run(
                self._source.batches, self._view.show_batches, self._view.show_error, topic="import.batches"
            )

    def open(self, path: Path) -> None:
        """Read a file and show what its columns are."""
        self._long(lambda report: self._source.read(path, report), self._read)

    def _read(self, opened: Opened) -> None:
        self.opened, self.plan, self.brought = opened, None, None
        self._view.show_columns(opened)
        self._view.show_stage(Stage.COLUMNS)

    # -- another profile -----------------------------------------------------------------------------------------

    def bring(self, name: str, passphrase: str) -> None:
        """Read another profile and show what would come of each of its records."""
        self._long(
            lambda report: self._source.bring(name, passphrase, report), self._brought, self._view.not_brought
        )

    def _brought(self, brought: Brought) -> None:
        self.opened, self.brought, self.prefer = None, brought, False
        self._view.brought()
        self._plan_brought()

    def _plan_brought(self) -> None:
        brought, prefer = self.brought, self.prefer
        if brought is not None:
            self._long(
                lambda report: self._source.plan_brought(brought, report, prefer=prefer), self._planned
            )

    def prefer_theirs(self, on: bool) -> None:
        """Where both say something, what is brought counts; judged anew."""
        if self.brought is not None and not self.busy:
            self.prefer = on
            self._plan_brought()

    # -- columns -------------------------------------------------------------------------------------------------

    def choose_field(self, sheet: str, letter: str, name: str | None) -> None:
        """A column is another field, or none."""
        before = self._choice(sheet)
        self._choose(sheet, SheetChoice({**before.columns, letter: name}, before.header, before.skip))

    def choose_header(self, sheet: str, first: int, last: int) -> None:
        """The header stands in other rows: what was decided about its columns is forgotten."""
        self._choose(sheet, SheetChoice({}, (first, max(first, last)), self._choice(sheet).skip))

    def leave_out(self, sheet: str, *, skip: bool) -> None:
        before = self._choice(sheet)
        self._choose(sheet, SheetChoice(before.columns, before.header, skip))

    def forget_choices(self, sheet: str) -> None:
        """As the sheet was found."""
        self._choose(sheet, SheetChoice())

    def _choice(self, sheet: str) -> SheetChoice:
        return self.opened.choices.get(sheet, SheetChoice()) if self.opened else SheetChoice()

    def _choose(self, sheet: str, choice: SheetChoice) -> None:
        opened = self.opened
        if opened is None or self.busy:
            return
        choices = {**opened.choices, sheet: choice}
        self.opened = replace(opened, choices=choices)  # the next choice builds on this one, answered or not
        self._run(
            lambda: self._source.laid_out(opened, choices),
            self._laid_out,
            self._view.show_error,
            topic="import.layout",
        )

    def _laid_out(self, opened: Opened) -> None:
        self.opened = opened
        self._view.show_columns(opened)

    # -- preview and applying ------------------------------------------------------------------------------------

    def preview(self, ground: Ground | None) -> None:
        """Judge every row; nothing is saved."""
        opened = self.opened
        if opened is not None:
            self.ground = ground
            self._long(lambda report: self._source.plan(opened, ground, report), self._planned)

    def _planned(self, plan: Plan) -> None:
        self.plan = plan
        self._view.show_plan(plan)
        self._view.show_stage(Stage.PREVIEW)

    def back(self) -> None:
        """One step back; what was decided stays."""
        if self.busy:
            return
        if self.plan is not None and self.opened is not None:
            self.plan = None
            self._view.show_stage(Stage.COLUMNS)
        else:
            self.begin()

    def apply(self) -> None:
        """Save everything the preview says, in one transaction."""
        plan, named = self.plan, self.opened or self.brought
        if named is None or plan is None or not plan.groups:
            return

        def applied(changes: Changes) -> None:
            self.begin()
            self._view.applied(plan, changes)

        self._long(lambda report: self._source.apply(named.name, plan, report), applied, lane="serial")

    def take_back(self, batch: str) -> None:
        """Undo an import."""

        def done(what: Undone) -> None:
            self.begin()
            self._view.taken_back(what)

        self._long(lambda report: self._source.take_back(batch, report), done, lane="serial")

    def write_template(self, target: Path) -> None:
        self._run(
            lambda: self._source.write_template(target),
            self._view.template_written,
            self._view.show_error,
            lane="serial",
        )

    # -- what takes long -----------------------------------------------------------------------------------------

    def _long(
        self,
        work: Callable[[Report], Any],
        done: Callable[[Any], None],
        refused: Callable[[Exception], None] | None = None,
        *,
        lane: str = "quick",
    ) -> None:
        if self.busy:
            return

        def ended(result: Any) -> None:
            self._ticket = None
            self._view.show_idle()
            done(result)

        def failed(error: Exception) -> None:
            self._ticket = None
            self._view.show_idle()
            if not isinstance(error, Stopped):
                (refused or self._view.show_error)(error)

        self._view.show_working("", 0, 0)
        self._ticket = self._run_long(
            work, ended, failed, progress=self._view.show_working, topic="import.long", lane=lane
        )

    def cancel(self) -> None:
        """Ask what is under way to stop: everything stays as it was."""
        if self._ticket is not None:
            self._ticket.cancel()
