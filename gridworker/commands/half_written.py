"""The story's power cut: opens a profile, keeps half a visit as a draft as the form does, says so and waits to be
killed. Run as `python -m gridworker.commands.half_written PROFILE PASSPHRASE_FILE CODE TEXT`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from gridworker.commands.call import open_profile
from gridworker.commands.records import household_named
from gridworker.models.ids import new_id


def main(profile: str, passphrase_file: str, code: str, text: str) -> None:
    """Keep the draft for the household with `code`, print `kept` and never end."""
    passphrase = Path(passphrase_file).read_text("utf-8").split("\n")[0]
    store = open_profile(Path(profile), passphrase)
    store.drafts.keep(new_id(), household_named(store, code), {"outcome": "met", "said": text})
    print("kept", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
