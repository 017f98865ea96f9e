"""What a person does before a stopped laptop is wiped: take out what was never sent, so that somebody can enter it
again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gridworker.errors import TargetNotWritable
from gridworker.models.ids import text_of
from gridworker.services import stuck
from gridworker.store import outbox
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.taken_out import write_sealed


def write_unsent(store: Store, target: Path) -> int:
    """Write every op that is nowhere else (`outbox.ONLY_HERE`) and every draft into the new file `target`, readable by
    the server's operator alone; how many. The writing is in the audit.

    Raises TargetNotWritable, BundleNeedsNetwork, DiskFull, FolderReadOnly."""
    with store.read() as connection:
        ops = [
            row[0]
            for row in run(connection, f"SELECT op_id FROM outbox WHERE {outbox.ONLY_HERE} ORDER BY seq")
        ]
        drafts = run(connection, "SELECT target_id, body FROM draft ORDER BY at").fetchall()
    lines = [
        msgspec.json.encode({"draft_of": text_of(target_id) if target_id else "", "body": msgspec.Raw(body)})
        for target_id, body in drafts
    ]
    content = stuck.take_out(store, ops).strip(b"\n")
    if not target.parent.is_dir():
        raise TargetNotWritable(path=str(target))
    write_sealed(store, target, b"\n".join([*([content] if content else []), *lines]) + b"\n")
    return len(ops) + len(drafts)
