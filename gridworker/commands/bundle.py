"""The verb bundle: exchange with the server by a stick instead of a network."""

from __future__ import annotations

from pathlib import Path

from gridworker.commands.call import Call


def bundle(call: Call) -> dict[str, object]:
    """Write what is unanswered for the server, or take in what it answered."""
    from gridworker.sync.carrying import Carrier

    path = Path(call.arguments.path)
    with call.opened() as store:
        carrier = Carrier(store)
        if call.arguments.direction == "export":
            written = carrier.write_request(path)
            return {"bundle": str(written.path), "ops": written.ops}
        chosen = carrier.newest_answer(path) if path.is_dir() else path
        done = carrier.take_answer(chosen)
        while store.index_some():
            pass
        again = done.unsent or done.more or done.copying
        if again:
            call.say("cli.bundle_again")
        return {
            "bundle": str(chosen),
            "sent": done.sent,
            "conflicts": done.conflicts,
            "rejected": done.rejected,
            "held": done.held,
            "received": done.rows,
            "again": again,
        }
