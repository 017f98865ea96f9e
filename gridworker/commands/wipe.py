"""Takes the profile of a stopped device off this computer: the verb wipe, and what the window does for it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.commands.call import Call
from gridworker.errors import FieldInvalid, NotStopped
from gridworker.files import plain_errors

if TYPE_CHECKING:
    from gridworker.store.store import Store
    from gridworker.sync.transport import Transport


def wipe(call: Call) -> dict[str, object]:
    """Say what goes; with `--confirm LOGIN` destroy it. Raises NotStopped while the server still knows this device."""
    from gridworker.services.leaving import write_unsent
    from gridworker.store.queries.leaving import is_stopped, leaving
    from gridworker.sync.transport.authorities import transport_of

    given = call.arguments
    with call.opened() as store:
        if not is_stopped(store):
            raise NotStopped()
        going = leaving(store)
        answer: dict[str, object] = {
            "login": store.known.login,
            "unsent": going.unsent,
            "drafts": going.drafts,
            "copies": going.copies,
            "wiped": False,
        }
        if given.unsent:
            answer |= {"file": given.unsent, "written": write_unsent(store, Path(given.unsent))}
        if not given.confirm:
            call.say("cli.wipe_would", login=store.known.login)
            return answer
        if given.confirm != store.known.login:
            raise FieldInvalid(entity="account", record="", field="login", reason="not_the_same")
        transport = transport_of(store)
        return answer | {"wiped": True, "receipt": wipe_profile(store, transport)}


def wipe_profile(store: Store, transport: Transport | None) -> bool:
    """Destroy the keys, close the profile, remove its files, and tell the server; True if it noted the receipt.

    Raises DiskFull, FolderReadOnly; whatever was done then, the next start goes on."""
    from gridworker.store import wiping
    from gridworker.sync.stopping import receipt_of, send_receipt
    from gridworker.sync.transport import LeansOnFolder

    receipt = receipt_of(store)
    leaning: object = transport
    with leaning.standing_alone() if isinstance(leaning, LeansOnFolder) else nullcontext():
        wiping.begin(store.folder)
        store.close()
        with plain_errors(store.folder):
            wiping.finish(store.folder)
        return transport is not None and send_receipt(transport, receipt)
