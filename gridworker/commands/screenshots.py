"""`gridworker screenshots`: a picture of every page, drawn from the practice community without a display."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gridworker import practice_desk
from gridworker.commands.call import Call
from gridworker.settings import Settings
from gridworker.wording import Wording


def write_pictures(call: Call) -> dict[str, object]:
    """Write `<page><look>.png` into `--out`; with `--all` in every look."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gridworker.app import Doors
    from gridworker.files import plain_errors
    from gridworker.store.keys import FLOOR
    from gridworker.ui.application import create_application
    from gridworker.ui.photographer import Look, Photographer

    looks = [
        Look("", Settings(appearance="light")),
        Look("-dark", Settings(appearance="dark")),
        Look("-contrast", Settings(appearance="contrast")),
        Look("-en", Settings(appearance="light", language="en")),
        Look("-150", Settings(appearance="light", text_size=150)),
        Look("-200", Settings(appearance="light", text_size=200)),
        Look("-en-dark-200", Settings(appearance="dark", text_size=200, language="en")),
    ]
    out = Path(call.arguments.out)
    with plain_errors(out):
        out.mkdir(
            parents=True, exist_ok=True
        )  # not a private folder: one that is there keeps its permissions
    application = create_application(["gridworker"], looks[0].settings)
    written: list[str] = []
    with tempfile.TemporaryDirectory(prefix="gridworker-") as folder:
        practice = Path(folder) / "practice"
        practice_desk.create(practice, cost=FLOOR).close()
        for look in looks if call.arguments.all else looks[:1]:
            doors = Doors(Wording.load(look.settings.language), practice, practice)
            written += Photographer(application, doors, doors.enter_practice, look, out).pictures()
    return {"pictures": written}
