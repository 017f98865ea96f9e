"""The verb import: a ledger's verdicts, and applying it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.complaints import complaint
from gridworker.errors import FieldInvalid, ImportRefused, NotFound
from gridworker.files import plain_errors
from gridworker.models.guard import mask_identity_numbers

if TYPE_CHECKING:
    from gridworker.imports.plan import Corrections, Ground, Plan


def import_ledger(call: Call) -> dict[str, Any]:
    """`import FILE`, its dry run, or `import --template F`."""
    given = call.arguments
    if given.template:
        from gridworker.exports.ledger_template import write_template

        return {"template": str(write_template(Path(given.template), call.wording))}
    if not given.file:
        raise FieldInvalid(entity="import", record="", field="file", reason="required")
    try:
        return _imported(call, Path(given.file))
    except ImportRefused as refused:
        if not given.json:
            raise
        said = complaint(refused, call.wording)
        reason = {"code": str(refused.values["reason"]), "sentence": f"{said.what} {said.next}"}
        return {"refused": reason, "rows": [], "columns": [], "sheets": [], "counts": {}, "applied": False}


def _imported(call: Call, file: Path) -> dict[str, Any]:
    from gridworker.imports.account import plan_as_values
    from gridworker.imports.plan import plan_import
    from gridworker.imports.sheets import read_book
    from gridworker.services.imports import apply_import
    from gridworker.store.queries.ledger import ledger

    name = mask_identity_numbers(file.name)
    ground, corrections = _ground(call), _corrections(call)
    book = read_book(name, _content(file))
    with call.opened() as store:
        plan = plan_import(name, book, ledger(store), ground, corrections)
        applied = not call.arguments.dry_run and bool(plan.groups)
        if applied:
            apply_import(store, plan.groups, plan.batch, plan.counts)
    result = {"file": name, "kind": book.kind, "applied": applied, "batch": plan.batch if applied else ""}
    if call.arguments.json:
        return {**result, **plan_as_values(plan)}
    return {**result, **_told(call, plan)}


def _content(file: Path) -> bytes:
    with plain_errors(file):
        try:
            return file.read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:
            raise NotFound(what="file", wanted=str(file)) from error


def _ground(call: Call) -> Ground | None:
    from gridworker.imports.plan import Ground

    given = call.arguments
    if not given.basis:
        return None
    if not given.notice:
        raise FieldInvalid(entity="basis", record="", field="notice_version", reason="required")
    return Ground(given.basis, given.notice)


def _corrections(call: Call) -> Corrections:
    """The mapping a person corrected: `{"Sheet1": {"C": "room", "D": null}}`. Raises FieldInvalid."""
    from gridworker.imports.aliases import HEADERS
    from gridworker.imports.layout import index_of, letter_of

    if not call.arguments.mapping:
        return {}
    file = Path(call.arguments.mapping)
    try:
        read = json.loads(_content(file).decode("utf-8-sig"))
        found = {
            str(sheet): {letter_of(index_of(letter)): field for letter, field in columns.items()}
            for sheet, columns in read.items()
        }
        known = all(
            field is None or field in HEADERS for columns in found.values() for field in columns.values()
        )
    except (ValueError, AttributeError, TypeError) as error:
        raise FieldInvalid(
            entity="import", record=file.name, field="mapping", reason="not_a_mapping"
        ) from error
    if not known:
        raise FieldInvalid(entity="import", record=file.name, field="mapping", reason="not_a_mapping")
    return found


def _told(call: Call, plan: Plan) -> dict[str, Any]:
    """The plan for a person at a terminal: counts, refused columns, and the rows that need a look."""
    w = call.wording
    looked = [v for v in plan.verdicts if v.reason and v.verdict in ("refused", "duplicate?")]
    for verdict in looked[:50]:
        reason = w(f"import.reason.{verdict.reason}")
        call.say(
            "import.row", sheet=verdict.sheet, row=verdict.row, column=verdict.column or "–",
            verdict=w(f"import.verdict.{verdict.verdict.name.lower()}"), reason=reason,
        )  # fmt: skip
    if len(looked) > 50:
        call.say("import.more_rows", count=len(looked) - 50)
    for layout in plan.layouts:
        for column in layout.columns:
            if column.refused:
                call.say(
                    "import.column_refused", sheet=layout.sheet, letter=column.letter, header=column.header,
                    reason=w(f"import.reason.{column.why}"),
                )  # fmt: skip
    return {name: ", ".join(f"{k} {v}" for k, v in part.items()) for name, part in plan.counts.items()}
