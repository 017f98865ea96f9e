"""Bringing the community of another profile of this computer over: reading that profile, which stays as it is, and the
choice of profiles that the window offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.errors import PracticeMix, ProfileHasServer

if TYPE_CHECKING:
    from gridworker.models.bringing import Brought
    from gridworker.store.progress import Progress


def read_profile(
    folder: Path, passphrase: str, *, practice: bool, progress: Progress | None = None
) -> Brought:
    """What the profile in `folder` offers, opened with its own passphrase and closed again; an older file is made
    current first. `practice` says what the profile is that it comes to.

    Raises the errors of `Store.open`, PracticeMix, and ProfileHasServer where it does not stand alone."""
    from gridworker.commands.call import open_profile
    from gridworker.store.queries.bringing import brought

    store = open_profile(folder, passphrase, progress)
    try:
        if store.known.practice != practice:
            raise PracticeMix()
        if store.known.authority == "server":
            raise ProfileHasServer(url=store.known.server_url)
        return brought(store)
    finally:
        store.close()


class OtherProfiles:
    """The other profiles of this computer, as the import page offers them; `found` gives their folders."""

    def __init__(self, found: Callable[[], list[Path]], *, practice: bool) -> None:
        self._found, self._practice = found, practice

    def names(self) -> tuple[str, ...]:
        """How their folders are called, in their order."""
        return tuple(folder.name for folder in self._found())

    def read(self, name: str, passphrase: str, progress: Progress) -> Brought:
        """What the profile called `name` offers. Raises as read_profile does, ProfileMissing."""
        folder = next(folder for folder in self._found() if folder.name == name)
        return read_profile(folder, passphrase, practice=self._practice, progress=progress)
