"""The flags --freeze, --frozen and --supplement-of of the verb report, and the verb close-week: how a Friday ends."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.exporting import let_document_out, let_file_out, release_of

if TYPE_CHECKING:
    import argparse

    from gridworker.commands.call import Call
    from gridworker.models.period import Period
    from gridworker.store.frozen_rows import Edition
    from gridworker.store.rows import Scope
    from gridworker.store.store import Store
    from gridworker.ui.pages.report.editions_source import EditionSource


def add_freeze_flags(report: argparse.ArgumentParser) -> None:
    """The flags by which a report is frozen, opened again and supplemented."""
    report.add_argument("--freeze", action="store_true", help="keep it for good, with a number and a hash")
    report.add_argument(
        "--frozen",
        type=int,
        default=0,
        metavar="EDITION",
        help="the files of a frozen edition, byte for byte",
    )
    report.add_argument(
        "--supplement-of",
        type=int,
        default=0,
        metavar="EDITION",
        help="what an edition would say otherwise by now; --freeze keeps that too",
    )


def frozen(call: Call, store: Store, scope: Scope, period: Period) -> dict[str, Any]:
    """Freeze a report, or write one that is frozen again, or its supplement.

    Raises NotFound for an edition that is not there, NotAllowed, FrozenDamaged, FrozenGone."""
    from gridworker.services.exports import ExportRegister
    from gridworker.store.queries.frozen import edition_numbered
    from gridworker.ui.pages.report.editions_source import EditionSource

    given, source = call.arguments, EditionSource(store, call.wording)
    for form in given.format:  # nothing is frozen for files that may not leave
        register = ExportRegister(store, "frozen_report", scope.node_id, str(period), form)
        register.permit(release_of(call, store), str(period))
    number = given.supplement_of or given.frozen
    edition = edition_numbered(store, scope.node_id, str(period), number) if number else None
    told: dict[str, Any] = {}
    if given.supplement_of and edition is not None:
        document, found, now = source.compared(edition, scope)
        told = {
            "supplements": edition.edition,
            "figures": {key: {"frozen": was, "now": is_now} for key, was, is_now in found.figures},
            "changed": len(found.items),
            "rests_on": list(now.rests_on(call.wording)),
        }
        if not given.freeze:
            return {
                "period": str(period),
                "node": scope.name,
                **told,
                "files": _supplement(call, store, edition, document),
            }
        edition = source.freeze_supplement(edition, scope)
    elif edition is None:
        public = (given.edition or ("public" if period.kind == "year" else "office")) == "public"
        edition = source.freeze(scope, period, public=public)
    return {**_told(edition), **told, "files": _files(call, store, source, edition)}


def _told(edition: Edition) -> dict[str, Any]:
    """An edition for programs and people; number 0 is a provisional one."""
    return {
        "period": edition.period,
        "node": edition.node_name,
        "edition": edition.edition,
        "frozen_at": edition.frozen_at,
        "sha256": edition.digest,
        "unsent_here": edition.unsent_here,
    }


def _files(call: Call, store: Store, source: EditionSource, edition: Edition) -> list[str]:
    from gridworker.exports.frozen import edition_words

    release, said = release_of(call, store), edition_words(edition, call.wording)
    about = ("supplement" if edition.supplements_id else "frozen_report", edition.node_id, edition.period)
    return [
        str(
            let_file_out(
                store,
                about,
                partial(source.file, edition.id, kind),
                _target(call, edition, said, kind),
                release,
            )
        )
        for kind in call.arguments.format
    ]


def _supplement(call: Call, store: Store, edition: Edition, document: Any) -> list[str]:
    from gridworker.exports.frozen import edition_words

    words = call.wording
    said = f"{edition_words(edition, words)} {words('frozen.supplement.name')}"
    release = release_of(call, store)
    about = ("supplement", edition.node_id, edition.period)
    return [
        str(let_document_out(store, about, document, _target(call, edition, said, kind), release))
        for kind in call.arguments.format
    ]


def _target(call: Call, edition: Edition, said: str, kind: str) -> Path:
    from gridworker.commands.reports import folder_of, in_file_name

    folder = folder_of(Path(call.arguments.out))
    return folder / f"{edition.period}-{in_file_name(edition.node_name)}-{in_file_name(said)}.{kind}"


def close_week(call: Call) -> dict[str, Any]:
    """Close the week of a node's micro-grids, or open it again; without either say how far the data has come."""
    from gridworker.commands.reports import period_of
    from gridworker.exports.completeness import completeness_lines
    from gridworker.ui.pages.report.editions_source import EditionSource

    with call.opened() as store:
        scope, source = call.scope(store), EditionSource(store, call.wording)
        period = period_of(call, store, "week")
        told: dict[str, Any] = {"period": str(period), "node": scope.name}
        if call.arguments.reopen:
            source.reopen(scope.micro_grid_ids, period)
        else:
            closed = source.close(sorted(scope.micro_grid_ids), period)
            told |= {"closed": closed.closed, "zero_reports": closed.zero}
        return {**told, "rests_on": list(completeness_lines(source.known(scope, period), call.wording))}
