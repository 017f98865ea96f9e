"""What an erasure takes along on the server beside the rows: payloads of the audit, keyed hashes of what devices sent,
and held acts about the record. The chain of commitments stays whole."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from gridworker.models.held import HELD_OP
from gridworker.store import erasing
from gridworker.store.connection import Connection
from gridworker.store.workspace import Workspace

_RUN = 400


def empty_held(connection: Connection, domain_id: bytes, workspace: Workspace) -> list[tuple[str, bytes]]:
    """Take the content out of every held act about a record that is about to be erased. Returns the records."""
    erased = erasing.erased_in(workspace)
    if not erased:
        return []
    names = [base64.b64encode(record).decode() for _, record in erased]
    rows = connection.exec_driver_sql(
        "SELECT id, ops FROM held_op WHERE domain_id = ? AND ops IS NOT NULL", (domain_id,)
    ).fetchall()
    for held, ops in rows:
        row = workspace.get(HELD_OP.name, held)
        if row is not None and any(name in ops for name in names):
            version = int(str(row["row_version"])) + 1
            emptied = {**row, "ops": None, "reason": "erased", "state": "rejected", "row_version": version}
            workspace.put(HELD_OP.name, emptied)
    return erased


def forget(connection: Connection, domain_id: bytes, erased: Sequence[tuple[str, bytes]]) -> None:
    """Delete the rows and what was kept of them elsewhere, in the transaction that wrote the tombstones."""
    erasing.delete_rows(connection, erased, domain_id)
    ids = [record for _, record in erased]
    for start in range(0, len(ids), _RUN):
        part = ids[start : start + _RUN]
        marks = ", ".join("?" * len(part))
        connection.exec_driver_sql(
            "DELETE FROM audit_payload WHERE domain_id = ? AND n IN "
            f"(SELECT n FROM audit WHERE domain_id = ? AND record_id IN ({marks}))",
            (domain_id, domain_id, *part),
        )
        connection.exec_driver_sql(
            f"UPDATE device_op SET salt = NULL, mac = NULL WHERE domain_id = ? AND record_id IN ({marks})",
            (domain_id, *part),
        )
