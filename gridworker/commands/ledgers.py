"""The verb ledger: 走访台账, 民情台账, 三张清单 and 议事台账 of a node and a period."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.commands.exporting import let_file_out, release_of
from gridworker.commands.reports import folder_of, in_file_name, period_of

if TYPE_CHECKING:
    from gridworker.exports.ledgers import Ledger
    from gridworker.models.period import Period
    from gridworker.store.rows import Scope
    from gridworker.store.store import Store


def ledger(call: Call) -> dict[str, Any]:
    """Write one ledger in the formats asked for and say how many lines it has."""
    with call.opened() as store:
        scope, period = call.scope(store), period_of(call, store)
        kind, release = call.arguments.kind, release_of(call, store)
        folder, files, count = folder_of(Path(call.arguments.out)), [], 0
        for form in call.arguments.format:
            name = f"{period} {call.wording(f'export.what.{kind}')}-{in_file_name(scope.name)}.{form}"
            made = _written(call, store, scope, period, (kind, form), whole=not release.masked)
            about = (kind, scope.node_id, str(period))
            files.append(str(let_file_out(store, about, partial(_read, store, made), folder / name, release)))
            count = made[0].count
    return {"period": str(period), "node": scope.name, "ledger": kind, "rows": count, "files": files}


_Wanted = tuple["Ledger", str, "Scope", tuple[str, str]]


def _written(
    call: Call, store: Store, scope: Scope, period: Period, what: tuple[Any, str], *, whole: bool
) -> _Wanted:
    from gridworker.exports.ledgers import Ledger
    from gridworker.services.catalogues import own_names

    days, identity = (period.first, period.last), store.identity
    about = (scope.name, days, identity.practice, f"{store.clock.moment():%Y-%m-%d %H:%M}")
    return Ledger(*what, about, call.wording, own_names(store), whole=whole), what[0], scope, days


def _read(store: Store, wanted: _Wanted) -> bytes:
    """Reads only once it is sure that the file may leave."""
    from gridworker.store.queries.ledgers import read_ledger

    made, kind, scope, days = wanted
    read_ledger(store, kind, scope, days, made)
    return made.content()
