"""The composition root: settings, store, sync and window put together. The only place that knows all parts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker import practice_desk, settings
from gridworker.errors import GridworkerError
from gridworker.settings import Settings
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.changes import Changes
    from gridworker.commands.call import Call
    from gridworker.store.progress import Progress
    from gridworker.store.store import Store
    from gridworker.sync.engine import Event, Work
    from gridworker.sync.transport import Transport
    from gridworker.ui.background import Report
    from gridworker.ui.dialogs.create_profile import ProfileRequest
    from gridworker.ui.front_door import Known
    from gridworker.ui.open_profile import OpenProfile, Others


def run_window(call: Call) -> int:
    """Open the window on this user's profile, or on the first page when there is none."""
    practice = settings.data_folder() / "practice"
    chosen = call.folder
    if call.arguments.profile is None and not _has_profile(chosen) and practice_desk.exists(practice):
        chosen = practice
    return _run(Doors(Wording.load(call.wording.language), chosen, practice), call)


def run_practice(call: Call) -> int:
    """Open the window on the practice community, made on the first call."""
    folder = Path(call.arguments.profile) if call.arguments.profile else settings.data_folder() / "practice"
    return _run(Doors(Wording.load(call.wording.language), folder, folder, straight_in=True), call)


def _go_on_wiping(folder: Path) -> None:
    """A wipe that was cut short: what is left of it goes before anything is shown."""
    if (folder / "wiping").exists():
        from gridworker.store import wiping

        with suppress(GridworkerError, OSError):  # a file that somebody holds goes at the next start
            wiping.finish(folder)


def _has_profile(folder: Path) -> bool:
    return (folder / "keys.json").exists()


def _run(doors: Doors, call: Call) -> int:
    from gridworker.store.memory import share_one_heap
    from gridworker.ui.plain_imports import use_plain_imports

    share_one_heap()
    use_plain_imports()
    from gridworker.ui.application import create_application
    from gridworker.ui.fonts import ChineseFontMissing
    from gridworker.ui.window import Window

    found = settings.load()
    if call.arguments.language:
        found = found.with_changes(language=call.arguments.language)
    try:
        application = create_application(sys.argv, found)
    except ChineseFontMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return Window(application, found, doors, _keep).run()


def _keep(changed: Settings) -> None:
    try:
        settings.keep(changed)
    except GridworkerError as error:
        # A read-only home must not take the window away; the choice holds until the end.
        sys.stderr.write(f"{error}\n")


@dataclass
class Doors:
    """How profiles are opened and begun (ui.front_door.Ways). `straight_in`: the practice community needs no
    passphrase typed."""

    wording: Wording
    folder: Path
    practice_folder: Path
    straight_in: bool = False

    def known(self) -> Known | None:
        """The profile to unlock, or None on a first run."""
        from gridworker.ui.front_door import Known

        for folder in {self.folder, *self._beside()}:
            _go_on_wiping(folder)
        there = self._profiles()
        if self.folder not in there:
            return None
        names = tuple(map(self._name, there))
        if self.folder != self.practice_folder:
            return Known(self._name(self.folder), practice=False, profiles=names)
        hint = self.wording("practice.passphrase_hint", passphrase=practice_desk.PASSPHRASE)
        return Known(self._name(self.folder), practice=True, hint=hint, profiles=names)

    def choose(self, place: int) -> None:
        """Stand before another profile of this computer."""
        self.folder = self._profiles()[place]

    def _profiles(self) -> list[Path]:
        """The folders of the profiles beside the chosen one, by name; the practice community comes last."""
        found = [path for path in self._beside() if path != self.practice_folder and _has_profile(path)]
        return [*found, self.practice_folder] if practice_desk.exists(self.practice_folder) else found

    def _beside(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.parent.iterdir() if path.is_dir())
        except OSError:  # nobody may look around there: the chosen one is all there is
            return [self.folder]

    def _name(self, folder: Path) -> str:
        return self.wording("shell.practice_name") if folder == self.practice_folder else folder.name

    def enter_practice(self, report: Report) -> OpenProfile:
        """The practice community without asking: opened, or made first."""
        if practice_desk.exists(self.practice_folder):
            return _with_server(
                practice_desk.open_desk(self.practice_folder, progress=self._migrating(report))
            )
        say = self.wording

        def progress(key: str, done: int, total: int) -> None:
            report(say(key), done, total)

        return _with_server(practice_desk.create(self.practice_folder, progress=progress))

    def unlock(self, passphrase: str, report: Report) -> OpenProfile:
        """Open the profile that is there; `report` hears of a migration. Raises the errors of Store.open."""
        progress = self._migrating(report)
        if self.folder == self.practice_folder:
            return _with_server(practice_desk.open_desk(self.folder, passphrase, progress))
        from gridworker.commands.call import open_profile

        return _alone_or_online(open_profile(self.folder, passphrase, progress), self._others(self.folder))

    def _migrating(self, report: Report) -> Progress:
        """What making an old file current tells, in words."""
        return lambda step, done, total: report(self.wording(f"migration.{step}"), done, total)

    def begin(self, request: ProfileRequest, report: Report) -> OpenProfile:
        """Make a profile as the form asks: practice, new, or join."""
        if request.way == "practice":
            self.folder = self.practice_folder
            return self.enter_practice(report)
        wanted = settings.data_folder() / "profile" if self.folder == self.practice_folder else self.folder
        folder = _free(wanted)
        if request.way == "join":
            made = self._join(request, folder)
        else:
            from gridworker.commands.profiles import new_community

            asked = (request.passphrase, request.name, request.number, request.person, request.login)
            made = _alone_or_online(new_community(folder, *asked), self._others(folder))
        self.folder = folder
        return made

    def _others(self, own: Path) -> Others:
        """What may be brought over into a real profile: the others of this computer, never the practice community."""
        from gridworker.commands.bringing import OtherProfiles

        left = (own, self.practice_folder)
        return OtherProfiles(lambda: [path for path in self._profiles() if path not in left], practice=False)

    def _join(self, request: ProfileRequest, folder: Path) -> OpenProfile:
        from gridworker.models.days import Clock
        from gridworker.sync.enrolment import join
        from gridworker.sync.transport.authorities import read_authority
        from gridworker.sync.transport.http import HttpTransport

        file = Path(request.authority) if request.authority else None
        authority = read_authority(file) if file else b""
        transport = HttpTransport(request.server, authority=file)
        asked = (folder, request.passphrase, transport.url, request.code, transport, Clock())
        store = join(*asked, authority=authority)
        transport.close()  # the file may have come on a stick; from now on the profile's own copy counts
        return _unlocked(_online(store, self._others(folder)))


def _free(folder: Path) -> Path:
    """`folder`, or the first of `folder-2`, `folder-3` … without a profile: another account gets its own."""
    places = (folder, *(folder.with_name(f"{folder.name}-{turn}") for turn in range(2, 1000)))
    return next((place for place in places if not _has_profile(place)), folder)


def _with_server(desk: practice_desk.PracticeDesk) -> OpenProfile:
    return _unlocked(_profile(desk.store, desk.transport, desk.close))


def _alone_or_online(store: Store, others: Others) -> OpenProfile:
    if store.known.authority == "server":
        return _unlocked(_online(store, others))
    from gridworker.commands.joining import ProfileAdoption

    opened = partial(_online, others=others)
    adoption = None if store.known.practice else ProfileAdoption(store, opened)
    return _unlocked(replace(_profile(store, None, store.close), adoption=adoption, others=others))


def _online(store: Store, others: Others) -> OpenProfile:
    from gridworker.commands.stick import ProfileStick
    from gridworker.sync.transport.authorities import transport_of

    profile = _profile(store, transport_of(store), store.close)
    return replace(profile, stick=ProfileStick(store), others=others)


def _unlocked(profile: OpenProfile) -> OpenProfile:
    from gridworker.store.audit import Act

    profile.store.note(Act("unlocked"))
    return profile


def _profile(store: Store, transport: Transport | None, close: Callable[[], None]) -> OpenProfile:
    from gridworker.commands.wipe import wipe_profile
    from gridworker.ui.open_profile import OpenProfile

    return OpenProfile(
        store,
        _performer(store, transport) if transport else None,
        partial(_tend, store),
        partial(_close, store, transport, close),
        partial(wipe_profile, store, transport),
        rest=store.database.rest,
    )


def _close(store: Store, transport: Transport | None, close: Callable[[], None]) -> None:
    """A stopped profile in which nothing waits any more does not outlast the day: its person was told."""
    from gridworker.commands.wipe import wipe_profile
    from gridworker.store.queries.leaving import is_stopped, leaving

    going = leaving(store)
    if is_stopped(store) and not going.unsent and not going.drafts:
        wipe_profile(store, transport)
    else:
        close()


def _tend(store: Store) -> int:
    """What an open profile needs now and then: end what has ended, make some more of what came findable."""
    from gridworker.store.ending import start_day

    start_day(store)
    return store.index_some()


def _performer(store: Store, transport: Transport) -> Callable[[Work], tuple[Event, Changes | None]]:
    from gridworker.store.upkeep import Upkeep
    from gridworker.sync.client import Client
    from gridworker.sync.session import Session

    session, upkeep = Session(Client(store, transport)), Upkeep(store)

    def perform(effect: Any) -> tuple[Event, Changes | None]:
        event = session.perform(effect)
        upkeep.look()
        return event, session.last.changes if session.last else None

    return perform
