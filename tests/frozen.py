"""A small report to freeze in tests that are not about what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gridworker.models.period import Period
from gridworker.services.freezing import Content, freeze
from gridworker.store.frozen_rows import Contribution, Edition
from gridworker.store.queries.frozen import items_digest
from gridworker.store.queries.tree import scope_of
from gridworker.store.rows import TreeKind
from gridworker.store.store import Store

PERIOD = Period.parse("2026-W47")
#: Enough for two parts of a file, and nothing that packs well.
DOCUMENT = b"".join(
    bytes((n * n * 31 + n * 7) % 256 for n in range(start, start + 997)) for start in range(400)
)


def item(record: bytes, *, quoted: bool = False, entity: str = "visit") -> Contribution:
    return Contribution(entity, record, 1, (("visits.attempts", 1),), quoted=quoted)


def content(items: Sequence[Contribution] = (), document: bytes = b"document") -> Content:
    figures = {"items": items_digest(tuple(items)), "figures": {"visits.attempts": len(items)}}
    return Content(json.dumps(figures, sort_keys=True), document, tuple(items))


def frozen(
    store: Store, node: bytes, items: Sequence[Contribution] = (), document: bytes = b"document"
) -> Edition:
    """A report of `node`, frozen."""
    return freeze(store, scope_of(store, TreeKind.AREA, node), PERIOD, content(items, document))
