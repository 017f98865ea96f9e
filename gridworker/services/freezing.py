"""Freezing a report: figures with their hash, what each record added, and the document, kept in one act. What was
handed in is never changed; a new edition replaces it."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from gridworker.errors import FieldInvalid, NotAllowed
from gridworker.models.collector import collector_at_rest
from gridworker.models.frozen import (
    DOCUMENT,
    FROZEN_FILE,
    FROZEN_ITEM,
    FROZEN_REPORT,
    PART_LIMIT,
    frozen_file_id,
    frozen_item_id,
)
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Value
from gridworker.models.period import Period
from gridworker.services.acts import create
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.frozen_rows import Contribution, Edition
from gridworker.store.queries.frozen import counts_text, edition_of
from gridworker.store.queries.road import sync_counts
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.saving import Watch, unwatched
from gridworker.store.store import Saved, Store
from gridworker.store.writing import in_one_transaction

_CURSOR = "sync.cursor"
#: So many items are one act: what a server takes in one request, and what memory a year's edition needs.
_AT_ONCE = 2000


@dataclass(frozen=True)
class Content:
    """What is frozen: the canonical `figures`, the packed neutral `document`, and what each record added."""

    figures: str
    document: bytes
    items: tuple[Contribution, ...]


def may_freeze(store: Store) -> bool:
    """Whether this account freezes reports."""
    return any(FROZEN_REPORT.write in grant.role.may for grant in store.grants())


def freeze(
    store: Store,
    scope: Scope,
    period: Period,
    content: Content,
    supplements_id: bytes | None = None,
    watch: Watch = unwatched,
) -> Edition:
    """Keep a report for good. Its number is 0 until the community's authority has given one. `supplements_id`: the
    edition of the same node and period that it supplements. `watch` is told how many of the items are written; what it
    raises ends the act.

    Raises NotAllowed, FieldInvalid for a node that is none of the trees', DiskFull; then nothing was kept."""
    report, total = new_id(), len(content.items)
    values = _report_values(store, scope, period, content, supplements_id)
    head = [create(FROZEN_REPORT.name, report, values), *_file(report, DOCUMENT, 0, content.document)]
    facts: dict[str, object] = {"period": str(period), "node": scope.name, "items": total}

    def within(connection: Connection) -> Saved:
        watch(0, total)
        drafts = head + [_item(report, item) for item in content.items[:_AT_ONCE]]
        saved = store.save_within(connection, drafts, Act("report_frozen", FROZEN_REPORT.name, report, facts))
        for done in range(_AT_ONCE, total, _AT_ONCE):
            watch(done, total)
            drafts = [_item(report, item) for item in content.items[done : done + _AT_ONCE]]
            act = Act("report_items_frozen", FROZEN_REPORT.name, report, {"from": done})
            store.save_within(connection, drafts, act)
        watch(total, total)
        return saved

    with collector_at_rest():
        in_one_transaction(store, within)
    return edition_of(store, report)


def _report_values(
    store: Store, scope: Scope, period: Period, content: Content, supplements_id: bytes | None
) -> dict[str, Value]:
    node = "area_unit" if scope.tree is TreeKind.AREA else "org_unit"
    with store.read() as connection:
        known = connection.exec_driver_sql(
            f"SELECT 1 FROM {node} WHERE id = ? AND deleted = 0", (scope.node_id,)
        ).fetchone()
    if known is None:  # one building, or the households linked with somebody
        raise FieldInvalid(entity=FROZEN_REPORT.name, record=scope.name, field="place", reason="not_a_node")
    if not may_freeze(store):
        raise NotAllowed(entity=FROZEN_REPORT.name, right=FROZEN_REPORT.write)
    counts, cursor = sync_counts(store), store.state(_CURSOR)
    return {
        "by_member_id": store.known.member_id,
        f"{node}_id": scope.node_id,
        "node_name": scope.name,
        "period": str(period),
        "supplements_id": supplements_id,
        "frozen_at": f"{store.clock.moment():%Y-%m-%d %H:%M}",
        "cursor": int(cursor) if cursor else None,
        "unsent_here": 0 if store.known.authority == "self" else counts.unsent + counts.sending,
        "figures": content.figures,
        "digest": hashlib.sha256(content.figures.encode()).hexdigest(),
    }


def _item(report: bytes, item: Contribution) -> Draft:
    values: dict[str, Value] = {
        "report_id": report,
        "entity": item.entity,
        "record_id": item.record_id,
        "version": item.version,
        "contribution": counts_text(item),
        "quoted": 1 if item.quoted else None,
    }
    return create(FROZEN_ITEM.name, frozen_item_id(report, item.entity, item.record_id), values)


def _file(report: bytes, file_format: str, edition: int, content: bytes) -> Iterator[Draft]:
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    pieces = [packed[start : start + PART_LIMIT] for start in range(0, len(packed), PART_LIMIT)]
    digest = hashlib.sha256(content).hexdigest()
    for part, piece in enumerate(pieces):
        values: dict[str, Value] = {
            "report_id": report,
            "format": file_format,
            "edition": edition,
            "part": part,
            "parts": len(pieces),
            "size": len(content),
            "digest": digest,
            "packed": piece,
        }
        yield create(FROZEN_FILE.name, frozen_file_id(report, file_format, edition, part), values)


def keep_file(store: Store, report_id: bytes, file_format: str, edition: int, content: bytes) -> bool:
    """Keep a file of a frozen report as it was made, for whoever opens it again; `edition` is the number it says of
    itself, 0 for a provisional one. False, and nothing is kept, where this account does not freeze.

    Raises DiskFull; then nothing was kept."""
    if not may_freeze(store):
        return False
    drafts = list(_file(report_id, file_format, edition, content))
    facts: dict[str, object] = {"format": file_format, "edition": edition}
    store.save(drafts, Act("report_file_kept", FROZEN_REPORT.name, report_id, facts))
    return True
