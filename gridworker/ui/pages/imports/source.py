"""The import page's questions and saves, put to the reader of ledgers and the open profile. Runs away from the
window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridworker.changes import Changes
from gridworker.files import plain_errors
from gridworker.imports.bringing import plan_bringing
from gridworker.imports.cells import Cell
from gridworker.imports.choices import MEMORY, SheetChoice, recalled, remembering
from gridworker.imports.layout import AS_FOUND, Layout, find_layout
from gridworker.imports.plan import Ground, Plan, plan_import
from gridworker.imports.sheets import Sheet, read_book
from gridworker.imports.values import is_identity_cell, written
from gridworker.models.bringing import Brought
from gridworker.models.guard import MASK, mask_identity_numbers
from gridworker.services import imports as services
from gridworker.services.import_undo import Undone, undo_import
from gridworker.services.imports import PastImport
from gridworker.store.queries.bringing import papers
from gridworker.ui.open_profile import Others
from gridworker.ui.pages.imports.presenter import Opened
from gridworker.ui.pages.running import Report, watching
from gridworker.wording import Wording

_SAMPLES, _SAMPLE_ROWS, _SAMPLE_LENGTH = 3, 200, 24


class ImportSource:
    """`store` is the open profile; the page passes it on to queries and services. `others`: the profiles beside it."""

    def __init__(self, store: Any, wording: Wording, others: Others | None = None) -> None:
        self._store, self._wording, self._others = store, wording, others

    def read(self, path: Path, report: Report) -> Opened:
        """The file's sheets with what is remembered about sheets like them. Raises ImportRefused, NotFound."""
        report(self._wording("import.doing.read"), 0, 0)
        name = mask_identity_numbers(path.name)
        with plain_errors(path):
            content = path.read_bytes()
        book = read_book(name, content)
        found = {sheet.name: find_layout(sheet) for sheet in book.sheets}
        choices = recalled(self._store.state(MEMORY), found)
        return _laid_out(Opened(name, book, found, found, {}), choices)

    def laid_out(self, opened: Opened, choices: Mapping[str, SheetChoice]) -> Opened:
        return _laid_out(opened, choices)

    def plan(self, opened: Opened, ground: Ground | None, report: Report) -> Plan:
        """The verdict of every row; what was decided about the columns is remembered. Raises ImportRefused, Stopped."""
        memory = remembering(self._store.state(MEMORY), opened.found, opened.choices)
        self._store.set_state({MEMORY: memory})
        watch = watching(report, self._wording("import.doing.plan"))
        watch(0, 0)
        plan = plan_import(
            opened.name, opened.book, services.known_before(self._store), ground, opened.choices, watch
        )
        watch(
            sum(plan.counts["rows"].values()), len(plan.verdicts)
        )  # counted here, not in the window's thread
        return plan

    def others(self) -> Sequence[str]:
        """The other profiles of this computer, by name."""
        return self._others.names() if self._others else ()

    def bring(self, name: str, passphrase: str, report: Report) -> Brought:
        """What another profile offers; it stays as it is. Raises WrongPassphrase, TooManyTries, ProfileInUse,
        PracticeMix, ProfileHasServer, Stopped and what else opening it may."""
        assert self._others is not None
        say, watch = self._wording, watching(report, self._wording("import.doing.open"))
        watch(0, 0)
        found = self._others.read(
            name, passphrase, lambda step, done, total: report(say(f"migration.{step}"), done, total)
        )
        watch(1, 1)  # whoever has closed the form meanwhile wants none of it
        return found

    def plan_brought(self, brought: Brought, report: Report, *, prefer: bool) -> Plan:
        """The verdict of every record another profile offers. Raises Stopped."""
        watch = watching(report, self._wording("import.doing.plan"))
        watch(0, 0)
        known = services.known_before(self._store)
        plan = plan_bringing(brought, known, papers(self._store), prefer=prefer, watch=watch)
        watch(
            sum(plan.counts["rows"].values()), len(plan.verdicts)
        )  # counted here, not in the window's thread
        return plan

    def apply(self, name: str, plan: Plan, report: Report) -> Changes:
        """Save the plan in one transaction. Raises NotAllowed, FieldInvalid, DiskFull, DatabaseBusy, Stopped."""
        watch = watching(report, self._wording("import.doing.apply"))
        watch(0, 0)
        return services.apply_import(
            self._store, plan.groups, plan.batch, plan.counts, file=name, watch=watch
        )

    def batches(self) -> Sequence[PastImport]:
        return services.past_imports(self._store)

    def take_back(self, batch: str, report: Report) -> Undone:
        """Undo an import in one transaction. Raises NotFound, NotAllowed, FieldInvalid, DiskFull, Stopped."""
        watch = watching(report, self._wording("import.doing.undo"))
        watch(0, 0)
        return undo_import(self._store, batch, self._wording("import.lifted"), watch=watch)

    def write_template(self, target: Path) -> Path:
        """A blank ledger to fill in."""
        from gridworker.exports.ledger_template import write_template

        return write_template(target, self._wording)


def _laid_out(opened: Opened, choices: Mapping[str, SheetChoice]) -> Opened:
    layouts = {
        sheet.name: _layout(opened, sheet, choices.get(sheet.name, AS_FOUND)) for sheet in opened.book.sheets
    }
    samples = {sheet.name: _samples(sheet, layouts[sheet.name]) for sheet in opened.book.sheets}
    return replace(opened, layouts=layouts, samples=samples, choices=dict(choices))


def _layout(opened: Opened, sheet: Sheet, choice: SheetChoice) -> Layout:
    return opened.found[sheet.name] if choice == AS_FOUND else find_layout(sheet, choice)


def _samples(sheet: Sheet, layout: Layout) -> dict[str, str]:
    """What stands in the first rows of each column that may be read, identity numbers masked."""
    last = layout.header[-1] if layout.header else 0
    rows = [row for row in sheet.rows[:_SAMPLE_ROWS] if row.number > last]
    found = {}
    for column in layout.columns:
        if column.refused:
            continue
        place = column.index
        cells = (row.cells[place] for row in rows if place < len(row.cells) and place not in row.filled)
        texts = dict.fromkeys(_shown(cell) for cell in cells if cell != "")
        found[column.letter] = " / ".join([text for text in texts if text][:_SAMPLES])
    return found


def _shown(cell: Cell) -> str:
    if is_identity_cell(cell):  # also one that a spreadsheet rounded, which no longer looks like one
        return MASK * 18
    return mask_identity_numbers(written(cell).strip())[:_SAMPLE_LENGTH]
