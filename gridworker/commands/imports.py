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
    from gridworker.imports.choices import SheetChoice
    from gridworker.imports.plan import Ground, Plan
    from gridworker.imports.verdicts import RowVerdict
    from gridworker.store.store import Store


def import_ledger(call: Call) -> dict[str, Any]:
    """`import FILE` or `--from-profile DIR`, their dry run, or `import --template F`, `--past`, `--undo BATCH`."""
    given = call.arguments
    if given.template:
        from gridworker.exports.ledger_template import write_template

        return {"template": str(write_template(Path(given.template), call.wording))}
    if given.undo or given.past:
        return _undone(call) if given.undo else _past(call)
    if given.from_profile:
        return _brought(call)
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
    from gridworker.imports.choices import MEMORY, recalled
    from gridworker.imports.layout import find_layout
    from gridworker.imports.plan import plan_import
    from gridworker.imports.sheets import read_book
    from gridworker.services.imports import known_before

    name = mask_identity_numbers(file.name)
    ground, choices = _ground(call), _choices(call)
    book = read_book(name, _content(file))
    with call.opened() as store:
        found = {sheet.name: find_layout(sheet) for sheet in book.sheets if sheet.name not in choices}
        choices = recalled(store.state(MEMORY), found) | choices  # as corrected in the window
        plan = plan_import(name, book, known_before(store), ground, choices)
        return _applied(call, store, plan, name, book.kind)


def _brought(call: Call) -> dict[str, Any]:
    """What another profile of this computer offers; that profile stays as it is."""
    from gridworker.commands.bringing import read_profile
    from gridworker.imports.bringing import plan_bringing
    from gridworker.services.imports import known_before
    from gridworker.store.queries.bringing import papers

    given = call.arguments
    with call.opened() as store:
        phrase = call.passphrase_from(given.from_passphrase_file, "cli.ask_other_passphrase")
        there = read_profile(Path(given.from_profile), phrase, practice=store.known.practice)
        plan = plan_bringing(there, known_before(store), papers(store), prefer=given.prefer)
        return _applied(call, store, plan, there.name, "profile")


def _applied(call: Call, store: Store, plan: Plan, name: str, kind: str) -> dict[str, Any]:
    """Apply `plan` unless this is a dry run, and tell it."""
    from gridworker.imports.account import plan_as_values
    from gridworker.services.imports import apply_import

    applied = not call.arguments.dry_run and bool(plan.groups)
    if applied:
        apply_import(store, plan.groups, plan.batch, plan.counts, file=name)
    result = {"file": name, "kind": kind, "applied": applied, "batch": plan.batch if applied else ""}
    if call.arguments.json:
        return {**result, **plan_as_values(plan)}
    return {**result, **_told(call, plan)}


def _past(call: Call) -> dict[str, Any]:
    """Every import applied on this computer, the newest first."""
    import msgspec

    from gridworker.services.imports import past_imports

    with call.opened() as store:
        past = past_imports(store)
    if not call.arguments.json:
        for one in past:
            state = call.wording("import.page.undone") if one.undone else ""
            call.say(
                "import.past_line", batch=one.batch, file=one.file, at=one.at, created=one.created,
                changed=one.changed, state=state,
            )  # fmt: skip
        return {"imports": len(past)}
    return {"imports": msgspec.to_builtins(past)}


def _undone(call: Call) -> dict[str, Any]:
    """Take an import back. Raises NotFound for one that is not known here."""
    from gridworker.services.import_undo import undo_import

    with call.opened() as store:
        undone = undo_import(store, call.arguments.undo, call.wording("import.lifted"))
    return {"removed": undone.removed, "restored": undone.restored, "kept": undone.kept}


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


def _choices(call: Call) -> dict[str, SheetChoice]:
    """The mapping a person corrected: `{"Sheet1": {"C": "room", "D": null, "header": [3, 4], "skip": false}}`. Raises
    FieldInvalid."""
    if not call.arguments.mapping:
        return {}
    file = Path(call.arguments.mapping)
    try:
        read = json.loads(_content(file).decode("utf-8-sig"))
        return {str(sheet): _choice(dict(columns)) for sheet, columns in read.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise FieldInvalid(
            entity="import", record=file.name, field="mapping", reason="not_a_mapping"
        ) from error


def _choice(read: dict[str, Any]) -> SheetChoice:
    """What a mapping says about one sheet. Raises ValueError, TypeError."""
    from gridworker.imports.aliases import FIELDS
    from gridworker.imports.choices import SheetChoice
    from gridworker.imports.layout import index_of, letter_of

    first, last = read.pop("header", (0, 0))
    skip = read.pop("skip", False)
    columns = {letter_of(index_of(letter)): field for letter, field in read.items()}
    if not all(field is None or field in FIELDS for field in columns.values()) or not isinstance(skip, bool):
        raise ValueError(read)
    return SheetChoice(columns, (int(first), int(last)), skip)


def _told(call: Call, plan: Plan) -> dict[str, Any]:
    """The plan for a person at a terminal: counts, refused columns, and the rows that need a look."""
    w = call.wording
    looked = [v for v in plan.verdicts if v.verdict in ("refused", "duplicate?", "differs")]
    for verdict in looked[:50]:
        _tell_row(call, verdict, from_profile=plan.stays is not None)
    if len(looked) > 50:
        call.say("import.more_rows", count=len(looked) - 50)
    if plan.stays:
        kept = (f"{w(f'errors.entity.{name}')} {count}" for name, count in plan.stays.items())
        call.say("import.stays", what=w("import.summary.and").join(kept))
    for layout in plan.layouts:
        for column in layout.columns:
            if column.refused:
                call.say(
                    "import.column_refused", sheet=layout.sheet, letter=column.letter, header=column.header,
                    reason=w(f"import.reason.{column.why}"),
                )  # fmt: skip
    return {name: ", ".join(f"{k} {v}" for k, v in part.items()) for name, part in plan.counts.items()}


def _tell_row(call: Call, verdict: RowVerdict, *, from_profile: bool) -> None:
    """One row that needs a look: where it stands, or whom it is about, and why."""
    w = call.wording
    said = [w(f"import.reason.{verdict.reason}")] if verdict.reason else []
    said += [w(f"errors.field.{each.field}") for each in verdict.fields if not each.taken]
    told = w(f"import.verdict.{verdict.verdict.name.lower()}")
    reason = w("import.summary.and").join(said)
    if from_profile:
        kind = w(f"errors.entity.{verdict.sheet}")
        call.say("import.brought_row", kind=kind, door=verdict.record, verdict=told, reason=reason)
    else:
        column = verdict.column or "–"
        call.say(
            "import.row", sheet=verdict.sheet, row=verdict.row, column=column, verdict=told, reason=reason
        )
