"""What offices do to a schedule's village: it reaches the server at once."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

from gridworker.errors import DeviceRevoked
from gridworker.models.op import Value
from gridworker.server import auth
from gridworker.store import schema
from tests.contract.rig import Desk
from tests.contract.village import MICRO_GRIDS, change, create, named
from tests.sync.machines import Machines
from tests.sync.oracle import Device
from tests.sync.schedule import HOMES
from tests.sync.test_scope_moves import GRIDS
from tests.sync.troubles import fails
from tests.sync.versions import TODAY

_statements = cache(schema.statements)  # a new device needs the same tables as every other


class Offices(Machines):
    """They move homes, areas and posts, and end a lost device."""

    def move_household(self, _: str, place: int, pick: int) -> None:
        name = HOMES[place % len(HOMES)]
        was = self.picture.lies[name]
        now = [micro for micro in MICRO_GRIDS if micro != was][pick % 2]
        self.command(change("household", named(name), "unit_id", named(f"unit_{was}"), named(f"unit_{now}")))
        self.picture.lies[name] = now
        self.oracle.look_about()
        self.count("move_household", name, now)

    def move_micro_grid(self, _: str, place: int, __: int) -> None:
        micro = MICRO_GRIDS[place % len(MICRO_GRIDS)]
        was = self.picture.above[micro]
        now = GRIDS[1 - GRIDS.index(was)]
        self.command(change("area_unit", named(micro), "parent_id", named(was), named(now)))
        self.picture.above[micro] = now
        self.oracle.look_about()
        self.count("move_micro_grid", micro, now)

    def give_post(self, login: str, place: int, _: int) -> None:
        micro = MICRO_GRIDS[place % len(MICRO_GRIDS)]
        post = f"post_{login}_{micro}_{self.commands}"
        values: dict[str, Value] = {"role_code": "micro_grid_leader", "valid_from": "2026-11-01"}
        values |= {"area_unit_id": named(micro), "member_id": named(f"member_{login}")}
        self.command(create("appointment", post, **values))
        self.picture.posts[login][post] = micro
        self.count("give_post", login, micro)

    def take_post(self, login: str, place: int, _: int) -> None:
        posts = sorted(self.picture.posts[login])
        if posts:
            post = posts[place % len(posts)]
            self.command(change("appointment", named(post), "valid_to", None, "2026-11-19"))
            del self.picture.posts[login][post]
            self.oracle.look_about()
            self.count("take_post", login, post)

    def revoke(self, login: str, *_: int) -> None:
        """What a lost device had not sent never arrives; its owner goes on with a new one."""
        if self.rig._number == 12:
            return
        desk = self.desks[login]
        with self.rig.database.write() as connection:
            number = auth.revoke_device(connection, named("root"), desk.store.known.device_no, self.rig.now())
            assert number
        with fails(DeviceRevoked):
            self.talk(login)
        desk.store.close()
        with patch.object(schema, "statements", _statements):
            new = self.rig.desk(login)
        self.oracle.begin_anew(login, Device((login, 0)))
        self.desks[login] = Desk(new.store, self.wire(login))
        self.versions[login] = TODAY
        self.kept.pop(login, None)
        self.oracle.kept = None  # a server put back to before it would not know the new device
        self.count("revoke", login)
