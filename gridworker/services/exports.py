"""Putting an export on record: what left the profile, in which form. Called after the file was written."""

from __future__ import annotations

from gridworker.store.audit import Act
from gridworker.store.store import Store


def record_export(store: Store, what: str, node_id: bytes, period: str, form: str) -> None:
    """Note that `what` (a report's code) for a node and a period was written as `form` (xlsx, html, print)."""
    store.note(Act("exported", what, node_id, {"period": period, "form": form}))
