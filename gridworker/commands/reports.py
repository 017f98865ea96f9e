"""The verbs report and fill: the report of a period as files, and other people's forms filled with its figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.commands.exporting import let_document_out, let_file_out, release_of
from gridworker.commands.records import plain
from gridworker.errors import PeriodAhead, PeriodInvalid, TargetNotWritable
from gridworker.files import plain_errors

if TYPE_CHECKING:
    from gridworker.exports.document import Document
    from gridworker.models.period import Period, PeriodKind
    from gridworker.store.export_rows import Release
    from gridworker.store.report_rows import Summary
    from gridworker.store.store import Store
    from gridworker.wording import Wording


#: Verb → the kind of its period.
KINDS: dict[str, PeriodKind] = {
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "annual": "year",
}


def report(call: Call) -> dict[str, Any]:
    """Write the report of a period in the formats asked for and say what is in it."""
    from gridworker.commands.freezing import frozen
    from gridworker.exports.figures import in_json, summary_figures
    from gridworker.exports.frozen import with_completeness
    from gridworker.store.queries.completeness import completeness
    from gridworker.store.queries.summary import summary

    given = call.arguments
    with call.opened() as store:
        scope = call.scope(store)
        period = period_of(call, store, KINDS[given.kind])
        if given.freeze or given.frozen or given.supplement_of:
            return frozen(call, store, scope, period)
        found = summary(store, scope, period, ledger=given.ledger or given.json)
        folder, release = folder_of(Path(given.out)), release_of(call, store)
        public = (given.edition or ("public" if period.kind == "year" else "office")) == "public"
        document = made_document(store, found, call.wording, public=public, ledger=given.ledger)
        document = with_completeness(document, completeness(store, scope, period), call.wording)
        files = [str(write_report(store, found, document, folder, kind, release)) for kind in given.format]
        told = {"period": str(period), "node": found.node_name, "total": plain(found.now), "files": files}
        # For a program every figure; a person reads the files.
        return {**told, **in_json(summary_figures(found, call.wording))} if given.json else told


def period_of(call: Call, store: Store, kind: PeriodKind | None = None) -> Period:
    """The period of `--period`, of any kind where `kind` is None, else the present one (a week where no kind is asked
    for). Raises PeriodInvalid for another kind, PeriodAhead for one that has not begun."""
    from gridworker.models.period import Period

    text, today = call.arguments.period, store.clock.today()
    if not text:
        return Period.of_day(kind or "week", today)
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise PeriodInvalid(period=text) from error
    if kind is not None and period.kind != kind:
        raise PeriodInvalid(period=text)
    if period.first > today:
        raise PeriodAhead(period=text, first=period.first)
    return period


def fill(call: Call) -> dict[str, Any]:
    """Fill somebody else's blank form with the figures of a period."""
    from gridworker.exports.figures import summary_figures
    from gridworker.exports.filling.form import filled_form
    from gridworker.exports.filling.mapping import read_mapping
    from gridworker.store.queries.summary import summary

    template, chosen = Path(call.arguments.template), Path(call.arguments.mapping)
    mapping = read_mapping(chosen)
    with call.opened() as store:
        scope = call.scope(store)
        period = period_of(call, store)
        figures = summary_figures(summary(store, scope, period, ledger=True), call.wording)
        # The form itself stays as it is, so that the mark of the practice community can only be in its name.
        mark = f" {call.wording('report.practice_mark')}" if store.identity.practice else ""
        name = f"{template.stem} {period}-{in_file_name(scope.name)}{mark}{template.suffix.lower()}"
        target = folder_of(Path(call.arguments.out)) / name
        filled = filled_form(template, mapping, figures.single, figures.lists)
        about = ("form", scope.node_id, str(period))
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


def made_document(
    store: Store, found: Summary, wording: Wording, *, public: bool = False, ledger: bool = False
) -> Document:
    """The report as it stands at this moment."""
    from gridworker.exports.summary import summary_document

    moment = f"{store.clock.moment():%Y-%m-%d %H:%M}"
    return summary_document(found, wording, moment, public=public, ledger=ledger)


def write_report(
    store: Store, found: Summary, document: Document, folder: Path, kind: str, release: Release
) -> Path:
    """Write one file (`kind` one of REPORT_FORMATS) and note the export.

    Raises TargetNotWritable, DiskFull, FolderReadOnly."""
    from gridworker.services.exports import REPORT_CODES

    target = folder / f"{found.period}-{in_file_name(found.node_name)}.{kind}"
    about = (REPORT_CODES[found.period.kind], found.node_id, str(found.period))
    return let_document_out(store, about, document, target, release)
