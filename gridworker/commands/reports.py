"""The verbs report and fill: the week's visits as files, and other people's forms filled with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.commands.exporting import let_document_out, let_file_out, release_of
from gridworker.commands.records import plain, week_of
from gridworker.errors import TargetNotWritable
from gridworker.files import plain_errors

if TYPE_CHECKING:
    from gridworker.store.export_rows import Release
    from gridworker.store.rows import Scope, WeekVisits
    from gridworker.store.store import Store
    from gridworker.wording import Wording


def report(call: Call) -> dict[str, Any]:
    """Write the weekly table, or the week's ledger of demands, in the formats asked for and say what is in it."""
    if call.arguments.kind == "demands":
        return _demands(call)
    from gridworker.exports.figures import in_json, weekly_figures
    from gridworker.store.queries.reports import week_by_grid

    with call.opened() as store:
        scope = call.scope(store)
        week = week_by_grid(store, scope, week_of(call, store))
        folder, release = folder_of(Path(call.arguments.out)), release_of(call, store)
        files = [
            str(write_report(store, week, scope, call.wording, folder, kind, release))
            for kind in call.arguments.format
        ]
        told = {"week": week.week, "node": week.node_name, "total": plain(week.total), "files": files}
        # For a program every figure; a person reads the files.
        return {**told, **in_json(weekly_figures(week, call.wording))} if call.arguments.json else told


def _demands(call: Call) -> dict[str, Any]:
    from gridworker.exports.demand_ledger import demand_document
    from gridworker.services.catalogues import entries
    from gridworker.store.queries.demand_ledger import demand_lines

    with call.opened() as store:
        scope, week = call.scope(store), week_of(call, store)
        lines = demand_lines(store, week.first, week.last, scope)
        catalogues = ("demand_source", "demand_category")
        own = {
            (name, one.code): one.name
            for name in catalogues
            for one in entries(store, name, all_of_them=True)
        }
        now = f"{store.clock.moment():%Y-%m-%d %H:%M}"
        period = (week.first, week.last)
        document = demand_document(store.identity, scope.name, period, lines, call.wording, now, own)
        folder, files, release = folder_of(Path(call.arguments.out)), [], release_of(call, store)
        for kind in call.arguments.format:
            target = folder / f"{week} {document.title}-{in_file_name(scope.name)}.{kind}"
            about = ("demands", scope.node_id, str(week))
            files.append(str(let_document_out(store, about, document, target, release)))
        return {"week": str(week), "node": scope.name, "demands": len(lines), "files": files}


def fill(call: Call) -> dict[str, Any]:
    """Fill somebody else's blank form with the figures of a period."""
    from gridworker.exports.figures import weekly_figures
    from gridworker.exports.filling.form import filled_form
    from gridworker.exports.filling.mapping import read_mapping
    from gridworker.store.queries.reports import week_by_grid

    template, chosen = Path(call.arguments.template), Path(call.arguments.mapping)
    mapping = read_mapping(chosen)
    with call.opened() as store:
        scope = call.scope(store)
        week = week_by_grid(store, scope, week_of(call, store))
        figures = weekly_figures(week, call.wording)
        name = f"{template.stem} {week.week}-{in_file_name(scope.name)}{template.suffix.lower()}"
        target = folder_of(Path(call.arguments.out)) / name
        filled = filled_form(template, mapping, figures.single, figures.lists)
        about = ("form", scope.node_id, week.week)
        file = let_file_out(store, about, lambda: filled.content, target, release_of(call, store))
    return {"file": str(file), "filled": list(filled.told)}


def folder_of(folder: Path) -> Path:
    """`folder`, made if it is not there; one that is there keeps its permissions."""
    with plain_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise TargetNotWritable(path=str(folder)) from error
    return folder


def in_file_name(name: str) -> str:
    """`name` as a part of a file name on every system: a node may be called `1/2 栋`."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(". ")[:60]


def write_report(
    store: Store,
    week: WeekVisits,
    scope: Scope,
    wording: Wording,
    folder: Path,
    kind: str,
    release: Release,
) -> Path:
    """Write one file (`kind` one of REPORT_FORMATS) and note the export.

    Raises TargetNotWritable, DiskFull, FolderReadOnly."""
    from gridworker.exports.weekly import weekly_document

    document = weekly_document(week, wording, f"{store.clock.moment():%Y-%m-%d %H:%M}")
    target = folder / f"{week.week}-{in_file_name(scope.name)}.{kind}"
    return let_document_out(store, ("weekly_report", scope.node_id, week.week), document, target, release)
