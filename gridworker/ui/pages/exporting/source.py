"""Exports put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridworker.exports.leaving import let_out
from gridworker.services.exports import ExportRegister, last_release, may_unmask, record_export
from gridworker.store.export_rows import ExportLog, Release, Written
from gridworker.store.queries.exports import export_log


@dataclass(frozen=True)
class Export:
    """One thing that may leave. `what` is its code, `title` its name for people, `name` the file's without ending.
    `make(form, masked)` gives the bytes, away from the window; `can_unmask`: it also knows them unmasked."""

    what: str
    title: str
    name: str
    node_id: bytes
    period: str
    forms: tuple[str, ...]
    make: Callable[[str, bool], bytes]
    can_unmask: bool = False


class ExportSource:
    """`store` is the open profile."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def before(self) -> tuple[Release | None, bool]:
        """What was answered last, and whether this account may let unmasked content out."""
        return last_release(self._store), may_unmask(self._store)

    def check(self, export: Export, form: str, release: Release) -> None:
        """Raises what `let_out` would refuse before anything is made."""
        self._register(export, form).permit(release, export.name)

    def let_out(self, export: Export, form: str, release: Release, target: Path) -> Written:
        def make() -> bytes:
            return export.make(form, release.masked)

        return let_out(make, form, target, release, self._register(export, form))

    def note(self, export: Export, form: str) -> None:
        """Put on record what was handed out without a file: printed."""
        record_export(self._store, export.what, export.node_id, export.period, form)

    def log(self) -> ExportLog:
        return export_log(self._store)

    def _register(self, export: Export, form: str) -> ExportRegister:
        return ExportRegister(self._store, export.what, export.node_id, export.period, form)
