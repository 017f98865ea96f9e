"""The verb report: the week's visits as files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.commands.records import plain, week_of
from gridworker.errors import TargetNotWritable
from gridworker.files import plain_errors

if TYPE_CHECKING:
    from gridworker.store.rows import Scope, WeekVisits
    from gridworker.store.store import Store
    from gridworker.wording import Wording


def report(call: Call) -> dict[str, Any]:
    """Write the weekly table in the formats asked for and say what is in it."""
    from gridworker.store.queries.reports import week_by_grid

    with call.opened() as store:
        scope = call.scope(store)
        week = week_by_grid(store, scope, week_of(call, store))
        folder = folder_of(Path(call.arguments.out))
        files = [
            str(write_report(store, week, scope, call.wording, folder, kind))
            for kind in call.arguments.format
        ]
    return {"week": week.week, "node": week.node_name, "total": plain(week.total), "files": files}


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
    store: Store, week: WeekVisits, scope: Scope, wording: Wording, folder: Path, kind: str
) -> Path:
    """Write one file (`kind` one of REPORT_FORMATS) and note the export.

    Raises TargetNotWritable, DiskFull, FolderReadOnly."""
    from gridworker.exports.formats import write_document
    from gridworker.exports.weekly import weekly_document
    from gridworker.services.exports import record_export

    document = weekly_document(week, wording, f"{store.clock.moment():%Y-%m-%d %H:%M}")
    target = folder / f"{week.week}-{in_file_name(scope.name)}.{kind}"
    write_document(document, target)
    record_export(store, "weekly_report", scope.node_id, week.week, kind)
    return target
