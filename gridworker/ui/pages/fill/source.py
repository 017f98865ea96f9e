"""The page's questions put to the open profile and to files. Runs away from the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridworker.errors import MappingInvalid, NotFound
from gridworker.exports.figures import summary_figures
from gridworker.exports.filling.form import filled_form
from gridworker.exports.filling.mapping import FormMapping, mapping_of, read_mapping, write_mapping
from gridworker.exports.filling.reading import BlankForm, read_form
from gridworker.files import write_atomically
from gridworker.models.period import Period, PeriodKind
from gridworker.services.forms import remember, remembered
from gridworker.store.queries.drill import records_behind
from gridworker.store.queries.drill_lines import line_behind
from gridworker.store.queries.summary import summary
from gridworker.store.report_rows import Behind
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.fill.choices import Choice, choices_of
from gridworker.ui.pages.fill.presenter import Opened
from gridworker.wording import Wording


class FormSource:
    """`store` is the open profile."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording

    def present(self, kind: PeriodKind) -> Period:
        return Period.of_day(kind, str(self._store.clock.today()))

    def choices(self, scope: Scope, period: Period) -> tuple[Choice, ...]:
        found = summary(self._store, scope, period, ledger=True)
        return choices_of(summary_figures(found, self._wording), self._wording)

    def behind(self, scope: Scope, period: Period, key: str) -> tuple[Behind, ...]:
        """What a figure counts; nothing for one that counts no records, such as the name of the community."""
        change = ".change"
        try:
            return records_behind(self._store, scope, period, key.removesuffix(change))
        except NotFound:
            return ()

    def behind_line(
        self, scope: Scope, period: Period, name: str, line: int, column: str
    ) -> tuple[Behind, ...]:
        """What one value of one line of a list stands for."""
        found = summary(self._store, scope, period, ledger=True)
        return line_behind(self._store, scope, found, name, line, column)

    def open(self, path: Path) -> Opened:
        form = read_form(path)
        kept = remembered(self._store, form.labels)
        if kept is None:
            return Opened(form, None)
        try:
            return Opened(form, mapping_of(kept.encode(), path.name))
        except MappingInvalid:
            return Opened(form, None)  # of a newer version of the program: the form is mapped anew

    def load(self, path: Path) -> FormMapping:
        return read_mapping(path)

    def save(self, path: Path, mapping: FormMapping) -> None:
        write_atomically(path, write_mapping(mapping))

    def remember(self, form: BlankForm, mapping: FormMapping) -> None:
        remember(self._store, form.labels, write_mapping(mapping).decode())

    def to_export(self, scope: Scope, period: Period, form: BlankForm, mapping: FormMapping) -> Export:
        def make(_: str, __: bool) -> bytes:
            figures = summary_figures(summary(self._store, scope, period, ledger=True), self._wording)
            return filled_form(form.path, mapping, figures.single, figures.lists).content

        # The form itself stays as it is, so that the mark of the practice community can only be in its name.
        mark = self._wording("report.practice_mark") if self._store.identity.practice else ""
        name = f"{form.path.stem} {period} {mark}".strip()
        title = self._wording("export.what.form")
        return Export("form", title, name, scope.node_id, str(period), (form.kind,), make)
