"""`gridworker screenshots`: a picture of every page, drawn from the practice community without a display."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker import practice_desk
from gridworker.commands.call import Call
from gridworker.settings import Settings
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.keys import KdfCost
    from gridworker.store.store import Store


def write_pictures(call: Call) -> dict[str, object]:
    """Write `<page><look>.png` into `--out`; with `--all` in every look."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gridworker.app import Doors
    from gridworker.files import plain_errors
    from gridworker.store.keys import FLOOR
    from gridworker.ui.application import create_application
    from gridworker.ui.photographer import Camera, Look, Photographer, StewardPhotographer, StreetPhotographer

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
        secretary, steward, street = (Path(folder) / name for name in ("secretary", "steward", "street"))
        _prepare(secretary, steward, street, FLOOR)
        cameras: dict[Path, type[Camera]] = {
            secretary: Photographer, steward: StewardPhotographer, street: StreetPhotographer,
        }  # fmt: skip
        for look in looks if call.arguments.all else looks[:1]:
            words = Wording.load(look.settings.language)
            for practice, photographer in cameras.items():
                enter = Doors(words, practice, practice)
                written += photographer(application, enter, enter.enter_practice, look, out).pictures()
    return {"pictures": written}


def _prepare(secretary: Path, steward: Path, street: Path, cost: KdfCost) -> None:
    """Two laptops of the practice community that changed the same phone number while both were away, and the last one
    to say so learns of it; at one of them a resident asked for something. And the street's laptop."""
    from gridworker.services.residents import edit_resident
    from gridworker.sync.client import Client
    from gridworker.sync.session import sync_now

    desk = practice_desk.create(secretary, cost=cost)
    try:
        other = practice_desk.join_beside(desk, steward / "laptop", practice_desk.STEWARD, cost)
        try:
            with other.store.read() as connection:
                person, phone = connection.exec_driver_sql(
                    "SELECT id, phone FROM resident WHERE deleted = 0 AND phone <> '' ORDER BY id LIMIT 1"
                ).one()
            for at, number in ((other, "100-0000-0138"), (desk, "100-0000-0139")):
                edit_resident(at.store, person, {"phone": phone}, {"phone": number})
            _ask_at_door(other.store)
            for at in (other, desk):
                sync_now(Client(at.store, at.transport))
        finally:
            other.store.close()
        login = practice_desk.add_street(desk)
        practice_desk.join_beside(desk, street / "laptop", login, cost).store.close()
    finally:
        desk.close()
    for beside in (steward, street):
        shutil.copytree(secretary / "server", beside / "server")


def _ask_at_door(store: Store) -> None:
    """What a resident asked a steward for, taken on."""
    from gridworker.services import demands

    with store.read() as connection:
        home = connection.exec_driver_sql(
            "SELECT id FROM household WHERE deleted = 0 AND occupancy <> 'vacant' ORDER BY code LIMIT 1"
        ).scalar_one()
    form = demands.DemandForm(
        ("household_id", home), "楼道灯不亮", "三楼的灯坏了三天，晚上看不清台阶。", "repair"
    )
    demands.accept(store, demands.register(store, form).demand_id)
